//! How calls into the integration ended since the server started, for people.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use koalr_runtime::{CallMeasured, Verb};

/// Calls by verb and by how they ended.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    calls: Mutex<BTreeMap<(usize, &'static str), Calls>>,
}

/// Calls of one verb that ended in one way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Calls {
    /// How many; at least 1.
    pub(crate) count: u32,
    /// All of them by the clock, waits among it.
    pub(crate) wall: Duration,
    /// The largest linear memory of any of their sessions, in bytes.
    pub(crate) memory_peak_bytes: u64,
    /// The newest of them.
    pub(crate) last: CallMeasured,
    /// When it ended.
    pub(crate) last_at: Instant,
}

impl Tally {
    pub(super) fn note(&self, place: usize, call: &CallMeasured) {
        let mut all = self.calls.lock().unwrap_or_else(PoisonError::into_inner);
        let fresh = Calls {
            count: 0,
            wall: Duration::ZERO,
            memory_peak_bytes: 0,
            last: *call,
            last_at: Instant::now(),
        };
        let calls = all.entry((place, call.outcome)).or_insert(fresh);
        (calls.last, calls.last_at) = (fresh.last, fresh.last_at);
        calls.count = calls.count.saturating_add(1);
        calls.wall = calls.wall.saturating_add(call.wall);
        calls.memory_peak_bytes = calls.memory_peak_bytes.max(call.memory_peak_bytes);
    }

    /// By verb in the order of [`Verb::ALL`], then by the word for how they ended. May be empty.
    pub(crate) fn rows(&self) -> Vec<(Verb, &'static str, Calls)> {
        let all = self.calls.lock().unwrap_or_else(PoisonError::into_inner);
        let rows = all.iter().filter_map(|((place, outcome), calls)| {
            let verb = Verb::ALL.get(*place)?;
            Some((*verb, *outcome, *calls))
        });
        rows.collect()
    }
}

impl Calls {
    /// How long one took on average.
    pub(crate) fn mean(&self) -> Duration {
        self.wall / self.count.max(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_are_told_by_verb_and_end_with_their_mean_and_their_peak() {
        let tally = Tally::default();
        for (place, outcome, ms, memory_peak_bytes) in [
            (4, "ok", 10, 7),
            (3, "ok", 300, 9),
            (3, "ok", 100, 8),
            (3, "trapped", 1, 1),
        ] {
            let call = CallMeasured {
                verb: Verb::ALL[place],
                outcome,
                wall: Duration::from_millis(ms),
                cpu_ticks: 0,
                memory_peak_bytes,
                requests: 1,
            };
            tally.note(place, &call);
        }
        let rows = tally.rows();
        let told: Vec<_> = rows
            .iter()
            .map(|(verb, outcome, calls)| (verb.word(), *outcome, calls.count, calls.mean()))
            .collect();
        let ms = Duration::from_millis;
        assert_eq!(
            told,
            [
                ("sync", "ok", 2, ms(200)),
                ("sync", "trapped", 1, ms(1)),
                ("score", "ok", 1, ms(10)),
            ]
        );
        let of_sync = &rows[0].2;
        assert_eq!((of_sync.memory_peak_bytes, of_sync.last.wall), (9, ms(100)));
    }
}
