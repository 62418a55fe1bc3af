//! Logs what looks like lines of the host.

use koalr_hostile_guests::{Hostile, guest, harmless, log, sync};

struct ForgesLogs;

impl Hostile for ForgesLogs {
    fn sync(_: sync::Request) -> Result<sync::Batch, sync::Error> {
        for forged in [
            "fine\n2026-01-01T00:00:00Z ERROR forged by newline",
            "fine\r\x1b[2K\x1b[31mERROR forged by escape",
            "fine\u{2028}ERROR forged by separator",
            "fine \u{202e}degrof\u{202c}",
        ] {
            log::emit(log::Level::Info, forged);
        }
        Ok(harmless::batch())
    }
}

guest!(ForgesLogs);
