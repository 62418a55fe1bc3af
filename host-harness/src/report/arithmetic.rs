//! The score, part by part, so that a person can add it up.

use std::fmt::Write as _;

use koalr_platform::merge::Adjustment;
use koalr_platform::model::assessment::{Contribution, ContributionSubject};
use koalr_platform::model::common::Tenths;

use super::change::ChangeReport;
use super::escape::plain;

/// A number in tenths as people write it.
pub(super) fn tenths(value: Tenths) -> String {
    format!("{}.{}", value / 10, value % 10)
}

/// The whole sum: base, security with its parts, joined, floor or cap.
pub(super) fn arithmetic(report: &ChangeReport) -> String {
    let mut text = String::new();
    let score = &report.settled.score;
    row(
        &mut text,
        2,
        "Koalr's own score of the change",
        &score.base.map_or("none".to_owned(), tenths),
    );
    row(&mut text, 2, "security score", &tenths(score.security));
    for contribution in &report.assessment.contributions {
        row(
            &mut text,
            4,
            &name(report, contribution),
            &format!("+{}", tenths(contribution.points)),
        );
        if contribution.subject != ContributionSubject::Debt {
            terms(&mut text, &report.assessment.terms, contribution);
        }
    }
    row(
        &mut text,
        2,
        "joined as independent risks",
        &tenths(score.joined),
    );
    match score.adjustment {
        Some(Adjustment::Floor(points)) => {
            row(
                &mut text,
                2,
                "floor of a binding block",
                &format!("+{}", tenths(points)),
            );
        }
        Some(Adjustment::Cap(points)) => {
            row(
                &mut text,
                2,
                "cap of what may pass",
                &format!("-{}", tenths(points)),
            );
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

fn name(report: &ChangeReport, contribution: &Contribution) -> String {
    match &contribution.subject {
        ContributionSubject::Debt => "open findings the change does not touch".to_owned(),
        ContributionSubject::Finding(index) => report.line(*index).map_or_else(
            || format!("finding {index}"),
            |line| {
                let fact = line.fact;
                format!(
                    "{} in {} {}",
                    plain(report.id_of(&line)),
                    plain(&fact.package),
                    plain(&fact.version)
                )
            },
        ),
        ContributionSubject::Measurement(index) => usize::try_from(*index)
            .ok()
            .and_then(|index| report.evidence.measurements.get(index))
            .map_or_else(
                || format!("measurement {index}"),
                |one| format!("{} of {}", plain(&one.metric), plain(&one.subject)),
            ),
        ContributionSubject::Other(name) => plain(name),
    }
}

/// The base and its multipliers. Those of one are left out: they say nothing.
fn terms(text: &mut String, names: &[String], contribution: &Contribution) {
    let mut line = format!("hazard {}", thousandths(contribution.hazard));
    let mut terms = names.iter().zip(&contribution.terms);
    if let Some((name, base)) = terms.next() {
        let _ = write!(line, " = {} {}", word(name), thousandths(*base));
    }
    for (name, value) in terms.filter(|(_, value)| **value != 1000) {
        let _ = write!(line, " × {} {}", thousandths(*value), word(name));
    }
    for piece in super::text::wrap(&line, WIDTH - 6) {
        let _ = writeln!(text, "      {piece}");
    }
}

/// A term's name in people's words; one that is not known here as it is.
fn word(name: &str) -> String {
    match name {
        "bump" => "version bump".to_owned(),
        "fix" => "no full fix".to_owned(),
        "relation" => "direct".to_owned(),
        name => plain(name),
    }
}

fn thousandths(value: u32) -> String {
    let text = format!("{}.{:03}", value / 1000, value % 1000);
    let trimmed = text.trim_end_matches('0');
    if trimmed.ends_with('.') {
        format!("{trimmed}0")
    } else {
        trimmed.to_owned()
    }
}

/// A label and a figure at the right edge, with the label cut rather than the figure.
fn row(text: &mut String, indent: usize, label: &str, figure: &str) {
    let room = WIDTH - indent - FIGURE - 1;
    let label: String = if label.chars().count() > room {
        label.chars().take(room - 1).chain(['…']).collect()
    } else {
        label.to_owned()
    };
    let _ = writeln!(text, "{:indent$}{label:<room$} {figure:>FIGURE$}", "");
}

/// Columns of a line.
pub(super) const WIDTH: usize = 80;

/// Columns of a figure: `+100.0`.
const FIGURE: usize = 6;

#[cfg(test)]
mod tests {

    use super::*;

    #[test]
    fn tenths_are_written_with_one_decimal() {
        assert_eq!(tenths(1000), "100.0");
        assert_eq!(tenths(7), "0.7");
    }

    #[test]
    fn thousandths_lose_their_trailing_zeros_but_one() {
        assert_eq!(thousandths(1150), "1.15");
        assert_eq!(thousandths(2000), "2.0");
    }

    #[test]
    fn a_hazard_is_written_as_its_base_times_what_changes_it() {
        let of = |terms: &[(&str, u32)]| {
            let mut text = String::new();
            let names: Vec<String> = terms.iter().map(|(name, _)| (*name).to_owned()).collect();
            let contribution = Contribution {
                subject: ContributionSubject::Finding(0),
                points: 0,
                hazard: 2415,
                terms: terms.iter().map(|(_, value)| *value).collect(),
            };
            super::terms(&mut text, &names, &contribution);
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
    fn a_long_label_is_cut_and_the_figure_stays() {
        let mut text = String::new();
        row(&mut text, 2, &"x".repeat(100), "12.3");
        assert!(text.ends_with("…   12.3\n"), "{text}");
        assert_eq!(text.trim_end().chars().count(), WIDTH);
    }
}
