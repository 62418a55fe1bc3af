//! Computes without end in `sync`.

use koalr_hostile_guests::{Hostile, guest, sync};

struct Spins;

impl Hostile for Spins {
    fn sync(_: sync::Request) -> Result<sync::Batch, sync::Error> {
        loop {
            std::hint::spin_loop();
        }
    }
}

guest!(Spins);
