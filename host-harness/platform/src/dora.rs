//! How fast changes are delivered and how often that fails: the four figures that are known as DORA's.
//!
//! A report is one fold over a [`Ledger`]. A figure that nothing was counted for is absent and says why, and what was left
//! out of the counts is told beside them.

mod figures;
mod fold;
mod selection;
mod series;
mod tier;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::document::rfc3339;
use crate::ledger::{Ledger, Scope, UnknownName, Unlinked};
use crate::links::Window;
use crate::model::common::Timestamp;

pub use figures::{Absent, FailureRate, Frequency, LeadTime, Restore};
pub use selection::{CountedChange, CountedDeployment, CountedIncident, Selection};
pub use series::{Point, Series, Step};
pub use tier::{Tier, Tiers};

/// What a report depends on beside the ledger.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", default, deny_unknown_fields)]
pub struct DoraSettings {
    /// How long after a deployment an incident that is tied to it makes it a failed one, in milliseconds, the end
    /// included. An incident before the deployment never does. More than 0, at most 30 days: nearest deployments are not
    /// looked for beyond.
    pub cfr_window_ms: Timestamp,
    /// The table of tiers of the change failure rate.
    pub tiers: Tiers,
}

impl Default for DoraSettings {
    fn default() -> Self {
        Self {
            cfr_window_ms: Window::Hours4.ms(),
            tiers: Tiers::default(),
        }
    }
}

/// The figures of a window of time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Dora {
    /// When the window begins. What happened then is in it.
    pub from: Timestamp,
    /// When it ends. What happened then is in it, and nothing later is known.
    pub as_of: Timestamp,
    /// What it is about.
    pub scope: Scope,
    /// What it depends on.
    pub settings: DoraSettings,
    /// How often is deployed.
    pub frequency: Frequency,
    /// How long a merged change takes to its deployment.
    pub lead_time: LeadTime,
    /// How many deployments led to an incident.
    pub change_failure_rate: FailureRate,
    /// How long incidents last.
    pub time_to_restore: Restore,
    /// Deployments over time.
    pub series: Series,
    /// Each service by name, also those that were not deployed. Of a repository, those that it was ever deployed to.
    pub services: Vec<OfService>,
    /// What the figures leave out, each reason once, without those that nothing was left out for.
    pub left_out: Vec<LeftOut>,
    /// What is tied to no deployment, in the whole ledger, whatever the window and the scope.
    pub unlinked: Vec<Unlinked>,
}

/// The figures of a service.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct OfService {
    /// Its present name.
    pub service: String,
    /// How often it is deployed.
    pub frequency: Frequency,
    /// How long a merged change takes to its deployment there.
    pub lead_time: LeadTime,
    /// How many of its deployments led to an incident.
    pub change_failure_rate: FailureRate,
}

/// How many were left out of a figure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct LeftOut {
    /// Of what, and why.
    pub why: Left,
    /// How many. More than 0.
    pub count: u32,
}

/// What is left out of a figure, and why.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Left {
    /// Deployments whose repository is not known, in a report about one: of everything.
    UnplacedDeployment,
    /// Deployments so young that their window of failure has not passed: of the change failure rate.
    YoungDeployment,
    /// Incidents of which it is not known whether they are in scope: of the time to restore.
    UnplacedIncident,
    /// Incidents that are tied to no deployment: of the change failure rate.
    UntiedIncident,
    /// Incidents that came later after their deployment than the window of failure: of the change failure rate.
    LateIncident,
    /// Incidents that go on: of the time to restore, which is too short by what they will take.
    OpenIncident,
    /// Incidents that are over, nobody knows since when: of the time to restore.
    EndUnknown,
    /// Incidents that are said to have ended before they began: of the time to restore.
    EndBeforeStart,
}

impl Left {
    /// It for people, as what stands behind the number of them.
    #[must_use]
    pub fn phrase(self, count: u32) -> &'static str {
        let (one, several) = match self {
            Self::UnplacedDeployment => (
                "deployment whose repository is not known",
                "deployments whose repository is not known",
            ),
            Self::YoungDeployment => (
                "deployment too young to tell whether it failed",
                "deployments too young to tell whether they failed",
            ),
            Self::UnplacedIncident => (
                "incident not known to be in scope or out of it",
                "incidents not known to be in scope or out of it",
            ),
            Self::UntiedIncident => (
                "incident tied to no deployment, which can make none a failed one",
                "incidents tied to no deployment, which can make none a failed one",
            ),
            Self::LateIncident => (
                "incident later after its deployment than counts as a failure",
                "incidents later after their deployment than counts as a failure",
            ),
            Self::OpenIncident => (
                "incident that goes on, without a time to restore",
                "incidents that go on, without a time to restore",
            ),
            Self::EndUnknown => (
                "incident that is over, nobody knows since when",
                "incidents that are over, nobody knows since when",
            ),
            Self::EndBeforeStart => (
                "incident said to have ended before it began",
                "incidents said to have ended before they began",
            ),
        };
        if count == 1 { one } else { several }
    }
}

/// Why there is no report.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum DoraError {
    /// It begins when it ends, or later: its two times.
    #[error(
        "a report from `{}` to `{}` covers no time; let it begin earlier",
        rfc3339(*.0), rfc3339(*.1)
    )]
    NoTime(Timestamp, Timestamp),
    /// It is longer than a series can be: its two times.
    #[error(
        "a report from `{}` to `{}` covers more than 100 years; let it begin later",
        rfc3339(*.0), rfc3339(*.1)
    )]
    TooLong(Timestamp, Timestamp),
    /// The ledger leaves out what happened before its end: its end, and when the first of that happened.
    #[error(
        "a report up to `{}` needs a newer ledger: this one leaves out what happened at `{}`",
        rfc3339(*.0), rfc3339(*.1)
    )]
    LedgerTooOld(Timestamp, Timestamp),
    /// The window of failure is not one, in milliseconds.
    #[error(
        "a failure window of `{0}` ms cannot be used; write more than 0 ms and at most 30 days"
    )]
    FailureWindow(Timestamp),
    /// The scope names something that is not there.
    #[error(transparent)]
    UnknownName(#[from] UnknownName),
}

/// The figures of the time from `from` to `as_of`, both included. Takes O(n log n) of the rows of the ledger.
///
/// - A deployment is of the window in which it happened; a lead time, of that of its deployment; an incident, of that in
///   which it began.
/// - A change is counted once for each service that it came to.
/// - An incident counts against the one deployment that it is tied to, if that is of the window.
///
/// # Errors
///
/// - the window covers no time, or more than 100 years
/// - the ledger leaves out something that happened by its end
/// - the window of failure is not more than 0 and at most 30 days
/// - the scope names what the ledger does not have
pub fn report(
    ledger: &Ledger,
    settings: &DoraSettings,
    scope: &Scope,
    from: Timestamp,
    as_of: Timestamp,
) -> Result<Dora, DoraError> {
    let selection = Selection::new(ledger, settings, scope, from, as_of)?;
    Ok(fold::Fold::new(&selection).report(scope))
}

/// The longest window, in milliseconds: 100 years. A series of weeks then has some five thousand points.
const LONGEST_MS: Timestamp = 36_525 * 24 * 3_600_000;

#[cfg(test)]
mod tests;
