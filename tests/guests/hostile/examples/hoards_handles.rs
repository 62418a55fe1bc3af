//! Opens handles in `sync`, and drops none.

use koalr_hostile_guests::wasi::http::types::Fields;
use koalr_hostile_guests::{Hostile, guest, harmless, sync, told};

struct HoardsHandles;

impl Hostile for HoardsHandles {
    fn sync(request: sync::Request) -> Result<sync::Batch, sync::Error> {
        let mut held = Vec::new();
        for _ in 0..told::amount(&request) {
            held.push(Fields::new());
        }
        Ok(harmless::batch())
    }
}

guest!(HoardsHandles);
