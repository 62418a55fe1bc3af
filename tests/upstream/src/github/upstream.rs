//! A running mock GitHub.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use tokio::sync::oneshot;

use super::checks::CheckRun;
use super::content::GitHub;
use super::repository::Repository;
use super::review::Review;
use super::serve::{Served, serve};
use crate::error::Error;
use crate::fault::{Fault, Occurrence};
use crate::journal::{Journal, Request};
use crate::upstream::{listen, stopped};

/// A mock GitHub on a free port of 127.0.0.1, on a thread of its own. Dropping it closes the port and all connections.
#[derive(Debug)]
pub struct GitHubUpstream {
    served: Arc<Served>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl GitHubUpstream {
    /// Starts serving, and returns when it does.
    ///
    /// # Errors
    /// No port or no thread to be had.
    pub async fn start(github: impl Into<GitHub>) -> Result<Self, Error> {
        Self::start_on(github, 0).await
    }

    /// [`start`](Self::start) on a port of choice; 0 is any free one.
    ///
    /// # Errors
    /// That port is taken, or no thread is to be had.
    pub async fn start_on(github: impl Into<GitHub>, port: u16) -> Result<Self, Error> {
        let (upstream, ready) = Self::launch(github.into(), port)?;
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
    pub fn start_blocking(github: impl Into<GitHub>) -> Result<Self, Error> {
        let (upstream, ready) = Self::launch(github.into(), 0)?;
        ready.blocking_recv().unwrap_or_else(|_| Err(stopped()))?;
        Ok(upstream)
    }

    /// Scheme, host and port without a slash at the end, for example `http://127.0.0.1:40123`.
    #[must_use]
    pub fn base_url(&self) -> &str {
        &self.served.base_url
    }

    /// All requests so far, in order of arrival.
    #[must_use]
    pub fn requests(&self) -> Vec<Request> {
        self.served.journal.requests()
    }

    /// How many requests there were so far.
    #[must_use]
    pub fn request_count(&self) -> usize {
        self.served.journal.count()
    }

    /// The most requests that were in flight at one time.
    #[must_use]
    pub fn peak_in_flight(&self) -> usize {
        self.served.journal.peak()
    }

    /// The most requests that arrived in any such time.
    #[must_use]
    pub fn requests_in_busiest(&self, window: Duration) -> usize {
        self.served.journal.busiest(window)
    }

    /// All check runs so far, in order of creation.
    #[must_use]
    pub fn check_runs(&self) -> Vec<CheckRun> {
        self.served.github.state().checks.clone()
    }

    /// All answers to deployment protection rules so far, in order of arrival.
    #[must_use]
    pub fn reviews(&self) -> Vec<Review> {
        self.served.github.state().reviews.clone()
    }

    /// Changes the repositories, between two answers.
    pub fn change<T>(&self, change: impl FnOnce(&mut Vec<Repository>) -> T) -> T {
        change(&mut self.served.github.state().repositories)
    }

    /// Switches a fault on, from now, for requests whose path, as sent, begins with the prefix.
    pub fn fault(&self, prefix: &str, occurrence: Occurrence, fault: Fault) {
        self.served.github.faults.add(prefix, occurrence, fault);
    }

    /// How many requests each kind of fault hit so far, by its name on the command line.
    #[must_use]
    pub fn faults_hit(&self) -> BTreeMap<String, usize> {
        self.served.github.faults.hit()
    }

    /// Switches all faults off.
    pub fn heal(&self) {
        self.served.github.faults.clear();
    }

    fn launch(
        github: GitHub,
        port: u16,
    ) -> Result<(Self, oneshot::Receiver<Result<(), Error>>), Error> {
        let (listener, base_url) = listen(port)?;
        let served = Arc::new(Served {
            base_url,
            github,
            journal: Journal::default(),
        });
        let (stop, stopped) = oneshot::channel();
        let (ready, is_ready) = oneshot::channel();
        let serving = Arc::clone(&served);
        let thread = std::thread::Builder::new()
            .name("mock-github".to_owned())
            .spawn(move || serve(listener, serving, ready, stopped))
            .map_err(Error::Start)?;
        let upstream = Self {
            served,
            stop: Some(stop),
            thread: Some(thread),
        };
        Ok((upstream, is_ready))
    }
}

impl Drop for GitHubUpstream {
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
