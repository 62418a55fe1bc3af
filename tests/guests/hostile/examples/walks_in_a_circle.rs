//! Comes back to where it was, again and again.

use koalr_hostile_guests::{Hostile, describe, guest, impostor, sync};

struct WalksInACircle;

impl Hostile for WalksInACircle {
    fn describe() -> describe::Manifest {
        impostor::manifest()
    }

    fn sync(request: sync::Request) -> Result<sync::Batch, sync::Error> {
        let next = (impostor::place(&request) + 1) % 3;
        Ok(impostor::goes_on(&request, next))
    }
}

guest!(WalksInACircle);
