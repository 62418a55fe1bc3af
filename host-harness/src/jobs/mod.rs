//! What a host does with an integration. Each job takes the time as an argument.

mod change_file;
mod confirm;
mod connect;
mod counts;
mod dependencies;
mod enrich;
mod event;
mod evidence;
mod inspect;
mod judge;
mod lifted;
mod line;
mod pull_request;
mod status;
mod sync;
mod sync_report;
mod verbs;
mod walk;

pub use change_file::ChangeFile;
pub use connect::{ConnectOptions, ConnectReport, connect};
pub use counts::{ClassCounts, FixCounts};
pub(crate) use dependencies::not_stored;
pub use dependencies::{
    Compare, CompareError, Compared, DependenciesReport, Head, Listed, fetch, hand_in,
};
pub use enrich::{EnrichReport, enrich};
pub use event::{Estimate, Pace, SyncEvent};
pub use inspect::{InspectReport, inspect};
pub use judge::{JudgeOptions, LONGEST_WAIT_SECS, judge};
pub use lifted::override_change;
pub use pull_request::{Loop, judge_change, judge_stored};
pub use status::{StatusReport, WalkStatus, status};
pub use sync::{SyncOptions, sync};
pub use sync_report::{Outcome, SyncReport};
