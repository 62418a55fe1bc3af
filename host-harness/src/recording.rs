//! Calls of an integration, written down so that they can be made again without network.
//!
//! A recording is one call of one verb, as JSON Lines: what was asked and of whom, every exchange as the integration saw it,
//! and what came of it. It holds what the upstream said, and neither a credential nor the query of a download.

mod difference;
mod folder;
mod read;
mod replay;

pub use difference::Difference;
pub use folder::Recordings;
pub(crate) use folder::{Folder, Taking};
pub use read::{RecordingError, read_all};
pub(crate) use replay::compare;
pub use replay::{Replayed, replay};

use std::collections::BTreeMap;

use koalr_platform::model::connection::ConnectRequest;
use koalr_platform::model::evidence::ScoreRequest;
use koalr_platform::model::verdict::GateRequest;
use koalr_platform::model::walk::SyncRequest;
use koalr_runtime::{CallError, Limits, Recorded, Verb};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{Host, contract};

/// One call, written down.
#[derive(Debug, Clone, PartialEq)]
pub struct Recording {
    /// What was asked, and of whom.
    pub header: Header,
    /// What the integration asked and saw, in the order in which it ended. Empty for a pure verb.
    pub exchanges: Vec<Recorded>,
    /// What came of it.
    pub outcome: Outcome,
}

/// What was asked, and of whom.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Header {
    /// The form of the file; [`FORMAT`].
    pub format: u32,
    /// Version line of the contract.
    pub contract: String,
    /// Version of the host.
    pub host: String,
    /// Id of the integration.
    pub integration: String,
    /// Its version.
    pub version: String,
    /// SHA-256 of the component, in hexadecimal.
    pub component: String,
    /// Every limit of the sandbox, by its name.
    pub limits: BTreeMap<String, u64>,
    /// Where requests could go; none for a pure verb.
    pub way: Option<Way>,
    /// The verb with its request.
    pub asked: Asked,
}

/// Where requests could go.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Way {
    /// Id of the origin in the manifest.
    pub origin: String,
    /// Its pinned address.
    pub base: String,
    /// Whether that may be this machine.
    pub allow_loopback: bool,
    /// Ids of the bound organizations; none while connecting.
    pub organizations: Option<Vec<String>>,
    /// Domain suffixes that downloads were permitted from.
    pub downloads: Vec<String>,
}

/// A verb with its request.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Asked {
    /// Check a credential.
    Connect(ConnectRequest),
    /// Pull a batch.
    Sync(SyncRequest),
    /// Assess a change.
    Score(ScoreRequest),
    /// Decide about a change.
    Gate(GateRequest),
}

impl Asked {
    /// The verb.
    #[must_use]
    pub fn verb(&self) -> Verb {
        match self {
            Self::Connect(_) => Verb::Connect,
            Self::Sync(_) => Verb::Sync,
            Self::Score(_) => Verb::Score,
            Self::Gate(_) => Verb::Gate,
        }
    }
}

/// What came of a call.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", rename_all_fields = "kebab-case")]
pub enum Outcome {
    /// A result: a connection, a batch, an assessment or a verdict, as the host's model writes it.
    Brought(Value),
    /// An error of the integration's own, as the host's model writes it.
    Refused(Value),
    /// The call ended without either.
    Failed {
        /// What kind of failure it was.
        kind: String,
        /// The sentence.
        reason: String,
    },
}

impl From<&CallError> for Outcome {
    fn from(error: &CallError) -> Self {
        Self::Failed {
            kind: error.word().to_owned(),
            reason: error.to_string(),
        }
    }
}

impl Header {
    /// Of a call into this host's component.
    fn new(host: &Host, way: Option<Way>, asked: Asked) -> Self {
        let (plugin, manifest) = (host.plugin(), host.manifest());
        Self {
            format: FORMAT,
            contract: contract::VERSION_LINE.to_owned(),
            host: env!("CARGO_PKG_VERSION").to_owned(),
            integration: manifest.id.clone(),
            version: manifest.version.clone(),
            component: plugin.content_hash().to_owned(),
            limits: by_name(plugin.limits()),
            way,
            asked,
        }
    }
}

fn by_name(limits: &Limits) -> BTreeMap<String, u64> {
    let rows = limits.list().into_iter();
    rows.map(|row| (row.name.to_string(), row.value)).collect()
}

/// A line of a file.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", rename_all_fields = "kebab-case")]
enum Line {
    Recording(Box<Header>),
    Exchange(Recorded),
    End {
        outcome: Outcome,
        /// How many lines of exchanges there are.
        exchanges: u32,
        /// Why some are missing; none if all are there.
        cut: Option<String>,
    },
}

/// The form of the files that this host writes and reads.
pub const FORMAT: u32 = 1;
