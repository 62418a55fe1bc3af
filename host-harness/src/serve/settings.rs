//! What a tenant's webhooks are set up with. Sealed in its vault, each under a name; in memory it is erased when it is
//! dropped, and it has no `Debug`.

use serde::{Deserialize, Serialize};
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

/// GitHub of a tenant.
#[derive(Serialize, Deserialize, Zeroize, ZeroizeOnDrop)]
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
#[derive(Serialize, Deserialize, Zeroize, ZeroizeOnDrop)]
#[serde(rename_all = "kebab-case")]
pub struct PagerDutyHook {
    /// What `PagerDuty` signs its webhooks with.
    pub secret: String,
}

/// One of them as it is sealed.
pub(crate) fn to_be_sealed(hook: &impl Serialize) -> Result<Zeroizing<Vec<u8>>, serde_json::Error> {
    // A vector that grows leaves its former place as it is.
    let mut bytes = Zeroizing::new(Vec::with_capacity(USUAL_BYTES));
    serde_json::to_writer(&mut *bytes, hook)?;
    Ok(bytes)
}

/// Name of the first in the vault.
pub const GITHUB: &str = "hook-github";

/// Name of the second.
pub const PAGER_DUTY: &str = "hook-pagerduty";

/// More than a secret, a token and an address take, in bytes.
const USUAL_BYTES: usize = 8 << 10;
