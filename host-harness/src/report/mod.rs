//! How results look: text for people, JSON for programs. Nothing else knows a format.

mod arithmetic;
mod backtest;
mod change;
mod check_run;
mod counts;
mod enrich;
mod escape;
pub(crate) mod factor;
mod figure;
pub(crate) mod fix;
mod instant;
mod layout;
mod markdown;
mod noun;
mod outcome;
mod pace;
mod reconstruct;
mod schema;
pub(crate) mod settings;
mod status;
pub(crate) mod summary;
#[cfg(test)]
mod testing;
mod text;

pub use backtest::backtest_text;
pub use change::{ChangeReport, Judge, SCHEMA};
pub use check_run::{Action, Annotation, AnnotationLevel, CheckRun, Conclusion, Output, Status};
pub use enrich::enrich_text;
pub(crate) use escape::json_line;
pub use escape::plain;
pub use factor::KoalrFactor;
pub use outcome::{connect_text, inspect_text, sync_text};
pub use pace::{estimate_text, pace_text};
pub use reconstruct::reconstruct_text;
pub use schema::change_report_schema;
pub use settings::{AppliedParameter, AppliedRule};
pub use status::status_text;
pub use text::{gate_text, score_text};
