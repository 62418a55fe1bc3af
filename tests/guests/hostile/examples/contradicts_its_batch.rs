//! Completes a listing and breaks it, in one batch.

use koalr_hostile_guests::{Hostile, describe, guest, impostor, sync};

struct ContradictsItsBatch;

impl Hostile for ContradictsItsBatch {
    fn describe() -> describe::Manifest {
        impostor::manifest()
    }

    fn sync(request: sync::Request) -> Result<sync::Batch, sync::Error> {
        let walk = sync::Walk {
            route: "issues".to_owned(),
            organization: impostor::organization(&request),
            changed_since: None,
            pages: 1,
            records: 0,
        };
        Ok(impostor::batch(vec![
            sync::Entry::WalkCompleted(walk.clone()),
            sync::Entry::WalkBroken(walk),
        ]))
    }
}

guest!(ContradictsItsBatch);
