//! The server of the mock GitHub.

use std::net::TcpListener;
use std::sync::Arc;
use std::time::Instant;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::State as Shared;
use axum::http::{HeaderMap, Request as HttpRequest, Response, header};
use serde_json::Value;
use tokio::sync::oneshot;

use super::checks::{self, Place};
use super::content::{Allowance, GitHub};
use super::refusal::{PRIMARY_LIMIT, not_found, refuse, restyled};
use super::{compare, review};
use crate::answer::Answer;
use crate::asked::Asked;
use crate::clock;
use crate::error::Error;
use crate::fault::{self, Cut, Fault, Hint, Moment};
use crate::id;
use crate::journal::{Authorization, Journal, Request};
use crate::serve::{respond, run};

/// What the server and its owner share.
#[derive(Debug)]
pub(super) struct Served {
    pub(super) base_url: String,
    pub(super) github: GitHub,
    pub(super) journal: Journal,
}

/// Serves until told to stop. The executor, and with it every connection, ends here.
pub(super) fn serve(
    listener: TcpListener,
    served: Arc<Served>,
    ready: oneshot::Sender<Result<(), Error>>,
    stopped: oneshot::Receiver<()>,
) {
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    let runtime = match runtime.enable_all().build() {
        Ok(runtime) => runtime,
        Err(cause) => {
            let _ = ready.send(Err(Error::Start(cause)));
            return;
        }
    };
    runtime.block_on(async move {
        let router = Router::new().fallback(handle).with_state(served);
        let accepting = match run(listener, router) {
            Ok(accepting) => accepting,
            Err(cause) => {
                let _ = ready.send(Err(Error::Start(cause)));
                return;
            }
        };
        let _ = ready.send(Ok(()));
        tokio::select! {
            () = accepting => {}
            _ = stopped => {}
        }
    });
}

async fn handle(Shared(served): Shared<Arc<Served>>, request: HttpRequest<Body>) -> Response<Body> {
    let at = Instant::now();
    let github = &served.github;
    let (head, body) = request.into_parts();
    let asked = Asked::new(head.uri.path(), head.uri.query().unwrap_or_default());
    let access = judge(&head.headers, github);
    let _in_flight = served.journal.arrive(Request {
        method: head.method.to_string(),
        path: asked.path.clone(),
        query: asked.query.clone(),
        authorization: match access {
            Access::Absent => Authorization::Absent,
            Access::Wrong => Authorization::Wrong,
            Access::Read | Access::Write => Authorization::Accepted,
        },
    });
    let mut allowance = github.spend();
    let hits = github.faults.hits(&asked.path);
    let stops = |fault: &Fault| matches!(fault, Fault::Status(..) | Fault::Limited(_));
    let answer = if hits.iter().any(stops) {
        // The fault says what is answered; nothing may have been stored by then.
        refuse(500, "Server Error", "")
    } else {
        let method = head.method.as_str();
        let admitted = admit(&head.headers, access, method, allowance);
        let body = to_bytes(body, MAX_BODY_BYTES).await;
        let answer = match (admitted, body) {
            (Ok(()), Ok(body)) => answer(&served, method, &asked, &body, at),
            (Ok(()), Err(_)) => Err(refuse(413, "Payload too large", "")),
            (Err(refusal), _) => Err(refusal),
        };
        answer.unwrap_or_else(|refusal| refusal)
    };
    let now = github.now();
    let moment = Moment {
        base: &served.base_url,
        now,
    };
    let mut spoiled = fault::spoil(&hits, &asked, moment, answer);
    for hit in &hits {
        if let Fault::Limited(Hint::Reset(wait) | Hint::List(wait)) = hit {
            allowance.used = allowance.limit;
            allowance.reset = now.div_euclid(1_000) + i64::from(*wait);
            // Those are Snyk's.
            let headers = &mut spoiled.answer.headers;
            headers.retain(|(name, _)| !name.starts_with("x-ratelimit"));
        }
    }
    let delay = github.latency + spoiled.delay;
    if !delay.is_zero() {
        tokio::time::sleep(delay).await;
    }
    if spoiled.cut == Cut::Head {
        // Ends the task of this connection, and the connection with it, without the panic hook's words.
        std::panic::resume_unwind(Box::new(()));
    }
    let answer = restyled(spoiled.answer);
    let answer = limit_headers(answer, allowance)
        .header("date", clock::http_date(now))
        .header("x-github-request-id", id::uuid(&format!("{at:?}")));
    respond(answer, spoiled.cut, None)
}

/// What a request may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Access {
    /// It has no credential.
    Absent,
    /// Its credential is not let in.
    Wrong,
    Read,
    Write,
}

/// What the `authorization` header is worth: `Bearer`, then the token.
fn judge(headers: &HeaderMap, github: &GitHub) -> Access {
    let Some(value) = headers.get(header::AUTHORIZATION) else {
        return Access::Absent;
    };
    let sent = value.to_str().unwrap_or_default().split_once(' ');
    let token = sent.filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"));
    let Some((_, token)) = token.filter(|(_, token)| !token.is_empty()) else {
        return Access::Wrong;
    };
    if github.reader.as_ref().is_some_and(|known| known.0 == token) {
        Access::Read
    } else if github.token.as_ref().is_none_or(|known| known.0 == token) {
        Access::Write
    } else {
        Access::Wrong
    }
}

/// Refuses what is refused whatever it asks for.
fn admit(
    headers: &HeaderMap,
    access: Access,
    method: &str,
    allowance: Allowance,
) -> Result<(), Answer> {
    if !headers.contains_key(header::USER_AGENT) {
        let message = "Request forbidden by administrative rules: a User-Agent is needed.";
        return Err(refuse(403, message, ""));
    }
    let version = headers.get("x-github-api-version");
    if version.is_some_and(|version| version != API_VERSION) {
        return Err(refuse(400, "Unknown X-GitHub-Api-Version", ""));
    }
    if allowance.used > allowance.limit {
        return Err(refuse(403, PRIMARY_LIMIT, ""));
    }
    match access {
        Access::Absent => Err(refuse(401, "Requires authentication", "")),
        Access::Wrong => Err(refuse(401, "Bad credentials", "")),
        Access::Read if method != "GET" => {
            Err(refuse(403, "Resource not accessible by integration", ""))
        }
        Access::Read | Access::Write => Ok(()),
    }
}

fn answer(
    served: &Served,
    method: &str,
    asked: &Asked,
    body: &[u8],
    at: Instant,
) -> Result<Answer, Answer> {
    let segments = asked.segments();
    let ["repos", owner, name, rest @ ..] = segments.as_slice() else {
        return Err(not_found(""));
    };
    let github = &served.github;
    let place = Place {
        owner,
        name,
        base_url: &served.base_url,
        now: github.now(),
        at,
    };
    let mut state = github.state();
    match (method, rest) {
        ("GET", ["dependency-graph", "compare", basehead]) => {
            let repository = state.repository(owner, name);
            let repository = repository.ok_or_else(|| not_found(""))?;
            compare::answer(github, repository, basehead, asked, &served.base_url)
        }
        ("POST", ["check-runs"]) => checks::create(&mut state, place, &read(body)?),
        ("GET", ["check-runs", id]) => checks::at(&mut state, place, id, None),
        ("PATCH", ["check-runs", id]) => checks::at(&mut state, place, id, Some(&read(body)?)),
        ("GET", ["commits", reference, "check-runs"]) => {
            checks::list(&state, place, reference, asked)
        }
        ("POST", ["actions", "runs", id, "deployment_protection_rule"]) => {
            review::take(&mut state, (owner, name), id, &read(body)?, at)
        }
        _ => Err(not_found("")),
    }
}

/// Reads what was posted.
fn read(body: &[u8]) -> Result<Value, Answer> {
    let problem = |message: &str| refuse(400, message, "");
    let value: Value =
        serde_json::from_slice(body).map_err(|_| problem("Problems parsing JSON"))?;
    if value.is_object() {
        Ok(value)
    } else {
        Err(problem("Body should be a JSON object"))
    }
}

fn limit_headers(answer: Answer, allowance: Allowance) -> Answer {
    let Allowance { limit, used, reset } = allowance;
    answer
        .header("x-ratelimit-limit", limit.to_string())
        .header(
            "x-ratelimit-remaining",
            limit.saturating_sub(used).to_string(),
        )
        .header("x-ratelimit-used", used.to_string())
        .header("x-ratelimit-reset", reset.to_string())
        .header("x-ratelimit-resource", "core")
}

/// The version of the API that is served.
const API_VERSION: &str = "2022-11-28";
/// Largest body that may be posted, in bytes: fifty annotations with 64 KiB twice, and room.
const MAX_BODY_BYTES: usize = 8 << 20;
