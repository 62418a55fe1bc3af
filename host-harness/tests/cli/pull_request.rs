//! The loop over one stored change, as a server runs it: the real component and store, a mock Snyk, a scripted GitHub.

mod people;
mod stage;

use koalr_host::jobs::CompareError;
use koalr_host::report::CheckRun;
use koalr_platform::decision::Decision;
use koalr_upstream::{Fault, Hint, Occurrence};
use serde_json::json;

use stage::{AS_OF, GitHub, Stage, page};

/// As GitHub tells of one new dependency.
fn adds(version: &str) -> Vec<u8> {
    let row = json!([{
        "change_type": "added",
        "manifest": "package-lock.json",
        "ecosystem": "npm",
        "name": "form-data",
        "version": version,
        "package_url": format!("pkg:npm/form-data@{version}"),
    }]);
    row.to_string().into_bytes()
}

#[test]
fn what_the_quota_does_not_allow_yet_is_awaited_and_then_decided() {
    let mut stage = Stage::with_list("clean");
    let limited = Fault::Limited(Hint::Seconds(90));
    let packages = Stage::packages_path("json5");
    stage.upstream.fault(&packages, Occurrence::Every, limited);
    let first = stage.judge(None, AS_OF);
    let (come, all) = first.progress.unwrap();
    assert!(come < all, "{come} of {all}");
    assert_eq!(first.report.settled.decision, Decision::Pending);
    assert_eq!(first.again_at, Some(AS_OF + 90_000));
    let deadline = "2026-01-15T09:45:00Z";
    assert_eq!(
        first.report.summary,
        format!("Pending: it waits until {deadline}: {come} of {all} packages looked up.")
    );
    stage.upstream.heal();
    let second = stage.judge(None, AS_OF + 90_000);
    assert_eq!(
        second.report.settled.decision,
        Decision::Pass,
        "{}",
        second.report.summary
    );
    assert_eq!((second.progress, second.again_at), (Some((all, all)), None));
    assert_eq!(second.report.asked_at, AS_OF);
}

#[test]
fn what_is_awaited_at_the_deadline_cannot_be_told() {
    let mut stage = Stage::with_list("clean");
    let limited = Fault::Limited(Hint::Seconds(3_600));
    let packages = Stage::packages_path("json5");
    stage.upstream.fault(&packages, Occurrence::Every, limited);
    let first = stage.judge(None, AS_OF);
    assert_eq!(
        first.again_at,
        Some(AS_OF + 900_000),
        "no later than the deadline"
    );
    let last = stage.judge(None, AS_OF + 900_000);
    assert_eq!(last.report.settled.decision, Decision::Inconclusive);
    assert_eq!(last.again_at, None);
}

#[test]
fn github_s_comparison_is_judged_stored_and_not_asked_for_again() {
    let mut stage = Stage::without_list("blocked");
    let github = GitHub::saying([Ok(page(&adds("4.0.2")))]);
    let judged = stage.judge(Some(&github), AS_OF);
    assert_eq!(judged.report.settled.decision, Decision::Block);
    let stored = stage.list().unwrap();
    assert_eq!((stored.source.as_str(), stored.complete), ("github", true));
    let again = stage.judge(Some(&github), AS_OF + 1);
    assert_eq!(again.report.settled.decision, Decision::Block);
    assert_eq!(github.asked(), 1);
}

#[test]
fn a_comparison_with_holes_never_passes() {
    let mut stage = Stage::without_list("clean");
    let github = GitHub::saying([Ok(page(&adds("^4.0.4")))]);
    let judged = stage.judge(Some(&github), AS_OF);
    assert_eq!(judged.report.settled.decision, Decision::Inconclusive);
    assert!(!stage.list().unwrap().complete);
}

#[test]
fn a_comparison_that_github_warns_of_is_no_complete_list() {
    let mut stage = Stage::without_list("clean");
    let mut answer = page(b"[]");
    answer.warning = Some("no snapshot was found for the base".to_owned());
    let judged = stage.judge(Some(&GitHub::saying([Ok(answer)])), AS_OF);
    assert_eq!(judged.report.settled.decision, Decision::Inconclusive);
    assert_eq!(
        stage.list().unwrap().detail,
        "GitHub says: no snapshot was found for the base"
    );
}

#[test]
fn where_the_dependency_graph_is_off_the_other_ways_are_named() {
    let mut stage = Stage::without_list("clean");
    let off = "GitHub's dependency graph is off for `acme/storefront`";
    let github = GitHub::saying([Err(CompareError::Refused(off.to_owned()))]);
    let judged = stage.judge(Some(&github), AS_OF);
    assert_eq!((judged.progress, judged.again_at), (None, None));
    assert_eq!(
        judged.report.summary,
        format!(
            "Cannot tell: {off}; no dependency list; give `dependencies` in the change's file, hand one in with `koalr \
             change dependencies`, or turn on GitHub's dependency graph."
        )
    );
}

#[test]
fn a_comparison_that_may_come_is_waited_for_until_the_deadline() {
    let mut stage = Stage::without_list("clean");
    let later = || {
        Err(CompareError::Later {
            reason: "GitHub does not answer".to_owned(),
            after_secs: 30,
        })
    };
    let github = GitHub::saying([later(), later(), Ok(page(b"[]"))]);
    let first = stage.judge(Some(&github), AS_OF);
    assert_eq!(first.report.settled.decision, Decision::Pending);
    assert_eq!(first.again_at, Some(AS_OF + 30_000));
    let late = stage.judge(Some(&github), AS_OF + 900_000);
    assert_eq!(late.report.settled.decision, Decision::Inconclusive);
    let last = stage.judge(Some(&github), AS_OF + 900_001);
    assert_eq!(last.report.settled.decision, Decision::Pass);
}

#[test]
fn what_github_says_in_another_form_is_no_empty_list() {
    let mut stage = Stage::without_list("clean");
    let github = GitHub::saying([Ok(page(b"{}"))]);
    let judged = stage.judge(Some(&github), AS_OF);
    assert_eq!(judged.report.settled.decision, Decision::Inconclusive);
    assert_eq!(stage.list(), None);
}

#[test]
fn the_same_head_judged_twice_is_decided_once_and_is_one_check_run() {
    let mut stage = Stage::with_list("blocked");
    let [first, second] = [AS_OF, AS_OF + 60_000].map(|as_of| stage.judge(None, as_of).report);
    assert_eq!(first.settled, second.settled);
    assert_eq!(first.summary, second.summary);
    let id = |report| CheckRun::of(report).external_id;
    assert_eq!(id(&first), id(&second));
    assert_eq!(stage.audited(), ["connected", "decided"]);
}
