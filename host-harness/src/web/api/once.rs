//! Requests that their sender wants done once, however often they are sent.

use std::sync::Arc;

use http::header::HeaderName;
use http::request::Parts;
use http::{Method, StatusCode};
use koalr_store::{ApiKeyRecord, Once, OnceAnswer};
use sha2::{Digest as _, Sha256};

use super::super::problem::Problem;
use super::receive::{Told, told};
use super::refusal::problem;
use super::{Api, Ask};

/// A request that is to be done once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OnceKey {
    /// The sender's own word for it: 1 to 255 visible ASCII characters.
    pub key: String,
    /// SHA-256 of all that was asked. A token in it, which its upstream made of random, cannot be guessed from that.
    pub fingerprint: [u8; 32],
}

impl OnceKey {
    /// Reads the header; none without one, and for what changes nothing.
    pub(super) fn read(head: &Parts, body: &[u8]) -> Result<Option<Self>, Problem> {
        let mut all = head.headers.get_all(HEADER).iter();
        let Some(one) = all.next() else {
            return Ok(None);
        };
        if head.method == Method::GET {
            return Ok(None);
        }
        let bytes = one.as_bytes();
        let is_word = (1..=MOST_BYTES).contains(&bytes.len())
            && bytes.iter().all(u8::is_ascii_graphic)
            && all.next().is_none();
        let key = one.to_str().ok().filter(|_| is_word).ok_or_else(|| {
            let detail = format!(
                "`Idempotency-Key` must be there once, with 1 to {MOST_BYTES} visible ASCII characters"
            );
            Problem::new(StatusCode::BAD_REQUEST, detail).about(Some("idempotency-key"))
        })?;
        Ok(Some(Self {
            key: key.to_owned(),
            fingerprint: fingerprint(head, body),
        }))
    }
}

/// Answers, or gives the answer of before again. What the server is to blame for is not kept.
pub(super) async fn answer<A: Api>(
    api: Arc<A>,
    caller: ApiKeyRecord,
    once: OnceKey,
    ask: Ask,
) -> Result<Told, Problem> {
    let begun = Arc::clone(&api).begin_once(caller.clone(), once.clone());
    match begun.await.map_err(problem)? {
        Once::Begun => {}
        Once::UnderWay => {
            let detail = "this request is under way; ask again, and it is answered once";
            let problem = Problem::new(StatusCode::CONFLICT, detail).later(RETRY_AFTER_SECS);
            return Err(problem.about(Some("idempotency-key")));
        }
        Once::Other => {
            let detail = "something else was asked under this `Idempotency-Key`; send another one";
            let problem = Problem::new(StatusCode::UNPROCESSABLE_ENTITY, detail);
            return Err(problem.about(Some("idempotency-key")));
        }
        Once::Done(answer) => {
            return Ok(Told {
                answer,
                is_replayed: true,
            });
        }
    }
    let answered = Arc::clone(&api).answer(caller.clone(), ask).await;
    let told = told(answered);
    let kept = match &told {
        Ok(told) => Some(told.answer.clone()),
        Err(problem) if problem.is_ours() => None,
        Err(problem) => Some(OnceAnswer {
            status: problem.status().as_u16(),
            body: serde_json::to_string(problem).unwrap_or_default(),
        }),
    };
    if let Err(error) = api.end_once(caller, once, kept).await {
        // It was done. Who asks again is told that it is under way, until it may be done again, which does no harm.
        tracing::error!("keeping what was answered: {error}");
    }
    told
}

/// Each part stands with its length before it, so that no two requests are the same bytes.
fn fingerprint(head: &Parts, body: &[u8]) -> [u8; 32] {
    let mut hasher = Sha256::new();
    let path = head.uri.path_and_query().map_or("", |all| all.as_str());
    for part in [head.method.as_str().as_bytes(), path.as_bytes(), body] {
        hasher.update(part.len().to_be_bytes());
        hasher.update(part);
    }
    hasher.finalize().into()
}

const HEADER: HeaderName = HeaderName::from_static("idempotency-key");

/// Longest word, in bytes.
const MOST_BYTES: usize = 255;

/// When to ask again for what is under way, in seconds.
const RETRY_AFTER_SECS: u64 = 1;
