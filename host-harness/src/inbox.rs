//! What GitHub's and `PagerDuty`'s webhooks tell, as plain events. Nothing else knows their JSON.
//!
//! [`github`] and [`pager_duty`] check the signature over the body as it came, and only then read it. A replayed body
//! keeps its signature: whoever takes the events tells deliveries apart by [`Received::id`], and lets no older event
//! replace what a newer one told.

mod event;
mod fields;
mod github;
mod pager_duty;
mod refused;
mod signature;

pub use event::{Asked, Event, PullAction, PullState, Received};
pub use github::{MAX_BODY_BYTES as GITHUB_MAX_BODY_BYTES, read as github};
pub use pager_duty::{MAX_BODY_BYTES as PAGER_DUTY_MAX_BODY_BYTES, read as pager_duty};
pub use refused::Refused;

use http::HeaderMap;

/// Who sends webhooks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Source {
    /// GitHub, by a repository's, an organization's or an app's webhook.
    GitHub,
    /// `PagerDuty`, by a webhook subscription of version 3.
    PagerDuty,
}

impl Source {
    /// The word for it in addresses and in the store.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::GitHub => "github",
            Self::PagerDuty => "pagerduty",
        }
    }

    /// Largest body it is let to send, in bytes.
    #[must_use]
    pub fn max_body_bytes(self) -> usize {
        match self {
            Self::GitHub => GITHUB_MAX_BODY_BYTES,
            Self::PagerDuty => PAGER_DUTY_MAX_BODY_BYTES,
        }
    }

    /// Reads a delivery of this source.
    ///
    /// # Errors
    ///
    /// As [`github`] and [`pager_duty`].
    pub fn read(
        self,
        headers: &HeaderMap,
        body: &[u8],
        secret: &[u8],
    ) -> Result<Received, Refused> {
        match self {
            Self::GitHub => github(headers, body, secret),
            Self::PagerDuty => pager_duty(headers, body, secret),
        }
    }
}

#[cfg(test)]
mod tests;
