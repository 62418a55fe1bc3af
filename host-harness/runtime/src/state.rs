//! What a store holds: the guest's resources, and what the host counts of its use.

use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use wasmtime::component::ResourceTable;
use wasmtime::{ResourceLimiter, StoreLimits, StoreLimitsBuilder};
use wasmtime_wasi::cli::{IsTerminal, StdoutStream};
use wasmtime_wasi::p2::{OutputStream, Pollable, StreamResult};
use wasmtime_wasi::{WasiCtx, WasiCtxView, WasiView};
use wasmtime_wasi_http::{WasiHttpCtx, WasiHttpCtxView, WasiHttpView};

use crate::contract::log;
use crate::egress::EgressHooks;
use crate::limits::{Exceeded, LimitName, Limits};

/// The data of one session's store.
pub(crate) struct StoreState {
    table: ResourceTable,
    wasi: WasiCtx,
    http: WasiHttpCtx,
    pub(crate) hooks: EgressHooks,
    pub(crate) memory: MemoryLimiter,
    pub(crate) stdio: Stdio,
    /// Ticks of computing time used by the current call.
    pub(crate) cpu_ticks: u64,
    log_bytes_left: usize,
    log_bytes: usize,
    log_message_bytes: usize,
    /// Whether it was said that a message of the current call was cut.
    log_cut: bool,
    request_head_bytes: usize,
    name: String,
    /// The current call, as a sentence begins.
    who: String,
}

impl StoreState {
    pub(crate) fn new(name: &str, limits: &Limits, hooks: EgressHooks) -> Self {
        let mut table = ResourceTable::new();
        table.set_max_capacity(limits.handles);
        let stdio = Stdio::new(limits.stdio_bytes);
        let mut http = WasiHttpCtx::new();
        http.set_field_size_limit(limits.request_head_bytes);
        Self {
            table,
            wasi: WasiCtx::builder()
                .stdout(stdio.clone())
                .stderr(stdio.clone())
                .build(),
            http,
            hooks,
            memory: MemoryLimiter::new(limits),
            stdio,
            cpu_ticks: 0,
            log_bytes_left: limits.log_bytes,
            log_bytes: limits.log_bytes,
            request_head_bytes: limits.request_head_bytes,
            log_message_bytes: limits.log_message_bytes,
            log_cut: false,
            name: name.to_owned(),
            who: String::new(),
        }
    }

    /// Gives the next call its own budgets. `who` begins the sentences about it.
    pub(crate) fn begin_call(&mut self, limits: &Limits, pure: bool, who: String) {
        self.hooks.begin_call(pure, who.clone());
        self.who = who;
        self.log_cut = false;
        self.cpu_ticks = 0;
        self.memory.refused = None;
        self.log_bytes_left = limits.log_bytes;
        self.stdio.take();
    }

    pub(crate) fn table(&mut self) -> &mut ResourceTable {
        &mut self.table
    }

    /// Whether a part of a request's head is short enough to be kept for a guest.
    pub(crate) fn check_head(&self, part: Option<&str>) -> wasmtime::Result<()> {
        if part.is_some_and(|part| part.len() > self.request_head_bytes) {
            return Err(Exceeded(LimitName::RequestHead).into());
        }
        Ok(())
    }
}

impl WasiView for StoreState {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView {
            ctx: &mut self.wasi,
            table: &mut self.table,
        }
    }
}

impl WasiHttpView for StoreState {
    fn http(&mut self) -> WasiHttpCtxView<'_> {
        WasiHttpCtxView {
            ctx: &mut self.http,
            table: &mut self.table,
            hooks: &mut self.hooks,
        }
    }
}

impl log::Host for StoreState {
    fn emit(&mut self, level: log::Level, message: String) {
        if self.log_bytes_left == 0 {
            return;
        }
        let most = self.log_message_bytes.min(self.log_bytes_left);
        let length = message.len();
        let message = one_line(&message, most);
        let plugin = self.name.as_str();
        match level {
            _ if message.is_empty() => {}
            log::Level::Debug => tracing::debug!(target: GUEST, plugin, "{message}"),
            log::Level::Info => tracing::info!(target: GUEST, plugin, "{message}"),
            log::Level::Warn => tracing::warn!(target: GUEST, plugin, "{message}"),
            log::Level::Error => tracing::error!(target: GUEST, plugin, "{message}"),
        }
        let who = self.who.as_str();
        if length > self.log_message_bytes && !self.log_cut {
            self.log_cut = true;
            let most = self.log_message_bytes;
            tracing::warn!(target: GUEST, plugin, "{who} logs a message of {length} bytes, of which {most} are kept (limit `log-message`)");
        }
        // An empty message costs too: it could be sent without end.
        self.log_bytes_left = self.log_bytes_left.saturating_sub(message.len().max(1));
        if self.log_bytes_left == 0 {
            let most = self.log_bytes;
            tracing::warn!(target: GUEST, plugin, "{who} logs more than {most} bytes, and the rest is dropped (limit `log`)");
        }
    }
}

/// Grants memory and tables up to their limits, and remembers that it refused.
pub(crate) struct MemoryLimiter {
    limits: StoreLimits,
    /// Largest linear memory so far, in bytes.
    pub(crate) peak_bytes: usize,
    /// What the current call asked for more of than it may have: memory, or elements of a table.
    pub(crate) refused: Option<LimitName>,
}

impl MemoryLimiter {
    fn new(limits: &Limits) -> Self {
        Self {
            limits: StoreLimitsBuilder::new()
                .memory_size(limits.memory_bytes)
                .table_elements(limits.table_elements)
                .instances(limits.instances)
                .tables(limits.tables)
                .memories(1)
                .build(),
            peak_bytes: 0,
            refused: None,
        }
    }
}

impl ResourceLimiter for MemoryLimiter {
    fn memory_growing(
        &mut self,
        current: usize,
        desired: usize,
        maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        let granted = self.limits.memory_growing(current, desired, maximum)?;
        if granted {
            self.peak_bytes = self.peak_bytes.max(desired);
        } else {
            self.refused = Some(LimitName::Memory);
        }
        Ok(granted)
    }

    fn table_growing(
        &mut self,
        current: usize,
        desired: usize,
        maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        let granted = self.limits.table_growing(current, desired, maximum)?;
        if !granted {
            self.refused = Some(LimitName::TableElements);
        }
        Ok(granted)
    }

    fn instances(&self) -> usize {
        self.limits.instances()
    }

    fn tables(&self) -> usize {
        self.limits.tables()
    }

    fn memories(&self) -> usize {
        self.limits.memories()
    }
}

/// Standard output and error of a guest: the first bytes are kept, the rest is dropped without the guest noticing,
/// because a std-built guest panics when its standard error is full.
#[derive(Clone)]
pub(crate) struct Stdio {
    kept: Arc<Mutex<Kept>>,
    most: usize,
}

/// What a guest wrote.
pub(crate) struct Written {
    pub(crate) text: String,
    /// Whether it wrote more.
    pub(crate) cut: bool,
}

#[derive(Default)]
struct Kept {
    bytes: Vec<u8>,
    cut: bool,
}

impl Stdio {
    fn new(most: usize) -> Self {
        Self {
            kept: Arc::default(),
            most,
        }
    }

    /// Takes out what was written since the last time.
    pub(crate) fn take(&self) -> Written {
        let kept = std::mem::take(&mut *self.kept.lock().unwrap_or_else(PoisonError::into_inner));
        Written {
            text: String::from_utf8_lossy(&kept.bytes).into_owned(),
            cut: kept.cut,
        }
    }
}

impl IsTerminal for Stdio {
    fn is_terminal(&self) -> bool {
        false
    }
}

impl StdoutStream for Stdio {
    fn async_stream(&self) -> Box<dyn tokio::io::AsyncWrite + Send + Sync> {
        // Only WASI 0.1 and 0.3 ask for it, and neither is linked.
        Box::new(tokio::io::sink())
    }

    fn p2_stream(&self) -> Box<dyn OutputStream> {
        Box::new(self.clone())
    }
}

impl OutputStream for Stdio {
    fn write(&mut self, bytes: Bytes) -> StreamResult<()> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let room = self.most.saturating_sub(kept.bytes.len()).min(bytes.len());
        kept.bytes
            .extend_from_slice(bytes.get(..room).unwrap_or_default());
        kept.cut |= room < bytes.len();
        Ok(())
    }

    fn flush(&mut self) -> StreamResult<()> {
        Ok(())
    }

    fn check_write(&mut self) -> StreamResult<usize> {
        Ok(STDIO_CHUNK_BYTES)
    }
}

#[wasmtime_wasi::async_trait]
impl Pollable for Stdio {
    async fn ready(&mut self) {}
}

/// Guest text as one line of at most so many bytes: what breaks a line, or turns how it is read, becomes a space.
pub(crate) fn one_line(text: &str, most: usize) -> String {
    let cut = text.floor_char_boundary(most);
    text.get(..cut)
        .unwrap_or_default()
        .chars()
        .map(|c| {
            if c.is_control() || TURNS.contains(&c) {
                ' '
            } else {
                c
            }
        })
        .collect::<String>()
        .trim_end()
        .to_owned()
}

/// Line and paragraph separators, and what reorders text: none is a control character by its class.
const TURNS: &[char] = &[
    '\u{200e}', '\u{200f}', '\u{2028}', '\u{2029}', '\u{202a}', '\u{202b}', '\u{202c}', '\u{202d}',
    '\u{202e}', '\u{2066}', '\u{2067}', '\u{2068}', '\u{2069}',
];
/// Where guests' messages go in `tracing`.
pub(crate) const GUEST: &str = "koalr::guest";
/// Bytes a guest may write to standard output or error at once.
const STDIO_CHUNK_BYTES: usize = 4 << 10;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn guest_text_is_cut_at_a_character_and_cannot_forge_a_line() {
        assert_eq!(one_line("tücke", 2), "t");
        assert_eq!(one_line("fine\nERROR forged\r\n", 100), "fine ERROR forged");
        assert_eq!(one_line("a\u{2028}b\u{202e}c\u{1b}[2J", 100), "a b c [2J");
    }

    #[test]
    fn a_chatty_guest_is_cut_and_never_told() {
        let mut stdio = Stdio::new(4);
        assert!(stdio.write(Bytes::from_static(b"panic")).is_ok());
        assert!(stdio.write(Bytes::from_static(b"king")).is_ok());
        let written = stdio.take();
        assert_eq!((written.text.as_str(), written.cut), ("pani", true));
        assert!(!stdio.take().cut);
    }
}
