//! How a verdict came about: the arithmetic, the rules, what is wrong with the waivers, who judged.

use std::fmt::Write as _;

use koalr_platform::model::assessment::{Contribution, ContributionSubject};
use koalr_platform::model::common::{ParameterValue, Tenths};

use super::body::{Body, list};
use crate::report::arithmetic::arithmetic;
use crate::report::change::{ChangeReport, Names};
use crate::report::figure::tenths;
use crate::report::instant::utc;
use crate::report::markdown::{code, fence, inline};
use crate::report::settings::{AppliedParameter, AppliedRule};

/// `unannotated` is how many findings could be annotated and are not.
pub(super) fn details(report: &ChangeReport, names: &Names<'_>, unannotated: usize) -> String {
    let mut body = Body::default();
    body.add(&sum(report, names));
    body.add(&list(
        "Active rules",
        report.rules.len(),
        MOST_RULES,
        report.rules.iter().map(rule),
    ));
    body.add(&list(
        "Mistakes in the waiver file",
        report.complaints.len(),
        MOST_COMPLAINTS,
        report.complaints.iter().map(|complaint| inline(complaint)),
    ));
    body.add(&judged_by(report, unannotated));
    body.finish()
}

/// The arithmetic, folded. Parts beyond the largest are one, so that it still adds up.
fn sum(report: &ChangeReport, names: &Names<'_>) -> String {
    let text = match report.assessment.contributions.split_at_checked(MOST_PARTS) {
        Some((_, rest)) if !rest.is_empty() => {
            let rest = together(rest);
            let mut short = report.clone();
            short.assessment.contributions.truncate(MOST_PARTS);
            short.assessment.contributions.push(rest);
            arithmetic(&short, names, true)
        }
        _ => arithmetic(report, names, true),
    };
    let fenced = if text.len() > MAX_SUM {
        "It is too long to show here; `koalr gate` prints it.\n".to_owned()
    } else {
        fence(text.lines())
    };
    format!(
        "<details>\n<summary>How the score of {} adds up</summary>\n\n{fenced}\n</details>\n",
        tenths(report.settled.score.score)
    )
}

fn together(rest: &[Contribution]) -> Contribution {
    Contribution {
        subject: ContributionSubject::Other(format!("{} smaller parts", rest.len())),
        points: rest
            .iter()
            .fold(0, |sum: Tenths, part| sum.saturating_add(part.points)),
        hazard: rest
            .iter()
            .fold(0, |sum: u32, part| sum.saturating_add(part.hazard)),
        terms: Vec::new(),
    }
}

fn rule(rule: &AppliedRule) -> String {
    let mut text = code(&rule.code);
    for (index, entry) in rule.parameters.iter().take(MOST_PARAMETERS).enumerate() {
        text.push_str(if index == 0 { ": " } else { ", " });
        text.push_str(&parameter(entry));
    }
    match rule.parameters.len().saturating_sub(MOST_PARAMETERS) {
        0 => {}
        more => _ = write!(text, " and {more} more"),
    }
    text
}

fn parameter(entry: &AppliedParameter) -> String {
    let value = match &entry.value {
        ParameterValue::Flag(true) => "yes".to_owned(),
        ParameterValue::Flag(false) => "no".to_owned(),
        ParameterValue::Integer(number) => number.to_string(),
        ParameterValue::Tenths(number) => tenths(*number),
        ParameterValue::Text(text) => code(text),
        ParameterValue::Texts(texts) => {
            let shown = texts.iter().take(MOST_PARAMETERS).map(|text| code(text));
            let shown = shown.collect::<Vec<_>>().join(" ");
            match texts.len().saturating_sub(MOST_PARAMETERS) {
                0 => format!("[{shown}]"),
                more => format!("[{shown} and {more} more]"),
            }
        }
    };
    let given = if entry.given { "" } else { " (default)" };
    format!("{} {value}{given}", code(&entry.key))
}

fn judged_by(report: &ChangeReport, unannotated: usize) -> String {
    let judge = &report.judge;
    let mut lines = vec![
        format!(
            "{} {}, component {}, model {}",
            code(&judge.plugin),
            code(&judge.version),
            code(&judge.component),
            code(&report.assessment.model)
        ),
        format!(
            "commit {}, judged for {}",
            code(&report.change.head_sha),
            utc(report.as_of)
        ),
    ];
    if unannotated > 0 {
        lines.push(format!(
            "findings without an annotation because there are too many: {unannotated}"
        ));
    }
    list("Judged by", lines.len(), lines.len(), lines.into_iter())
}

/// Most parts of the score shown one by one.
const MOST_PARTS: usize = 40;

/// Longest arithmetic, in bytes. Forty parts of five lines with eighty columns are a quarter of it.
const MAX_SUM: usize = 48_000;

/// Most rules shown. Integrations declare about ten.
const MOST_RULES: usize = 40;

/// Most parameters of a rule, and most texts of a parameter.
const MOST_PARAMETERS: usize = 10;

/// Most mistakes shown.
const MOST_COMPLAINTS: usize = 10;
