//! One instance in one store, and the calls on it.

mod store;

use std::sync::Arc;
use std::sync::atomic::Ordering;

use tokio::sync::OwnedSemaphorePermit;
use tokio::time::Instant;
use tracing::{Instrument as _, Span};
use wasmtime::Store;

use crate::call::{CallError, Usage, Verb};
use crate::contract::{connect, describe, gate, score, sync};
use crate::egress::{Egress, EgressHooks, QuotaWait};
use crate::meter::CallMeasured;
use crate::plugin::Plugin;
use crate::state::{GUEST, StoreState, one_line};
use crate::verbs::Guests;
use store::{ended, new_store, within};

/// An instance of a plugin, alone in its store.
///
/// Calls follow one another. After a trap, an exceeded limit, an impure call or a dropped call future the instance is
/// unusable: each further call answers with that same error. Open another session then.
pub struct Session {
    store: Store<StoreState>,
    guests: Guests,
    plugin: Plugin,
    waiting: Arc<QuotaWait>,
    /// Why no further call is possible.
    ended: Option<CallError>,
    cpu_ticks: u64,
    /// When the newest call began.
    began: Instant,
    /// Tells it from others in the log.
    number: u64,
    _permit: OwnedSemaphorePermit,
}

impl Session {
    pub(crate) async fn open(plugin: Plugin, egress: Egress) -> Result<Self, CallError> {
        let refuse = |cause: String| CallError::Open {
            plugin: plugin.title(),
            cause,
        };
        let permit = Arc::clone(&plugin.shared().sessions)
            .acquire_owned()
            .await
            .map_err(|cause| refuse(cause.to_string()))?;
        let limits = plugin.limits().clone();
        let began = Instant::now();
        let hooks = EgressHooks::new(egress, &limits).told_to(plugin.meter().cloned());
        let waiting = hooks.waiting();
        let mut store = new_store(&plugin, &limits, hooks);
        let number = plugin.shared().opened.fetch_add(1, Ordering::Relaxed);
        let opened = Self::start(&plugin, &mut store, &waiting)
            .instrument(span(&plugin, Verb::Open, number))
            .await;
        if let Some(meter) = plugin.meter() {
            meter.called(&CallMeasured {
                verb: Verb::Open,
                outcome: opened.as_ref().err().map_or(OK, CallError::word),
                wall: began.elapsed(),
                cpu_ticks: store.data().cpu_ticks,
                memory_peak_bytes: store.data().memory.peak_bytes as u64,
                requests: store.data().hooks.sent(),
            });
        }
        let guests = opened?;
        if let Some(meter) = plugin.meter() {
            meter.opened();
        }
        Ok(Self {
            store,
            guests,
            plugin,
            waiting,
            ended: None,
            cpu_ticks: 0,
            began,
            number,
            _permit: permit,
        })
    }

    /// Makes the instance.
    async fn start(
        plugin: &Plugin,
        store: &mut Store<StoreState>,
        waiting: &QuotaWait,
    ) -> Result<Guests, CallError> {
        let made = plugin.instance().instantiate_async(&mut *store);
        let outcome = within(plugin.limits().wall, waiting, made).await;
        let instance = ended(plugin, Verb::Open, outcome, store.data())?;
        let guests = plugin.verbs().load(store, &instance);
        guests.map_err(|cause| CallError::Contract {
            plugin: plugin.title(),
            cause: format!("{cause:#}"),
        })
    }

    /// Asks what the integration is. Pure.
    ///
    /// # Errors
    ///
    /// The call trapped, exceeded a limit, or tried to send a request.
    pub async fn describe(&mut self) -> Result<describe::Manifest, CallError> {
        let span = self.begin(Verb::Describe)?;
        let call = self.guests.describe.call_describe(&mut self.store);
        let outcome = within(
            self.plugin.limits().wall,
            &self.waiting,
            call.instrument(span),
        )
        .await;
        self.finish(Verb::Describe, outcome, |_| false)
    }

    /// Checks a credential and finds out what it may read.
    ///
    /// # Errors
    ///
    /// Outside: the call trapped or exceeded a limit. Inside: what the integration decided.
    pub async fn connect(
        &mut self,
        request: &connect::Request,
    ) -> Result<Result<connect::Connection, connect::Error>, CallError> {
        let span = self.begin(Verb::Connect)?;
        let call = self.guests.connect.call_connect(&mut self.store, request);
        let outcome = within(
            self.plugin.limits().wall,
            &self.waiting,
            call.instrument(span),
        )
        .await;
        self.finish(Verb::Connect, outcome, Result::is_err)
    }

    /// Pulls the next batch.
    ///
    /// # Errors
    ///
    /// Outside: the call trapped or exceeded a limit. Inside: what the integration decided.
    pub async fn sync(
        &mut self,
        request: &sync::Request,
    ) -> Result<Result<sync::Batch, sync::Error>, CallError> {
        let span = self.begin(Verb::Sync)?;
        let call = self.guests.sync.call_sync(&mut self.store, request);
        let outcome = within(
            self.plugin.limits().wall,
            &self.waiting,
            call.instrument(span),
        )
        .await;
        self.finish(Verb::Sync, outcome, Result::is_err)
    }

    /// Assesses a change. Pure.
    ///
    /// # Errors
    ///
    /// Outside: the plugin is a source; the call trapped, exceeded a limit, or tried to send a request. Inside: what
    /// the integration decided.
    pub async fn score(
        &mut self,
        request: &score::Request,
    ) -> Result<Result<score::Assessment, score::Error>, CallError> {
        let span = self.begin(Verb::Score)?;
        let Some(guest) = &self.guests.score else {
            return self.unsupported(Verb::Score);
        };
        let call = guest.call_score(&mut self.store, request);
        let outcome = within(
            self.plugin.limits().wall,
            &self.waiting,
            call.instrument(span),
        )
        .await;
        self.finish(Verb::Score, outcome, Result::is_err)
    }

    /// Decides about a change. Pure.
    ///
    /// # Errors
    ///
    /// As for [`Session::score`].
    pub async fn gate(
        &mut self,
        request: &gate::Request,
    ) -> Result<Result<gate::Verdict, gate::Error>, CallError> {
        let span = self.begin(Verb::Gate)?;
        let Some(guest) = &self.guests.gate else {
            return self.unsupported(Verb::Gate);
        };
        let call = guest.call_gate(&mut self.store, request);
        let outcome = within(
            self.plugin.limits().wall,
            &self.waiting,
            call.instrument(span),
        )
        .await;
        self.finish(Verb::Gate, outcome, Result::is_err)
    }

    /// What the session has used since it was opened.
    #[must_use]
    pub fn usage(&self) -> Usage {
        let state = self.store.data();
        Usage {
            requests: state.hooks.sent(),
            asked: state.hooks.made(),
            cpu_ticks: self.cpu_ticks,
            memory_peak_bytes: state.memory.peak_bytes as u64,
            quota_wait: self.waiting.total(),
        }
    }

    /// Until [`Session::finish`] the session counts as ended, so that a dropped call future leaves it so.
    fn begin(&mut self, verb: Verb) -> Result<Span, CallError> {
        if let Some(ended) = &self.ended {
            return Err(ended.clone());
        }
        let plugin = self.plugin.title();
        let who = format!("`{verb}` of {plugin}");
        self.ended = Some(CallError::Abandoned { plugin, verb });
        let limits = self.plugin.limits();
        let state = self.store.data_mut();
        state.begin_call(limits, verb.is_pure(), who);
        self.store.set_hostcall_fuel(match verb {
            Verb::Describe => limits.manifest_bytes,
            _ => limits.hostcall_bytes,
        });
        self.store.set_epoch_deadline(1);
        self.began = Instant::now();
        Ok(span(&self.plugin, verb, self.number))
    }

    fn finish<T>(
        &mut self,
        verb: Verb,
        outcome: Option<wasmtime::Result<T>>,
        is_refusal: fn(&T) -> bool,
    ) -> Result<T, CallError> {
        self.cpu_ticks += self.store.data().cpu_ticks;
        let attempts = self.store.data().hooks.impure_attempts();
        let result = match outcome {
            // Even if the guest went on as if nothing had happened.
            _ if attempts > 0 => Err(CallError::Impure {
                plugin: self.plugin.title(),
                verb,
                attempts,
            }),
            outcome => ended(&self.plugin, verb, outcome, self.store.data()),
        };
        self.log_stdio(verb);
        self.ended = result.as_ref().err().cloned();
        self.measure(
            verb,
            match &result {
                Ok(value) if is_refusal(value) => REFUSED,
                Ok(_) => OK,
                Err(error) => error.word(),
            },
        );
        result
    }

    /// Tells the meter of the newest call.
    fn measure(&self, verb: Verb, outcome: &'static str) {
        if let Some(meter) = self.plugin.meter() {
            let state = self.store.data();
            meter.called(&CallMeasured {
                verb,
                outcome,
                wall: self.began.elapsed(),
                cpu_ticks: state.cpu_ticks,
                memory_peak_bytes: state.memory.peak_bytes as u64,
                requests: state.hooks.sent(),
            });
        }
    }

    fn unsupported<T>(&mut self, verb: Verb) -> Result<T, CallError> {
        self.ended = None;
        let plugin = self.plugin.title();
        Err(CallError::Unsupported { plugin, verb })
    }

    fn log_stdio(&mut self, verb: Verb) {
        let plugin = self.plugin.name();
        let written = self.store.data().stdio.take();
        for line in written.text.lines() {
            let line = one_line(line, LINE_BYTES);
            tracing::debug!(target: GUEST, plugin, "{line}");
        }
        if written.cut {
            let (who, most) = (self.plugin.title(), self.plugin.limits().stdio_bytes);
            tracing::warn!(target: GUEST, plugin, "`{verb}` of {who} writes more than {most} bytes to standard output and error, and the rest is dropped (limit `stdio`)");
        }
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        if let Some(error @ CallError::Abandoned { verb, .. }) = &self.ended {
            self.measure(*verb, error.word());
        }
        if let Some(meter) = self.plugin.meter() {
            meter.closed();
        }
    }
}

impl std::fmt::Debug for Session {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Session")
            .field("plugin", &self.plugin)
            .field("ended", &self.ended)
            .finish_non_exhaustive()
    }
}

/// What the log says of everything that happens during a call.
fn span(plugin: &Plugin, verb: Verb, number: u64) -> Span {
    let (name, version) = (plugin.name(), plugin.version());
    tracing::info_span!(
        "call",
        plugin = name,
        version,
        verb = verb.word(),
        session = number
    )
}

/// Outcome of a call that gave a result.
const OK: &str = "ok";
/// Outcome of a call that the integration ended with an error of its own.
const REFUSED: &str = "refused";
/// Bytes of one line of a guest's standard error in a message.
const LINE_BYTES: usize = 400;
