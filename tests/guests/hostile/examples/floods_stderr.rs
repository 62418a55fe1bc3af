//! Writes to standard error in `sync` without end.

use koalr_hostile_guests::{Hostile, guest, harmless, sync, told};

struct FloodsStderr;

impl Hostile for FloodsStderr {
    fn sync(request: sync::Request) -> Result<sync::Batch, sync::Error> {
        for line in 0..told::amount(&request) {
            eprintln!("line {line} of a flood");
        }
        Ok(harmless::batch())
    }
}

guest!(FloodsStderr);
