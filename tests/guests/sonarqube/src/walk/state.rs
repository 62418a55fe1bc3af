//! Where a walk stands. It travels in the cursor, because nothing is remembered between calls.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use super::task::Task;
use crate::contract::sync::{Cursor, Entry, Error, Walk};
use crate::contract::types::{Coverage, CoverageState, Timestamp};

/// What is still to ask, and what came so far.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct State {
    /// What is walked: a cursor of another walk is stale.
    of: String,
    pub(super) queue: VecDeque<Task>,
    /// Pages read since the walk began.
    pub(super) pages: u32,
    listings: Vec<Listing>,
}

/// One route of one subject.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Listing {
    route: String,
    subject: String,
    pages: u32,
    records: u32,
    /// What is missing, and why; none as long as nothing is.
    flaw: Option<Flaw>,
    /// When it came to its end.
    ended_at: Option<Timestamp>,
}

/// Why a route is not complete.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Flaw {
    pub(super) kind: FlawKind,
    /// One sentence.
    pub(super) detail: String,
}

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(super) enum FlawKind {
    Partial,
    Refused,
    Unsupported,
}

impl State {
    /// The state that a cursor holds; a new one without a cursor.
    ///
    /// # Errors
    ///
    /// The cursor has another format, or it is of another walk.
    pub(super) fn open(
        cursor: Option<&Cursor>,
        of: String,
        begin: impl FnOnce() -> Vec<Task>,
    ) -> Result<Self, Error> {
        let Some(cursor) = cursor else {
            return Ok(Self {
                of,
                queue: begin().into(),
                ..Self::default()
            });
        };
        let state: Option<Self> = serde_json::from_slice(&cursor.bytes).ok();
        state
            .filter(|state| cursor.format == FORMAT && state.of == of)
            .ok_or(Error::StaleCursor)
    }

    /// The cursor that leads back here.
    pub(super) fn cursor(&self) -> Result<Cursor, Error> {
        let bytes = serde_json::to_vec(self)
            .map_err(|error| Error::Other(("cursor".to_owned(), error.to_string())))?;
        Ok(Cursor {
            format: FORMAT,
            bytes,
        })
    }

    /// Counts a page of these routes.
    pub(super) fn count(&mut self, routes: &[&str], subject: &str, records: u32) {
        self.pages += 1;
        // A page that several routes need is one of the first.
        if let Some(route) = routes.first() {
            let listing = self.listing(route, subject);
            listing.pages += 1;
            listing.records += records;
        }
    }

    /// Notes what is missing. What was noted first stays.
    pub(super) fn spoil(&mut self, routes: &[&str], subject: &str, flaw: &Flaw) {
        for route in routes {
            let listing = self.listing(route, subject);
            listing.flaw.get_or_insert_with(|| flaw.clone());
        }
    }

    /// Ends the routes of a subject about which nothing more is to ask.
    pub(super) fn end(&mut self, routes: &[&str], subject: &str, at: Timestamp) {
        for route in routes {
            self.listing(route, subject).ended_at = Some(at);
        }
    }

    /// Whether the new issues of a change were asked for, or something is known to keep them from being told.
    pub(super) fn was_analysed(&self) -> bool {
        self.listings.iter().any(|one| one.route == "new-issues")
    }

    /// The ends of an organization's listings: only one without a flaw shows that what it lacks is missing.
    pub(super) fn ends(&self, organization: &str) -> Vec<Entry> {
        let listings = self.listings.iter();
        let own = listings.filter(|one| one.subject == organization);
        own.map(|one| {
            let walk = Walk {
                route: one.route.clone(),
                organization: organization.to_owned(),
                changed_since: None,
                pages: one.pages,
                records: one.records,
            };
            match one.flaw {
                None => Entry::WalkCompleted(walk),
                Some(_) => Entry::WalkBroken(walk),
            }
        })
        .collect()
    }

    /// What is known so far: flaws as soon as they are met, completeness only at the end.
    pub(super) fn coverage(&self) -> Vec<Coverage> {
        let rows = self.listings.iter().filter_map(|one| {
            let (state, detail) = match (&one.flaw, one.ended_at) {
                (Some(flaw), _) => (flaw.kind.state(), flaw.detail.clone()),
                (None, Some(_)) => (CoverageState::Complete, String::new()),
                (None, None) => return None,
            };
            Some(Coverage {
                route: one.route.clone(),
                subject: one.subject.clone(),
                as_of: one.ended_at.filter(|_| state == CoverageState::Complete),
                state,
                detail,
            })
        });
        rows.collect()
    }

    fn listing(&mut self, route: &str, subject: &str) -> &mut Listing {
        let is = |one: &Listing| one.route == route && one.subject == subject;
        let index = self.listings.iter().position(is).unwrap_or_else(|| {
            self.listings.push(Listing {
                route: route.to_owned(),
                subject: subject.to_owned(),
                pages: 0,
                records: 0,
                flaw: None,
                ended_at: None,
            });
            self.listings.len() - 1
        });
        #[expect(clippy::indexing_slicing, reason = "it was found or pushed just now")]
        &mut self.listings[index]
    }
}

impl FlawKind {
    fn state(self) -> CoverageState {
        match self {
            Self::Partial => CoverageState::Partial,
            Self::Refused => CoverageState::Refused,
            Self::Unsupported => CoverageState::Unsupported,
        }
    }
}

/// Version of the cursor's bytes. Whoever changes [`State`] counts on.
const FORMAT: u32 = 1;
