//! What the host logs during an attack.

use std::io;
use std::sync::{Arc, Mutex};

use tracing::subscriber::DefaultGuard;
use tracing::{Level, subscriber};

/// Keeps the log of this thread until it is dropped.
pub(super) struct Log {
    kept: Kept,
    _guard: DefaultGuard,
}

impl Log {
    pub(super) fn begin() -> Self {
        let kept = Kept::default();
        let writer = kept.clone();
        let lines = tracing_subscriber::fmt()
            .with_max_level(Level::DEBUG)
            .with_ansi(false)
            .without_time()
            .with_writer(move || writer.clone())
            .finish();
        Self {
            kept,
            _guard: subscriber::set_default(lines),
        }
    }

    /// The messages of the host and of guests, without level, span and fields.
    pub(super) fn lines(&self) -> Vec<String> {
        let bytes = self.kept.0.lock().unwrap();
        let text = String::from_utf8_lossy(&bytes);
        text.lines()
            .filter_map(|line| {
                let (_, message) = line.split_once(" koalr")?;
                let (_, message) = message.split_once(": ")?;
                let fields = message.rfind(" plugin=\"").unwrap_or(message.len());
                Some(message[..fields].to_owned())
            })
            .collect()
    }
}

#[derive(Clone, Default)]
struct Kept(Arc<Mutex<Vec<u8>>>);

impl io::Write for Kept {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
