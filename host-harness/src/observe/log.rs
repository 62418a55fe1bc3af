//! Where log lines go, and what they look like.

use time::OffsetDateTime;
use tracing::Level;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

use super::json::JsonLines;

/// What is logged to standard error, and how.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LogSettings {
    /// The least urgent level that is logged.
    pub level: Level,
    /// How a line looks.
    pub format: LogFormat,
}

/// How a log line looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum LogFormat {
    /// For people.
    #[default]
    Text,
    /// For programs: one JSON object a line.
    Json,
}

impl Default for LogSettings {
    /// Only what went wrong, for people.
    fn default() -> Self {
        Self {
            level: Level::ERROR,
            format: LogFormat::default(),
        }
    }
}

impl LogSettings {
    /// The same, with at least what so many `-v` ask for.
    #[must_use]
    pub fn verbose(self, flags: u8) -> Self {
        let asked = match flags {
            0 => return self,
            1 => Level::INFO,
            _ => Level::DEBUG,
        };
        // The more a level lets through, the larger it is.
        let level = self.level.max(asked);
        Self { level, ..self }
    }
}

/// Logs from now on. Only what this project says: the crates below would bury it.
pub fn log_to_standard_error(settings: LogSettings) {
    let text = (settings.format == LogFormat::Text).then(|| {
        tracing_subscriber::fmt::layer()
            .with_writer(std::io::stderr)
            .with_ansi(false)
    });
    let json = (settings.format == LogFormat::Json)
        .then(|| JsonLines::new(std::io::stderr, OffsetDateTime::now_utc));
    let ours = Targets::new().with_target("koalr", settings.level);
    // A second initialisation can only happen in a test, where the first one serves.
    let _ = tracing_subscriber::registry()
        .with(text)
        .with(json)
        .with(ours)
        .try_init();
}
