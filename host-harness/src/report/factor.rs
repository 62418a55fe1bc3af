//! Koalr's factors in Koalr's own units.

use koalr_platform::model::assessment::Factor;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A factor as Koalr's own API shows it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct KoalrFactor {
    /// Name for people.
    pub factor: String,
    /// Its score, 0 to 100 with one decimal.
    #[schemars(range(min = 0, max = 100))]
    pub score: f64,
    /// Its weight, 0 to 1 with three decimals.
    #[schemars(range(min = 0, max = 1))]
    pub weight: f64,
}

/// The assessment's factors. What is beyond the scale counts as its end.
pub(crate) fn koalr_factors(factors: &[Factor]) -> Vec<KoalrFactor> {
    let factor = |one: &Factor| KoalrFactor {
        factor: one.factor.clone(),
        score: f64::from(one.score.min(1000)) / 10.0,
        weight: f64::from(one.weight.min(1000)) / 1000.0,
    };
    factors.iter().map(factor).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_factor_is_written_in_koalrs_units() {
        let factors = koalr_factors(&[Factor {
            factor: "Security vulnerabilities".to_owned(),
            score: 924,
            weight: 1000,
        }]);
        assert_eq!(
            serde_json::to_string(&factors).unwrap(),
            r#"[{"factor":"Security vulnerabilities","score":92.4,"weight":1.0}]"#
        );
    }
}
