//! Counts what one integration does and uses.

use std::sync::Arc;
use std::time::Duration;

use koalr_runtime::{CallMeasured, ExchangeMeasured, Meter, Verb};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;

use super::catalogue::Of;
use super::metrics::Metrics;
use super::tally::Tally;
use super::vigil::Vigil;

/// The metrics of one version of an integration, looked up once: a call that went well allocates nothing.
pub(crate) struct PluginMeter {
    plugin: String,
    version: String,
    /// In the order of [`Verb::ALL`].
    verbs: [OfVerb; Verb::ALL.len()],
    calls: Of<Counter, 4>,
    breaches: Of<Counter, 3>,
    sessions: Gauge,
    /// By the hundreds of the status, from 1xx.
    answered: [Counter; CLASSES.len()],
    failed: Counter,
    throttled: Counter,
    reused: Counter,
    held: Counter,
    denied: Of<Counter, 2>,
    received: Counter,
    waits: Histogram,
    tally: Arc<Tally>,
    vigil: Arc<Vigil>,
}

struct OfVerb {
    ok: Counter,
    seconds: Histogram,
    ticks: Counter,
    memory: Histogram,
}

impl PluginMeter {
    pub(crate) fn new(
        metrics: &Metrics,
        (plugin, version): (&str, &str),
        vigil: Arc<Vigil>,
    ) -> Self {
        let all = &metrics.plugins;
        Self {
            verbs: Verb::ALL.map(|verb| OfVerb {
                ok: all.calls.of([plugin, version, verb.word(), OK]),
                seconds: all.seconds.of([plugin, verb.word()]),
                ticks: all.ticks.of([plugin, verb.word()]),
                memory: all.memory.of([plugin, verb.word()]),
            }),
            calls: all.calls.clone(),
            breaches: all.breaches.clone(),
            sessions: all.sessions.of([plugin]),
            answered: CLASSES.map(|class| all.requests.of([plugin, class])),
            failed: all.requests.of([plugin, "failed"]),
            throttled: all.throttled.of([plugin]),
            reused: all.unsent.of([plugin, "reused"]),
            held: all.unsent.of([plugin, "held"]),
            denied: all.denied.clone(),
            received: all.received.of([plugin]),
            waits: all.waits.of([plugin]),
            tally: Arc::clone(&metrics.tally),
            vigil,
            plugin: plugin.to_owned(),
            version: version.to_owned(),
        }
    }
}

impl Meter for PluginMeter {
    fn opened(&self) {
        self.sessions.inc();
    }

    fn closed(&self) {
        self.sessions.dec();
    }

    fn called(&self, call: &CallMeasured) {
        let place = Verb::ALL.iter().position(|verb| *verb == call.verb);
        let Some((place, verb)) = place.and_then(|place| Some((place, self.verbs.get(place)?)))
        else {
            return;
        };
        self.tally.note(place, call);
        self.vigil.note(call);
        if call.outcome == OK {
            verb.ok.inc();
        } else {
            let word = call.verb.word();
            let labels = [self.plugin.as_str(), &self.version, word, call.outcome];
            self.calls.of(labels).inc();
        }
        verb.seconds.observe(call.wall.as_secs_f64());
        verb.ticks.inc_by(call.cpu_ticks);
        verb.memory.observe(bytes(call.memory_peak_bytes));
    }

    fn breached(&self, verb: Verb) {
        let labels = [self.plugin.as_str(), &self.version, verb.word()];
        self.breaches.of(labels).inc();
        self.vigil.blame();
    }

    fn exchanged(&self, exchange: &ExchangeMeasured<'_>) {
        match exchange {
            ExchangeMeasured::Answered { status } => {
                let class = usize::from(status / 100).checked_sub(1);
                if let Some(counter) = class.and_then(|class| self.answered.get(class)) {
                    counter.inc();
                }
                if *status == TOO_MANY_REQUESTS {
                    self.throttled.inc();
                }
            }
            ExchangeMeasured::Failed => _ = self.failed.inc(),
            ExchangeMeasured::Reused => _ = self.reused.inc(),
            ExchangeMeasured::Held => _ = self.held.inc(),
            ExchangeMeasured::Denied(denial) => {
                self.denied.of([self.plugin.as_str(), denial.word()]).inc();
            }
        }
    }

    fn received(&self, bytes: u64) {
        self.received.inc_by(bytes);
    }

    fn waited(&self, wait: Duration) {
        self.waits.observe(wait.as_secs_f64());
    }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "a guest's memory has at most 33 bits"
)]
fn bytes(bytes: u64) -> f64 {
    bytes as f64
}

/// Outcome of a call that gave a result.
const OK: &str = "ok";
/// Classes of statuses.
const CLASSES: [&str; 5] = ["1xx", "2xx", "3xx", "4xx", "5xx"];
/// Status of an answer to one request too many.
const TOO_MANY_REQUESTS: u16 = 429;
