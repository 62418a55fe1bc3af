//! What a host does with an integration. Each job takes the time as an argument.

mod aftermath;
mod api_key;
mod audit;
mod backtest;
mod backup;
mod bench;
mod change_file;
mod confirm;
mod connect;
mod counts;
mod dependencies;
mod deployment;
mod disconnect;
mod enrich;
mod event;
mod evidence;
mod glance;
mod import;
mod insight;
mod inspect;
mod integration;
mod invite;
mod judge;
mod lifted;
mod line;
mod policy;
mod pull_request;
mod queued;
mod reconstruct;
mod refusal;
mod shadow;
mod status;
mod sync;
mod sync_report;
mod team;
mod told;
mod verbs;
mod waive;
mod walk;

pub use aftermath::{Aftermath, aftermath};
pub use api_key::{NewKey, create_key, revoke_key};
pub use audit::{AuditReport, audit_entries, verify_audit};
pub use backtest::{BacktestGroup, BacktestReport, backtest};
pub use backup::{BackupFile, BackupReport, UnsavedTenant, backup};
pub use change_file::ChangeFile;
pub(crate) use connect::connect_as;
pub use connect::{ConnectOptions, ConnectReport, connect};
pub use counts::{ClassCounts, FixCounts};
pub(crate) use dependencies::not_stored;
pub use dependencies::{
    Compare, CompareError, Compared, Comparison, DependenciesReport, Head, Listed, fetch, hand_in,
};
pub use deployment::{DeploymentOptions, DeploymentReport, gate_deployment};
pub(crate) use disconnect::SYNC_KEY;
pub use disconnect::{DisconnectReport, disconnect, disconnect_as};
pub use enrich::{EnrichReport, enrich};
pub use event::{Estimate, Pace, SyncEvent};
pub use glance::{Glanced, glance};
pub(crate) use import::listed;
pub use import::{
    Complaint, Counts, ImportDocument, ImportReport, LinkCounts, UnlinkedCount, import,
    import_without_people,
};
pub use insight::{
    CountedFigure, DebtReport, FigureRow, FigureRows, InsightAsked, calibration, correlation, debt,
    debt_rows, dora, figure_rows, is_prompt, keep_reports,
};
pub use inspect::{InspectReport, LimitRow, inspect};
pub use integration::{IntegrationReport, Region, integration};
pub use invite::{invite, sign_out};
pub use judge::{JudgeOptions, LONGEST_WAIT_SECS, judge};
pub use lifted::override_change;
pub(crate) use line::connected;
pub use policy::{PolicyStatus, policy_status};
pub use pull_request::{Loop, judge_change, judge_stored};
pub use queued::{JobReport, JobWord, QueuedJob, QueuedSync, jobs};
pub use reconstruct::{Missing, ReconstructOptions, ReconstructReport, reconstruct};
pub use refusal::ConnectRefusal;
pub(crate) use shadow::RECORDINGS;
pub use shadow::{
    Conclusion, Judgement, LeftOut, RecordingChange, SHADOW_DAYS, ShadowChanges, ShadowCost,
    ShadowRecordings, ShadowReport, ShadowTenants, Side, Spent, Turn, UnjudgedChange,
    VerdictChange, shadow,
};
pub(crate) use status::is_first_sync;
pub use status::{
    ConnectionStatus, StatusReport, WalkStatus, connection_status, is_synced, status, synced_at,
};
pub use sync::{SyncOptions, sync};
pub use sync_report::{Outcome, SyncReport};
pub(crate) use team::permitted;
pub use team::{remove as remove_actor, set_policy, set_roles};
pub use told::{ChangeRow, ChangeStatus, Decided, change_status, told_report, told_report_of};
pub use waive::{
    GivenWaiver, WaiverStatus, add_waivers, approve_waiver, revoke_waiver, waive_blocking,
};
