use proptest::prelude::*;

use super::*;

pub(in super::super) fn table(cells: [u32; 4]) -> Table {
    let [
        exposed_event,
        exposed_no_event,
        unexposed_event,
        unexposed_no_event,
    ] = cells;
    Table {
        exposed_event,
        exposed_no_event,
        unexposed_event,
        unexposed_no_event,
    }
}

/// Tables of every size, with empty cells more often than chance has them.
pub(in super::super) fn tables(most: u32) -> impl Strategy<Value = Table> {
    let cell = move || {
        prop_oneof![
            1 => Just(0),
            2 => 1..=20_u32,
            2 => 1..=most,
            1 => Just(most),
        ]
    };
    [cell(), cell(), cell(), cell()].prop_map(table)
}

#[track_caller]
pub(in super::super) fn finite(estimate: Estimate) {
    let Estimate {
        value, low, high, ..
    } = estimate;
    assert!(value.is_finite(), "{estimate:?}");
    assert!(
        low.is_none_or(|low| low.is_finite() && low <= value),
        "{estimate:?}"
    );
    assert!(
        high.is_none_or(|high| high.is_finite() && high >= value),
        "{estimate:?}"
    );
}

/// The last printed digit may be off by a half.
#[track_caller]
fn near(found: Option<Estimate>, value: f64, low: f64, high: f64, corrected: bool) {
    let found = found.unwrap();
    for (found, printed) in [
        (found.value, value),
        (found.low.unwrap(), low),
        (found.high.unwrap(), high),
    ] {
        let digits = if printed > 1_000.0 { 0.006 } else { 0.000_051 };
        assert!((found - printed).abs() < digits, "{found} for {printed}");
    }
    assert_eq!(found.corrected, corrected);
}

#[track_caller]
fn wilson(found: Proportion, low: f64, high: f64) {
    let found = found.interval.unwrap();
    assert!((found.low - low).abs() < 0.000_051, "{found:?}");
    assert!((found.high - high).abs() < 0.000_051, "{found:?}");
}

#[test]
fn few_exposed_with_twice_the_risk_have_the_figures_of_the_closed_forms() {
    let rows = table([6, 34, 9, 151]);
    near(rows.risk_ratio(), 2.6667, 1.0077, 7.0567, false);
    near(rows.odds_ratio(), 2.9608, 0.9876, 8.8765, false);
    near(rows.risk_difference(), 0.0938, 0.0014, 0.2369, false);
    wilson(rows.exposed(), 0.0706, 0.2907);
    wilson(rows.unexposed(), 0.0299, 0.1034);
}

#[test]
fn a_group_without_an_event_has_a_half_on_every_cell_of_its_ratios() {
    let rows = table([0, 12, 7, 181]);
    near(rows.risk_ratio(), 0.9692, 0.0585, 16.0507, true);
    near(rows.odds_ratio(), 0.9680, 0.0522, 17.9393, true);
    near(rows.risk_difference(), -0.0372, -0.0748, 0.2060, false);
    wilson(rows.exposed(), 0.0, 0.2425);
    wilson(rows.unexposed(), 0.0182, 0.0748);
}

#[test]
fn a_smaller_risk_of_those_exposed_is_below_1() {
    let rows = table([3, 17, 4, 16]);
    near(rows.risk_ratio(), 0.7500, 0.1920, 2.9298, false);
    near(rows.odds_ratio(), 0.7059, 0.1362, 3.6582, false);
    near(rows.risk_difference(), -0.0500, -0.2871, 0.1919, false);
    wilson(rows.exposed(), 0.0524, 0.3604);
    wilson(rows.unexposed(), 0.0807, 0.4160);
}

#[test]
fn many_with_a_clear_difference_have_an_interval_off_1() {
    let rows = table([12, 88, 30, 870]);
    near(rows.risk_ratio(), 3.6000, 1.9044, 6.8054, false);
    near(rows.odds_ratio(), 3.9545, 1.9551, 7.9989, false);
    near(rows.risk_difference(), 0.0867, 0.0348, 0.1654, false);
    wilson(rows.exposed(), 0.0700, 0.1981);
    wilson(rows.unexposed(), 0.0234, 0.0472);
}

#[test]
fn a_group_of_events_only_has_a_half_on_every_cell_of_its_ratios() {
    let rows = table([5, 0, 5, 90]);
    near(rows.risk_ratio(), 16.0, 6.8623, 37.3052, true);
    near(rows.odds_ratio(), 181.0, 8.8303, 3710.07, true);
    near(rows.risk_difference(), 0.9474, 0.5081, 0.9773, false);
    wilson(rows.exposed(), 0.5655, 1.0);
    wilson(rows.unexposed(), 0.0227, 0.1173);
    assert!((rows.risk_ratio_as_counted().unwrap().value - 19.0).abs() < 1e-12);
}

#[test]
fn a_group_of_none_leaves_nothing_to_compare() {
    for rows in [[0, 0, 4, 36], [4, 36, 0, 0], [0, 0, 0, 0]].map(table) {
        assert_eq!(rows.risk_ratio(), None);
        assert_eq!(rows.risk_ratio_as_counted(), None);
        assert_eq!(rows.odds_ratio(), None);
        assert_eq!(rows.risk_difference(), None);
        assert_eq!(rows.chi_squared(), None);
        assert_eq!(rows.min_expected(), None);
    }
}

#[test]
fn where_it_never_happened_there_is_no_ratio_but_a_difference() {
    let rows = table([0, 20, 0, 30]);
    assert_eq!(rows.risk_ratio(), None);
    assert_eq!(rows.odds_ratio(), None);
    assert_eq!(rows.chi_squared_corrected(), None);
    let difference = rows.risk_difference().unwrap();
    assert!(difference.low.unwrap() < -0.1 && difference.high.unwrap() > 0.1);
}

#[test]
fn a_group_beyond_32_bits_has_no_risk_and_breaks_nothing() {
    let rows = table([u32::MAX, u32::MAX, 1, 1]);
    assert_eq!(rows.exposed().interval, None);
    assert_eq!(rows.risk_difference(), None);
    finite(rows.odds_ratio().unwrap());
}

#[test]
fn a_correction_for_continuity_finds_less() {
    let rows = table([12, 88, 30, 870]);
    let (plain, corrected) = (
        rows.chi_squared().unwrap(),
        rows.chi_squared_corrected().unwrap(),
    );
    assert!(corrected.statistic < plain.statistic && corrected.p > plain.p);
}

proptest! {
    #[test]
    fn no_figure_of_a_table_is_no_number(rows in tables(u32::MAX)) {
        for estimate in [
            rows.risk_ratio(),
            rows.risk_ratio_as_counted(),
            rows.odds_ratio(),
            rows.risk_difference(),
        ]
        .into_iter()
        .flatten()
        {
            finite(estimate);
        }
        for test in [rows.chi_squared(), rows.chi_squared_corrected()].into_iter().flatten() {
            prop_assert!(test.statistic.is_finite() && test.p > 0.0 && test.p <= 1.0);
        }
        prop_assert!(rows.min_expected().is_none_or(|least| least.is_finite() && least > 0.0));
    }

    #[test]
    fn a_swap_of_the_groups_turns_the_ratios_over(rows in tables(100_000)) {
        let swapped = table([
            rows.unexposed_event,
            rows.unexposed_no_event,
            rows.exposed_event,
            rows.exposed_no_event,
        ]);
        for (one, other) in [
            (rows.risk_ratio(), swapped.risk_ratio()),
            (rows.odds_ratio(), swapped.odds_ratio()),
        ] {
            prop_assert_eq!(one.is_some(), other.is_some());
            if let Some((one, other)) = one.zip(other) {
                prop_assert!((one.value * other.value - 1.0).abs() < 1e-9);
                prop_assert!((one.low.unwrap() * other.high.unwrap() - 1.0).abs() < 1e-9);
            }
        }
    }
}
