//! One instance in one store, and the calls on it.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::OwnedSemaphorePermit;
use tokio::time::Instant;
use wasmtime::component::InstancePre;
use wasmtime::{Store, Trap, UpdateDeadline};

use crate::contract::{connect, describe, gate, score, sync};
use crate::egress::{Egress, EgressHooks, QuotaWait};
use crate::limits::Limits;
use crate::plugin::{Plugin, World};
use crate::state::{GUEST, StoreState, one_line};

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
    _permit: OwnedSemaphorePermit,
}

impl Session {
    pub(crate) async fn open(plugin: Plugin, egress: Egress) -> Result<Self, CallError> {
        let refuse = |cause: String| CallError::Open { cause };
        let permit = Arc::clone(&plugin.shared().sessions)
            .acquire_owned()
            .await
            .map_err(|cause| refuse(cause.to_string()))?;
        let limits = plugin.limits().clone();
        let hooks = EgressHooks::new(egress, &limits);
        let waiting = hooks.waiting();
        let mut store = new_store(&plugin, &limits, hooks);
        let started = within(
            limits.wall,
            &waiting,
            plugin.instance().instantiate_async(&mut store),
        );
        let instance = match started.await {
            Some(Ok(instance)) => instance,
            Some(Err(cause)) => return Err(refuse(explain(&cause, &mut store))),
            None => {
                return Err(CallError::OutOfTime {
                    verb: Verb::Open,
                    limit: limits.wall,
                });
            }
        };
        let guests = plugin
            .verbs()
            .load(&mut store, &instance)
            .map_err(|cause| CallError::Contract {
                cause: format!("{cause:#}"),
            })?;
        Ok(Self {
            store,
            guests,
            plugin,
            waiting,
            ended: None,
            cpu_ticks: 0,
            _permit: permit,
        })
    }

    /// Asks what the integration is. Pure.
    ///
    /// # Errors
    ///
    /// The call trapped, exceeded a limit, or tried to send a request.
    pub async fn describe(&mut self) -> Result<describe::Manifest, CallError> {
        self.begin(Verb::Describe)?;
        let call = self.guests.describe.call_describe(&mut self.store);
        let outcome = within(self.plugin.limits().wall, &self.waiting, call).await;
        self.finish(Verb::Describe, outcome)
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
        self.begin(Verb::Connect)?;
        let call = self.guests.connect.call_connect(&mut self.store, request);
        let outcome = within(self.plugin.limits().wall, &self.waiting, call).await;
        self.finish(Verb::Connect, outcome)
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
        self.begin(Verb::Sync)?;
        let call = self.guests.sync.call_sync(&mut self.store, request);
        let outcome = within(self.plugin.limits().wall, &self.waiting, call).await;
        self.finish(Verb::Sync, outcome)
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
        self.begin(Verb::Score)?;
        let Some(guest) = &self.guests.score else {
            return self.unsupported(Verb::Score);
        };
        let call = guest.call_score(&mut self.store, request);
        let outcome = within(self.plugin.limits().wall, &self.waiting, call).await;
        self.finish(Verb::Score, outcome)
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
        self.begin(Verb::Gate)?;
        let Some(guest) = &self.guests.gate else {
            return self.unsupported(Verb::Gate);
        };
        let call = guest.call_gate(&mut self.store, request);
        let outcome = within(self.plugin.limits().wall, &self.waiting, call).await;
        self.finish(Verb::Gate, outcome)
    }

    /// What the session has used since it was opened.
    #[must_use]
    pub fn usage(&self) -> Usage {
        let state = self.store.data();
        Usage {
            requests: state.hooks.sent(),
            cpu_ticks: self.cpu_ticks,
            memory_peak_bytes: state.memory.peak_bytes as u64,
            quota_wait: self.waiting.total(),
        }
    }

    /// Until [`Session::finish`] the session counts as ended, so that a dropped call future leaves it so.
    fn begin(&mut self, verb: Verb) -> Result<(), CallError> {
        if let Some(ended) = &self.ended {
            return Err(ended.clone());
        }
        self.ended = Some(CallError::Abandoned { verb });
        let limits = self.plugin.limits();
        let state = self.store.data_mut();
        state.begin_call(limits);
        state.hooks.begin_call(verb.is_pure());
        self.store.set_hostcall_fuel(limits.hostcall_bytes);
        self.store.set_epoch_deadline(1);
        Ok(())
    }

    fn finish<T>(
        &mut self,
        verb: Verb,
        outcome: Option<wasmtime::Result<T>>,
    ) -> Result<T, CallError> {
        self.cpu_ticks += self.store.data().cpu_ticks;
        let limits = self.plugin.limits();
        let attempts = self.store.data().hooks.impure_attempts();
        let result = match outcome {
            None => Err(CallError::OutOfTime {
                verb,
                limit: limits.wall,
            }),
            Some(Ok(_)) if attempts > 0 => Err(CallError::Impure { verb, attempts }),
            Some(Ok(value)) => Ok(value),
            Some(Err(cause)) if cause.downcast_ref::<Trap>() == Some(&Trap::Interrupt) => {
                Err(CallError::OutOfCpu {
                    verb,
                    ticks: limits.cpu_ticks,
                })
            }
            Some(Err(_)) if self.store.data().memory.refused => Err(CallError::OutOfMemory {
                verb,
                bytes: limits.memory_bytes,
            }),
            Some(Err(cause)) => Err(CallError::Trapped {
                verb,
                cause: explain(&cause, &mut self.store),
            }),
        };
        self.log_stdio();
        self.ended = result.as_ref().err().cloned();
        result
    }

    fn unsupported<T>(&mut self, verb: Verb) -> Result<T, CallError> {
        self.ended = None;
        Err(CallError::Unsupported { verb })
    }

    fn log_stdio(&mut self) {
        for line in self.store.data().stdio.take().lines() {
            let line = one_line(line, LINE_BYTES);
            tracing::debug!(target: GUEST, plugin = self.plugin.name(), "{line}");
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

/// A function of the contract, or the start of an instance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verb {
    /// Making the instance.
    Open,
    /// What the integration is.
    Describe,
    /// Checking a credential.
    Connect,
    /// Pulling data.
    Sync,
    /// Assessing a change.
    Score,
    /// Deciding about a change.
    Gate,
}

impl Verb {
    /// Whether the verb must not send requests.
    #[must_use]
    pub fn is_pure(self) -> bool {
        matches!(self, Self::Open | Self::Describe | Self::Score | Self::Gate)
    }
}

impl std::fmt::Display for Verb {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Open => "start",
            Self::Describe => "describe",
            Self::Connect => "connect",
            Self::Sync => "sync",
            Self::Score => "score",
            Self::Gate => "gate",
        })
    }
}

/// Why a call has no result. Each but [`CallError::Unsupported`] ends the session.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CallError {
    /// No instance could be made.
    #[error("the integration did not start: {cause}")]
    Open {
        /// What happened.
        cause: String,
    },
    /// The component's types differ from the contract's.
    #[error(
        "the integration does not fit the contract: {cause}; build it against this host's `wit/`"
    )]
    Contract {
        /// Which type, and how.
        cause: String,
    },
    /// The guest failed.
    #[error("`{verb}` failed inside the integration: {cause}")]
    Trapped {
        /// The verb.
        verb: Verb,
        /// The trap, and the first line the guest wrote to standard error.
        cause: String,
    },
    /// More time by the clock than allowed.
    #[error("`{verb}` took longer than {} s (limit `wall`)", limit.as_secs())]
    OutOfTime {
        /// The verb.
        verb: Verb,
        /// The limit.
        limit: Duration,
    },
    /// More computing time than allowed.
    #[error("`{verb}` computed for more than {ticks} ticks of {} ms (limit `cpu`)", Limits::TICK.as_millis())]
    OutOfCpu {
        /// The verb.
        verb: Verb,
        /// The limit, in ticks.
        ticks: u64,
    },
    /// More memory than allowed.
    #[error("`{verb}` needed more than {} MiB of memory (limit `memory`)", bytes >> 20)]
    OutOfMemory {
        /// The verb.
        verb: Verb,
        /// The limit, in bytes.
        bytes: usize,
    },
    /// A pure verb tried to send requests. Its result is discarded.
    #[error("`{verb}` must not send requests and tried {attempts}; its result is discarded")]
    Impure {
        /// The verb.
        verb: Verb,
        /// Requests it tried to send.
        attempts: u32,
    },
    /// The future of an earlier call was dropped before it ended.
    #[error("`{verb}` was abandoned before it ended; open another session")]
    Abandoned {
        /// The verb of that call.
        verb: Verb,
    },
    /// The plugin is a source: it brings data and judges nothing.
    #[error("this integration is a source and has no `{verb}`")]
    Unsupported {
        /// The verb it lacks.
        verb: Verb,
    },
}

/// What a session has used since it was opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Usage {
    /// Requests that left for the upstream, those sent again among them.
    pub requests: u32,
    /// Computing time of all finished calls, in ticks of [`Limits::TICK`].
    pub cpu_ticks: u64,
    /// Largest linear memory, in bytes.
    pub memory_peak_bytes: u64,
    /// Time spent waiting for quotas.
    pub quota_wait: Duration,
}

/// Where each verb's exports are in a component. Found once per plugin.
pub(crate) struct Verbs {
    describe: describe::GuestIndices,
    connect: connect::GuestIndices,
    sync: sync::GuestIndices,
    score: Option<score::GuestIndices>,
    gate: Option<gate::GuestIndices>,
}

impl Verbs {
    pub(crate) fn find(
        component: &InstancePre<StoreState>,
        world: World,
    ) -> wasmtime::Result<Self> {
        let judges = world == World::Integration;
        Ok(Self {
            describe: describe::GuestIndices::new(component)?,
            connect: connect::GuestIndices::new(component)?,
            sync: sync::GuestIndices::new(component)?,
            score: judges
                .then(|| score::GuestIndices::new(component))
                .transpose()?,
            gate: judges
                .then(|| gate::GuestIndices::new(component))
                .transpose()?,
        })
    }

    fn load(
        &self,
        store: &mut Store<StoreState>,
        instance: &wasmtime::component::Instance,
    ) -> wasmtime::Result<Guests> {
        Ok(Guests {
            describe: self.describe.load(&mut *store, instance)?,
            connect: self.connect.load(&mut *store, instance)?,
            sync: self.sync.load(&mut *store, instance)?,
            score: self
                .score
                .as_ref()
                .map(|verb| verb.load(&mut *store, instance))
                .transpose()?,
            gate: self
                .gate
                .as_ref()
                .map(|verb| verb.load(&mut *store, instance))
                .transpose()?,
        })
    }
}

/// The verbs of one instance.
struct Guests {
    describe: describe::Guest,
    connect: connect::Guest,
    sync: sync::Guest,
    score: Option<score::Guest>,
    gate: Option<gate::Guest>,
}

fn new_store(plugin: &Plugin, limits: &Limits, hooks: EgressHooks) -> Store<StoreState> {
    let mut store = Store::new(
        &plugin.shared().wasm,
        StoreState::new(plugin.name(), limits, hooks),
    );
    store.limiter(|state| &mut state.memory);
    store.set_max_component_handles(limits.handles);
    store.set_hostcall_fuel(limits.hostcall_bytes);
    store.set_epoch_deadline(1);
    let most = limits.cpu_ticks;
    // Counting the ticks at which the guest was seen computing makes waiting free.
    store.epoch_deadline_callback(move |mut context| {
        let state = context.data_mut();
        state.cpu_ticks += 1;
        Ok(if state.cpu_ticks > most {
            UpdateDeadline::Interrupt
        } else {
            UpdateDeadline::YieldCustom(1, Box::pin(tokio::task::yield_now()))
        })
    });
    store
}

/// The call's outcome; none if it took longer than `wall` without the time it waited for quotas.
async fn within<T>(
    wall: Duration,
    waiting: &QuotaWait,
    call: impl Future<Output = T>,
) -> Option<T> {
    let start = Instant::now();
    let waited_before = waiting.total();
    let mut call = std::pin::pin!(call);
    loop {
        let allowed = wall + waiting.total().saturating_sub(waited_before);
        let left = allowed.saturating_sub(start.elapsed());
        if left.is_zero() {
            return None;
        }
        if let Ok(outcome) = tokio::time::timeout(left.max(GRAIN), call.as_mut()).await {
            return Some(outcome);
        }
    }
}

/// The trap and the first line the guest said about it.
fn explain(cause: &wasmtime::Error, store: &mut Store<StoreState>) -> String {
    let trap = if cause.is::<wasmtime_wasi::I32Exit>() {
        "it called `exit`".to_owned()
    } else {
        cause.root_cause().to_string()
    };
    let said = store.data().stdio.take();
    match said.lines().find(|line| !line.trim().is_empty()) {
        Some(_) => format!("{trap}: {}", one_line(&said, LINE_BYTES)),
        None => trap,
    }
}

/// Least time between two looks at the clock, so that a call that waits for a quota does not keep the host busy.
const GRAIN: Duration = Duration::from_millis(50);
/// Bytes of one line of a guest's standard error in a message.
const LINE_BYTES: usize = 400;
