//! What a guest may import: the contract's world, and an empty `wasi:cli` for guests built with Rust's std.
//!
//! - `koalr:integration/log`, `wasi:http` and `wasi:io`: the world.
//! - `wasi:clocks/monotonic-clock`: the world names it through `wasi:http`. The clock stands still, because time is an
//!   argument of every verb and waiting is the host's.
//! - `wasi:cli`: panics and aborts ask for it. No arguments, no environment; output is captured.
//!
//! Anything else is refused when a component is loaded: `wasi:filesystem` and `wasi:sockets`, because the policed HTTP
//! handler is a guest's only way out; `wasi:random`, because the same request has to give the same answer (a guest
//! uses ordered maps instead of hash maps).

use wasmtime::component::types::{Component as ComponentType, ComponentItem};
use wasmtime::component::{HasData, HasSelf, Linker, Resource, ResourceTable};
use wasmtime_wasi::cli::{WasiCli, WasiCliView};
use wasmtime_wasi::p2::DynPollable;
use wasmtime_wasi::p2::bindings::clocks::monotonic_clock;
use wasmtime_wasi::p2::bindings::{cli, io};
use wasmtime_wasi_http::WasiHttpView;
use wasmtime_wasi_http::p2::bindings::http::types::{HostOutgoingRequest as _, Method};
use wasmtime_wasi_http::p2::types::HostOutgoingRequest;

use crate::contract;
use crate::state::StoreState;

/// A linker that holds exactly what [`refused`] accepts.
pub(crate) fn sandbox(engine: &wasmtime::Engine) -> wasmtime::Result<Linker<StoreState>> {
    let mut linker = Linker::new(engine);
    let l = &mut linker;
    contract::log::add_to_linker::<StoreState, HasSelf<StoreState>>(l, |state| state)?;
    monotonic_clock::add_to_linker::<StoreState, HasSelf<StoreState>>(l, |state| state)?;
    wasmtime_wasi_http::p2::add_only_http_to_linker_async(l)?;
    bound_heads(l)?;

    io::error::add_to_linker::<StoreState, Table>(l, StoreState::table)?;
    io::poll::add_to_linker::<StoreState, Table>(l, StoreState::table)?;
    io::streams::add_to_linker::<StoreState, Table>(l, StoreState::table)?;

    cli::environment::add_to_linker::<StoreState, WasiCli>(l, StoreState::cli)?;
    cli::exit::add_to_linker::<StoreState, WasiCli>(l, StoreState::cli)?;
    cli::stdin::add_to_linker::<StoreState, WasiCli>(l, StoreState::cli)?;
    cli::stdout::add_to_linker::<StoreState, WasiCli>(l, StoreState::cli)?;
    cli::stderr::add_to_linker::<StoreState, WasiCli>(l, StoreState::cli)?;
    cli::terminal_input::add_to_linker::<StoreState, WasiCli>(l, StoreState::cli)?;
    cli::terminal_output::add_to_linker::<StoreState, WasiCli>(l, StoreState::cli)?;
    cli::terminal_stdin::add_to_linker::<StoreState, WasiCli>(l, StoreState::cli)?;
    cli::terminal_stdout::add_to_linker::<StoreState, WasiCli>(l, StoreState::cli)?;
    cli::terminal_stderr::add_to_linker::<StoreState, WasiCli>(l, StoreState::cli)?;
    Ok(linker)
}

/// Bounds what the host keeps of a request that is not sent yet: the library bounds headers and paths alone.
fn bound_heads(linker: &mut Linker<StoreState>) -> wasmtime::Result<()> {
    linker.allow_shadowing(true);
    let mut types = linker.instance(HTTP_TYPES)?;
    types.func_wrap(
        "[method]outgoing-request.set-method",
        |mut store, (request, method): (Resource<HostOutgoingRequest>, Method)| {
            let state: &mut StoreState = store.data_mut();
            if let Method::Other(word) = &method {
                state.check_head(Some(word))?;
            }
            Ok((state.http().set_method(request, method)?,))
        },
    )?;
    types.func_wrap(
        "[method]outgoing-request.set-authority",
        |mut store, (request, host): (Resource<HostOutgoingRequest>, Option<String>)| {
            let state: &mut StoreState = store.data_mut();
            state.check_head(host.as_deref())?;
            Ok((state.http().set_authority(request, host)?,))
        },
    )?;
    types.func_wrap(
        "[method]outgoing-request.set-path-with-query",
        |mut store, (request, path): (Resource<HostOutgoingRequest>, Option<String>)| {
            let state: &mut StoreState = store.data_mut();
            state.check_head(path.as_deref())?;
            Ok((state.http().set_path_with_query(request, path)?,))
        },
    )?;
    linker.allow_shadowing(false);
    Ok(())
}

/// The imports a sandbox does not give, in the component's order.
pub(crate) fn refused(component: &ComponentType, engine: &wasmtime::Engine) -> Vec<String> {
    component
        .imports(engine)
        .filter(|(name, import)| !given(name, &import.ty, engine))
        .map(|(name, _)| name.to_owned())
        .collect()
}

fn given(name: &str, import: &ComponentItem, engine: &wasmtime::Engine) -> bool {
    let ComponentItem::ComponentInstance(instance) = import else {
        return false;
    };
    let interface = name
        .split_once('@')
        .map_or(name, |(interface, _)| interface);
    // An interface imported for its types alone gives a guest nothing to call.
    GIVEN.contains(&interface) || !instance.exports(engine).any(|(_, item)| callable(&item.ty))
}

fn callable(item: &ComponentItem) -> bool {
    !matches!(item, ComponentItem::Type(_))
}

/// Interfaces a guest may call. `sandbox` links each of them, and nothing else.
const GIVEN: &[&str] = &[
    "koalr:integration/log",
    "wasi:clocks/monotonic-clock",
    "wasi:http/types",
    "wasi:http/outgoing-handler",
    "wasi:io/error",
    "wasi:io/poll",
    "wasi:io/streams",
    "wasi:cli/environment",
    "wasi:cli/exit",
    "wasi:cli/stdin",
    "wasi:cli/stdout",
    "wasi:cli/stderr",
    "wasi:cli/terminal-input",
    "wasi:cli/terminal-output",
    "wasi:cli/terminal-stdin",
    "wasi:cli/terminal-stdout",
    "wasi:cli/terminal-stderr",
];

/// The interface as the library links it.
const HTTP_TYPES: &str = "wasi:http/types@0.2.12";

impl monotonic_clock::Host for StoreState {
    fn now(&mut self) -> wasmtime::Result<monotonic_clock::Instant> {
        Ok(0)
    }

    fn resolution(&mut self) -> wasmtime::Result<monotonic_clock::Duration> {
        Ok(1)
    }

    fn subscribe_instant(
        &mut self,
        _: monotonic_clock::Instant,
    ) -> wasmtime::Result<Resource<DynPollable>> {
        Err(wasmtime::Error::msg(TIMER))
    }

    fn subscribe_duration(
        &mut self,
        _: monotonic_clock::Duration,
    ) -> wasmtime::Result<Resource<DynPollable>> {
        Err(wasmtime::Error::msg(TIMER))
    }
}

/// Why a timer traps.
const TIMER: &str = "it set a timer, and waiting is the host's; return `resume-after-secs` instead";

/// Lends the resource table to `wasi:io`.
struct Table;

impl HasData for Table {
    type Data<'a> = &'a mut ResourceTable;
}
