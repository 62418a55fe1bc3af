use super::*;
use crate::stats::Estimate;

/// Spells of these days, fixed then, or open since then if it is censored.
fn spells(days: &[(i64, bool)]) -> Vec<Spell> {
    let spells = days.iter().map(|&(days, fixed)| {
        if fixed {
            ended(MONDAY - 130 * DAY, days * DAY, Ending::Resolved)
        } else {
            opened(MONDAY - days * DAY)
        }
    });
    spells.collect()
}

fn every(spells: &[Spell]) -> Lifetime {
    debt(spells).time_to_fix.every.all
}

#[track_caller]
fn near(figure: Figure<Estimate>, value: f64) {
    let found = figure.value().unwrap().value;
    assert!((found - value).abs() < 1e-6, "{found} is not {value}");
}

/// The example of the brief: Kaplan and Meier's estimate by hand.
#[test]
fn open_findings_count_for_as_long_as_they_were_seen() {
    let lifetime = every(&spells(&[
        (3, true),
        (9, true),
        (14, true),
        (14, false),
        (21, true),
        (30, true),
        (30, false),
        (45, true),
        (60, false),
        (90, true),
        (120, false),
        (120, false),
    ]));
    assert_eq!((lifetime.n, lifetime.fixed, lifetime.open), (12, 7, 5));
    assert_eq!(lifetime.median_ms, Figure::Value(45 * DAY));
    near(lifetime.fixed_in_30_days, 1.0 - 0.5625);
    near(lifetime.fixed_in_90_days, 1.0 - 0.3);
    // 52.510417 days.
    assert_eq!(lifetime.restricted_mean_ms, Figure::Value(4_536_900_000));
    // 212 days over 7: biased low.
    assert_eq!(
        lifetime.naive_mean_of_fixed_ms,
        Figure::Value(212 * DAY / 7)
    );
}

#[test]
fn a_time_that_too_few_reach_is_not_reached() {
    let lifetime = every(&spells(&[(3, true), (100, false), (100, false)]));
    assert_eq!(lifetime.median_ms, Figure::Absent(Absent::NotReached));
    near(lifetime.fixed_in_90_days, 1.0 / 3.0);
}

#[test]
fn nothing_is_said_of_days_that_nobody_watched() {
    let lifetime = every(&spells(&[(3, true), (40, false)]));
    near(lifetime.fixed_in_30_days, 0.5);
    let absent = Absent::NotWatched;
    assert_eq!(lifetime.fixed_in_90_days, Figure::Absent(absent));
    assert_eq!(lifetime.restricted_mean_ms, Figure::Absent(absent));
}

#[test]
fn a_share_of_none_or_all_has_no_interval_and_one_between_holds_it() {
    let bounds = |lifetime: Lifetime| {
        let share = lifetime.fixed_in_30_days.value().unwrap();
        (share.low, share.value, share.high)
    };
    let (low, none, high) = bounds(every(&spells(&[(40, false); 9])));
    assert_eq!((low, high), (None, None));
    assert!(none.abs() < 1e-12);
    let (low, half, high) = bounds(every(&spells(&[(3, true), (40, false)])));
    let (low, high) = (low.unwrap(), high.unwrap());
    assert!(0.0 < low && low < half && half < high && high < 1.0);
}

#[test]
fn accepting_and_vanishing_are_no_fixes_and_their_shares_are_shown() {
    let begin = MONDAY - 50 * DAY;
    let lifetime = every(&[
        ended(begin, DAY, Ending::Accepted),
        ended(begin, 2 * DAY, Ending::Vanished),
        ended(begin, 3 * DAY, Ending::Resolved),
        opened(begin),
    ]);
    assert_eq!((lifetime.n, lifetime.fixed, lifetime.open), (4, 1, 1));
    assert_eq!((lifetime.accepted.count, lifetime.accepted.of), (1, 4));
    assert_eq!((lifetime.vanished.count, lifetime.vanished.of), (1, 4));
    // One of the two that were still watched.
    near(lifetime.fixed_in_30_days, 0.5);
}

#[test]
fn the_curve_of_the_window_holds_what_began_in_it() {
    let from = MONDAY - 90 * DAY;
    let spells = [from - 1, from, MONDAY].map(|at| ended(at, 0, Ending::Resolved));
    let both = debt(&spells).time_to_fix;
    assert_eq!((both.began_in_window.all.n, both.every.all.n), (2, 3));
}

#[test]
fn a_severity_has_a_curve_and_a_window_of_its_own() {
    let quick = Spell {
        severity: Some(Severity::Critical),
        ..ended(MONDAY - 50 * DAY, 7 * DAY, Ending::Resolved)
    };
    let late = Spell {
        severity: Some(Severity::Critical),
        ..ended(MONDAY - 50 * DAY, 7 * DAY + 1, Ending::Resolved)
    };
    let debt = debt(&[quick, late, opened(MONDAY)]);
    let rows = &debt.time_to_fix.every.by_severity;
    let row = rows.iter().find(|row| row.severity == Level::Critical);
    let lifetime = row.unwrap().lifetime.clone();
    assert_eq!(lifetime.n, 2);
    near(lifetime.fixed_in_window, 0.5);
    let unknown = rows.last().unwrap().lifetime.fixed_in_window;
    assert_eq!(unknown, Figure::Absent(Absent::NoWindow));
}

#[test]
fn what_was_fixed_after_more_than_is_watched_was_open_until_then() {
    let lifetime = every(&[
        ended(0, 7_299 * DAY, Ending::Resolved),
        ended(0, 7_301 * DAY, Ending::Resolved),
    ]);
    assert_eq!(lifetime.fixed, 2);
    assert_eq!(lifetime.median_ms, Figure::Value(7_299 * DAY));
    let absent = Figure::Absent(Absent::NotReached);
    assert_eq!(lifetime.upper_quartile_ms, absent);
}

#[test]
fn the_curve_falls_from_all_for_as_long_as_any_was_watched() {
    let fixed = ended(MONDAY - 40 * DAY, 4 * DAY, Ending::Resolved);
    let debt = debt(&[fixed, opened(MONDAY - 40 * DAY), opened(MONDAY - 2 * DAY)]);
    let points = debt.time_to_fix.every.still_open;
    let at = |days| points.iter().find(|point| point.days == days).copied();
    let share = |days| at(days).map(|point| ((point.share * 100.0).round(), point.watched));
    assert_eq!(share(0), Some((100.0, 3)));
    assert_eq!(share(3), Some((100.0, 2)));
    assert_eq!(share(5), Some((50.0, 1)));
    assert_eq!(share(30), Some((50.0, 1)));
    assert_eq!(at(45), None);
    assert!(
        between(0, MONDAY, &[])
            .time_to_fix
            .every
            .still_open
            .is_empty()
    );
}
