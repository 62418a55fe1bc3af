//! Who is charged for what.

use std::sync::Mutex;
use std::time::Duration;

use koalr_runtime::{CallError, CallMeasured, ExchangeMeasured, Meter, Verb};

/// Counts what the sessions of one plugin do.
#[derive(Debug, Default)]
pub(super) struct Charge {
    outcomes: Mutex<Vec<&'static str>>,
    open: Mutex<i64>,
}

impl Charge {
    /// The newest call is charged as it ended, and its session is gone.
    #[track_caller]
    pub(super) fn assert_charged(&self, guest: &str, error: Option<&CallError>) {
        let outcomes = self.outcomes.lock().unwrap();
        let word = error.map_or("ok", CallError::word);
        assert_eq!(outcomes.last(), Some(&word), "{guest} is charged otherwise");
        assert_eq!(*self.open.lock().unwrap(), 0, "{guest} leaves a session");
    }

    /// Nothing but good calls is charged here.
    #[track_caller]
    pub(super) fn assert_unharmed(&self, guest: &str) {
        let outcomes = self.outcomes.lock().unwrap();
        let good = !outcomes.is_empty() && outcomes.iter().all(|outcome| *outcome == "ok");
        assert!(good, "after {guest} another is charged: {outcomes:?}");
    }
}

impl Meter for Charge {
    fn opened(&self) {
        *self.open.lock().unwrap() += 1;
    }

    fn closed(&self) {
        *self.open.lock().unwrap() -= 1;
    }

    fn called(&self, call: &CallMeasured) {
        self.outcomes.lock().unwrap().push(call.outcome);
    }

    fn breached(&self, _: Verb) {
        self.outcomes.lock().unwrap().push("breached");
    }

    fn exchanged(&self, _: &ExchangeMeasured<'_>) {}

    fn received(&self, _: u64) {}

    fn waited(&self, _: Duration) {}
}
