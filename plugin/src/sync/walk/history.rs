//! What earlier walks have read, as far as the next one needs to know.

use std::mem;

use koalr_integration_kit::model::common::Timestamp;
use serde::Serialize;

use crate::json::fields;

/// What is kept of a walk that has ended. Its JSON is the cursor then.
#[derive(Debug, Default, Serialize)]
pub(in super::super) struct History {
    pub(super) organizations: Vec<Past>,
}

fields!(History { organizations });

/// What is kept of one organization.
#[derive(Debug, Clone, Default, Serialize)]
pub(super) struct Past {
    pub(super) id: String,
    /// When the last complete listing of issues began, by Snyk's clock; none if there was none.
    pub(super) watermark: Option<Timestamp>,
    /// When the last complete listing of all issues began, by Snyk's clock; none if there was none.
    pub(super) full_at: Option<Timestamp>,
}

fields!(Past { id watermark full_at });

impl History {
    /// What is known of an organization.
    pub(super) fn take(&mut self, id: &str) -> Past {
        let known = self.organizations.iter_mut().find(|past| past.id == id);
        Past {
            id: id.to_owned(),
            ..known.map(mem::take).unwrap_or_default()
        }
    }
}

impl Past {
    /// From when on changes are to be listed; none if it is time to list everything.
    ///
    /// No filter tells every change for certain, so that all is read again once a week, and when the host's clock says
    /// that the last time is yet to come.
    pub(super) fn changed_since(&self, as_of: Timestamp) -> Option<Timestamp> {
        let age = as_of.saturating_sub(self.full_at?);
        let recent = (-CLOCKS_DIFFER_MS..FULL_EVERY_MS).contains(&age);
        Some(self.watermark?.saturating_sub(OVERLAP_MS)).filter(|_| recent)
    }
}

/// How old the last full listing may be: a week, in milliseconds.
const FULL_EVERY_MS: i64 = 7 * 24 * 3_600_000;

/// How far the host's clock may be behind Snyk's: a day, in milliseconds.
const CLOCKS_DIFFER_MS: i64 = 24 * 3_600_000;

/// How far an increment reaches back behind the one before: an hour, in milliseconds. What changed while that was read
/// may have changed its place in Snyk's order.
const OVERLAP_MS: i64 = 3_600_000;

#[cfg(test)]
mod tests {
    use super::Past;

    const HOUR: i64 = 3_600_000;

    #[track_caller]
    fn changed_since(watermark: Option<i64>, full_at: Option<i64>, as_of: i64) -> Option<i64> {
        let past = Past {
            watermark,
            full_at,
            ..Past::default()
        };
        past.changed_since(as_of)
    }

    #[test]
    fn an_increment_reaches_back_an_hour() {
        assert_eq!(
            changed_since(Some(50 * HOUR), Some(0), 60 * HOUR),
            Some(49 * HOUR)
        );
    }

    #[test]
    fn everything_is_read_again_without_history_after_a_week_or_when_a_clock_jumped() {
        let some = Some(200 * HOUR);
        assert_eq!(changed_since(None, some, 201 * HOUR), None);
        assert_eq!(changed_since(some, None, 201 * HOUR), None);
        assert!(changed_since(some, some, 368 * HOUR - 1).is_some());
        assert_eq!(changed_since(some, some, 368 * HOUR), None);
        assert!(changed_since(some, some, 176 * HOUR).is_some());
        assert_eq!(changed_since(some, some, 176 * HOUR - 1), None);
    }
}
