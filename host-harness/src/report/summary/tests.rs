//! Every branch of the sentence.

use std::collections::BTreeSet;

use koalr_platform::decision::Cause;
use koalr_platform::model::common::{Coverage, FindingClass, Severity};
use koalr_platform::model::evidence::FindingTexts;
use koalr_platform::model::verdict::{RuleError, Waived};
use koalr_platform::team::Override;
use koalr_platform::waiver::Used;

use super::super::testing::{NOW, add, coverage, fire, report, settle};
use super::*;

/// The vulnerability that [`add`] adds first.
const FIRST: &str = "CVE-2026-0 (CVSS 9.4) in left-pad 2.0.0";

/// A report whose only finding a rule fires on.
fn fired(attribution: Attribution, rule: &str, decision: Judged) -> ChangeReport {
    let mut report = report();
    let index = add(&mut report, attribution);
    fire(&mut report, rule, decision, &[index]);
    report
}

/// The same, blocked because the change introduces it.
fn blocked() -> ChangeReport {
    fired(Attribution::Introduced, "introduced-cvss", Judged::Block)
}

/// A passing report, in which this waiver lets these findings pass until an hour from now.
fn waive(report: &mut ChangeReport, id: &str, findings: &[u32]) {
    for &finding in findings {
        report.verdict.waived.push(Waived {
            finding,
            waiver: id.to_owned(),
            rule: "introduced-cvss".to_owned(),
        });
    }
    report.waivers.used.push(Used {
        id: id.to_owned(),
        reason: "not reached".to_owned(),
        approver: "jo".to_owned(),
        findings: findings.to_vec(),
        expires: NOW + 3_600_000,
    });
}

fn inconclusive(report: &mut ChangeReport) {
    report.verdict.decision = Judged::Inconclusive;
    settle(report, Decision::Inconclusive);
}

#[test]
fn a_block_names_the_vulnerability_and_where_it_is() {
    assert_eq!(
        summary(&blocked()),
        format!("Blocked: this change introduces {FIRST}.")
    );
}

#[test]
fn a_score_that_is_assumed_is_said_to_be() {
    let mut report = blocked();
    report.assessment.findings[0].assumed = true;
    report.assessment.findings[0].cvss = Some(90);
    assert_eq!(
        summary(&report),
        "Blocked: this change introduces CVE-2026-0 (no score, taken for CVSS 9.0) in left-pad 2.0.0."
    );
}

#[test]
fn the_worst_of_several_findings_is_named_and_the_rest_counted_once() {
    let mut report = blocked();
    let (second, third) = (
        add(&mut report, Attribution::Introduced),
        add(&mut report, Attribution::Introduced),
    );
    report.assessment.findings[1].cvss = Some(99);
    report.verdict.fired[0].findings = vec![0, second, third, third];
    assert_eq!(
        summary(&report),
        "Blocked: this change introduces CVE-2026-1 (CVSS 9.9) in left-pad 2.0.0, and 2 more count."
    );
}

#[test]
fn several_rules_that_block_are_named() {
    let mut report = blocked();
    let second = add(&mut report, Attribution::Introduced);
    fire(
        &mut report,
        "introduced-unknown-cvss",
        Judged::Block,
        &[second],
    );
    fire(&mut report, "introduced-cvss-warn", Judged::Warn, &[0]);
    assert_eq!(
        summary(&report),
        format!(
            "Blocked: this change introduces {FIRST}, and one more counts (rules `introduced-cvss`, `introduced-unknown-cvss`)."
        )
    );
}

#[test]
fn only_a_vulnerability_of_a_package_is_named_like_one() {
    for (class, said) in [
        (
            FindingClass::License,
            "the licence GPL-3.0-only (high severity) in left-pad 2.0.0",
        ),
        (
            FindingClass::Container,
            "the container finding SNYK-0 (high severity) in left-pad 2.0.0",
        ),
        (
            FindingClass::Infrastructure,
            "the infrastructure finding SNYK-0 (high severity) in left-pad 2.0.0",
        ),
        (
            FindingClass::Code,
            "the code finding SNYK-0 (high severity) in left-pad 2.0.0",
        ),
        (
            FindingClass::Other,
            "the finding SNYK-0 (high severity) in left-pad 2.0.0",
        ),
    ] {
        let mut report = blocked();
        report.evidence.findings[0].class = class;
        report.evidence.findings[0].severity = Some(Severity::High);
        report.assessment.findings[0].cvss = None;
        report.evidence.aliases.clear();
        if class == FindingClass::License {
            report.evidence.licenses.push(FindingTexts {
                finding: 0,
                values: vec!["GPL-3.0-only".to_owned()],
            });
        }
        let summary = summary(&report);
        assert_eq!(summary, format!("Blocked: this change introduces {said}."));
        assert!(!summary.contains("vulnerab"), "{summary}");
    }
}

#[test]
fn a_finding_about_no_package_names_none() {
    let mut report = blocked();
    let fact = &mut report.evidence.findings[0];
    fact.class = FindingClass::Infrastructure;
    (fact.package, fact.version) = (String::new(), String::new());
    assert_eq!(
        summary(&report),
        "Blocked: this change introduces the infrastructure finding CVE-2026-0 (CVSS 9.4)."
    );
}

#[test]
fn a_change_is_not_blamed_for_what_it_does_not_touch() {
    for (attribution, said) in [
        (
            Attribution::DisclosedSince,
            format!("but {FIRST} was disclosed since its base was assessed"),
        ),
        (Attribution::ReOpened, format!("but {FIRST} is open again")),
    ] {
        assert_eq!(
            summary(&fired(attribution, "disclosed-since", Judged::Warn)),
            format!("May pass, with a warning: the change does not touch it, {said}.")
        );
    }
}

#[test]
fn a_downgrade_is_said_to_be_one() {
    let mut report = blocked();
    report.assessment.findings[0].bump = Bump::Downgrade;
    report.evidence.dependencies.as_mut().unwrap()[0].before = Some("3.0.0".to_owned());
    assert_eq!(
        summary(&report),
        format!("Blocked: this change introduces {FIRST} by going back from 3.0.0.")
    );
}

#[test]
fn a_finding_whose_attribution_is_unknown_is_not_blamed_on_the_change() {
    let report = fired(Attribution::Unknown, "unknown-attribution", Judged::Block);
    assert_eq!(
        summary(&report),
        format!("Blocked: it cannot be told whether this change introduces {FIRST}.")
    );
}

#[test]
fn a_rule_about_the_whole_change_speaks_for_itself() {
    let mut report = report();
    fire(&mut report, "coverage", Judged::Warn, &[]);
    assert_eq!(summary(&report), "May pass, with a warning: a rule speaks.");
}

#[test]
fn a_decision_without_a_reason_is_said_to_have_none() {
    let mut report = report();
    settle(&mut report, Decision::Block);
    assert_eq!(
        summary(&report),
        "Blocked: the integration gives no reason."
    );
}

#[test]
fn a_change_that_brings_nothing_passes_as_such_where_everything_was_looked_at() {
    let mut report = report();
    for route in ["test-findings", "branch-projects"] {
        let row = coverage(route, CoverageState::Unsupported);
        report.evidence.coverage.push(row);
    }
    let row = coverage("pr-checks", CoverageState::Awaited);
    report.evidence.coverage.push(row);
    assert_eq!(
        summary(&report),
        "May pass: this change introduces no known vulnerability."
    );
}

#[test]
fn nothing_is_said_to_be_introduced_by_none_while_coverage_has_a_gap() {
    for (route, state) in [
        ("packages", CoverageState::Partial),
        ("packages", CoverageState::NotAsked),
        ("dependencies", CoverageState::NotAsked),
        ("issues", CoverageState::Stale),
        ("test-findings", CoverageState::Partial),
        ("branch-projects", CoverageState::Awaited),
    ] {
        let mut report = report();
        report.evidence.coverage.push(coverage(route, state));
        assert_eq!(
            summary(&report),
            format!(
                "May pass: no active rule objects to what is known of this change; not everything is known: {route} of acme/shop#1 is not complete."
            )
        );
    }
    let mut report = report();
    report.evidence.coverage.pop();
    assert!(summary(&report).ends_with("not everything is known: nobody asked about packages."));
}

#[test]
fn nothing_is_said_to_be_introduced_by_none_while_attribution_is_unknown() {
    let mut report = report();
    add(&mut report, Attribution::Unknown);
    assert_eq!(
        summary(&report),
        "May pass: no active rule objects to what is known of this change; whether it introduces 1 finding cannot be told."
    );
}

#[test]
fn what_is_introduced_and_no_rule_is_about_is_not_called_nothing() {
    let mut report = report();
    add(&mut report, Attribution::Introduced);
    assert_eq!(
        summary(&report),
        "May pass: no active rule objects to what this change introduces."
    );
}

#[test]
fn a_waived_block_names_the_waiver_and_its_end() {
    let mut report = report();
    let index = add(&mut report, Attribution::Introduced);
    waive(&mut report, "W-1", &[index]);
    assert_eq!(
        summary(&report),
        "May pass: what this change introduces is waived by `W-1` until 2026-01-15T10:30:00Z."
    );
}

#[test]
fn a_waiver_of_a_part_does_not_hide_the_rest() {
    let mut report = report();
    let index = add(&mut report, Attribution::Introduced);
    add(&mut report, Attribution::Introduced);
    waive(&mut report, "W-1", &[index]);
    assert_eq!(
        summary(&report),
        "May pass: 1 finding that would count against this change is waived by `W-1` until 2026-01-15T10:30:00Z, and no active rule objects to the rest."
    );
}

#[test]
fn of_several_waivers_the_first_end_counts() {
    let mut report = report();
    let (one, two) = (
        add(&mut report, Attribution::Introduced),
        add(&mut report, Attribution::Introduced),
    );
    waive(&mut report, "W-1", &[one]);
    waive(&mut report, "W-2", &[two]);
    report.waivers.used[1].expires = NOW;
    assert_eq!(
        summary(&report),
        "May pass: what this change introduces is waived by `W-1` and 1 more, of which the first ends at 2026-01-15T09:30:00Z."
    );
}

#[test]
fn what_is_waived_shows_beside_what_still_blocks() {
    let mut report = blocked();
    let waived = add(&mut report, Attribution::Introduced);
    waive(&mut report, "W-1", &[waived]);
    assert_eq!(
        summary(&report),
        format!(
            "Blocked: this change introduces {FIRST}; 1 finding that would count against this change is waived by `W-1` until 2026-01-15T10:30:00Z."
        )
    );
}

#[test]
fn what_waits_says_until_when_and_for_what() {
    let mut report = report();
    report.evidence.coverage = vec![
        coverage("issues", CoverageState::Partial),
        coverage("packages", CoverageState::Awaited),
    ];
    report.evidence.coverage[1].detail = "the answer is being prepared".to_owned();
    report.verdict.missing = vec![0, 1];
    settle(&mut report, Decision::Pending);
    report.deadline = Some(NOW + 900_000);
    assert_eq!(
        summary(&report),
        "Pending: it waits until 2026-01-15T09:45:00Z for evidence: packages of acme/shop#1: the answer is being prepared."
    );
}

#[test]
fn what_fails_open_is_not_called_harmless() {
    let mut report = report();
    report.evidence.coverage[1] = coverage("packages", CoverageState::Partial);
    report.verdict.missing = vec![1];
    settle(&mut report, Decision::Warn);
    report.settled.outcome.opened = true;
    report.settled.outcome.causes = BTreeSet::from([Cause::Partial]);
    assert_eq!(
        summary(&report),
        "May pass, with a warning: packages of acme/shop#1: it is not complete. It could not be told whether this change may pass; it only warns, because the policy fails open for `partial`."
    );
}

#[test]
fn a_missing_list_of_dependencies_names_the_way_out_however_it_is_missing() {
    let sentence = "Cannot tell: no dependency list; give `dependencies` in the change's file, hand one in with `koalr change dependencies`, or turn on GitHub's dependency graph.";
    let mut report = report();
    report.evidence.dependencies = None;
    inconclusive(&mut report);
    report.verdict.unasked = vec!["dependencies".to_owned()];
    assert_eq!(summary(&report), sentence);
    report.evidence.coverage[0] = coverage("dependencies", CoverageState::NotAsked);
    report.evidence.coverage[1] = coverage("packages", CoverageState::NotAsked);
    (report.verdict.unasked, report.verdict.missing) = (vec![], vec![1, 0]);
    assert_eq!(summary(&report), sentence);
}

#[test]
fn a_route_that_nobody_asked_is_named_and_a_sync_only_where_it_helps() {
    let mut report = report();
    inconclusive(&mut report);
    report.verdict.unasked = vec!["issues".to_owned()];
    assert_eq!(
        summary(&report),
        "Cannot tell: nothing was asked about issues; `koalr sync` does that."
    );
    report.verdict.unasked = vec!["packages".to_owned()];
    assert_eq!(
        summary(&report),
        "Cannot tell: nothing was asked about packages."
    );
}

#[test]
fn a_rule_that_errs_is_the_reason() {
    let mut report = report();
    inconclusive(&mut report);
    report.verdict.errors.push(RuleError {
        rule: "max-cvss".to_owned(),
        message: "there is no such rule".to_owned(),
    });
    assert_eq!(
        summary(&report),
        "Cannot tell: rule `max-cvss` could not be evaluated, there is no such rule."
    );
}

#[test]
fn a_rule_that_cannot_tell_names_its_finding() {
    let report = fired(
        Attribution::Unknown,
        "unknown-attribution",
        Judged::Inconclusive,
    );
    assert_eq!(
        summary(&report),
        format!("Cannot tell: it cannot be told whether this change introduces {FIRST}.")
    );
}

#[test]
fn a_mode_says_what_would_have_been() {
    let mut report = blocked();
    for (mode, decision, begin) in [
        (
            Mode::Warn,
            Decision::Warn,
            "Would be blocked (the policy only warns): ",
        ),
        (
            Mode::Observe,
            Decision::Pass,
            "Would be blocked (the policy only observes): ",
        ),
    ] {
        (report.settled.mode, report.settled.decision) = (mode, decision);
        let summary = summary(&report);
        assert!(summary.starts_with(begin), "{summary}");
    }
}

#[test]
fn a_name_of_a_megabyte_leaves_a_sentence() {
    let mut report = blocked();
    report.evidence.findings[0].package = "x".repeat(1 << 20);
    assert!(summary(&report).chars().count() < 200);
}

#[test]
fn what_waits_for_lookups_says_how_many_have_come() {
    let mut report = report();
    add(&mut report, Attribution::Unknown);
    let row = |version: &str, state| Coverage {
        subject: format!("npm:left-pad@{version}"),
        ..coverage("packages", state)
    };
    report.evidence.coverage = vec![
        row("2.0.0", CoverageState::Complete),
        row("1.0.0", CoverageState::Awaited),
    ];
    report.verdict.missing = vec![1];
    settle(&mut report, Decision::Pending);
    report.deadline = Some(NOW + 900_000);
    assert_eq!(
        summary(&report),
        "Pending: it waits until 2026-01-15T09:45:00Z: 1 of 2 packages looked up."
    );
}

#[test]
fn a_list_that_github_refuses_is_named_with_the_other_ways() {
    let mut report = report();
    report.evidence.dependencies = None;
    report.evidence.coverage[0] = coverage("dependencies", CoverageState::Refused);
    report.evidence.coverage[0].detail = "GitHub compares no dependencies".to_owned();
    inconclusive(&mut report);
    report.verdict.missing = vec![0];
    let start =
        "Cannot tell: GitHub compares no dependencies; no dependency list; give `dependencies` in ";
    let sentence = summary(&report);
    assert!(sentence.starts_with(start), "{sentence}");
}

#[test]
fn a_block_that_somebody_lifted_says_who() {
    let mut report = blocked();
    report.settled.decision = Decision::Warn;
    report.settled.overridden = Some(Override {
        change: report.change.id.clone(),
        head_sha: report.change.head_sha.clone(),
        actor: "lea".to_owned(),
        reason: "a hot fix".to_owned(),
        at: NOW,
    });
    assert_eq!(
        summary(&report),
        format!(
            "Would be blocked: this change introduces {FIRST}. `lea` lets this change pass at `5f2c1b7` in spite of the \
             gate; another commit is judged anew."
        )
    );
}
