//! What an integration is: the answer of `describe`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::common::{Extra, ParameterKind, ParameterValue, Setting};

/// Everything a host and a person need to know before they trust this integration.
///
/// The host captures it at installation and binds it to the component's content hash.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Manifest {
    /// Lower-case identifier, stable for ever, for example `snyk`. Not empty.
    pub id: String,
    /// Name for people, for example `Snyk`.
    pub name: String,
    /// Semantic version of this integration, not of the contract.
    pub version: String,
    /// One sentence for the list of integrations.
    pub summary: String,
    /// What is pulled and why, in the order to show it. Not empty.
    pub pulls: Vec<Pull>,
    /// Upstream permissions the credential needs, in the order to show them.
    pub permissions: Vec<Permission>,
    /// Where requests may go. Empty means that no request may leave.
    pub origins: Vec<Origin>,
    /// Upstream rate limits. Empty means that only the host's own limits apply.
    pub quotas: Vec<Quota>,
    /// Forms of credential the upstream accepts, most specific first. Empty means that none is needed.
    pub credentials: Vec<CredentialKind>,
    /// Settings a person may give at connect. May be empty.
    pub settings: Vec<Setting>,
    /// Rules of the gate. Empty for a source.
    pub rules: Vec<Rule>,
    /// Room for additions inside this version line. May be empty.
    pub extra: Extra,
}

/// One kind of data and its purpose.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Pull {
    /// What is read, for example `vulnerabilities per repository`.
    pub what: String,
    /// What it is for, as one sentence.
    pub why: String,
}

/// One permission of the upstream.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Permission {
    /// The upstream's own name for it, as its settings page shows it.
    pub name: String,
    /// What does not work without it.
    pub why: String,
    /// False if the integration works, with less, when it is refused.
    pub required: bool,
}

/// An HTTP method. Complete: any other is refused.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Method {
    /// Reads.
    Get,
    /// Reads the headers alone.
    Head,
    /// Sends a body, which may create something.
    Post,
    /// Replaces.
    Put,
    /// Changes a part.
    Patch,
    /// Removes.
    Delete,
}

impl Method {
    /// As it stands in a request.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Head => "HEAD",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }
}

/// One allowed request shape on an origin.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct PathRule {
    /// The one allowed method.
    pub method: Method,
    /// Absolute path of whole segments. A segment `{name}` stands for exactly one segment. In `connect`, `{org}` stands
    /// for any one segment; afterwards the host binds it to the chosen organizations. Query strings are not restricted.
    pub template: String,
    /// How long the host may give an answer to `get` again instead of asking, in seconds; none: not at all. It then
    /// states the answer's age in a header `age`, in seconds.
    pub fresh_secs: Option<u32>,
}

/// Where an origin's host name comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum OriginAddress {
    /// Always this base address, scheme and host, for example `https://api.example.com`.
    Fixed(String),
    /// A base address with one DNS label left open, for example `https://api.{tenant}.example.com`.
    Template(String),
    /// An address that the customer typed in, for self-hosted products. HTTPS only.
    CustomerSupplied,
    /// Hosts below these domain suffixes, confirmed by the operator; GET only, and never with the credential.
    Download(Vec<String>),
    /// An address of another form: its description. A host that does not know the form lets nothing out to this origin.
    Other(String),
}

/// One place requests may go.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Origin {
    /// Identifier, for example a region's name such as `EU-01`.
    pub id: String,
    /// Name for people.
    pub label: String,
    /// Its address.
    pub address: OriginAddress,
    /// Host names a person may paste that mean this origin, for example the product's web address; for a template with
    /// the same label left open. May be empty.
    pub aliases: Vec<String>,
    /// What may be requested there. Empty denies everything. For `download` it is empty: what may be fetched there is
    /// only what the pinned origin itself has named.
    pub paths: Vec<PathRule>,
}

/// An upstream rate limit. All quotas that match a request apply to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Quota {
    /// Identifier for messages, for example `per-minute`.
    pub id: String,
    /// Requests allowed in one window. At least 1.
    pub requests: u32,
    /// Length of the window, in seconds. At least 1.
    pub window_secs: u32,
    /// Only requests with this method; none means all.
    pub method: Option<Method>,
    /// Only requests whose path begins with this template; none means all.
    pub path_prefix: Option<String>,
}

/// A form of credential.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct CredentialKind {
    /// Identifier, handed to `connect` as the kind.
    pub id: String,
    /// Name for people, for example `personal access token`.
    pub label: String,
    /// Regular expression that the whole credential matches. No look-around, no back-references.
    pub pattern: String,
    /// Name of the request header that the host sets.
    pub header: String,
    /// Value of that header, with `{credential}` where the credential goes.
    pub value: String,
    /// Where the credential itself names the host it is valid for; none if it does not.
    pub audience: Option<AudienceClaim>,
}

/// A host name inside a credential: one `.`-separated part is base64url JSON with a claim.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct AudienceClaim {
    /// Index of the part, counted from 0.
    pub part: u32,
    /// Name of the claim whose text is the host name.
    pub claim: String,
}

/// A rule of the gate. Rules are data, so that a new one changes no contract.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Rule {
    /// Stable kebab-case code, for example `introduced-cvss`.
    pub code: String,
    /// One sentence that says when it fires.
    pub summary: String,
    /// Coverage routes it depends on: without complete rows of each, it cannot pass. May be empty.
    pub routes: Vec<String>,
    /// Whether it is active where a policy does not mention it.
    pub active_by_default: bool,
    /// Its parameters. May be empty.
    pub parameters: Vec<Parameter>,
}

/// A parameter of a rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Parameter {
    /// Kebab-case name.
    pub name: String,
    /// One sentence.
    pub summary: String,
    /// Type and range.
    pub kind: ParameterKind,
    /// The value where a policy gives none.
    pub default: ParameterValue,
}
