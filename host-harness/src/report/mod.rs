//! How results look: text for people, JSON for programs. Nothing else knows a format.

mod arithmetic;
mod audit;
mod backtest;
mod change;
mod chart;
mod check;
mod check_run;
mod counts;
mod dependencies;
mod deployment;
mod enrich;
mod escape;
pub(crate) mod factor;
mod figure;
pub(crate) mod fix;
pub(crate) mod html;
mod import;
mod insight;
mod instant;
mod jobs;
mod key;
mod koalr;
mod layout;
mod markdown;
mod noun;
mod outcome;
mod pace;
mod plugins;
mod reconstruct;
mod replay;
mod schema;
pub(crate) mod settings;
mod shadow;
mod status;
pub(crate) mod summary;
mod team;
mod tenant;
#[cfg(test)]
mod testing;
mod text;

pub use audit::{audit_text, verified_text};
pub use backtest::backtest_text;
pub use change::{ChangeReport, Judge, SCHEMA};
pub use check::check_text;
pub use check_run::{Action, Annotation, AnnotationLevel, CheckRun, Conclusion, Output, Status};
pub use dependencies::dependencies_text;
pub use deployment::{ProtectionAnswer, deployment_text};
pub use enrich::enrich_text;
pub(crate) use escape::json_line;
pub use escape::plain;
pub use factor::KoalrFactor;
pub use import::import_text;
pub use insight::{
    Define, Explained, calibration_text, correlation_text, debt_text, dora_text, rows_text,
};
pub(crate) use instant::utc;
pub use jobs::jobs_text;
pub use key::{key_text, keys_text};
pub use koalr::{
    KoalrAlternative, KoalrDeployment, KoalrDora, KoalrFailureRate, KoalrFrequency, KoalrLeadTime,
    KoalrPage, KoalrPullRequest, KoalrRestore, KoalrRisk, KoalrScore,
};
pub use outcome::{connect_text, disconnect_text, inspect_text, rotated_text, sync_text};
pub use pace::{estimate_text, pace_text};
pub use plugins::{
    changed_text, history_text, installed_text, plugins_text, removed_text, served_text,
};
pub use reconstruct::reconstruct_text;
pub use replay::{ReplayReport, ReplayState, replay_text};
pub use schema::{change_report_schema, insight_schemas, plugin_schemas, replay_report_schema};
pub use settings::{AppliedParameter, AppliedRule};
pub use shadow::{shadow_sentence, shadow_text};
pub use status::status_text;
pub use team::{override_text, team_text, waivers_text};
pub use tenant::{
    Deleted, Exported, RestoredTenant, backup_text, checked_text, deleted_text, exported_text,
    restored_text, tenant_text, tenants_text,
};
pub use text::{gate_text, score_text};
