use std::collections::BTreeMap;

use koalr_platform::model::common::Endpoint;
use koalr_platform::model::connection::{ConnectRequest, CredentialFacts};
use koalr_runtime::{CameTo, Content, Recorded};
use serde_json::{Value, json};

use super::*;
use crate::recording::{Asked, Header, Outcome};

fn header() -> Header {
    Header {
        format: FORMAT,
        contract: contract::VERSION_LINE.to_owned(),
        host: "0.1.0".to_owned(),
        integration: "sample".to_owned(),
        version: "0.1.0".to_owned(),
        component: "00".to_owned(),
        limits: BTreeMap::new(),
        way: None,
        asked: Asked::Connect(ConnectRequest {
            endpoint: Endpoint {
                origin: "US-01".to_owned(),
                base: "https://api.example.com".to_owned(),
            },
            credential: CredentialFacts {
                kind: None,
                audience_host: None,
            },
            organizations: Vec::new(),
            settings: Vec::new(),
            as_of: 0,
        }),
    }
}

fn exchange() -> Recorded {
    Recorded {
        method: "GET".to_owned(),
        url: "https://api.example.com/a".to_owned(),
        occurrence: 0,
        sent: Content::default(),
        came_to: CameTo::Unanswered,
    }
}

/// The lines of a recording with one exchange.
fn lines() -> Vec<Value> {
    let end = Line::End {
        outcome: Outcome::Brought(json!({})),
        exchanges: 1,
        cut: None,
    };
    let header = Line::Recording(Box::new(header()));
    [header, Line::Exchange(exchange()), end]
        .map(|line| serde_json::to_value(line).unwrap())
        .into()
}

/// What is read of a file with these lines; an error without the file's own path.
fn read_of(lines: &[Value]) -> Result<Recording, String> {
    let text: Vec<String> = lines.iter().map(ToString::to_string).collect();
    read_text(&text.join("\n"))
}

fn read_text(text: &str) -> Result<Recording, String> {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("call.jsonl");
    fs::write(&path, text).unwrap();
    let error = |error: RecordingError| {
        let path = path.display().to_string();
        error.to_string().replace(&path, "FILE")
    };
    read(&path).map_err(error)
}

#[test]
fn what_was_written_is_read() {
    let recording = read_of(&lines()).unwrap();
    assert_eq!(recording.header, header());
    assert_eq!(recording.exchanges, [exchange()]);
    assert_eq!(recording.outcome, Outcome::Brought(json!({})));
}

#[test]
fn a_recording_that_ends_too_early_is_refused() {
    assert_eq!(
        read_of(&lines()[..2]).unwrap_err(),
        "`FILE` ends after line 2, before the call did, so it cannot be replayed; record the call again"
    );
}

#[test]
fn a_recording_that_says_it_is_not_complete_is_refused_with_its_reason() {
    let mut lines = lines();
    lines[2]["end"]["cut"] = "the answers have more than 256 MiB in all".into();
    assert_eq!(
        read_of(&lines).unwrap_err(),
        "`FILE` is not complete, so it cannot be replayed: the answers have more than 256 MiB in all"
    );
}

#[test]
fn a_damaged_line_is_named_by_its_number() {
    let mut text: Vec<String> = lines().iter().map(ToString::to_string).collect();
    text[1].truncate(20);
    let sentence = read_text(&text.join("\n")).unwrap_err();
    assert!(
        sentence.starts_with("`FILE` is damaged at line 2: EOF while parsing"),
        "{sentence}"
    );
    let mut twice = lines();
    twice.insert(1, twice[0].clone());
    assert_eq!(
        read_of(&twice).unwrap_err(),
        "`FILE` is damaged at line 2: it stands where no such line can stand"
    );
    let mut fewer = lines();
    fewer.remove(1);
    assert_eq!(
        read_of(&fewer).unwrap_err(),
        "`FILE` is damaged at line 2: it names 1 exchanges, and there are 0 before it"
    );
}

#[test]
fn what_is_of_another_form_or_contract_is_refused_before_it_is_understood() {
    let other = json!({ "recording": { "format": 2, "contract": "0.9", "new": true } });
    assert_eq!(
        read_of(&[other]).unwrap_err(),
        "`FILE` has format 2 and contract `0.9`, and this host replays format 1 and contract `0.1`; use the `koalr` that recorded it"
    );
}

#[test]
fn what_a_file_says_is_shown_on_one_line() {
    let shows = |lines: &[Value], expected: &str| {
        let sentence = read_of(lines).unwrap_err();
        assert!(sentence.contains(expected), "{sentence}");
        assert!(!sentence.contains(char::is_control), "{sentence:?}");
    };
    let mut cut = lines();
    cut[2]["end"]["cut"] = "too \u{1b}[31mlarge\n".into();
    shows(&cut, "too \u{fffd}[31mlarge");
    let mut unknown = lines();
    unknown[1] = json!({ "exchange": { "\u{1b}]0;x": 1 } });
    shows(&unknown, "unknown field `\u{fffd}]0;x`");
    let other = json!({ "recording": { "format": 1, "contract": "9\u{1b}[2J" } });
    shows(&[other], "contract `9\u{fffd}[2J`");
}

#[test]
fn what_is_no_recording_is_told_so() {
    for text in ["{}", "\n", "\u{0}\u{ff}"] {
        assert_eq!(
            read_text(text).unwrap_err(),
            "`FILE` is no recording; make one with `--record DIR`"
        );
    }
}

#[test]
fn a_directory_is_read_by_verb_and_number() {
    let directory = tempfile::tempdir().unwrap();
    for name in [
        "sync-10.jsonl",
        "sync-2.jsonl",
        "connect-3.jsonl",
        ".call-x.part",
    ] {
        fs::write(directory.path().join(name), "").unwrap();
    }
    let found = read_all(directory.path()).unwrap();
    let names: Vec<_> = found
        .iter()
        .map(|(path, _)| path.file_name().unwrap())
        .collect();
    assert_eq!(names, ["connect-3.jsonl", "sync-2.jsonl", "sync-10.jsonl"]);
}

#[test]
fn a_directory_without_recordings_is_told_so() {
    let directory = tempfile::tempdir().unwrap();
    assert_eq!(
        read_all(directory.path()).unwrap_err().to_string(),
        format!(
            "reading `{}`: there is no recording in it, which is a file that ends in `.jsonl`",
            directory.path().display()
        )
    );
}
