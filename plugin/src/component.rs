//! The component's face: the only room that knows the contract's generated types.

mod convert;
mod http;

use koalr_integration_kit::{gate, model, score};

use self::bindings::exports::koalr::integration as api;
use self::bindings::koalr::integration::log;
use self::convert::Convert;
use self::http::Http;
use crate::transport::Base;
use crate::{connect, manifest, sync};

#[expect(unsafe_code, clippy::pedantic, reason = "generated code")]
mod bindings {
    wit_bindgen::generate!({
        path: "../wit",
        world: "koalr:integration/integration",
        generate_all,
    });

    export!(Plugin);

    use super::Plugin;
}

struct Plugin;

impl api::describe::Guest for Plugin {
    fn describe() -> api::describe::Manifest {
        manifest::describe().convert()
    }
}

impl api::connect::Guest for Plugin {
    fn connect(
        request: api::connect::Request,
    ) -> Result<api::connect::Connection, api::connect::Error> {
        tell_panics();
        let request: model::connection::ConnectRequest = request.convert();
        connect::connect(&request, &mut transport(&request.endpoint.base)).convert()
    }
}

impl api::sync::Guest for Plugin {
    fn sync(request: api::sync::Request) -> Result<api::sync::Batch, api::sync::Error> {
        tell_panics();
        let request: model::walk::SyncRequest = request.convert();
        let result = sync::sync(&request, &mut transport(&request.endpoint.base));
        for odd in result.iter().flat_map(|batch| &batch.diagnostics) {
            log::emit(log::Level::Warn, &format!("{} ({})", odd.message, odd.code));
        }
        result.convert()
    }
}

impl api::score::Guest for Plugin {
    fn score(request: api::score::Request) -> Result<api::score::Assessment, api::score::Error> {
        tell_panics();
        score::score(&request.convert()).convert()
    }
}

impl api::gate::Guest for Plugin {
    fn gate(request: api::gate::Request) -> Result<api::gate::Verdict, api::gate::Error> {
        tell_panics();
        gate::gate(&request.convert()).convert()
    }
}

/// The verbs refuse a base that is none; what is sent nevertheless fails in the host.
fn transport(base: &str) -> Http {
    let base = Base::parse(base);
    Http::new(
        base.is_none_or(|base| base.secure),
        base.map_or("", |base| base.authority),
    )
}

/// Hands panic texts to the host's log: a build without WASI's standard error has no other way.
fn tell_panics() {
    std::panic::set_hook(Box::new(|panic| {
        log::emit(log::Level::Error, &panic.to_string());
    }));
}
