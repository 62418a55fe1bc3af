//! Bytes: the issues of one package version, and the findings of one test. Each is kept, skipped with a note, or its page
//! fails; a lookup that lacks something is not complete.

use koalr_integration_kit::model::common::{Change, CoverageState, DependencyChange};
use koalr_integration_kit::model::record::{ChangeCheck, Entry};
use koalr_integration_kit::model::walk::{ChangeScope, Scope};

use super::page;
use super::upstream::{Upstream, good, request, walk};

pub(super) fn run(bytes: &[u8]) {
    let mut upstream = Upstream::new(|asked| {
        let first = asked.contains("/packages/pkg%3Anpm%2Fleft%401.0.0/")
            || asked.contains("/tests/") && !asked.contains("starting_after=");
        good(if first { bytes } else { br#"{"data":[]}"# })
    });
    let mut request = request(Scope::Change(scope()));
    let batches = walk(&mut request, &mut upstream);
    let batches = batches.unwrap_or_else(|error| panic!("any answer ends the walk: {error:?}"));
    assert!(
        upstream.asked < MOST_REQUESTS,
        "{} requests",
        upstream.asked
    );
    let rows = batches.last().map(|batch| batch.coverage.as_slice());
    for (route, subject) in [("packages", "npm:left@1.0.0"), ("test-findings", "t-1")] {
        let records = batches.iter().flat_map(|batch| &batch.records);
        let kept = records
            .filter(|record| matches!(record, Entry::ChangeFinding(one) if one.route == route));
        let notes = batches.iter().flat_map(|batch| &batch.diagnostics);
        let name = format!("`{subject}` is skipped");
        let skipped = notes.filter(|note| note.message.contains(&name));
        let row = rows.and_then(|rows| rows.iter().find(|row| row.subject == subject));
        let row = row.unwrap_or_else(|| panic!("nothing is said about `{subject}`"));
        let complete = row.state == CoverageState::Complete;
        page::check(bytes, (kept.count(), skipped.count()), complete);
    }
}

pub(super) fn scope() -> ChangeScope {
    let text = |text: &str| text.to_owned();
    ChangeScope {
        change: Change {
            id: text("acme/shop#1"),
            repository: text("acme/shop"),
            number: Some(1),
            head_sha: "1".repeat(40),
            base_sha: None,
            source_branch: None,
            target_branch: None,
        },
        organizations: vec![text("o-1")],
        dependencies: Some(vec![DependencyChange {
            ecosystem: text("npm"),
            name: text("left"),
            before: Some(text("0.9.0")),
            after: Some(text("1.0.0")),
            direct: None,
            manifest: None,
        }]),
        checks: vec![ChangeCheck {
            organization: text("o-1"),
            change: text("1"),
            repository: text("acme/shop"),
            head_sha: None,
            base_sha: None,
            project: None,
            product: String::new(),
            state: text("failed"),
            marked_as_success: false,
            at: None,
            test: Some(text("t-1")),
            extra: Vec::new(),
        }],
    }
}

/// A package, the one it replaces, the versions that fix it, and one test.
const MOST_REQUESTS: u32 = 100;
