use koalr_platform::model::verdict::RuleError;
use koalr_platform::waiver::{Refused, Used};
use pulldown_cmark::{Event, Options, Parser, Tag};

use super::*;

const NASTY: &str = "@octocat\n# <img src=x>`![a](//b) | https://evil.example www.evil.example fixes #1 \u{202e}:tada: </details>\n```";

/// A report in which every text is from an attacker.
fn hostile() -> ChangeReport {
    let mut report = blocked();
    let nasty = || NASTY.to_owned();
    report.summary = nasty();
    report.title = nasty();
    report.author = Some(nasty());
    report.change.head_sha = nasty();
    report.judge.plugin = nasty();
    report.judge.version = nasty();
    report.judge.component = nasty();
    report.assessment.model = nasty();
    report.fixes = vec![nasty()];
    report.evidence.aliases.clear();
    report.evidence.findings[0].vulnerability = nasty();
    report.evidence.findings[0].package = nasty();
    report.evidence.findings[0].version = nasty();
    report.assessment.counterfactuals[0].version = nasty();
    let dependency = &mut report.evidence.dependencies.as_mut().unwrap()[0];
    (dependency.name, dependency.before) = (nasty(), Some(nasty()));
    report.evidence.coverage = vec![row(NASTY, CoverageState::Partial)];
    report.evidence.coverage[0].detail = nasty();
    report.verdict.missing = vec![0];
    report.verdict.unasked = vec![nasty()];
    report.verdict.errors = vec![RuleError {
        rule: nasty(),
        message: nasty(),
    }];
    report.rules = vec![AppliedRule {
        code: nasty(),
        summary: nasty(),
        parameters: Vec::new(),
    }];
    report.complaints = vec![nasty()];
    report.waivers.used = vec![Used {
        id: nasty(),
        reason: nasty(),
        approver: nasty(),
        findings: vec![0],
        expires: 0,
    }];
    report.waivers.refused = vec![Refused {
        id: nasty(),
        why: nasty(),
    }];
    report
}

#[test]
fn no_text_from_outside_becomes_markup() {
    let run = CheckRun::of(&hostile());
    let texts = [run.output.summary, run.output.text.unwrap()];
    let mut details = 0;
    for markdown in &texts {
        let mut code_block = false;
        for event in Parser::new_ext(markdown, Options::ENABLE_GFM | Options::ENABLE_TABLES) {
            match event {
                Event::Start(Tag::Link { .. } | Tag::Image { .. } | Tag::Table(_))
                | Event::InlineHtml(_) => {
                    panic!("{event:?} in {markdown}")
                }
                // The fold is ours.
                Event::Html(html) => {
                    assert!(
                        [
                            "<details>\n",
                            "<summary>How the score of 77.5 adds up</summary>\n",
                            "</details>\n"
                        ]
                        .contains(&&*html),
                        "{html}"
                    );
                    details += 1;
                }
                Event::Start(Tag::CodeBlock(_)) => code_block = true,
                Event::End(pulldown_cmark::TagEnd::CodeBlock) => code_block = false,
                Event::Text(text) if !code_block => {
                    assert!(
                        !text.contains(['@', '#', '\u{202e}']),
                        "{text} in {markdown}"
                    );
                    assert!(!text.contains("://") && !text.contains("www."), "{text}");
                    assert!(!text.contains(":tada:"), "{text}");
                }
                _ => {}
            }
        }
    }
    assert_eq!(details, 3);
}

#[test]
fn headings_are_ours_alone() {
    let run = CheckRun::of(&hostile());
    let headings = |text: &str| text.lines().filter(|line| line.starts_with('#')).count();
    assert_eq!(headings(&run.output.summary), 5, "{}", run.output.summary);
    assert_eq!(headings(&run.output.text.unwrap()), 3);
}

#[test]
fn titles_and_messages_are_one_line_without_hidden_characters() {
    let run = CheckRun::of(&hostile());
    let annotation = &run.output.annotations[0];
    for text in [
        &run.output.title,
        &run.name,
        &annotation.title,
        &annotation.message,
    ] {
        assert!(!text.contains(['\n', '\u{202e}']), "{text:?}");
    }
}
