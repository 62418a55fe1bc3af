//! What a credential may read: the question and answer of `connect`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::common::{Endpoint, Extra, SettingEntry, Timestamp};

/// What a person gave, and what the host made of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct ConnectRequest {
    /// The one origin that the host pinned for this connection.
    pub endpoint: Endpoint,
    /// Facts about the credential. The credential itself never enters the component.
    pub credential: CredentialFacts,
    /// Organization ids or short names the person chose. Empty means all that the credential sees.
    pub organizations: Vec<String>,
    /// Settings by key. Absent keys take the manifest's default.
    pub settings: Vec<SettingEntry>,
    /// The time of the call.
    pub as_of: Timestamp,
}

/// What may be known about a credential without holding it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct CredentialFacts {
    /// Id of the manifest's credential kind whose pattern matched; none for an unknown form, which is tried all the same.
    pub kind: Option<String>,
    /// Host name the credential says it is valid for; none if it does not say.
    pub audience_host: Option<String>,
}

/// A working connection.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Connection {
    /// Who the credential belongs to.
    pub account: Account,
    /// The organizations to sync, in the upstream's order. Not empty.
    pub organizations: Vec<Organization>,
    /// What the credential may do, per organization.
    pub capabilities: Vec<Capability>,
    /// Sentences for the person who connects. May be empty.
    pub warnings: Vec<String>,
    /// Room for additions. May be empty.
    pub extra: Extra,
}

/// The owner of a credential.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Account {
    /// The upstream's id of the user; for a credential without a user, the id of what it belongs to.
    pub id: String,
    /// Name for people; the id again if there is none.
    pub name: String,
    /// The upstream's own word, for example `service_account`.
    pub kind: String,
}

/// One organization of the upstream.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Organization {
    /// The upstream's id, as it stands in paths.
    pub id: String,
    /// Short name; none if the upstream has none.
    pub slug: Option<String>,
    /// Name for people.
    pub name: String,
}

/// Whether the credential may use one thing.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Access {
    /// It answered.
    Allowed,
    /// It was refused; syncing goes on without it.
    Refused,
    /// It could not be found out.
    Unknown,
}

/// One capability in one organization.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Capability {
    /// Organization id.
    pub organization: String,
    /// Coverage route it feeds, for example `issues`.
    pub route: String,
    /// The answer.
    pub access: Access,
    /// Why it was refused or is unknown, for people. Empty where it is allowed.
    pub detail: String,
}

/// Why there is no connection. Each case is something a person can do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ConnectError {
    /// The upstream does not accept the credential. It may belong to another region.
    BadCredential,
    /// The credential names another host than the chosen one: the host it names.
    WrongRegion(String),
    /// The account's plan has no API access.
    NoApiAccess,
    /// The credential works but lacks these permissions, by their names in the manifest.
    MissingPermissions(Vec<String>),
    /// These chosen organizations are not visible to the credential.
    OrganizationsNotVisible(Vec<String>),
    /// A setting is wrong: its key, and what is expected.
    InvalidSetting((String, String)),
    /// The upstream could not be reached or did not speak its protocol. The text is for people.
    Upstream(String),
    /// Any other decision: a stable code and a text for people.
    Other((String, String)),
}
