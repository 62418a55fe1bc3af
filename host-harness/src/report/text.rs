//! Reports for a terminal of eighty columns: the verdict sentence and the fix first, the arithmetic last.

use std::fmt::Write as _;

use koalr_platform::evidence::CHECKS;
use koalr_platform::model::assessment::{Attribution, Bump};
use koalr_platform::model::common::CoverageState;
use koalr_platform::model::evidence::Presence;

use super::arithmetic::{WIDTH, arithmetic, tenths};
use super::change::{ChangeReport, Line};
use super::escape::plain;

/// The gate's answer: what, whose, the fix, what is missing, the arithmetic.
#[must_use]
pub fn gate_text(report: &ChangeReport, explain: bool) -> String {
    let mut text = head(report, report.settled.decision.word());
    sentence(&mut text, &report.summary);
    if !report.fixes.is_empty() {
        text.push_str("\nTo let it pass\n");
        for fix in &report.fixes {
            let _ = writeln!(text, "  {fix}");
        }
    }
    body(&mut text, report, explain);
    text
}

/// The score's answer: the number first, then the same evidence.
#[must_use]
pub fn score_text(report: &ChangeReport, explain: bool) -> String {
    let mut text = head(
        report,
        &format!(
            "{} {}",
            tenths(report.settled.score.score),
            report.settled.score.band.word()
        ),
    );
    body(&mut text, report, explain);
    text
}

fn head(report: &ChangeReport, word: &str) -> String {
    let mut text = format!("{}  {}", word.to_uppercase(), plain(&report.change.id));
    if !report.title.is_empty() {
        let _ = write!(text, "  {}", plain(&report.title));
    }
    text.push_str("\n\n");
    text
}

fn body(text: &mut String, report: &ChangeReport, _explain: bool) {
    findings(
        text,
        report,
        "Introduced by this change",
        &[Attribution::Introduced],
    );
    findings(
        text,
        report,
        "Whose they are cannot be told",
        &[Attribution::Unknown],
    );
    findings(
        text,
        report,
        "Not yours",
        &[
            Attribution::Carried,
            Attribution::DisclosedSince,
            Attribution::ReOpened,
        ],
    );
    findings(
        text,
        report,
        "Fixed by this change",
        &[Attribution::Removed],
    );
    counterfactuals(text, report);
    checks(text, report);
    missing(text, report);
    text.push_str("\nHow the score adds up\n");
    text.push_str(&arithmetic(report));
}

fn findings(text: &mut String, report: &ChangeReport, title: &str, attributions: &[Attribution]) {
    let mut lines: Vec<Line<'_>> = attributions
        .iter()
        .flat_map(|attribution| report.lines_of(*attribution))
        .collect();
    // What an upgrade keeps is listed at the version it moves to.
    lines.retain(|line| {
        line.attributed.attribution != Attribution::Carried || line.fact.head != Presence::Absent
    });
    if lines.is_empty() {
        return;
    }
    let _ = writeln!(text, "\n{title}");
    for line in lines.iter().take(MOST) {
        finding(text, report, line);
    }
    if lines.len() > MOST {
        let _ = writeln!(
            text,
            "  and {} more; `--format json` lists them all",
            lines.len() - MOST
        );
    }
}

fn finding(text: &mut String, report: &ChangeReport, line: &Line<'_>) {
    let score = match line.attributed.cvss {
        Some(score) if line.attributed.assumed => format!("~{}", tenths(score)),
        Some(score) => tenths(score),
        None => "?".to_owned(),
    };
    let what = format!(
        "{} in {} {}{}",
        plain(report.id_of(line)),
        plain(&line.fact.package),
        plain(&line.fact.version),
        note(line)
    );
    for (index, piece) in wrap(&what, WIDTH - 9).into_iter().enumerate() {
        let figure = if index == 0 { score.as_str() } else { "" };
        let _ = writeln!(text, "  {figure:>5}  {piece}");
    }
}

fn note(line: &Line<'_>) -> String {
    let mut notes = Vec::new();
    match line.attributed.attribution {
        Attribution::Carried if line.attributed.kept_by_upgrade => {
            notes.push("kept by the upgrade");
        }
        Attribution::Carried => notes.push("already in the base"),
        Attribution::DisclosedSince => notes.push("disclosed since, dependency untouched"),
        Attribution::ReOpened => notes.push("open again, dependency untouched"),
        Attribution::Introduced | Attribution::Removed | Attribution::Unknown => {
            if let Some(word) = bump(line.attributed.bump) {
                notes.push(word);
            }
        }
    }
    if line.attributed.assumed {
        notes.push("score assumed from the severity");
    }
    if line.fact.ignored {
        notes.push("ignored upstream");
    }
    if notes.is_empty() {
        String::new()
    } else {
        format!(" ({})", notes.join(", "))
    }
}

fn bump(bump: Bump) -> Option<&'static str> {
    match bump {
        Bump::Unchanged => None,
        Bump::Patch => Some("patch bump"),
        Bump::Minor => Some("minor bump"),
        Bump::ZeroMinor => Some("0.x minor bump"),
        Bump::Major => Some("major bump"),
        Bump::Downgrade => Some("downgrade"),
        Bump::New => Some("new dependency"),
        Bump::Removed => Some("dependency removed"),
        Bump::Unknown => Some("version step unknown"),
    }
}

fn counterfactuals(text: &mut String, report: &ChangeReport) {
    let dependencies = report.evidence.dependencies.as_deref().unwrap_or_default();
    let rows: Vec<String> = report
        .assessment
        .counterfactuals
        .iter()
        .filter_map(|other| {
            let dependency = dependencies.get(usize::try_from(other.dependency).ok()?)?;
            let doubt = if other.verified {
                ""
            } else {
                " (that version was not looked up)"
            };
            Some(format!(
                "{} {}: security {} → {}{doubt}",
                plain(&dependency.name),
                plain(&other.version),
                tenths(report.assessment.score),
                tenths(other.score)
            ))
        })
        .collect();
    if rows.is_empty() {
        return;
    }
    text.push_str("\nWhat an upgrade would change\n");
    for row in rows.iter().take(MOST) {
        let _ = writeln!(text, "  {row}");
    }
}

/// What the upstream's own checks of this head came to.
fn checks(text: &mut String, report: &ChangeReport) {
    let rows = report.evidence.coverage.iter().filter(|row| {
        row.route == CHECKS && row.state == CoverageState::Complete && !row.detail.is_empty()
    });
    for (index, row) in rows.enumerate() {
        if index == 0 {
            text.push_str("\nThe upstream's own checks\n");
        }
        item(text, &plain(&row.detail));
    }
}

/// What kept the verdict from being certain, and what was asked without a whole answer. A route that nobody asked and
/// that no rule needs is left to the JSON.
fn missing(text: &mut String, report: &ChangeReport) {
    let decides = |index: u32| report.verdict.missing.contains(&index);
    let incomplete: Vec<_> = (0_u32..)
        .zip(&report.evidence.coverage)
        .filter(|(index, row)| match row.state {
            CoverageState::Complete => false,
            CoverageState::NotAsked => decides(*index),
            _ => true,
        })
        .map(|(_, row)| row)
        .collect();
    if incomplete.is_empty()
        && report.verdict.unasked.is_empty()
        && report.verdict.errors.is_empty()
    {
        return;
    }
    text.push_str("\nWhat is not known\n");
    for row in incomplete.iter().take(MOST) {
        let state = match row.state {
            CoverageState::Complete => "complete",
            CoverageState::Partial => "partial",
            CoverageState::Stale => "too old",
            CoverageState::Refused => "refused",
            CoverageState::Unsupported => "unsupported",
            CoverageState::Awaited => "awaited",
            CoverageState::NotAsked => "not asked",
        };
        let detail = if row.detail.is_empty() {
            String::new()
        } else {
            format!(": {}", plain(&row.detail))
        };
        item(
            text,
            &format!(
                "{} of {}, {state}{detail}",
                plain(&row.route),
                plain(&row.subject)
            ),
        );
    }
    for route in &report.verdict.unasked {
        item(text, &format!("{}, never asked", plain(route)));
    }
    for error in &report.verdict.errors {
        item(
            text,
            &format!("rule `{}`: {}", plain(&error.rule), plain(&error.message)),
        );
    }
}

/// A line of a list, and what of it does not fit below it.
pub(super) fn item(text: &mut String, line: &str) {
    for (index, piece) in wrap(line, WIDTH - 4).into_iter().enumerate() {
        let _ = writeln!(text, "{}{piece}", if index == 0 { "  " } else { "    " });
    }
}

/// A sentence on as many lines as it takes.
pub(super) fn sentence(text: &mut String, sentence: &str) {
    for piece in wrap(sentence, WIDTH) {
        let _ = writeln!(text, "{piece}");
    }
}

/// Breaks a line at spaces; a longer word stands alone.
pub(super) fn wrap(line: &str, width: usize) -> Vec<String> {
    let mut pieces = Vec::new();
    let mut piece = String::new();
    for word in line.split(' ') {
        if !piece.is_empty() && piece.chars().count() + 1 + word.chars().count() > width {
            pieces.push(std::mem::take(&mut piece));
        }
        if !piece.is_empty() {
            piece.push(' ');
        }
        piece.push_str(word);
    }
    pieces.push(piece);
    pieces
}

/// Most lines of one kind; the rest is counted.
const MOST: usize = 10;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_breaks_at_spaces_and_never_inside_a_word() {
        assert_eq!(wrap("aa bb cccccc d", 5), ["aa bb", "cccccc", "d"]);
    }
}
