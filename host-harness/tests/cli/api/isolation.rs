//! What another tenant has is answered as what nobody has, at every address.

use serde_json::Value;

use super::operations::Operation;
use super::stage::{Stage, Tenant};
use super::wire::{Answer, Request};

#[test]
fn what_another_tenant_has_is_answered_as_what_nobody_has() {
    // Each of the three is asked once: what was asked before must not show.
    let (mut stage, mut twin) = (Stage::new(), Stage::new());
    let mut without = Stage::without_the_owner();
    let operations = stage.document.operations();
    let before = seen_by(&mut stage, &operations);
    let mut table = Vec::new();
    for operation in operations.iter().filter(|one| one.scope.is_some()) {
        let theirs = by_the_rival(&stage, &stage.owner, operation);
        let nobodys = by_the_rival(&twin, &nobody(&twin.owner.upstream), operation);
        let elsewhere = by_the_rival(&without, &without.owner, operation);
        let theirs = stage.ask(operation, &theirs);
        let nobodys = twin.ask(operation, &nobodys);
        // What has no tenant's id in it, such as the name of an integration, is asked where the owner has nothing.
        let elsewhere = without.ask(operation, &elsewhere);
        let told =
            |stage: &Stage, one: &Answer| (one.status, masked(&one.body, &stage.owner.upstream));
        let answers = [
            told(&stage, &theirs),
            told(&twin, &nobodys),
            told(&without, &elsewhere),
        ];
        table.push(format!(
            "{:<6} {:<52} {:>9} {:>9} {:>9}",
            operation.method, operation.path, theirs.status, nobodys.status, elsewhere.status
        ));
        assert_eq!(
            answers[0], answers[1],
            "{}: told from what nobody has",
            operation.id
        );
        assert_eq!(
            answers[0], answers[2],
            "{}: told from where it is not",
            operation.id
        );
    }
    println!(
        "{:<59} {:>9} {:>9} {:>9}",
        "asked by a rival", "another's", "nobody's", "elsewhere"
    );
    println!("{}", table.join("\n"));
    let after = seen_by(&mut stage, &operations);
    for (before, after) in before.iter().zip(&after) {
        assert_eq!(before, after, "the owner's data is another");
    }
}

#[test]
fn a_tenant_s_lists_hold_what_is_its_own() {
    let mut stage = Stage::new();
    let mut found = false;
    for operation in stage.document.operations() {
        if operation.method == "GET" && operation.scope.is_some() {
            let request = stage.rival.asks(&operation);
            let answer = stage.ask(&operation, &request);
            let body = String::from_utf8_lossy(&answer.body).to_ascii_lowercase();
            for mark in [stage.owner.mark, "acme"] {
                assert!(!body.contains(mark), "{}: {body}", operation.id);
            }
            found |= body.contains(stage.rival.mark);
        }
    }
    assert!(found, "the rival has no data, and so this shows nothing");
}

/// A request about somebody's data with the rival's key.
fn by_the_rival(stage: &Stage, about: &Tenant, operation: &Operation) -> Request {
    let mut request = at_one_time(about.asks(operation), operation);
    request.headers.retain(|(name, _)| name != "authorization");
    request.by(&stage.rival.key)
}

/// Figures that end now are others a moment later.
fn at_one_time(mut request: Request, operation: &Operation) -> Request {
    if operation.in_query().any(|one| one["name"] == "to") {
        request.target += "?from=2026-01-01&to=2026-01-15";
    }
    request
}

/// Whom nobody knows.
fn nobody(upstream: &str) -> Tenant {
    Tenant {
        name: "nobody",
        mark: NOBODY,
        key: String::new(),
        job: 70_003,
        upstream: upstream.to_owned(),
    }
}

/// What the owner has: by API, by the command line and in the audit log, without the times of asking.
fn seen_by(stage: &mut Stage, operations: &[Operation]) -> Vec<String> {
    let mut seen = Vec::new();
    for operation in operations
        .iter()
        .filter(|one| one.method == "GET" && one.scope.is_some())
    {
        let request = at_one_time(stage.owner.asks(operation), operation);
        let answer = stage.ask(operation, &request);
        seen.push(format!("{} {}", operation.id, masked(&answer.body, "")));
    }
    let koalr = &stage.served.koalr;
    let commands: [&[&str]; 3] = [
        &["status", "--format", "json"],
        &["audit", "list", "--format", "json"],
        &["team", "list", "--format", "json"],
    ];
    for args in commands {
        let ran = koalr.run(args);
        assert_eq!(ran.code, 0, "{}", ran.err);
        seen.push(format!("{args:?} {}", masked(ran.out.as_bytes(), "")));
    }
    seen
}

/// An answer without times, ids by chance and the upstream's port, in which nobody is called as the owner is.
fn masked(body: &[u8], upstream: &str) -> Value {
    let mut text = String::from_utf8_lossy(body).replace(NOBODY, "canary7f");
    if !upstream.is_empty() {
        text = text.replace(upstream, "upstream");
    }
    let text = without_times(&text);
    let mut value = serde_json::from_str(&text).unwrap_or(Value::String(text));
    mask(&mut value);
    value
}

/// A 0 for every time in milliseconds, key's id and hash, also inside of other texts.
fn without_times(text: &str) -> String {
    let mut masked = String::new();
    let mut rest = text;
    while let Some(start) = rest.find(|one: char| one.is_ascii_hexdigit()) {
        let run = &rest[start..];
        let end = run
            .find(|one: char| !one.is_ascii_hexdigit())
            .unwrap_or(run.len());
        let is_by_chance = [12, 13, 64].contains(&end);
        masked += &rest[..start];
        masked += if is_by_chance { "0" } else { &run[..end] };
        rest = &run[end..];
    }
    masked + rest
}

fn mask(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(mask),
        Value::Object(members) => members.values_mut().for_each(mask),
        Value::String(text)
            if text.starts_with("20") && text.contains('T') && text.contains(':') =>
        {
            *value = "a time".into();
        }
        _ => {}
    }
}

/// As long as the owner's mark.
const NOBODY: &str = "phantom0";
