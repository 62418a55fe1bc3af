//! What becomes of a value that the contract forbids: it is refused, and the integration is charged with it.

use koalr_platform::conformance::Breaches;
use koalr_runtime::{Plugin, Verb};

use crate::HostError;
use crate::report::plain;

/// Charges a plugin with breaches, and says whose they are.
pub(crate) fn charged(plugin: &Plugin, verb: Verb, breaches: Breaches) -> HostError {
    plugin.breached(verb);
    HostError::Breach {
        integration: plain(&plugin.title()),
        verb,
        breaches,
    }
}
