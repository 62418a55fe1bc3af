//! Counts its calls, and remembers who asked.

use std::sync::Mutex;

use koalr_hostile_guests::{Hostile, guest, sync, told};

struct KeepsState;

impl Hostile for KeepsState {
    fn sync(request: sync::Request) -> Result<sync::Batch, sync::Error> {
        let mut seen = SEEN.lock().unwrap();
        let before = seen.join(",");
        seen.push(
            told::text(&request.settings, "tenant")
                .unwrap_or_default()
                .to_owned(),
        );
        Ok(told::batch([("seen before".to_owned(), before)]))
    }
}

static SEEN: Mutex<Vec<String>> = Mutex::new(Vec::new());

guest!(KeepsState);
