//! Quantiles and means of a list.

/// A quantile of numbers in rising order, `q` from 0 to 1, on the line between the two nearest. None of nothing, and none
/// if the order does not rise, or a number or `q` is not in its range.
///
/// > Q(p) = (1 − γ) x(j) + γ x(j + 1), with j = ⌊(n − 1) p⌋ and γ = (n − 1) p − j, counted from zero
///
/// Source: R. J. Hyndman and Y. Fan, "Sample quantiles in statistical packages", 1996, definition 7.
#[must_use]
pub fn type7(sorted: &[f64], q: f64) -> Option<f64> {
    let last = sorted.len().checked_sub(1)?;
    if !(0.0..=1.0).contains(&q) || !sorted.is_sorted() {
        return None;
    }
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a place in a list, at most its last"
    )]
    let (place, part) = {
        let at = last as f64 * q;
        ((at as usize).min(last), at.fract())
    };
    let low = *sorted.get(place)?;
    let high = *sorted.get(place + 1).unwrap_or(&low);
    let between = low * (1.0 - part) + high * part;
    between.is_finite().then(|| between.clamp(low, high))
}

/// The mean; none of nothing, and none if it is not finite.
#[must_use]
pub fn mean(numbers: &[f64]) -> Option<f64> {
    #[expect(clippy::cast_precision_loss, reason = "the length of a list")]
    let mean = numbers.iter().sum::<f64>() / numbers.len() as f64;
    mean.is_finite().then_some(mean)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_quantile_lies_between_its_neighbours() {
        let sorted = [1.0, 2.0, 4.0, 8.0];
        assert_eq!(type7(&sorted, 0.0), Some(1.0));
        assert_eq!(type7(&sorted, 0.5), Some(3.0));
        assert_eq!(type7(&sorted, 0.75), Some(5.0));
        assert_eq!(type7(&sorted, 1.0), Some(8.0));
    }

    #[test]
    fn nothing_has_no_quantile_and_no_mean() {
        assert_eq!(type7(&[], 0.5), None);
        assert_eq!(mean(&[]), None);
    }

    #[test]
    fn what_does_not_rise_or_is_no_share_has_no_quantile() {
        assert_eq!(type7(&[2.0, 1.0], 0.5), None);
        assert_eq!(type7(&[1.0, 2.0], 1.1), None);
        assert_eq!(type7(&[1.0, 2.0], f64::NAN), None);
        assert_eq!(type7(&[f64::NAN], 0.5), None);
    }

    proptest! {
        #[test]
        fn figures_are_finite_and_inside(mut numbers: Vec<f64>, q in 0.0..=1.0_f64) {
            prop_assert!(mean(&numbers).is_none_or(f64::is_finite));
            numbers.sort_by(f64::total_cmp);
            if let Some(at) = type7(&numbers, q) {
                prop_assert!(at.is_finite() && numbers[0] <= at && at <= numbers[numbers.len() - 1]);
            }
        }
    }
}
