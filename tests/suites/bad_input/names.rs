//! Names that mean harm to who reads them: a terminal, a Markdown renderer, a program.

use koalr_host::jobs::ChangeFile;
use koalr_host::report::{ChangeReport, gate_text, score_text};
use koalr_platform::model::common::{Change, Coverage, CoverageState, DependencyChange};
use koalr_platform::model::evidence::{FindingFact, FindingTexts, FixCandidate};

use super::{change, coverage, dependency, evidence, introduced, judged_change};

/// A report with the name wherever a text from outside can stand.
fn named(name: &str) -> ChangeReport {
    let mut evidence = evidence(98);
    let text = || name.to_owned();
    evidence.dependencies = Some(vec![DependencyChange {
        after: Some(text()),
        manifest: Some(text()),
        ..dependency(name)
    }]);
    evidence.findings = vec![FindingFact {
        vulnerability: text(),
        version: text(),
        ..introduced(name, 98)
    }];
    evidence.aliases.push(FindingTexts {
        finding: 0,
        values: vec![format!("CVE-{name}")],
    });
    evidence.fix_candidates.push(FixCandidate {
        finding: 0,
        version: format!("2.0.0-{name}"),
        worst: Some(0),
    });
    evidence.coverage.push(Coverage {
        subject: text(),
        detail: text(),
        ..coverage("test-findings", CoverageState::Refused)
    });
    evidence.extra.push((text(), text()));
    let file = change(evidence);
    judged_change(ChangeFile {
        change: Change {
            id: text(),
            source_branch: Some(text()),
            ..file.change
        },
        title: text(),
        author: Some(text()),
        ..file
    })
    .unwrap()
}

#[test]
fn no_name_reaches_a_terminal_with_a_control_character() {
    for name in HOSTILE {
        let report = named(name);
        for text in [gate_text(&report, true), score_text(&report, true)] {
            let harmful = text.chars().find(|&letter| is_harmful(letter));
            assert_eq!(harmful, None, "{}", text.escape_debug());
        }
        for text in report.fixes.iter().chain([&report.summary]) {
            assert!(!text.contains(|letter| letter == '\n' || is_harmful(letter)));
        }
    }
}

#[test]
fn no_name_becomes_a_command() {
    for name in HOSTILE {
        for fix in named(name).fixes {
            assert!(fix.starts_with("set `"), "{fix}");
        }
    }
}

#[test]
fn a_report_as_json_gives_every_name_back_as_it_was() {
    for name in HOSTILE {
        let report = named(name);
        let json = serde_json::to_string(&report).unwrap();
        assert!(!json.contains('\u{1b}'));
        let read: ChangeReport = serde_json::from_str(&json).unwrap();
        assert_eq!(read, report);
        assert_eq!(read.evidence.findings[0].package, name);
    }
}

#[test]
fn a_name_of_a_megabyte_is_judged_and_cut_for_people() {
    let report = named(&"left-pad ".repeat((1 << 20) / 9));
    let text = gate_text(&report, true);
    assert!(text.len() < 50 << 10, "{} bytes", text.len());
}

fn is_harmful(letter: char) -> bool {
    let reorders = matches!(letter, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}');
    letter != '\n' && (letter.is_control() || reorders)
}

const HOSTILE: [&str; 9] = [
    "\u{1b}]8;;http://127.0.0.1\u{7}left-pad\u{1b}]8;;\u{7}",
    "left\u{1b}[2J\u{1b}[31mpad",
    "left\u{9b}31mpad\r\nMay pass: nothing to see",
    "left\u{202e}dap\u{2066}\u{200f}",
    "left\0pad\u{8}\u{8}\u{7f}",
    "[left](javascript:alert(1)) ![](http://127.0.0.1/) `` ` `` | # ~~~\n```",
    "<img src=x onerror=alert(1)><!-- --><details>&amp;",
    "left; rm -rf ~ #$(id)`id`",
    "--index-url=http://127.0.0.1",
];
