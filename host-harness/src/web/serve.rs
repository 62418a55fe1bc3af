//! Connections.

use std::convert::Infallible;
use std::io;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::middleware::from_fn_with_state;
use http::{Request, Response};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use prometheus_client::metrics::gauge::Gauge;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};
use tokio_rustls::TlsAcceptor;
use tower_service::Service;

use super::api::{Api, Peer};
use super::health::operator_router;
use super::inbox::Inbox;
use super::limits::Limits;
use super::listen::Listener;
use super::pages::Pages;
use super::pulse::Pulse;
use super::router;
use super::tls::Tls;
use super::watch::watch as watched;

/// Serves until `shutdown` is there; then accepts nothing more, and returns when the requests under way are answered or
/// the grace is over.
///
/// `axum::serve` would do, but it bounds neither the head of a request nor the number of connections.
pub(crate) async fn serve<S: Inbox + Api + Pages + Pulse>(
    listener: impl Into<Listener>,
    server: Arc<S>,
    limits: Limits,
    shutdown: impl Future<Output = ()>,
) {
    let listener = listener.into();
    let metrics = Arc::clone(server.metrics());
    let rooms = router(server, &limits, listener.is_sealed());
    let site = Site {
        open: Some(metrics.http.connections.of([])),
        router: rooms.layer(from_fn_with_state(metrics, watched)),
    };
    accept_all(listener, site, limits, shutdown).await;
}

/// Serves metrics and readiness in the same way, to who operates the server. That is not counted.
pub(crate) async fn serve_operator<P: Pulse>(
    listener: TcpListener,
    pulse: Arc<P>,
    limits: Limits,
    shutdown: impl Future<Output = ()>,
) {
    let site = Site {
        open: None,
        router: operator_router(pulse),
    };
    accept_all(listener.into(), site, limits, shutdown).await;
}

/// What is served, and what counts its open connections, if they are counted.
#[derive(Clone)]
struct Site {
    router: Router,
    open: Option<Gauge>,
}

async fn accept_all(
    Listener { tcp, tls, .. }: Listener,
    site: Site,
    limits: Limits,
    shutdown: impl Future<Output = ()>,
) {
    let slots = Arc::new(Semaphore::new(limits.connections));
    let (stop, stopped) = watch::channel(());
    let mut connections = JoinSet::new();
    let mut shutdown = pin!(shutdown);
    loop {
        tokio::select! {
            () = &mut shutdown => break,
            Some(_) = connections.join_next() => {}
            Some((stream, slot)) = accept(&tcp, &slots) => {
                let talk = Talk {
                    site: site.clone(),
                    limits: limits.clone(),
                    stopped: stopped.clone(),
                };
                // Taken anew for each: it may have been read again.
                let acceptor = tls.as_ref().map(Tls::acceptor);
                connections.spawn(hold(stream, acceptor, talk, slot));
            }
        }
    }
    drop((tcp, stop));
    let ended = async { while connections.join_next().await.is_some() {} };
    // What has not ended by then is dropped with its connection.
    let _ = timeout(limits.grace, ended).await;
}

/// The next connection, when there is a slot for it. May be dropped and called again: nothing is lost.
async fn accept(
    listener: &TcpListener,
    slots: &Arc<Semaphore>,
) -> Option<(TcpStream, OwnedSemaphorePermit)> {
    let slot = Arc::clone(slots).acquire_owned().await.ok()?;
    loop {
        match listener.accept().await {
            Ok((stream, _)) => return Some((stream, slot)),
            Err(error) if is_of_one_connection(&error) => {}
            Err(error) => {
                tracing::error!("accepting a connection: {error}");
                sleep(ACCEPT_PAUSE).await;
            }
        }
    }
}

/// One connection, from its first byte to its last; then its slot is free.
async fn hold(
    stream: TcpStream,
    acceptor: Option<TlsAcceptor>,
    mut talk: Talk,
    _slot: OwnedSemaphorePermit,
) {
    // Small answers must not wait for the acknowledgement of the one before.
    let _ = stream.set_nodelay(true);
    let peer = stream.peer_addr().map(|address| Peer(address.ip())).ok();
    let Some(acceptor) = acceptor else {
        return talk.over(stream, peer).await;
    };
    let sealed = tokio::select! {
        sealed = timeout(talk.limits.head_timeout, acceptor.accept(stream)) => sealed,
        // It asked for nothing yet.
        _ = talk.stopped.changed() => return,
    };
    match sealed {
        Ok(Ok(stream)) => talk.over(stream, peer).await,
        Ok(Err(error)) => tracing::debug!("a handshake failed: {error}"),
        Err(_) => tracing::debug!("a handshake took too long"),
    }
}

/// What a connection needs once its bytes can be read.
struct Talk {
    site: Site,
    limits: Limits,
    stopped: watch::Receiver<()>,
}

impl Talk {
    /// Answers its requests, from the first to the last.
    async fn over(self, stream: impl AsyncRead + AsyncWrite + Unpin, peer: Option<Peer>) {
        let Self {
            site,
            limits,
            mut stopped,
        } = self;
        let _open = site.open.as_ref().map(Open::new);
        let service =
            service_fn(move |request: Request<Incoming>| answer(site.clone(), peer, request));
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(limits.head_timeout)
            .max_headers(limits.headers)
            .max_header_size(MAX_HEAD_BYTES)
            .max_buf_size(2 * MAX_HEAD_BYTES)
            .serve_connection(TokioIo::new(stream), service);
        let mut connection = pin!(connection);
        tokio::select! {
            _ = connection.as_mut() => return,
            _ = stopped.changed() => connection.as_mut().graceful_shutdown(),
        }
        let _ = connection.await;
    }
}

async fn answer(
    mut site: Site,
    peer: Option<Peer>,
    request: Request<Incoming>,
) -> Result<Response<Body>, Infallible> {
    let mut request = request.map(Body::new);
    if let Some(peer) = peer {
        request.extensions_mut().insert(peer);
    }
    site.router.call(request).await
}

/// Counts a connection while it is open.
struct Open(Gauge);

impl Open {
    fn new(gauge: &Gauge) -> Self {
        gauge.inc();
        Self(gauge.clone())
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.0.dec();
    }
}

/// Whether the error ended one connection, so that the next may be accepted at once.
fn is_of_one_connection(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionRefused
            | io::ErrorKind::ConnectionAborted
            | io::ErrorKind::ConnectionReset
    )
}

/// Pause after an accept that failed for want of files or memory.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);
/// Largest head of a request. Both senders need about 2 KiB.
const MAX_HEAD_BYTES: usize = 32 << 10;
