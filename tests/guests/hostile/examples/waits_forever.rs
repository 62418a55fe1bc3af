//! Waits in `sync` for an answer that never comes.

use koalr_hostile_guests::{Hostile, ask, guest, sync, told};

struct WaitsForever;

impl Hostile for WaitsForever {
    fn sync(request: sync::Request) -> Result<sync::Batch, sync::Error> {
        let answer = ask::get(&told::at(&request, "/rest/self"));
        Ok(told::batch([("answer".to_owned(), told::line(answer))]))
    }
}

guest!(WaitsForever);
