//! The credential: held here, added to requests here, never seen by a guest.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::{HeaderName, HeaderValue};
use regex_lite::Regex;
use zeroize::Zeroizing;

use crate::contract::connect::CredentialFacts;
use crate::contract::describe::{AudienceClaim, CredentialKind, Manifest};
use crate::egress::Echo;

/// A credential as the person gave it. Erased from memory when dropped; prints as nothing.
#[derive(Clone)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// Takes a credential that can stand in a request header. A line end at the end of a file is the caller's to cut.
    ///
    /// # Errors
    ///
    /// Empty; a line break; a space or another control character; a character outside ASCII. The message never repeats
    /// the text.
    pub fn parse(text: &str) -> Result<Self, SecretError> {
        if text.is_empty() {
            return Err(SecretError::Empty);
        }
        if text.contains(['\n', '\r']) {
            return Err(SecretError::LineBreak);
        }
        match text.chars().position(|c| !c.is_ascii_graphic()) {
            Some(index) => Err(SecretError::Character { place: index + 1 }),
            None => Ok(Self(Zeroizing::new(text.to_owned()))),
        }
    }

    /// The credential itself, to seal it.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret")
    }
}

/// Why a text is no credential.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SecretError {
    /// No character.
    #[error("the token is empty; paste the whole token")]
    Empty,
    /// More than one line.
    #[error(
        "the token contains a line break; paste it as one line, without anything before or after it"
    )]
    LineBreak,
    /// A character no token has.
    #[error(
        "the token contains a space or another character that no token has, at place {place}; paste it again"
    )]
    Character {
        /// Place of the character, counted from 1.
        place: usize,
    },
}

/// The request header that carries the credential.
#[derive(Clone)]
pub struct CredentialHeader {
    name: HeaderName,
    value: Zeroizing<String>,
    echo: Echo,
}

impl CredentialHeader {
    /// Puts the credential where `{credential}` stands in the template, for example `token {credential}`.
    ///
    /// # Errors
    ///
    /// The name is no header name; the template lacks `{credential}` or has characters a header must not have.
    pub fn new(name: &str, value_template: &str, secret: &Secret) -> Result<Self, CredentialError> {
        let header =
            HeaderName::try_from(name).map_err(|_| CredentialError::Name(name.to_owned()))?;
        let template = || CredentialError::Template(value_template.to_owned());
        let (before, after) = value_template.split_once(PLACE).ok_or_else(template)?;
        let printable = |part: &str| part.chars().all(|c| c == ' ' || c.is_ascii_graphic());
        if !printable(before) || !printable(after) {
            return Err(template());
        }
        let value = Zeroizing::new([before, secret.expose(), after].concat());
        Ok(Self {
            name: header,
            value,
            echo: Echo::of(secret.expose()),
        })
    }

    pub(crate) fn name(&self) -> &HeaderName {
        &self.name
    }

    /// What it looks like in an answer.
    pub(crate) fn echo(&self) -> Echo {
        self.echo.clone()
    }

    pub(crate) fn header(&self) -> (HeaderName, HeaderValue) {
        // `new` has let in nothing a header value refuses.
        let mut value = HeaderValue::from_str(&self.value).unwrap_or(HeaderValue::from_static(""));
        value.set_sensitive(true);
        (self.name.clone(), value)
    }
}

impl fmt::Debug for CredentialHeader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CredentialHeader")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

/// Why there is no credential header.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CredentialError {
    /// The manifest's header name is not one.
    #[error("the manifest's credential header `{0}` is no header name")]
    Name(String),
    /// The manifest's header value has no place for the credential.
    #[error("the manifest's credential value `{0}` lacks `{PLACE}` or cannot stand in a header")]
    Template(String),
    /// A form's pattern is none.
    #[error("the manifest's pattern of credential `{kind}` is no regular expression: {cause}")]
    Pattern {
        /// The form's id.
        kind: String,
        /// What is wrong with it.
        cause: String,
    },
    /// The manifest has no form of credential.
    #[error("this integration takes no credential")]
    None,
}

/// Which of the manifest's forms the credential has, and where it says it is valid.
#[must_use]
pub fn identify_credential(manifest: &Manifest, secret: &Secret) -> CredentialFacts {
    let kind = manifest
        .credentials
        .iter()
        .find(|kind| has_form(kind, secret));
    CredentialFacts {
        kind: kind.map(|kind| kind.id.clone()),
        audience_host: kind
            .and_then(|kind| kind.audience.as_ref())
            .and_then(|claim| audience_host(claim, secret)),
    }
}

/// The manifest's credential patterns that are no regular expressions, by index, with what is wrong with each.
#[must_use]
pub fn unreadable_patterns(manifest: &Manifest) -> Vec<(usize, String)> {
    let kinds = manifest.credentials.iter().enumerate();
    kinds
        .filter_map(|(index, kind)| Some((index, whole(kind).err()?.to_string())))
        .collect()
}

/// The header for a credential of this kind; of the manifest's last, least specific kind if its form is unknown.
///
/// # Errors
///
/// The manifest has no kind of credential, or a wrong header for it.
pub fn credential_header(
    manifest: &Manifest,
    facts: &CredentialFacts,
    secret: &Secret,
) -> Result<CredentialHeader, CredentialError> {
    let kinds = &manifest.credentials;
    let kind = kinds
        .iter()
        .find(|kind| Some(&kind.id) == facts.kind.as_ref())
        .or(kinds.last())
        .ok_or(CredentialError::None)?;
    CredentialHeader::new(&kind.header, &kind.value, secret)
}

/// Makes sure that every form of credential of a manifest can be recognized and sent.
///
/// # Errors
///
/// A pattern is no regular expression; a header is none, or has no place for the credential.
pub fn check_credentials(manifest: &Manifest) -> Result<(), CredentialError> {
    let sample = Secret(Zeroizing::new("sample".to_owned()));
    for kind in &manifest.credentials {
        whole(kind).map_err(|cause| CredentialError::Pattern {
            kind: kind.id.clone(),
            cause: cause.to_string(),
        })?;
        CredentialHeader::new(&kind.header, &kind.value, &sample)?;
    }
    Ok(())
}

/// The pattern that a whole credential matches.
fn whole(kind: &CredentialKind) -> Result<Regex, regex_lite::Error> {
    Regex::new(&format!("^(?:{})$", kind.pattern))
}

fn has_form(kind: &CredentialKind, secret: &Secret) -> bool {
    match whole(kind) {
        Ok(pattern) => pattern.is_match(secret.expose()),
        Err(cause) => {
            tracing::warn!(kind = kind.id, %cause, "the manifest's credential pattern is no regular expression");
            false
        }
    }
}

/// The claim's text, if it is a host name and nothing else.
fn audience_host(claim: &AudienceClaim, secret: &Secret) -> Option<String> {
    let part = secret
        .expose()
        .split('.')
        .nth(usize::try_from(claim.part).ok()?)?;
    let json = Zeroizing::new(URL_SAFE_NO_PAD.decode(part.trim_end_matches('=')).ok()?);
    let claims: serde_json::Value = serde_json::from_slice(&json).ok()?;
    let host = claims.get(&claim.claim)?.as_str()?.to_ascii_lowercase();
    let is_host = !host.is_empty()
        && host
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-'));
    is_host.then_some(host)
}

/// Where the credential goes in a header's value.
const PLACE: &str = "{credential}";

#[cfg(test)]
mod tests;
