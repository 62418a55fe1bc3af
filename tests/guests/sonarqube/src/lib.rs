//! A SonarQube-like integration, written from `wit/` alone.
//!
//! `component.rs` answers the five verbs, `http.rs` sends; both exist only in WebAssembly. The rest is plain Rust on the
//! contract's generated types, so that it is tested natively: `wire.rs` alone knows the upstream's JSON, `walk/` plans what is
//! asked, `record.rs` says in the contract's words what came, `judge/` scores and gates.

#[cfg(target_family = "wasm")]
mod component;
pub mod connect;
mod endpoint;
#[cfg(target_family = "wasm")]
mod http;
mod instant;
pub mod judge;
pub mod manifest;
mod record;
pub mod settings;
pub mod transport;
pub mod walk;
mod wire;

/// The contract's generated types, under the names of its interfaces.
mod contract {
    pub(crate) use super::bindings::exports::koalr::integration::{
        connect, describe, gate, score, sync,
    };
    #[cfg(target_family = "wasm")]
    pub(crate) use super::bindings::koalr::integration::log;
    pub(crate) use super::bindings::koalr::integration::types;
}

#[expect(clippy::pedantic, reason = "generated code")]
#[cfg_attr(
    target_family = "wasm",
    expect(unsafe_code, reason = "generated exports have fixed names")
)]
mod bindings {
    wit_bindgen::generate!({
        path: "../../../wit",
        world: "koalr:integration/integration",
        generate_all,
    });

    // A native `cdylib` whose exports have names from WIT does not link.
    #[cfg(target_family = "wasm")]
    export!(Plugin);

    #[cfg(target_family = "wasm")]
    use super::component::Plugin;
}
