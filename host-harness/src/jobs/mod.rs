//! What a host does with an integration. Each job takes the time as an argument.

mod connect;
mod inspect;
mod judge;
mod line;
mod sync;
mod walk;

pub use connect::{ConnectOptions, ConnectReport, connect};
pub use inspect::{InspectReport, inspect};
pub use judge::{ChangeFile, judge};
pub use sync::{Outcome, SyncReport, sync};
