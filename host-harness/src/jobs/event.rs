//! What a sync tells while it runs, and the pace that a clock makes of it.

use std::time::Duration;

use koalr_platform::model::manifest::Quota;
use schemars::JsonSchema;
use serde::Serialize;

use crate::RateShare;

/// Something that happened in a sync. Events hold no time: whoever shows them has a clock.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(
    tag = "event",
    rename_all = "kebab-case",
    rename_all_fields = "kebab-case"
)]
pub enum SyncEvent {
    /// How much is ahead is known. At most once a run, and never in one that only asks what changed.
    Estimated(Estimate),
    /// A batch was read.
    Progress {
        /// Pages read since the walk began, earlier runs included.
        pages: u32,
        /// Pages in all, as far as can be told; none while it is unknown.
        total: Option<u32>,
        /// Records read by this run.
        records: u64,
        /// Requests sent by this run.
        requests: u64,
        /// What was read last, for people, for example `findings of Acme`; none if the batch brought nothing of an
        /// organization.
        reading: Option<String>,
    },
    /// The upstream asks to wait, and the run does.
    Paused {
        /// For how long, in seconds.
        secs: u32,
    },
    /// The last batch is stored: from here on a stopped run goes on.
    Committed,
}

/// What a run will take.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Estimate {
    /// Requests, those already sent included.
    pub requests: u64,
    /// Minutes at the pace that the quotas allow, rounded up. At least 1.
    pub minutes: u64,
}

impl Estimate {
    /// What this many requests take within this share of those quotas that apply to all requests.
    pub(super) fn new(requests: u64, quotas: &[Quota], share: RateShare) -> Self {
        let for_all = quotas
            .iter()
            .filter(|quota| quota.method.is_none() && quota.path_prefix.is_none());
        let minutes = for_all.map(|quota| {
            let window = u64::from(quota.requests.max(1)) * u64::from(share.to_percent());
            let per_minute = (window * 60 / u64::from(quota.window_secs.max(1)) / 100).max(1);
            requests.div_ceil(per_minute)
        });
        Self {
            requests,
            minutes: minutes.max().unwrap_or_default().max(1),
        }
    }
}

/// How fast a sync runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Pace {
    /// Requests a minute on average since the run began.
    pub per_minute: u64,
    /// Seconds until all pages are read at that pace, rounded up; none while their number is unknown.
    pub seconds_left: Option<u64>,
}

impl Pace {
    /// The pace of a run that began `elapsed` ago and has come to `event`; none before there is one.
    #[must_use]
    pub fn of(event: &SyncEvent, elapsed: Duration) -> Option<Self> {
        let SyncEvent::Progress {
            pages,
            total,
            requests,
            ..
        } = event
        else {
            return None;
        };
        let millis = u64::try_from(elapsed.as_millis()).ok()?;
        if millis == 0 || *requests == 0 {
            return None;
        }
        Some(Self {
            per_minute: requests.saturating_mul(60_000) / millis,
            // A page is a request, but for the few that are repeated.
            seconds_left: total.map(|total| {
                let left = u64::from(total.saturating_sub(*pages));
                left.saturating_mul(millis).div_ceil(requests * 1000)
            }),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn quota(requests: u32, window_secs: u32) -> Quota {
        Quota {
            id: String::new(),
            requests,
            window_secs,
            method: None,
            path_prefix: None,
        }
    }

    fn progress(pages: u32, total: Option<u32>, requests: u64) -> SyncEvent {
        SyncEvent::Progress {
            pages,
            total,
            records: 0,
            requests,
            reading: None,
        }
    }

    #[test]
    fn an_estimate_follows_the_narrowest_quota_for_all_requests() {
        let exports = Quota {
            path_prefix: Some("/export".to_owned()),
            ..quota(1, 3600)
        };
        let quotas = [quota(160, 1), quota(1_620, 60), exports];
        let share = RateShare::default();
        let minutes = |requests| Estimate::new(requests, &quotas, share).minutes;
        assert_eq!(minutes(1_240), 1);
        assert_eq!(minutes(1_297), 2);
        assert_eq!(minutes(0), 1);
    }

    #[test]
    fn the_pace_of_a_run_is_its_own_although_an_earlier_one_read_pages() {
        let event = progress(600, Some(1_000), 200);
        assert_eq!(
            Pace::of(&event, Duration::from_secs(10)),
            Some(Pace {
                per_minute: 1_200,
                seconds_left: Some(20)
            })
        );
    }

    #[test]
    fn without_a_total_no_time_is_left_to_tell() {
        let pace = Pace::of(&progress(5, None, 5), Duration::from_secs(1));
        assert_eq!(pace.unwrap().seconds_left, None);
    }

    #[test]
    fn before_the_first_request_there_is_no_pace() {
        assert_eq!(
            Pace::of(&progress(0, None, 0), Duration::from_secs(1)),
            None
        );
        assert_eq!(
            Pace::of(&SyncEvent::Committed, Duration::from_secs(1)),
            None
        );
    }

    #[test]
    fn an_event_says_its_kind_in_kebab_case() {
        let estimate = Estimate {
            requests: 7,
            minutes: 1,
        };
        let json = |event| serde_json::to_value::<SyncEvent>(event).unwrap();
        assert_eq!(
            json(SyncEvent::Estimated(estimate)),
            serde_json::json!({"event": "estimated", "requests": 7, "minutes": 1})
        );
        assert_eq!(
            json(SyncEvent::Committed),
            serde_json::json!({"event": "committed"})
        );
    }
}
