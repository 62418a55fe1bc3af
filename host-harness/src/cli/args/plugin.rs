//! Arguments of `koalr plugin`.

use std::path::PathBuf;

use clap::Subcommand;

use super::Format;
use crate::jobs::SHADOW_DAYS;

#[derive(Debug, Subcommand)]
pub(crate) enum PluginCommand {
    /// Say what a component is, what it imports and what it asks for.
    ///
    /// Exit codes: 0 it can be loaded, 2 it cannot.
    Inspect {
        /// The component.
        file: PathBuf,
        #[arg(long, value_enum, default_value_t)]
        format: Format,
    },
    /// Run the contract's conformance suite against a component, without a token or a network.
    ///
    /// Exit codes: 0 all that could be tried passed, 1 something failed, 2 it could not be run.
    Check {
        /// The component.
        file: PathBuf,
        /// A recording of a call on it, or a directory of them; may be given several times.
        #[arg(long = "recording", value_name = "FILE")]
        recordings: Vec<PathBuf>,
        #[arg(long, value_enum, default_value_t)]
        format: Format,
    },
    /// Check a component in a canary instance, and store it. It serves nobody until it is swapped in.
    ///
    /// Exit codes: 0 installed, or it was already; 2 refused or failed: nothing is stored.
    Install {
        /// The component.
        file: PathBuf,
        /// Its detached signature: the base64 of 64 bytes, by one of the keys in `plugins.keys`.
        #[arg(long, value_name = "FILE")]
        signature: Option<PathBuf>,
        #[command(flatten)]
        stated: Stated,
    },
    /// Say which versions are installed, and which serves whom.
    ///
    /// Exit codes: 0 said, 2 failed.
    List {
        #[arg(long, value_enum, default_value_t)]
        format: Format,
    },
    /// Let an installed version judge again what was judged, beside the one that serves. Changes nothing.
    ///
    /// Exit codes: 0 every verdict is the same, 1 one is not, or a call failed, 2 it could not be run, 3 there is nothing
    /// to compare.
    Shadow(Shadow),
    /// Delete a version that nothing needs. The history keeps what it was.
    ///
    /// Exit codes: 0 deleted, 2 it is in use, or failed.
    Remove {
        #[command(flatten)]
        aimed: Aimed,
        #[command(flatten)]
        stated: Stated,
    },
    #[command(flatten)]
    Change(VersionCommand),
    /// Say what was done with versions, by whom and when, newest first.
    ///
    /// Exit codes: 0 said, 2 failed.
    History {
        /// The integration [default: all].
        id: Option<String>,
        /// At most this many.
        #[arg(long, value_name = "NUMBER", default_value_t = 50)]
        limit: u32,
        #[arg(long, value_enum, default_value_t)]
        format: Format,
    },
}

/// What changes which version serves.
#[derive(Debug, Subcommand)]
pub(crate) enum VersionCommand {
    /// Let an installed version serve: everybody, or with `--cohort` or `--percent` some tenants for a trial.
    ///
    /// Exit codes: 0 it serves, 2 refused or failed: what served goes on.
    Swap {
        #[command(flatten)]
        aimed: Aimed,
        /// Agree to where it goes beyond the version that serves.
        #[arg(long)]
        accept_widening: bool,
        /// Agree to changes that it would decide otherwise, where `plugins.verdict-changes` is `refused`.
        #[arg(long)]
        accept_verdict_changes: bool,
        /// Only these tenants, with commas between them.
        #[arg(
            long,
            value_name = "TENANT,…",
            value_delimiter = ',',
            conflicts_with = "percent"
        )]
        cohort: Vec<String>,
        /// Only this share of the tenants, 0 to 100.
        #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u8).range(0..=100))]
        percent: Option<u8>,
        #[command(flatten)]
        stated: Stated,
    },
    /// Let the version that is being tried serve everybody.
    ///
    /// Exit codes: 0 it serves, 2 refused or failed.
    Promote {
        /// The integration.
        id: String,
        /// Agree to where it goes beyond the version that serves.
        #[arg(long)]
        accept_widening: bool,
        /// Agree to changes that it would decide otherwise, where `plugins.verdict-changes` is `refused`.
        #[arg(long)]
        accept_verdict_changes: bool,
        #[command(flatten)]
        stated: Stated,
    },
    /// Withdraw the version that is being tried, or else go back to the one that served before.
    ///
    /// Exit codes: 0 it serves, 2 refused or failed.
    Rollback {
        /// The integration.
        id: String,
        #[command(flatten)]
        stated: Stated,
    },
    /// Keep a version whatever is swapped: for everybody, or with `--tenant` for that tenant.
    ///
    /// Exit codes: 0 pinned, 2 refused or failed.
    Pin {
        #[command(flatten)]
        aimed: Aimed,
        /// Agree to where it goes beyond the version that serves.
        #[arg(long)]
        accept_widening: bool,
        #[command(flatten)]
        stated: Stated,
    },
    /// Take the pin of everybody away, or with `--tenant` that tenant's.
    ///
    /// Exit codes: 0 taken away, 2 refused or failed.
    Unpin {
        /// The integration.
        id: String,
        #[command(flatten)]
        stated: Stated,
    },
    /// Ask nothing of an integration until it is resumed. What is stored stays readable.
    ///
    /// Exit codes: 0 paused, 2 refused or failed.
    Pause {
        /// The integration.
        id: String,
        /// Why, for whoever meets it.
        #[arg(long, value_name = "TEXT")]
        why: String,
        #[command(flatten)]
        stated: Stated,
    },
    /// End a pause.
    ///
    /// Exit codes: 0 it is asked again, 2 refused or failed.
    Resume {
        /// The integration.
        id: String,
        #[command(flatten)]
        stated: Stated,
    },
}

/// A version of an integration.
#[derive(Debug, clap::Args)]
pub(crate) struct Aimed {
    /// The integration.
    pub(crate) id: String,
    /// Its version, or the first eight digits or more of its hash.
    pub(crate) version: String,
}

/// Who changes something, and how it is said what was changed.
#[derive(Debug, clap::Args)]
pub(crate) struct Stated {
    /// Login of who does it, for the history.
    #[arg(long = "as", value_name = "LOGIN")]
    pub(crate) login: Option<String>,
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: Format,
}

/// What is compared.
#[derive(Debug, clap::Args)]
pub(crate) struct Shadow {
    #[command(flatten)]
    pub(crate) aimed: Aimed,
    /// How far back decisions count, in days. Of every tenant, unless `--tenant` names one.
    #[arg(long, value_name = "DAYS", default_value_t = SHADOW_DAYS, value_parser = clap::value_parser!(u32).range(1..=3_650))]
    pub(crate) days: u32,
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: Format,
}
