//! What an operator sets: one `koalr.toml`, variables of the environment and flags.
//!
//! One table of settings says what there is, what each takes and what the code does without a word. It drives how they
//! are read, what `koalr config show` prints, and the table in `docs/configuration.md`. A flag wins over a variable, a
//! variable over the file, and the file over the default. All that is wrong is said at once, and then nothing starts.

mod check;
mod complaint;
mod kind;
mod place;
mod read;
mod setting;
mod show;
mod table;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use koalr_runtime::Limits as Sandbox;

use crate::RateShare;
use crate::observe::LogSettings;
use crate::registry::SignaturePolicy;
use crate::serve::Tolerance;
use crate::web::{Limits, Reach};

pub use complaint::{Complaint, ConfigError, Place};
pub use kind::{Kind, Value};
pub use place::{FileError, find, variables};
pub use read::Sources;
pub use setting::Setting;
pub use show::rendered_table;
pub use table::SETTINGS;

/// Every setting with its value. [`Default`] is what holds where nobody says anything.
#[derive(Debug, Clone)]
pub struct Config {
    /// Where connections and synced data are kept; none means `koalr` in the user's data directory.
    pub data: Option<PathBuf>,
    /// Where the server listens.
    pub listen: std::net::SocketAddr,
    /// Whether other machines may reach it by plain HTTP.
    pub anyone: bool,
    /// PEM file of the server's certificates; none means plain HTTP.
    pub certificate: Option<PathBuf>,
    /// PEM file of the key that belongs to it.
    pub key: Option<PathBuf>,
    /// Where people's browsers find the pages, without a slash at its end; none means that nobody was told.
    pub public_url: Option<String>,
    /// What the server bears.
    pub limits: Limits,
    /// How long it goes on taking requests after it was told to end.
    pub drain: Duration,
    /// How many of the newest calls of each tenant and verb the server keeps recorded; 0 means that none is.
    pub recordings: usize,
    /// Whether an integration may be connected to this machine by API, for a mock upstream.
    pub allow_loopback: bool,
    /// Jobs that run at once; more than `reserved`.
    pub slots: usize,
    /// How many of them are for gates alone.
    pub reserved: usize,
    /// How long jobs have to end when the server stops.
    pub grace: Duration,
    /// How long after a sync the next one of a tenant begins.
    pub every: Duration,
    /// How much of the upstream's quotas is used.
    pub rate_share: RateShare,
    /// Days of history that the server's first sync of a tenant reads.
    pub window_days: u32,
    /// The component; none means the one beside this program.
    pub plugin: Option<PathBuf>,
    /// What one session and each of its calls may use.
    pub sandbox: Sandbox,
    /// How many calls of a version may fail.
    pub tolerance: Tolerance,
    /// Whether a version that decides stored changes otherwise is not swapped in without consent.
    pub refuse_verdict_changes: bool,
    /// Which signatures versions of integrations need.
    pub signatures: SignaturePolicy,
    /// What is logged, and how.
    pub log: LogSettings,
    /// Where metrics are served; none means nowhere.
    pub metrics: Option<std::net::SocketAddr>,
    /// Where each value that is no default comes from.
    set: BTreeMap<&'static str, Place>,
}

impl Config {
    /// Who may reach the server: without `anyone`, other machines only by TLS.
    #[must_use]
    pub fn reach(&self) -> Reach {
        if self.anyone || self.certificate.is_some() {
            Reach::Anyone
        } else {
            Reach::Loopback
        }
    }

    /// Where a setting's value comes from; none for a default.
    #[must_use]
    pub fn origin(&self, setting: &Setting) -> Option<&Place> {
        self.set.get(setting.name)
    }
}

impl Default for Config {
    fn default() -> Self {
        Self {
            data: None,
            listen: LISTEN,
            anyone: false,
            certificate: None,
            key: None,
            public_url: None,
            limits: Limits::default(),
            drain: Duration::ZERO,
            recordings: 0,
            allow_loopback: false,
            slots: SLOTS,
            reserved: RESERVED,
            grace: GRACE,
            every: EVERY,
            rate_share: RateShare::default(),
            window_days: WINDOW_DAYS,
            plugin: None,
            sandbox: Sandbox::default(),
            tolerance: Tolerance::default(),
            refuse_verdict_changes: false,
            signatures: SignaturePolicy::default(),
            log: LogSettings::default(),
            metrics: None,
            set: BTreeMap::new(),
        }
    }
}

/// This machine alone.
const LISTEN: std::net::SocketAddr =
    std::net::SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 8080);
/// Jobs mostly wait for upstreams.
const SLOTS: usize = 8;
/// So that a gate never waits for syncs alone.
const RESERVED: usize = 2;
/// A batch of a sync ends well within it.
const GRACE: Duration = Duration::from_secs(20);
/// Fresh enough for a gate, and a small share of the upstream's quotas.
const EVERY: Duration = Duration::from_mins(15);
/// The history that the reports show.
const WINDOW_DAYS: u32 = 90;

#[cfg(test)]
mod tests;
