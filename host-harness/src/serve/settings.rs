//! What the API takes, and what a tenant's webhooks are set up with. The latter is sealed in its vault, each under a name.

use serde::{Deserialize, Serialize};

/// How often one key of the API may ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ApiSettings {
    /// Requests a minute, over time; at least 1.
    pub requests_per_minute: u32,
    /// Requests at once, after a time without any; at least 1.
    pub burst: u32,
}

impl Default for ApiSettings {
    /// What Koalr documents: 60 a minute.
    fn default() -> Self {
        Self {
            requests_per_minute: 60,
            burst: 60,
        }
    }
}

/// GitHub of a tenant.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct GitHubHook {
    /// What GitHub signs its webhooks with.
    pub secret: String,
    /// Token to compare dependencies and post check runs with; without one, lists are handed in and checks are not posted.
    pub token: Option<String>,
    /// Address of the API; none is GitHub's own.
    pub api: Option<String>,
    /// Whether that may be this machine.
    #[serde(default)]
    pub allow_loopback: bool,
}

/// `PagerDuty` of a tenant.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct PagerDutyHook {
    /// What `PagerDuty` signs its webhooks with.
    pub secret: String,
}

/// Name of the first in the vault.
pub const GITHUB: &str = "hook-github";

/// Name of the second.
pub const PAGER_DUTY: &str = "hook-pagerduty";
