//! Reads a file of the host.

use koalr_hostile_guests::{Hostile, guest, sync, told};

struct ReadsFiles;

impl Hostile for ReadsFiles {
    fn sync(_: sync::Request) -> Result<sync::Batch, sync::Error> {
        let read = std::fs::read_to_string("/etc/passwd").unwrap_or_else(|error| error.to_string());
        Ok(told::batch([("file".to_owned(), read)]))
    }
}

guest!(ReadsFiles);
