//! The score, part by part, so that a person can add it up.

use std::fmt::Write as _;

use koalr_platform::merge::Adjustment;
use koalr_platform::model::assessment::{Contribution, ContributionSubject};
use koalr_platform::model::common::Tenths;

use super::change::{ChangeReport, Names};
use super::escape::{name, plain};
use super::figure::{tenths, thousandths};
use super::layout::{WIDTH, below, row, wrap};
use super::noun::severity_word;

/// The sum: base, security with its parts, joined, floor or cap. Short: the three largest parts; whole: every part with
/// the product that it comes from.
pub(super) fn arithmetic(report: &ChangeReport, names: &Names<'_>, whole: bool) -> String {
    let mut text = String::new();
    let score = &report.settled.score;
    row(
        &mut text,
        2,
        "Koalr's own score of the change",
        &score.base.map_or("none".to_owned(), tenths),
    );
    row(&mut text, 2, "security score", &tenths(score.security));
    contributions(&mut text, report, names, whole);
    row(
        &mut text,
        2,
        "joined as independent risks",
        &tenths(score.joined),
    );
    if let (true, Some(base)) = (whole, score.base) {
        let (base, security) = (tenths(base), tenths(score.security));
        let joined = tenths(score.joined);
        below(
            &mut text,
            4,
            &format!("100 × (1 − (1 − {base} / 100) × (1 − {security} / 100)) = {joined}"),
        );
    }
    match score.adjustment {
        Some(Adjustment::Floor(points)) => {
            let points = format!("+{}", tenths(points));
            row(&mut text, 2, "floor of a binding block", &points);
        }
        Some(Adjustment::Cap(points)) => {
            let points = format!("-{}", tenths(points));
            row(&mut text, 2, "cap of what may pass", &points);
        }
        None => {}
    }
    row(
        &mut text,
        2,
        &format!("deploy risk: {}", score.band.word()),
        &tenths(score.score),
    );
    text
}

fn contributions(text: &mut String, report: &ChangeReport, names: &Names<'_>, whole: bool) {
    let all = &report.assessment.contributions;
    let shown = if whole { MOST } else { LARGEST }.min(all.len());
    let (parts, rest) = all.split_at_checked(shown).unwrap_or((all, &[]));
    for contribution in parts {
        let points = format!("+{}", tenths(contribution.points));
        row(text, 4, &subject(report, names, contribution), &points);
        if whole {
            terms(text, report, contribution);
        }
    }
    if !rest.is_empty() {
        let points = rest.iter().map(|one| u32::from(one.points)).sum::<u32>();
        let points = Tenths::try_from(points).unwrap_or(Tenths::MAX);
        let where_to = if whole {
            "`--format json` lists them"
        } else {
            "`--explain` shows them"
        };
        let label = format!("and {} more; {where_to}", rest.len());
        row(text, 4, &label, &format!("+{}", tenths(points)));
    }
}

/// What a part of the score is about.
pub(super) fn subject(
    report: &ChangeReport,
    names: &Names<'_>,
    contribution: &Contribution,
) -> String {
    match &contribution.subject {
        ContributionSubject::Debt => "open findings the change does not touch".to_owned(),
        ContributionSubject::Finding(index) => report.line(*index).map_or_else(
            || format!("finding {index}"),
            |line| {
                let what = name(names.of(&line));
                if line.fact.package.is_empty() {
                    return what;
                }
                let (package, version) = (name(&line.fact.package), name(&line.fact.version));
                format!("{what} in {package} {version}")
            },
        ),
        ContributionSubject::Measurement(index) => usize::try_from(*index)
            .ok()
            .and_then(|index| report.evidence.measurements.get(index))
            .map_or_else(
                || format!("measurement {index}"),
                |one| format!("{} of {}", name(&one.metric), name(&one.subject)),
            ),
        ContributionSubject::Other(name) => plain(name),
    }
}

/// The base and its multipliers. Those of one are left out: they say nothing.
fn terms(text: &mut String, report: &ChangeReport, contribution: &Contribution) {
    let mut line = format!("hazard {}", thousandths(contribution.hazard));
    let mut terms = report.assessment.terms.iter().zip(&contribution.terms);
    if let Some((name, base)) = terms.next() {
        let _ = write!(line, " = {} {}", word(name), thousandths(*base));
    }
    for (name, value) in terms.filter(|(_, value)| **value != 1000) {
        let _ = write!(line, " × {} {}", thousandths(*value), word(name));
    }
    if contribution.subject == ContributionSubject::Debt {
        let debt = report.evidence.debt.iter().take(MOST);
        let debt: Vec<String> = debt
            .map(|debt| format!("{} {}", debt.count, severity_word(debt.severity)))
            .collect();
        let _ = write!(line, " of {}", debt.join(", "));
    }
    for piece in wrap(&line, WIDTH - 6) {
        let _ = writeln!(text, "      {piece}");
    }
}

/// A term's name in people's words; one that is not known here as it is.
fn word(term: &str) -> String {
    match term {
        "bump" => "version bump".to_owned(),
        "fix" => "no full fix".to_owned(),
        "relation" => "direct".to_owned(),
        term => name(term),
    }
}

/// Contributions of the short sum.
const LARGEST: usize = 3;

/// Most contributions of the whole sum; the rest is counted.
const MOST: usize = 200;

#[cfg(test)]
mod tests {
    use super::super::testing::report;
    use super::*;

    #[test]
    fn a_hazard_is_written_as_its_base_times_what_changes_it() {
        let of = |terms: &[(&str, u32)]| {
            let mut text = String::new();
            let mut report = report();
            report.assessment.terms = terms.iter().map(|(name, _)| (*name).to_owned()).collect();
            let contribution = Contribution {
                subject: ContributionSubject::Finding(0),
                points: 0,
                hazard: 2415,
                terms: terms.iter().map(|(_, value)| *value).collect(),
            };
            super::terms(&mut text, &report, &contribution);
            text
        };
        assert_eq!(
            of(&[
                ("base", 1400),
                ("bump", 1500),
                ("fix", 1000),
                ("relation", 1150)
            ]),
            "      hazard 2.415 = base 1.4 × 1.5 version bump × 1.15 direct\n"
        );
        assert_eq!(
            of(&[("base", 2100), ("age\u{1b}[2J", 1150)]),
            format!(
                "      hazard 2.415 = base 2.1 × 1.15 {}\n",
                plain("age\u{1b}[2J")
            )
        );
    }

    #[test]
    fn the_short_sum_shows_three_parts_and_counts_the_rest_with_its_points() {
        let mut report = report();
        report.assessment.contributions = [50, 40, 30, 20, 10]
            .map(|points| Contribution {
                subject: ContributionSubject::Debt,
                points,
                hazard: 1,
                terms: vec![],
            })
            .into();
        let names = Names::of_report(&report);
        let short = arithmetic(&report, &names, false);
        assert_eq!(short.matches("open findings").count(), 3, "{short}");
        let rest = "    and 2 more; `--explain` shows them";
        assert!(
            short
                .lines()
                .any(|line| line.starts_with(rest) && line.ends_with("  +3.0")),
            "{short}"
        );
        let whole = arithmetic(&report, &names, true);
        assert_eq!(whole.matches("open findings").count(), 5, "{whole}");
    }
}
