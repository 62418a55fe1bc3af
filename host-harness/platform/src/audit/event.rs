//! What is audited. Each kind has its own particulars, and none has room for a credential.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::json::{Value, object};
use crate::decision::Decision;
use crate::model::common::{Tenths, Timestamp};
use crate::policy::Mode;
use crate::team::Override;
use crate::waiver::Waiver;

/// What was done, with its particulars.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// A change was decided.
    Decided {
        /// Id of the integration.
        integration: String,
        /// The head that was judged.
        head_sha: String,
        /// What was judged, as if enforced.
        judged: Decision,
        /// What binds.
        decision: Decision,
        /// The policy's mode.
        mode: Mode,
        /// The score of the change, in tenths, 0 to 1000.
        score: Tenths,
    },
    /// A deployment was decided.
    DeploymentDecided {
        /// The commit.
        sha: String,
        /// What was judged, as if enforced.
        judged: Decision,
        /// What binds.
        decision: Decision,
    },
    /// Somebody let a head pass.
    Overrode {
        /// The head.
        head_sha: String,
        /// Why, in their words.
        reason: String,
    },
    /// Somebody approved a waiver.
    Waived {
        /// Id of the waiver.
        waiver: String,
        /// The vulnerability.
        vulnerability: String,
        /// Why, in their words.
        reason: String,
        /// From when on it does not hold any more.
        expires: Timestamp,
    },
    /// Somebody took a waiver back.
    WaiverRevoked {
        /// Id of the waiver.
        waiver: String,
    },
    /// An integration was connected.
    Connected {
        /// Id of the integration.
        integration: String,
        /// Ids of the organizations.
        organizations: Vec<String>,
    },
    /// A connection was taken away.
    Disconnected {
        /// Id of the integration.
        integration: String,
    },
    /// The policy was changed.
    PolicySet {
        /// SHA-256 of its text, in hexadecimal.
        content_hash: String,
        /// Its mode.
        mode: Mode,
    },
    /// Somebody was given other roles.
    RolesSet {
        /// Words of the roles.
        roles: Vec<String>,
    },
    /// A failed job was run again.
    Replayed {
        /// What the job does.
        job: String,
    },
    /// A file was imported.
    Imported {
        /// SHA-256 of the file, in hexadecimal.
        content_hash: String,
        /// How many records it had.
        records: u32,
    },
    /// A key of the HTTP API was made.
    KeyCreated {
        /// What it is called.
        name: String,
        /// Words of its scopes.
        scopes: Vec<String>,
        /// Login of the person it approves as; none if it approves nothing.
        login: Option<String>,
    },
    /// A key of the HTTP API was taken back.
    KeyRevoked,
    /// A link was made that signs somebody in to the pages.
    SignInOffered,
    /// Somebody signed in to the pages.
    SignedIn,
}

/// What was done, as a word.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Deed {
    /// A change was decided.
    Decided,
    /// A deployment was decided.
    DeploymentDecided,
    /// Somebody let a head pass.
    Overrode,
    /// Somebody approved a waiver.
    Waived,
    /// Somebody took a waiver back.
    WaiverRevoked,
    /// An integration was connected.
    Connected,
    /// A connection was taken away.
    Disconnected,
    /// The policy was changed.
    PolicySet,
    /// Somebody was given other roles.
    RolesSet,
    /// A failed job was run again.
    Replayed,
    /// A file was imported.
    Imported,
    /// A key of the HTTP API was made.
    KeyCreated,
    /// A key of the HTTP API was taken back.
    KeyRevoked,
    /// A link was made that signs somebody in to the pages.
    SignInOffered,
    /// Somebody signed in to the pages.
    SignedIn,
}

impl Deed {
    /// All of them.
    pub const ALL: [Self; 15] = [
        Self::Decided,
        Self::DeploymentDecided,
        Self::Overrode,
        Self::Waived,
        Self::WaiverRevoked,
        Self::Connected,
        Self::Disconnected,
        Self::PolicySet,
        Self::RolesSet,
        Self::Replayed,
        Self::Imported,
        Self::KeyCreated,
        Self::KeyRevoked,
        Self::SignInOffered,
        Self::SignedIn,
    ];

    /// Its word.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Decided => "decided",
            Self::DeploymentDecided => "deployment-decided",
            Self::Overrode => "overrode",
            Self::Waived => "waived",
            Self::WaiverRevoked => "waiver-revoked",
            Self::Connected => "connected",
            Self::Disconnected => "disconnected",
            Self::PolicySet => "policy-set",
            Self::RolesSet => "roles-set",
            Self::Replayed => "replayed",
            Self::Imported => "imported",
            Self::KeyCreated => "key-created",
            Self::KeyRevoked => "key-revoked",
            Self::SignInOffered => "sign-in-offered",
            Self::SignedIn => "signed-in",
        }
    }
}

impl Event {
    /// What was done, as a word.
    #[must_use]
    pub fn deed(&self) -> Deed {
        match self {
            Self::Decided { .. } => Deed::Decided,
            Self::DeploymentDecided { .. } => Deed::DeploymentDecided,
            Self::Overrode { .. } => Deed::Overrode,
            Self::Waived { .. } => Deed::Waived,
            Self::WaiverRevoked { .. } => Deed::WaiverRevoked,
            Self::Connected { .. } => Deed::Connected,
            Self::Disconnected { .. } => Deed::Disconnected,
            Self::PolicySet { .. } => Deed::PolicySet,
            Self::RolesSet { .. } => Deed::RolesSet,
            Self::Replayed { .. } => Deed::Replayed,
            Self::Imported { .. } => Deed::Imported,
            Self::KeyCreated { .. } => Deed::KeyCreated,
            Self::KeyRevoked => Deed::KeyRevoked,
            Self::SignInOffered => Deed::SignInOffered,
            Self::SignedIn => Deed::SignedIn,
        }
    }

    /// The particulars as an object of JSON.
    pub(super) fn detail(&self) -> String {
        use Value::{Integer, Text, Texts};
        match self {
            Self::Decided {
                integration,
                head_sha,
                judged,
                decision,
                mode,
                score,
            } => object([
                ("integration", Text(integration)),
                ("head-sha", Text(head_sha)),
                ("judged", Text(judged.word())),
                ("decision", Text(decision.word())),
                ("mode", Text(mode.word())),
                ("score-tenths", Integer((*score).into())),
            ]),
            Self::DeploymentDecided {
                sha,
                judged,
                decision,
            } => object([
                ("sha", Text(sha)),
                ("judged", Text(judged.word())),
                ("decision", Text(decision.word())),
            ]),
            Self::Overrode { head_sha, reason } => {
                object([("head-sha", Text(head_sha)), ("reason", Text(reason))])
            }
            Self::Waived {
                waiver,
                vulnerability,
                reason,
                expires,
            } => object([
                ("waiver", Text(waiver)),
                ("vulnerability", Text(vulnerability)),
                ("reason", Text(reason)),
                ("expires", Integer(*expires)),
            ]),
            Self::WaiverRevoked { waiver } => object([("waiver", Text(waiver))]),
            Self::Connected {
                integration,
                organizations,
            } => object([
                ("integration", Text(integration)),
                ("organizations", Texts(organizations)),
            ]),
            Self::Disconnected { integration } => object([("integration", Text(integration))]),
            Self::PolicySet { content_hash, mode } => object([
                ("content-hash", Text(content_hash)),
                ("mode", Text(mode.word())),
            ]),
            Self::RolesSet { roles } => object([("roles", Texts(roles))]),
            Self::Replayed { job } => object([("job", Text(job))]),
            Self::Imported {
                content_hash,
                records,
            } => object([
                ("content-hash", Text(content_hash)),
                ("records", Integer((*records).into())),
            ]),
            Self::KeyCreated {
                name,
                scopes,
                login,
            } => object(
                [("name", Text(name)), ("scopes", Texts(scopes))]
                    .into_iter()
                    .chain(login.iter().map(|login| ("login", Text(login)))),
            ),
            Self::KeyRevoked | Self::SignInOffered | Self::SignedIn => object([]),
        }
    }
}

impl From<&Waiver> for Event {
    fn from(one: &Waiver) -> Self {
        Self::Waived {
            waiver: one.id.clone(),
            vulnerability: one.vulnerability.clone(),
            reason: one.reason.clone(),
            expires: one.expires,
        }
    }
}

impl From<&Override> for Event {
    fn from(one: &Override) -> Self {
        Self::Overrode {
            head_sha: one.head_sha.clone(),
            reason: one.reason.clone(),
        }
    }
}
