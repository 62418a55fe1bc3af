//! Requests that are wrong in every way that the document lets one think of.

mod bodies;
mod cases;

use std::collections::BTreeMap;

use koalr_upstream::Dice;
use serde_json::Value;

use super::operations::Operation;
use super::stage::Stage;
use super::wire::{Answer, Request};
use cases::{Case, Expected};

#[test]
fn no_wrong_request_is_answered_with_more_than_what_is_wrong_with_it() {
    let mut stage = Stage::new();
    let operations = stage.document.operations();
    let most = REQUESTS / operations.len();
    let (mut wrong, mut statuses) = (Vec::new(), BTreeMap::<_, usize>::new());
    for operation in &operations {
        let good = stage.owner.asks(operation);
        let mut cases = cases::of(&stage.document, &operations, operation, &good);
        shuffle(&mut cases, operation.id.len() as u64);
        for case in cases.into_iter().take(most) {
            let answer = stage.wire.ask(&case.request);
            let status = answer.as_ref().map(|answer| answer.status);
            *statuses.entry(status).or_default() += 1;
            let all = amiss(&stage, operation, &case, answer.as_ref());
            wrong.extend(all.into_iter().map(|one| format!("{case:?}: {one}")));
            if case.expected == Expected::Broken {
                stage.wire.hang_up();
            }
        }
    }
    println!("requests by status, none where the connection was ended: {statuses:?}");
    assert!(
        wrong.is_empty(),
        "{} wrong: {:#?}",
        wrong.len(),
        &wrong[..wrong.len().min(20)]
    );
    let alive = stage.wire.ask(&Request::new("GET", "/readyz")).unwrap();
    assert_eq!(alive.status, 200);
    for operation in operations.iter().filter(|one| one.method == "GET") {
        let request = stage.owner.asks(operation);
        assert_eq!(stage.ask(operation, &request).status, operation.status());
    }
    let log = stage.served.log();
    assert!(!log.contains("panicked"), "{log}");
}

/// What must not be so.
fn amiss(
    stage: &Stage,
    operation: &Operation,
    case: &Case,
    answer: Option<&Answer>,
) -> Vec<String> {
    let Some(answer) = answer else {
        let is_expected = case.expected == Expected::Broken;
        return if is_expected {
            Vec::new()
        } else {
            vec!["no answer".to_owned()]
        };
    };
    let status = answer.status;
    let mut wrong = Vec::new();
    let mut check = |holds: bool, what: &str| {
        if !holds {
            let text = String::from_utf8_lossy(&answer.body);
            wrong.push(format!("{status}, {what}: {text}"));
        }
    };
    check(status < 500, "the server failed");
    match case.expected {
        Expected::Refused => check((400..500).contains(&status), "it was not refused"),
        Expected::Status(expected) => check(status == expected, "it has another status"),
        Expected::Answered | Expected::Broken => {}
    }
    // What is no HTTP is refused below the API, with an empty body.
    let is_below = case.expected == Expected::Broken && answer.body.is_empty();
    if status >= 400 && !is_below && case.request.method != "HEAD" {
        let said = answer.json();
        check(
            answer.has_type("application/problem+json"),
            "it is no problem document",
        );
        check(said["status"] == status, "the document has another status");
        let is_said = |name: &str| said[name].as_str().is_some_and(|text| !text.is_empty());
        check(is_said("title") && is_said("detail"), "nothing is said");
        check(
            is_plain(&said),
            "it has characters that do something to a terminal",
        );
    }
    let text = String::from_utf8_lossy(&answer.body);
    for word in INTERNAL {
        check(!text.contains(word), word);
    }
    if !is_below && ![405, 431].contains(&status) && case.request.method != "HEAD" {
        wrong.extend(stage.wrong(operation, answer));
    }
    wrong
}

/// Whether no text of a document moves a cursor or turns the direction of writing.
fn is_plain(document: &Value) -> bool {
    match document {
        Value::String(text) => !text.chars().any(|one| {
            one.is_control() || matches!(one, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
        }),
        Value::Array(items) => items.iter().all(is_plain),
        Value::Object(members) => members.values().all(is_plain),
        _ => true,
    }
}

/// The same order in every run.
fn shuffle<T>(items: &mut [T], seed: u64) {
    let mut dice = Dice::new(seed);
    for left in (1..items.len()).rev() {
        items.swap(left, dice.place(left + 1));
    }
}

/// Words that nobody outside should read.
const INTERNAL: [&str; 7] = [
    "/tmp", ".db", "SELECT", "rusqlite", "sqlite", "panicked", "src/",
];

/// Of all operations together. More take long and find little.
const REQUESTS: usize = 2_000;
