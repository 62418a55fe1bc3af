use koalr_platform::model::common::ParameterValue;
use koalr_platform::model::verdict::RuleError;
use koalr_platform::waiver::{Ended, Refused, Used};

use super::*;

#[test]
fn a_block_reads_from_the_verdict_over_the_way_out_to_who_can_lift_it() {
    let mut report = blocked();
    add(&mut report, Attribution::DisclosedSince, 98);
    let kept = add(&mut report, Attribution::Carried, 75);
    report.assessment.findings[kept as usize].kept_by_upgrade = true;
    let run = CheckRun::of(&report);
    assert_eq!(
        run.output.summary,
        "Blocked: this change introduces CVE-2025-7783 (CVSS 9.4) in form-data 4.0.2.\n\
         \n\
         ### To let it pass\n\
         \n\
         ```text\n\
         npm install form-data@4.0.4\n\
         ```\n\
         \n\
         ### Introduced by this change (1)\n\
         \n\
         - `CVE-2025-7783` in `form-data` `4.0.2`, was `4.0.1`: CVSS 9.4, blocks\n\
         \n\
         ### Not yours (2)\n\
         \n\
         - `V-1` in `form-data` `4.0.2`, was `4.0.1`: CVSS 9.8, disclosed since, dependency untouched\n\
         - `V-2` in `form-data` `4.0.2`, was `4.0.1`: CVSS 7.5, kept by the upgrade\n\
         \n\
         ### Who can lift it\n\
         \n\
         A waiver approved by somebody other than `ada` lifts it until the waiver ends. **Override** lifts it for this \
         commit alone, on the name of who presses it.\n"
    );
    assert_eq!(
        run.output.title,
        "Blocked: this change introduces CVE-2025-7783 (CVSS 9.4) in form-data 4.0.2"
    );
}

#[test]
fn findings_are_listed_worst_first_and_the_rest_is_counted() {
    let mut report = judged(Decision::Warn, Mode::Enforce);
    for cvss in 0..30 {
        add(&mut report, Attribution::Introduced, cvss);
    }
    let summary = CheckRun::of(&report).output.summary;
    let items: Vec<&str> = summary
        .lines()
        .filter(|line| line.starts_with("- "))
        .collect();
    assert_eq!(items.len(), 21);
    assert!(items[0].starts_with("- `V-29` "), "{summary}");
    assert_eq!(items[20], "- and 10 more");
}

#[test]
fn no_waiver_is_offered_where_none_could_hold() {
    let actions = |report: &ChangeReport| {
        let run = CheckRun::of(report);
        let ids: Vec<&str> = run.actions.iter().map(|action| action.identifier).collect();
        (ids.join(" "), run.output.summary)
    };
    let (ids, _) = actions(&blocked());
    assert_eq!(ids, "override re-check waive");
    let mut anonymous = blocked();
    anonymous.author = None;
    let (ids, summary) = actions(&anonymous);
    assert_eq!(ids, "override re-check");
    assert!(summary.contains("No waiver holds while it is not known who wrote the change."));
    let mut measured = blocked();
    fire(&mut measured, Judged::Block, Vec::new());
    let (ids, summary) = actions(&measured);
    assert_eq!(ids, "override re-check");
    assert!(summary.contains("No waiver lifts it: it does not rest on findings."));
    let (ids, summary) = actions(&judged(Decision::Inconclusive, Mode::Enforce));
    assert_eq!(ids, "override re-check");
    assert!(summary.contains("No waiver lifts what cannot be told."));
}

#[test]
fn what_holds_nothing_back_has_no_button() {
    for (decision, mode) in [
        (Decision::Pass, Mode::Enforce),
        (Decision::Warn, Mode::Enforce),
        (Decision::Pending, Mode::Enforce),
        (Decision::Block, Mode::Warn),
        (Decision::Inconclusive, Mode::Observe),
    ] {
        let run = json(&CheckRun::of(&judged(decision, mode)));
        assert_eq!(run.get("actions"), None, "{decision:?} {mode:?}");
        let summary = run["output"]["summary"].as_str().unwrap();
        assert!(!summary.contains("Who can lift it"), "{summary}");
    }
}

#[test]
fn a_block_that_does_not_bind_is_said_to_block_only_if_enforced() {
    let mut report = blocked();
    report.settled.mode = Mode::Observe;
    report.settled.decision = Decision::Pass;
    let summary = CheckRun::of(&report).output.summary;
    assert!(summary.contains("CVSS 9.4, would block\n"), "{summary}");
}

#[test]
fn waivers_are_listed_with_who_why_and_until_when() {
    let mut report = judged(Decision::Pass, Mode::Enforce);
    let index = add(&mut report, Attribution::Introduced, 94);
    let ended = |id: &str| Ended {
        id: id.to_owned(),
        at: 1_768_469_400_000,
    };
    report.waivers = WaiverReport {
        used: vec![Used {
            id: "w-1".to_owned(),
            reason: "not reachable".to_owned(),
            approver: "lead".to_owned(),
            findings: vec![index],
            expires: 1_768_900_000_000,
        }],
        unused: vec!["w-2".to_owned()],
        refused: vec![Refused {
            id: "w-3".to_owned(),
            why: "its approver wrote the change".to_owned(),
        }],
        expired: vec![ended("w-4")],
        ending: vec![ended("w-1")],
        unfounded: Vec::new(),
    };
    let summary = CheckRun::of(&report).output.summary;
    let expected = "### Waivers\n\
         \n\
         - `w-1` lets `V-0` pass until 2026-01-20T09:06:40Z, **within a week**; approved by `lead`: not reachable\n\
         - `w-4` ended at 2026-01-15T09:30:00Z and does not hold any more\n\
         - `w-3` does not hold: its approver wrote the change\n\
         - `w-2` holds, and nothing in this change needs it\n";
    assert!(summary.ends_with(expected), "{summary}");
}

#[test]
fn what_is_missing_has_its_remedy_and_the_dependency_list_comes_first() {
    let mut report = judged(Decision::Inconclusive, Mode::Enforce);
    report.evidence.coverage = vec![
        row("issues", CoverageState::Partial),
        row("packages", CoverageState::Complete),
        row("dependencies", CoverageState::NotAsked),
    ];
    report.verdict.missing = vec![0, 2, 99];
    report.verdict.unasked = vec!["branch-projects".to_owned()];
    report.verdict.errors = vec![RuleError {
        rule: "introduced-cvss".to_owned(),
        message: "`threshold` is missing".to_owned(),
    }];
    let summary = CheckRun::of(&report).output.summary;
    let expected = "### What is not known\n\
         \n\
         - `dependencies` of `acme`, not asked: page 3 failed. Remedy: hand in the list of dependencies that the change \
         touches with `koalr change dependencies`, or turn on GitHub's dependency graph.\n\
         - `issues` of `acme`, partial: page 3 failed. Remedy: the next `koalr sync` reads it again.\n\
         - `branch-projects`, never asked. Remedy: `koalr sync` asks for it.\n\
         - Rule `introduced-cvss` could not be evaluated: \\`threshold\\` is missing\n";
    assert!(summary.ends_with(expected), "{summary}");
}

#[test]
fn the_text_has_the_folded_arithmetic_the_rules_and_who_judged() {
    let mut report = blocked();
    report.rules = vec![
        AppliedRule {
            code: "introduced-cvss".to_owned(),
            summary: "Blocks.".to_owned(),
            parameters: vec![
                AppliedParameter {
                    key: "threshold".to_owned(),
                    value: ParameterValue::Tenths(90),
                    given: false,
                },
                AppliedParameter {
                    key: "no-fix".to_owned(),
                    value: ParameterValue::Text("warn".to_owned()),
                    given: true,
                },
            ],
        },
        AppliedRule {
            code: "disclosed-since".to_owned(),
            summary: "Warns.".to_owned(),
            parameters: Vec::new(),
        },
    ];
    report.complaints = vec!["line 3: unknown key `aprover`".to_owned()];
    let text = CheckRun::of(&report).output.text.unwrap();
    let start = "<details>\n<summary>How the score of 77.5 adds up</summary>\n\n```text\n";
    assert!(text.starts_with(start), "{text}");
    let end = format!(
        "```\n\n</details>\n\
         \n\
         ### Active rules\n\
         \n\
         - `introduced-cvss`: `threshold` 9.0 (default), `no-fix` `warn`\n\
         - `disclosed-since`\n\
         \n\
         ### Mistakes in the waiver file\n\
         \n\
         - line 3: unknown key \\`aprover\\`\n\
         \n\
         ### Judged by\n\
         \n\
         - `snyk` `0.1.0`, component `{}`, model `1`\n\
         - commit `{}`, judged for 2026-01-15T09:31:00Z\n",
        "ab".repeat(32),
        change().head_sha
    );
    assert!(text.ends_with(&end), "{text}");
}

#[test]
fn parts_beyond_the_largest_are_one_so_that_the_sum_still_adds_up() {
    let mut report = judged(Decision::Warn, Mode::Enforce);
    for _ in 0..750 {
        add(&mut report, Attribution::Introduced, 50);
    }
    let text = CheckRun::of(&report).output.text.unwrap();
    let points: Vec<u32> = text
        .lines()
        .filter_map(|line| line.rsplit_once(" +"))
        .map(|(_, points)| points.replace('.', "").parse().unwrap())
        .collect();
    assert_eq!((points.len(), points.iter().sum::<u32>()), (41, 750));
    assert!(text.contains("710 smaller parts"), "{text}");
}
