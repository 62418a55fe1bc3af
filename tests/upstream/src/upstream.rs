//! The server.

use std::future::IntoFuture;
use std::net::TcpListener;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};
use std::thread::JoinHandle;

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, Request as HttpRequest, Response, header};
use axum::serve::ListenerExt;
use bytes::Bytes;
use http_body::Frame;
use tokio::sync::oneshot;

use crate::answer::Answer;
use crate::asked::Asked;
use crate::error::Error;
use crate::fault::{self, Fault, Occurrence};
use crate::id;
use crate::journal::{Authorization, Journal, Request};
use crate::world::{Token, World};

/// A mock Snyk on a free port of 127.0.0.1, on a thread of its own. Dropping it closes the port and all connections.
#[derive(Debug)]
pub struct Upstream {
    shared: Arc<Shared>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Debug)]
struct Shared {
    base_url: String,
    world: World,
    journal: Journal,
    answered: AtomicU64,
}

impl Upstream {
    /// Starts serving, and returns when it does.
    ///
    /// # Errors
    /// No port or no thread to be had.
    pub async fn start(world: impl Into<World>) -> Result<Self, Error> {
        let (upstream, ready) = Self::launch(world.into())?;
        ready.await.unwrap_or_else(|_| Err(stopped()))?;
        Ok(upstream)
    }

    /// [`start`](Self::start) for a thread without an executor.
    ///
    /// # Errors
    /// No port or no thread to be had.
    ///
    /// # Panics
    /// If called from inside an executor.
    pub fn start_blocking(world: impl Into<World>) -> Result<Self, Error> {
        let (upstream, ready) = Self::launch(world.into())?;
        ready.blocking_recv().unwrap_or_else(|_| Err(stopped()))?;
        Ok(upstream)
    }

    /// Scheme, host and port without a slash at the end, for example `http://127.0.0.1:40123`.
    #[must_use]
    pub fn base_url(&self) -> &str {
        &self.shared.base_url
    }

    /// All requests so far, in order of arrival.
    #[must_use]
    pub fn requests(&self) -> Vec<Request> {
        self.shared.journal.requests()
    }

    /// The most requests that were in flight at one time.
    #[must_use]
    pub fn peak_in_flight(&self) -> usize {
        self.shared.journal.peak()
    }

    /// Switches a fault on, from now, for requests whose path, as sent, begins with the prefix.
    pub fn fault(&self, prefix: &str, occurrence: Occurrence, fault: Fault) {
        self.shared.world.faults.add(prefix, occurrence, fault);
    }

    /// Switches all faults off.
    pub fn heal(&self) {
        self.shared.world.faults.clear();
    }

    fn launch(world: World) -> Result<(Self, oneshot::Receiver<Result<(), Error>>), Error> {
        let listener = TcpListener::bind("127.0.0.1:0").map_err(Error::Start)?;
        listener.set_nonblocking(true).map_err(Error::Start)?;
        let address = listener.local_addr().map_err(Error::Start)?;
        let shared = Arc::new(Shared {
            base_url: format!("http://{address}"),
            world,
            journal: Journal::default(),
            answered: AtomicU64::new(0),
        });
        let (stop, stopped) = oneshot::channel();
        let (ready, is_ready) = oneshot::channel();
        let serving = Arc::clone(&shared);
        let thread = std::thread::Builder::new()
            .name("mock-snyk".to_owned())
            .spawn(move || serve(listener, serving, ready, stopped))
            .map_err(Error::Start)?;
        let upstream = Self {
            shared,
            stop: Some(stop),
            thread: Some(thread),
        };
        Ok((upstream, is_ready))
    }
}

impl Drop for Upstream {
    fn drop(&mut self) {
        if let Some(stop) = self.stop.take() {
            // The thread may have ended by itself; then there is nobody to tell.
            let _ = stop.send(());
        }
        if let Some(thread) = self.thread.take() {
            // A panic of the server thread has been printed by then.
            let _ = thread.join();
        }
    }
}

/// Serves until told to stop. The executor, and with it every connection, ends here.
fn serve(
    listener: TcpListener,
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
        let listener = match tokio::net::TcpListener::from_std(listener) {
            Ok(listener) => listener.tap_io(|connection| {
                // Small answers must not wait for the acknowledgement of the one before.
                let _ = connection.set_nodelay(true);
            }),
            Err(cause) => {
                let _ = ready.send(Err(Error::Start(cause)));
                return;
            }
        };
        let router = Router::new().fallback(handle).with_state(shared);
        let _ = ready.send(Ok(()));
        tokio::select! {
            _ = axum::serve(listener, router).into_future() => {}
            _ = stopped => {}
        }
    });
}

async fn handle(State(shared): State<Arc<Shared>>, request: HttpRequest<Body>) -> Response<Body> {
    let (path, query) = (request.uri().path(), request.uri().query());
    let query = query.unwrap_or_default();
    let authorization = judge(request.headers(), shared.world.token.as_ref());
    let _in_flight = shared.journal.arrive(Request {
        method: request.method().to_string(),
        path: path.to_owned(),
        query: query.to_owned(),
        authorization,
    });
    let asked = fault::unmark(path, query);
    let answer = if authorization != Authorization::Accepted {
        Answer::error(401, "Unauthorized")
    } else if request.method() != "GET" {
        Answer::error(405, "Method not allowed")
    } else {
        shared.world.answer(&asked)
    };
    let hits = shared.world.faults.hits(path);
    let sent = Asked::new(path, query);
    let spoiled = fault::spoil(&hits, &sent, &shared.base_url, answer);
    if !spoiled.delay.is_zero() {
        tokio::time::sleep(spoiled.delay).await;
    }
    let number = shared.answered.fetch_add(1, Ordering::Relaxed);
    let version = asked.text("version");
    respond(spoiled.answer, spoiled.cut, version, number)
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

fn respond(answer: Answer, cut: bool, version: Option<&str>, number: u64) -> Response<Body> {
    let length = answer.body.len();
    let body = Bytes::from(answer.body);
    let mut response = Response::builder()
        .status(answer.status)
        .header(header::CONTENT_TYPE, answer.media_type)
        .header("snyk-request-id", id::uuid(&number.to_string()));
    if let Some(version) = version {
        response = response.header("snyk-version-requested", version);
    }
    if let Some(served) = answer.served {
        response = response
            .header("snyk-version-served", served)
            .header("snyk-version-lifecycle-stage", "ga");
    }
    if let Some(retry_after) = answer.retry_after {
        response = response.header(header::RETRY_AFTER, retry_after);
    }
    let body = if cut {
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

fn stopped() -> Error {
    Error::Start(std::io::Error::other("its thread ended"))
}
