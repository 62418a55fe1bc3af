//! The verdict as one sentence: what, whose, and the way out.

use koalr_platform::decision::Decision;
use koalr_platform::model::assessment::Attribution;
use koalr_platform::model::common::CoverageState;
use koalr_platform::model::verdict::Decision as Judged;
use koalr_platform::policy::Mode;

use super::arithmetic::tenths;
use super::change::{ChangeReport, Line};
use super::escape::plain;

/// The sentence of a report whose other fields are filled in.
pub(crate) fn summary(report: &ChangeReport) -> String {
    let reason = match report.settled.outcome.decision {
        Decision::Block => because(report, Judged::Block),
        Decision::Warn => because(report, Judged::Warn),
        Decision::Inconclusive => unknown(report),
        Decision::Pending => format!("it waits for evidence: {}", unknown(report)),
        Decision::Pass => clean(report),
    };
    let verdict = match (report.settled.decision, report.settled.outcome.decision) {
        (Decision::Block, _) => "Blocked",
        (Decision::Warn, Decision::Warn) => "May pass, with a warning",
        (Decision::Pending, _) => "Pending",
        (Decision::Inconclusive, _) => "Cannot tell",
        (Decision::Pass, Decision::Pass) => "May pass",
        (_, Decision::Block) => "Would be blocked",
        (_, Decision::Inconclusive) => "Could not tell",
        _ => "Would warn",
    };
    let mode = match report.settled.mode {
        Mode::Enforce => "",
        Mode::Warn => " (the policy only warns)",
        Mode::Observe => " (the policy only observes)",
    };
    format!("{verdict}{mode}: {reason}.")
}

/// The findings of the strictest rules that fired, worst first.
fn because(report: &ChangeReport, decision: Judged) -> String {
    let mut lines: Vec<Line<'_>> = Vec::new();
    for fired in report
        .verdict
        .fired
        .iter()
        .filter(|fired| fired.decision == decision)
    {
        for line in fired
            .findings
            .iter()
            .filter_map(|index| report.line(*index))
        {
            if !lines.iter().any(|known| known.index == line.index) {
                lines.push(line);
            }
        }
    }
    lines.sort_by_key(|line| (std::cmp::Reverse(line.attributed.cvss), line.index));
    let Some(worst) = lines.first() else {
        let fired = report
            .verdict
            .fired
            .iter()
            .find(|fired| fired.decision == decision);
        return fired.map_or_else(|| "a rule fired".to_owned(), |fired| plain(&fired.message));
    };
    let score = match worst.attributed.cvss {
        Some(score) if worst.attributed.assumed => {
            format!("no score, taken for CVSS {}", tenths(score))
        }
        Some(score) => format!("CVSS {}", tenths(score)),
        None => "no CVSS score".to_owned(),
    };
    let whose = match worst.attributed.attribution {
        Attribution::Introduced => "this change introduces",
        Attribution::DisclosedSince => {
            "the change is not to blame, but since its base was assessed there is"
        }
        Attribution::ReOpened => "the change is not to blame, but open again is",
        Attribution::Carried | Attribution::Removed => "the base already has",
        Attribution::Unknown => "it cannot be told whose is",
    };
    let more = match lines.len() - 1 {
        0 => String::new(),
        1 => ", and one more".to_owned(),
        more => format!(", and {more} more"),
    };
    format!(
        "{whose} {} ({score}) in {} {}{more}",
        plain(report.id_of(worst)),
        plain(&worst.fact.package),
        plain(&worst.fact.version)
    )
}

/// The first thing that is missing, and what to do about it.
fn unknown(report: &ChangeReport) -> String {
    if let Some(error) = report.verdict.errors.first() {
        return format!(
            "rule `{}` could not be evaluated, {}",
            plain(&error.rule),
            plain(&error.message)
        );
    }
    let rows = report
        .verdict
        .missing
        .iter()
        .filter_map(|index| report.evidence.coverage.get(usize::try_from(*index).ok()?));
    let mut rows: Vec<_> = rows.collect();
    // A missing dependency list explains every lookup that was not made.
    rows.sort_by_key(|row| row.route != koalr_platform::evidence::DEPENDENCIES);
    if let Some(row) = rows.first() {
        if row.route == koalr_platform::evidence::DEPENDENCIES
            && row.state == CoverageState::NotAsked
        {
            return "no dependency list; give one with `dependencies` in the change's file"
                .to_owned();
        }
        let detail = if row.detail.is_empty() {
            "it is not complete".to_owned()
        } else {
            plain(&row.detail)
        };
        return format!("{} of {}: {detail}", plain(&row.route), plain(&row.subject));
    }
    if let Some(route) = report.verdict.unasked.first() {
        return format!(
            "nothing was asked about {}; `koalr sync` does that",
            plain(route)
        );
    }
    because(report, Judged::Inconclusive)
}

fn clean(report: &ChangeReport) -> String {
    let introduced = report.lines_of(Attribution::Introduced).len();
    let waived = report.verdict.waived.len();
    match (introduced, waived) {
        (0, _) => "this change introduces no known vulnerability".to_owned(),
        (_, 0) => "what this change introduces stays below every threshold".to_owned(),
        (_, _) => "what this change introduces is waived or below every threshold".to_owned(),
    }
}
