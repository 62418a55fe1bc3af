//! How probable a count is.
//!
//! > p(x) = exp(−δ(x) − D(x)) / √(2πx), with δ what Stirling's formula lacks and D the deviance
//!
//! Source: C. Loader, "Fast and accurate computation of binomial probabilities", 2000. Nothing large is subtracted from
//! something large, so it is as good at a million as at ten.

use std::f64::consts::TAU;

/// The logarithm of the probability of `count` under a Poisson distribution. `mean` is above 0.
pub(in crate::stats) fn ln_poisson(count: f64, mean: f64) -> f64 {
    if count <= 0.0 {
        return -mean;
    }
    -remainder(count) - deviance(count, mean) - (TAU * count).ln() / 2.0
}

/// The logarithm of the probability of `count` in `of` if each has the probability `p`, inside 0 and 1.
pub(in crate::stats) fn ln_binomial(count: f64, of: f64, p: f64) -> f64 {
    let rest = of - count;
    if count <= 0.0 {
        return of * (-p).ln_1p();
    }
    if rest <= 0.0 {
        return of * p.ln();
    }
    remainder(of)
        - remainder(count)
        - remainder(rest)
        - deviance(count, of * p)
        - deviance(rest, of * (1.0 - p))
        - (TAU * count * (rest / of)).ln() / 2.0
}

/// ln n! − ln(√(2πn) (n/e)ⁿ) of a whole number above 0.
fn remainder(n: f64) -> f64 {
    if n < 16.0 {
        let (mut sum, mut factor) = (0.0, 2.0);
        while factor <= n {
            sum += f64::ln(factor);
            factor += 1.0;
        }
        return sum - (TAU * n).ln() / 2.0 - n * n.ln() + n;
    }
    let square = n * n;
    (1.0 / 12.0
        - (1.0 / 360.0 - (1.0 / 1260.0 - (1.0 / 1680.0 - 1.0 / 1188.0 / square) / square) / square)
            / square)
        / n
}

/// x ln(x/m) + m − x, by a series where both are close.
fn deviance(x: f64, mean: f64) -> f64 {
    let difference = x - mean;
    let v = difference / (x + mean);
    if v.abs() >= 0.1 {
        return x * (x / mean).ln() - difference;
    }
    let mut power = 2.0 * x * v;
    let mut sum = difference * v;
    for odd in [3.0, 5.0, 7.0, 9.0, 11.0, 13.0, 15.0, 17.0] {
        power *= v * v;
        sum += power / odd;
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_counts_have_the_probabilities_of_the_definition() {
        let binomial = ln_binomial(2.0, 5.0, 0.3).exp();
        assert!((binomial - 10.0 * 0.09 * 0.343).abs() < 1e-14);
        let poisson = ln_poisson(3.0, 2.0).exp();
        assert!((poisson - 8.0 / 6.0 * f64::exp(-2.0)).abs() < 1e-14);
    }

    #[test]
    fn probabilities_add_up_to_one() {
        for of in [1_u32, 15, 16, 17, 400] {
            let all: f64 = (0..=of)
                .map(|count| ln_binomial(f64::from(count), f64::from(of), 0.37).exp())
                .sum();
            assert!((all - 1.0).abs() < 1e-12, "{of}: {all}");
        }
        let all: f64 = (0..2000)
            .map(|count| ln_poisson(f64::from(count), 1000.0).exp())
            .sum();
        assert!((all - 1.0).abs() < 1e-12, "{all}");
    }
}
