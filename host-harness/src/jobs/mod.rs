//! What a host does with an integration. Each job takes the time as an argument.

mod backtest;
mod bench;
mod change_file;
mod confirm;
mod connect;
mod counts;
mod enrich;
mod event;
mod evidence;
mod inspect;
mod judge;
mod line;
mod reconstruct;
mod status;
mod sync;
mod sync_report;
mod verbs;
mod walk;

pub use backtest::{BacktestGroup, BacktestReport, backtest};
pub use change_file::ChangeFile;
pub use connect::{ConnectOptions, ConnectReport, connect};
pub use counts::{ClassCounts, FixCounts};
pub use enrich::{EnrichReport, enrich};
pub use event::{Estimate, Pace, SyncEvent};
pub use inspect::{InspectReport, inspect};
pub use judge::{JudgeOptions, judge};
pub use reconstruct::{Missing, ReconstructOptions, ReconstructReport, reconstruct};
pub use status::{StatusReport, WalkStatus, status};
pub use sync::{SyncOptions, sync};
pub use sync_report::{Outcome, SyncReport};
