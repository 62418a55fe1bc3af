//! What a host does with an integration. Each job takes the time as an argument.

mod audit;
mod change_file;
mod confirm;
mod connect;
mod counts;
mod deployment;
mod enrich;
mod event;
mod evidence;
mod import;
mod inspect;
mod judge;
mod line;
mod status;
mod sync;
mod sync_report;
mod team;
mod verbs;
mod walk;

pub use audit::{AuditReport, audit_entries, verify_audit};
pub use change_file::ChangeFile;
pub use connect::{ConnectOptions, ConnectReport, connect};
pub use counts::{ClassCounts, FixCounts};
pub use deployment::{DeploymentOptions, DeploymentReport, gate_deployment};
pub use enrich::{EnrichReport, enrich};
pub use event::{Estimate, Pace, SyncEvent};
pub(crate) use import::listed;
pub use import::{Complaint, Counts, ImportReport, LinkCounts, UnlinkedCount, import};
pub use inspect::{InspectReport, inspect};
pub use judge::{JudgeOptions, judge};
pub use status::{StatusReport, WalkStatus, status};
pub use sync::{SyncOptions, sync};
pub use sync_report::{Outcome, SyncReport};
pub use team::{override_change, remove as remove_actor, set_policy, set_roles};
