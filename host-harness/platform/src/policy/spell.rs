//! From a policy to a file that explains itself.

use std::fmt::Write;

use super::read::{ACTIVE, MAX_DEADLINE_SECS, MAX_SCORE, MAX_WAIVER_DAYS};
use super::{CvssSource, Mode, Policy, RulePolicy, write};
use crate::decision::Cause;
use crate::document::decimal;
use crate::model::common::ParameterKind;
use crate::model::manifest::Rule;

pub(super) fn policy(policy: &Policy, declared: &[Rule]) -> String {
    let mut text = String::new();
    for (key, value) in write::keys(policy) {
        comment(&mut text, &about(key));
        line(&mut text, key, &value);
        text.push('\n');
    }
    for declared in declared {
        rule(&mut text, declared, policy.rules.get(&declared.code));
    }
    let is_declared = |code: &String| declared.iter().any(|rule| rule.code == *code);
    for (code, given) in &policy.rules {
        if !is_declared(code) {
            comment(&mut text, "The integration does not declare this rule.");
            table(&mut text, code, given.active);
            for (name, value) in &given.parameters {
                line(&mut text, &write::key(name), &write::value(value));
            }
            text.push('\n');
        }
    }
    text.truncate(text.trim_end().len());
    text.push('\n');
    text
}

fn rule(text: &mut String, declared: &Rule, given: Option<&RulePolicy>) {
    comment(text, &declared.summary);
    let active = given.map_or(declared.active_by_default, |given| given.active);
    table(text, &declared.code, active);
    for parameter in &declared.parameters {
        let about = format!("{} {}", parameter.summary, range(&parameter.kind));
        comment(text, &about);
        let given = given.and_then(|given| given.parameters.get(&parameter.name));
        let value = write::value(given.unwrap_or(&parameter.default));
        line(text, &write::key(&parameter.name), &value);
    }
    text.push('\n');
}

fn table(text: &mut String, code: &str, active: bool) {
    _ = writeln!(text, "[rules.{}]\n{ACTIVE} = {active}", write::key(code));
}

fn line(text: &mut String, key: &str, value: &str) {
    _ = writeln!(text, "{key} = {value}");
}

/// One line, whatever an integration says.
fn comment(text: &mut String, about: &str) {
    let clean = |char: char| if char.is_control() { ' ' } else { char };
    let about: String = about
        .trim()
        .chars()
        .take(COMMENT_CHARS)
        .map(clean)
        .collect();
    _ = writeln!(text, "# {about}");
}

/// What a key does, and what it may be.
fn about(key: &str) -> String {
    let opening = Cause::ALL.into_iter().filter(|cause| cause.may_open());
    match key {
        "mode" => format!(
            "How decisions bind: {}.",
            words([Mode::Observe, Mode::Warn, Mode::Enforce].map(Mode::word))
        ),
        "cvss-source" => format!(
            "Which CVSS rating counts, the one chosen at sync or the highest of all: {}.",
            words([CvssSource::Selected, CvssSource::Highest].map(CvssSource::word))
        ),
        "fail-open" => format!(
            "Causes for which a change that cannot be judged only warns: none or some of {}.",
            words(opening.map(Cause::word))
        ),
        "deadline-seconds" => format!(
            "How long awaited evidence keeps a change pending, in seconds: 0 to {MAX_DEADLINE_SECS}."
        ),
        "waiver-max-days" => format!(
            "Longest life of a waiver, from its creation to its expiry, in days: 1 to {MAX_WAIVER_DAYS}."
        ),
        "bands" => format!(
            "Scores at which the bands begin, each above the one before: 0.1 to {}.",
            decimal(MAX_SCORE)
        ),
        _ => String::new(),
    }
}

/// What a parameter may be.
fn range(kind: &ParameterKind) -> String {
    match kind {
        ParameterKind::Flag => "`true` or `false`.".to_owned(),
        ParameterKind::Integer((low, high)) => format!("{low} to {high}."),
        ParameterKind::Tenths((low, high)) => format!("{} to {}.", decimal(*low), decimal(*high)),
        ParameterKind::Choice(choices) => {
            let choices = words(choices.iter().map(String::as_str));
            format!("One of {choices}.")
        }
        ParameterKind::Text => "Any text.".to_owned(),
        ParameterKind::Texts => "A list of texts, which may be empty.".to_owned(),
    }
}

fn words<'a>(words: impl IntoIterator<Item = &'a str>) -> String {
    let words: Vec<String> = words.into_iter().map(|word| format!("`{word}`")).collect();
    words.join(", ")
}

/// Characters of a comment that are shown. Longer than any sentence that says one thing.
const COMMENT_CHARS: usize = 300;
