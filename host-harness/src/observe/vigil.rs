//! Whether a version of an integration fails more often than it may.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use koalr_runtime::CallMeasured;
use tokio::sync::Notify;

/// How the newest calls of one version ended.
#[derive(Debug, Default)]
pub(crate) struct Vigil {
    /// Whether each failed, the newest last.
    ended: Mutex<VecDeque<bool>>,
    alarm: Arc<Notify>,
}

impl Vigil {
    /// One that rings when a call failed.
    pub(crate) fn ringing(alarm: &Arc<Notify>) -> Self {
        Self {
            ended: Mutex::default(),
            alarm: Arc::clone(alarm),
        }
    }

    pub(super) fn note(&self, call: &CallMeasured) {
        self.ended_so(is_fault(call));
    }

    /// A call that ended well gave what the contract forbids.
    pub(super) fn blame(&self) {
        self.ended_so(true);
    }

    fn ended_so(&self, failed: bool) {
        let mut ended = self.ended();
        if ended.len() >= MOST_CALLS {
            ended.pop_front();
        }
        ended.push_back(failed);
        drop(ended);
        if failed {
            self.alarm.notify_one();
        }
    }

    /// How many of the newest calls failed, of at most so many.
    pub(crate) fn faults_among(&self, calls: usize) -> usize {
        let ended = self.ended();
        let newest = ended.iter().rev().take(calls);
        newest.filter(|failed| **failed).count()
    }

    fn ended(&self) -> MutexGuard<'_, VecDeque<bool>> {
        self.ended.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether the version is to blame. A slow upstream makes a call that fetches run out of time, whatever the version.
fn is_fault(call: &CallMeasured) -> bool {
    match call.outcome {
        "not-started" | "contract" | "trapped" | "out-of-cpu" | "out-of-memory" | "impure" => true,
        "out-of-time" => call.verb.is_pure(),
        _ => false,
    }
}

/// Calls that are remembered: the most that an operator can ask about.
pub(crate) const MOST_CALLS: usize = 1_000;

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use koalr_runtime::Verb;

    use super::*;

    fn note(vigil: &Vigil, verb: Verb, outcome: &'static str) {
        vigil.note(&CallMeasured {
            verb,
            outcome,
            wall: Duration::ZERO,
            cpu_ticks: 0,
            memory_peak_bytes: 0,
            requests: 0,
        });
    }

    #[test]
    fn only_the_newest_calls_count() {
        let vigil = Vigil::default();
        note(&vigil, Verb::Gate, "trapped");
        for _ in 0..9 {
            note(&vigil, Verb::Gate, "ok");
        }
        assert_eq!((vigil.faults_among(10), vigil.faults_among(9)), (1, 0));
        for _ in 0..MOST_CALLS {
            note(&vigil, Verb::Gate, "ok");
        }
        assert_eq!(vigil.faults_among(usize::MAX), 0);
    }

    #[test]
    fn a_slow_upstream_is_not_the_fault_of_a_version() {
        let vigil = Vigil::default();
        note(&vigil, Verb::Sync, "out-of-time");
        note(&vigil, Verb::Sync, "refused");
        note(&vigil, Verb::Sync, "abandoned");
        assert_eq!(vigil.faults_among(10), 0);
        note(&vigil, Verb::Gate, "out-of-time");
        assert_eq!(vigil.faults_among(10), 1);
    }
}
