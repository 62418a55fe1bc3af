//! What is counted when somebody asks, not as it happens.

use crate::queue::{Class, Count};

use super::freshness::Syncs;

/// The state of a server at one moment.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Scene {
    /// Jobs by class and tenant.
    pub(crate) queue: Vec<Count>,
    /// The integration that is loaded.
    pub(crate) integration: String,
    /// How fresh its data are.
    pub(crate) syncs: Syncs,
}

/// The jobs of a class, of all tenants together.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Load {
    /// By the word of their state.
    pub(super) jobs: [(&'static str, usize); 4],
    /// For how long the oldest due job could have started, in milliseconds; none if none is due.
    pub(super) oldest_ms: Option<i64>,
}

impl Scene {
    pub(super) fn load(&self, class: Class) -> Load {
        let of_class = || self.queue.iter().filter(|count| count.class == class);
        let sum = |jobs: fn(&Count) -> usize| of_class().map(jobs).sum();
        Load {
            jobs: [
                ("due", sum(|count| count.due)),
                ("delayed", sum(|count| count.delayed)),
                ("running", sum(|count| count.running)),
                ("dead", sum(|count| count.dead)),
            ],
            oldest_ms: of_class().filter_map(|count| count.oldest_ms).max(),
        }
    }
}
