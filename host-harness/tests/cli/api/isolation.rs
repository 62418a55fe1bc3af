//! What another tenant has is answered as what nobody has, at every address.

use serde_json::Value;

use super::operations::Operation;
use super::stage::{Stage, Tenant};
use super::wire::Request;

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
        let nobodys = by_the_rival(&twin, &nobody(), operation);
        let elsewhere = by_the_rival(&without, &without.owner, operation);
        let names_another = told(&theirs).contains(stage.owner.mark);
        let theirs = stage.ask(operation, &theirs);
        let nobodys = twin.ask(operation, &nobodys);
        // What has no tenant's id in it, such as the name of an integration, is asked where the owner has nothing.
        let elsewhere = without.ask(operation, &elsewhere);
        let answers = [&theirs, &nobodys, &elsewhere].map(|one| (one.status, masked(&one.body)));
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
        if !names_another {
            let body = String::from_utf8_lossy(&theirs.body).to_ascii_lowercase();
            for mark in [stage.owner.mark, "acme"] {
                assert!(!body.contains(mark), "{}: {body}", operation.id);
            }
        }
    }
    println!(
        "{:<59} {:>9} {:>9} {:>9}",
        "asked by a rival", "another's", "nobody's", "elsewhere"
    );
    println!("{}", table.join("\n"));
    assert_eq!(
        seen_by(&mut stage, &operations),
        before,
        "the owner's data is another"
    );
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
    let mut request = about.asks(operation);
    request.headers.retain(|(name, _)| name != "authorization");
    request.by(&stage.rival.key)
}

/// Whom nobody knows.
fn nobody() -> Tenant {
    Tenant {
        name: "nobody",
        mark: NOBODY,
        key: String::new(),
    }
}

/// All that is said in a request.
fn told(request: &Request) -> String {
    request.target.clone() + &String::from_utf8_lossy(&request.body)
}

/// What the owner has: by API, by the command line and in the audit log, without the times of asking.
fn seen_by(stage: &mut Stage, operations: &[Operation]) -> Vec<String> {
    let mut seen = Vec::new();
    for operation in operations
        .iter()
        .filter(|one| one.method == "GET" && one.scope.is_some())
    {
        let request = stage.owner.asks(operation);
        let answer = stage.ask(operation, &request);
        seen.push(format!("{} {}", operation.id, masked(&answer.body)));
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
        seen.push(format!("{args:?} {}", masked(ran.out.as_bytes())));
    }
    seen
}

/// An answer without times, in which nobody is called as the owner is.
fn masked(body: &[u8]) -> Value {
    let text = String::from_utf8_lossy(body).replace(NOBODY, "canary7f");
    let mut value = serde_json::from_str(&text).unwrap_or(Value::String(text));
    mask(&mut value);
    value
}

fn mask(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(mask),
        Value::Object(members) => members.values_mut().for_each(mask),
        Value::Number(number) if number.as_i64().is_some_and(|number| number > LONG_AGO) => {
            *value = "a time".into();
        }
        Value::String(text)
            if text.starts_with("20") && text.contains("T") && text.contains(':') =>
        {
            *value = "a time".into();
        }
        _ => {}
    }
}

/// As long as the owner's mark.
const NOBODY: &str = "phantom0";
/// 2020-09-13, in milliseconds since 1970: no count of anything is so large.
const LONG_AGO: i64 = 1_600_000_000_000;
