//! Which exposed changes are tied to which incidents.

use std::cmp::Reverse;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::CorrelationSettings;
use super::cohort::{Gathered, at};
use crate::ledger::{Brought, Cause, Delivered, Judged, Ledger, Outage};
use crate::links::Reason;
use crate::model::common::{Tenths, Timestamp};
use crate::model::evidence::Observation;

/// Which changes that introduced a vulnerability of 7.0 or more are tied to which incidents. An incident that names a
/// change is that change's alone; any other is of every such change that its deployment brought, as nobody knows which.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Ties {
    /// The newest incident first, then by its id and the change's. May be empty.
    pub listed: Vec<Tied>,
    /// How many more there are.
    pub more: u64,
    /// Incidents of exposed deployments that name a change that introduced nothing of 7.0 or more. They count in the tables,
    /// whose unit is the deployment.
    pub named_another: u32,
}

/// A change and an incident that followed it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Tied {
    /// The change's id.
    pub change: String,
    /// Its repository as `owner/name`; none if nobody knows it.
    pub repository: Option<String>,
    /// The highest score that it introduced, in tenths.
    pub highest: Option<Tenths>,
    /// Whether it was judged at the time.
    pub observation: Observation,
    /// Id of the deployment that brought it.
    pub deployment: String,
    /// The deployment's service; none if nobody knows it.
    pub service: Option<String>,
    /// The incident's id.
    pub incident: String,
    /// Its title. From outside.
    pub title: String,
    /// When it began.
    pub started_at: Timestamp,
    /// From the deployment to the incident, in milliseconds. Never negative.
    pub after_ms: Timestamp,
    /// Whether that is within the window, so that it counts in the tables once the window has gone by. If not, the incident
    /// itself says what it comes from, or is within a longer window.
    pub within_window: bool,
    /// Why the incident is tied to the deployment.
    pub reason: Reason,
}

impl Ties {
    pub(super) fn new(
        ledger: &Ledger,
        gathered: &Gathered,
        settings: &CorrelationSettings,
    ) -> Self {
        let changes = Changes::new(ledger, gathered);
        let mut outages: Vec<(&Outage, Cause, usize)> = ledger
            .outages
            .iter()
            .filter_map(|outage| {
                let cause = outage.cause?;
                let place = at(cause.deployment)?;
                let delivered = changes.of(place).first()?.delivered;
                let follows = gathered.followed(delivered, cause.after_ms);
                follows.then_some((outage, cause, place))
            })
            .collect();
        outages.sort_by_key(|(outage, ..)| (Reverse(outage.started_at), outage.id.as_str()));
        let mut ties = Self::default();
        for (outage, cause, place) in outages {
            ties.add(ledger, settings, (outage, cause), changes.of(place));
        }
        ties
    }

    fn add(
        &mut self,
        ledger: &Ledger,
        settings: &CorrelationSettings,
        (outage, cause): (&Outage, Cause),
        changes: &[Exposing<'_>],
    ) {
        let changes = match &outage.change {
            Some(named) => {
                let from = changes.partition_point(|one| one.brought.change < *named);
                let upto = changes.partition_point(|one| one.brought.change <= *named);
                changes.get(from..upto).unwrap_or_default()
            }
            None => changes,
        };
        self.named_another += u32::from(changes.is_empty());
        let free = settings.most_listed.saturating_sub(self.listed.len());
        let listed = changes.iter().take(free);
        self.listed.extend(listed.map(|one| Tied {
            change: one.brought.change.clone(),
            repository: name(&ledger.repositories, one.brought.repository),
            highest: one.judged.summary.introduced_highest,
            observation: one.judged.observation,
            deployment: one.delivered.id.clone(),
            service: name(&ledger.services, one.delivered.service),
            incident: outage.id.clone(),
            title: outage.title.clone(),
            started_at: outage.started_at,
            after_ms: cause.after_ms,
            within_window: cause.after_ms <= settings.window.ms(),
            reason: cause.reason,
        }));
        let rest = changes.len().saturating_sub(free);
        self.more += u64::try_from(rest).unwrap_or(u64::MAX);
    }
}

/// A change that makes its deployment exposed.
struct Exposing<'a> {
    place: usize,
    brought: &'a Brought,
    delivered: &'a Delivered,
    judged: &'a Judged,
}

/// Those of the report's deployments, by deployment, then by id.
struct Changes<'a>(Vec<Exposing<'a>>);

impl<'a> Changes<'a> {
    fn new(ledger: &'a Ledger, gathered: &Gathered) -> Self {
        let exposing = |brought: &'a Brought| {
            let place = at(brought.deployment)?;
            let exposed = gathered.exposed.get(place).copied()?;
            let judged = ledger.judged.get(at(brought.judged?)?)?;
            (exposed && judged.summary.introduced_high > 0).then_some(Exposing {
                place,
                brought,
                delivered: ledger.deployments.get(place)?,
                judged,
            })
        };
        let mut changes: Vec<_> = ledger.brought.iter().filter_map(exposing).collect();
        changes.sort_by(|a, b| {
            let key = |one: &Exposing<'a>| (one.place, one.brought.change.as_str());
            key(a).cmp(&key(b))
        });
        Self(changes)
    }

    fn of(&self, place: usize) -> &[Exposing<'a>] {
        let from = self.0.partition_point(|one| one.place < place);
        let upto = self.0.partition_point(|one| one.place <= place);
        self.0.get(from..upto).unwrap_or_default()
    }
}

fn name(names: &[String], place: u32) -> Option<String> {
    at(place).and_then(|at| names.get(at)).cloned()
}
