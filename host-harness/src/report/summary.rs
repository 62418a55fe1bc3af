//! The verdict as one sentence: what, whose, and the way out.

mod clean;

use std::collections::BTreeSet;

use koalr_platform::decision::Decision;
use koalr_platform::evidence::{DEPENDENCIES, ISSUES, looked_up};
use koalr_platform::model::assessment::{Attribution, Bump};
use koalr_platform::model::common::CoverageState;
use koalr_platform::model::verdict::{Decision as Judged, Fired};
use koalr_platform::policy::Mode;

use super::change::{ChangeReport, Line, Names};
use super::escape::{name, plain};
use super::instant::utc;
use super::noun::what;
use clean::{clean, waived};

/// The sentence of a report whose other fields are filled in.
pub(crate) fn summary(report: &ChangeReport) -> String {
    let outcome = &report.settled.outcome;
    let reason = match outcome.decision {
        Decision::Block => because(report, Judged::Block),
        Decision::Warn if outcome.opened => unknown(report),
        Decision::Warn => because(report, Judged::Warn),
        Decision::Inconclusive => unknown(report),
        Decision::Pending => waiting(report),
        Decision::Pass => clean(report),
    };
    let also = match outcome.decision {
        Decision::Pass => None,
        _ => waived(report),
    };
    let verdict = match (report.settled.decision, outcome.decision) {
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
    let also = also.map_or_else(String::new, |also| format!("; {also}"));
    let by = report.settled.overridden.as_ref();
    let sentence = format!("{verdict}{mode}: {reason}{also}.");
    let notes = outcome.note().into_iter();
    let notes = notes.chain(by.map(|by| plain(&by.note())));
    std::iter::once(sentence)
        .chain(notes)
        .collect::<Vec<_>>()
        .join(" ")
}

/// The findings of the rules that fired with this decision, worst first.
fn because(report: &ChangeReport, decision: Judged) -> String {
    let fired: Vec<&Fired> = report
        .verdict
        .fired
        .iter()
        .filter(|fired| fired.decision == decision)
        .collect();
    let findings: BTreeSet<u32> = fired
        .iter()
        .flat_map(|fired| fired.findings.iter().copied())
        .collect();
    let lines = findings.iter().filter_map(|index| report.line(*index));
    let worst = lines.min_by_key(|line| (std::cmp::Reverse(line.attributed.cvss), line.index));
    let Some(worst) = worst else {
        return fired.first().map_or_else(
            || "the integration gives no reason".to_owned(),
            |fired| plain(&fired.message),
        );
    };
    let more = match findings.len() - 1 {
        0 => String::new(),
        1 => ", and one more counts".to_owned(),
        more => format!(", and {more} more count"),
    };
    let rules: Vec<String> = fired
        .iter()
        .take(MOST_RULES)
        .map(|fired| format!("`{}`", name(&fired.rule)))
        .collect();
    let rules = if fired.len() < 2 {
        String::new()
    } else {
        format!(" (rules {})", rules.join(", "))
    };
    format!("{}{more}{rules}", whose(report, &worst))
}

/// One finding and whose it is.
fn whose(report: &ChangeReport, line: &Line<'_>) -> String {
    let what = what(&Names::of_report(report), line);
    match line.attributed.attribution {
        Attribution::Introduced => format!("this change introduces {what}{}", back(report, line)),
        Attribution::DisclosedSince => format!(
            "the change does not touch it, but {what} was disclosed since its base was assessed"
        ),
        Attribution::ReOpened => {
            format!("the change does not touch it, but {what} is open again")
        }
        Attribution::Carried => format!("the base already has {what}"),
        Attribution::Removed => format!("this change removes {what}"),
        Attribution::Unknown => format!("it cannot be told whether this change introduces {what}"),
    }
}

/// That a version falls is half of the explanation.
fn back(report: &ChangeReport, line: &Line<'_>) -> String {
    let row = line.fact.dependency.and_then(|index| {
        let rows = report.evidence.dependencies.as_ref()?;
        rows.get(usize::try_from(index).ok()?)
    });
    match (
        line.attributed.bump,
        row.and_then(|row| row.before.as_ref()),
    ) {
        (Bump::Downgrade, Some(before)) => format!(" by going back from {}", name(before)),
        (Bump::Downgrade, None) => " by going back".to_owned(),
        _ => String::new(),
    }
}

/// What is waited for, and until when.
fn waiting(report: &ChangeReport) -> String {
    let until = report
        .deadline
        .map_or_else(String::new, |at| format!(" until {}", utc(at)));
    match looked_up(&report.evidence) {
        Some((come, all)) if come < all => {
            format!("it waits{until}: {come} of {all} packages looked up")
        }
        _ => format!("it waits{until} for evidence: {}", unknown(report)),
    }
}

/// The first thing that is missing, and what to do about it.
fn unknown(report: &ChangeReport) -> String {
    if let Some(error) = report.verdict.errors.first() {
        return format!(
            "rule `{}` could not be evaluated, {}",
            name(&error.rule),
            plain(&error.message)
        );
    }
    let pending = report.settled.outcome.decision == Decision::Pending;
    let rows = report
        .verdict
        .missing
        .iter()
        .filter_map(|index| report.evidence.coverage.get(usize::try_from(*index).ok()?));
    // A missing dependency list explains every lookup that was not made.
    let first = rows.min_by_key(|row| {
        let awaited = row.state == CoverageState::Awaited;
        (pending && !awaited, row.route != DEPENDENCIES)
    });
    if let Some(row) = first {
        if row.route == DEPENDENCIES && row.state != CoverageState::Awaited && no_list(report) {
            return match row.state {
                CoverageState::Refused => format!("{}; {NO_LIST}", plain(&row.detail)),
                _ => NO_LIST.to_owned(),
            };
        }
        let detail = if row.detail.is_empty() {
            "it is not complete".to_owned()
        } else {
            plain(&row.detail)
        };
        return format!("{} of {}: {detail}", name(&row.route), name(&row.subject));
    }
    match report.verdict.unasked.first().map(String::as_str) {
        Some(DEPENDENCIES) if no_list(report) => NO_LIST.to_owned(),
        Some(ISSUES) => "nothing was asked about issues; `koalr sync` does that".to_owned(),
        Some(route) => format!("nothing was asked about {}", name(route)),
        None => because(report, Judged::Inconclusive),
    }
}

fn no_list(report: &ChangeReport) -> bool {
    report.evidence.dependencies.is_none()
}

/// The remedies, the nearest first.
const NO_LIST: &str = "no dependency list; give `dependencies` in the change's file, hand one in with `koalr change \
     dependencies`, or turn on GitHub's dependency graph";

/// Most rules that are named.
const MOST_RULES: usize = 5;

#[cfg(test)]
mod tests;
