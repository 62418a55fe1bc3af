//! Sends requests to other ports of the pinned host.

use koalr_hostile_guests::{Hostile, ask, guest, sync, told};

struct CallsAnotherPort;

impl Hostile for CallsAnotherPort {
    fn sync(request: sync::Request) -> Result<sync::Batch, sync::Error> {
        let urls = [
            "http://127.0.0.1/rest/self",
            "http://127.0.0.1:1/rest/self",
            "http://127.0.0.1:65535/rest/self",
        ];
        let _ = request;
        Ok(told::batch(
            urls.map(|url| (url.to_owned(), told::line(ask::get(url)))),
        ))
    }
}

guest!(CallsAnotherPort);
