use proptest::prelude::*;

use super::super::two_by_two::tests::{finite, table, tables};
use super::*;

fn of(strata: &[[u32; 4]]) -> Stratified {
    let tables: Vec<_> = strata.iter().copied().map(table).collect();
    Stratified::of(&tables)
}

/// Two surgeries for kidney stones, small stones and large ones: the textbook's reversal, Charig and others 1986.
#[test]
fn a_heap_that_says_the_opposite_of_its_strata_is_a_reversal() {
    let stones = of(&[[81, 6, 234, 36], [192, 71, 55, 25]]);
    assert!(stones.reversal);
    assert!((stones.odds_ratio.unwrap().value - 1.446_847).abs() < 1e-6);
    assert!((stones.crude_odds_ratio.unwrap().value - 0.748_349).abs() < 1e-6);
}

#[test]
fn strata_that_cancel_a_heap_are_no_reversal() {
    let repositories = of(&[[30, 70, 9, 21], [1, 29, 10, 290]]);
    assert!(!repositories.reversal);
    assert!((repositories.odds_ratio.unwrap().value - 1.0).abs() < 1e-12);
    assert!(repositories.crude_odds_ratio.unwrap().value > 5.0);
}

/// Where the common ratio is 1 the equation of what is expected is linear; an answer is due all the same.
#[test]
fn strata_without_any_effect_do_not_differ() {
    let test = of(&[[30, 70, 9, 21], [1, 29, 10, 290]])
        .heterogeneity
        .unwrap();
    assert!(test.statistic < 1e-12 && test.p > 0.999_999 && test.degrees == 1);
}

#[test]
fn a_stratum_with_an_empty_margin_adds_nothing_to_the_odds_and_is_counted() {
    let few = [[3, 3, 0, 6], [6, 0, 2, 4], [5, 1, 6, 0]];
    let more = [
        [0, 6, 0, 5],
        [3, 3, 0, 6],
        [6, 0, 2, 4],
        [5, 1, 6, 0],
        [2, 0, 5, 0],
        [0, 0, 0, 0],
    ];
    let (few, more) = (of(&few), of(&more));
    assert_eq!((few.strata_used, few.strata_empty), (3, 0));
    assert_eq!((more.strata_used, more.strata_empty), (3, 3));
    assert_eq!(few.odds_ratio, more.odds_ratio);
    assert_eq!(few.cmh, more.cmh);
    assert_eq!(few.heterogeneity, more.heterogeneity);
    assert_ne!(few.risk_ratio, more.risk_ratio);
}

#[test]
fn one_stratum_is_the_table_itself_and_cannot_differ() {
    let one = of(&[[12, 88, 30, 470]]);
    assert!((one.odds_ratio.unwrap().value - one.crude_odds_ratio.unwrap().value).abs() < 1e-12);
    assert_eq!(one.heterogeneity, None);
    assert!(!one.reversal);
}

#[test]
fn nothing_in_any_stratum_is_absent_and_not_zero() {
    for strata in [&[][..], &[[0, 0, 0, 0]], &[[0, 0, 3, 9], [0, 9, 0, 9]]] {
        let found = of(strata);
        assert_eq!(found.odds_ratio, None);
        assert_eq!(found.risk_ratio, None);
        assert_eq!(found.cmh, None);
        assert_eq!(found.cmh_corrected, None);
        assert_eq!(found.heterogeneity, None);
        assert_eq!(found.strata_used, 0);
    }
}

#[test]
fn events_of_one_group_only_leave_a_test_but_no_ratio() {
    let found = of(&[[5, 15, 0, 40], [2, 8, 0, 10]]);
    assert_eq!((found.odds_ratio, found.risk_ratio), (None, None));
    assert!(found.cmh.unwrap().p < 0.01);
}

proptest! {
    #[test]
    fn no_figure_of_strata_is_no_number(strata in prop::collection::vec(tables(u32::MAX), 0..8)) {
        let found = Stratified::of(&strata);
        for estimate in [found.odds_ratio, found.crude_odds_ratio, found.crude_risk_ratio].into_iter().flatten() {
            finite(estimate);
        }
        prop_assert!(found.risk_ratio.is_none_or(|ratio| ratio.is_finite() && ratio > 0.0));
        for test in [found.cmh, found.cmh_corrected, found.heterogeneity, found.breslow_day].into_iter().flatten() {
            prop_assert!(test.statistic.is_finite() && test.p > 0.0 && test.p <= 1.0);
        }
        prop_assert_eq!(strata.len(), (found.strata_used + found.strata_empty) as usize);
    }

    #[test]
    fn what_is_expected_has_the_common_odds_and_the_margins(
        cells in [1_u32..1_000, 1_u32..1_000, 1_u32..1_000, 1_u32..1_000],
        log in -5.0..5.0_f64,
    ) {
        let seen = table(cells).cells();
        let Cells { a, b, c, d } = expected(seen, log.exp());
        prop_assert!(a > 0.0 && b > 0.0 && c > 0.0 && d > 0.0);
        prop_assert!((a.ln() + d.ln() - b.ln() - c.ln() - log).abs() < 1e-8);
        prop_assert!((a + b - seen.a - seen.b).abs() < 1e-8 && (b + d - seen.b - seen.d).abs() < 1e-8);
    }
}
