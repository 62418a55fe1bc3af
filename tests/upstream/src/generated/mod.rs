//! A Snyk of any size, made of a few numbers.
//!
//! Issues are made when they are asked for, each from its own number, and never held.

mod issue;
mod problem;
mod project;
mod words;

use std::borrow::Cow;

use crate::data::{Issue, Organization, State, Timestamp, Vulnerability};
use crate::dice::Dice;
use crate::feed::{Feed, Page};
use crate::rest::{Filter, Line};
use issue::Fact;

/// How much is generated. The same numbers always make the same answers, byte for byte.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Generated {
    /// Organizations.
    pub organizations: u32,
    /// Projects of all organizations together, shared out evenly; each organization has at least one.
    pub projects: u32,
    /// Issues of all organizations together, shared out evenly.
    pub issues: u32,
    /// Another seed makes other issues.
    pub seed: u64,
    /// The time that everything happened before.
    pub now: Timestamp,
}

/// Generated organizations.
#[derive(Debug)]
pub(crate) struct Generator {
    of: Generated,
    organizations: Vec<Organization>,
    /// Issues of each organization.
    sizes: Vec<u64>,
    /// Open issues of each project of each organization, by severity.
    counts: Vec<Vec<[u64; 5]>>,
}

impl Generator {
    /// Makes the organizations and their projects, and counts their issues.
    pub(crate) fn new(of: Generated) -> Self {
        let share = |total: u32, at: u32| {
            let even = total.checked_div(of.organizations).unwrap_or(0);
            let odd = total.checked_rem(of.organizations).unwrap_or(0);
            even + u32::from(at < odd)
        };
        let places = 0..of.organizations;
        let mut generator = Self {
            of,
            organizations: places
                .clone()
                .map(|at| project::organization(&of, at, share(of.projects, at).max(1)))
                .collect(),
            sizes: places.map(|at| share(of.issues, at).into()).collect(),
            counts: Vec::new(),
        };
        generator.counts = (0..generator.organizations.len())
            .map(|at| generator.count(at))
            .collect();
        generator
    }

    fn count(&self, at: usize) -> Vec<[u64; 5]> {
        let mut counts = vec![[0; 5]; self.projects(at).len()];
        for number in 0..self.size(at) {
            let fact = self.fact(at, number);
            if matches!(fact.state, State::Resolved(_)) {
                continue;
            }
            let project = usize::try_from(fact.project).unwrap_or(0);
            let severity = fact.severity as usize;
            if let Some(count) = counts
                .get_mut(project)
                .and_then(|row| row.get_mut(severity))
            {
                *count += 1;
            }
        }
        counts
    }

    fn size(&self, at: usize) -> u64 {
        self.sizes.get(at).copied().unwrap_or(0)
    }

    fn projects(&self, at: usize) -> &[crate::data::Project] {
        let organization = self.organizations.get(at);
        organization.map_or(&[], |item| item.projects.as_slice())
    }

    fn fact(&self, at: usize, number: u64) -> Fact {
        let projects = u64::try_from(self.projects(at).len()).unwrap_or(1);
        let at = u64::try_from(at).unwrap_or(0);
        Fact::new(self.of.seed, self.of.now, at, projects, number)
    }

    fn project_id(&self, at: usize, fact: &Fact) -> &str {
        let number = usize::try_from(fact.project).unwrap_or(0);
        let project = self.projects(at).get(number);
        project.map_or("", |project| project.id.as_str())
    }

    fn build(&self, at: usize, number: u64, fact: Fact) -> Issue {
        let project = self.project_id(at, &fact).to_owned();
        fact.issue(self.of.now, self.id(at, number), project)
    }

    /// A UUID that holds the issue's number.
    fn id(&self, at: usize, number: u64) -> String {
        let place = u64::try_from(at).unwrap_or(0);
        let mut dice = Dice::of(&[self.of.seed, place, number, ID]);
        let (first, second) = (dice.draw(), dice.draw());
        let hidden = (number ^ self.mask(place)) & NUMBER;
        format!(
            "{:08x}-{:04x}-8{:03x}-a{:03x}-{hidden:012x}",
            first >> 32,
            first & 0xffff,
            second >> 52,
            second & 0xfff,
        )
    }

    fn mask(&self, place: u64) -> u64 {
        Dice::of(&[self.of.seed, place, ID]).draw()
    }
}

impl Feed for Generator {
    fn organizations(&self) -> &[Organization] {
        &self.organizations
    }

    /// The cursor is the number of the next issue to look at; a filtered listing is scanned on from there.
    fn page(
        &self,
        at: usize,
        filter: &Filter,
        after: Option<&str>,
        limit: usize,
    ) -> Option<Page<'_>> {
        let first = match after {
            Some(cursor) => u64::from_str_radix(cursor, 16).ok()?,
            None => 0,
        };
        let mut issues = Vec::with_capacity(limit);
        for number in first..self.size(at) {
            let fact = self.fact(at, number);
            let line = Line {
                kind: fact.kind.word(),
                status: match fact.state {
                    State::Resolved(_) => "resolved",
                    _ => "open",
                },
                severity: fact.severity.word(),
                ignored: fact.state == State::Ignored,
                project: self.project_id(at, &fact),
                created_at: fact.created_at,
                updated_at: fact.updated_at,
            };
            if !filter.holds(&line) {
                continue;
            }
            if issues.len() == limit {
                let next = Some(format!("{number:x}"));
                return Some(Page { issues, next });
            }
            issues.push(Cow::Owned(self.build(at, number, fact)));
        }
        Some(Page { issues, next: None })
    }

    fn issue(&self, at: usize, id: &str) -> Option<Cow<'_, Issue>> {
        let (_, hidden) = id.rsplit_once('-')?;
        let place = u64::try_from(at).ok()?;
        let number = (u64::from_str_radix(hidden, 16).ok()? ^ self.mask(place)) & NUMBER;
        let known = number < self.size(at) && self.id(at, number) == id;
        known.then(|| Cow::Owned(self.build(at, number, self.fact(at, number))))
    }

    fn issues(&self, at: usize) -> Box<dyn Iterator<Item = Cow<'_, Issue>> + '_> {
        let numbers = 0..self.size(at);
        Box::new(numbers.map(move |number| {
            let fact = self.fact(at, number);
            Cow::Owned(self.build(at, number, fact))
        }))
    }

    fn is_fixed(&self) -> bool {
        true
    }

    fn counts(&self, at: usize, project: &str) -> [u64; 5] {
        let mut projects = self.projects(at).iter();
        let number = projects.position(|item| item.id == project);
        let row = number.and_then(|number| self.counts.get(at)?.get(number));
        row.copied().unwrap_or_default()
    }

    fn vulnerabilities(&self, _at: usize, purl: &str) -> Vec<Vulnerability> {
        problem::of_package(self.of.seed, purl, self.of.now)
    }
}

/// Keeps the numbers of ids apart from those of issues.
const ID: u64 = 0x1d;
/// The bits of an id that hold the issue's number.
const NUMBER: u64 = 0xffff_ffff_ffff;
