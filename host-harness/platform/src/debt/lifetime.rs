//! How soon findings are fixed, open ones included.
//!
//! The mean of those that were fixed is too small while slow ones are still open, so a Kaplan–Meier curve counts each
//! finding for as long as it was seen. Open ones are seen until the report, accepted and vanished ones until they were
//! accepted or vanished. Whoever accepts what would have taken longest makes the curve look better: the accepted share
//! stands beside it.
//!
//! There are two curves. That of the spells that began in the window holds what came in then, slow or quick, but nothing
//! is watched for longer than the window. That of all spells reaches further, and leans to the slow ones: what was fixed
//! before anybody looked is not in it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::level::ByLevel;
use super::{Absent, Figure, HOUR, Level, Seen};
use crate::backtest::Proportion;
use crate::model::common::Timestamp;
use crate::sla::Windows;
use crate::spell::Ending;
use crate::stats::Estimate;
use crate::stats::survival::{Curve, Lived};

/// How soon findings are fixed. Durations are rounded up to whole hours, and beyond 180 days to whole days; a finding is
/// watched for at most 7,300 days.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct TimesToFix {
    /// Of spells that began in the report's window.
    pub began_in_window: TimeToFix,
    /// Of all spells.
    pub every: TimeToFix,
}

/// How soon findings of some spells are fixed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct TimeToFix {
    /// All.
    pub all: Lifetime,
    /// The curve of all, at some days from 0 on, for as long as any was watched. Empty if there are none.
    pub still_open: Vec<StillOpen>,
    /// By severity: each, in falling order.
    pub by_severity: Vec<LevelTimeToFix>,
}

/// A point of the curve.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct StillOpen {
    /// Days after the beginning.
    pub days: u32,
    /// The share that is still open then, 0 to 1.
    pub share: f64,
    /// How many were watched until then or longer. Few at the curve's end make it uncertain.
    pub watched: u64,
}

/// How soon those of a severity are fixed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct LevelTimeToFix {
    /// The severity.
    pub severity: Level,
    /// How soon.
    pub lifetime: Lifetime,
}

/// How long findings stay, with those that are still open.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Lifetime {
    /// Spells.
    pub n: u32,
    /// How many of them were fixed.
    pub fixed: u32,
    /// How many are still open.
    pub open: u32,
    /// How many were accepted.
    pub accepted: Proportion,
    /// How many vanished.
    pub vanished: Proportion,
    /// After how long half are fixed, in milliseconds.
    pub median_ms: Figure<Timestamp>,
    /// After how long three quarters are fixed, in milliseconds.
    pub upper_quartile_ms: Figure<Timestamp>,
    /// The share fixed within 30 days.
    pub fixed_in_30_days: Figure<Estimate>,
    /// The share fixed within 90 days.
    pub fixed_in_90_days: Figure<Estimate>,
    /// The share fixed within the severity's window.
    pub fixed_in_window: Figure<Estimate>,
    /// For how many of the first 90 days a finding is open on average, in milliseconds.
    pub restricted_mean_ms: Figure<Timestamp>,
    /// The mean of those that were fixed, in milliseconds. It is too small while slow ones are open, and is here to be
    /// compared with only.
    pub naive_mean_of_fixed_ms: Figure<Timestamp>,
}

/// Counts by duration.
#[derive(Debug, Clone)]
pub(super) struct Lifetimes {
    in_window: ByLevel<Group>,
    before: ByLevel<Group>,
}

#[derive(Debug, Clone)]
struct Group {
    counts: Counts,
    /// By [`bin`].
    bins: Vec<Bin>,
}

#[derive(Debug, Clone, Copy, Default)]
struct Counts {
    fixed: u32,
    open: u32,
    accepted: u32,
    vanished: u32,
    /// Sum of the durations of those that were fixed, exact.
    fixed_ms: u128,
}

#[derive(Debug, Clone, Copy, Default)]
struct Bin {
    fixed: u32,
    last_seen: u32,
}

impl Lifetimes {
    pub(super) fn new() -> Self {
        Self {
            in_window: ByLevel::default(),
            before: ByLevel::default(),
        }
    }

    pub(super) fn add(&mut self, seen: &Seen<'_>) {
        let group = if seen.began_in_window {
            self.in_window.at(seen.level)
        } else {
            self.before.at(seen.level)
        };
        let lasted = seen.lasted.unsigned_abs();
        let place = bin(lasted);
        let Some(bin) = group.bins.get_mut(place) else {
            return;
        };
        let is_fixed = seen.ending == Some(Ending::Resolved);
        // Whatever was fixed later than is watched was still open when it was last seen.
        let is_event = is_fixed && place < LAST;
        bin.fixed += u32::from(is_event);
        bin.last_seen += u32::from(!is_event);
        let counts = &mut group.counts;
        counts.open += u32::from(seen.ending.is_none());
        counts.accepted += u32::from(seen.ending == Some(Ending::Accepted));
        counts.vanished += u32::from(seen.ending == Some(Ending::Vanished));
        counts.fixed += u32::from(is_fixed);
        counts.fixed_ms += u128::from(lasted) * u128::from(is_fixed);
    }

    pub(super) fn report(&self, sla: Windows) -> TimesToFix {
        let mut every = self.in_window.clone();
        for (level, group) in self.before.iter() {
            every.at(level).join(group);
        }
        TimesToFix {
            began_in_window: time_to_fix(&self.in_window, sla),
            every: time_to_fix(&every, sla),
        }
    }
}

fn time_to_fix(groups: &ByLevel<Group>, sla: Windows) -> TimeToFix {
    let mut all = Group::default();
    let mut by_severity = Vec::new();
    for (severity, group) in groups.iter() {
        all.join(group);
        let window = severity.severity().and_then(|one| sla.days(one));
        by_severity.push(LevelTimeToFix {
            severity,
            lifetime: group.lifetime(window),
        });
    }
    TimeToFix {
        all: all.lifetime(None),
        still_open: still_open(&all.curve()),
        by_severity,
    }
}

impl Default for Group {
    fn default() -> Self {
        Self {
            counts: Counts::default(),
            bins: vec![Bin::default(); LAST + 1],
        }
    }
}

impl Group {
    fn join(&mut self, other: &Self) {
        let (counts, others) = (&mut self.counts, other.counts);
        counts.fixed += others.fixed;
        counts.open += others.open;
        counts.accepted += others.accepted;
        counts.vanished += others.vanished;
        counts.fixed_ms += others.fixed_ms;
        for (bin, others) in self.bins.iter_mut().zip(&other.bins) {
            bin.fixed += others.fixed;
            bin.last_seen += others.last_seen;
        }
    }

    fn curve(&self) -> Curve {
        let lived = self.bins.iter().zip(0_u32..);
        Curve::of(lived.map(|(bin, place)| Lived {
            duration: hours(place),
            events: u64::from(bin.fixed),
            censored: u64::from(bin.last_seen),
        }))
    }

    /// `window` is the severity's, in days.
    fn lifetime(&self, window: Option<u32>) -> Lifetime {
        let counts = self.counts;
        let n = counts.fixed + counts.open + counts.accepted + counts.vanished;
        let curve = self.curve();
        let at = |absent, hours: Option<f64>| {
            let absent = if n == 0 { Absent::NoSpells } else { absent };
            Figure::or(hours.map(millis), absent)
        };
        let mean = counts.fixed_ms.checked_div(u128::from(counts.fixed));
        let mean = mean.and_then(|mean| Timestamp::try_from(mean).ok());
        let no_mean = if n == 0 {
            Absent::NoSpells
        } else {
            Absent::NoneFixed
        };
        Lifetime {
            n,
            fixed: counts.fixed,
            open: counts.open,
            accepted: Proportion::new(counts.accepted, n),
            vanished: Proportion::new(counts.vanished, n),
            median_ms: at(Absent::NotReached, curve.median()),
            upper_quartile_ms: at(Absent::NotReached, curve.time_at(0.25)),
            fixed_in_30_days: fixed_in(&curve, 30),
            fixed_in_90_days: fixed_in(&curve, 90),
            fixed_in_window: window.map_or(Figure::Absent(Absent::NoWindow), |days| {
                fixed_in(&curve, days)
            }),
            restricted_mean_ms: at(Absent::NotWatched, curve.restricted_mean(90.0 * 24.0)),
            naive_mean_of_fixed_ms: Figure::or(mean, no_mean),
        }
    }
}

fn still_open(curve: &Curve) -> Vec<StillOpen> {
    let steps = curve.steps();
    let points = POINTS.into_iter().map_while(|days| {
        let time = f64::from(days) * 24.0;
        let place = steps.partition_point(|step| step.time < time);
        let watched = steps.get(place)?.at_risk;
        Some(StillOpen {
            days,
            share: curve.at(time),
            watched,
        })
    });
    points.collect()
}

/// The share that does not outlast so many days. It has no interval while none or all were fixed by then.
fn fixed_in(curve: &Curve, days: u32) -> Figure<Estimate> {
    let Some(longest) = curve.longest() else {
        return Figure::Absent(Absent::NoSpells);
    };
    let time = f64::from(days) * 24.0;
    let open = curve.at(time);
    if longest < time && open > 0.0 {
        return Figure::Absent(Absent::NotWatched);
    }
    let interval = curve.interval_at(time).filter(|(low, high)| low < high);
    Figure::Value(Estimate {
        value: 1.0 - open,
        low: interval.map(|(_, high)| 1.0 - high),
        high: interval.map(|(low, _)| 1.0 - low),
        corrected: false,
    })
}

/// The place of a duration in milliseconds: hours rounded up, after [`FINE_DAYS`] days rounded up.
fn bin(lasted: u64) -> usize {
    let hours = lasted.div_ceil(HOUR.unsigned_abs());
    let days = hours.div_ceil(24);
    let place = hours.min(FINE_HOURS) + days.saturating_sub(FINE_DAYS);
    usize::try_from(place).map_or(LAST, |place| place.min(LAST))
}

/// The duration of a place, in hours.
fn hours(place: u32) -> f64 {
    let coarse = u64::from(place).saturating_sub(FINE_HOURS);
    let fine = u64::from(place) - coarse;
    u32::try_from(fine + coarse * 24).map_or(f64::INFINITY, f64::from)
}

#[expect(clippy::cast_possible_truncation, reason = "at most 7,300 days")]
fn millis(hours: f64) -> Timestamp {
    (hours * 3_600_000.0).round() as Timestamp
}

/// Days of the curve's points: close where most are fixed.
const POINTS: [u32; 20] = [
    0, 1, 2, 3, 5, 7, 10, 14, 21, 30, 45, 60, 75, 90, 120, 150, 180, 240, 300, 365,
];

const FINE_DAYS: u64 = 180;
const FINE_HOURS: u64 = FINE_DAYS * 24;

/// The place of 7,300 days, twenty years: what lasts longer is as if last seen then.
const LAST: usize = 180 * 24 + (7_300 - 180);
