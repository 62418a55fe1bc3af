//! The texts of small reports, as they stand on a screen.

use koalr_platform::calibration;
use koalr_platform::correlation::{self, CorrelationSettings};
use koalr_platform::debt::{DebtSettings, Freshness, Tally, gate};
use koalr_platform::decision::Decision;
use koalr_platform::dora::{self, DoraSettings};
use koalr_platform::ledger::{
    Brought, Cause, Delivered, Judged, Ledger, Outage, Scope, Summary, Unlinked,
};
use koalr_platform::links::{Reason, Window};
use koalr_platform::merge::Bands;
use koalr_platform::model::common::{FindingClass, FixState, Severity, Timestamp};
use koalr_platform::model::evidence::Observation;
use koalr_platform::spell::{End, Ending, Origin, Spell};

use super::*;
use crate::jobs::DebtReport;
use crate::report::layout::{WIDTH, columns};

#[test]
fn delivery_is_told_with_what_it_was_counted_of() {
    let settings = DoraSettings::default();
    let report = dora::report(&ledger(), &settings, &Scope::default(), FROM, AS_OF).unwrap();
    assert_text(
        &dora_text(&report),
        "\
",
    );
}

#[test]
fn delivery_of_nothing_says_why_there_is_no_figure() {
    let ledger = Ledger {
        as_of: AS_OF,
        ..Ledger::default()
    };
    let settings = DoraSettings::default();
    let report = dora::report(&ledger, &settings, &Scope::default(), FROM, AS_OF).unwrap();
    assert_text(
        &dora_text(&report),
        "\
",
    );
}

#[test]
fn debt_is_told_by_severity_age_and_window() {
    let spells = [
        spell(Severity::Critical, 200, None),
        spell(Severity::High, 20, None),
        spell(Severity::High, 12, Some((2, Ending::Resolved))),
        spell(Severity::Medium, 9, Some((1, Ending::Accepted))),
    ];
    assert_text(
        &debt_text(&owed(&spells)),
        "\
",
    );
}

#[test]
fn debt_of_nothing_is_short() {
    assert_text(
        &debt_text(&owed(&[])),
        "\
",
    );
}

#[test]
fn too_few_deployments_are_told_as_too_few() {
    let settings = CorrelationSettings::default();
    let scope = Scope::default();
    let report = correlation::report(&ledger(), &settings, &scope, FROM, AS_OF).unwrap();
    assert_text(
        &correlation_text(&report),
        "\
",
    );
}

#[test]
fn enough_deployments_are_told_with_their_ratios() {
    let settings = CorrelationSettings {
        least_exposed: 1,
        least_others: 1,
        least_incidents: 1,
        window: Window::Hours4,
        ..CorrelationSettings::default()
    };
    let scope = Scope {
        repository: Some("acme/shop".to_owned()),
        service: None,
    };
    let report = correlation::report(&ledger(), &settings, &scope, FROM, AS_OF).unwrap();
    assert_text(
        &correlation_text(&report),
        "\
",
    );
}

#[test]
fn scores_are_told_by_band_with_what_was_seen() {
    let report =
        calibration::report(&ledger(), Bands::default(), &Scope::default(), FROM, AS_OF).unwrap();
    assert_text(
        &calibration_text(&report),
        "\
",
    );
}

#[test]
fn one_of_something_is_not_several() {
    assert_eq!(counted(1, "incident", "incidents"), "1 incident");
    assert_eq!(counted(1_000, "incident", "incidents"), "1,000 incidents");
    assert_eq!(present(&[(0, "old"), (2, "young")]).unwrap(), "2 young");
    assert_eq!(present(&[(0, "old")]), None);
}

#[test]
fn a_time_is_told_in_the_largest_unit_that_it_has_two_of() {
    let minutes = |count: f64| span(count * 60_000.0);
    assert_eq!(minutes(119.0), "119 minutes");
    assert_eq!(minutes(150.0), "2.5 hours");
    assert_eq!(minutes(14.0 * 24.0 * 60.0), "14 days");
    assert_eq!(minutes(0.025), "1.5 seconds");
    assert_eq!(minutes(0.0), "0 seconds");
}

#[test]
fn a_p_too_small_to_show_is_no_zero() {
    assert_eq!(chance(0.000_01), "p < 0.0001");
    assert_eq!(chance(0.05), "p = 0.0500");
}

/// A text is as expected, fits, and holds nothing that a terminal would obey.
#[track_caller]
fn assert_text(text: &str, expected: &str) {
    assert!(text.lines().all(|line| columns(line) <= WIDTH), "{text}");
    assert!(text.chars().all(|one| one == '\n' || !one.is_control()));
    assert!(text == expected, "{text}");
}

/// Ten deployments of a service, a day apart. The third brought something serious and an incident followed; the fifth and
/// sixth changed other dependencies, and an incident followed the latter.
fn ledger() -> Ledger {
    let mut ledger = Ledger {
        as_of: AS_OF,
        services: vec!["shop".to_owned()],
        repositories: vec!["acme/shop".to_owned()],
        merged: 10,
        unlinked: vec![Unlinked {
            kind: "incident".to_owned(),
            why: "it states no service".to_owned(),
            count: 1,
        }],
        ..Ledger::default()
    };
    for place in 0..10_u32 {
        let at = FROM + Timestamp::from(place) * DAY + HOUR;
        ledger.deployments.push(Delivered {
            id: format!("d{place}"),
            service: 0,
            repository: Some(0),
            at,
        });
        let change = format!("acme/shop#{place}");
        ledger.brought.push(Brought {
            change: change.clone(),
            deployment: place,
            repository: 0,
            merged_at: at - HOUR,
            lead_ms: HOUR,
            judged: Some(place),
        });
        let high = u32::from(place == 3);
        ledger.judged.push(Judged {
            change,
            repository: 0,
            head_sha: format!("{place}"),
            as_of: at - HOUR,
            observation: Observation::Observed,
            summary: Summary {
                decision: if high > 0 {
                    Decision::Block
                } else {
                    Decision::Pass
                },
                enforced: true,
                told: true,
                introduced_high: high,
                introduced_low: 0,
                introduced_unscored: 0,
                introduced_highest: (high > 0).then_some(98),
                unattributed: 0,
                dependencies: Some(u32::from((3..7).contains(&place))),
                waived: 0,
                security: 0,
                score: if high > 0 { 900 } else { 200 },
            },
            overridden: high > 0,
            marked_as_success: false,
        });
    }
    for place in [3, 6_u32] {
        let started_at = FROM + Timestamp::from(place) * DAY + 2 * HOUR;
        ledger.outages.push(Outage {
            id: format!("i{place}"),
            title: "Shop\u{1b}[2J is down".to_owned(),
            severity: None,
            service: Some(0),
            started_at,
            resolved_at: (place == 3).then_some(started_at + 90 * MINUTE),
            open: place != 3,
            cause: Some(Cause {
                deployment: place,
                after_ms: HOUR,
                reason: Reason::NearestBefore(Window::Hours4),
            }),
            change: None,
        });
    }
    ledger
}

/// A stretch that began so many days ago, and how it ended how long ago.
fn spell(severity: Severity, days: Timestamp, end: Option<(Timestamp, Ending)>) -> Spell {
    Spell {
        repository: Some(0),
        class: FindingClass::PackageVulnerability,
        severity: Some(severity),
        cvss: Some(75),
        fix: FixState::Available,
        exploited: false,
        opened_at: AS_OF - days * DAY,
        origin: Origin::Introduced,
        end: end.map(|(days, how)| End {
            at: AS_OF - days * DAY,
            how,
        }),
    }
}

fn owed(spells: &[Spell]) -> DebtReport {
    let mut tally = Tally::new(&DebtSettings::default(), FROM, AS_OF);
    spells.iter().for_each(|spell| tally.add(spell));
    let mut debt = tally.finish();
    debt.freshness = Some(Freshness {
        oldest_complete_walk: None,
        newest: None,
        partial: vec![],
    });
    DebtReport {
        integration: "snyk".to_owned(),
        debt,
        repositories: vec!["acme/\u{1b}shop".to_owned()],
        gate: gate(&ledger(), None, FROM, AS_OF),
    }
}

/// 2 March 2026, a Monday, and thirty days later.
const FROM: Timestamp = 1_772_409_600_000;
const AS_OF: Timestamp = FROM + 30 * DAY;
const DAY: Timestamp = 24 * HOUR;
const HOUR: Timestamp = 60 * MINUTE;
const MINUTE: Timestamp = 60_000;
