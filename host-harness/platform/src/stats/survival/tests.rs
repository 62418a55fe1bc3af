use proptest::prelude::*;

use super::*;

fn ended(duration: f64) -> Lived {
    Lived {
        duration,
        events: 1,
        censored: 0,
    }
}

fn goes_on(duration: f64) -> Lived {
    Lived {
        duration,
        events: 0,
        censored: 1,
    }
}

#[track_caller]
fn near(ours: f64, theirs: f64) {
    assert!((ours - theirs).abs() < 1e-6, "{ours} against {theirs}");
}

/// Twelve findings in days, five of them still open.
fn golden() -> Curve {
    Curve::of([
        ended(3.0),
        ended(9.0),
        ended(14.0),
        goes_on(14.0),
        ended(21.0),
        ended(30.0),
        goes_on(30.0),
        ended(45.0),
        goes_on(60.0),
        ended(90.0),
        goes_on(120.0),
        goes_on(120.0),
    ])
}

#[test]
fn open_ones_count_for_as_long_as_they_were_seen() {
    let curve = golden();
    for (time, survival) in [
        (3.0, 0.916_667),
        (9.0, 0.833_333),
        (14.0, 0.75),
        (21.0, 0.656_25),
        (30.0, 0.562_5),
        (45.0, 0.45),
        (90.0, 0.30),
    ] {
        near(curve.at(time), survival);
    }
    assert_eq!(curve.median(), Some(45.0));
    near(curve.restricted_mean(90.0).unwrap(), 52.510_417);
    assert_eq!((curve.n(), curve.events()), (12, 7));
}

#[test]
fn a_median_that_is_not_reached_is_none() {
    let curve = Curve::of([ended(1.0), goes_on(2.0), goes_on(2.0), goes_on(9.0)]);
    assert_eq!(curve.median(), None);
    assert_eq!(curve.time_at(0.75), Some(1.0));
}

#[test]
fn a_mean_beyond_what_was_seen_is_none() {
    let open = Curve::of([ended(5.0), goes_on(10.0)]);
    assert_eq!(open.restricted_mean(10.0), Some(7.5));
    assert_eq!(open.restricted_mean(10.1), None);
    let closed = Curve::of([ended(5.0), ended(10.0)]);
    assert_eq!(closed.restricted_mean(100.0), Some(7.5));
}

#[test]
fn nothing_watched_says_nothing() {
    let curve = Curve::of([]);
    assert_eq!(
        (curve.n(), curve.longest(), curve.median()),
        (0, None, None)
    );
    assert_eq!(curve.interval_at(1.0), None);
    assert_eq!(curve.restricted_mean(1.0), None);
    assert_eq!(log_rank(&curve, &golden()), None);
}

#[test]
fn what_lasts_no_time_at_all_counts() {
    let curve = Curve::of([ended(0.0), ended(-0.0), goes_on(0.0), goes_on(4.0)]);
    assert_eq!(curve.steps().len(), 2);
    assert_eq!((curve.at(0.0), curve.median()), (0.5, Some(0.0)));
}

#[test]
fn negative_and_infinite_durations_are_rejected_and_counted() {
    let wrong = |duration| Lived {
        duration,
        events: 2,
        censored: 1,
    };
    let curve = Curve::of([
        wrong(-1.0),
        wrong(f64::NAN),
        wrong(f64::INFINITY),
        ended(1.0),
    ]);
    assert_eq!((curve.n(), curve.rejected()), (1, 9));
}

#[test]
fn a_million_at_one_time_are_one_step() {
    let one_group = Curve::of([Lived {
        duration: 7.0,
        events: 600_000,
        censored: 400_000,
    }]);
    let one_by_one = Curve::of((0..1_000_000).map(|number| {
        if number % 5 < 3 {
            ended(7.0)
        } else {
            goes_on(7.0)
        }
    }));
    assert_eq!(one_by_one, one_group);
    assert_eq!((one_group.at(7.0), one_group.steps().len()), (0.4, 1));
}

#[test]
fn a_million_times_are_sorted_once() {
    let curve = Curve::of((0..1_000_000).rev().map(|number| ended(f64::from(number))));
    assert_eq!(curve.median(), Some(499_999.0));
    near(curve.restricted_mean(1e9).unwrap(), 499_999.5);
}

#[test]
fn curves_that_are_never_watched_together_cannot_be_compared() {
    assert_eq!(
        log_rank(
            &Curve::of([goes_on(1.0)]),
            &Curve::of([ended(2.0), ended(3.0)])
        ),
        None
    );
}

fn any() -> impl Strategy<Value = Vec<Lived>> {
    let duration = prop_oneof![
        0.0..20.0_f64,
        (0_u8..5).prop_map(f64::from),
        proptest::num::f64::ANY
    ];
    let count = || prop_oneof![0_u64..4, proptest::num::u64::ANY];
    let one = (duration, count(), count()).prop_map(|(duration, events, censored)| Lived {
        duration,
        events,
        censored,
    });
    proptest::collection::vec(one, 0..30)
}

proptest! {
    #[test]
    fn the_curve_falls_from_one_and_stays_inside_its_interval(lived in any(), time in 0.0..30.0_f64) {
        let curve = Curve::of(lived);
        let mut above = 1.0;
        for step in curve.steps() {
            prop_assert!(0.0 <= step.survival && step.survival <= above && step.at_risk > 0);
            above = step.survival;
        }
        if let Some((low, high)) = curve.interval_at(time) {
            prop_assert!(0.0 <= low && low <= curve.at(time) && curve.at(time) <= high && high <= 1.0);
        }
    }

    #[test]
    fn no_figure_is_infinite(lived in any(), other in any(), time in proptest::num::f64::ANY) {
        let (curve, other) = (Curve::of(lived), Curve::of(other));
        let mut figures = vec![curve.at(time), curve.hazard_at(time)];
        figures.extend(curve.interval_at(time).map_or(vec![], |(low, high)| vec![low, high]));
        figures.extend([curve.time_at(time), curve.median(), curve.restricted_mean(time)].into_iter().flatten());
        figures.extend(curve.steps().iter().flat_map(|step| [step.time, step.survival, step.hazard]));
        figures.extend(log_rank(&curve, &other).map_or(vec![], |test| vec![test.statistic, test.p]));
        prop_assert!(figures.iter().all(|figure| figure.is_finite()), "{figures:?}");
    }

    #[test]
    fn the_order_of_the_rows_does_not_matter(mut lived in any()) {
        let curve = Curve::of(lived.clone());
        lived.reverse();
        prop_assert_eq!(Curve::of(lived), curve);
    }

    #[test]
    fn both_curves_of_a_comparison_are_equal(one in any(), other in any()) {
        let (one, other) = (Curve::of(one), Curve::of(other));
        let (there, back) = (log_rank(&one, &other), log_rank(&other, &one));
        prop_assert_eq!(there.is_some(), back.is_some());
        if let (Some(there), Some(back)) = (there, back) {
            prop_assert!((there.p - back.p).abs() < 1e-6);
        }
    }
}
