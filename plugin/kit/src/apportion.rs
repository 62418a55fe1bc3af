//! From real numbers to whole tenths, so that the parts add up to the whole.

use crate::model::common::Tenths;

/// Real points 0 to 100 as tenths, rounded half-up.
pub(crate) fn to_tenths(points: f64) -> Tenths {
    Tenths::try_from(whole(libm::floor(points * 10.0 + 0.5)))
        .map_or(MAX_POINTS, |t| t.min(MAX_POINTS))
}

/// A real number in thousandths, rounded half-up.
pub(crate) fn to_thousandths(value: f64) -> u32 {
    whole(libm::floor(value * 1000.0 + 0.5))
}

/// Divides `total` tenths over real points by largest remainder. Of equal remainders, the earlier is served first.
pub(crate) fn apportion(total: Tenths, points: &[f64]) -> Vec<Tenths> {
    let mut shares: Vec<Share> = points
        .iter()
        .enumerate()
        .map(|(index, points)| {
            let exact = points * 10.0;
            let floor = libm::floor(exact);
            Share {
                index,
                tenths: Tenths::try_from(whole(floor)).unwrap_or(MAX_POINTS),
                remainder: exact - floor,
            }
        })
        .collect();
    let given: u32 = shares.iter().map(|share| u32::from(share.tenths)).sum();
    let missing = usize::try_from(u32::from(total).saturating_sub(given)).unwrap_or(usize::MAX);
    shares.sort_by(|a, b| {
        b.remainder
            .total_cmp(&a.remainder)
            .then(a.index.cmp(&b.index))
    });
    for share in shares.iter_mut().take(missing) {
        share.tenths += 1;
    }
    shares.sort_by_key(|share| share.index);
    shares.into_iter().map(|share| share.tenths).collect()
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

struct Share {
    index: usize,
    tenths: Tenths,
    remainder: f64,
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
