//! The time a session spends waiting, which is not the guest's.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// Time a session has waited for quotas, as seen by a clock: waits at the same time count once.
#[derive(Debug, Default)]
pub(crate) struct QuotaWait(Mutex<Waits>);

#[derive(Debug, Default)]
struct Waits {
    running: u32,
    since: Option<Instant>,
    total: Duration,
}

impl QuotaWait {
    /// Counts until the guard is dropped.
    pub(crate) fn enter(&self) -> Waiting<'_> {
        let mut waits = self.waits();
        waits.running += 1;
        waits.since.get_or_insert_with(Instant::now);
        Waiting(self)
    }

    /// All time so far, the running wait included.
    pub(crate) fn total(&self) -> Duration {
        let waits = self.waits();
        waits.total + waits.since.map(|since| since.elapsed()).unwrap_or_default()
    }

    fn waits(&self) -> MutexGuard<'_, Waits> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A running wait.
pub(crate) struct Waiting<'a>(&'a QuotaWait);

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        let mut waits = self.0.waits();
        waits.running -= 1;
        if waits.running == 0
            && let Some(since) = waits.since.take()
        {
            waits.total += since.elapsed();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn waits_at_the_same_time_count_once() {
        let waiting = QuotaWait::default();
        let one = waiting.enter();
        tokio::time::advance(Duration::from_secs(1)).await;
        let two = waiting.enter();
        tokio::time::advance(Duration::from_secs(1)).await;
        drop(one);
        drop(two);
        tokio::time::advance(Duration::from_secs(5)).await;
        assert_eq!(waiting.total(), Duration::from_secs(2));
    }
}
