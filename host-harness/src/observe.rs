//! What an operator sees: log lines, and metrics.
//!
//! The log says what happened to whom, with the ids of requests, tenants, jobs and plugins; metrics say how much there is
//! of it, for all tenants together. `docs/metrics.md` lists them.

mod catalogue;
mod freshness;
mod json;
mod log;
mod meter;
mod metrics;
mod process;
mod scene;
mod tally;
mod vigil;

pub use catalogue::Row;
pub use log::{LogFormat, LogSettings, log_to_standard_error};
pub use metrics::Metrics;
pub use scene::Scene;

pub(crate) use freshness::Freshness;
pub(crate) use meter::PluginMeter;
pub(crate) use tally::Calls;
pub(crate) use vigil::Vigil;

#[cfg(test)]
mod tests;
