//! What came and went, by week.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::{DAY, Seen, bump};
use crate::model::common::Timestamp;

/// Findings that came and went in the report's window.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Flow {
    /// In all of the window.
    pub all: Moves,
    /// By week, the first first, weeks without any included. At most the last 522.
    pub weeks: Vec<Week>,
    /// How many earlier weeks of the window are not listed.
    pub earlier_weeks: u64,
}

/// What came and went in a week of ISO 8601: Monday to Sunday, UTC.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Week {
    /// Its name, for example `2026-W05`; empty for a year that has no four digits.
    pub name: String,
    /// Its first moment.
    pub starts_at: Timestamp,
    /// Whether the window holds only a part of it.
    pub cut: bool,
    /// What came and went.
    pub moves: Moves,
}

/// What came and went. Each is a series of its own: who fixes things is not to blame for what became public.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Moves {
    /// Came in, and was public.
    pub introduced: u32,
    /// Was there, and became public.
    pub disclosed: u32,
    /// Came back.
    pub re_introduced: u32,
    /// Came, and it cannot be told how.
    pub origin_unknown: u32,
    /// Fixed.
    pub resolved: u32,
    /// Accepted: still there.
    pub accepted: u32,
    /// Not listed any more, though nobody said that it was fixed.
    pub vanished: u32,
    /// By how much the open ones grew: all that came without all that went.
    pub net: i64,
}

#[derive(Debug, Clone)]
pub(super) struct FlowTally {
    from: Timestamp,
    as_of: Timestamp,
    /// Number of the first week that is listed.
    first: i64,
    earlier: u64,
    all: Counts,
    weeks: Vec<Counts>,
}

/// The counts of [`Moves`], as lists: which one a spell is of is hard to foresee, so none of it is a branch.
#[derive(Debug, Clone, Copy, Default)]
struct Counts {
    came: [u32; 4],
    went: [u32; 3],
}

impl FlowTally {
    pub(super) fn new(from: Timestamp, as_of: Timestamp) -> Self {
        let (begin, last) = (week(from), week(as_of));
        let first = begin.max(last.saturating_sub(MOST_WEEKS - 1));
        let listed = if from > as_of { 0 } else { last - first + 1 };
        Self {
            from,
            as_of,
            first,
            earlier: if listed == 0 {
                0
            } else {
                begin.abs_diff(first)
            },
            all: Counts::default(),
            weeks: vec![Counts::default(); usize::try_from(listed).unwrap_or(0)],
        }
    }

    pub(super) fn add(&mut self, seen: &Seen<'_>) {
        if seen.began_in_window {
            let origin = seen.spell.origin as usize;
            bump(&mut self.all.came, origin);
            if let Some(week) = self.week(seen.spell.opened_at) {
                bump(&mut week.came, origin);
            }
        }
        if let Some(ending) = seen.ending.filter(|_| seen.ended_in_window) {
            bump(&mut self.all.went, ending as usize);
            if let Some(week) = self.week(seen.until) {
                bump(&mut week.went, ending as usize);
            }
        }
    }

    pub(super) fn report(&self) -> Flow {
        let weeks = self.weeks.iter().zip(self.first..);
        Flow {
            all: self.all.report(),
            weeks: weeks
                .map(|(moves, number)| {
                    let starts_at = starts(number);
                    let ends_at = starts(number + 1).saturating_sub(1);
                    Week {
                        name: name(starts_at).unwrap_or_default(),
                        starts_at,
                        cut: starts_at < self.from || ends_at > self.as_of,
                        moves: moves.report(),
                    }
                })
                .collect(),
            earlier_weeks: self.earlier,
        }
    }

    fn week(&mut self, at: Timestamp) -> Option<&mut Counts> {
        let place = usize::try_from(week(at) - self.first).ok()?;
        self.weeks.get_mut(place)
    }
}

impl Counts {
    fn report(&self) -> Moves {
        let sum = |counts: &[u32]| counts.iter().copied().map(i64::from).sum::<i64>();
        // In the order of `Origin`, and of `Ending`.
        let [introduced, disclosed, re_introduced, origin_unknown] = self.came;
        let [resolved, accepted, vanished] = self.went;
        Moves {
            introduced,
            disclosed,
            re_introduced,
            origin_unknown,
            resolved,
            accepted,
            vanished,
            net: sum(&self.came) - sum(&self.went),
        }
    }
}

/// The number of the week of an instant: 0 holds 1970-01-01, a Thursday.
pub(super) fn week(at: Timestamp) -> i64 {
    at.saturating_add(THURSDAY).div_euclid(WEEK)
}

fn starts(week: i64) -> Timestamp {
    week.saturating_mul(WEEK).saturating_sub(THURSDAY)
}

fn name(monday: Timestamp) -> Option<String> {
    let at = OffsetDateTime::from_unix_timestamp(monday.div_euclid(1_000)).ok()?;
    let (year, week, _) = at.to_iso_week_date();
    (0..=9_999)
        .contains(&year)
        .then(|| format!("{year:04}-W{week:02}"))
}

const WEEK: Timestamp = 7 * DAY;

/// From a Monday to its Thursday.
const THURSDAY: Timestamp = 3 * DAY;

/// Ten years.
const MOST_WEEKS: i64 = 522;
