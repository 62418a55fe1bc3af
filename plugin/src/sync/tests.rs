//! Walks over a scripted upstream.

mod change;
mod enrichment;
mod findings;
mod increment;
mod long;
mod walk;

use koalr_integration_kit::model::common::{Coverage, CoverageState, Endpoint};
use koalr_integration_kit::model::record::Entry;
use koalr_integration_kit::model::walk::{
    Batch, Cursor, Diagnostic, Scope, SyncError, SyncRequest,
};

use crate::transport::Headers;
use crate::transport::script::Script;

fn request(scope: Scope) -> SyncRequest {
    SyncRequest {
        endpoint: Endpoint {
            origin: "US-01".to_owned(),
            base: "https://api.snyk.io".to_owned(),
        },
        scope,
        since: None,
        cursor: None,
        settings: Vec::new(),
        request_budget: 1_000,
        as_of: 1_767_225_600_000,
    }
}

fn organizations(ids: &[&str]) -> SyncRequest {
    request(Scope::Organizations(
        ids.iter().map(|&id| id.to_owned()).collect(),
    ))
}

/// A page with these records and, if another follows, where that starts.
fn page(records: &[String], next: Option<&str>) -> String {
    let next = next
        .map(|next| format!(r#","links":{{"next":"/orgs/o/x?version=1&starting_after={next}"}}"#));
    format!(
        r#"{{"data":[{}]{}}}"#,
        records.join(","),
        next.unwrap_or_default()
    )
}

fn issue(id: &str) -> String {
    issue_of(id, "p-1", "open")
}

fn issue_of(id: &str, project: &str, status: &str) -> String {
    format!(
        r#"{{"id":"{id}","attributes":{{"type":"package_vulnerability","status":"{status}",
            "created_at":"2025-01-01T00:00:00Z","updated_at":"2025-06-01T00:00:00Z"}},
            "relationships":{{"scan_item":{{"data":{{"id":"{project}","type":"project"}}}}}}}}"#
    )
}

/// An answer made at this clock time on New Year's Day of 2026 by Snyk's clock.
fn at(clock: &str) -> Headers {
    Headers {
        date: Some(format!("Thu, 01 Jan 2026 {clock} GMT")),
        ..Headers::default()
    }
}

/// One call.
fn call(request: &SyncRequest, script: &mut Script) -> Result<Batch, SyncError> {
    super::sync(request, script)
}

/// Calls until the walk is done, with this budget a call.
fn drain(request: &SyncRequest, script: &mut Script, budget: u32) -> Vec<Batch> {
    let mut request = request.clone();
    request.request_budget = budget;
    let mut batches = Vec::new();
    loop {
        let batch = call(&request, script).unwrap();
        request.cursor.clone_from(&batch.cursor);
        let done = batch.done;
        assert!(done || batch.cursor.is_some());
        assert!(batch.requests <= budget);
        batches.push(batch);
        if done {
            return batches;
        }
    }
}

fn rows(coverage: &[Coverage]) -> Vec<(&str, &str, CoverageState)> {
    coverage
        .iter()
        .map(|row| (row.route.as_str(), row.subject.as_str(), row.state))
        .collect()
}

fn messages(diagnostics: &[Diagnostic]) -> Vec<&str> {
    diagnostics
        .iter()
        .map(|diagnostic| diagnostic.message.as_str())
        .collect()
}

/// Records in short: the id of what was read, or what was concluded.
fn short(records: &[Entry]) -> Vec<String> {
    let short = |entry: &Entry| match entry {
        Entry::Project(project) => Some(project.id.clone()),
        Entry::Finding(finding) => Some(finding.id.clone()),
        Entry::ChangeFinding(one) => {
            let package = &one.finding.packages[0];
            let version = package.version.as_deref().unwrap_or_default();
            Some(format!(
                "{} {}@{version}",
                one.finding.vulnerability, package.name
            ))
        }
        Entry::WalkCompleted(walk) => Some(format!(
            "{} of {} completed: {} in {}",
            walk.route, walk.organization, walk.records, walk.pages
        )),
        Entry::WalkBroken(walk) => Some(format!(
            "{} of {} broken: {} in {}",
            walk.route, walk.organization, walk.records, walk.pages
        )),
        _ => None,
    };
    records.iter().filter_map(short).collect()
}

#[test]
fn a_request_that_cannot_be_carried_out_says_what_is_wrong() {
    let refused = |alter: fn(&mut SyncRequest)| {
        let mut request = request(Scope::Organizations(vec!["o-1".to_owned()]));
        alter(&mut request);
        call(&request, &mut Script::new())
    };
    let invalid = |text: &str| Err(SyncError::InvalidRequest(text.to_owned()));
    assert_eq!(
        refused(|request| request.request_budget = 0),
        invalid("a budget of 0 requests brings nothing; give at least 1")
    );
    assert_eq!(
        refused(|request| request.endpoint.base = "snyk".to_owned()),
        invalid("`snyk` is no base address")
    );
    assert_eq!(
        refused(|request| request.scope = Scope::Organizations(Vec::new())),
        invalid("the scope names no organization")
    );
    assert_eq!(
        refused(|request| request.scope = Scope::Other(("teams".to_owned(), "[]".to_owned()))),
        invalid("the scope `teams` is not known here")
    );
}

#[test]
fn a_foreign_cursor_is_stale() {
    let ids = vec!["o-1".to_owned()];
    let mut script = Script::new().on(
        "/projects",
        200,
        r#"{"data":[],"links":{"next":"?starting_after=a"}}"#,
    );
    let mut request = request(Scope::Organizations(ids));
    request.request_budget = 1;
    let cursor = call(&request, &mut script).unwrap().cursor.unwrap();
    let stale = |alter: &dyn Fn(&mut SyncRequest, Cursor)| {
        let mut request = request.clone();
        alter(&mut request, cursor.clone());
        call(&request, &mut Script::new()) == Err(SyncError::StaleCursor)
    };
    assert!(stale(&|request, cursor| request.cursor = Some(Cursor {
        format: 2,
        ..cursor
    })));
    assert!(stale(&|request, cursor| {
        let bytes = cursor.bytes[1..].to_vec();
        request.cursor = Some(Cursor { bytes, ..cursor });
    }));
    for (field, other) in [
        (r#","skipped":0"#, ""),
        (r#""since""#, r#""more":1,"since""#),
    ] {
        assert!(stale(&|request, cursor| {
            let text = String::from_utf8(cursor.bytes).unwrap();
            assert!(text.contains(field), "{text}");
            let bytes = text.replacen(field, other, 1).into_bytes();
            request.cursor = Some(Cursor { bytes, ..cursor });
        }));
    }
    assert!(stale(&|request, cursor| {
        request.cursor = Some(cursor);
        request.scope = Scope::Organizations(vec!["o-2".to_owned()]);
    }));
}
