//! One package version, looked up by its purl.

use std::collections::BTreeSet;

use koalr_integration_kit::model::common::{Coverage, CoverageState, Severity, Timestamp};
use koalr_integration_kit::model::record::{Entry, Finding, PackageVersion};
use koalr_integration_kit::purl::purl;
use serde::Serialize;

use super::exchange::{Output, Place};
use super::{MAX_ATTEMPTS, PACKAGES};
use crate::json::{fields, words};
use crate::snyk::error::Outcome;
use crate::snyk::page::Unread;
use crate::snyk::{endpoint, issue};

/// What becomes of a finding.
pub(super) type Keep<'a> = &'a dyn Fn(Finding) -> Option<Entry>;

/// A package version to look up, and what came of it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub(super) struct Lookup {
    /// Its name in the coverage: `ecosystem:name@version`.
    pub(super) subject: String,
    /// Empty where the package has none.
    purl: String,
    ecosystem: String,
    name: String,
    version: String,
    attempts: u8,
    state: State,
    detail: String,
    /// How old its answer was when it came, in seconds.
    pub(super) age_secs: u32,
    /// How many issues it has.
    pub(super) found: u32,
    /// Versions that fix its issues of CVSS 9.0 or more.
    pub(super) fixes: Vec<String>,
}

fields!(Lookup { subject purl ecosystem name version attempts state detail age_secs found fixes });

/// How far something asked is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum State {
    #[default]
    Waiting,
    Complete,
    Partial,
    Refused,
    Unsupported,
}

words!(State {
    Waiting = "waiting"
    Complete = "complete"
    Partial = "partial"
    Refused = "refused"
    Unsupported = "unsupported"
});

impl State {
    /// Its word in the coverage; none while it waits.
    pub(super) fn coverage(self) -> Option<CoverageState> {
        match self {
            Self::Waiting => None,
            Self::Complete => Some(CoverageState::Complete),
            Self::Partial => Some(CoverageState::Partial),
            Self::Refused => Some(CoverageState::Refused),
            Self::Unsupported => Some(CoverageState::Unsupported),
        }
    }

    /// Whether something was answered.
    pub(super) fn is_known(self) -> bool {
        matches!(self, Self::Complete | Self::Partial)
    }
}

/// Indexes of those that are not over.
pub(super) fn waiting(lookups: &[Lookup]) -> impl Iterator<Item = usize> {
    let all = lookups.iter().enumerate();
    all.filter(|(_, lookup)| !lookup.is_over())
        .map(|(index, _)| index)
}

/// Puts new ones behind the others, each unless one of them is about the same, until there are so many.
pub(super) fn add(lookups: &mut Vec<Lookup>, new: impl Iterator<Item = Lookup>, most: usize) {
    let subjects = lookups.iter().map(|lookup| lookup.subject.clone());
    let mut subjects: BTreeSet<String> = subjects.collect();
    for lookup in new {
        if lookups.len() >= most {
            return;
        }
        if subjects.insert(lookup.subject.clone()) {
            lookups.push(lookup);
        }
    }
}

impl Lookup {
    pub(super) fn new(ecosystem: &str, name: &str, version: &str) -> Self {
        let known = ECOSYSTEMS.contains(&ecosystem);
        let purl =
            known.then(|| purl(ecosystem, name, Some(version)).map_err(|error| error.to_string()));
        let (purl, state, detail) = match purl {
            Some(Ok(purl)) => (purl, State::Waiting, String::new()),
            Some(Err(error)) => (String::new(), State::Unsupported, error),
            None => {
                let detail = format!("Snyk looks up no packages of the ecosystem `{ecosystem}`");
                (String::new(), State::Unsupported, detail)
            }
        };
        Self {
            subject: format!("{ecosystem}:{name}@{version}"),
            purl,
            ecosystem: ecosystem.to_owned(),
            name: name.to_owned(),
            version: version.to_owned(),
            state,
            detail,
            ..Self::default()
        }
    }

    pub(super) fn is_over(&self) -> bool {
        self.state != State::Waiting
    }

    pub(super) fn path(&self, organization: &str) -> String {
        endpoint::package_issues(organization, &self.purl)
    }

    /// Takes what became of the request; `keep` says what a finding of the package is worth.
    pub(super) fn take(
        &mut self,
        outcome: Outcome<'_>,
        (organization, place): (&str, Place),
        output: &mut Output,
        keep: Keep<'_>,
    ) {
        let (state, detail) = match outcome {
            Outcome::Good(body) => return self.read(body, (organization, place), output, keep),
            Outcome::Again(text) => return self.again(text),
            Outcome::Refused(text) => (State::Refused, text),
            Outcome::NotFound(text) => (State::Unsupported, text),
            Outcome::Hopeless(text) if text.to_ascii_lowercase().contains("unsupported") => {
                (State::Unsupported, text)
            }
            Outcome::Hopeless(text) => (State::Partial, text),
            Outcome::Unauthorized | Outcome::Limited(_) => return,
        };
        self.state = state;
        self.detail = detail;
    }

    fn again(&mut self, text: String) {
        self.attempts = self.attempts.saturating_add(1);
        if self.attempts >= MAX_ATTEMPTS {
            self.state = State::Partial;
            self.detail = text;
        }
    }

    fn read(
        &mut self,
        body: &str,
        (organization, place): (&str, Place),
        output: &mut Output,
        keep: Keep<'_>,
    ) {
        let package = PackageVersion {
            ecosystem: Some(self.ecosystem.clone()),
            name: self.name.clone(),
            version: Some(self.version.clone()),
        };
        let page = match issue::package_findings(body, organization, &package) {
            Ok(page) => page,
            Err(fault) => return self.again(format!("its answer {fault}")),
        };
        let mut skipped = 0;
        let more = page.leads_on() || page.records.len() >= endpoint::PACKAGE_ISSUES;
        for record in page.records {
            match record {
                Ok(finding) => {
                    self.found = self.found.saturating_add(1);
                    self.note_fixes(&finding);
                    output.records(place).extend(keep(finding));
                }
                Err(Unread { id, reason }) => {
                    skipped += 1;
                    let message = format!("`{id}` of `{}` is skipped: {reason}", self.subject);
                    output.note(place, "record-skipped", id, message);
                }
            }
        }
        (self.state, self.detail) = match (skipped, more) {
            (0, false) => (State::Complete, String::new()),
            (0, true) => (
                State::Partial,
                "it has more issues than one answer holds".to_owned(),
            ),
            _ => (
                State::Partial,
                format!("{skipped} of its issues could not be used"),
            ),
        };
    }

    fn note_fixes(&mut self, finding: &Finding) {
        let blocking = match &finding.selected {
            Some(selected) => selected.score >= BLOCKING,
            None => finding.severity == Some(Severity::Critical),
        };
        for version in finding.fixed_in.iter().filter(|_| blocking) {
            if !self.fixes.contains(version) {
                self.fixes.push(version.clone());
            }
        }
    }

    /// The row of a lookup that is over.
    pub(super) fn coverage(&self, began: Timestamp) -> Option<Coverage> {
        Some(Coverage {
            route: PACKAGES.to_owned(),
            subject: self.subject.clone(),
            state: self.state.coverage()?,
            as_of: self
                .state
                .is_known()
                .then(|| began.saturating_sub(Timestamp::from(self.age_secs) * 1000)),
            detail: self.detail.clone(),
        })
    }
}

/// Score in tenths from which the candidate fix versions are looked up too: what a gate may block on.
const BLOCKING: u16 = 90;

/// Purl types that Snyk looks up without a distribution.
const ECOSYSTEMS: [&str; 13] = [
    "cargo",
    "cocoapods",
    "composer",
    "conan",
    "gem",
    "golang",
    "hex",
    "maven",
    "npm",
    "nuget",
    "pub",
    "pypi",
    "swift",
];
