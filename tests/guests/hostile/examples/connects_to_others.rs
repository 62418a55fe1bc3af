//! Connects to an organization that nobody chose.

use koalr_hostile_guests::{Hostile, connect, describe, guest, harmless, impostor};

struct ConnectsToOthers;

impl Hostile for ConnectsToOthers {
    fn describe() -> describe::Manifest {
        impostor::manifest()
    }

    fn connect(request: connect::Request) -> Result<connect::Connection, connect::Error> {
        let _ = request;
        Ok(harmless::connection())
    }
}

guest!(ConnectsToOthers);
