use super::*;
use crate::model::common::{FindingClass, FixState, Severity};
use crate::spell::{End, Origin};

mod flow;
mod gate;
mod lifetime;
mod naive;
mod repository;
mod rows;
mod sla;

/// Monday, 2026-02-02T00:00:00Z.
const MONDAY: Timestamp = 1_769_990_400_000;

/// A high vulnerability that came in at a time and is open.
fn opened(opened_at: Timestamp) -> Spell {
    Spell {
        repository: Some(0),
        class: FindingClass::PackageVulnerability,
        severity: Some(Severity::High),
        cvss: Some(75),
        fix: FixState::Available,
        exploited: false,
        opened_at,
        origin: Origin::Introduced,
        end: None,
    }
}

/// One that ended so long after that.
fn ended(opened_at: Timestamp, lasted: Timestamp, how: Ending) -> Spell {
    let at = opened_at + lasted;
    Spell {
        end: Some(End { at, how }),
        ..opened(opened_at)
    }
}

/// The report of a window of 90 days that ends at [`MONDAY`].
fn debt(spells: &[Spell]) -> Debt {
    between(MONDAY - 90 * DAY, MONDAY, spells)
}

fn between(from: Timestamp, as_of: Timestamp, spells: &[Spell]) -> Debt {
    let mut tally = Tally::new(&DebtSettings::default(), from, as_of);
    for spell in spells {
        tally.add(spell);
    }
    tally.finish()
}

#[test]
fn without_findings_shares_are_absent_and_counts_are_of_nothing() {
    let debt = debt(&[]);
    assert_eq!((debt.counted, debt.open.all), (0, Stock::default()));
    let lifetime = &debt.time_to_fix.every.all;
    assert_eq!(lifetime.n, 0);
    let absent = Figure::Absent(Absent::NoSpells);
    assert_eq!(lifetime.median_ms, absent);
    assert_eq!(lifetime.restricted_mean_ms, absent);
    assert_eq!(lifetime.naive_mean_of_fixed_ms, absent);
    assert_eq!(lifetime.fixed_in_30_days, Figure::Absent(Absent::NoSpells));
    assert_eq!(debt.quality.without_cvss.interval, None);
    assert_eq!(debt.sla.all.fixed_within.interval, None);
    assert_eq!(debt.freshness, None);
}

#[test]
fn what_begins_after_the_report_is_told_and_not_counted() {
    let debt = debt(&[opened(MONDAY), opened(MONDAY + 1)]);
    assert_eq!((debt.counted, debt.future, debt.open.all.open), (1, 1, 1));
}

#[test]
fn what_ends_before_it_begins_is_told_and_not_counted() {
    let reversed = ended(MONDAY - DAY, -1, Ending::Resolved);
    let debt = debt(&[reversed]);
    assert_eq!((debt.counted, debt.reversed), (0, 1));
    assert_eq!(debt.time_to_fix.every.all.n, 0);
}

#[test]
fn what_ends_after_the_report_is_open_at_it() {
    let later = ended(MONDAY - DAY, DAY + 1, Ending::Resolved);
    let now = ended(MONDAY - DAY, DAY, Ending::Resolved);
    let debt = debt(&[later, now]);
    assert_eq!(debt.open.all.open, 1);
    assert_eq!(debt.flow.all.resolved, 1);
}

#[test]
fn ages_are_whole_days() {
    let ages = |age| debt(&[opened(MONDAY - age)]).open.all.ages;
    let none = Ages::default();
    let [young, week, month, quarter, old] = [
        Ages { up_to_7: 1, ..none },
        Ages {
            up_to_30: 1,
            ..none
        },
        Ages {
            up_to_90: 1,
            ..none
        },
        Ages {
            up_to_180: 1,
            ..none
        },
        Ages { older: 1, ..none },
    ];
    assert_eq!([ages(0), ages(8 * DAY - 1)], [young; 2]);
    assert_eq!([ages(8 * DAY), ages(31 * DAY - 1)], [week; 2]);
    assert_eq!([ages(31 * DAY), ages(91 * DAY - 1)], [month; 2]);
    assert_eq!([ages(91 * DAY), ages(181 * DAY - 1)], [quarter; 2]);
    assert_eq!([ages(181 * DAY), ages(40_000 * DAY)], [old; 2]);
}

#[test]
fn accepted_and_vanished_findings_are_apart_from_open_ones() {
    let debt = debt(&[
        ended(MONDAY - 2 * DAY, DAY, Ending::Accepted),
        ended(MONDAY - 2 * DAY, DAY, Ending::Vanished),
        ended(MONDAY - 2 * DAY, DAY, Ending::Resolved),
    ]);
    let expected = Stock {
        accepted: 1,
        vanished: 1,
        ..Stock::default()
    };
    assert_eq!(debt.open.all, expected);
}

#[test]
fn what_only_informs_and_what_has_no_severity_are_rows_of_their_own() {
    let info = Spell {
        severity: Some(Severity::Info),
        ..opened(MONDAY)
    };
    let unknown = Spell {
        severity: None,
        ..opened(MONDAY)
    };
    let debt = debt(&[info, unknown, unknown]);
    let rows = debt.open.by_severity.iter();
    let rows: Vec<_> = rows.map(|row| (row.severity, row.stock.open)).collect();
    let expected = [
        (Level::Critical, 0),
        (Level::High, 0),
        (Level::Medium, 0),
        (Level::Low, 0),
        (Level::Info, 1),
        (Level::Unknown, 2),
    ];
    assert_eq!(rows, expected);
}

#[test]
fn each_class_is_a_row() {
    let classes = [
        FindingClass::PackageVulnerability,
        FindingClass::License,
        FindingClass::Container,
        FindingClass::Infrastructure,
        FindingClass::Code,
        FindingClass::Other,
    ];
    for class in classes {
        let open = debt(&[Spell {
            class,
            ..opened(MONDAY)
        }])
        .open;
        let mut rows = open.by_class.iter().filter(|row| row.stock.open > 0);
        assert_eq!(rows.next().map(|row| row.class), Some(class));
        assert_eq!(rows.next(), None);
    }
}

#[test]
fn an_unknown_fix_is_never_no_fix() {
    let with = |fix| Spell {
        fix,
        ..opened(MONDAY)
    };
    let debt = debt(&[
        with(FixState::Unknown),
        with(FixState::Unknown),
        with(FixState::None),
        with(FixState::Partial),
    ]);
    let expected = Fixes {
        available: 0,
        partial: 1,
        none: 1,
        unknown: 2,
    };
    assert_eq!(debt.open.all.fixes, expected);
    assert_eq!(
        debt.quality.without_fix_knowledge,
        crate::backtest::Proportion::new(2, 4)
    );
}

#[test]
fn a_licence_lacks_no_score_and_what_came_back_lacks_no_disclosure() {
    let license = Spell {
        class: FindingClass::License,
        cvss: None,
        ..opened(MONDAY)
    };
    let unscored = Spell {
        cvss: None,
        origin: Origin::Unknown,
        ..opened(MONDAY)
    };
    let back = Spell {
        origin: Origin::ReIntroduced,
        exploited: true,
        ..opened(MONDAY)
    };
    let quality = debt(&[license, unscored, back]).quality;
    let share = |one: crate::backtest::Proportion| (one.count, one.of);
    assert_eq!(share(quality.without_cvss), (1, 2));
    assert_eq!(share(quality.without_disclosure), (1, 2));
    assert_eq!(share(quality.exploited), (1, 3));
}

#[test]
fn a_million_equal_spells_are_one_figure_a_million_times() {
    let mut tally = Tally::new(&DebtSettings::default(), MONDAY - 90 * DAY, MONDAY);
    let spell = ended(MONDAY - 40 * DAY, 3 * DAY, Ending::Resolved);
    for _ in 0..1_000_000 {
        tally.add(&spell);
    }
    let debt = tally.finish();
    let lifetime = debt.time_to_fix.began_in_window.all;
    assert_eq!((lifetime.n, lifetime.fixed), (1_000_000, 1_000_000));
    for figure in [
        lifetime.median_ms,
        lifetime.upper_quartile_ms,
        lifetime.restricted_mean_ms,
        lifetime.naive_mean_of_fixed_ms,
    ] {
        assert_eq!(figure, Figure::Value(3 * DAY));
    }
}

#[test]
fn times_at_the_ends_of_the_calendar_are_counted() {
    for (from, as_of) in [
        (Timestamp::MIN, Timestamp::MAX),
        (Timestamp::MAX, Timestamp::MIN),
        (Timestamp::MAX, Timestamp::MAX),
    ] {
        let spells = [Timestamp::MIN, 0, Timestamp::MAX].map(opened);
        let debt = between(from, as_of, &spells);
        assert_eq!(debt.counted + debt.future, 3);
        assert_eq!(debt.open.all.open, debt.counted);
    }
}

#[test]
fn a_report_survives_its_json() {
    let fixed = ended(MONDAY - 40 * DAY, 3 * DAY, Ending::Resolved);
    let debt = debt(&[fixed, opened(MONDAY - 200 * DAY)]);
    let text = serde_json::to_string(&debt).unwrap();
    assert!(
        text.contains(r#""median-ms":{"value":259200000}"#),
        "{text}"
    );
    assert!(text.contains(r#""fixed-in-window":{"absent":"no-window"}"#));
    let back: Debt = serde_json::from_str(&text).unwrap();
    assert_eq!(back, debt);
}
