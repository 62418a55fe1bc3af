//! What was sent and what came back, without anything secret.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use http::{Method, Uri};

use super::policy::{Denial, Route, shown};
use super::transport::TransportError;

/// The record of a session's exchanges, in the order in which they began. Clones are the same record.
///
/// It holds neither headers nor bodies nor the credential.
#[derive(Debug, Clone, Default)]
pub struct Transcript {
    rows: Arc<Mutex<Rows>>,
}

impl Transcript {
    /// Every exchange so far.
    #[must_use]
    pub fn exchanges(&self) -> Vec<Exchange> {
        self.rows().exchanges.clone()
    }

    /// Exchanges that were not recorded because there were too many.
    #[must_use]
    pub fn omitted(&self) -> u64 {
        self.rows().omitted
    }

    /// The newest exchange that could not be carried out at all; none if each was answered or denied.
    ///
    /// A guest only sees an error code; this says what went wrong in words.
    #[must_use]
    pub fn last_failure(&self) -> Option<TransportError> {
        self.rows()
            .exchanges
            .iter()
            .rev()
            .find_map(|exchange| match &exchange.outcome {
                Outcome::Failed(cause) => Some(cause.clone()),
                _ => None,
            })
    }

    /// The newest request that was denied; none if none was.
    #[must_use]
    pub fn last_denial(&self) -> Option<Denial> {
        self.rows()
            .exchanges
            .iter()
            .rev()
            .find_map(|exchange| match &exchange.outcome {
                Outcome::Denied(denial) => Some(denial.clone()),
                _ => None,
            })
    }

    /// Writes a row and returns its place; none if the record is full.
    ///
    /// The query of a download is a secret, whether it was permitted or not.
    pub(crate) fn begin(
        &self,
        method: &Method,
        uri: &Uri,
        route: Option<Route>,
        outcome: Outcome,
    ) -> Option<usize> {
        let mut rows = self.rows();
        if rows.exchanges.len() >= MOST_ROWS {
            rows.omitted += 1;
            return None;
        }
        rows.exchanges.push(Exchange {
            method: shown(method.as_str()),
            url: shown(&redacted(uri, route == Some(Route::Api))),
            outcome,
        });
        Some(rows.exchanges.len() - 1)
    }

    /// Replaces the outcome of a row.
    pub(crate) fn set(&self, row: Option<usize>, outcome: Outcome) {
        let mut rows = self.rows();
        if let Some(exchange) = row.and_then(|row| rows.exchanges.get_mut(row)) {
            exchange.outcome = outcome;
        }
    }

    fn rows(&self) -> MutexGuard<'_, Rows> {
        self.rows.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One request and what became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exchange {
    /// The method, in capitals.
    pub method: String,
    /// The address, without user information. The query stands as `[redacted]` unless it was meant for the pinned
    /// origin and permitted.
    pub url: String,
    /// What became of it.
    pub outcome: Outcome,
}

/// What became of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It left, and there is no answer yet, or the session ended before there was one.
    Sent,
    /// It was answered.
    Answered {
        /// HTTP status.
        status: u16,
        /// Bytes of the body read so far; all of them once the guest has read it.
        bytes: u64,
    },
    /// It was not sent: the answer is known.
    Reused {
        /// How old the answer is, in seconds.
        age_secs: u64,
    },
    /// It was not sent because a window is closed for longer than the host waits; the guest was told 429.
    Held {
        /// Seconds until the window opens.
        seconds: u64,
    },
    /// It was not sent because it must not be.
    Denied(Denial),
    /// It could not be carried out.
    Failed(TransportError),
}

#[derive(Debug, Default)]
struct Rows {
    exchanges: Vec<Exchange>,
    omitted: u64,
}

fn redacted(uri: &Uri, with_query: bool) -> String {
    let host = uri.authority().map_or("", |authority| {
        let text = authority.as_str();
        text.rsplit_once('@').map_or(text, |(_, host)| host)
    });
    let query = match uri.query() {
        Some(query) if with_query => format!("?{query}"),
        Some(_) => "?[redacted]".to_owned(),
        None => String::new(),
    };
    let scheme = uri.scheme_str().unwrap_or_default();
    format!("{scheme}://{host}{}{query}", uri.path())
}

/// Rows of one record; a full backfill of a large tenant has fewer a session.
const MOST_ROWS: usize = 20_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn user_information_is_not_written_down() {
        let transcript = Transcript::default();
        let uri = "https://user:secret@api.example.com/a?b=c".parse().unwrap();
        transcript.begin(&Method::GET, &uri, Some(Route::Api), Outcome::Sent);
        assert_eq!(
            transcript.exchanges()[0].url,
            "https://api.example.com/a?b=c"
        );
    }

    #[test]
    fn a_query_is_written_down_only_if_it_was_meant_for_the_pinned_origin() {
        let transcript = Transcript::default();
        let uri = "https://files.example.com/a?signature=b".parse().unwrap();
        for route in [Some(Route::Download), None] {
            let denied = Outcome::Denied(Denial::Address);
            transcript.begin(&Method::GET, &uri, route, denied);
        }
        for exchange in transcript.exchanges() {
            assert_eq!(exchange.url, "https://files.example.com/a?[redacted]");
        }
        assert_eq!(transcript.last_denial(), Some(Denial::Address));
    }
}
