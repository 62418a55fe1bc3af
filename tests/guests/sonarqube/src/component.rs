//! The component's face: one function a verb.

use crate::contract::{connect, describe, gate, log, score, sync};
use crate::http::Http;
use crate::{judge, manifest, settings, walk};

/// What the world's exports are implemented on. It holds nothing: no call remembers another.
pub(crate) struct Plugin;

impl describe::Guest for Plugin {
    fn describe() -> describe::Manifest {
        manifest::describe()
    }
}

impl connect::Guest for Plugin {
    fn connect(request: connect::Request) -> Result<connect::Connection, connect::Error> {
        let context =
            settings::context_path(&request.settings).map_err(connect::Error::InvalidSetting)?;
        let mut http = Http::new(&request.endpoint.base, context);
        crate::connect::connect(&request, &mut http)
    }
}

impl sync::Guest for Plugin {
    fn sync(request: sync::Request) -> Result<sync::Batch, sync::Error> {
        let context = settings::context_path(&request.settings).map_err(|(key, expected)| {
            sync::Error::InvalidRequest(format!("setting `{key}`: {expected}"))
        })?;
        let mut http = Http::new(&request.endpoint.base, context);
        let batch = walk::sync(&request, &mut http)?;
        for odd in &batch.diagnostics {
            log::emit(log::Level::Warn, &format!("{} ({})", odd.message, odd.code));
        }
        Ok(batch)
    }
}

impl score::Guest for Plugin {
    fn score(request: score::Request) -> Result<score::Assessment, score::Error> {
        Ok(judge::score(&request.evidence))
    }
}

impl gate::Guest for Plugin {
    fn gate(request: gate::Request) -> Result<gate::Verdict, gate::Error> {
        judge::gate(&request)
    }
}
