//! Tells of requests that it never sent.

use koalr_hostile_guests::{Hostile, describe, guest, impostor, sync};

struct LiesAboutRequests;

impl Hostile for LiesAboutRequests {
    fn describe() -> describe::Manifest {
        impostor::manifest()
    }

    fn sync(request: sync::Request) -> Result<sync::Batch, sync::Error> {
        let _ = request;
        Ok(sync::Batch {
            requests: 7,
            ..impostor::batch(Vec::new())
        })
    }
}

guest!(LiesAboutRequests);
