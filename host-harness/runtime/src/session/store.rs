//! A session's store, and how long and how a call in it ends.

use std::pin::Pin;
use std::sync::atomic::{AtomicU32, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::time::Instant;
use wasmtime::component::ResourceTableError;
use wasmtime::{Store, Trap, UpdateDeadline};

use super::LINE_BYTES;
use crate::call::{CallError, Verb};
use crate::egress::{EgressHooks, QuotaWait};
use crate::limits::{Exceeded, LimitName, Limits};
use crate::plugin::Plugin;
use crate::state::{StoreState, one_line};

pub(super) fn new_store(plugin: &Plugin, limits: &Limits, hooks: EgressHooks) -> Store<StoreState> {
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
            UpdateDeadline::YieldCustom(1, Box::pin(GiveWay::default()))
        })
    });
    store
}

/// The call's outcome; none if it took longer than `wall` without the time it waited for quotas.
pub(super) async fn within<T>(
    wall: Duration,
    waiting: &QuotaWait,
    call: impl Future<Output = T>,
) -> Option<T> {
    // Whoever makes many short calls in a row, none of which ever waits, would keep a thread of the executor to itself.
    if CALLS
        .fetch_add(1, Ordering::Relaxed)
        .is_multiple_of(CALLS_IN_A_ROW)
    {
        GiveWay::default().await;
    }
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

/// What a call came to; `outcome` is none if it took too long.
pub(super) fn ended<T>(
    plugin: &Plugin,
    verb: Verb,
    outcome: Option<wasmtime::Result<T>>,
    state: &StoreState,
) -> Result<T, CallError> {
    let limits = plugin.limits();
    let cause = match outcome {
        Some(Ok(value)) => return Ok(value),
        Some(Err(cause)) => cause,
        None => {
            return Err(CallError::OutOfTime {
                plugin: plugin.title(),
                verb,
                limit: limits.wall,
            });
        }
    };
    let plugin = plugin.title();
    if cause.downcast_ref::<Trap>() == Some(&Trap::Interrupt) {
        let ticks = limits.cpu_ticks;
        return Err(CallError::OutOfCpu {
            plugin,
            verb,
            ticks,
        });
    }
    if let Some(limit) = exceeded(verb, &cause) {
        let limit = limits.of(limit);
        return Err(CallError::Exceeded {
            plugin,
            verb,
            limit,
        });
    }
    Err(match state.memory.refused {
        Some(LimitName::Memory) => CallError::OutOfMemory {
            plugin,
            verb,
            bytes: limits.memory_bytes,
        },
        Some(other) => CallError::Exceeded {
            plugin,
            verb,
            limit: limits.of(other),
        },
        None if verb == Verb::Open => CallError::Open {
            plugin,
            cause: explain(&cause, state),
        },
        None => CallError::Trapped {
            plugin,
            verb,
            cause: explain(&cause, state),
        },
    })
}

/// The limit that ended the call from inside the host; none if another cause did.
fn exceeded(verb: Verb, cause: &wasmtime::Error) -> Option<LimitName> {
    if let Some(Exceeded(limit)) = cause.downcast_ref() {
        return Some(*limit);
    }
    if matches!(cause.downcast_ref(), Some(ResourceTableError::Full)) {
        return Some(LimitName::Handles);
    }
    // The library's types for these are private.
    let text = cause.root_cause().to_string();
    if text.contains(HANDLES_USED_UP) {
        Some(LimitName::Handles)
    } else if text.contains(FIELDS_TOO_LONG) {
        Some(LimitName::RequestHead)
    } else if text.contains(HOSTCALL_USED_UP) {
        Some(match verb {
            Verb::Describe => LimitName::Manifest,
            _ => LimitName::Hostcall,
        })
    } else {
        None
    }
}

/// Lets everybody run who waits for a thread.
///
/// What yields by the executor's own means is woken where the driver is polled, and goes before all others then. With a poll
/// after each task, two calls that compute would take turns for ever. What wakes itself goes behind them.
#[derive(Default)]
struct GiveWay {
    gave: bool,
}

impl Future for GiveWay {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        if std::mem::replace(&mut self.gave, true) {
            return Poll::Ready(());
        }
        context.waker().wake_by_ref();
        Poll::Pending
    }
}

/// The trap, and what the guest wrote to standard error about it.
fn explain(cause: &wasmtime::Error, state: &StoreState) -> String {
    let trap = if cause.is::<wasmtime_wasi::I32Exit>() {
        "it called `exit`".to_owned()
    } else {
        cause.root_cause().to_string()
    };
    let said = one_line(state.stdio.take().text.trim_start(), LINE_BYTES);
    if said.is_empty() {
        trap
    } else {
        format!("{trap}: {said}")
    }
}

/// Calls of all sessions, to give way now and then.
static CALLS: AtomicU32 = AtomicU32::new(0);
/// So few that the executor never has to make a task yield, which does so by its own means.
const CALLS_IN_A_ROW: u32 = 16;
/// Least time between two looks at the clock, so that a call that waits for a quota does not keep the host busy.
const GRAIN: Duration = Duration::from_millis(50);
/// What wasmtime says when a store has no handle left.
const HANDLES_USED_UP: &str = "store handle limit exceeded";
/// What wasmtime-wasi-http says of headers beyond their limit.
const FIELDS_TOO_LONG: &str = "total size of fields exceeds limit";
/// What it says when a guest hands over too much at once.
const HOSTCALL_USED_UP: &str = "fuel allocated for hostcalls has been exhausted";
