//! The faults that are switched on, with what they have counted.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use super::{Fault, Occurrence};

/// The faults that are switched on, and how many requests each kind hit, those that were switched off among them.
#[derive(Debug, Default)]
pub(crate) struct Faults(Mutex<Switches>);

#[derive(Debug, Default)]
struct Switches {
    on: Vec<Switch>,
    hit: BTreeMap<String, usize>,
}

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
        self.switches().on.push(Switch {
            prefix: prefix.to_owned(),
            occurrence,
            fault,
            seen: 0,
        });
    }

    /// Switches all faults off.
    pub(crate) fn clear(&self) {
        self.switches().on.clear();
    }

    /// Counts a request and says which faults hit it, in the order they were switched on.
    pub(crate) fn hits(&self, path: &str) -> Vec<Fault> {
        let mut hits = Vec::new();
        let mut switches = self.switches();
        for switch in &mut switches.on {
            if path.starts_with(&switch.prefix) {
                switch.seen += 1;
                if switch.occurrence.hits(switch.seen) {
                    hits.push(switch.fault.clone());
                }
            }
        }
        for fault in &hits {
            *switches.hit.entry(fault.name().into_owned()).or_default() += 1;
        }
        hits
    }

    /// How many requests each kind of fault hit.
    pub(crate) fn hit(&self) -> BTreeMap<String, usize> {
        self.switches().hit.clone()
    }

    fn switches(&self) -> std::sync::MutexGuard<'_, Switches> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
