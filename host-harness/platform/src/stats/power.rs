//! What could have been seen at all.

use statrs::distribution::{ContinuousCDF, Normal};

/// The smallest risk ratio above 1 that two groups of these sizes would show: that a two-sided test at `alpha` finds
/// with the chance `power` if the unexposed run the risk `base_risk`.
///
/// None if no ratio could be seen, which includes an empty group; and none of what is no risk: `base_risk` and `alpha`
/// lie between 0 and 1, `power` from a half up to 1, all without the ends.
///
/// > |p₁ − p₀| = z(α/2) √(p̄ q̄ (1/n₁ + 1/n₀)) + z(1 − β) √(p₁q₁/n₁ + p₀q₀/n₀), p̄ of both groups together
///
/// Source: J. L. Fleiss, B. Levin and M. C. Paik, "Statistical Methods for Rates and Proportions", 3rd edition, 2003,
/// section 4.2 with unequal groups, without continuity correction: an approximation, which is too hopeful where fewer
/// than about five events are expected.
#[must_use]
pub fn smallest_risk_ratio(
    exposed: u32,
    unexposed: u32,
    base_risk: f64,
    alpha: f64,
    power: f64,
) -> Option<f64> {
    let between = |value: f64, low: f64| value >= low && value > 0.0 && value < 1.0;
    let asked = between(base_risk, 0.0) && between(alpha, 0.0) && between(power, 0.5);
    if exposed == 0 || unexposed == 0 || !asked {
        return None;
    }
    let normal = Normal::standard();
    let at_alpha = -normal.inverse_cdf(alpha / 2.0);
    let at_power = normal.inverse_cdf(power);
    let (exposed, unexposed) = (f64::from(exposed), f64::from(unexposed));
    let excess = |risk: f64| {
        let pooled = (exposed * risk + unexposed * base_risk) / (exposed + unexposed);
        let alike = pooled * (1.0 - pooled) * (exposed.recip() + unexposed.recip());
        let apart = risk * (1.0 - risk) / exposed + base_risk * (1.0 - base_risk) / unexposed;
        risk - base_risk - at_alpha * alike.sqrt() - at_power * apart.sqrt()
    };
    if excess(1.0) < 0.0 {
        return None;
    }
    // The excess is negative at the base risk and, as roots of concave functions are concave, convex: it crosses once.
    let (mut unseen, mut seen) = (base_risk, 1.0);
    for _ in 0..HALVINGS {
        let middle = f64::midpoint(unseen, seen);
        if excess(middle) < 0.0 {
            unseen = middle;
        } else {
            seen = middle;
        }
    }
    Some(seen / base_risk).filter(|ratio| ratio.is_finite())
}

/// Halvings of the bracket: as many as a number has binary digits, and some for risks far below 1.
const HALVINGS: u32 = 100;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The sizes of two equal groups that show a risk growing from one to another, at alpha 0.05 and power 0.8.
    #[test]
    fn the_sizes_of_the_tables_show_the_ratios_of_the_tables() {
        for (each, from, to) in [
            (435, 0.05, 0.10),
            (141, 0.05, 0.15),
            (199, 0.10, 0.20),
            (121, 0.15, 0.30),
        ] {
            let ratio = smallest_risk_ratio(each, each, from, 0.05, 0.8).unwrap();
            assert!((ratio * from / to - 1.0).abs() < 0.005, "{ratio}");
            assert!(smallest_risk_ratio(each - 2, each - 2, from, 0.05, 0.8).unwrap() > to / from);
        }
    }

    #[test]
    fn groups_too_small_for_any_ratio_say_so() {
        assert_eq!(smallest_risk_ratio(3, 3, 0.5, 0.05, 0.8), None);
        assert_eq!(smallest_risk_ratio(0, 1_000, 0.05, 0.05, 0.8), None);
        assert_eq!(smallest_risk_ratio(1_000, 0, 0.05, 0.05, 0.8), None);
    }

    #[test]
    fn what_is_no_risk_has_no_ratio() {
        for none in [0.0, 1.0, -0.1, 1.1, f64::NAN, f64::INFINITY] {
            assert_eq!(smallest_risk_ratio(500, 500, none, 0.05, 0.8), None);
            assert_eq!(smallest_risk_ratio(500, 500, 0.05, none, 0.8), None);
            assert_eq!(smallest_risk_ratio(500, 500, 0.05, 0.05, none), None);
        }
        assert_eq!(smallest_risk_ratio(500, 500, 0.05, 0.05, 0.4), None);
    }

    proptest! {
        #[test]
        fn more_of_either_group_never_hides_a_ratio(
            exposed in 1_u32..100_000,
            unexposed in 1_u32..100_000,
            base in 0.001..0.9_f64,
        ) {
            if let Some(ratio) = smallest_risk_ratio(exposed, unexposed, base, 0.05, 0.8) {
                prop_assert!(ratio > 1.0);
                let more = smallest_risk_ratio(exposed * 2, unexposed * 2, base, 0.05, 0.8).unwrap();
                prop_assert!(more < ratio);
            }
        }

        #[test]
        fn no_ratio_is_no_number(
            exposed: u32,
            unexposed: u32,
            base in prop::num::f64::ANY,
            alpha in prop::num::f64::ANY,
            small in 0.0..1.0_f64,
        ) {
            for (base, alpha) in [(base, alpha), (base.abs().min(0.5), small), (small, alpha.abs().min(0.5))] {
                if let Some(ratio) = smallest_risk_ratio(exposed, unexposed, base, alpha, 0.8) {
                    prop_assert!(ratio.is_finite() && ratio >= 1.0);
                }
            }
        }
    }
}
