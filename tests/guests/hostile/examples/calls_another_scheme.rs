//! Sends requests in other schemes to the pinned host.

use koalr_hostile_guests::{Hostile, ask, guest, sync, told};

struct CallsAnotherScheme;

impl Hostile for CallsAnotherScheme {
    fn sync(request: sync::Request) -> Result<sync::Batch, sync::Error> {
        let own = request.endpoint.base.trim_start_matches("http://");
        let urls =
            ["https", "ftp", "file", "ws"].map(|scheme| format!("{scheme}://{own}/rest/self"));
        Ok(told::batch(urls.map(|url| {
            let answer = told::line(ask::get(&url));
            (url, answer)
        })))
    }
}

guest!(CallsAnotherScheme);
