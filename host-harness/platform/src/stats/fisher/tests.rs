use proptest::prelude::*;

use super::super::two_by_two::tests::{finite, table, tables};
use super::*;

#[track_caller]
fn two_sided(cells: [u32; 4], p: f64) {
    let found = table(cells).fisher().two_sided;
    assert!((found - p).abs() < 0.000_000_5, "{found} for {p}");
}

#[test]
fn the_golden_tables_have_their_p() {
    two_sided([6, 34, 9, 151], 0.084_399);
    two_sided([0, 12, 7, 181], 1.0);
    two_sided([3, 17, 4, 16], 1.0);
    two_sided([12, 88, 30, 870], 0.000_448);
    two_sided([5, 0, 5, 90], 0.000_003);
}

/// 17 of 35 ways to sort eight cups are as good as hers or as bad.
#[test]
fn the_lady_who_tastes_tea_convinces_in_17_of_35() {
    let found = table([3, 1, 1, 3]).fisher();
    assert!((found.two_sided - 34.0 / 70.0).abs() < 1e-12);
    assert!((found.greater - 17.0 / 70.0).abs() < 1e-12);
    assert!((found.less - 69.0 / 70.0).abs() < 1e-12);
}

#[test]
fn where_no_other_table_could_have_been_every_chance_is_1() {
    for cells in [[0, 0, 4, 36], [4, 0, 36, 0], [0, 4, 0, 36], [0, 0, 0, 0]] {
        let found = table(cells).fisher();
        let chances = [found.two_sided, found.greater, found.less];
        assert!(
            chances.iter().all(|p| (p - 1.0).abs() < 1e-12),
            "{chances:?}"
        );
        assert_eq!(table(cells).exact_odds_ratio(), None);
    }
}

#[test]
fn a_chance_below_all_numbers_is_the_smallest_number() {
    let found = table([100_000, 0, 0, 100_000]).fisher();
    assert!(found.two_sided > 0.0 && found.two_sided < 1e-300);
    assert!((found.less - 1.0).abs() < 1e-12);
}

#[test]
fn an_infinite_odds_ratio_keeps_the_end_that_binds_it() {
    let found = table([5, 15, 0, 40]).exact_odds_ratio().unwrap();
    assert!(found.corrected && found.high.is_none());
    assert!((found.low.unwrap() - 2.102_776).abs() < 1e-5);
    let turned = table([0, 40, 5, 15]).exact_odds_ratio().unwrap();
    assert!(turned.corrected && turned.low.is_none());
    assert!((turned.high.unwrap() * found.low.unwrap() - 1.0).abs() < 1e-9);
}

/// At an end of the interval the counted table or one beyond has a chance of a fortieth.
#[test]
fn the_ends_leave_a_fortieth_to_chance() {
    let counted = table([6, 34, 9, 151]);
    let margins = Margins::of(&counted);
    let found = counted.exact_odds_ratio().unwrap();
    let low = margins.sums(found.low.unwrap().ln());
    let high = margins.sums(found.high.unwrap().ln());
    assert!((low.upper.weight / low.all.weight - 0.025).abs() < 1e-11);
    assert!((high.lower.weight / high.all.weight - 0.025).abs() < 1e-11);
    let best = margins.sums(found.value.ln());
    assert!((best.likeliest + best.all.mean() - 6.0).abs() < 1e-10);
}

#[test]
fn counts_at_the_end_of_32_bits_have_their_figures() {
    const MOST: u32 = u32::MAX;
    for cells in [
        [MOST; 4],
        [MOST, 1, 1, MOST],
        [1, MOST, MOST, MOST],
        [0, MOST, MOST, MOST],
        [0, MOST, 1, MOST],
    ] {
        let counted = table(cells);
        finite(counted.exact_odds_ratio().unwrap());
        let found = counted.fisher();
        for p in [found.two_sided, found.greater, found.less] {
            assert!(p > 0.0 && p <= 1.0, "{cells:?}: {found:?}");
        }
    }
}

/// The chances of all tables by a product of binomials in logarithms, each sum in full.
fn in_full(cells: [u32; 4]) -> Fisher {
    let [a, b, c, d] = cells;
    let choose = |n: u32, k: u32| {
        (1..=k)
            .map(|i| (f64::from(n - k + i) / f64::from(i)).ln())
            .sum::<f64>()
    };
    let (exposed, unexposed, events) = (a + b, c + d, a + c);
    let chance = |x: u32| {
        (choose(exposed, x) + choose(unexposed, events - x) - choose(exposed + unexposed, events))
            .exp()
    };
    let tables = || events.saturating_sub(unexposed)..=events.min(exposed);
    let sum = |kept: &dyn Fn(u32) -> bool| tables().filter(|x| kept(*x)).map(chance).sum();
    Fisher {
        two_sided: sum(&|x| chance(x) <= chance(a) * (1.0 + 1e-7)),
        greater: sum(&|x| x >= a),
        less: sum(&|x| x <= a),
    }
}

proptest! {
    #[test]
    fn the_walk_finds_what_the_full_sums_find(cells in [0_u32..40, 0_u32..40, 0_u32..40, 0_u32..40]) {
        let (walked, full) = (table(cells).fisher(), in_full(cells));
        prop_assert!((walked.two_sided / full.two_sided - 1.0).abs() < 1e-9);
        prop_assert!((walked.greater / full.greater - 1.0).abs() < 1e-9);
        prop_assert!((walked.less / full.less - 1.0).abs() < 1e-9);
    }

    #[test]
    fn no_exact_figure_is_no_number(counted in tables(100_000)) {
        let found = counted.fisher();
        for p in [found.two_sided, found.greater, found.less] {
            prop_assert!(p > 0.0 && p <= 1.0);
        }
        let exact = counted.exact_odds_ratio();
        prop_assert_eq!(exact.is_some(), counted.odds_ratio().is_some());
        if let Some(exact) = exact {
            finite(exact);
        }
    }
}
