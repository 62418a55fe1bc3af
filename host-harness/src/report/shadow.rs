//! A version beside the one that serves, as text.

mod recordings;

use std::fmt::Write as _;

use koalr_platform::model::verdict::Decision as Judged;
use koalr_platform::rollout::Release;

use super::escape::{name, plain};
use super::figure::{count, tenths};
use super::instant::utc;
use super::layout::{below, columns, cut, item, rest, sentence};
use super::pace::grouped;
use crate::jobs::{
    Conclusion, Judgement, ShadowChanges, ShadowCost, ShadowReport, ShadowTenants, Side, Spent,
    Turn, VerdictChange,
};

/// What another version decides, in eighty columns: first what it comes to, as one sentence.
#[must_use]
pub fn shadow_text(report: &ShadowReport) -> String {
    let mut text = String::new();
    sentence(&mut text, &shadow_sentence(report));
    let versions = format!(
        "{} {} beside {}, which serves; decisions of {} to {} of {}.",
        name(&report.integration),
        release(&report.candidate),
        release(&report.serving),
        utc(report.from),
        utc(report.as_of),
        count(number(report.tenants.looked_at), ("tenant", "tenants"))
    );
    sentence(&mut text, &versions);
    let changes = &report.changes;
    verdicts(&mut text, changes);
    failures(&mut text, changes);
    tenants(&mut text, &report.tenants);
    if changes.compared > 0 {
        text.push('\n');
        sentence(&mut text, "Points");
        item(&mut text, &points(changes));
        if changes.only_details > 0 {
            let line = format!(
                "in {} the score is the same, and its parts, what is waived or what is not known differ",
                count(number(changes.only_details), CHANGES)
            );
            item(&mut text, &line);
        }
    }
    let judging = "Cost of score and gate, serving → candidate";
    cost(&mut text, judging, report.cost.as_ref());
    recordings::told(&mut text, &report.recordings);
    text
}

/// What a comparison comes to, as one sentence for people.
#[must_use]
pub fn shadow_sentence(report: &ShadowReport) -> String {
    let changes = &report.changes;
    let all = u64::from(changes.compared);
    let mut said = match (report.conclusion, changes.compared) {
        (Conclusion::Unknown, _) => {
            return format!(
                "Nothing to compare: no change of that time could be judged by both, so that it is not known what {} would decide otherwise.",
                name(&report.candidate.version)
            );
        }
        (_, 0) => "No change was judged by both".to_owned(),
        _ if changes.verdicts == 0 => format!(
            "None of {} would be decided otherwise",
            grouped_changes(all)
        ),
        _ => format!(
            "{} of {} would be decided otherwise: {}",
            grouped(u64::from(changes.verdicts)),
            grouped_changes(all),
            turns(changes)
        ),
    };
    for (failed, release) in [
        (changes.candidate_failed, &report.candidate),
        (changes.serving_failed, &report.serving),
    ] {
        if failed > 0 {
            let _ = write!(
                said,
                "; {} more could not be judged by {} alone",
                grouped(u64::from(failed)),
                name(&release.version)
            );
        }
    }
    if report.tenants.deserted > 0 {
        let tenants = count(number(report.tenants.deserted), ("tenant", "tenants"));
        let version = name(&report.candidate.version);
        let _ = write!(said, "; {tenants} would get no decision from {version}");
    }
    for (failed, release) in [
        (report.recordings.candidate_failed, &report.candidate),
        (report.recordings.serving_failed, &report.serving),
    ] {
        if failed > 0 {
            let failed = count(
                number(failed),
                ("recorded call fails", "recorded calls fail"),
            );
            let _ = write!(said, "; {failed} in {} alone", name(&release.version));
        }
    }
    said + "."
}

fn turns(changes: &ShadowChanges) -> String {
    let turns = [
        (changes.stricter, "stricter"),
        (changes.looser, "looser"),
        (changes.other_rules, "the same by other rules"),
    ];
    let there = turns.iter().filter(|(count, _)| *count > 0);
    let named = there.map(|(count, turn)| format!("{} {turn}", grouped(u64::from(*count))));
    named.collect::<Vec<_>>().join(", ")
}

/// A table of the verdicts that differ.
fn verdicts(text: &mut String, changes: &ShadowChanges) {
    if changes.examples.is_empty() {
        return;
    }
    text.push('\n');
    line(text, "Change", "Decision", "Points");
    for one in &changes.examples {
        let VerdictChange {
            serving, candidate, ..
        } = one;
        let decision = format!(
            "{} → {}",
            serving.decision.word(),
            candidate.decision.word()
        );
        let points = format!("{} → {}", tenths(serving.points), tenths(candidate.points));
        let change = format!("{} at {}", name(&one.change), short(&one.head_sha));
        line(text, &change, &decision, &points);
        let turn = match one.turn {
            Turn::Stricter => "stricter",
            Turn::Looser => "looser",
            Turn::OtherRules => "other rules",
        };
        let why = format!(
            "{turn}, {}: {} → {}",
            name(&one.tenant),
            rules(serving),
            rules(candidate)
        );
        below(text, 4, &why);
    }
    rest(text, number(changes.verdicts), changes.examples.len(), "");
}

fn line(text: &mut String, change: &str, decision: &str, points: &str) {
    let change = cut(change, CHANGE);
    let decision = cut(decision, DECISION);
    let gap = |width: usize, cell: &str| " ".repeat(width - columns(cell) + 2);
    *text += "  ";
    *text += &change;
    *text += &gap(CHANGE, &change);
    *text += &decision;
    *text += &gap(DECISION, &decision);
    *text += points;
    text.push('\n');
}

fn rules(one: &Judgement) -> String {
    if one.rules.is_empty() {
        return "no rule".to_owned();
    }
    let rules = one.rules.iter().map(|(rule, decision)| {
        let decision = match decision {
            Judged::Pass => "passes",
            Judged::Warn => "warns",
            Judged::Inconclusive => "cannot tell",
            Judged::Block => "blocks",
        };
        format!("{} {decision}", name(rule))
    });
    rules.collect::<Vec<_>>().join(" and ")
}

fn failures(text: &mut String, changes: &ShadowChanges) {
    if !changes.failures.is_empty() {
        text.push('\n');
        sentence(text, "Judged by one version alone");
        for one in &changes.failures {
            let side = match one.side {
                Side::Serving => "the version that serves",
                Side::Candidate => "the candidate",
            };
            let line = format!(
                "{} at {} ({}), not by {side}: {}",
                name(&one.change),
                short(&one.head_sha),
                name(&one.tenant),
                plain(&one.reason)
            );
            item(text, &line);
        }
        rest(text, number(changes.failed()), changes.failures.len(), "");
    }
    let others = [
        (changes.both_failed, "judged by neither"),
        (
            changes.orphans,
            "left out: the change is not stored any more",
        ),
    ];
    for (how_many, what) in others {
        if how_many > 0 {
            text.push('\n');
            let all = grouped_changes(u64::from(how_many));
            sentence(text, &format!("{all}: {what}."));
        }
    }
    if changes.stopped {
        text.push('\n');
        sentence(
            text,
            "It ended early, because calls failed one after the other; the changes behind them were not judged.",
        );
    }
}

fn tenants(text: &mut String, tenants: &ShadowTenants) {
    if tenants.examples.is_empty() {
        return;
    }
    text.push('\n');
    sentence(text, "Tenants that were left out");
    for one in &tenants.examples {
        let who = if one.served {
            "the candidate alone cannot judge"
        } else {
            "neither can judge"
        };
        let line = format!("{}: {who}: {}", name(&one.tenant), plain(&one.why));
        item(text, &line);
    }
    rest(text, number(tenants.left_out), tenants.examples.len(), "");
}

fn points(changes: &ShadowChanges) -> String {
    match changes.largest_points {
        None => "every score is the same".to_owned(),
        Some(largest) => format!(
            "{} with another score, by at most {}; {} of them with the same verdict",
            grouped_changes(u64::from(changes.points)),
            tenths(largest),
            grouped(u64::from(changes.only_points))
        ),
    }
}

fn cost(text: &mut String, title: &str, cost: Option<&ShadowCost>) {
    let Some(cost) = cost else { return };
    text.push('\n');
    sentence(text, title);
    for line in costs(cost) {
        item(text, &line);
    }
}

/// A line for each thing that is spent.
fn costs(cost: &ShadowCost) -> Vec<String> {
    let ratio = |percent: Option<u64>| match percent {
        Some(percent) => format!(" ({} %)", grouped(percent)),
        None => String::new(),
    };
    let pair =
        |of: fn(&Spent) -> String| format!("{} → {}", of(&cost.serving), of(&cost.candidate));
    vec![
        format!(
            "median by the clock: {}{}",
            pair(|spent| spent.median_us.map_or("not known".to_owned(), millis)),
            ratio(cost.median_percent)
        ),
        format!(
            "in all by the clock: {}{}",
            pair(|spent| millis(spent.wall_us)),
            ratio(cost.wall_percent)
        ),
        format!(
            "computing: {}{}",
            pair(|spent| count(size(spent.cpu_ticks), ("tick", "ticks"))),
            ratio(cost.cpu_percent)
        ),
        format!(
            "largest memory: {}{}",
            pair(|spent| format!("{} KiB", grouped(spent.memory_peak_bytes >> 10))),
            ratio(cost.memory_percent)
        ),
    ]
}

fn millis(micros: u64) -> String {
    format!("{}.{:02} ms", grouped(micros / 1_000), micros % 1_000 / 10)
}

fn release(one: &Release) -> String {
    format!("{} ({})", name(&one.version), short(one.hash.as_str()))
}

fn short(digits: &str) -> String {
    name(&digits.chars().take(SHORT).collect::<String>())
}

fn grouped_changes(number: u64) -> String {
    let noun = if number == 1 { CHANGES.0 } else { CHANGES.1 };
    format!("{} {noun}", grouped(number))
}

fn number(count: u32) -> usize {
    usize::try_from(count).unwrap_or(usize::MAX)
}

fn size(count: u64) -> usize {
    usize::try_from(count).unwrap_or(usize::MAX)
}

const CHANGES: (&str, &str) = ("change", "changes");
/// Characters of a commit or a hash that people read.
const SHORT: usize = 10;
/// Columns of a change.
const CHANGE: usize = 36;
/// Columns of two decisions: `inconclusive → block`.
const DECISION: usize = 22;

#[cfg(test)]
mod tests;
