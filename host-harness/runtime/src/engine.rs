//! The engine: compiler settings, instance pool and the clock that counts computing time.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::sync::mpsc;
use std::thread;

use tokio::sync::Semaphore;
use wasmtime::component::Linker;
use wasmtime::{Config, InstanceAllocationStrategy, PoolingAllocationConfig};

use crate::artifacts::Artifacts;
use crate::limits::Limits;
use crate::linker;
use crate::plugin::{LoadError, Plugin};
use crate::state::StoreState;

/// How an engine is set up.
#[derive(Debug, Clone, Default)]
pub struct EngineSettings {
    /// Directory for compiled components; none compiles at every load.
    pub artifact_dir: Option<PathBuf>,
    /// What each session may use.
    pub limits: Limits,
}

/// Compiles components and holds the instance pool. Make one per process.
#[derive(Clone)]
pub struct Engine {
    pub(crate) shared: Arc<Shared>,
}

impl Engine {
    /// Sets up the engine and starts its tick thread, which ends with the last engine, plugin and session.
    ///
    /// # Errors
    ///
    /// The artifact directory cannot be made, or is open to others; the machine cannot reserve the instance pool.
    pub fn new(settings: EngineSettings) -> Result<Self, EngineError> {
        let wasm = wasmtime::Engine::new(&config(&settings.limits))
            .map_err(|cause| EngineError::Start(format!("{cause:#}")))?;
        let artifacts = settings.artifact_dir.as_deref();
        let artifacts = artifacts
            .map(|path| artifacts_in(path, &wasm))
            .transpose()?;
        let linker =
            linker::sandbox(&wasm).map_err(|cause| EngineError::Start(format!("{cause:#}")))?;
        let ticker = Ticker::start(&wasm).map_err(|cause| EngineError::Start(cause.to_string()))?;
        Ok(Self {
            shared: Arc::new(Shared {
                _ticker: ticker,
                wasm,
                linker,
                artifacts,
                sessions: Arc::new(Semaphore::new(SESSIONS as usize)),
                limits: settings.limits,
                opened: AtomicU64::new(1),
            }),
        })
    }

    /// Reads, checks and compiles the component in a file.
    ///
    /// # Errors
    ///
    /// The file is absent or too large; it is no component; it speaks another version of the contract; it imports more
    /// than a sandbox gives; it exports too little.
    pub fn load(&self, path: &Path) -> Result<Plugin, LoadError> {
        Plugin::load_file(&self.shared, path)
    }

    /// Checks and compiles a component. The name is only used in messages.
    ///
    /// # Errors
    ///
    /// Those of [`Engine::load`], except that there is no file.
    pub fn load_bytes(&self, name: &str, wasm: &[u8]) -> Result<Plugin, LoadError> {
        Plugin::load(&self.shared, name, wasm)
    }
}

/// Why there is no engine.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// The artifact directory cannot be used.
    #[error("opening the directory of compiled components `{}`: {cause}", path.display())]
    Artifacts {
        /// The directory.
        path: PathBuf,
        /// What is wrong with it.
        cause: std::io::Error,
    },
    /// Setting up wasmtime failed.
    #[error("starting the WebAssembly engine: {0}")]
    Start(String),
}

pub(crate) fn artifacts_in(path: &Path, wasm: &wasmtime::Engine) -> Result<Artifacts, EngineError> {
    Artifacts::open(path, wasm).map_err(|cause| EngineError::Artifacts {
        path: path.to_owned(),
        cause,
    })
}

/// What an engine, its plugins and their sessions have in common.
pub(crate) struct Shared {
    /// Dropped first, so that it never ticks a dropped engine.
    _ticker: Ticker,
    pub(crate) wasm: wasmtime::Engine,
    pub(crate) linker: Linker<StoreState>,
    pub(crate) artifacts: Option<Artifacts>,
    /// One permit for each session the pool has room for: a session too many waits instead of failing.
    pub(crate) sessions: Arc<Semaphore>,
    pub(crate) limits: Limits,
    /// Sessions opened so far.
    pub(crate) opened: AtomicU64,
}

fn config(limits: &Limits) -> Config {
    let a_component = |a_session: usize| u32::try_from(a_session).unwrap_or(u32::MAX);
    let in_all = |a_session: usize| SESSIONS.saturating_mul(a_component(a_session));
    let mut pool = PoolingAllocationConfig::new();
    pool.total_component_instances(SESSIONS)
        .total_core_instances(in_all(limits.instances))
        .total_memories(SESSIONS)
        .total_tables(in_all(limits.tables))
        .total_stacks(SESSIONS)
        .max_core_instances_per_component(a_component(limits.instances))
        .max_tables_per_component(a_component(limits.tables))
        .max_memories_per_component(1)
        .max_memory_size(limits.memory_bytes)
        .table_elements(limits.table_elements);
    let mut config = Config::new();
    config
        .allocation_strategy(InstanceAllocationStrategy::Pooling(pool))
        .epoch_interruption(true)
        // Plain calls are several times cheaper without it, and the contract has no asynchronous function.
        .concurrency_support(false)
        .wasm_backtrace_max_frames(std::num::NonZeroUsize::new(BACKTRACE_FRAMES))
        // Both make machine code larger and slower to load, and only tell a debugger of this process where a guest is.
        .native_unwind_info(false)
        .generate_address_map(false);
    // Compiled in, because the library needs the code, but no component of this contract needs the proposals.
    config
        .wasm_threads(false)
        .wasm_shared_everything_threads(false)
        .wasm_gc(false)
        .wasm_function_references(false)
        .wasm_exceptions(false)
        .wasm_stack_switching(false)
        .wasm_memory64(false)
        .wasm_multi_memory(false)
        .wasm_relaxed_simd(false)
        .wasm_wide_arithmetic(false)
        .wasm_custom_page_sizes(false);
    // The same arithmetic gives the same bits on every machine.
    config.cranelift_nan_canonicalization(true);
    config
}

/// A thread that advances the engine's epoch, and thereby every session's count of computing time.
struct Ticker {
    stop: Option<mpsc::Sender<()>>,
    thread: Option<thread::JoinHandle<()>>,
}

impl Ticker {
    fn start(engine: &wasmtime::Engine) -> std::io::Result<Self> {
        let (stop, stopped) = mpsc::channel();
        let engine = engine.weak();
        let thread = thread::Builder::new()
            .name("koalr-ticks".to_owned())
            .spawn(move || {
                while stopped.recv_timeout(Limits::TICK) == Err(mpsc::RecvTimeoutError::Timeout) {
                    let Some(engine) = engine.upgrade() else {
                        return;
                    };
                    engine.increment_epoch();
                }
            })?;
        Ok(Self {
            stop: Some(stop),
            thread: Some(thread),
        })
    }
}

impl Drop for Ticker {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            // The thread only counts; it has nothing to report.
            let _ = thread.join();
        }
    }
}

/// Sessions that may be open at once; address space is reserved for each.
const SESSIONS: u32 = 64;
/// Frames of a trap's backtrace, which only goes to the log.
const BACKTRACE_FRAMES: usize = 16;
