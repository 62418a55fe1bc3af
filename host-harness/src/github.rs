//! The platform's own client of GitHub: what a pull request changes, its check run, and the answer to a deployment.
//!
//! No plugin has a part in it. Every request goes to one origin, with the operator's token, over the same screened and
//! timed transport as a plugin's. Redirects are never followed.
//!
//! SOURCE: <https://docs.github.com/en/rest?apiVersion=2022-11-28> for paths, headers and limits.

mod address;
mod check;
mod compare;
mod error;
mod link;
mod protection;
mod refusal;
mod request;

use std::fmt;
use std::time::Duration;

use koalr_runtime::{HttpClient, Proxy, Roots, Secret};

use address::Origin;

pub use compare::Comparison;
pub use error::{Deed, GitHubError, Limit, SettingsError};
pub use protection::ProtectionState;

/// Where GitHub is, and as whom it is asked.
#[derive(Debug, Clone)]
pub struct GitHubSettings {
    /// Address of the REST API: `https://api.github.com`, or `https://HOST/api/v3` of an own GitHub Enterprise Server.
    pub base: String,
    /// Token of an app's installation, or of a person. It needs Contents: read, Checks: write and Deployments: write
    /// for the requests of the same name.
    pub token: Secret,
    /// Whether the address may be one of this machine, and plain HTTP there.
    pub allow_loopback: bool,
    /// Which certificate authorities are trusted.
    pub roots: Roots,
    /// The operator's proxy; none means that GitHub is reached directly.
    pub proxy: Option<Proxy>,
}

impl GitHubSettings {
    /// GitHub itself, reached directly and known by this machine's certificate authorities.
    #[must_use]
    pub fn new(token: Secret) -> Self {
        Self {
            base: "https://api.github.com".to_owned(),
            token,
            allow_loopback: false,
            roots: Roots::default(),
            proxy: None,
        }
    }
}

/// Asks one GitHub with one token. Its requests may be sent at the same time.
pub struct GitHub {
    origin: Origin,
    token: Secret,
    client: HttpClient,
    allow_loopback: bool,
    /// Time for one request and its answer.
    timeout: Duration,
    /// Time before the first repetition of a request that a gateway failed; the next waits twice as long.
    pause: Duration,
}

impl GitHub {
    /// Sets up the client; nothing is asked yet.
    ///
    /// # Errors
    ///
    /// An address that is none, that is plain HTTP, or that is this machine's without permission; no TLS.
    pub fn new(settings: GitHubSettings) -> Result<Self, SettingsError> {
        Ok(Self {
            origin: Origin::parse(&settings.base, settings.allow_loopback)?,
            token: settings.token,
            client: HttpClient::new(settings.roots, settings.proxy)?,
            allow_loopback: settings.allow_loopback,
            timeout: TIMEOUT,
            pause: PAUSE,
        })
    }
}

impl fmt::Debug for GitHub {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GitHub")
            .field("origin", &self.origin)
            .finish_non_exhaustive()
    }
}

/// Time for one request: GitHub itself ends what takes longer.
const TIMEOUT: Duration = Duration::from_secs(10);
/// Time before the first repetition.
const PAUSE: Duration = Duration::from_millis(500);

#[cfg(test)]
mod tests;
