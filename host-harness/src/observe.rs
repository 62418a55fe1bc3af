//! What an operator sees: log lines.

mod json;
mod log;

pub use log::{LogFormat, LogSettings, log_to_standard_error};
