//! Quantiles and means of a list.

/// A percentile of figures in rising order, on the line between the two nearest; `number` makes a number of one. None of
/// nothing, beyond 100, if the order does not rise, and if a number is not finite.
///
/// > Q(p) = (1 − γ) x(j) + γ x(j + 1), with j = ⌊(n − 1) p⌋ and γ = (n − 1) p − j, counted from zero
///
/// The place is counted in whole hundredths, so that it is exact.
///
/// Source: R. J. Hyndman and Y. Fan, "Sample quantiles in statistical packages", 1996, definition 7.
#[must_use]
pub fn percentile<T: Copy + PartialOrd>(
    rising: &[T],
    percent: u32,
    number: impl Fn(T) -> f64,
) -> Option<f64> {
    if percent > 100 || !rising.is_sorted() {
        return None;
    }
    let place = (rising.len().checked_sub(1)?).checked_mul(usize::try_from(percent).ok()?)?;
    let low = *rising.get(place / 100)?;
    let high = number(rising.get(place / 100 + 1).copied().unwrap_or(low));
    let low = number(low);
    let rest = f64::from(u32::try_from(place % 100).ok()?);
    let between = low * ((100.0 - rest) / 100.0) + high * (rest / 100.0);
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

    fn of(rising: &[f64], percent: u32) -> Option<f64> {
        percentile(rising, percent, |number| number)
    }

    #[test]
    fn a_quantile_lies_between_its_neighbours() {
        let sorted = [1.0, 2.0, 4.0, 8.0];
        assert_eq!(of(&sorted, 0), Some(1.0));
        assert_eq!(of(&sorted, 50), Some(3.0));
        assert_eq!(of(&sorted, 75), Some(5.0));
        assert_eq!(of(&sorted, 100), Some(8.0));
    }

    #[test]
    fn nothing_has_no_quantile_and_no_mean() {
        assert_eq!(of(&[], 50), None);
        assert_eq!(mean(&[]), None);
    }

    #[test]
    fn what_does_not_rise_or_is_no_share_has_no_quantile() {
        assert_eq!(of(&[2.0, 1.0], 50), None);
        assert_eq!(of(&[1.0, 2.0], 110), None);
        assert_eq!(of(&[f64::NAN], 50), None);
    }

    proptest! {
        #[test]
        fn figures_are_finite_and_inside(mut numbers: Vec<f64>, percent in 0_u32..=100) {
            prop_assert!(mean(&numbers).is_none_or(f64::is_finite));
            numbers.sort_by(f64::total_cmp);
            if let Some(at) = of(&numbers, percent) {
                prop_assert!(at.is_finite() && numbers[0] <= at && at <= numbers[numbers.len() - 1]);
            }
        }
    }
}
