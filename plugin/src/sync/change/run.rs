//! The findings of one check's test.

use koalr_integration_kit::model::common::{Coverage, Timestamp};
use koalr_integration_kit::model::record::{ChangeCheck, ChangeFinding, Entry};
use serde::Serialize;

use super::super::exchange::{Output, Place};
use super::super::lookup::State;
use super::super::{MAX_ATTEMPTS, TEST_FINDINGS};
use crate::json::fields;
use crate::snyk::error::Outcome;
use crate::snyk::page::{Position, Unread};
use crate::snyk::{endpoint, test_finding};
use crate::transport::Base;

/// A test that Snyk ran for a check, and how far its findings are read.
#[derive(Debug, Default, Serialize)]
pub(super) struct Run {
    pub(super) organization: String,
    test: String,
    /// Empty if it is not known.
    project: String,
    at: Timestamp,
    position: Position,
    attempts: u8,
    skipped: u32,
    state: State,
    detail: String,
}

fields!(Run { organization test project at position attempts skipped state detail });

impl Run {
    /// The tests of these checks, each once.
    pub(super) fn of(checks: &[ChangeCheck], as_of: Timestamp) -> Vec<Self> {
        let mut runs: Vec<Self> = Vec::new();
        for check in checks {
            let Some(test) = &check.test else {
                continue;
            };
            if runs
                .iter()
                .any(|run| run.test == *test && run.organization == check.organization)
            {
                continue;
            }
            runs.push(Self {
                organization: check.organization.clone(),
                test: test.clone(),
                project: check.project.clone().unwrap_or_default(),
                at: check.at.unwrap_or(as_of),
                ..Self::default()
            });
        }
        runs
    }

    pub(super) fn is_over(&self) -> bool {
        self.state != State::Waiting
    }

    pub(super) fn path(&self) -> String {
        let after = self.position.after.as_deref();
        endpoint::test_findings(&self.organization, &self.test, after)
    }

    /// Takes what became of the next page. False if Snyk does not answer such requests in this organization.
    pub(super) fn take(
        &mut self,
        outcome: Outcome<'_>,
        (change, place, base): (&str, Place, Base<'_>),
        output: &mut Output,
    ) -> bool {
        let first = self.position.pages == 0;
        match outcome {
            Outcome::Good(body) => self.page(body, (change, place, base), output),
            Outcome::Again(text) => self.again(text),
            Outcome::Refused(text) if first => self.end(State::Refused, text),
            Outcome::NotFound(text) if first => self.end(State::Unsupported, text),
            Outcome::Refused(text) | Outcome::NotFound(text) | Outcome::Hopeless(text) => {
                self.end(State::Partial, text);
            }
            Outcome::Unauthorized | Outcome::Limited(_) => {}
        }
        !matches!(self.state, State::Refused | State::Unsupported)
    }

    /// Is over for the reason that another test of the organization is.
    pub(super) fn follow(&mut self, other: &Self) {
        if !self.is_over() {
            let detail = format!("not asked after test `{}`: {}", other.test, other.detail);
            self.end(other.state, detail);
        }
    }

    /// The row of a test that is over.
    pub(super) fn coverage(&self) -> Option<Coverage> {
        Some(Coverage {
            route: TEST_FINDINGS.to_owned(),
            subject: self.test.clone(),
            state: self.state.coverage()?,
            as_of: self.state.is_known().then_some(self.at),
            detail: self.detail.clone(),
        })
    }

    fn page(
        &mut self,
        body: &str,
        (change, place, base): (&str, Place, Base<'_>),
        output: &mut Output,
    ) {
        let test = test_finding::Test {
            organization: &self.organization,
            project: &self.project,
            at: self.at,
            route: TEST_FINDINGS,
        };
        let page = match test_finding::findings(body, test) {
            Ok(page) => page,
            Err(fault) => return self.again(format!("its answer {fault}")),
        };
        self.attempts = 0;
        let more = self.position.advance(&page, base);
        for record in page.records {
            match record {
                Ok(finding) => output
                    .records(place)
                    .push(Entry::ChangeFinding(ChangeFinding {
                        change: change.to_owned(),
                        route: TEST_FINDINGS.to_owned(),
                        finding,
                    })),
                Err(Unread { id, reason }) => {
                    self.skipped = self.skipped.saturating_add(1);
                    let message = format!("`{id}` of test `{}` is skipped: {reason}", self.test);
                    output.note(place, "record-skipped", id, message);
                }
            }
        }
        match more {
            Ok(true) if self.position.pages < MAX_PAGES => {}
            Ok(true) => self.end(
                State::Partial,
                format!("it has more than {MAX_PAGES} pages of findings"),
            ),
            Ok(false) if self.skipped > 0 => self.end(
                State::Partial,
                format!("{} of its findings could not be used", self.skipped),
            ),
            Ok(false) => self.end(State::Complete, String::new()),
            Err(fault) => self.end(State::Partial, format!("its answer {fault}")),
        }
    }

    fn again(&mut self, text: String) {
        self.attempts = self.attempts.saturating_add(1);
        if self.attempts >= MAX_ATTEMPTS {
            self.end(State::Partial, text);
        }
    }

    fn end(&mut self, state: State, detail: String) {
        self.state = state;
        self.detail = detail;
    }
}

/// Most pages read of one test.
const MAX_PAGES: u32 = 20;
