//! Many tests at once: what is left of a p when it is one of many.
//!
//! Each function answers in the order of its argument, 0 to 1. What is no number counts as 1: it shows nothing, but it
//! was asked. Growth: n log n.

/// The least share of false discoveries at which each test still counts as one.
///
/// > p(i) · m / i, made monotone from the largest down
///
/// Source: Y. Benjamini and Y. Hochberg, "Controlling the false discovery rate", 1995.
#[must_use]
pub fn benjamini_hochberg(p: &[f64]) -> Vec<f64> {
    let n = count(p);
    let mut least = 1.0_f64;
    let mut ranked = ranked(p);
    for (rank, (_, p)) in (1_u32..)
        .zip(&mut ranked)
        .collect::<Vec<_>>()
        .into_iter()
        .rev()
    {
        least = least.min(*p * n / f64::from(rank));
        *p = least;
    }
    in_order(ranked)
}

/// The least chance of one false alarm among all at which each test still counts, step by step.
///
/// > p(i) · (m − i + 1), made monotone from the smallest up
///
/// Source: S. Holm, "A simple sequentially rejective multiple test procedure", 1979.
#[must_use]
pub fn holm(p: &[f64]) -> Vec<f64> {
    let n = count(p);
    let mut most = 0.0_f64;
    let mut ranked = ranked(p);
    for (rank, (_, p)) in (0_u32..).zip(&mut ranked) {
        most = most.max(*p * (n - f64::from(rank))).min(1.0);
        *p = most;
    }
    in_order(ranked)
}

/// The least chance of one false alarm among all at which each test still counts: p times their number.
#[must_use]
pub fn bonferroni(p: &[f64]) -> Vec<f64> {
    let n = count(p);
    p.iter().map(|p| (cleaned(*p) * n).min(1.0)).collect()
}

/// The smallest first, each with its place.
fn ranked(p: &[f64]) -> Vec<(usize, f64)> {
    let mut ranked: Vec<_> = p.iter().copied().map(cleaned).enumerate().collect();
    ranked.sort_by(|(_, one), (_, other)| one.total_cmp(other));
    ranked
}

fn in_order(mut ranked: Vec<(usize, f64)>) -> Vec<f64> {
    ranked.sort_unstable_by_key(|(place, _)| *place);
    ranked.into_iter().map(|(_, p)| p).collect()
}

fn cleaned(p: f64) -> f64 {
    if p.is_nan() { 1.0 } else { p.clamp(0.0, 1.0) }
}

/// How many there are; no test of this tool makes more than a number of 32 bits holds.
fn count(p: &[f64]) -> f64 {
    f64::from(u32::try_from(p.len()).unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn rounded(p: &[f64]) -> Vec<f64> {
        p.iter().map(|p| (p * 1e9).round() / 1e9).collect()
    }

    #[test]
    fn an_answer_stands_where_its_question_stood() {
        let p = [0.04, 0.01, 0.03];
        assert_eq!(rounded(&benjamini_hochberg(&p)), [0.04, 0.03, 0.04]);
        assert_eq!(rounded(&holm(&p)), [0.06, 0.03, 0.06]);
        assert_eq!(rounded(&bonferroni(&p)), [0.12, 0.03, 0.09]);
    }

    #[test]
    fn no_test_has_no_answer() {
        for adjust in [benjamini_hochberg, holm, bonferroni] {
            assert!(adjust(&[]).is_empty());
        }
    }

    #[test]
    fn what_is_no_number_shows_nothing_but_was_asked() {
        for adjust in [benjamini_hochberg, holm, bonferroni] {
            assert_eq!(rounded(&adjust(&[f64::NAN, 0.01])), [1.0, 0.02]);
        }
    }

    proptest! {
        #[test]
        fn no_answer_is_smaller_than_its_p_or_leaves_0_to_1(p in prop::collection::vec(prop::num::f64::ANY, 0..40)) {
            for adjust in [benjamini_hochberg, holm, bonferroni] {
                let adjusted = adjust(&p);
                prop_assert_eq!(adjusted.len(), p.len());
                for (p, adjusted) in p.iter().zip(adjusted) {
                    prop_assert!((cleaned(*p)..=1.0).contains(&(adjusted * (1.0 + 1e-15)).min(1.0)));
                }
            }
        }

        #[test]
        fn false_discoveries_cost_less_than_one_false_alarm(p in prop::collection::vec(0.0..=1.0_f64, 1..40)) {
            for ((least, step), most) in benjamini_hochberg(&p).iter().zip(holm(&p)).zip(bonferroni(&p)) {
                prop_assert!(*least <= step + 1e-12 && step <= most + 1e-12);
            }
        }
    }
}
