//! The faults that are switched on, with what they have counted.

use std::sync::{Mutex, PoisonError};

use super::{Fault, Occurrence};

/// The faults that are switched on.
#[derive(Debug, Default)]
pub(crate) struct Faults(Mutex<Vec<Switch>>);

#[derive(Debug)]
struct Switch {
    prefix: String,
    occurrence: Occurrence,
    fault: Fault,
    seen: u32,
}

impl Faults {
    /// Switches a fault on.
    pub(crate) fn add(&self, prefix: &str, occurrence: Occurrence, fault: Fault) {
        self.switches().push(Switch {
            prefix: prefix.to_owned(),
            occurrence,
            fault,
            seen: 0,
        });
    }

    /// Switches all faults off.
    pub(crate) fn clear(&self) {
        self.switches().clear();
    }

    /// Counts a request and says which faults hit it, in the order they were switched on.
    pub(crate) fn hits(&self, path: &str) -> Vec<Fault> {
        let mut hits = Vec::new();
        for switch in self.switches().iter_mut() {
            if path.starts_with(&switch.prefix) {
                switch.seen += 1;
                if switch.occurrence.hits(switch.seen) {
                    hits.push(switch.fault.clone());
                }
            }
        }
        hits
    }

    fn switches(&self) -> std::sync::MutexGuard<'_, Vec<Switch>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
