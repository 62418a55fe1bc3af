//! A mock of the second integration's upstream, on loopback. All of its data is invented.

mod answer;
mod world;

use std::future::IntoFuture;
use std::net::TcpListener;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri, header};
use tokio::sync::oneshot;

pub use world::{Condition, Issue, Project, PullRequest, World};

/// The token that the mock accepts.
pub const TOKEN: &str = "squ_00112233445566778899aabbccddeeff00112233";

/// A running mock. Dropping it ends it.
#[derive(Debug)]
pub struct SonarQube {
    base_url: String,
    shared: Arc<Mutex<Shared>>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Debug)]
struct Shared {
    world: World,
    /// A part of the address, and the status that is answered there instead.
    faults: Vec<(String, u16)>,
    asked: Vec<String>,
}

impl SonarQube {
    /// Serves a world on a free port of this machine.
    ///
    /// # Panics
    ///
    /// No port can be opened.
    #[must_use]
    pub fn start(world: World) -> Self {
        let shared = Arc::new(Mutex::new(Shared {
            world,
            faults: Vec::new(),
            asked: Vec::new(),
        }));
        let listener = TcpListener::bind("127.0.0.1:0")
            .unwrap_or_else(|error| panic!("opening a port: {error}"));
        let address = (listener.local_addr())
            .unwrap_or_else(|error| panic!("asking for the port's number: {error}"));
        let (stop, stopped) = oneshot::channel();
        let router = Router::new()
            .fallback(handle)
            .with_state(Arc::clone(&shared));
        let thread = thread::spawn(move || serve(listener, router, stopped));
        Self {
            base_url: format!("http://{address}"),
            shared,
            stop: Some(stop),
            thread: Some(thread),
        }
    }

    /// Its address, without a slash at the end.
    #[must_use]
    pub fn base_url(&self) -> &str {
        &self.base_url
    }

    /// Changes what it knows.
    pub fn change(&self, change: impl FnOnce(&mut World)) {
        change(&mut lock(&self.shared).world);
    }

    /// Answers every request whose address has this part with a status.
    pub fn fault(&self, part: &str, status: u16) {
        lock(&self.shared).faults.push((part.to_owned(), status));
    }

    /// Ends all faults.
    pub fn heal(&self) {
        lock(&self.shared).faults.clear();
    }

    /// Paths and queries of all requests so far.
    #[must_use]
    pub fn asked(&self) -> Vec<String> {
        lock(&self.shared).asked.clone()
    }
}

impl Drop for SonarQube {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            // A panic of the server showed in the test that asked it.
            let _ = thread.join();
        }
    }
}

fn serve(listener: TcpListener, router: Router, stopped: oneshot::Receiver<()>) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap_or_else(|error| panic!("starting the mock: {error}"));
    runtime.block_on(async move {
        let listener = listener
            .set_nonblocking(true)
            .and_then(|()| tokio::net::TcpListener::from_std(listener))
            .unwrap_or_else(|error| panic!("listening: {error}"));
        // The executor, and with it every connection, ends here.
        tokio::select! {
            _ = axum::serve(listener, router).into_future() => {}
            _ = stopped => {}
        }
    });
}

async fn handle(
    State(shared): State<Arc<Mutex<Shared>>>,
    uri: Uri,
    headers: HeaderMap,
) -> (StatusCode, String) {
    let address = uri
        .path_and_query()
        .map_or("", |address| address.as_str())
        .to_owned();
    let mut shared = lock(&shared);
    shared.asked.push(address.clone());
    let fault = shared
        .faults
        .iter()
        .find(|fault| address.contains(&fault.0));
    if let Some((_, status)) = fault {
        let status = StatusCode::from_u16(*status);
        return (status.unwrap_or(StatusCode::IM_A_TEAPOT), String::new());
    }
    let expected = format!("Bearer {TOKEN}");
    let given = headers.get(header::AUTHORIZATION);
    if given.is_none_or(|given| given.as_bytes() != expected.as_bytes()) {
        return (StatusCode::UNAUTHORIZED, String::new());
    }
    match answer::answer(&shared.world, uri.path(), uri.query().unwrap_or_default()) {
        Some(body) => (StatusCode::OK, body.to_string()),
        None => (StatusCode::NOT_FOUND, String::new()),
    }
}

fn lock(shared: &Mutex<Shared>) -> MutexGuard<'_, Shared> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}
