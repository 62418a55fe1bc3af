//! The walk over one change: its dependencies, and the tests that Snyk ran on it.

mod run;

use std::collections::BTreeMap;

use koalr_integration_kit::model::common::{Coverage, CoverageState, DependencyChange, Timestamp};
use koalr_integration_kit::model::record::{ChangeFinding, Entry, Finding};
use koalr_integration_kit::model::walk::{Batch, ChangeScope, Progress, SyncError, SyncRequest};
use koalr_integration_kit::module::Packages;
use serde::Serialize;

use self::run::Run;
use super::exchange::{Exchange, Output};
use super::lookup::{self, Lookup};
use super::{DEPENDENCIES, PACKAGES, cursor};
use crate::json::{fields, words};
use crate::snyk::error::Outcome;
use crate::transport::Base;

pub(super) fn sync(
    request: &SyncRequest,
    scope: &ChangeScope,
    organization: &str,
    mut exchange: Exchange<'_>,
) -> Result<Batch, SyncError> {
    let mut output = Output::default();
    let dependencies = scope.dependencies.as_deref().unwrap_or_default();
    let fresh = Walk::new(scope, dependencies, request.as_of);
    let stored = cursor::read(request.cursor.as_ref(), |walk: &Walk| walk.follows(&fresh))?;
    let mut walk = stored.unwrap_or(fresh);
    let base = exchange.base;
    loop {
        walk.widen(dependencies);
        let next = walk.next();
        let paths: Vec<_> = next
            .iter()
            .filter_map(|&step| walk.path(step, organization))
            .collect();
        let mut take = |ticket: usize, outcome: Outcome<'_>, age_secs: u32| {
            if let Some(&step) = next.get(ticket) {
                walk.note_age(step, age_secs);
                walk.take(step, outcome, (organization, base), &mut output);
            }
        };
        if !exchange.round(&paths, &mut take)? {
            break;
        }
    }
    let done = walk.next().is_empty();
    let lookups = walk.lookups.iter().filter(|lookup| lookup.is_over());
    let runs = walk.runs.iter().filter(|run| run.is_over());
    let unknown = scope.dependencies.is_none().then(unknown_dependencies);
    let coverage = lookups
        .clone()
        .filter_map(|lookup| lookup.coverage(walk.began));
    Ok(Batch {
        cursor: (!done).then(|| cursor::write(&walk)).transpose()?,
        done,
        progress: Progress {
            done: u32::try_from(lookups.count() + runs.clone().count()).unwrap_or(u32::MAX),
            total: None,
        },
        coverage: unknown
            .into_iter()
            .chain(coverage)
            .chain(runs.filter_map(Run::coverage))
            .collect(),
        ..exchange.batch(output)?
    })
}

/// A walk over package versions and tests. Its JSON is the cursor.
#[derive(Debug, Default, Serialize)]
struct Walk {
    began: Timestamp,
    change: String,
    head: String,
    stage: Stage,
    /// Each package version once, in the order in which they were found worth asking.
    lookups: Vec<Lookup>,
    /// Tests of the checks that were known when the walk began.
    runs: Vec<Run>,
}

fields!(Walk { began change head stage lookups runs });

/// What can be asked next, by its index.
#[derive(Clone, Copy)]
enum Step {
    Lookup(usize),
    Run(usize),
}

/// How far the list of lookups has grown.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
enum Stage {
    /// The versions the change brings.
    #[default]
    After,
    /// What they replace, where they have issues: that tells a new issue from one that was there before. A package may
    /// leave another manifest, and a Go module another path.
    Before,
    /// What would fix the worst of those issues, so that nobody upgrades to something as bad.
    Candidates,
}

words!(Stage { After = "after" Before = "before" Candidates = "candidates" });

impl Walk {
    fn new(scope: &ChangeScope, dependencies: &[DependencyChange], began: Timestamp) -> Self {
        let mut walk = Self {
            began,
            change: scope.change.id.clone(),
            head: scope.change.head_sha.clone(),
            stage: Stage::After,
            lookups: Vec::new(),
            runs: Run::of(&scope.checks, began),
        };
        let after = dependencies.iter();
        let after = after.filter_map(|row| Some(lookup(row, row.after.as_deref()?)));
        lookup::add(&mut walk.lookups, after, usize::MAX);
        walk
    }

    /// Whether this walk began as that one: the same head of the same change, with the same dependencies.
    fn follows(&self, fresh: &Self) -> bool {
        let subjects = |walk: &Self| {
            walk.lookups
                .iter()
                .map(|one| one.subject.clone())
                .collect::<Vec<_>>()
        };
        self.change == fresh.change
            && self.head == fresh.head
            && subjects(self).starts_with(&subjects(fresh))
    }

    /// Every lookup that is waiting; of the tests one an organization, as one refusal speaks for all.
    fn next(&self) -> Vec<Step> {
        let mut next: Vec<_> = lookup::waiting(&self.lookups).map(Step::Lookup).collect();
        let mut organizations = Vec::new();
        for (index, run) in self.runs.iter().enumerate() {
            if !run.is_over() && !organizations.contains(&&run.organization) {
                organizations.push(&run.organization);
                next.push(Step::Run(index));
            }
        }
        next
    }

    fn path(&self, step: Step, organization: &str) -> Option<String> {
        match step {
            Step::Lookup(index) => Some(self.lookups.get(index)?.path(organization)),
            Step::Run(index) => self.runs.get(index).map(Run::path),
        }
    }

    fn take(
        &mut self,
        step: Step,
        outcome: Outcome<'_>,
        (organization, base): (&str, Base<'_>),
        output: &mut Output,
    ) {
        let change = self.change.as_str();
        match step {
            Step::Lookup(index) => {
                let keep = |finding: Finding| {
                    Some(Entry::ChangeFinding(ChangeFinding {
                        change: change.to_owned(),
                        route: PACKAGES.to_owned(),
                        finding,
                    }))
                };
                if let Some(lookup) = self.lookups.get_mut(index) {
                    lookup.take(outcome, (organization, (0, index)), output, &keep);
                }
            }
            Step::Run(index) => {
                let Some([run, rest @ ..]) = self.runs.get_mut(index..) else {
                    return;
                };
                if !run.take(outcome, (change, (1, index), base), output) {
                    let others = rest
                        .iter_mut()
                        .filter(|one| one.organization == run.organization);
                    others.for_each(|other| other.follow(run));
                }
            }
        }
    }

    /// What is given again was true when it was first given.
    fn note_age(&mut self, step: Step, age_secs: u32) {
        if let Step::Lookup(index) = step
            && let Some(lookup) = self.lookups.get_mut(index)
        {
            lookup.age_secs = age_secs;
        }
    }

    /// Adds what the answers so far make worth asking, once nothing is waiting.
    fn widen(&mut self, dependencies: &[DependencyChange]) {
        while lookup::waiting(&self.lookups).next().is_none() {
            let known = self.lookups.iter().map(|one| (one.subject.as_str(), one));
            let known: BTreeMap<&str, &Lookup> = known.collect();
            let vulnerable = dependencies.iter().filter_map(|dependency| {
                let after = lookup(dependency, dependency.after.as_deref()?);
                let known = known.get(after.subject.as_str())?;
                (known.found > 0).then(|| (dependency, known.fixes.clone()))
            });
            let vulnerable: Vec<_> = vulnerable.collect();
            match self.stage {
                Stage::After => {
                    self.stage = Stage::Before;
                    let packages = Packages::of(vulnerable.iter().map(|(row, _)| *row));
                    let moved = dependencies.iter().filter(|row| packages.has(row));
                    let before = moved.filter_map(|row| Some(lookup(row, row.before.as_deref()?)));
                    lookup::add(&mut self.lookups, before, usize::MAX);
                }
                Stage::Before => {
                    self.stage = Stage::Candidates;
                    let most = self.lookups.len() + MAX_CANDIDATES;
                    let fixes = vulnerable.iter().flat_map(|(row, fixes)| {
                        let versions = fixes.iter();
                        versions.map(|version| lookup(row, version))
                    });
                    lookup::add(&mut self.lookups, fixes, most);
                }
                Stage::Candidates => return,
            }
        }
    }
}

fn lookup(dependency: &DependencyChange, version: &str) -> Lookup {
    Lookup::new(&dependency.ecosystem, &dependency.name, version)
}

fn unknown_dependencies() -> Coverage {
    Coverage {
        route: DEPENDENCIES.to_owned(),
        subject: "change".to_owned(),
        state: CoverageState::NotAsked,
        as_of: None,
        detail: "the dependencies that the change touches are unknown, so no package was looked up"
            .to_owned(),
    }
}

/// Most candidate fix versions looked up for one change.
const MAX_CANDIDATES: usize = 10;
