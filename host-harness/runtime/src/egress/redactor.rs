//! Takes secrets out of what is written down of a session.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use http::{Method, Uri};
use serde_json::Value;
use zeroize::Zeroizing;

use super::forms;
use super::policy::EgressPolicy;
use crate::credential::Secret;

/// Takes secrets out of texts before they are written down. Clones know the same secrets, and write the same words in
/// the place of each.
///
/// Two kinds are taken out: credentials, also Base64, hexadecimal and percent-encoded, and the queries of addresses
/// from which files are downloaded.
#[derive(Clone)]
pub struct Redactor(Arc<Known>);

struct Known {
    /// Every form of every credential, the longest first.
    credentials: Vec<Zeroizing<Vec<u8>>>,
    /// Tells which addresses are of downloads; none where nothing is downloaded.
    policy: Option<EgressPolicy>,
    /// Queries that were met, each with its number.
    queries: Mutex<HashMap<String, usize>>,
}

impl Redactor {
    /// Takes these credentials out, and the queries of what this policy's manifest lets a session download.
    #[must_use]
    pub fn new<'a>(
        secrets: impl IntoIterator<Item = &'a Secret>,
        policy: Option<EgressPolicy>,
    ) -> Self {
        // A part of a token may say as much as the whole.
        let parts = |secret: &'a Secret| {
            let parts = secret.expose().split('.');
            let long = parts.filter(|part| part.len() >= LONG_PART);
            long.chain([secret.expose()])
        };
        let forms = |part: &str| forms::of(part.as_bytes());
        let all = secrets.into_iter().flat_map(parts);
        let mut credentials: Vec<_> = all.flat_map(forms).collect();
        credentials.sort_by_key(|form| std::cmp::Reverse(form.len()));
        Self(Arc::new(Known {
            credentials,
            policy,
            queries: Mutex::default(),
        }))
    }

    /// A text without secrets.
    #[must_use]
    pub fn text(&self, text: &str) -> String {
        self.plain(text).into_owned()
    }

    /// Every text of a JSON value, names of fields and lists of bytes included, without secrets.
    pub fn json(&self, value: &mut Value) {
        match value {
            Value::String(text) => {
                if let Cow::Owned(plain) = self.plain(text) {
                    *text = plain;
                }
            }
            Value::Array(items) => match octets(items) {
                Some(bytes) => {
                    let plain = self.body(&bytes);
                    if plain != bytes {
                        *items = plain.into_iter().map(Value::from).collect();
                    }
                }
                None => items.iter_mut().for_each(|item| self.json(item)),
            },
            Value::Object(fields) => {
                *fields = std::mem::take(fields)
                    .into_iter()
                    .map(|(name, mut field)| {
                        self.json(&mut field);
                        (self.text(&name), field)
                    })
                    .collect();
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    /// The address of a request without secrets: the query stands only if the request may go to the pinned origin.
    pub(super) fn address(&self, method: &Method, uri: &Uri) -> String {
        let allowed = |policy: &EgressPolicy| policy.allows(method, uri).is_ok();
        let url = match &self.0.policy {
            Some(policy) if allowed(policy) => uri.to_string(),
            _ => self.without_query(uri),
        };
        self.without_credentials(&url).into_owned()
    }

    /// A body without secrets. What has none stays as it is, byte for byte.
    pub(super) fn body(&self, body: &[u8]) -> Vec<u8> {
        let body = self.strings(body);
        match String::from_utf8(body) {
            Ok(text) => self.text(&text).into_bytes(),
            Err(error) => {
                let mut bytes = error.into_bytes();
                for form in &self.0.credentials {
                    bytes = replaced(&bytes, form);
                }
                bytes
            }
        }
    }

    /// Looks into the strings of JSON, whose characters may be escaped.
    fn strings(&self, body: &[u8]) -> Vec<u8> {
        let mut plain = Vec::with_capacity(body.len());
        let mut rest = body;
        while let Some(start) = rest.iter().position(|byte| *byte == b'"') {
            let (before, from) = rest.split_at(start);
            plain.extend_from_slice(before);
            let (literal, after) = from.split_at(literal_length(from));
            match self.string(literal) {
                Some(other) => plain.extend_from_slice(&other),
                None => plain.extend_from_slice(literal),
            }
            rest = after;
        }
        plain.extend_from_slice(rest);
        plain
    }

    /// What stands for a string of JSON that holds secrets; none if it holds none.
    fn string(&self, literal: &[u8]) -> Option<Vec<u8>> {
        let suspicious =
            literal.contains(&b'\\') || literal.windows(3).any(|three| three == b"://");
        let text: String = suspicious
            .then(|| serde_json::from_slice(literal).ok())
            .flatten()?;
        match self.plain(&text) {
            Cow::Owned(plain) => serde_json::to_vec(&plain).ok(),
            Cow::Borrowed(_) => None,
        }
    }

    fn plain<'a>(&self, text: &'a str) -> Cow<'a, str> {
        let mut plain = self.without_queries(text);
        for query in self.met() {
            if plain.contains(&query) {
                let word = self.word(&query);
                plain = Cow::Owned(plain.replace(&query, &word));
            }
        }
        match self.without_credentials(&plain) {
            Cow::Owned(other) => Cow::Owned(other),
            Cow::Borrowed(_) => plain,
        }
    }

    fn without_credentials<'a>(&self, text: &'a str) -> Cow<'a, str> {
        let mut plain = Cow::Borrowed(text);
        for form in &self.0.credentials {
            // Every form that can stand in a text is one.
            if let Ok(form) = std::str::from_utf8(form)
                && plain.contains(form)
            {
                plain = Cow::Owned(plain.replace(form, CREDENTIAL));
            }
        }
        plain
    }

    /// Looks for addresses of downloads: the whole text, or words of it.
    fn without_queries<'a>(&self, text: &'a str) -> Cow<'a, str> {
        if !text.contains("://") {
            return Cow::Borrowed(text);
        }
        if let Some(address) = self.download(text) {
            return Cow::Owned(address);
        }
        let mut plain = String::new();
        let mut copied = 0;
        let mut from = 0;
        while let Some(found) = text.get(from..).and_then(|rest| rest.find("://")) {
            let middle = from + found;
            let scheme = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.');
            let before = text.get(copied..middle).unwrap_or_default();
            let start = middle - (before.len() - before.trim_end_matches(scheme).len());
            let end = text.get(middle..).and_then(|rest| rest.find(ends_word));
            let end = end.map_or(text.len(), |length| middle + length);
            if let Some(address) = text.get(start..end).and_then(|word| self.download(word)) {
                plain.push_str(text.get(copied..start).unwrap_or_default());
                plain.push_str(&address);
                copied = end;
            }
            from = end;
        }
        if copied == 0 {
            return Cow::Borrowed(text);
        }
        plain.push_str(text.get(copied..).unwrap_or_default());
        Cow::Owned(plain)
    }

    /// The address of a download without its query; none if the text is none, or has no query.
    fn download(&self, text: &str) -> Option<String> {
        let policy = self.0.policy.as_ref()?;
        let uri: Uri = text.parse().ok()?;
        let secret = uri.query().is_some_and(|query| !is_word(query))
            && policy.allows(&Method::GET, &uri).is_err()
            && policy.downloads().concern(uri.host()?);
        secret.then(|| self.without_query(&uri))
    }

    fn without_query(&self, uri: &Uri) -> String {
        let authority = uri.authority().map_or("", |authority| authority.as_str());
        let host = authority
            .rsplit_once('@')
            .map_or(authority, |(_, host)| host);
        let query = match uri.query() {
            Some(query) if is_word(query) => format!("?{query}"),
            Some(query) => format!("?{}", self.word(query)),
            None => String::new(),
        };
        let scheme = uri.scheme_str().unwrap_or_default();
        format!("{scheme}://{host}{}{query}", uri.path())
    }

    /// What stands for a query.
    fn word(&self, query: &str) -> String {
        let mut queries = self.queries();
        let next = queries.len() + 1;
        let number = queries.entry(query.to_owned()).or_insert(next);
        format!("{QUERY}{number}")
    }

    /// Queries that were met before, and are long enough to be found by chance nowhere.
    fn met(&self) -> Vec<String> {
        let queries = self.queries();
        let long = queries.keys().filter(|query| query.len() >= LONG);
        long.cloned().collect()
    }

    fn queries(&self) -> std::sync::MutexGuard<'_, HashMap<String, usize>> {
        self.0
            .queries
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Redactor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Redactor")
    }
}

/// The bytes of a list that holds nothing else, as models write bytes; none for any other list.
fn octets(items: &[Value]) -> Option<Vec<u8>> {
    let octet = |item: &Value| u8::try_from(item.as_u64()?).ok();
    (!items.is_empty()).then(|| items.iter().map(octet).collect())?
}

/// Bytes up to the end of the string that begins with the first one; all if it does not end.
fn literal_length(text: &[u8]) -> usize {
    let mut escaped = false;
    for (place, byte) in text.iter().enumerate().skip(1) {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return place + 1,
            _ => {}
        }
    }
    text.len()
}

/// Whether an address ends before the character where it stands in a text.
fn ends_word(c: char) -> bool {
    c.is_whitespace() || c.is_control() || matches!(c, '"' | '<' | '>' | '\\' | '`')
}

/// Whether a query is what was written in the place of one.
fn is_word(query: &str) -> bool {
    query
        .strip_prefix(QUERY)
        .is_some_and(|number| number.parse::<usize>().is_ok())
}

/// The bytes with another text wherever this one is.
fn replaced(bytes: &[u8], secret: &[u8]) -> Vec<u8> {
    let mut plain = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let Some(start) = rest.windows(secret.len()).position(|part| part == secret) {
        let (before, from) = rest.split_at(start);
        plain.extend_from_slice(before);
        plain.extend_from_slice(CREDENTIAL.as_bytes());
        rest = from.get(secret.len()..).unwrap_or_default();
    }
    plain.extend_from_slice(rest);
    plain
}

/// What stands for a credential; it can be part of an address, a header and a string of JSON.
const CREDENTIAL: &str = "redacted-credential";
/// What stands for a query, before its number.
const QUERY: &str = "redacted-";
/// Bytes of a part of a token, between dots, that is taken out by itself.
const LONG_PART: usize = 16;
/// Bytes of a query that is looked for also where it is no part of an address.
const LONG: usize = 12;

#[cfg(test)]
mod tests;
