//! The contract of `wit/` as Rust types, generated.
//!
//! One module per interface, with the contract's own names. Nothing outside the host's boundary should build on these.

mod generated {
    #![expect(missing_docs, reason = "documented in `wit/`")]

    wasmtime::component::bindgen!({
        path: "../../wit",
        world: "koalr:integration/integration",
        exports: { default: async },
        additional_derives: [PartialEq],
        with: {
            "wasi:http": wasmtime_wasi_http::p2::bindings::http,
            "wasi:io": wasmtime_wasi::p2::bindings::io,
            "wasi:clocks": wasmtime_wasi::p2::bindings::clocks,
        },
    });
}

pub use generated::exports::koalr::integration::{connect, describe, gate, score, sync};
pub(crate) use generated::koalr::integration::log;
pub use generated::koalr::integration::types;

/// Package whose interfaces an integration exports.
pub(crate) const PACKAGE: &str = "koalr:integration/";

/// Version line of the contract this host speaks: any patch of it is compatible.
pub const VERSION_LINE: &str = "0.1";
