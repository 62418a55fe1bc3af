//! What a change was judged by: rules, coverage, unknowns, model and component.

use koalr_platform::model::evidence::Observation;

use super::super::escape::{name, plain};
use super::super::figure::value;
use super::super::instant::utc;
use super::super::layout::{below, item, rest};
use super::View;
use super::unknown::row;

/// Everything that decided, whole up to the bound.
pub(super) fn basis(text: &mut String, view: &View<'_>) {
    rules(text, view);
    coverage(text, view);
    doubts(text, view);
    judge(text, view);
}

fn rules(text: &mut String, view: &View<'_>) {
    let rules = &view.report.rules;
    text.push_str("\nRules that were active\n");
    if rules.is_empty() {
        item(text, "none");
    }
    for rule in rules.iter().take(view.most()) {
        item(
            text,
            &format!("{}: {}", name(&rule.code), plain(&rule.summary)),
        );
        for parameter in rule.parameters.iter().take(view.most()) {
            let source = if parameter.given { "given" } else { "default" };
            let key = name(&parameter.key);
            below(
                text,
                4,
                &format!("{key} = {} ({source})", value(&parameter.value)),
            );
        }
    }
    rest(text, rules.len(), view.most(), view.elsewhere());
}

fn coverage(text: &mut String, view: &View<'_>) {
    let rows = &view.report.evidence.coverage;
    text.push_str("\nWhat was asked\n");
    if rows.is_empty() {
        item(text, "nothing");
    }
    for coverage in rows.iter().take(view.most()) {
        let when = coverage
            .as_of
            .map_or_else(String::new, |at| format!(" (as of {})", utc(at)));
        item(text, &format!("{}{when}", row(coverage)));
    }
    rest(text, rows.len(), view.most(), view.elsewhere());
}

fn doubts(text: &mut String, view: &View<'_>) {
    let unknowns = &view.report.assessment.unknowns;
    if unknowns.is_empty() {
        return;
    }
    text.push_str("\nWhat the score could not tell\n");
    for unknown in unknowns.iter().take(view.most()) {
        let line = unknown.finding.and_then(|index| view.report.line(index));
        let of = line.map_or_else(String::new, |line| {
            format!(
                "{} in {}: ",
                name(view.names.of(&line)),
                name(&line.fact.package)
            )
        });
        item(text, &format!("{of}{}", plain(&unknown.message)));
    }
    rest(text, unknowns.len(), view.most(), view.elsewhere());
}

fn judge(text: &mut String, view: &View<'_>) {
    let report = view.report;
    text.push_str("\nJudged by\n");
    let settings = report.settings.iter();
    let settings: Vec<String> = settings
        .map(|one| format!(", {} = {}", name(&one.key), value(&one.value)))
        .collect();
    item(
        text,
        &format!(
            "model {}{}",
            name(&report.assessment.model),
            settings.concat()
        ),
    );
    let judge = &report.judge;
    item(
        text,
        &format!(
            "integration {} {}",
            name(&judge.plugin),
            name(&judge.version)
        ),
    );
    item(text, &format!("component {}", plain(&judge.component)));
    item(text, &format!("policy mode {}", report.settled.mode.word()));
    let evidence = match report.evidence.observation {
        Observation::Observed => "gathered while the change was open",
        Observation::Reconstructed => "rebuilt later from stored history",
    };
    item(text, &format!("evidence {evidence}"));
    item(
        text,
        &format!(
            "as of {}, first asked {}",
            utc(report.as_of),
            utc(report.asked_at)
        ),
    );
}
