//! A session's store, and how long and how a call in it ends.

use std::time::Duration;

use tokio::time::Instant;
use wasmtime::{Store, UpdateDeadline};

use super::LINE_BYTES;
use crate::egress::{EgressHooks, QuotaWait};
use crate::limits::Limits;
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
            UpdateDeadline::YieldCustom(1, Box::pin(tokio::task::yield_now()))
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

/// The trap, and what the guest wrote to standard error about it.
pub(super) fn explain(cause: &wasmtime::Error, state: &StoreState) -> String {
    let trap = if cause.is::<wasmtime_wasi::I32Exit>() {
        "it called `exit`".to_owned()
    } else {
        cause.root_cause().to_string()
    };
    let said = one_line(state.stdio.take().trim_start(), LINE_BYTES);
    if said.is_empty() {
        trap
    } else {
        format!("{trap}: {said}")
    }
}

/// Least time between two looks at the clock, so that a call that waits for a quota does not keep the host busy.
const GRAIN: Duration = Duration::from_millis(50);
