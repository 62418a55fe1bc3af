//! Sends requests that are denied, without end, and with long addresses.

use koalr_hostile_guests::{Hostile, ask, guest, sync, told};

struct FloodsDenials;

impl Hostile for FloodsDenials {
    fn sync(request: sync::Request) -> Result<sync::Batch, sync::Error> {
        let long = "a".repeat(10_000);
        for number in 0..told::amount(&request) {
            let url = told::at(&request, &format!("/nowhere/{number}/{long}"));
            let _ = ask::get(&url);
        }
        Ok(told::batch([]))
    }
}

guest!(FloodsDenials);
