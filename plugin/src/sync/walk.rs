//! State of a walk: per organization its projects first, then its issues.

mod chain;
mod history;
mod organization;
mod spread;

use koalr_integration_kit::model::common::{Coverage, Timestamp};
use koalr_integration_kit::model::walk::Progress;
use serde::Serialize;

pub(super) use self::history::History;
use self::organization::Organization;
use super::exchange::{Output, Place};
use crate::json::fields;
use crate::snyk::error::Outcome;
use crate::transport::Base;

/// A walk over organizations. Its JSON is the cursor.
#[derive(Debug, Default, Serialize)]
pub(super) struct Walk {
    /// Oldest resolution wanted. That of the first call: a host may move its window on between calls.
    since: Option<Timestamp>,
    organizations: Vec<Organization>,
}

fields!(Walk { since organizations });

impl Walk {
    /// A walk that has not begun. What an earlier one has read decides whether an organization is read in full.
    pub(super) fn new(
        ids: &[String],
        since: Option<Timestamp>,
        mut history: History,
        as_of: Timestamp,
    ) -> Self {
        let organizations = ids
            .iter()
            .map(|id| Organization::new(history.take(id), as_of));
        Self {
            since,
            organizations: organizations.collect(),
        }
    }

    /// Whether this is a walk over exactly these organizations.
    pub(super) fn covers(&self, ids: &[String]) -> bool {
        self.organizations.iter().map(Organization::id).eq(ids)
    }

    /// Chains whose next page can be asked for: organization, and chain counted from the projects'.
    pub(super) fn ready(&self) -> Vec<Place> {
        let organizations = self.organizations.iter().enumerate();
        organizations
            .flat_map(|(index, one)| one.ready().map(move |chain| (index, chain)))
            .collect()
    }

    /// Address of a chain's next page; none if it is over.
    pub(super) fn path(&self, (index, chain): Place) -> Option<String> {
        self.organizations.get(index)?.path(chain)
    }

    /// Takes what became of a chain's next page, and the time by Snyk's clock.
    pub(super) fn take(
        &mut self,
        place: Place,
        outcome: Outcome<'_>,
        (base, now): (Base<'_>, Timestamp),
        output: &mut Output,
    ) {
        if let Some(organization) = self.organizations.get_mut(place.0) {
            organization.take(outcome, (place, base, now), self.since, output);
        }
    }

    /// Whether every listing has ended, one way or the other.
    pub(super) fn is_over(&self) -> bool {
        self.organizations.iter().all(Organization::is_over)
    }

    /// Whether all projects are read, no issue yet, and the issues are expected to take long.
    pub(super) fn is_long(&self) -> bool {
        let expected = self.organizations.iter().map(Organization::expected_pages);
        let expected: Option<usize> = expected.map(|pages| Some(pages? as usize)).sum();
        expected.is_some_and(|pages| pages > self.organizations.len())
    }

    /// Pages in all as far as can be told; none before all projects are read.
    pub(super) fn total(&self) -> Option<u32> {
        let mut total: u32 = 0;
        for organization in &self.organizations {
            total = total.saturating_add(organization.total()?);
        }
        Some(total)
    }

    /// Pages read since the walk began, and in all.
    pub(super) fn progress(&self) -> Progress {
        let pages = self.organizations.iter().map(Organization::pages);
        Progress {
            done: pages.fold(0, u32::saturating_add),
            total: self.total(),
        }
    }

    /// Rows of all listings that have ended.
    pub(super) fn coverage(&self) -> Vec<Coverage> {
        let organizations = self.organizations.iter();
        organizations.flat_map(Organization::coverage).collect()
    }

    /// What the next walk needs to know of this one, which is over.
    pub(super) fn history(&self) -> History {
        let organizations = self.organizations.iter();
        History {
            organizations: organizations.map(Organization::past).collect(),
        }
    }
}
