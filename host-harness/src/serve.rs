//! `koalr serve`: webhooks and the API in, jobs in a queue, verdicts out.

mod api;
mod desk;
mod figures;
mod fleet;
mod hooks;
mod ledger;
mod news;
mod pages;
mod pool;
mod pulse;
mod routine;
mod settings;
mod turns;
mod work;

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use koalr_store::DataDir;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::config::Config;
use crate::queue::{Capacity, CapacityError, Clock, Queue, Runner, Scheduler, Stopped};
use crate::registry::Signers;
use crate::web::{Limits, Listener, Reach, Tls, listen};
use crate::{Host, HostError};
use desk::Desk;
use fleet::Fleet;
use ledger::Ledger;

pub use fleet::Tolerance;
pub(crate) use settings::to_be_sealed;
pub use settings::{GITHUB, GitHubHook, PAGER_DUTY, PagerDutyHook};
pub use work::{Task, Work};

/// How a server is run.
pub struct ServeSettings {
    /// Where it listens; port 0 is any free one.
    pub listen: SocketAddr,
    /// Who may reach it, and its metrics.
    pub reach: Reach,
    /// Where `/metrics`, `/healthz` and `/readyz` are served apart from everything else; port 0 is any free one. None
    /// serves no metrics.
    pub metrics: Option<SocketAddr>,
    /// How many jobs run at once, and how many of the slots are for gates alone.
    pub capacity: Capacity,
    /// How long after a sync ended the next one of a tenant begins; each tenant's differs a little.
    pub every: Duration,
    /// Where people's browsers find the pages; none means that check runs link nowhere.
    pub public_url: Option<String>,
    /// What requests are sealed with; none speaks plain HTTP.
    pub tls: Option<Tls>,
    /// What the server bears.
    pub limits: Limits,
    /// How long it goes on taking requests after it was told to end, while it says that it is not ready.
    pub drain: Duration,
    /// How long jobs have to end when the server stops.
    pub grace: Duration,
    /// Days of history that the first sync of a tenant reads.
    pub window_days: u32,
    /// How many calls of a version of the integration may fail before the one before it serves again.
    pub tolerance: Tolerance,
    /// Who may sign versions that the registry names.
    pub signers: Signers,
    /// Whether an integration may be connected to this machine by API, by plain HTTP, for a mock upstream.
    pub allow_loopback: bool,
    /// What time it is.
    pub clock: Arc<dyn Clock>,
}

impl ServeSettings {
    /// The defaults: on loopback, at any free port.
    ///
    /// # Errors
    ///
    /// The defaults of the queue contradict each other, which a test rules out.
    pub fn on_loopback(clock: Arc<dyn Clock>) -> Result<Self, CapacityError> {
        let listen = SocketAddr::from(([127, 0, 0, 1], 0));
        Ok(Self {
            listen,
            ..Self::of(&Config::default(), None, clock)?
        })
    }

    /// What an operator set.
    ///
    /// # Errors
    ///
    /// No slot would be left for jobs that are no gates.
    pub fn of(
        config: &Config,
        tls: Option<Tls>,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, CapacityError> {
        Ok(Self {
            listen: config.listen,
            reach: config.reach(),
            metrics: config.metrics,
            capacity: Capacity::new(config.slots, config.reserved)?,
            every: config.every,
            public_url: config.public_url.clone(),
            tls,
            limits: config.limits.clone(),
            drain: config.drain,
            grace: config.grace,
            window_days: config.window_days,
            tolerance: config.tolerance,
            signers: Signers::default(),
            allow_loopback: config.allow_loopback,
            clock,
        })
    }
}

/// A server under way.
pub struct Server {
    address: SocketAddr,
    operator: Option<Operator>,
    desk: Arc<Desk>,
    drain: Duration,
    queue: Queue<Work>,
    stop: oneshot::Sender<()>,
    watched: [JoinHandle<()>; 2],
    served: JoinHandle<()>,
    ran: JoinHandle<Stopped>,
}

impl Server {
    /// Starts: listens, and takes up the jobs that wait.
    ///
    /// # Errors
    /// - the address is not to be had
    /// - the data directory cannot be read
    /// - a version that is to serve cannot be loaded
    pub async fn start(
        host: Host,
        data: DataDir,
        settings: ServeSettings,
    ) -> Result<Self, HostError> {
        let listener = listen(settings.listen, settings.reach).await?;
        let address = listener.local_addr().map_err(HostError::Serve)?;
        let operator = match settings.metrics {
            Some(metrics) => Some(listen(metrics, settings.reach).await?),
            None => None,
        };
        let desk = Arc::new(Desk::new(host, data, &settings));
        let ledger = Arc::new(Ledger::new(Arc::clone(&desk)));
        let worker = {
            let desk = Arc::clone(&desk);
            move |work: Work| work::run(Arc::clone(&desk), work)
        };
        let scheduler = Scheduler::new(settings.capacity);
        let (queue, runner) = Runner::new(scheduler, settings.clock, ledger, worker);
        desk.open(queue.clone());
        desk.tenants()?;
        // Before anything is called, so that nobody is served by a version that the registry replaced.
        let fleet = Fleet::begin(&desk).await?;
        let watched = [
            tokio::spawn(fleet.watch(Arc::clone(&desk))),
            tokio::spawn(routine::watch(Arc::clone(&desk))),
        ];
        let (stop, stopped) = oneshot::channel();
        let news = Arc::clone(&desk.news);
        let shutdown = async move {
            // Whoever drops the server stops it too.
            let _ = stopped.await;
            // Who listens would hold it up.
            news.close();
        };
        let operator = match operator {
            Some(listener) => Some(Operator::start(listener, Arc::clone(&desk))?),
            None => None,
        };
        let runs = Runs(Arc::clone(&desk));
        let listener = Listener {
            tcp: listener,
            tls: settings.tls,
            is_behind_tls: settings
                .public_url
                .is_some_and(|url| url.starts_with("https://")),
        };
        let served = crate::web::serve(listener, Arc::clone(&desk), settings.limits, shutdown);
        Ok(Self {
            address,
            operator,
            desk,
            drain: settings.drain,
            queue,
            stop,
            watched,
            served: tokio::spawn(served),
            ran: tokio::spawn(async move {
                let _runs = runs;
                runner.run(settings.grace).await
            }),
        })
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Where its metrics are; none if they are not served.
    #[must_use]
    pub fn metrics_address(&self) -> Option<SocketAddr> {
        self.operator.as_ref().map(|operator| operator.address)
    }

    /// Its jobs.
    #[must_use]
    pub fn queue(&self) -> &Queue<Work> {
        &self.queue
    }

    /// Says that it is not ready, starts no more jobs, and after [`ServeSettings::drain`] takes no more requests. Lets what
    /// runs end for a while, and leaves the rest for the next start.
    pub async fn stop(self) -> Stopped {
        self.desk.end();
        self.queue.stop();
        tokio::time::sleep(self.drain).await;
        // It may have ended by itself.
        let _ = self.stop.send(());
        for watched in &self.watched {
            watched.abort();
        }
        let _ = self.served.await;
        let stopped = self.ran.await.unwrap_or(Stopped { interrupted: 0 });
        // Last, so that its end can be watched.
        if let Some(operator) = self.operator {
            let _ = operator.stop.send(());
            let _ = operator.served.await;
        }
        stopped
    }
}

/// Serves metrics and readiness.
struct Operator {
    address: SocketAddr,
    stop: oneshot::Sender<()>,
    served: JoinHandle<()>,
}

impl Operator {
    fn start(listener: TcpListener, desk: Arc<Desk>) -> Result<Self, HostError> {
        let address = listener.local_addr().map_err(HostError::Serve)?;
        let (stop, stopped) = oneshot::channel();
        let shutdown = async {
            let _ = stopped.await;
        };
        let limits = Limits {
            connections: OPERATOR_CONNECTIONS,
            grace: OPERATOR_GRACE,
            ..Limits::default()
        };
        let served = crate::web::serve_operator(listener, desk, limits, shutdown);
        Ok(Self {
            address,
            stop,
            served: tokio::spawn(served),
        })
    }
}

/// Says when nobody runs the jobs any more, also if who did panicked.
struct Runs(Arc<Desk>);

impl Drop for Runs {
    fn drop(&mut self) {
        self.0.running.store(false, Ordering::Relaxed);
    }
}

/// A scraper or two, and probes.
const OPERATOR_CONNECTIONS: usize = 16;
/// A scrape takes milliseconds.
const OPERATOR_GRACE: Duration = Duration::from_secs(1);
