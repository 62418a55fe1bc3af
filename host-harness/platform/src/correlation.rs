//! Whether deployments that introduced vulnerabilities are followed by more incidents than others.
//!
//! The unit is a deployment, because changes that were deployed together share what follows. It is *exposed* if it brought
//! a change that introduced a vulnerability of 7.0 or more, as scored when it was judged; the *others* are those whose
//! changes were all judged and introduced none. Of anything else the exposure is unknown: it is in neither arm, and counted.
//! What was observed and what was rebuilt later are told apart and never added up. All of this is association: nobody chose
//! by lot what was deployed, so nothing here says what caused an incident.

mod cohort;
mod comparison;
mod figure;
mod series;
mod tied;
mod times;
mod verdict;
mod words;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ledger::{Delivered, Ledger, Scope, UnknownName};
use crate::links::Window;
use crate::model::common::Timestamp;
use crate::model::evidence::Observation;

pub use cohort::{Cohort, Unknown};
pub use comparison::{Comparison, Exposed, LeftOut, Others, Ratios, Trusted};
pub use figure::{Absent, Figure};
pub use series::{LetPass, Repository, Sensitivity, Series};
pub use tied::{Tied, Ties};
pub use times::{Lasting, Point, Times};
pub use verdict::{Direction, Doubt, Lacking, Verdict, Warning};

use cohort::Gathered;
use comparison::cell;

/// What a report counts as what.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct CorrelationSettings {
    /// How long after a deployment an incident counts, both ends included.
    pub window: Window,
    /// Fewer exposed deployments than this are insufficient data.
    pub least_exposed: u32,
    /// Fewer other deployments than this are insufficient data.
    pub least_others: u32,
    /// Fewer deployments with an incident than this, in both arms together, are insufficient data.
    pub least_incidents: u32,
    /// How many pairs of a change and an incident are listed; the rest is counted.
    pub most_listed: usize,
}

/// Whether exposure and incidents go together.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Correlation {
    /// The first deployment that counts succeeded then or later.
    pub from: Timestamp,
    /// The last one succeeded then or earlier, and nothing later is known. Never later than what the ledger knows.
    pub as_of: Timestamp,
    /// What it is about.
    pub scope: Scope,
    /// What counts as what.
    pub settings: CorrelationSettings,
    /// Which deployments there are.
    pub cohort: Cohort,
    /// Those whose every decision was made at the time.
    pub observed: Series,
    /// Those of which a decision was rebuilt later.
    pub reconstructed: Series,
    /// Which exposed changes are tied to which incidents.
    pub ties: Ties,
}

impl Default for CorrelationSettings {
    fn default() -> Self {
        Self {
            window: Window::Days14,
            least_exposed: 20,
            least_others: 20,
            least_incidents: 5,
            most_listed: 200,
        }
    }
}

/// What a ledger says of the deployments between two times, both included.
///
/// # Errors
///
/// The scope names what the ledger does not have.
pub fn report(
    ledger: &Ledger,
    settings: &CorrelationSettings,
    scope: &Scope,
    from: Timestamp,
    as_of: Timestamp,
) -> Result<Correlation, UnknownName> {
    let places = scope.places(ledger)?;
    let as_of = as_of.min(ledger.as_of);
    let gathered = Gathered::new(ledger, &places, from, as_of);
    let series = |observation| Series::new(ledger, &gathered.rows, observation, settings);
    Ok(Correlation {
        from,
        as_of,
        scope: scope.clone(),
        settings: *settings,
        cohort: gathered.cohort,
        observed: series(Observation::Observed),
        reconstructed: series(Observation::Reconstructed),
        ties: Ties::new(ledger, &gathered, settings),
    })
}

/// The deployments that the headline's tables count, of both observations, by time.
///
/// # Errors
///
/// The scope names what the ledger does not have.
pub fn rows<'a>(
    ledger: &'a Ledger,
    settings: &CorrelationSettings,
    scope: &Scope,
    from: Timestamp,
    as_of: Timestamp,
) -> Result<Vec<Counted<'a>>, UnknownName> {
    let places = scope.places(ledger)?;
    let gathered = Gathered::new(ledger, &places, from, as_of.min(ledger.as_of));
    let counted = gathered.rows.iter().filter_map(|row| {
        let (exposed, others) = (Exposed::All, Others::ChangedDependencies);
        let (exposed, incident) = cell(row, settings.window, exposed, others)?;
        Some(Counted {
            delivered: ledger.deployments.get(row.deployment)?,
            observation: row.observation,
            exposed,
            incident,
        })
    });
    Ok(counted.collect())
}

/// A deployment that the headline's tables count.
#[derive(Debug, Clone, Copy)]
pub struct Counted<'a> {
    /// It.
    pub delivered: &'a Delivered,
    /// Which series it is of.
    pub observation: Observation,
    /// Whether it is exposed.
    pub exposed: bool,
    /// Whether an incident followed within the window.
    pub incident: bool,
}

#[cfg(test)]
mod tests;
