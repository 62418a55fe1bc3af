//! A running mock.

use std::collections::BTreeMap;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use tokio::sync::oneshot;

use crate::data::Organization;
use crate::error::Error;
use crate::export::Download;
use crate::fault::{Fault, Occurrence};
use crate::journal::Request;
use crate::serve::{Shared, serve};
use crate::world::World;

/// A mock Snyk on a free port of 127.0.0.1, on a thread of its own. Dropping it closes the port and all connections.
///
/// The files of exports have another port, as Snyk's have another host.
#[derive(Debug)]
pub struct Upstream {
    shared: Arc<Shared>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Upstream {
    /// Starts serving, and returns when it does.
    ///
    /// # Errors
    /// No port or no thread to be had.
    pub async fn start(world: impl Into<World>) -> Result<Self, Error> {
        let (upstream, ready) = Self::launch(world.into(), 0)?;
        ready.await.unwrap_or_else(|_| Err(stopped()))?;
        Ok(upstream)
    }

    /// [`start`](Self::start) on a port of choice; 0 is any free one.
    ///
    /// # Errors
    /// That port is taken, or no thread is to be had.
    pub async fn start_on(world: impl Into<World>, port: u16) -> Result<Self, Error> {
        let (upstream, ready) = Self::launch(world.into(), port)?;
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
        let (upstream, ready) = Self::launch(world.into(), 0)?;
        ready.blocking_recv().unwrap_or_else(|_| Err(stopped()))?;
        Ok(upstream)
    }

    /// Scheme, host and port without a slash at the end, for example `http://127.0.0.1:40123`.
    #[must_use]
    pub fn base_url(&self) -> &str {
        &self.shared.base_url
    }

    /// The host that files of exports come from: scheme, host and port without a slash at the end.
    #[must_use]
    pub fn files_url(&self) -> &str {
        &self.shared.files_url
    }

    /// All requests so far, in order of arrival.
    #[must_use]
    pub fn requests(&self) -> Vec<Request> {
        self.shared.journal.requests()
    }

    /// All requests to the host of files so far, in order of arrival.
    #[must_use]
    pub fn downloads(&self) -> Vec<Download> {
        self.shared.world.exports.downloads()
    }

    /// How many requests there were so far.
    #[must_use]
    pub fn request_count(&self) -> usize {
        self.shared.journal.count()
    }

    /// The most requests that were in flight at one time.
    #[must_use]
    pub fn peak_in_flight(&self) -> usize {
        self.shared.journal.peak()
    }

    /// The most requests that arrived in any such time.
    #[must_use]
    pub fn requests_in_busiest(&self, window: Duration) -> usize {
        self.shared.journal.busiest(window)
    }

    /// Requests that arrived although a 429 before, which its receiver must have had by then, said to wait longer.
    #[must_use]
    pub fn early_requests(&self) -> usize {
        self.shared.world.pace.early()
    }

    /// Requests that were refused for going over [`World::with_limit`].
    #[must_use]
    pub fn refused_requests(&self) -> usize {
        self.shared.world.pace.refused()
    }

    /// Switches a fault on, from now, for requests whose path, as sent, begins with the prefix.
    pub fn fault(&self, prefix: &str, occurrence: Occurrence, fault: Fault) {
        self.shared.world.faults.add(prefix, occurrence, fault);
    }

    /// How many requests each kind of fault hit so far, by its name on the command line.
    #[must_use]
    pub fn faults_hit(&self) -> BTreeMap<String, usize> {
        self.shared.world.faults.hit()
    }

    /// Switches all faults off.
    pub fn heal(&self) {
        self.shared.world.faults.clear();
    }

    /// Changes the organizations, between two answers. Issues are put into listing order again afterwards.
    ///
    /// # Errors
    /// The organizations are generated or replayed.
    pub fn change<T>(&self, change: impl FnOnce(&mut Vec<Organization>) -> T) -> Result<T, Error> {
        self.shared.world.change(change).ok_or(Error::Fixed)
    }

    fn launch(
        world: World,
        port: u16,
    ) -> Result<(Self, oneshot::Receiver<Result<(), Error>>), Error> {
        let (api, base_url) = listen(port)?;
        let (files, files_url) = listen(0)?;
        let shared = Arc::new(Shared::new(base_url, files_url, world));
        let (stop, stopped) = oneshot::channel();
        let (ready, is_ready) = oneshot::channel();
        let serving = Arc::clone(&shared);
        let thread = std::thread::Builder::new()
            .name("mock-snyk".to_owned())
            .spawn(move || serve([api, files], serving, ready, stopped))
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

pub(crate) fn listen(port: u16) -> Result<(TcpListener, String), Error> {
    let address = SocketAddr::from(([127, 0, 0, 1], port));
    let listener = TcpListener::bind(address).map_err(Error::Start)?;
    listener.set_nonblocking(true).map_err(Error::Start)?;
    let address = listener.local_addr().map_err(Error::Start)?;
    Ok((listener, format!("http://{address}")))
}

pub(crate) fn stopped() -> Error {
    Error::Start(std::io::Error::other("its thread ended"))
}
