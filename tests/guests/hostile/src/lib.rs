//! What hostile guests have in common: the contract's types, and a harmless answer to every verb.
//!
//! A guest overrides the one verb it misbehaves in. Natively there is nothing here: a WIT export name does not link.
#![cfg(target_family = "wasm")]

pub mod ask;
pub mod harmless;
pub mod impostor;
pub mod told;

#[expect(missing_docs, clippy::pedantic, reason = "generated code")]
pub mod bindings {
    //! The contract, generated.

    wit_bindgen::generate!({
        path: "../../../wit",
        world: "koalr:integration/integration",
        generate_all,
        pub_export_macro: true,
        default_bindings_module: "koalr_hostile_guests::bindings",
    });
}

pub use bindings::exports::koalr::integration::{connect, describe, gate, score, sync};
pub use bindings::koalr::integration::{log, types};
pub use bindings::wasi;

/// An integration that does nothing wrong, until a verb of it is overridden.
pub trait Hostile {
    /// What it is: `hostile 0.1.0`, with one origin that a connection names and one for downloads.
    #[must_use]
    fn describe() -> describe::Manifest {
        harmless::manifest()
    }

    /// One organization, `org-1`.
    fn connect(request: connect::Request) -> Result<connect::Connection, connect::Error> {
        let _ = request;
        Ok(harmless::connection())
    }

    /// Nothing, completely.
    fn sync(request: sync::Request) -> Result<sync::Batch, sync::Error> {
        let _ = request;
        Ok(harmless::batch())
    }

    /// No risk.
    fn score(request: score::Request) -> Result<score::Assessment, score::Error> {
        let _ = request;
        Ok(harmless::assessment())
    }

    /// A pass.
    fn gate(request: gate::Request) -> Result<gate::Verdict, gate::Error> {
        let _ = request;
        Ok(harmless::verdict())
    }
}

impl<T: Hostile> describe::Guest for T {
    fn describe() -> describe::Manifest {
        <T as Hostile>::describe()
    }
}

impl<T: Hostile> connect::Guest for T {
    fn connect(request: connect::Request) -> Result<connect::Connection, connect::Error> {
        <T as Hostile>::connect(request)
    }
}

impl<T: Hostile> sync::Guest for T {
    fn sync(request: sync::Request) -> Result<sync::Batch, sync::Error> {
        <T as Hostile>::sync(request)
    }
}

impl<T: Hostile> score::Guest for T {
    fn score(request: score::Request) -> Result<score::Assessment, score::Error> {
        <T as Hostile>::score(request)
    }
}

impl<T: Hostile> gate::Guest for T {
    fn gate(request: gate::Request) -> Result<gate::Verdict, gate::Error> {
        <T as Hostile>::gate(request)
    }
}

/// Makes a component of a [`Hostile`] type.
#[macro_export]
macro_rules! guest {
    ($guest:ident) => {
        #[expect(unsafe_code, reason = "generated exports")]
        mod exported {
            use super::$guest;
            $crate::bindings::export!($guest with_types_in $crate::bindings);
        }
    };
}
