//! Every metric of a server.

use std::sync::{Arc, Mutex, PoisonError};

use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::{Registry, Unit};

use super::catalogue::{Catalogue, Of, Row, Seconds};
use super::process::resident_bytes;
use super::scene::Scene;
use super::tally::Tally;
use crate::queue::Class;

/// Every metric of a server. None has a tenant in its labels: there are thousands, and the log has them.
#[derive(Debug)]
pub struct Metrics {
    pub(crate) http: Http,
    pub(crate) plugins: Plugins,
    pub(crate) jobs: Of<Counter, 3>,
    pub(crate) job_seconds: Of<Histogram, 1>,
    pub(crate) decisions: Of<Counter, 4>,
    /// Calls as people are shown them.
    pub(crate) tally: Arc<Tally>,
    /// When the server started, in milliseconds since 1970.
    pub(crate) started_ms: i64,
    queue_jobs: Of<Gauge, 2>,
    queue_oldest: Of<Seconds, 1>,
    sync_tenants: Of<Gauge, 2>,
    sync_oldest: Of<Seconds, 1>,
    resident: Of<Seconds, 0>,
    registry: Registry,
    rows: Vec<Row>,
    /// What is counted at a scrape is set and written by one at a time.
    scrape: Mutex<()>,
}

/// What the server is asked.
#[derive(Debug)]
pub(crate) struct Http {
    pub(crate) requests: Of<Counter, 3>,
    pub(crate) seconds: Of<Histogram, 1>,
    pub(crate) connections: Of<Gauge, 0>,
    pub(crate) webhooks: Of<Counter, 2>,
}

/// What integrations do and use.
#[derive(Debug)]
pub(crate) struct Plugins {
    pub(super) calls: Of<Counter, 4>,
    pub(super) breaches: Of<Counter, 3>,
    pub(super) seconds: Of<Histogram, 2>,
    pub(super) ticks: Of<Counter, 2>,
    pub(super) memory: Of<Histogram, 2>,
    pub(super) sessions: Of<Gauge, 1>,
    pub(super) requests: Of<Counter, 2>,
    pub(super) throttled: Of<Counter, 1>,
    pub(super) unsent: Of<Counter, 2>,
    pub(super) denied: Of<Counter, 2>,
    pub(super) received: Of<Counter, 1>,
    pub(super) waits: Of<Histogram, 1>,
}

impl Metrics {
    /// All at nothing; the server started at this time, in milliseconds since 1970.
    #[must_use]
    pub fn new(started_ms: i64) -> Self {
        let mut all = Catalogue::new();
        let http = Http::register(&mut all);
        let plugins = Plugins::register(&mut all);
        let jobs = all.counter(
            ("jobs", None),
            ["class", "kind", "outcome"],
            "Attempts of jobs that ended: `done`, `retried` (it waits again), `buried` (a person has to look), `dropped` (a newer one of its kind does its work, or its tenant was suspended) or `interrupted` by the end of the server",
        );
        let job_seconds = all.histogram(
            ("job", Unit::Seconds),
            ["class"],
            "How long an attempt of a job took, waits among it",
            || Histogram::new(exponential_buckets(0.01, 4.0, 9)),
        );
        let decisions = all.counter(
            ("decisions", None),
            ["integration", "subject", "decision", "mode"],
            "Decisions about a `change` or a `deployment` under a policy's mode, each time one is made, also if it is the same as before",
        );
        let queue_jobs = all.gauge(
            "queue_jobs",
            ["class", "state"],
            "Jobs that are `due` (they could start if there were room), `delayed` (they wait for their time), `running`, or `dead` (given up since the server started; a person has to look)",
        );
        let queue_oldest = all.measure(
            ("queue_oldest", Unit::Seconds),
            ["class"],
            "For how long the oldest due job could have started; absent if none is due",
        );
        let sync_tenants = all.gauge(
            "sync_tenants",
            ["integration", "state"],
            "Connected tenants whose newest complete sync is `fresh`, or `stale` (older than two periods), or unknown, because none ended since this program knows them (`never`)",
        );
        let sync_oldest = all.measure(
            ("sync_oldest_age", Unit::Seconds),
            ["integration"],
            "Age of the oldest of the tenants' newest complete syncs; absent while there is none",
        );
        let build = all.gauge(
            "build_info",
            ["version"],
            "Always 1; its label is the version of this program",
        );
        build.of([env!("CARGO_PKG_VERSION")]).set(1);
        let start = all.measure(
            ("start_time", Unit::Seconds),
            [],
            "When the server started, in seconds since 1970",
        );
        start.of([]).set(seconds(started_ms));
        let resident = all.measure(
            ("process_resident_memory", Unit::Bytes),
            [],
            "Memory of the process that is in RAM; absent where the system does not say",
        );
        let (registry, rows) = all.into_parts();
        Self {
            http,
            plugins,
            jobs,
            job_seconds,
            decisions,
            tally: Arc::default(),
            started_ms,
            queue_jobs,
            queue_oldest,
            sync_tenants,
            sync_oldest,
            resident,
            registry,
            rows,
            scrape: Mutex::default(),
        }
    }

    /// All of them in the text format of `OpenMetrics`, at this moment.
    #[must_use]
    pub(crate) fn text(&self, scene: &Scene) -> String {
        let _turn = self.scrape.lock().unwrap_or_else(PoisonError::into_inner);
        self.show(scene);
        let mut text = String::new();
        // Writing to memory does not fail.
        let _ = encode(&mut text, &self.registry);
        text
    }

    /// Sets what is only known when it is asked for.
    fn show(&self, scene: &Scene) {
        self.queue_oldest.clear();
        for class in Class::ALL {
            let load = scene.load(class);
            let word = class.as_str();
            for (state, jobs) in load.jobs {
                self.queue_jobs.of([word, state]).set(count(jobs));
            }
            if let Some(age_ms) = load.oldest_ms {
                self.queue_oldest.of([word]).set(seconds(age_ms));
            }
        }
        let integration = scene.integration.as_str();
        for (state, tenants) in scene.syncs.tenants {
            self.sync_tenants
                .of([integration, state])
                .set(count(tenants));
        }
        self.sync_oldest.clear();
        if let Some(age_ms) = scene.syncs.oldest_ms {
            self.sync_oldest.of([integration]).set(seconds(age_ms));
        }
        if let Some(bytes) = resident_bytes() {
            self.resident.of([]).set(bytes);
        }
    }

    /// What each is, in the order of the text.
    #[must_use]
    pub fn rows(&self) -> &[Row] {
        &self.rows
    }
}

impl Default for Metrics {
    /// Of a server that started in 1970.
    fn default() -> Self {
        Self::new(0)
    }
}

impl Http {
    fn register(all: &mut Catalogue) -> Self {
        Self {
            requests: all.counter(
                ("http_requests", None),
                ["route", "method", "status"],
                "Requests by the template of their address (`none` if nothing is there), their method (`other` if it is a rare one) and the answer's status (`none` if the sender hung up before)",
            ),
            seconds: all.histogram(
                ("http_request", Unit::Seconds),
                ["route"],
                "How long it took from a request's head to the head of its answer",
                || Histogram::new(exponential_buckets(0.001, 4.0, 8)),
            ),
            connections: all.gauge("http_connections", [], "Connections that are open"),
            webhooks: all.counter(
                ("webhooks", None),
                ["source", "outcome"],
                "Webhooks that were `taken`, known before (`duplicate`), genuine but about nothing of interest (`ignored`), `refused`, or `failed` here, so that their sender comes again",
            ),
        }
    }
}

impl Plugins {
    fn register(all: &mut Catalogue) -> Self {
        Self {
            calls: all.counter(
                ("plugin_calls", None),
                ["plugin", "version", "verb", "outcome"],
                "Calls that ended: `ok`, `refused` (the integration decided so), `trapped`, `out-of-time`, `out-of-cpu`, `out-of-memory`, `exceeded` (another limit), `impure`, `abandoned`; for the verb `start` also `not-started` and `contract`",
            ),
            breaches: all.counter(
                ("plugin_breaches", None),
                ["plugin", "version", "verb"],
                "Calls that ended well and returned what the contract forbids, so that nothing of it was used",
            ),
            seconds: all.histogram(
                ("plugin_call", Unit::Seconds),
                ["plugin", "verb"],
                "How long a call took, waits for the upstream and its quotas among it",
                || Histogram::new(exponential_buckets(0.0001, 4.0, 11)),
            ),
            ticks: all.counter(
                ("plugin_cpu_ticks", None),
                ["plugin", "verb"],
                "Computing time, in ticks of 10 ms at which an integration was seen computing",
            ),
            memory: all.histogram(
                ("plugin_memory_peak", Unit::Bytes),
                ["plugin", "verb"],
                "Largest linear memory of a call's session until then",
                || Histogram::new(exponential_buckets(MIB, 2.0, 8)),
            ),
            sessions: all.gauge("plugin_sessions", ["plugin"], "Instances that are alive"),
            requests: all.counter(
                ("upstream_requests", None),
                ["plugin", "status_class"],
                "Requests that left, those sent again among them, by the class of the answer's status (`2xx`), or `failed` if none came",
            ),
            throttled: all.counter(
                ("upstream_throttled", None),
                ["plugin"],
                "Answers 429: the upstream wants fewer requests",
            ),
            unsent: all.counter(
                ("upstream_unsent", None),
                ["plugin", "reason"],
                "Requests that were answered here: `reused` an answer that is known, or `held` because a quota is used up for long",
            ),
            denied: all.counter(
                ("upstream_denied", None),
                ["plugin", "reason"],
                "Requests that must not leave, by what is wrong with them",
            ),
            received: all.counter(
                ("upstream_received", Some(Unit::Bytes)),
                ["plugin"],
                "Bytes of answers' bodies that were read",
            ),
            waits: all.histogram(
                ("upstream_wait", Unit::Seconds),
                ["plugin"],
                "How long each request waited for quotas before it left, and each pause that the upstream asked for",
                || Histogram::new(exponential_buckets(0.001, 4.0, 9)),
            ),
        }
    }
}

/// Milliseconds as a metric has them.
#[expect(
    clippy::cast_precision_loss,
    reason = "a time in milliseconds has 13 digits, and a float 15"
)]
pub(super) fn seconds(millis: i64) -> f64 {
    millis as f64 / 1000.0
}

fn count(things: usize) -> i64 {
    i64::try_from(things).unwrap_or(i64::MAX)
}

/// Bytes.
const MIB: f64 = 1_048_576.0;
