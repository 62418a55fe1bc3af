//! Sets a timer in `sync`, although waiting is the host's.

use koalr_hostile_guests::{Hostile, guest, harmless, sync};

struct Sleeps;

impl Hostile for Sleeps {
    fn sync(_: sync::Request) -> Result<sync::Batch, sync::Error> {
        std::thread::sleep(std::time::Duration::from_secs(1));
        Ok(harmless::batch())
    }
}

guest!(Sleeps);
