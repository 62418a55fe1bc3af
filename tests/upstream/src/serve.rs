//! The server.

use std::future::IntoFuture;
use std::net::TcpListener;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};
use std::time::Instant;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::State;
use axum::http::{HeaderMap, Request as HttpRequest, Response, header};
use axum::serve::ListenerExt;
use bytes::Bytes;
use http_body::Frame;
use tokio::sync::oneshot;

use crate::answer::Answer;
use crate::asked::Asked;
use crate::clock;
use crate::error::Error;
use crate::export::Call;
use crate::fault::{self, Cut, Moment};
use crate::id;
use crate::journal::{Authorization, Journal, Request};
use crate::pace::Admission;
use crate::world::{Token, World};

/// What the server and its owner share.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) base_url: String,
    pub(crate) files_url: String,
    pub(crate) world: World,
    pub(crate) journal: Journal,
    answered: AtomicU64,
}

impl Shared {
    pub(crate) fn new(base_url: String, files_url: String, world: World) -> Self {
        Self {
            base_url,
            files_url,
            world,
            journal: Journal::default(),
            answered: AtomicU64::new(0),
        }
    }
}

/// Serves the API and the host of files until told to stop. The executor, and with it every connection, ends here.
pub(crate) fn serve(
    [api, files]: [TcpListener; 2],
    shared: Arc<Shared>,
    ready: oneshot::Sender<Result<(), Error>>,
    stopped: oneshot::Receiver<()>,
) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let runtime = match runtime {
        Ok(runtime) => runtime,
        Err(cause) => {
            let _ = ready.send(Err(Error::Start(cause)));
            return;
        }
    };
    runtime.block_on(async move {
        let api_router = Router::new()
            .fallback(handle)
            .with_state(Arc::clone(&shared));
        let file_router = Router::new().fallback(download).with_state(shared);
        let servers = run(api, api_router).and_then(|api| Ok((api, run(files, file_router)?)));
        let (api, files) = match servers {
            Ok(servers) => servers,
            Err(cause) => {
                let _ = ready.send(Err(Error::Start(cause)));
                return;
            }
        };
        let _ = ready.send(Ok(()));
        tokio::select! {
            () = api => {}
            () = files => {}
            _ = stopped => {}
        }
    });
}

pub(crate) fn run(
    listener: TcpListener,
    router: Router,
) -> std::io::Result<impl Future<Output = ()>> {
    let listener = tokio::net::TcpListener::from_std(listener)?.tap_io(|connection| {
        // Small answers must not wait for the acknowledgement of the one before.
        let _ = connection.set_nodelay(true);
    });
    let server = axum::serve(listener, router).into_future();
    Ok(async move {
        let _ = server.await;
    })
}

async fn handle(State(shared): State<Arc<Shared>>, request: HttpRequest<Body>) -> Response<Body> {
    let world = &shared.world;
    let (head, body) = request.into_parts();
    let (path, query) = (head.uri.path(), head.uri.query().unwrap_or_default());
    let authorization = judge(&head.headers, world.token.as_ref());
    let _in_flight = shared.journal.arrive(Request {
        method: head.method.to_string(),
        path: path.to_owned(),
        query: query.to_owned(),
        authorization,
    });
    let admission = world.pace.arrive(world.latency);
    let hits = match admission {
        Admission::Admitted(_) => world.faults.hits(path),
        Admission::Refused(_) => Vec::new(),
    };
    let asked = fault::unmark(path, query);
    let moment = Moment {
        base: &shared.base_url,
        now: world.now(),
    };
    let call = Call {
        asked: &asked,
        hits: &hits,
        now: moment.now,
        files: &shared.files_url,
    };
    let answer = match (admission, authorization, head.method.as_str()) {
        (Admission::Refused(_), ..) => Answer::error(429, "Too many requests"),
        (_, Authorization::Absent | Authorization::Wrong, _) => Answer::error(401, "Unauthorized"),
        (_, _, "GET") => world.read(&call),
        (_, _, "POST") => create(world, &call, &head.headers, body).await,
        _ => Answer::error(405, "Method not allowed"),
    };
    let sent = Asked::new(path, query);
    let spoiled = fault::spoil(&hits, &sent, moment, answer);
    let delay = world.latency + spoiled.delay;
    if let Some(wait) = spoiled.told {
        world.pace.tell(Instant::now(), delay, wait);
    }
    if !delay.is_zero() {
        tokio::time::sleep(delay).await;
    }
    if spoiled.cut == Cut::Head {
        // Ends the task of this connection, and the connection with it, without a word and without the panic hook's.
        std::panic::resume_unwind(Box::new(()));
    }
    let number = shared.answered.fetch_add(1, Ordering::Relaxed);
    let answer = pace_headers(world, admission, spoiled.answer)
        .header("date", clock::http_date(moment.now))
        .header("snyk-request-id", id::uuid(&number.to_string()));
    respond(answer, spoiled.cut, asked.text("version"))
}

/// Reads what is posted, and answers.
async fn create(world: &World, call: &Call<'_>, headers: &HeaderMap, body: Body) -> Answer {
    let Ok(body) = to_bytes(body, MAX_BODY_BYTES).await else {
        return Answer::error(400, "The body is too large");
    };
    let not_allowed = || Answer::error(405, "Method not allowed");
    if !call.asked.path.ends_with("/export") {
        return not_allowed();
    }
    let media_type = headers.get(header::CONTENT_TYPE);
    let media_type = media_type.and_then(|value| value.to_str().ok());
    if media_type.and_then(|value| value.split(';').next()) != Some("application/vnd.api+json") {
        return Answer::error(415, "The body must be application/vnd.api+json");
    }
    world.create(call, &body).unwrap_or_else(not_allowed)
}

async fn download(State(shared): State<Arc<Shared>>, request: HttpRequest<Body>) -> Response<Body> {
    let (path, query) = (request.uri().path(), request.uri().query());
    let credential = CREDENTIALS
        .iter()
        .any(|name| request.headers().contains_key(*name));
    let world = &shared.world;
    let sent = world.download(path, query.unwrap_or_default(), credential);
    if !world.latency.is_zero() {
        tokio::time::sleep(world.latency).await;
    }
    let Some(sent) = sent.filter(|_| request.method() == "GET") else {
        return status(405);
    };
    let response = Response::builder()
        .status(sent.status)
        .header(header::CONTENT_TYPE, sent.media_type)
        .body(Body::from(sent.body));
    response.unwrap_or_default()
}

/// What the `authorization` header is worth: `token`, `Token` or `Bearer`, then the token.
fn judge(headers: &HeaderMap, expected: Option<&Token>) -> Authorization {
    let Some(value) = headers.get(header::AUTHORIZATION) else {
        return Authorization::Absent;
    };
    let sent = value.to_str().unwrap_or_default().split_once(' ');
    let accepted = sent.is_some_and(|(scheme, token)| {
        let known = ["token", "bearer"].contains(&scheme.to_ascii_lowercase().as_str());
        known && !token.is_empty() && expected.is_none_or(|expected| expected.0 == token)
    });
    if accepted {
        Authorization::Accepted
    } else {
        Authorization::Wrong
    }
}

/// What the windows say, where they are on.
fn pace_headers(world: &World, admission: Admission, answer: Answer) -> Answer {
    let Some(limit) = world.pace.limit() else {
        return answer;
    };
    let (left, reset) = match admission {
        Admission::Admitted(left) => (left, 1),
        Admission::Refused(reset) => (0, reset),
    };
    let answer = answer
        .header("x-ratelimit-limit", limit.header())
        .header("x-ratelimit-remaining", left.to_string())
        .header("x-ratelimit-reset", reset.to_string());
    if limit.retry_after && matches!(admission, Admission::Refused(_)) {
        answer.header("retry-after", reset.to_string())
    } else {
        answer
    }
}

pub(crate) fn respond(answer: Answer, cut: Cut, version: Option<&str>) -> Response<Body> {
    let length = answer.body.len();
    let body = Bytes::from(answer.body);
    let mut response = Response::builder()
        .status(answer.status)
        .header(header::CONTENT_TYPE, answer.media_type);
    if let Some(version) = version {
        response = response.header("snyk-version-requested", version);
    }
    if let Some(served) = answer.served {
        let stage = if served.ends_with("beta") && answer.stage == "ga" {
            "beta"
        } else {
            answer.stage
        };
        response = response
            .header("snyk-version-served", served)
            .header("snyk-version-lifecycle-stage", stage);
    }
    for (name, value) in answer.headers {
        response = response.header(name, value);
    }
    let body = if cut == Cut::Body {
        response = response.header(header::CONTENT_LENGTH, length);
        Body::new(CutBody {
            half: Some(body.slice(..length / 2)),
            flushed: false,
        })
    } else {
        Body::from(body)
    };
    // A version that is no header value is the only way to fail.
    response.body(body).unwrap_or_default()
}

fn status(status: u16) -> Response<Body> {
    let response = Response::builder().status(status).body(Body::empty());
    response.unwrap_or_default()
}

/// Half of a body, then the end of the connection.
struct CutBody {
    half: Option<Bytes>,
    flushed: bool,
}

impl http_body::Body for CutBody {
    type Data = Bytes;
    type Error = std::io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        if let Some(half) = self.half.take() {
            return Poll::Ready(Some(Ok(Frame::data(half))));
        }
        if self.flushed {
            let end = std::io::ErrorKind::ConnectionAborted;
            return Poll::Ready(Some(Err(end.into())));
        }
        // A body that is not ready makes the server send what it has; without that, nothing would arrive.
        self.flushed = true;
        context.waker().wake_by_ref();
        Poll::Pending
    }
}

/// Largest body that may be posted, in bytes; orders of exports are far smaller.
const MAX_BODY_BYTES: usize = 64 << 10;
/// Headers that carry credentials.
const CREDENTIALS: [&str; 4] = [
    "authorization",
    "proxy-authorization",
    "cookie",
    "x-api-key",
];
