//! What both versions spend.

use std::time::Duration;

use koalr_runtime::Usage;
use schemars::JsonSchema;
use serde::Serialize;

use crate::recording::Replayed;

/// What both versions spent on the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct ShadowCost {
    /// By the version that serves.
    pub serving: Spent,
    /// By the candidate.
    pub candidate: Spent,
    /// The candidate's median by the clock, in percent of the other's; none where that is not known or 0.
    pub median_percent: Option<u64>,
    /// The candidate's time by the clock in all, in percent of the other's; none where that is 0.
    pub wall_percent: Option<u64>,
    /// The candidate's computing time, in percent of the other's; none where that is 0, as it is in a short run.
    pub cpu_percent: Option<u64>,
    /// The candidate's largest memory, in percent of the other's; none where that is 0.
    pub memory_percent: Option<u64>,
}

/// What one version spent.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Spent {
    /// How often it was asked.
    pub calls: u64,
    /// Time by the clock in all, in microseconds.
    pub wall_us: u64,
    /// The median of them by the clock, in microseconds; none if there is none.
    pub median_us: Option<u64>,
    /// Computing time, in ticks of 10 ms; what ends between two ticks is not seen.
    pub cpu_ticks: u64,
    /// Largest memory of an instance, in bytes.
    pub memory_peak_bytes: u64,
}

/// Counts what one version spends.
#[derive(Debug, Default)]
pub(super) struct Watch {
    walls_us: Vec<u32>,
    cpu_ticks: u64,
    memory_peak_bytes: u64,
}

impl Watch {
    /// A call took so long.
    pub(super) fn called(&mut self, wall: Duration) {
        self.walls_us
            .push(u32::try_from(wall.as_micros()).unwrap_or(u32::MAX));
    }

    /// A sandbox with this use is gone; none is known of one that was not the version's alone.
    pub(super) fn closed(&mut self, usage: Option<Usage>) {
        if let Some(usage) = usage {
            self.cpu_ticks += usage.cpu_ticks;
            self.memory_peak_bytes = self.memory_peak_bytes.max(usage.memory_peak_bytes);
        }
    }

    /// A recorded call was made again.
    pub(super) fn replayed(&mut self, replayed: &Replayed) {
        self.called(replayed.wall);
        self.cpu_ticks += replayed.cpu_ticks;
        self.memory_peak_bytes = self.memory_peak_bytes.max(replayed.memory_peak);
    }

    /// Adds what was counted elsewhere.
    pub(super) fn add(&mut self, other: Self) {
        self.walls_us.extend(other.walls_us);
        self.cpu_ticks += other.cpu_ticks;
        self.memory_peak_bytes = self.memory_peak_bytes.max(other.memory_peak_bytes);
    }

    fn spent(mut self) -> Spent {
        let middle = self.walls_us.len() / 2;
        let median = (middle < self.walls_us.len())
            .then(|| u64::from(*self.walls_us.select_nth_unstable(middle).1));
        Spent {
            calls: self.walls_us.len() as u64,
            wall_us: self.walls_us.iter().copied().map(u64::from).sum(),
            median_us: median,
            cpu_ticks: self.cpu_ticks,
            memory_peak_bytes: self.memory_peak_bytes,
        }
    }
}

impl ShadowCost {
    /// Of both; none if neither was asked.
    pub(super) fn of(serving: Watch, candidate: Watch) -> Option<Self> {
        let (serving, candidate) = (serving.spent(), candidate.spent());
        if serving.calls == 0 && candidate.calls == 0 {
            return None;
        }
        let percent = |of: fn(&Spent) -> Option<u64>| {
            let (before, after) = (of(&serving)?, of(&candidate)?);
            after.saturating_mul(100).checked_div(before)
        };
        Some(Self {
            median_percent: percent(|spent| spent.median_us),
            wall_percent: percent(|spent| Some(spent.wall_us)),
            cpu_percent: percent(|spent| Some(spent.cpu_ticks)),
            memory_percent: percent(|spent| Some(spent.memory_peak_bytes)),
            serving,
            candidate,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn watch(walls_us: &[u32]) -> Watch {
        Watch {
            walls_us: walls_us.to_vec(),
            cpu_ticks: 0,
            memory_peak_bytes: 1 << 20,
        }
    }

    #[test]
    fn a_ratio_to_nothing_is_not_known() {
        let cost = ShadowCost::of(watch(&[100, 900, 200]), watch(&[300, 300, 300])).unwrap();
        assert_eq!(cost.serving.median_us, Some(200));
        assert_eq!(cost.median_percent, Some(150));
        assert_eq!(cost.wall_percent, Some(75));
        assert_eq!(cost.memory_percent, Some(100));
        assert_eq!(cost.cpu_percent, None);
    }

    #[test]
    fn of_no_call_there_is_no_cost() {
        assert_eq!(ShadowCost::of(watch(&[]), watch(&[])), None);
    }
}
