//! The document about the API, held against what the server answers.

use serde_json::Value;

use super::operations::{Document, encoded};
use super::stage::Stage;
use super::wire::{Request, Wire};
use super::{Served, key};

#[test]
fn every_operation_answers_as_the_document_says() {
    let mut stage = Stage::new();
    for operation in stage.document.operations() {
        let request = stage.owner.asks(&operation);
        let answer = stage.ask(&operation, &request);
        assert_eq!(
            answer.status,
            operation.status(),
            "{}: {}",
            operation.id,
            answer.json()
        );
    }
}

#[test]
fn every_value_that_the_document_allows_in_a_query_is_answered_as_it_says() {
    let mut stage = Stage::new();
    for operation in stage.document.operations() {
        let request = stage.owner.asks(&operation);
        for parameter in operation.in_query() {
            for value in values(&parameter["schema"]) {
                let mut request = request.clone();
                let name = parameter["name"].as_str().unwrap();
                request.target = format!("{}?{name}={}", request.target, encoded(&value));
                stage.ask(&operation, &request);
            }
        }
    }
}

/// Values of a form: all that it lists, or the least and the most.
fn values(form: &Value) -> Vec<String> {
    if let Some(words) = form["enum"].as_array() {
        return words
            .iter()
            .map(|word| word.as_str().unwrap().to_owned())
            .collect();
    }
    if let Some(formats) = form["anyOf"].as_array() {
        let formats = formats
            .iter()
            .map(|one| match one["format"].as_str().unwrap() {
                "date-time" => "2026-01-15T09:30:00Z".to_owned(),
                "date" => "2026-01-15".to_owned(),
                format => panic!("`{format}` is no format that is known here"),
            });
        return formats.collect();
    }
    match form["type"].as_str().unwrap() {
        "integer" => vec![form["minimum"].to_string(), form["maximum"].to_string()],
        "string" => vec!["acme/checkout".to_owned()],
        kind => panic!("`{kind}` is no kind of parameter that is known here"),
    }
}

#[test]
fn a_document_that_a_reader_has_is_not_sent_again() {
    let served = Served::new();
    let mut wire = Wire::to(&served.address);
    let get = || Request::new("GET", "/api/v1/openapi.json");
    let first = wire.ask(&get()).unwrap();
    let tag = first.header("etag").unwrap();
    for known in [tag.to_owned(), format!("\"x\", W/{tag}"), "*".to_owned()] {
        let again = wire.ask(&get().with("if-none-match", known)).unwrap();
        assert_eq!((again.status, again.body.len()), (304, 0));
        assert_eq!(again.header("etag"), Some(tag));
    }
    let other = wire.ask(&get().with("if-none-match", "\"x\"")).unwrap();
    assert_eq!((other.status, other.body), (200, first.body));
}

#[test]
fn every_operation_with_a_scope_needs_a_key_that_has_it() {
    let served = Served::new();
    let mut wire = Wire::to(&served.address);
    let document = Document::served(&mut wire);
    let keys = super::ALL.map(|scope| (scope, key(&served.koalr, "default", &[scope])));
    let operations = document.operations();
    for operation in &operations {
        let Some(scope) = &operation.scope else {
            continue;
        };
        let request = Request::new(&operation.method, operation.at("a"));
        for (other, key) in keys.iter().filter(|one| one.0 != scope) {
            let answer = wire.ask(&request.clone().by(key)).unwrap();
            let detail = format!("this key has not the scope `{scope}`; use one that has");
            assert_eq!(
                (answer.status, &answer.json()["detail"]),
                (403, &detail.into()),
                "{} with {other}",
                operation.id
            );
        }
    }
    for operation in operations.iter().filter(|one| one.scope.is_some()) {
        let request = Request::new(&operation.method, operation.at("a"));
        let answer = wire.ask(&request).unwrap();
        // An address may ask without a key only so often a minute.
        assert!(
            [401, 429].contains(&answer.status),
            "{}: {answer:?}",
            operation.id
        );
    }
}
