//! What a tenant's webhooks are set up with. Sealed in its vault, each under a name.

use serde::{Deserialize, Serialize};

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
