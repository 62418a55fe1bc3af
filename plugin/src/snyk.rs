//! Snyk's REST API: the only room that knows its JSON.

mod ecosystem;
pub(crate) mod endpoint;
pub(crate) mod error;
pub(crate) mod export;
pub(crate) mod instant;
pub(crate) mod issue;
pub(crate) mod lifecycle;
pub(crate) mod owner;
pub(crate) mod page;
pub(crate) mod project;
mod remediation;
pub(crate) mod test_finding;
mod wire;
