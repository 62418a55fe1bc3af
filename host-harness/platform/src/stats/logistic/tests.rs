use proptest::prelude::*;

use super::*;

fn group(x: f64, events: u32, trials: u32) -> Group {
    Group { x, events, trials }
}

const BELIEF: Priors = Priors {
    intercept: Prior {
        mean: -3.0,
        deviation: 1.0,
    },
    slope: Prior {
        mean: 0.7,
        deviation: 0.5,
    },
};

#[test]
fn two_groups_are_met_exactly() {
    let fit = fit(&[group(0.0, 10, 40), group(1.0, 20, 40)]).unwrap();
    assert!((fit.line.at(0.0).unwrap() - 0.25).abs() < 1e-12);
    assert!((fit.line.slope - 3.0_f64.ln()).abs() < 1e-12);
    assert!(fit.deviance.abs() < 1e-9);
}

#[test]
fn what_a_figure_parts_has_no_most_probable_line() {
    let parted = [group(0.0, 0, 5), group(1.0, 2, 4), group(2.0, 5, 5)];
    assert_eq!(fit(&parted), Err(Unfit::Separated));
    assert_eq!(
        fit(&[group(0.0, 0, 5), group(1.0, 0, 5)]),
        Err(Unfit::Separated)
    );
}

#[test]
fn one_figure_makes_no_line() {
    assert_eq!(
        fit(&[group(2.0, 1, 5), group(2.0, 3, 5)]),
        Err(Unfit::Constant)
    );
    assert_eq!(fit(&[]), Err(Unfit::Constant));
    assert_eq!(fit_with_priors(&[], BELIEF), Err(Unfit::Constant));
}

#[test]
fn more_events_than_trials_are_refused() {
    assert_eq!(
        fit(&[group(0.0, 2, 1), group(1.0, 0, 1)]),
        Err(Unfit::Input)
    );
    assert_eq!(fit(&[group(f64::NAN, 0, 1)]), Err(Unfit::Input));
    let sure = Priors {
        slope: Prior {
            mean: 0.7,
            deviation: 0.0,
        },
        ..BELIEF
    };
    assert_eq!(
        fit_with_priors(&[group(0.0, 0, 1)], sure),
        Err(Unfit::Input)
    );
}

#[test]
fn a_belief_keeps_the_slope_from_falling_below_zero() {
    let falling = [group(0.0, 500, 1000), group(5.0, 10, 1000)];
    let line = fit_with_priors(&falling, BELIEF).unwrap();
    assert_eq!(line.slope, 0.0);
    assert!((line.at(0.0).unwrap() - 0.255).abs() < 0.01);
}

#[test]
fn much_evidence_outweighs_a_belief() {
    let groups = [
        group(0.0, 20_000, 1_000_000),
        group(2.0, 500_000, 1_000_000),
    ];
    let (seen, believed) = (
        fit(&groups).unwrap().line,
        fit_with_priors(&groups, BELIEF).unwrap(),
    );
    assert!((seen.slope - believed.slope).abs() < 1e-3);
    assert!((seen.intercept - believed.intercept).abs() < 1e-3);
}

fn any() -> impl Strategy<Value = Vec<Group>> {
    let x = prop_oneof![
        -5.0..5.0_f64,
        (0_u8..4).prop_map(f64::from),
        proptest::num::f64::ANY
    ];
    let one =
        (x, 0_u32..30, 0_u32..30).prop_map(|(x, events, more)| group(x, events, events + more));
    proptest::collection::vec(one, 0..12)
}

proptest! {
    #[test]
    fn figures_are_finite(groups in any()) {
        if let Ok(fit) = fit(&groups) {
            let figures = [fit.line.slope, fit.slope_error, fit.slope_p, fit.deviance, fit.log_likelihood];
            prop_assert!(figures.iter().all(|figure| figure.is_finite()), "{fit:?}");
        }
    }

    #[test]
    fn a_belief_always_gives_a_rising_line(
        groups in proptest::collection::vec((0.0..8.0_f64, 0_u32..50, 0_u32..50), 1..20),
    ) {
        let mut groups: Vec<Group> = groups.into_iter().map(|(x, events, more)| group(x, events, events + more + 1)).collect();
        let line = fit_with_priors(&groups, BELIEF).unwrap();
        prop_assert!(line.slope >= 0.0 && line.intercept.is_finite() && line.slope.is_finite());
        prop_assert!(line.at(1.0) <= line.at(2.0));
        groups.reverse();
        prop_assert_eq!(fit_with_priors(&groups, BELIEF), Ok(line));
    }
}
