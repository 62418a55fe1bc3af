//! Checks of single findings.

use koalr_integration_kit::model::record::{Entry, RemediationStep};
use koalr_integration_kit::model::walk::{FindingsScope, Scope, SyncError, SyncRequest};

use super::{at, call, drain, messages, request};
use crate::transport::script::{Order, Script};

fn findings(ids: &[&str]) -> SyncRequest {
    request(Scope::Findings(FindingsScope {
        organization: "o-1".to_owned(),
        ids: ids.iter().map(|&id| id.to_owned()).collect(),
    }))
}

fn there(id: &str) -> String {
    format!(r#"{{"data":{{"id":"{id}","type":"issue"}}}}"#)
}

/// Ids of what vanished, and when.
fn vanished(records: &[Entry]) -> Vec<(&str, i64)> {
    let mut steps = Vec::new();
    for entry in records {
        let Entry::Remediation(one) = entry else {
            panic!("{entry:?}")
        };
        assert_eq!(one.step, RemediationStep::Vanished);
        assert_eq!(one.source, "a direct request answered 404");
        steps.push((one.finding.as_str(), one.at));
    }
    steps
}

#[test]
fn only_a_finding_that_is_not_found_has_vanished() {
    let script = || {
        Script::new()
            .on("issues/i-1?", 200, &there("i-1"))
            .answers("issues/i-2?", 404, at("00:00:05"), "")
            .on("issues/i-3?", 404, "")
            .on("issues/i-4?", 503, "")
            .on("issues/i-5?", 403, "")
            .on("issues/i-6?", 200, &there("i-1"))
    };
    let request = findings(&["i-1", "i-2", "i-3", "i-4", "i-5", "i-6"]);
    let batch = call(&request, &mut script()).unwrap();
    assert_eq!(
        vanished(&batch.records),
        [("i-2", 1_767_225_605_000), ("i-3", 1_767_225_600_000)]
    );
    assert_eq!(
        messages(&batch.diagnostics),
        [
            "whether finding `i-4` is still there is unknown: `/rest/orgs/o-1/issues/i-4` answered 503: not an error document of Snyk's",
            "whether finding `i-5` is still there is unknown: `/rest/orgs/o-1/issues/i-5` answered 403: not an error document of Snyk's",
            "whether finding `i-6` is still there is unknown: the answer is not this finding",
        ]
    );
    assert!(
        batch
            .diagnostics
            .iter()
            .all(|one| one.code == "check-failed")
    );
    assert_eq!(
        (batch.done, batch.cursor.clone(), batch.requests),
        (true, None, 6)
    );
    let last = call(&request, &mut script().in_order(Order::Last)).unwrap();
    assert_eq!(batch, last);
}

#[test]
fn no_more_findings_are_asked_for_in_a_call_than_its_budget_allows() {
    let mut script = Script::new().on("/issues/", 404, "");
    let batches = drain(&findings(&["i-1", "i-2", "i-3"]), &mut script, 2);
    let read: Vec<_> = batches
        .iter()
        .map(|batch| {
            (
                batch.records.len(),
                batch.progress.done,
                batch.progress.total,
            )
        })
        .collect();
    assert_eq!(read, [(2, 2, Some(3)), (1, 3, Some(3))]);
    assert_eq!(script.asked.len(), 3);
}

#[test]
fn a_finding_whose_check_was_held_back_is_asked_for_again() {
    let mut script = Script::new()
        .limited("issues/i-1?", Some("5"))
        .on("issues/i-1?", 404, "")
        .on("issues/i-2?", 200, &there("i-2"));
    let mut request = findings(&["i-1", "i-2"]);
    let batch = call(&request, &mut script).unwrap();
    assert_eq!((batch.done, batch.resume_after_secs), (false, Some(5)));
    request.cursor = batch.cursor;
    let batch = call(&request, &mut script).unwrap();
    assert_eq!(vanished(&batch.records).len(), 1);
    assert!(batch.done);
}

#[test]
fn a_cursor_of_other_findings_is_stale_and_no_finding_is_no_scope() {
    let mut script = Script::new().on("/issues/", 404, "");
    let mut request = findings(&["i-1", "i-2"]);
    request.request_budget = 1;
    let cursor = call(&request, &mut script).unwrap().cursor;
    let mut other = findings(&["i-1", "i-2", "i-3"]);
    other.cursor = cursor;
    assert_eq!(call(&other, &mut script), Err(SyncError::StaleCursor));
    assert_eq!(
        call(&findings(&[]), &mut script),
        Err(SyncError::InvalidRequest(
            "the scope names no finding".to_owned()
        ))
    );
}
