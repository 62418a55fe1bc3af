//! What a person gives to connect. The token is wrapped as soon as it is read.

use koalr_runtime::Secret;
use schemars::JsonSchema;
use zeroize::Zeroizing;

use super::super::super::problem::Problem;
use super::super::Ask;
use super::super::members::Members;
use super::super::route::Given;
use super::IntegrationsAsk;

/// What a person gives to connect.
#[derive(Debug, Clone, PartialEq, Eq, JsonSchema)]
#[schemars(rename_all = "kebab-case", deny_unknown_fields)]
pub struct ConnectBody {
    /// The token. It is kept sealed and shown nowhere.
    #[schemars(with = "String")]
    pub token: Token,
    /// Region, or an address of the upstream, which is HTTPS; absent means what the token says.
    pub upstream: Option<String>,
    /// Organizations by id or short name; absent or empty means all that the token sees.
    #[schemars(with = "Option<Vec<String>>")]
    pub organizations: Vec<String>,
    /// Domains, each with all below it, that exports may be downloaded from; absent or empty means none.
    #[schemars(with = "Option<Vec<String>>")]
    pub downloads: Vec<String>,
}

/// A token on its way to the vault. It leaves memory when it is dropped, and its `Debug` is a word.
#[derive(Debug, Clone)]
pub struct Token(pub Secret);

impl PartialEq for Token {
    fn eq(&self, other: &Self) -> bool {
        self.0.expose() == other.0.expose()
    }
}

impl Eq for Token {}

pub(super) fn read(given: Given<'_>) -> Result<Ask, Problem> {
    let mut members = Members::read(given.body)?;
    let token = members.secret("token", "the upstream's settings page makes one");
    let upstream = members.text("upstream");
    let organizations = members.texts("organizations");
    let downloads = members.texts("downloads");
    let secret = token.and_then(|token: Zeroizing<String>| {
        let secret = Secret::parse(&token);
        members.check("token", secret)
    });
    let ended = members.end();
    let Some(secret) = secret else {
        ended?;
        // Without a token there was a complaint.
        return Err(Problem::busy());
    };
    ended?;
    Ok(Ask::Integrations(IntegrationsAsk::Connect {
        integration: given.id,
        body: ConnectBody {
            token: Token(secret),
            upstream,
            organizations,
            downloads,
        },
    }))
}
