//! Logs in `sync` without end.

use koalr_hostile_guests::{Hostile, guest, harmless, log, sync, told};

struct FloodsLogs;

impl Hostile for FloodsLogs {
    fn sync(request: sync::Request) -> Result<sync::Batch, sync::Error> {
        for line in 0..told::amount(&request) {
            log::emit(log::Level::Error, &format!("line {line} of a flood"));
        }
        Ok(harmless::batch())
    }
}

guest!(FloodsLogs);
