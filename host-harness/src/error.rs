//! Why a job failed: one sentence for a person, with the input and the way out.

use std::path::PathBuf;

use crate::config::{ConfigError, FileError};
use crate::github::SettingsError;
use crate::jobs::ConnectRefusal;
use crate::recording::RecordingError;
use crate::registry::SignatureError;
use crate::report::{plain, utc};
use crate::web::ListenError;
use koalr_platform::complaint::{Complaint, Problem};
use koalr_platform::conformance::Breaches;
use koalr_platform::model::common::Timestamp;
use koalr_platform::widening::Widening;
use koalr_runtime::{
    CallError, ClientError, CredentialError, EngineError, LoadError, PinError, PolicyError,
    ProxyError, Verb,
};
use koalr_store::StoreError;

/// Why a job failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum HostError {
    /// The sandbox engine did not start.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// The component was refused.
    #[error(transparent)]
    Load(#[from] LoadError),
    /// The component says something impossible of itself.
    #[error("the component describes itself wrongly: {0}")]
    Manifest(String),
    /// There is no component.
    #[error("{0}")]
    NoComponent(String),
    /// A call into the component failed.
    #[error(transparent)]
    Call(#[from] CallError),
    /// The integration returned what the contract forbids. Nothing of it is used or stored.
    #[error("`{integration}` broke the contract, and what it returned is not used: {breaches}")]
    Breach {
        /// Its id and version.
        integration: String,
        /// What returned it.
        verb: Verb,
        /// All that is wrong with it.
        breaches: Breaches,
    },
    /// The data directory failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A version is not signed as it must be.
    #[error(transparent)]
    Signature(#[from] SignatureError),
    /// A version goes beyond the one that it would take the place of, and nobody agreed.
    #[error(
        "{to} of `{integration}` goes beyond {from}, and nothing was changed; look at this, and agree with \
         `--accept-widening`:{}",
        differences(.beyond)
    )]
    Widened {
        /// The integration.
        integration: String,
        /// The version that serves.
        from: String,
        /// The version that was to serve.
        to: String,
        /// Where it goes beyond. Not empty.
        beyond: Vec<Widening>,
    },
    /// Somebody paused the integration.
    #[error(
        "`{integration}` is paused since {}: {}; `koalr plugin resume {integration}` ends that",
        utc(*.since),
        plain(.why)
    )]
    Paused {
        /// The integration.
        integration: String,
        /// Why, in somebody's words.
        why: String,
        /// Since when.
        since: Timestamp,
    },
    /// The upstream's address was not accepted.
    #[error(transparent)]
    Pin(#[from] PinError),
    /// The manifest asks for something impossible.
    #[error(transparent)]
    Policy(#[from] PolicyError),
    /// The environment names a proxy that cannot be used.
    #[error(transparent)]
    Proxy(#[from] ProxyError),
    /// The HTTP client did not start.
    #[error(transparent)]
    Client(#[from] ClientError),
    /// The credential could not be used.
    #[error(transparent)]
    Credential(#[from] CredentialError),
    /// The token could not be read.
    #[error("reading the token from {source_name}: {reason}")]
    Token {
        /// Where it was to come from.
        source_name: String,
        /// What is wrong.
        reason: String,
    },
    /// The loaded component is another integration.
    #[error(
        "no integration `{asked}`: the loaded component is `{loaded}`; use that name, or load another component with `--plugin FILE`"
    )]
    OtherIntegration {
        /// What was asked for.
        asked: String,
        /// What is loaded.
        loaded: String,
    },
    /// Nothing is connected yet.
    #[error(
        "`{integration}` is not connected for tenant `{tenant}`; run `koalr connect {integration}` first"
    )]
    NotConnected {
        /// The integration.
        integration: String,
        /// The tenant.
        tenant: String,
    },
    /// The upstream or the credential does not permit a connection.
    #[error("connecting to {upstream}: {reason}")]
    Connect {
        /// The pinned address.
        upstream: String,
        /// Why, as a type: whoever shows it says it in the words of where it is shown.
        reason: ConnectRefusal,
    },
    /// A sync ended without a usable answer. Data of earlier batches stays.
    #[error("syncing from {upstream}: {reason}")]
    Sync {
        /// The pinned address.
        upstream: String,
        /// What a person can do.
        reason: String,
    },
    /// The plugin refused what it was handed.
    #[error("`{verb}` refused the change: {reason}")]
    Refused {
        /// The verb.
        verb: &'static str,
        /// What is wrong.
        reason: String,
    },
    /// A file could not be read.
    #[error("reading `{path}`: {reason}")]
    File {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// A file has mistakes: all of them, with their places.
    #[error("`{path}` cannot be used:{}", listed(.complaints))]
    Complaints {
        /// The file.
        path: PathBuf,
        /// What is wrong with it, in its order. Not empty.
        complaints: Vec<Complaint>,
    },
    /// A file to import has mistakes, and nothing of it was stored: all of them, with their places.
    #[error("`{path}` cannot be imported, and nothing was:{}", crate::jobs::listed(.complaints))]
    Import {
        /// The file.
        path: PathBuf,
        /// What is wrong with it, in its order. Not empty.
        complaints: Vec<crate::jobs::Complaint>,
    },
    /// Whoever asks may not: why, and who may.
    #[error("{0}")]
    Forbidden(String),
    /// What was looked at is not so any more.
    #[error("{0}")]
    Outdated(String),
    /// Others ask for the same, and it is not this one's turn in time.
    #[error("too much of this is asked for at once; ask again later")]
    Crowded,
    /// The server ended before it was done.
    #[error("the server ends; ask again when it runs")]
    Ended,
    /// A waiver cannot be approved as it is: all that is wrong with it. Not empty.
    #[error("{}", sentences(.0))]
    Waiver(Vec<Problem>),
    /// What was asked for cannot be done: why, and the way out.
    #[error("{0}")]
    NotPossible(String),
    /// A recording cannot be replayed.
    #[error(transparent)]
    Recording(#[from] RecordingError),
    /// The server does not listen.
    #[error(transparent)]
    Listen(#[from] ListenError),
    /// The configuration cannot be used.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The configuration's file cannot be read.
    #[error(transparent)]
    ConfigFile(#[from] FileError),
    /// The server's address cannot be told.
    #[error("telling the server's address: {0}")]
    Serve(std::io::Error),
    /// GitHub's settings cannot be used.
    #[error(transparent)]
    GitHub(#[from] SettingsError),
    /// A change's file or id is not usable.
    #[error("{0}")]
    Change(String),
    /// The sample upstream did not start.
    #[error("starting the sample upstream: {0}")]
    Sample(String),
    /// No home directory is known.
    #[error("no data directory: `HOME` is not set; name one with `--data DIR`")]
    NoDataDirectory,
    /// A report could not be written as JSON.
    #[error("writing a report as JSON: {0}")]
    Json(serde_json::Error),
    /// Standard output failed.
    #[error("writing to standard output: {0}")]
    Output(std::io::Error),
}

fn sentences(problems: &[Problem]) -> String {
    let all: Vec<String> = problems.iter().map(ToString::to_string).collect();
    all.join("; ")
}

/// One line for each.
fn differences(beyond: &[Widening]) -> String {
    let lines = beyond.iter().map(|one| plain(&one.to_string()));
    lines.flat_map(|line| ["\n  ".to_owned(), line]).collect()
}

/// One line for each.
fn listed(complaints: &[Complaint]) -> String {
    let lines = complaints
        .iter()
        .map(|complaint| format!("\n  {complaint}"));
    lines.collect()
}
