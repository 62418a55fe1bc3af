//! From real numbers to whole tenths, so that the parts add up to the whole.

use crate::model::common::Tenths;
use crate::rank::order;

/// Real points 0 to 100 as tenths, rounded half-up.
#[must_use]
pub fn to_tenths(points: f64) -> Tenths {
    Tenths::try_from(whole(libm::floor(points * 10.0 + 0.5)))
        .map_or(MAX_POINTS, |t| t.min(MAX_POINTS))
}

/// A real number in thousandths, rounded half-up.
#[must_use]
pub fn to_thousandths(value: f64) -> u32 {
    whole(libm::floor(value * 1000.0 + 0.5))
}

/// Divides `total` tenths over real points by largest remainder. Of equal remainders, the earlier is served first.
#[must_use]
pub fn apportion(total: Tenths, points: &[f64]) -> Vec<Tenths> {
    let exact: Vec<f64> = points.iter().map(|points| points * 10.0).collect();
    let mut shares: Vec<Tenths> = exact
        .iter()
        .map(|exact| Tenths::try_from(whole(*exact)).unwrap_or(MAX_POINTS))
        .collect();
    let given: u32 = shares.iter().copied().map(u32::from).sum();
    let missing = usize::try_from(u32::from(total).saturating_sub(given)).unwrap_or(usize::MAX);
    let remainders: Vec<f64> = exact
        .iter()
        .map(|exact| exact - libm::floor(*exact))
        .collect();
    for position in order(&remainders).into_iter().take(missing) {
        if let Some(share) = shares.get_mut(position) {
            *share += 1;
        }
    }
    shares
}

/// A whole, non-negative number as an integer; NaN and negative numbers are 0, the largest is kept.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "`as` saturates, and there is no other way from f64 to an integer"
)]
pub(crate) fn whole(value: f64) -> u32 {
    value as u32
}

/// A security score ends at 100.0 points.
const MAX_POINTS: Tenths = 1000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves_round_up() {
        assert_eq!(to_tenths(0.05), 1);
        assert_eq!(to_tenths(0.049), 0);
        assert_eq!(to_tenths(99.96), 1000);
    }

    #[test]
    fn the_largest_remainder_is_served_first() {
        assert_eq!(apportion(10, &[0.33, 0.38, 0.29]), [3, 4, 3]);
    }

    #[test]
    fn equal_remainders_are_served_in_order() {
        assert_eq!(apportion(2, &[0.05, 0.05, 0.05, 0.05]), [1, 1, 0, 0]);
    }
}
