//! Tickets for downloads: addresses that the pinned origin itself has named, each good for one request.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use http::header::CONTENT_TYPE;
use http::{Uri, response};
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::Way;

/// The unused tickets of one session. Only hashes are kept, because a signed address is a secret.
#[derive(Debug, Clone, Default)]
pub(crate) struct Tickets(Arc<Mutex<VecDeque<[u8; 32]>>>);

impl Tickets {
    pub(super) fn holds(&self, uri: &Uri) -> bool {
        self.list().contains(&hash(uri))
    }

    /// Uses the ticket up.
    pub(super) fn take(&self, uri: &Uri) {
        let used = hash(uri);
        self.list().retain(|ticket| *ticket != used);
    }

    /// Adds a ticket; the oldest is dropped if there are too many.
    pub(super) fn add(&self, uri: &Uri) {
        let new = hash(uri);
        let mut list = self.list();
        if !list.contains(&new) {
            if list.len() >= MOST_TICKETS {
                list.pop_front();
            }
            list.push_back(new);
        }
    }

    fn list(&self) -> MutexGuard<'_, VecDeque<[u8; 32]>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Reads a body along with the guest, and makes tickets of what it names once it is complete.
pub(crate) struct Collector {
    way: Arc<Way>,
    tickets: Tickets,
    body: Vec<u8>,
}

impl Collector {
    /// None if the answer can name no download: none is permitted, or it is an error, or no JSON.
    pub(super) fn new(way: &Arc<Way>, tickets: &Tickets, parts: &response::Parts) -> Option<Self> {
        let may = way.policy.downloads().are_confirmed()
            // What an error says may be the request's own words.
            && parts.status.is_success()
            && parts
                .headers
                .get(CONTENT_TYPE)
                .is_some_and(|kind| is_json(kind.as_bytes()));
        may.then(|| Self {
            way: Arc::clone(way),
            tickets: tickets.clone(),
            body: Vec::new(),
        })
    }

    /// Takes the next piece; none if the body has become too large.
    pub(super) fn piece(mut self, data: &[u8]) -> Option<Self> {
        let fits = self.body.len() + data.len() <= MOST_BYTES;
        self.body.extend_from_slice(if fits { data } else { &[] });
        fits.then_some(self)
    }

    /// The body is complete.
    pub(super) fn finish(self) {
        let downloads = self.way.policy.downloads();
        // Most pages name no download: a search is much cheaper than reading them as JSON.
        let named = std::str::from_utf8(&self.body)
            .ok()
            .filter(|text| downloads.are_mentioned(text));
        let Some(value) = named.and_then(|text| serde_json::from_str(text).ok()) else {
            return;
        };
        each_string(&value, &mut |text| {
            if let Ok(uri) = text.parse()
                && downloads.fit(&uri)
            {
                self.tickets.add(&uri);
            }
        });
    }
}

fn each_string(value: &Value, take: &mut impl FnMut(&str)) {
    match value {
        Value::String(text) => take(text),
        Value::Array(items) => items.iter().for_each(|item| each_string(item, take)),
        Value::Object(fields) => fields.values().for_each(|field| each_string(field, take)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// Whether a media type is JSON, or a format on top of it.
fn is_json(kind: &[u8]) -> bool {
    let kind = String::from_utf8_lossy(kind).to_ascii_lowercase();
    let kind = kind.split(';').next().unwrap_or_default().trim_end();
    kind == "application/json" || kind.ends_with("+json")
}

fn hash(uri: &Uri) -> [u8; 32] {
    let authority = uri.authority().map_or("", |authority| authority.as_str());
    let mut hasher = Sha256::new();
    for part in [
        uri.scheme_str().unwrap_or_default(),
        "://",
        &authority.to_ascii_lowercase(),
        uri.path_and_query().map_or("/", |path| path.as_str()),
    ] {
        hasher.update(part);
    }
    hasher.finalize().into()
}

/// Tickets a session holds at once; an export has a few files.
const MOST_TICKETS: usize = 64;
/// Bytes of a body that is read for tickets; the description of an export has a few KiB.
const MOST_BYTES: usize = 1 << 20;

#[cfg(test)]
mod tests;
