//! One chain of pages, each known only from the one before.

use koalr_integration_kit::model::common::{CoverageState, Timestamp};
use koalr_integration_kit::model::record::Entry;
use koalr_integration_kit::model::walk::Walk;
use serde::Serialize;

use super::super::exchange::{Output, Place};
use super::super::{ISSUES, MAX_ATTEMPTS, PROJECTS};
use crate::json::{fields, words};
use crate::snyk::endpoint;
use crate::snyk::error::Outcome;
use crate::snyk::page::{Page, PageFault, Position, Unread};
use crate::transport::Base;

/// A listing, or a part of one, that is read page by page.
#[derive(Debug, Default, Serialize)]
pub(super) struct Chain {
    listing: Listing,
    pub(super) window: Window,
    position: Position,
    records: u32,
    skipped: u32,
    /// How often the next page failed.
    attempts: u8,
    state: State,
    /// Why it is refused or broken.
    detail: String,
    /// When its first page was read, by Snyk's clock.
    began: Option<Timestamp>,
    /// When its last page so far was read.
    read: Option<Timestamp>,
}

fields!(Chain { listing window position records skipped attempts state detail began read });

/// Which records of a listing are wanted. All ends are open: the very instant is excluded.
#[derive(Debug, Clone, Copy, Default, Serialize)]
pub(super) struct Window {
    pub(super) created_after: Option<Timestamp>,
    pub(super) created_before: Option<Timestamp>,
    pub(super) updated_after: Option<Timestamp>,
}

fields!(Window { created_after created_before updated_after });

/// What a chain lists.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Listing {
    #[default]
    Projects,
    /// Issues of every type and status.
    Issues,
}

words!(Listing {
    Projects = "projects"
    Issues = "issues"
});

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
enum State {
    #[default]
    Reading,
    Ended,
    Refused,
    Broken,
}

words!(State { Reading = "reading" Ended = "ended" Refused = "refused" Broken = "broken" });

impl Chain {
    pub(super) fn new(listing: Listing, window: Window) -> Self {
        Self {
            listing,
            window,
            ..Self::default()
        }
    }

    pub(super) fn is_over(&self) -> bool {
        self.state != State::Reading
    }

    /// Whether nothing came of it yet.
    pub(super) fn is_untouched(&self) -> bool {
        !self.is_over() && self.position.pages == 0 && self.attempts == 0
    }

    pub(super) fn pages(&self) -> u32 {
        self.position.pages
    }

    /// Address of the next page.
    pub(super) fn path(&self, organization: &str) -> String {
        let after = self.position.after.as_deref();
        let address = match self.listing {
            Listing::Projects => endpoint::projects(organization, after),
            Listing::Issues => endpoint::issues(organization, after),
        };
        let filters = [
            ("created_after", self.window.created_after),
            ("created_before", self.window.created_before),
            ("updated_after", self.window.updated_after),
        ];
        filters
            .into_iter()
            .fold(address, |address, (filter, at)| match at {
                Some(at) => endpoint::narrowed(address, filter, at),
                None => address,
            })
    }

    /// Takes a page, and keeps what its records say. A record that cannot be used is named and skipped; the listing is
    /// partial then.
    pub(super) fn page<T>(
        &mut self,
        page: Result<Page<T>, PageFault>,
        (organization, place, base, now): (&str, Place, Base<'_>, Timestamp),
        output: &mut Output,
        mut keep: impl FnMut(T, &mut Vec<Entry>),
    ) {
        let page = match page {
            Ok(page) => page,
            Err(fault) => {
                let text = format!("it {fault}");
                return self.fail(Outcome::Again(text), (organization, place), output);
            }
        };
        self.attempts = 0;
        self.began.get_or_insert(now);
        self.read = Some(now);
        let here = self.here(organization);
        let more = self.position.advance(&page, base);
        for record in page.records {
            self.records = self.records.saturating_add(1);
            match record {
                Ok(value) => keep(value, output.records(place)),
                Err(Unread { id, reason }) => {
                    self.skipped = self.skipped.saturating_add(1);
                    let message = format!("`{id}` on {here} is skipped: {reason}");
                    output.note(place, "record-skipped", id, message);
                }
            }
        }
        match more {
            Ok(true) => {}
            Ok(false) => self.state = State::Ended,
            Err(fault) => self.broken(&here, &fault.to_string(), place, output),
        }
    }

    /// Takes an answer that is not a page.
    pub(super) fn fail(
        &mut self,
        outcome: Outcome<'_>,
        (organization, place): (&str, Place),
        output: &mut Output,
    ) {
        let here = self.here(organization);
        match outcome {
            Outcome::Refused(text) | Outcome::NotFound(text) if self.position.pages == 0 => {
                self.state = State::Refused;
                self.detail.clone_from(&text);
                output.note(place, "refused", here, text);
            }
            Outcome::Again(text) => {
                self.attempts = self.attempts.saturating_add(1);
                if self.attempts >= MAX_ATTEMPTS {
                    let text = format!("failed {MAX_ATTEMPTS} times: {text}");
                    self.broken(&here, &text, place, output);
                }
            }
            Outcome::Refused(text) | Outcome::NotFound(text) | Outcome::Hopeless(text) => {
                self.broken(&here, &format!("failed: {text}"), place, output);
            }
            Outcome::Good(_) | Outcome::Unauthorized | Outcome::Limited(_) => {}
        }
    }

    fn broken(&mut self, here: &str, text: &str, place: Place, output: &mut Output) {
        self.state = State::Broken;
        self.detail = format!("{here} {text}");
        output.note(place, "page-broken", here.to_owned(), self.detail.clone());
    }

    /// Names the next page.
    fn here(&self, organization: &str) -> String {
        let (listing, page) = (self.listing.name(), self.position.pages.saturating_add(1));
        format!("page {page} of {listing} of organization `{organization}`")
    }
}

impl Listing {
    fn name(self) -> &'static str {
        match self {
            Self::Projects => PROJECTS,
            Self::Issues => ISSUES,
        }
    }
}

/// When the reading of chains began; none if no page was read.
pub(super) fn began(chains: &[Chain]) -> Option<Timestamp> {
    chains.iter().filter_map(|chain| chain.began).min()
}

/// When the last page of chains was read; none if no page was read.
pub(super) fn ended(chains: &[Chain]) -> Option<Timestamp> {
    chains.iter().filter_map(|chain| chain.read).max()
}

/// What the end of a route's chains means: completed only if all ended properly and nothing was skipped. A route that
/// was refused altogether has no walk.
pub(super) fn end(
    chains: &[Chain],
    route: &str,
    organization: &str,
    changed_since: Option<Timestamp>,
) -> Option<Entry> {
    let sum = |count: fn(&Chain) -> u32| chains.iter().map(count).fold(0, u32::saturating_add);
    let walk = Walk {
        route: route.to_owned(),
        organization: organization.to_owned(),
        changed_since,
        pages: sum(Chain::pages),
        records: sum(|chain| chain.records),
    };
    match coverage(chains).0 {
        CoverageState::Complete => Some(Entry::WalkCompleted(walk)),
        CoverageState::Refused => None,
        _ => Some(Entry::WalkBroken(walk)),
    }
}

/// How far a route's chains got, once all are over, and what is missing.
pub(super) fn coverage(chains: &[Chain]) -> (CoverageState, String) {
    let mut missing: Vec<String> = Vec::new();
    for chain in chains {
        if !chain.detail.is_empty() {
            missing.push(chain.detail.clone());
        }
        if chain.skipped > 0 {
            let name = chain.listing.name();
            missing.push(format!(
                "{} of {} records of {name} could not be used",
                chain.skipped, chain.records
            ));
        }
    }
    let state = if chains.iter().all(|chain| chain.state == State::Refused) {
        CoverageState::Refused
    } else if missing.is_empty() {
        CoverageState::Complete
    } else {
        CoverageState::Partial
    };
    (state, missing.join("; "))
}
