//! Panics in `sync` with megabytes that look like secrets and forge a line of the log.

use koalr_hostile_guests::{Hostile, guest, sync};

struct Panics;

impl Hostile for Panics {
    fn sync(_: sync::Request) -> Result<sync::Batch, sync::Error> {
        let message = "password=hunter2\nERROR forged\x1b[31m ".repeat(100_000);
        panic!("{message}")
    }
}

guest!(Panics);
