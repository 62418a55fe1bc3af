//! Traps in each verb.

use koalr_hostile_guests::{Hostile, connect, describe, gate, guest, score, sync};

struct Traps;

impl Hostile for Traps {
    fn describe() -> describe::Manifest {
        std::process::abort()
    }

    fn connect(_: connect::Request) -> Result<connect::Connection, connect::Error> {
        std::process::abort()
    }

    fn sync(_: sync::Request) -> Result<sync::Batch, sync::Error> {
        std::process::abort()
    }

    fn score(_: score::Request) -> Result<score::Assessment, score::Error> {
        std::process::abort()
    }

    fn gate(_: gate::Request) -> Result<gate::Verdict, gate::Error> {
        std::process::abort()
    }
}

guest!(Traps);
