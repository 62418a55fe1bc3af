use koalr_platform::decision::Cause;
use serde_json::json as value;

use super::*;

#[track_caller]
fn comes_to(decision: Decision, mode: Mode, conclusion: &str) {
    let run = json(&CheckRun::of(&judged(decision, mode)));
    assert_eq!(run["status"], "completed", "{decision:?} {mode:?}");
    assert_eq!(run["conclusion"], conclusion, "{decision:?} {mode:?}");
    assert_eq!(run["completed_at"], "2026-01-15T09:31:00Z");
}

#[test]
fn an_enforced_decision_has_its_conclusion() {
    comes_to(Decision::Pass, Mode::Enforce, "success");
    comes_to(Decision::Warn, Mode::Enforce, "neutral");
    comes_to(Decision::Block, Mode::Enforce, "action_required");
    comes_to(Decision::Inconclusive, Mode::Enforce, "action_required");
}

#[test]
fn only_a_true_pass_is_a_success_where_nothing_binds() {
    for mode in [Mode::Observe, Mode::Warn] {
        comes_to(Decision::Pass, mode, "success");
        for decision in [Decision::Warn, Decision::Inconclusive, Decision::Block] {
            comes_to(decision, mode, "neutral");
        }
    }
}

#[test]
fn what_is_pending_has_no_conclusion_in_any_mode() {
    for mode in [Mode::Observe, Mode::Warn, Mode::Enforce] {
        let mut report = judged(Decision::Pending, mode);
        report.deadline = Some(report.as_of + 600_000);
        let run = json(&CheckRun::of(&report));
        assert_eq!(run["status"], "in_progress");
        assert_eq!(run.get("conclusion"), None);
        assert_eq!(run.get("completed_at"), None);
        let summary = run["output"]["summary"].as_str().unwrap();
        assert!(
            summary.contains("\nIt waits until 2026-01-15T09:41:00Z at the latest"),
            "{summary}"
        );
    }
}

#[test]
fn what_fails_open_is_neutral_and_says_so() {
    let mut report = judged(Decision::Warn, Mode::Enforce);
    report.settled.outcome.opened = true;
    report.settled.outcome.causes = BTreeSet::from([Cause::Refused]);
    let run = json(&CheckRun::of(&report));
    assert_eq!(run["conclusion"], "neutral");
    let summary = run["output"]["summary"].as_str().unwrap();
    let note = "It could not be told whether this change may pass; it only warns, because the policy fails open for \
                `refused`.";
    assert!(summary.contains(note), "{summary}");
}

#[test]
fn the_payload_has_the_keys_of_github_and_no_null() {
    let run = json(&CheckRun::of(&blocked()));
    let keys: Vec<&String> = run.as_object().unwrap().keys().collect();
    let mut expected = [
        "name",
        "head_sha",
        "external_id",
        "status",
        "started_at",
        "conclusion",
        "completed_at",
        "output",
        "actions",
    ];
    expected.sort_unstable();
    let mut keys: Vec<&str> = keys.into_iter().map(String::as_str).collect();
    keys.sort_unstable();
    assert_eq!(keys, expected);
    assert_eq!(run["name"], "Koalr: snyk");
    assert_eq!(run["head_sha"], value!(change().head_sha));
    assert_eq!(run["started_at"], "2026-01-15T09:30:00Z");
    assert!(!run.to_string().contains("null"), "{run}");
}

#[test]
fn the_check_before_the_first_lookup_is_in_progress_under_the_same_id() {
    let run = CheckRun::looking_up("snyk", &change(), Some(3), 1_768_469_400_000);
    let after = CheckRun::of(&blocked());
    assert_eq!(
        (&run.external_id, &run.name, &run.head_sha),
        (&after.external_id, &after.name, &after.head_sha)
    );
    assert_eq!(
        json(&run),
        value!({
            "name": "Koalr: snyk",
            "head_sha": change().head_sha,
            "external_id": format!("koalr:snyk:acme/shop#7:{}", change().head_sha),
            "status": "in_progress",
            "started_at": "2026-01-15T09:30:00Z",
            "output": {
                "title": "Looking up 3 dependencies",
                "summary": format!("The verdict on commit `{}` follows here.\n", change().head_sha),
            },
        })
    );
    let title = |count| {
        CheckRun::looking_up("snyk", &change(), count, 0)
            .output
            .title
    };
    assert_eq!(title(Some(1)), "Looking up 1 dependency");
    assert_eq!(title(None), "Looking at a change without a dependency list");
}

#[test]
fn the_external_id_follows_integration_change_and_head_and_nothing_else() {
    let id = |report: &ChangeReport| CheckRun::of(report).external_id;
    let first = id(&blocked());
    let mut other = judged(Decision::Pass, Mode::Observe);
    other.as_of += 1;
    other.asked_at -= 1;
    assert_eq!(id(&other), first);
    other.change.head_sha = "4".repeat(40);
    assert_ne!(id(&other), first);
    let mut other = blocked();
    other.change.id = "acme/shop#8".to_owned();
    assert_ne!(id(&other), first);
    let mut other = blocked();
    other.judge.plugin = "sonar".to_owned();
    assert_ne!(id(&other), first);
}

#[test]
fn no_two_changes_share_an_external_id_by_their_separators() {
    let id = |integration: &str, change_id: &str, head: &str| {
        let mut change = change();
        (change.id, change.head_sha) = (change_id.to_owned(), head.to_owned());
        CheckRun::looking_up(integration, &change, None, 0).external_id
    };
    assert_ne!(id("a:b", "c", "d"), id("a", "b:c", "d"));
    assert_ne!(id("a", "b:c", "d"), id("a", "b", "c:d"));
    assert_ne!(id("a%3A", "c", "d"), id("a:", "c", "d"));
    let long = "x".repeat(5_000);
    let (one, two) = (
        id("a", &(long.clone() + "1"), "d"),
        id("a", &(long + "2"), "d"),
    );
    assert_ne!(one, two);
    assert!(one.len() <= 255, "{}", one.len());
    assert!(id(&"ü".repeat(999), &"ü".repeat(999), &"ü".repeat(999)).len() <= 255);
}
