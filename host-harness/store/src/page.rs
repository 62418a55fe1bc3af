//! Pages of lists, newest first. Each begins where the one before ended, by time and id and never by a count, so that
//! what is stored meanwhile neither repeats nor hides an item.

mod changes;
mod decisions;
mod findings;
mod people;

use koalr_platform::model::common::Timestamp;

pub use changes::{ChangeList, ListedChange};
pub use decisions::{DecisionKey, DecisionList};
pub(crate) use findings::finding_at;
pub use findings::{FindingList, FindingPlace, FindingState, ListedFinding};
pub use people::{OverrideKey, StoredWaiver};

/// A part of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slice<K> {
    /// The item that it begins behind; none means with the first.
    pub after: Option<K>,
    /// Most items of it.
    pub limit: u32,
}

/// Place of an item among those that are ordered by time, then by id.
pub type TimeAndId = (Timestamp, String);

#[cfg(test)]
mod tests;
