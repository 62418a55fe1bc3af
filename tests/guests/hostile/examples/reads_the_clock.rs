//! Asks what time it is.

use koalr_hostile_guests::{Hostile, guest, sync, told};

struct ReadsTheClock;

impl Hostile for ReadsTheClock {
    fn sync(_: sync::Request) -> Result<sync::Batch, sync::Error> {
        let now = format!("{:?}", std::time::SystemTime::now());
        Ok(told::batch([("clock".to_owned(), now)]))
    }
}

guest!(ReadsTheClock);
