//! What came of calls that were made again.

use std::path::Path;

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use super::escape::plain;
use super::layout::below;
use crate::recording::{Difference, Header, Replayed};

/// What came of one recording.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct ReplayReport {
    /// The file of the recording.
    pub file: String,
    /// The verb that was called; none if it could not be replayed.
    pub verb: Option<String>,
    /// Id of the integration; none if it could not be replayed.
    pub integration: Option<String>,
    /// Whether it came to the same.
    pub state: ReplayState,
    /// Why it could not be replayed; none if it was.
    pub reason: Option<String>,
    /// Where what came of it is not what was recorded.
    pub differences: Vec<Difference>,
    /// Requests that were recorded and not made now.
    pub not_made: Vec<String>,
    /// Requests that the recording has no answer to.
    pub unanswered: Vec<String>,
    /// What is not as it was when it was recorded: another component, another limit.
    pub otherwise: Vec<String>,
    /// Requests that were made.
    pub requests: u32,
    /// Time by the clock, in milliseconds.
    pub wall_ms: u64,
    /// Computing time, in ticks of 10 ms.
    pub cpu_ticks: u64,
    /// Largest memory, in bytes.
    pub memory_peak_bytes: u64,
}

/// Whether a replay came to the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ReplayState {
    /// The same outcome, by the same requests.
    Same,
    /// Another outcome, or other requests.
    Different,
    /// It could not be replayed.
    NotReplayed,
}

impl ReplayReport {
    /// Of a call that was made again.
    #[must_use]
    pub fn of(file: &Path, header: &Header, replayed: Replayed) -> Self {
        let state = if replayed.is_same() {
            ReplayState::Same
        } else {
            ReplayState::Different
        };
        Self {
            verb: Some(header.asked.verb().to_string()),
            integration: Some(header.integration.clone()),
            state,
            reason: None,
            differences: replayed.differences,
            not_made: replayed.not_made,
            unanswered: replayed.unanswered,
            otherwise: replayed.otherwise,
            requests: replayed.requests,
            wall_ms: u64::try_from(replayed.wall.as_millis()).unwrap_or(u64::MAX),
            cpu_ticks: replayed.cpu_ticks,
            memory_peak_bytes: replayed.memory_peak,
            ..Self::failed(file, String::new())
        }
    }

    /// Of one that could not.
    #[must_use]
    pub fn failed(file: &Path, reason: String) -> Self {
        Self {
            file: file.display().to_string(),
            verb: None,
            integration: None,
            state: ReplayState::NotReplayed,
            reason: Some(reason),
            differences: Vec::new(),
            not_made: Vec::new(),
            unanswered: Vec::new(),
            otherwise: Vec::new(),
            requests: 0,
            wall_ms: 0,
            cpu_ticks: 0,
            memory_peak_bytes: 0,
        }
    }
}

/// For people: whether it is the same, and what is not, the first of it first.
#[must_use]
pub fn replay_text(report: &ReplayReport) -> String {
    let file = plain(&report.file);
    let mut text = match report.state {
        ReplayState::Same => {
            let (requests, memory) = (report.requests, report.memory_peak_bytes >> 20);
            let ms = report.wall_ms;
            format!("{file}: the same; {requests} requests, {ms} ms, {memory} MiB\n")
        }
        ReplayState::Different => format!("{file}: not the same\n"),
        ReplayState::NotReplayed => {
            let reason = report.reason.as_deref().unwrap_or_default();
            return format!("{file}: not replayed: {}\n", plain(reason));
        }
    };
    let differences: Vec<String> = report.differences.iter().map(line).collect();
    for (what, lines) in [
        ("with", &report.otherwise),
        ("differs", &differences),
        ("not asked any more", &report.not_made),
        ("asked, and not in the recording", &report.unanswered),
    ] {
        for line in lines.iter().take(MOST_LINES) {
            below(&mut text, 2, &format!("{what}: {}", plain(line)));
        }
        if lines.len() > MOST_LINES {
            let more = lines.len() - MOST_LINES;
            below(&mut text, 2, &format!("{what}: {more} more"));
        }
    }
    text
}

fn line(difference: &Difference) -> String {
    let Difference {
        path,
        recorded,
        replayed,
    } = difference;
    format!(
        "{path}: {} → {}",
        short(recorded.as_ref()),
        short(replayed.as_ref())
    )
}

/// A value in a line: a text as it is, anything else as JSON.
fn short(value: Option<&Value>) -> String {
    let text = match value {
        None => "nothing".to_owned(),
        Some(Value::String(text)) => text.clone(),
        Some(value) => value.to_string(),
    };
    match text.char_indices().nth(MOST_CHARS) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text,
    }
}

/// Lines of one kind; the first says where to look.
const MOST_LINES: usize = 20;
/// Characters of a value.
const MOST_CHARS: usize = 120;

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_differs_is_told_by_its_place() {
        let mut report = ReplayReport::failed(Path::new("sync-1.jsonl"), String::new());
        report.state = ReplayState::Different;
        report.differences = vec![
            Difference {
                path: "records[17].finding.severity".to_owned(),
                recorded: Some(json!("high")),
                replayed: Some(json!("medium")),
            },
            Difference {
                path: "records[18]".to_owned(),
                recorded: Some(json!({ "fix": 1 })),
                replayed: None,
            },
        ];
        report.unanswered = vec!["GET https://api.example.com/\u{1b}x".to_owned()];
        assert_eq!(
            replay_text(&report),
            "sync-1.jsonl: not the same\n  differs: records[17].finding.severity: high → medium\n  differs: records[18]: {\"fix\":1} → nothing\n  asked, and not in the recording: GET https://api.example.com/\u{fffd}x\n"
        );
    }

    #[test]
    fn of_many_differences_the_first_are_told_and_the_rest_counted() {
        let mut report = ReplayReport::failed(Path::new("sync-1.jsonl"), String::new());
        report.state = ReplayState::Different;
        report.not_made = (0..30).map(|number| format!("GET /{number}")).collect();
        let text = replay_text(&report);
        assert_eq!(text.lines().count(), 22);
        assert!(text.ends_with("  not asked any more: 10 more\n"), "{text}");
    }

    #[test]
    fn what_cannot_be_replayed_is_told_with_its_reason() {
        let report = ReplayReport::failed(Path::new("a.jsonl"), "it ends".to_owned());
        assert_eq!(replay_text(&report), "a.jsonl: not replayed: it ends\n");
    }
}
