//! Logs one very long message.

use koalr_hostile_guests::{Hostile, guest, harmless, log, sync, told};

struct LogsHugely;

impl Hostile for LogsHugely {
    fn sync(request: sync::Request) -> Result<sync::Batch, sync::Error> {
        let bytes = usize::try_from(told::amount(&request).min(8 << 20)).unwrap();
        log::emit(log::Level::Error, &"y".repeat(bytes));
        Ok(harmless::batch())
    }
}

guest!(LogsHugely);
