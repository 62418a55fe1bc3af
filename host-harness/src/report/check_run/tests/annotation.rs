use serde_json::json as value;

use super::*;

#[test]
fn a_finding_is_annotated_at_the_manifest_that_brings_it() {
    let run = json(&CheckRun::of(&blocked()));
    assert_eq!(
        run["output"]["annotations"],
        value!([{
            "path": "web/package.json",
            "start_line": 1,
            "end_line": 1,
            "annotation_level": "failure",
            "title": "CVE-2025-7783 (CVSS 9.4) in form-data 4.0.2",
            "message": "This change introduces CVE-2025-7783 (CVSS 9.4) in form-data 4.0.2. Version 4.0.4 does not have it.",
        }])
    );
}

#[test]
fn the_level_follows_the_rules_and_whether_they_bind() {
    let mut report = judged(Decision::Block, Mode::Enforce);
    let [block, warn, _] = [94, 75, 40].map(|cvss| add(&mut report, Attribution::Introduced, cvss));
    fire(&mut report, Judged::Block, vec![block]);
    fire(&mut report, Judged::Warn, vec![block, warn, 99]);
    let levels = |report: &ChangeReport| {
        let run = json(&CheckRun::of(report));
        let annotations = run["output"]["annotations"].as_array().unwrap().clone();
        let levels = annotations
            .iter()
            .map(|one| one["annotation_level"].as_str().unwrap().to_owned());
        levels.collect::<Vec<_>>()
    };
    assert_eq!(levels(&report), ["failure", "warning", "notice"]);
    report.settled.mode = Mode::Warn;
    report.settled.decision = Decision::Warn;
    assert_eq!(levels(&report), ["warning", "warning", "notice"]);
}

#[test]
fn what_the_change_does_not_introduce_has_no_annotation() {
    let mut report = judged(Decision::Warn, Mode::Enforce);
    for attribution in [
        Attribution::Carried,
        Attribution::DisclosedSince,
        Attribution::ReOpened,
        Attribution::Removed,
        Attribution::Unknown,
    ] {
        add(&mut report, attribution, 94);
    }
    assert_eq!(CheckRun::of(&report).output.annotations, []);
}

#[test]
fn a_path_that_leaves_the_repository_or_hides_something_has_no_annotation() {
    for path in [
        "/etc/passwd",
        "../package.json",
        "web/../../x",
        "./package.json",
        "web//package.json",
        "",
        "a\\b",
        "a\nb",
        "a\u{202e}b",
        " package.json",
        "web/",
    ] {
        let mut report = blocked();
        report.evidence.dependencies.as_mut().unwrap()[0].manifest = Some(path.to_owned());
        assert_eq!(CheckRun::of(&report).output.annotations, [], "{path:?}");
    }
    let mut report = blocked();
    report.evidence.dependencies.as_mut().unwrap()[0].manifest = None;
    assert_eq!(CheckRun::of(&report).output.annotations, []);
}

#[test]
fn what_is_pending_has_no_annotation_because_github_appends_those_of_every_update() {
    let mut report = blocked();
    report.settled.decision = Decision::Pending;
    report.settled.outcome.decision = Decision::Pending;
    assert_eq!(CheckRun::of(&report).output.annotations, []);
}

#[test]
fn annotations_come_in_batches_of_fifty_and_end_at_five_hundred() {
    let mut report = judged(Decision::Warn, Mode::Enforce);
    for _ in 0..612 {
        add(&mut report, Attribution::Introduced, 50);
    }
    let run = CheckRun::of(&report);
    assert_eq!(run.output.annotations.len(), 50);
    let batches: Vec<usize> = run.more_annotations.iter().map(Vec::len).collect();
    assert_eq!(batches, [50; 9]);
    let text = run.output.text.unwrap();
    assert!(
        text.ends_with("- findings without an annotation because there are too many: 112\n"),
        "{text}"
    );
}

#[test]
fn a_fix_that_is_not_known_is_not_denied() {
    let message = |fix| {
        let mut report = blocked();
        report.assessment.counterfactuals[0].verified = false;
        report.evidence.findings[0].fix = fix;
        let message = CheckRun::of(&report).output.annotations[0].message.clone();
        message.rsplit_once("4.0.2. ").unwrap().1.to_owned()
    };
    assert_eq!(
        message(FixState::Unknown),
        "Whether a fix exists is not known."
    );
    assert_eq!(
        message(FixState::None),
        "No version is known that fixes it."
    );
    let exists = "A fix exists, but no version of it was found to be free of others.";
    assert_eq!(message(FixState::Available), exists);
    assert_eq!(message(FixState::Partial), exists);
}
