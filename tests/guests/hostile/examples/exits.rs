//! Ends its own process in `sync`.

use koalr_hostile_guests::{Hostile, guest, sync};

struct Exits;

impl Hostile for Exits {
    fn sync(_: sync::Request) -> Result<sync::Batch, sync::Error> {
        std::process::exit(7)
    }
}

guest!(Exits);
