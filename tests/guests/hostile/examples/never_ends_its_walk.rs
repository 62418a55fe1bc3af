//! Goes on for ever, each time from another place.

use koalr_hostile_guests::{Hostile, describe, guest, impostor, sync};

struct NeverEndsItsWalk;

impl Hostile for NeverEndsItsWalk {
    fn describe() -> describe::Manifest {
        impostor::manifest()
    }

    fn sync(request: sync::Request) -> Result<sync::Batch, sync::Error> {
        let next = impostor::place(&request) + 1;
        Ok(impostor::goes_on(&request, next))
    }
}

guest!(NeverEndsItsWalk);
