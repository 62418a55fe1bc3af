//! The chance of an incident as a curve of the security score.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::gathered::Unit;
use crate::model::common::Tenths;
use crate::stats::logistic::{Group, Line, Prior, Priors, fit_with_priors};
use crate::stats::proportion::Proportion;

/// A curve, or why there is none.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Fitted {
    /// There is one.
    Curve(Curve),
    /// There is none.
    Absent(NoCurve),
}

/// logit P = intercept + slope · [`hazard`] of the security score.
///
/// The most probable line, if before anything was seen the intercept was believed near the log-odds of the share of all
/// changes that led to an incident, and the slope near 0.7 and never below zero.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Curve {
    /// The line.
    pub line: Line,
    /// What it foretells beside what was seen, from the lowest scores to the highest: at most ten parts of the changes,
    /// as equal as they can be with each score in one part.
    pub deciles: Vec<Decile>,
}

/// A tenth of the changes.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Decile {
    /// Their lowest security score, in tenths.
    pub from: Tenths,
    /// Their highest one, in tenths.
    pub to: Tenths,
    /// The share of them that the curve foretells to lead to an incident, 0 to 1.
    pub predicted: f64,
    /// How many did, of how many.
    pub changes: Proportion,
}

/// Why there is no curve.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum NoCurve {
    /// There are fewer than [`LEAST_DEPLOYMENTS`].
    FewDeployments,
    /// There are fewer than [`LEAST_INCIDENTS`].
    FewIncidents,
    /// The computation came to no end.
    Unsolved,
}

impl NoCurve {
    /// It for people, as the end of a sentence.
    #[must_use]
    pub fn phrase(self) -> String {
        match self {
            Self::FewDeployments => format!("there are fewer than {LEAST_DEPLOYMENTS} deployments"),
            Self::FewIncidents => format!("there are fewer than {LEAST_INCIDENTS} incidents"),
            Self::Unsolved => "no line could be computed".to_owned(),
        }
    }
}

impl Curve {
    /// The chance that a change with this security score, in tenths, leads to an incident, 0 to 1.
    #[must_use]
    pub fn at(&self, security: Tenths) -> Option<f64> {
        self.line.at(hazard(security))
    }
}

/// What the security score was made of, −ln(1 − S/100), from a score in tenths.
///
/// 100.0 is what every score above 99.95 is rounded to; it counts as that, as the logarithm is infinite there. The
/// highest hazard is so some 7.6.
#[must_use]
pub fn hazard(security: Tenths) -> f64 {
    let rest = f64::from(SCALE.saturating_sub(security)).max(HALF_A_TENTH);
    (f64::from(SCALE) / rest).ln()
}

pub(super) fn fitted(units: &[&Unit<'_>], deployments: u32, incidents: u32) -> Fitted {
    if deployments < LEAST_DEPLOYMENTS {
        return Fitted::Absent(NoCurve::FewDeployments);
    }
    if incidents < LEAST_INCIDENTS {
        return Fitted::Absent(NoCurve::FewIncidents);
    }
    let mut by_score: BTreeMap<Tenths, (u32, u32)> = BTreeMap::new();
    for unit in units {
        let (failed, all) = by_score.entry(unit.judged.summary.security).or_default();
        *failed += u32::from(unit.failed);
        *all += 1;
    }
    curve(&by_score).map_or(Fitted::Absent(NoCurve::Unsolved), Fitted::Curve)
}

fn curve(by_score: &BTreeMap<Tenths, (u32, u32)>) -> Option<Curve> {
    let groups: Vec<Group> = by_score
        .iter()
        .map(|(score, (events, trials))| Group {
            x: hazard(*score),
            events: *events,
            trials: *trials,
        })
        .collect();
    let failed: u32 = groups.iter().map(|group| group.events).sum();
    let all: u32 = groups.iter().map(|group| group.trials).sum();
    // Half a change more on either side keeps the log-odds finite if all failed.
    let odds = (f64::from(failed) + 0.5) / (f64::from(all - failed) + 0.5);
    let priors = Priors {
        intercept: Prior {
            mean: odds.ln(),
            deviation: INTERCEPT_DEVIATION,
        },
        slope: SLOPE,
    };
    let line = fit_with_priors(&groups, priors).ok()?;
    Some(Curve {
        line,
        deciles: deciles(by_score, all, line)?,
    })
}

/// A score is in the part in which the middle one of its changes is.
fn deciles(by_score: &BTreeMap<Tenths, (u32, u32)>, all: u32, line: Line) -> Option<Vec<Decile>> {
    struct Part {
        place: u64,
        from: Tenths,
        to: Tenths,
        foretold: f64,
        failed: u32,
        of: u32,
    }
    let mut parts: Vec<Part> = Vec::new();
    let mut before = 0_u64;
    for (score, (failed, of)) in by_score {
        let place = PARTS * (2 * before + u64::from(*of)) / (2 * u64::from(all.max(1)));
        before += u64::from(*of);
        let foretold = line.at(hazard(*score))? * f64::from(*of);
        match parts.last_mut().filter(|part| part.place == place) {
            Some(part) => {
                part.to = *score;
                part.foretold += foretold;
                part.failed += failed;
                part.of += of;
            }
            None => parts.push(Part {
                place,
                from: *score,
                to: *score,
                foretold,
                failed: *failed,
                of: *of,
            }),
        }
    }
    let decile = |part: Part| Decile {
        from: part.from,
        to: part.to,
        predicted: part.foretold / f64::from(part.of),
        changes: Proportion::new(part.failed, part.of),
    };
    Some(parts.into_iter().map(decile).collect())
}

/// Fewer deployments give no curve.
pub const LEAST_DEPLOYMENTS: u32 = 200;

/// Fewer incidents give no curve.
pub const LEAST_INCIDENTS: u32 = 10;

/// Choice: how far the intercept is believed to lie from the log-odds of all.
const INTERCEPT_DEVIATION: f64 = 1.0;

/// Choice: what is believed of the slope. One more of the hazard about doubles the odds.
const SLOPE: Prior = Prior {
    mean: 0.7,
    deviation: 0.5,
};

/// The highest score, in tenths.
const SCALE: Tenths = 1000;

/// What rounding to tenths takes away at most, in tenths.
const HALF_A_TENTH: f64 = 0.5;

/// Deciles.
const PARTS: u64 = 10;
