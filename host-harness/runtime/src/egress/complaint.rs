//! What the log says of requests that must not be sent, and of answers that must not be read.

use std::fmt::Display;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Tells the first complaint of a call, and counts on the transcript for the rest: a guest must not flood the log by being
/// denied.
#[derive(Debug, Clone, Default)]
pub(crate) struct Complaints {
    call: Arc<Call>,
}

#[derive(Debug, Default)]
struct Call {
    /// The verb and the integration, as a sentence begins.
    who: String,
    told: AtomicBool,
}

impl Complaints {
    /// Those of a call that begins now.
    pub(crate) fn of(who: String) -> Self {
        let told = AtomicBool::new(false);
        let call = Arc::new(Call { who, told });
        Self { call }
    }

    pub(crate) fn tell(&self, what: &str, why: &dyn Display) {
        if !self.call.told.swap(true, Ordering::Relaxed) {
            tracing::warn!("{} {what}: {why}", self.call.who);
        }
    }
}
