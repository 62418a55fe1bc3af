//! Computes in `sync`, and comes to no end.

use koalr_hostile_guests::{Hostile, guest, harmless, sync, told};

struct Spins;

impl Hostile for Spins {
    fn sync(request: sync::Request) -> Result<sync::Batch, sync::Error> {
        for step in 0..told::amount(&request) {
            std::hint::black_box(step);
        }
        Ok(harmless::batch())
    }
}

guest!(Spins);
