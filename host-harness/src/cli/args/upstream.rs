//! Arguments of the commands that talk to an upstream.

use std::path::PathBuf;

use clap::ValueEnum;

use super::Format;
use crate::RateShare;

#[derive(Debug, clap::Args)]
pub(crate) struct Connect {
    /// Which integration, for example `snyk`.
    pub(crate) integration: String,
    /// Region, or an address of the upstream; with `--allow-loopback` also `http://127.0.0.1:PORT` [default: what the
    /// token says].
    #[arg(long, value_name = "REGION|URL")]
    pub(crate) upstream: Option<String>,
    /// Permit plain HTTP to this machine, for a mock upstream.
    #[arg(long)]
    pub(crate) allow_loopback: bool,
    /// Read the token from this environment variable.
    #[arg(long, value_name = "NAME", conflicts_with = "token_file")]
    pub(crate) token_env: Option<String>,
    /// Read the token from this file; `-` is standard input.
    #[arg(long, value_name = "PATH")]
    pub(crate) token_file: Option<PathBuf>,
    /// An organization by id or short name; may be repeated [default: all that the token sees].
    #[arg(long = "org", value_name = "ORG")]
    pub(crate) organizations: Vec<String>,
    /// Also trust the certificates in this PEM file, for example a proxy's own root.
    #[arg(long, value_name = "FILE")]
    pub(crate) ca_file: Option<PathBuf>,
    /// Permit downloading exports from this domain and all below it, for example `storage.googleapis.com`; may be
    /// repeated [default: none].
    #[arg(long = "allow-download", value_name = "SUFFIX")]
    pub(crate) downloads: Vec<String>,
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: Format,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Disconnect {
    /// Which integration, for example `snyk`.
    pub(crate) integration: String,
    /// Login of the operator who disconnects it [default: nobody's, which whoever has the data directory may].
    #[arg(long = "as", value_name = "LOGIN")]
    pub(crate) login: Option<String>,
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: Format,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Sync {
    /// Which integration, for example `snyk`.
    pub(crate) integration: String,
    /// How far back resolved findings are wanted; open ones are always wanted. A window that is wider than the one before
    /// reads everything again.
    #[arg(long, value_enum, default_value_t)]
    pub(crate) window: Window,
    /// Read everything again, not only what changed.
    #[arg(long)]
    pub(crate) full: bool,
    /// Whether fixes and checks of pull requests that no listing tells are asked for too, after the outcome is printed.
    #[arg(long, value_enum, default_value_t)]
    pub(crate) enrichment: Enrichment,
    /// How much of each of the upstream's quotas to use; other users of the same token need the rest [default: 80].
    #[arg(long, value_name = "PERCENT", value_parser = rate_share)]
    pub(crate) rate_share: Option<RateShare>,
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: Format,
}

fn rate_share(text: &str) -> Result<RateShare, String> {
    let percent = text.parse().ok().and_then(RateShare::percent);
    percent.ok_or_else(|| "give a whole number from 1 to 100".to_owned())
}

/// Whether what no listing tells is asked for too.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Enrichment {
    /// After the outcome is printed.
    #[default]
    On,
    /// Not at all.
    Off,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Status {
    /// Which integration.
    #[arg(default_value = "snyk")]
    pub(crate) integration: String,
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: Format,
}

/// How far back a backfill reaches.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Window {
    /// 90 days.
    #[default]
    #[value(name = "90d")]
    Quarter,
    /// 365 days.
    #[value(name = "365d")]
    Year,
    /// Without limit.
    All,
}

impl Window {
    /// Its length in days; none without limit.
    pub(crate) fn days(self) -> Option<u32> {
        match self {
            Self::Quarter => Some(90),
            Self::Year => Some(365),
            Self::All => None,
        }
    }
}
