use koalr_platform::model::common::ParameterValue;
use koalr_platform::waiver::{Ended, Used};

use super::*;

#[track_caller]
fn is_within_limits(run: &CheckRun) {
    let output = &run.output;
    assert!(output.title.len() <= 255, "{}", output.title.len());
    assert!(!output.title.is_empty());
    assert!(output.summary.len() <= 65_535, "{}", output.summary.len());
    let text = output.text.as_ref().unwrap();
    assert!(text.len() <= 65_535, "{}", text.len());
    assert!(output.annotations.len() <= 50);
    assert!(run.more_annotations.iter().all(|batch| batch.len() <= 50));
    for annotation in output
        .annotations
        .iter()
        .chain(run.more_annotations.iter().flatten())
    {
        assert!(annotation.title.len() <= 255, "{}", annotation.title.len());
        assert!(annotation.message.len() <= 64 << 10);
    }
    assert!(run.external_id.len() <= 255 && run.name.len() <= 255);
    for markdown in [&output.summary, text] {
        assert!(markdown.ends_with('\n'));
        assert_eq!(
            markdown.matches("<details>").count(),
            markdown.matches("</details>").count()
        );
        assert_eq!(markdown.matches("```").count() % 2, 0);
    }
}

#[test]
fn every_button_is_within_githubs_limits() {
    let run = CheckRun::of(&blocked());
    assert_eq!(run.actions.len(), 3);
    for action in run.actions {
        assert!(action.label.len() <= 20, "{action:?}");
        assert!(action.description.len() <= 40, "{action:?}");
        assert!(action.identifier.len() <= 20, "{action:?}");
    }
}

#[test]
fn a_hundred_thousand_findings_give_a_bounded_payload() {
    let mut report = blocked();
    for index in 1..100_000_u32 {
        let attribution = match index % 3 {
            0 => Attribution::Introduced,
            1 => Attribution::Carried,
            _ => Attribution::Unknown,
        };
        add(&mut report, attribution, 50);
        report.evidence.aliases.push(FindingTexts {
            finding: index,
            values: vec![format!("CVE-2025-{index}")],
        });
        report
            .evidence
            .coverage
            .push(row("packages", CoverageState::Partial));
        report.verdict.missing.push(index - 1);
    }
    fire(&mut report, Judged::Block, (0..100_000).collect());
    let run = CheckRun::of(&report);
    is_within_limits(&run);
    assert!(
        run.output
            .summary
            .contains("### Introduced by this change (33334)\n")
    );
    assert!(run.output.summary.contains("\n- and 33314 more\n"));
    assert!(run.output.summary.contains("\n- and 99989 more\n"));
}

#[test]
fn endless_names_in_four_byte_characters_give_a_bounded_payload_with_every_section() {
    let huge = "🦀".repeat(1 << 12);
    let mut report = blocked();
    for _ in 0..30 {
        for attribution in [
            Attribution::Introduced,
            Attribution::Carried,
            Attribution::Unknown,
        ] {
            add(&mut report, attribution, 50);
        }
    }
    for fact in &mut report.evidence.findings {
        (fact.package, fact.version) = (huge.clone(), huge.clone());
        fact.vulnerability = huge.clone();
    }
    report.evidence.aliases.clear();
    report.summary = huge.clone();
    report.author = Some(huge.clone());
    report.evidence.coverage = vec![row(&huge, CoverageState::Partial); 30];
    report.verdict.missing = (0..30).collect();
    report.complaints = vec![huge.clone(); 30];
    report.waivers.expired = vec![
        Ended {
            id: huge.clone(),
            at: i64::MAX
        };
        30
    ];
    report.waivers.used = vec![
        Used {
            id: huge.clone(),
            reason: huge.clone(),
            approver: huge.clone(),
            findings: vec![0; 30],
            expires: 0
        };
        30
    ];
    let parameter = AppliedParameter {
        key: huge.clone(),
        value: ParameterValue::Texts(vec![huge.clone(); 30]),
        given: true,
    };
    report.rules = vec![
        AppliedRule {
            code: huge.clone(),
            summary: huge,
            parameters: vec![parameter]
        };
        60
    ];
    let run = CheckRun::of(&report);
    is_within_limits(&run);
    for (text, headings) in [
        (&run.output.summary, 7),
        (run.output.text.as_ref().unwrap(), 3),
    ] {
        let found: Vec<&str> = text
            .lines()
            .filter(|line| line.starts_with("### "))
            .collect();
        assert_eq!(found.len(), headings, "{found:?}");
    }
}

#[test]
fn commands_are_shown_whole_or_not_at_all() {
    let mut report = blocked();
    report.fixes = vec![
        format!("npm install {}@1", "a".repeat(1 << 20)),
        "npm install b@1".to_owned(),
    ];
    let summary = CheckRun::of(&report).output.summary;
    assert!(!summary.contains("npm install"), "{summary}");
    let instead = "2 upgrades, too many or too long to show here; `koalr gate` lists them.\n";
    assert!(summary.contains(instead), "{summary}");
    report.fixes = vec!["npm install b@1".to_owned(); 41];
    assert!(!CheckRun::of(&report).output.summary.contains("npm install"));
}
