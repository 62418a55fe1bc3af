//! How often changes of a score led to incidents: what the score has been worth so far.
//!
//! It is shown beside a score and changes none, nor a gate. Scores are a policy; this is what was seen under it, an
//! association and nothing more.

mod curve;
mod gathered;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ledger::{Ledger, Scope, UnknownName};
use crate::links::Window;
use crate::merge::{Band, Bands};
use crate::model::common::{Tenths, Timestamp};
use crate::model::evidence::Observation;
use crate::stats::beta::Posterior;
use crate::stats::proportion::{Proportion, Share};

pub use curve::{Curve, Decile, Fitted, LEAST_DEPLOYMENTS, LEAST_INCIDENTS, NoCurve, hazard};

use gathered::{Gathered, Unit};

/// How often changes led to incidents, by what their score was when they were merged.
///
/// What counts is a change that was brought by a deployment and judged, once, whatever the number of services it came
/// to. It led to an incident if one within [`WINDOW`] after a deployment that brought it is tied to that deployment, and
/// names no other change.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Calibration {
    /// Deployments from then on, that time included.
    pub from: Timestamp,
    /// Until then, likewise. Nothing later is known.
    pub as_of: Timestamp,
    /// Of which repository or service.
    pub scope: Scope,
    /// How long after a deployment an incident counts, in milliseconds.
    pub window_ms: Timestamp,
    /// Changes that were judged at the time.
    pub observed: Series,
    /// Changes whose judgement was rebuilt later. Never pooled with the others.
    pub reconstructed: Series,
    /// Changes left out because the window after their last deployment has not gone by.
    pub too_young: u32,
    /// Changes left out because they were never judged.
    pub unjudged: u32,
}

/// Changes of one observation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Series {
    /// How many led to an incident, of how many.
    pub changes: Proportion,
    /// The deployments that brought them.
    pub deployments: u32,
    /// The incidents that they led to, each once.
    pub incidents: u32,
    /// The same by band of the score, every band, from the lowest.
    pub bands: Vec<OfBand>,
    /// The chance of an incident by security score.
    pub curve: Fitted,
}

/// Changes of a band.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct OfBand {
    /// The band.
    pub band: Band,
    /// The score that it begins with, in tenths.
    pub from: Tenths,
    /// How many led to an incident, of how many.
    pub changes: Proportion,
    /// The share that is to be expected, if before anything was seen one in ten was: the mean of what is known, and the
    /// interval that holds it with 95 %. Without changes it is that belief.
    pub expected: Option<Share>,
}

/// How often changes deployed between two times, both included, led to incidents, in the bands of a policy.
///
/// # Errors
///
/// The scope names what the ledger does not have.
pub fn report(
    ledger: &Ledger,
    bands: Bands,
    scope: &Scope,
    from: Timestamp,
    as_of: Timestamp,
) -> Result<Calibration, UnknownName> {
    let places = scope.places(ledger)?;
    let as_of = as_of.min(ledger.as_of);
    let gathered = Gathered::new(ledger, &places, from, as_of);
    let series = |observation| Series::new(&gathered, bands, observation);
    Ok(Calibration {
        from,
        as_of,
        scope: scope.clone(),
        window_ms: WINDOW.ms(),
        observed: series(Observation::Observed),
        reconstructed: series(Observation::Reconstructed),
        too_young: gathered.too_young,
        unjudged: gathered.unjudged,
    })
}

impl Series {
    fn new(gathered: &Gathered<'_>, bands: Bands, observation: Observation) -> Self {
        let of_it = |unit: &&Unit<'_>| unit.judged.observation == observation;
        let units: Vec<&Unit<'_>> = gathered.units.iter().filter(of_it).collect();
        let of_band = |(band, from)| {
            let of_it = |unit: &&&Unit<'_>| bands.band(unit.judged.summary.score) == band;
            let changes = proportion(units.iter().filter(of_it).map(|unit| unit.failed));
            OfBand {
                band,
                from,
                changes,
                expected: expected(changes),
            }
        };
        let deployments = gathered.deployments(observation);
        let incidents = gathered.incidents(observation);
        let bands = [
            (Band::Low, 0),
            (Band::Medium, bands.medium()),
            (Band::High, bands.high()),
            (Band::Critical, bands.critical()),
        ];
        Self {
            changes: proportion(units.iter().map(|unit| unit.failed)),
            deployments,
            incidents,
            bands: bands.map(of_band).to_vec(),
            curve: curve::fitted(&units, deployments, incidents),
        }
    }
}

fn proportion(failed: impl Iterator<Item = bool>) -> Proportion {
    let (count, of) = failed.fold((0_u32, 0_u32), |(count, of), failed| {
        (
            count.saturating_add(u32::from(failed)),
            of.saturating_add(1),
        )
    });
    Proportion::new(count, of)
}

fn expected(changes: Proportion) -> Option<Share> {
    let posterior = Posterior::of(PRIOR_FAILED, PRIOR_QUIET, changes.count, changes.of)?;
    let (low, high) = posterior.interval()?;
    Some(Share {
        share: posterior.mean(),
        low,
        high,
    })
}

/// How long after a deployment an incident counts.
pub const WINDOW: Window = Window::Days14;

/// Choice: what is believed of a band before anything is seen, as if of ten changes one had led to an incident.
const PRIOR_FAILED: f64 = 1.0;

/// The other nine.
const PRIOR_QUIET: f64 = 9.0;

#[cfg(test)]
mod tests;
