//! What a person reads, line by line.

use koalr_platform::merge::merge;
use koalr_platform::model::assessment::{
    Attribution, Contribution, ContributionSubject, Counterfactual, UnknownFact,
};
use koalr_platform::model::common::{ParameterValue, SettingEntry};
use koalr_platform::model::evidence::FindingTexts;
use koalr_platform::model::verdict::{Decision as Judged, RuleError, Waived};
use koalr_platform::policy::Mode;
use koalr_platform::waiver::{Ended, Refused, Used};

use super::super::layout::columns;
use super::super::settings::{AppliedParameter, AppliedRule};
use super::super::summary::summary;
use super::super::testing::{NOW, add, coverage, fire, report};
use super::*;

/// A change that is blocked, with something under every heading.
fn full() -> ChangeReport {
    let mut report = report();
    for attribution in [
        Attribution::Introduced,
        Attribution::Unknown,
        Attribution::Carried,
        Attribution::Removed,
        Attribution::Introduced,
    ] {
        add(&mut report, attribution);
    }
    fire(&mut report, "introduced-cvss", Judged::Block, &[0]);
    report.settled.score = merge(Some(200), 700, Decision::Block, Mode::Enforce);
    report.title = "Pad to the left".to_owned();
    report.fixes = vec!["npm install left-pad@2.0.1".to_owned()];
    report.waivable_until = Some(NOW + 86_400_000);
    report.assessment.counterfactuals.push(Counterfactual {
        dependency: 0,
        version: "2.0.1".to_owned(),
        score: 0,
        removes: vec![0],
        verified: true,
    });
    report.assessment.contributions.push(Contribution {
        subject: ContributionSubject::Finding(0),
        points: 700,
        hazard: 1200,
        terms: vec![1000, 1200],
    });
    report.assessment.terms = vec!["base".to_owned(), "bump".to_owned()];
    report.assessment.unknowns.push(UnknownFact {
        code: "attribution-unknown".to_owned(),
        finding: Some(1),
        message: "it cannot be told".to_owned(),
    });
    report
        .evidence
        .extra
        .push(("route:packages".to_owned(), "0 1".to_owned()));
    report
        .evidence
        .extra
        .push(("route:issues".to_owned(), "0".to_owned()));
    let mut checks = coverage("pr-checks", CoverageState::Complete);
    checks.detail = "open source: passed".to_owned();
    report.evidence.coverage.push(checks);
    let row = coverage("issues", CoverageState::Stale);
    report.evidence.coverage.push(row);
    report.verdict.missing = vec![3];
    report.verdict.waived.push(Waived {
        finding: 4,
        waiver: "W-1".to_owned(),
        rule: "introduced-cvss".to_owned(),
    });
    let ended = |id: &str| Ended {
        id: id.to_owned(),
        at: NOW,
    };
    report.waivers.used.push(Used {
        id: "W-1".to_owned(),
        reason: "not reached".to_owned(),
        approver: "jo".to_owned(),
        findings: vec![4],
        expires: NOW,
    });
    report.waivers.ending.push(ended("W-1"));
    report.waivers.expired.push(ended("W-2"));
    report.waivers.unused.push("W-3".to_owned());
    report.waivers.refused.push(Refused {
        id: "W-4".to_owned(),
        why: "void by `fix-available`: a fix exists".to_owned(),
    });
    report
        .complaints
        .push("line 3, column 1: `reason` is missing".to_owned());
    report.rules.push(AppliedRule {
        code: "introduced-cvss".to_owned(),
        summary: "Blocks from this score on.".to_owned(),
        parameters: vec![AppliedParameter {
            key: "threshold".to_owned(),
            value: ParameterValue::Tenths(90),
            given: false,
        }],
    });
    report.settings.push(SettingEntry {
        key: "cvss-source".to_owned(),
        value: ParameterValue::Text("selected".to_owned()),
    });
    report.summary = summary(&report);
    report
}

/// Headings of a text, in its order.
fn headings(text: &str) -> Vec<&str> {
    let blocks = text.split("\n\n").skip(2);
    blocks.filter_map(|block| block.lines().next()).collect()
}

/// The lines under a heading.
#[track_caller]
fn under<'a>(text: &'a str, heading: &str) -> Vec<&'a str> {
    let mut blocks = text.split("\n\n");
    let block = blocks.find(|block| block.lines().next() == Some(heading));
    block.expect(text).lines().skip(1).collect()
}

#[test]
fn the_sentence_and_the_fix_come_first_and_the_sum_last() {
    let text = gate_text(&full(), false);
    assert!(
        text.starts_with("BLOCK  acme/shop#1  Pad to the left\n\nBlocked: "),
        "{text}"
    );
    assert_eq!(
        headings(&text),
        [
            "To let it pass",
            "Introduced by this change",
            "Whose they are cannot be told",
            "Not yours",
            "Fixed by this change",
            "What an upgrade would change",
            "The upstream's own checks",
            "Waivers",
            "What is not known",
            "Who can lift it",
            "How the score adds up",
        ]
    );
}

#[test]
fn a_score_is_the_number_first_and_then_the_same_evidence() {
    let report = full();
    let (gate, score) = (gate_text(&report, true), score_text(&report, true));
    assert!(score.starts_with("80.0 CRITICAL  acme/shop#1"), "{score}");
    let from = "\nIntroduced by this change\n";
    assert_eq!(
        gate.split_once(from).unwrap().1,
        score.split_once(from).unwrap().1
    );
}

#[test]
fn every_waiver_says_what_became_of_it() {
    let text = gate_text(&full(), false);
    assert_eq!(
        under(&text, "Waivers"),
        [
            "  W-1 lets CVE-2026-4 (CVSS 9.4) in left-pad 2.0.0 pass until",
            "    2026-01-15T09:30:00Z; approved by jo: not reached",
            "  W-1 ends soon: at 2026-01-15T09:30:00Z",
            "  W-4 does not hold: void by `fix-available`: a fix exists",
            "  W-2 does not hold: it expired at 2026-01-15T09:30:00Z",
            "  W-3 holds and nothing here needs it: fixed since, misspelt, or for another",
            "    change",
            "  not read, so that it does not hold: line 3, column 1: `reason` is missing",
        ]
    );
}

#[test]
fn what_is_not_known_comes_with_its_remedy() {
    let text = gate_text(&full(), false);
    assert_eq!(
        under(&text, "What is not known"),
        ["  issues of acme/shop#1, too old; `koalr sync` reads it again"]
    );
}

#[test]
fn a_gap_that_nothing_depends_on_is_said_to_be_one() {
    let mut report = full();
    report.verdict.missing.clear();
    let text = gate_text(&report, false);
    assert_eq!(
        under(&text, "What is not known"),
        ["  issues of acme/shop#1, too old (no active rule needs it)"]
    );
}

#[test]
fn a_block_says_who_can_lift_it_and_until_when() {
    let mut report = full();
    assert_eq!(
        under(&gate_text(&report, false), "Who can lift it"),
        [
            "  anybody but mira, who wrote the change, by approving a waiver of the finding",
            "    that blocks, until 2026-01-16T09:30:00Z at most",
        ]
    );
    report.author = None;
    assert_eq!(
        under(&gate_text(&report, false), "Who can lift it"),
        [
            "  nobody yet: no waiver holds while it is not known who wrote the change; give",
            "    its `author`",
        ]
    );
}

#[test]
fn a_block_without_an_upgrade_says_what_is_possible() {
    let mut report = full();
    report.fixes.clear();
    assert_eq!(
        under(&gate_text(&report, false), "To let it pass"),
        [
            "  no set of upgrades is known to do it: remove left-pad, or let somebody waive",
            "    CVE-2026-0 (CVSS 9.4) in left-pad 2.0.0",
        ]
    );
}

#[test]
fn an_explanation_says_why_each_finding_is_whose_and_how_it_is_known() {
    let mut report = full();
    report.evidence.findings[2].base = koalr_platform::model::evidence::Presence::Present;
    let text = gate_text(&report, true);
    let introduced = under(&text, "Introduced by this change").join("\n");
    assert!(
        introduced.contains(
            "         introduced: the change moves the dependency from 1.0.0 to 2.0.0; the\n           head has it, the base does not have it at this version; known from\n           packages, issues"
        ),
        "{introduced}"
    );
    let carried = under(&text, "Not yours").join("\n");
    assert!(carried.contains("carried: the change moves"), "{carried}");
    assert!(!gate_text(&report, false).contains("known from"));
}

#[test]
fn an_explanation_names_rules_coverage_model_and_component() {
    let text = gate_text(&full(), true);
    assert_eq!(
        under(&text, "Rules that were active"),
        [
            "  introduced-cvss: Blocks from this score on.",
            "    threshold = 9.0 (default)",
        ]
    );
    assert_eq!(under(&text, "What was asked").len(), 4);
    assert_eq!(
        under(&text, "What the score could not tell"),
        ["  CVE-2026-1 in left-pad: it cannot be told"]
    );
    let judged = under(&text, "Judged by");
    assert_eq!(judged[0], "  model hazard-1, cvss-source = selected");
    assert_eq!(judged[1], "  integration snyk 0.1.0");
    assert_eq!(judged[2], format!("  component {}", "0".repeat(64)));
}

#[test]
fn the_whole_sum_has_its_hazards_and_the_short_one_has_not() {
    let report = full();
    let whole = gate_text(&report, true);
    assert!(
        whole.contains("      hazard 1.2 = base 1.0 × 1.2 version bump\n"),
        "{whole}"
    );
    assert!(
        whole.contains("    100 × (1 − (1 − 20.0 / 100) × (1 − 70.0 / 100)) = 76.0\n"),
        "{whole}"
    );
    assert!(!gate_text(&report, false).contains("hazard"));
}

#[test]
fn no_line_is_wider_than_a_terminal_whatever_names_are_in_it() {
    for nasty in [
        "x".repeat(1 << 20),
        "漢字".repeat(150),
        "a \u{1b}[31m\n\r\t\u{202e}".repeat(40),
        "e\u{301}".repeat(300),
        "<script> `x` | [y](z) ".repeat(20),
        "\0".repeat(300),
    ] {
        let mut report = full();
        spoil(&mut report, &nasty);
        for explain in [false, true] {
            for text in [gate_text(&report, explain), score_text(&report, explain)] {
                assert!(text.len() < 100_000, "{}", text.len());
                for line in text.lines() {
                    // What cannot be broken stands alone.
                    let alone = !line.trim().trim_end_matches(" \\").contains(' ');
                    assert!(columns(line) <= WIDTH || alone, "{line}");
                    assert!(!line.contains(char::is_control), "{line:?}");
                }
            }
        }
    }
}

/// Puts a text wherever one from outside can be.
fn spoil(report: &mut ChangeReport, nasty: &str) {
    let text = || nasty.to_owned();
    report.title = text();
    report.change.id = text();
    report.author = Some(text());
    report.fixes = vec![
        "go get example.com/a/very/long/path/of/a/module/that/nobody/would/type@v1.0.0".to_owned(),
    ];
    for dependency in report.evidence.dependencies.iter_mut().flatten() {
        (dependency.name, dependency.before, dependency.after) =
            (text(), Some(text()), Some(text()));
    }
    for fact in &mut report.evidence.findings {
        (fact.vulnerability, fact.package, fact.version) = (text(), text(), text());
    }
    for texts in &mut report.evidence.aliases {
        texts.values = vec![format!("CVE-{nasty}")];
    }
    report.evidence.licenses.push(FindingTexts {
        finding: 0,
        values: vec![text()],
    });
    report
        .evidence
        .extra
        .push((format!("route:{nasty}"), "0".to_owned()));
    for row in &mut report.evidence.coverage {
        (row.subject, row.detail) = (text(), text());
    }
    let mut row = coverage(nasty, CoverageState::Refused);
    row.detail = text();
    report.evidence.coverage.push(row);
    report.assessment.contributions.push(Contribution {
        subject: ContributionSubject::Other(text()),
        points: 1,
        hazard: 1,
        terms: vec![1, 2],
    });
    report.assessment.terms = vec![text(), text()];
    report.assessment.model = text();
    report.assessment.counterfactuals[0].version = text();
    report.assessment.unknowns[0].message = text();
    report.verdict.unasked.push(text());
    report.verdict.errors.push(RuleError {
        rule: text(),
        message: text(),
    });
    let waivers = &mut report.waivers;
    (waivers.used[0].id, waivers.used[0].reason) = (text(), text());
    waivers.used[0].approver = text();
    waivers.ending[0].id = text();
    waivers.unused.push(text());
    (waivers.refused[0].id, waivers.refused[0].why) = (text(), text());
    report.complaints = vec![text()];
    let rule = &mut report.rules[0];
    (rule.code, rule.summary, rule.parameters[0].key) = (text(), text(), text());
    rule.parameters[0].value = ParameterValue::Texts(vec![text(); 30]);
    report.settings[0].key = text();
    (report.judge.plugin, report.judge.version) = (text(), text());
    report.summary = summary(report);
}

#[test]
fn a_hundred_thousand_findings_make_a_short_text() {
    let mut report = full();
    for _ in 0..100_000 {
        add(&mut report, Attribution::Introduced);
    }
    let all: Vec<u32> = (0..100_000).collect();
    report.verdict.fired[0].findings.clone_from(&all);
    report.verdict.missing = vec![3; 100_000];
    report.assessment.contributions = all
        .iter()
        .map(|index| Contribution {
            subject: ContributionSubject::Finding(*index),
            points: 0,
            hazard: 1,
            terms: vec![],
        })
        .collect();
    let row = coverage("packages", CoverageState::Partial);
    report.evidence.coverage.extend(vec![row; 100_000]);
    // A scan of all names for each line would take minutes here.
    report.summary = summary(&report);
    let (short, whole) = (gate_text(&report, false), gate_text(&report, true));
    assert!(short.len() < 10_000, "{}", short.len());
    assert!(whole.len() < 200_000, "{}", whole.len());
    assert!(
        short.contains("  and 99992 more; `--explain` shows more\n"),
        "{short}"
    );
}
