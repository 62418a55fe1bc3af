//! Computes in `describe`, and comes to no end.

use koalr_hostile_guests::{Hostile, describe, guest};

struct NeverDescribes;

impl Hostile for NeverDescribes {
    fn describe() -> describe::Manifest {
        loop {
            std::hint::spin_loop();
        }
    }
}

guest!(NeverDescribes);
