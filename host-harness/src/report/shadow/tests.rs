use std::collections::BTreeMap;

use koalr_platform::decision::Decision;
use koalr_platform::rollout::ContentHash;

use super::*;
use crate::jobs::{LeftOut, RecordingChange, ShadowRecordings, UnjudgedChange};
use crate::report::layout::WIDTH;

fn version(version: &str) -> Release {
    Release {
        version: version.to_owned(),
        hash: ContentHash::of(version.as_bytes()),
    }
}

fn report(conclusion: Conclusion, changes: ShadowChanges) -> ShadowReport {
    ShadowReport {
        integration: "sample".to_owned(),
        serving: version("0.1.0"),
        candidate: version("0.2.0"),
        from: 0,
        as_of: 1,
        conclusion,
        tenants: ShadowTenants {
            looked_at: 1,
            ..ShadowTenants::default()
        },
        changes,
        cost: None,
        recordings: ShadowRecordings::default(),
    }
}

fn judgement(decision: Decision, points: u16, rules: &[(&str, Judged)]) -> Judgement {
    let rules = rules.iter();
    Judgement {
        decision,
        points,
        rules: rules
            .map(|(rule, decided)| ((*rule).to_owned(), *decided))
            .collect::<BTreeMap<_, _>>(),
    }
}

fn three() -> ShadowChanges {
    ShadowChanges {
        compared: 412,
        same: 400,
        verdicts: 3,
        only_points: 9,
        stricter: 2,
        looser: 1,
        points: 11,
        largest_points: Some(218),
        examples: vec![VerdictChange {
            tenant: "acme".to_owned(),
            change: "acme/shop#7".to_owned(),
            head_sha: "0123456789abcdef".to_owned(),
            as_of: 0,
            turn: Turn::Stricter,
            serving: judgement(Decision::Pass, 412, &[]),
            candidate: judgement(
                Decision::Block,
                630,
                &[("introduced-cvss", Judged::Block), ("debt", Judged::Warn)],
            ),
        }],
        ..ShadowChanges::default()
    }
}

#[test]
fn the_first_sentence_says_how_many_verdicts_turn_and_which_way() {
    let text = shadow_text(&report(Conclusion::Otherwise, three()));
    let first = "3 of 412 changes would be decided otherwise: 2 stricter, 1 looser.\n";
    assert!(text.starts_with(first), "{text}");
    let row = "\n  acme/shop#7 at 0123456789             pass → block            41.2 → 63.0\n";
    assert!(text.contains(row), "{text}");
    let why = "    stricter, acme: no rule → debt warns and introduced-cvss blocks\n  and 2 more\n";
    assert!(text.contains(why), "{text}");
    let points =
        "  11 changes with another score, by at most 21.8; 9 of them with the same\n    verdict\n";
    assert!(text.contains(points), "{text}");
}

#[test]
fn nothing_to_compare_is_not_known_and_not_none() {
    let text = shadow_text(&report(Conclusion::Unknown, ShadowChanges::default()));
    let first = "Nothing to compare: no change of that time could be judged by both, so that it\nis not known what 0.2.0 would decide otherwise.\n";
    assert!(text.starts_with(first), "{text}");
    assert!(!text.contains("None of"), "{text}");
}

#[test]
fn no_other_verdict_is_said_with_how_many_were_compared() {
    let changes = ShadowChanges {
        compared: 1_412,
        same: 1_412,
        ..ShadowChanges::default()
    };
    let said = shadow_sentence(&report(Conclusion::Same, changes));
    assert_eq!(said, "None of 1,412 changes would be decided otherwise.");
}

#[test]
fn a_candidate_that_fails_is_said_at_once() {
    let changes = ShadowChanges {
        candidate_failed: 10,
        stopped: true,
        ..ShadowChanges::default()
    };
    let text = shadow_text(&report(Conclusion::Otherwise, changes));
    let first = "No change was judged by both; 10 more could not be judged by 0.2.0 alone.\n";
    assert!(text.starts_with(first), "{text}");
    assert!(text.contains("It ended early"), "{text}");
}

#[test]
fn a_tenant_whose_policy_the_candidate_cannot_use_is_said_at_once() {
    let mut report = report(Conclusion::Otherwise, ShadowChanges::default());
    report.tenants.deserted = 1;
    assert_eq!(
        shadow_sentence(&report),
        "No change was judged by both; 1 tenant would get no decision from 0.2.0."
    );
}

#[test]
fn what_both_spend_stands_side_by_side_with_its_ratio() {
    let spent = |median_us| Spent {
        calls: 2,
        wall_us: 2 * median_us,
        median_us: Some(median_us),
        cpu_ticks: 1,
        memory_peak_bytes: 2 << 20,
    };
    let cost = ShadowCost {
        serving: spent(1_000),
        candidate: spent(2_500),
        median_percent: Some(250),
        wall_percent: Some(250),
        cpu_percent: None,
        memory_percent: Some(100),
    };
    assert_eq!(
        costs(&cost),
        [
            "median by the clock: 1.00 ms → 2.50 ms (250 %)",
            "in all by the clock: 2.00 ms → 5.00 ms (250 %)",
            "computing: 1 tick → 1 tick",
            "largest memory: 2,048 KiB → 2,048 KiB (100 %)",
        ]
    );
}

#[test]
fn recorded_calls_are_told_with_what_is_asked_beyond_and_no_more() {
    let mut report = report(Conclusion::Unknown, ShadowChanges::default());
    report.recordings = ShadowRecordings {
        replayed: 3,
        same: 2,
        other_requests: 1,
        other_records: 1,
        serving_requests: 40,
        candidate_requests: 41,
        examples: vec![RecordingChange {
            tenant: "acme".to_owned(),
            file: "sync-7.jsonl".to_owned(),
            fails: None,
            reason: None,
            made: vec!["GET https://sample.example.com/new".to_owned()],
            not_made: vec!["GET https://sample.example.com/old".to_owned()],
            differences: 1,
            places: vec!["records[17].finding.severity".to_owned()],
        }],
        ..ShadowRecordings::default()
    };
    let text = shadow_text(&report);
    let told = "\nRecorded calls, made again by both\n\
         \x20 2 the same, request for request\n  1 with other requests\n  1 with other records\n\
         \x20 requests: 40 → 41\n  sync-7.jsonl of acme:\n\
         \x20   only now: GET https://sample.example.com/new\n\
         \x20   not any more: GET https://sample.example.com/old\n\
         \x20   1 place, first records[17].finding.severity\n";
    assert!(text.ends_with(told), "{text}");
}

#[test]
fn every_line_fits_and_no_control_character_gets_through() {
    let nasty = format!("\u{1b}[2J{}", "wide 漢字 ".repeat(40));
    let mut changes = three();
    for one in &mut changes.examples {
        one.change.clone_from(&nasty);
        one.tenant.clone_from(&nasty);
    }
    changes.candidate_failed = 1;
    changes.failures.push(UnjudgedChange {
        tenant: nasty.clone(),
        change: nasty.clone(),
        head_sha: nasty.clone(),
        side: Side::Candidate,
        kind: "trapped".to_owned(),
        reason: nasty.clone(),
    });
    let mut report = report(Conclusion::Otherwise, changes);
    report.tenants.left_out = 1;
    report.tenants.examples.push(LeftOut {
        tenant: nasty.clone(),
        why: nasty,
        served: true,
    });
    let text = shadow_text(&report);
    assert!(text.lines().all(|line| columns(line) <= WIDTH), "{text}");
    assert!(!text.contains('\u{1b}'));
}
