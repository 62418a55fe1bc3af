//! One organization's part of a walk.

use std::{mem, slice};

use koalr_integration_kit::model::common::{Coverage, CoverageState, Timestamp};
use koalr_integration_kit::model::record::{Entry, ProjectClass};
use serde::Serialize;

use super::super::exchange::{Output, Place};
use super::super::{ISSUES, PROJECTS};
use super::chain::{self, Chain, Listing, Window};
use super::history::Past;
use super::spread::Spread;
use crate::json::fields;
use crate::snyk::error::Outcome;
use crate::snyk::{issue, project};
use crate::transport::Base;

#[derive(Debug, Default, Serialize)]
pub(super) struct Organization {
    /// What earlier walks have read.
    past: Past,
    /// Only issues that changed after this time are listed; none for all.
    changed_since: Option<Timestamp>,
    /// Chain 0. Listed in every walk: there is no filter for changed ones.
    projects: Chain,
    /// Chains from 1 on. Read after the projects, which say what is a container and how many issues there are; empty
    /// until then.
    issues: Vec<Chain>,
    /// Ids of container projects in order, until the issues are read. Where the projects are refused or broken it lacks
    /// some, and their vulnerabilities count as those of packages.
    containers: Vec<String>,
    /// Issues by age, until their listing is planned.
    spread: Spread,
    /// Pages of a full listing of issues, as the projects count them; 0 where they do not, and in an increment.
    expected: u32,
}

fields!(Organization { past changed_since projects issues containers spread expected });

impl Organization {
    pub(super) fn new(past: Past, as_of: Timestamp) -> Self {
        Self {
            changed_since: past.changed_since(as_of),
            past,
            projects: Chain::new(Listing::Projects, Window::default()),
            ..Self::default()
        }
    }

    pub(super) fn id(&self) -> &String {
        &self.past.id
    }

    /// Numbers of the chains whose next page can be asked for.
    pub(super) fn ready(&self) -> impl Iterator<Item = usize> {
        let chains = self.chains().enumerate();
        chains.filter_map(|(number, chain)| (!chain.is_over()).then_some(number))
    }

    /// Address of a chain's next page; none if it is over.
    pub(super) fn path(&self, number: usize) -> Option<String> {
        let chain = self.chains().nth(number)?;
        (!chain.is_over()).then(|| chain.path(&self.past.id))
    }

    /// Takes what became of a chain's next page. What was resolved before `since` is left out of a full listing; in an
    /// increment a resolution is news.
    pub(super) fn take(
        &mut self,
        outcome: Outcome<'_>,
        (place, base, now): (Place, Base<'_>, Timestamp),
        since: Option<Timestamp>,
        output: &mut Output,
    ) {
        match place.1.checked_sub(1) {
            None => {
                self.take_projects(outcome, (place, base, now), output);
                if self.projects.is_over() {
                    self.plan(now);
                    let projects = slice::from_ref(&self.projects);
                    let end = chain::end(projects, PROJECTS, &self.past.id, None);
                    output.records(place).extend(end);
                }
            }
            Some(index) => {
                let since = since.filter(|_| self.changed_since.is_none());
                self.take_issues(index, outcome, (place, base, now), since, output);
                if self.is_over() && !self.reads_on() {
                    let end = chain::end(&self.issues, ISSUES, &self.past.id, self.changed_since);
                    output.records((place.0, self.issues.len())).extend(end);
                    self.containers = Vec::new();
                }
            }
        }
    }

    fn take_projects(
        &mut self,
        outcome: Outcome<'_>,
        (place, base, now): (Place, Base<'_>, Timestamp),
        output: &mut Output,
    ) {
        let (id, containers, spread) = (&self.past.id, &mut self.containers, &mut self.spread);
        let Outcome::Good(body) = outcome else {
            return self.projects.fail(outcome, (id, place), output);
        };
        let page = project::projects(body, id);
        self.projects
            .page(page, (id, place, base, now), output, |read, records| {
                let (project, issues) = read;
                spread.add(project.created_at, issues);
                if project.class == ProjectClass::Container
                    && let Err(place) = containers.binary_search(&project.id)
                {
                    containers.insert(place, project.id.clone());
                }
                records.push(Entry::Project(project));
            });
    }

    fn take_issues(
        &mut self,
        index: usize,
        outcome: Outcome<'_>,
        (place, base, now): (Place, Base<'_>, Timestamp),
        since: Option<Timestamp>,
        output: &mut Output,
    ) {
        let id = &self.past.id;
        let Some(chain) = self.issues.get_mut(index) else {
            return;
        };
        let Outcome::Good(body) = outcome else {
            return chain.fail(outcome, (id, place), output);
        };
        let page = issue::findings(body, id, &self.containers);
        chain.page(page, (id, place, base, now), output, |read, records| {
            let (finding, steps) = read;
            // A resolution without a date may be a recent one.
            let old = !finding.open
                && finding
                    .resolved_at
                    .is_some_and(|at| since.is_some_and(|since| at < since));
            if !old {
                records.push(Entry::Finding(finding));
                records.extend(steps.into_iter().map(Entry::Remediation));
            }
        });
    }

    /// Plans the listing of issues.
    fn plan(&mut self, now: Timestamp) {
        let spread = mem::take(&mut self.spread);
        let windows = if self.changed_since.is_some() {
            vec![Window {
                updated_after: self.changed_since,
                ..Window::default()
            }]
        } else {
            self.expected = spread.pages();
            spread.windows(now)
        };
        let chains = windows.into_iter();
        self.issues = chains
            .map(|window| Chain::new(Listing::Issues, window))
            .collect();
    }

    /// Whether another listing has to follow a full one that took long: what changed its place in Snyk's order meanwhile
    /// (a severity that rose, for example) may have been on no page.
    fn reads_on(&mut self) -> bool {
        let closes = |chain: &Chain| chain.window.updated_after.is_some();
        if self.issues.iter().any(closes) || self.state() != CoverageState::Complete {
            return false;
        }
        let (began, ended) = (chain::began(&self.issues), chain::ended(&self.issues));
        let Some((began, ended)) = began.zip(ended) else {
            return false;
        };
        if ended.saturating_sub(began) <= SHORT_MS {
            return false;
        }
        let window = Window {
            updated_after: Some(began.saturating_sub(SHORT_MS)),
            ..Window::default()
        };
        self.issues.push(Chain::new(Listing::Issues, window));
        true
    }

    /// How far the listing of issues got, once it is over.
    fn state(&self) -> CoverageState {
        chain::coverage(&self.issues).0
    }

    fn chains(&self) -> impl Iterator<Item = &Chain> {
        // The issues are planned when the projects are over.
        slice::from_ref(&self.projects).iter().chain(&self.issues)
    }

    pub(super) fn is_over(&self) -> bool {
        self.chains().all(Chain::is_over) && !self.issues.is_empty()
    }

    /// Pages read.
    pub(super) fn pages(&self) -> u32 {
        self.chains().map(Chain::pages).fold(0, u32::saturating_add)
    }

    /// Pages of issues that are expected; none before the projects are read, and once a page of issues was asked for.
    pub(super) fn expected_pages(&self) -> Option<u32> {
        let untouched = !self.issues.is_empty() && self.issues.iter().all(Chain::is_untouched);
        untouched.then_some(self.expected)
    }

    /// Pages in all as far as can be told; none before the projects are read.
    pub(super) fn total(&self) -> Option<u32> {
        let open = self.chains().filter(|chain| !chain.is_over()).count();
        // Each chain that goes on has a page at least.
        let sure = self.pages().saturating_add(u32::try_from(open).ok()?);
        let counted = self.projects.pages().saturating_add(self.expected);
        let total = if open > 0 { sure.max(counted) } else { sure };
        (!self.issues.is_empty()).then_some(total)
    }

    /// Rows of the listings that have ended.
    pub(super) fn coverage(&self) -> Vec<Coverage> {
        let mut rows = Vec::new();
        for (name, chains) in [
            (PROJECTS, slice::from_ref(&self.projects)),
            (ISSUES, &self.issues),
        ] {
            if !chains.is_empty() && chains.iter().all(Chain::is_over) {
                let (state, detail) = chain::coverage(chains);
                rows.push(Coverage {
                    route: name.to_owned(),
                    subject: self.past.id.clone(),
                    state,
                    as_of: chain::began(chains),
                    detail,
                });
            }
        }
        rows
    }

    /// What the next walk needs to know. Only a complete listing moves it on.
    pub(super) fn past(&self) -> Past {
        let mut past = self.past.clone();
        if self.state() == CoverageState::Complete {
            past.watermark = chain::began(&self.issues);
            if self.changed_since.is_none() {
                past.full_at = past.watermark;
            }
        }
        past
    }
}

/// A listing that takes no longer than this is as good as read at once: a minute, in milliseconds. The closing listing
/// reaches back as far behind the beginning.
const SHORT_MS: i64 = 60_000;
