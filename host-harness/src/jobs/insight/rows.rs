//! The rows behind a figure, taken from where the figure is counted.

use koalr_platform::correlation::{CorrelationSettings, rows as arms};
use koalr_platform::dora::{DoraSettings, Selection};
use koalr_platform::ledger::{Delivered, Ledger, Scope};
use koalr_platform::model::common::Timestamp;
use koalr_platform::model::evidence::Observation;
use koalr_store::Tenant;
use schemars::JsonSchema;
use serde::Serialize;

use super::{InsightAsked, not_possible};
use crate::HostError;

/// A figure whose rows can be listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum CountedFigure {
    /// Deployments of the frequency.
    Deployments,
    /// Those that count as failed.
    FailedDeployments,
    /// Changes of the lead time.
    Changes,
    /// Incidents that began in the window.
    Incidents,
    /// Those that the time to restore is of.
    RestoredIncidents,
    /// Exposed deployments of the headline, of both observations.
    Exposed,
    /// Its others.
    Others,
}

impl CountedFigure {
    /// All, in the order of their declaration.
    pub const ALL: [Self; 7] = [
        Self::Deployments,
        Self::FailedDeployments,
        Self::Changes,
        Self::Incidents,
        Self::RestoredIncidents,
        Self::Exposed,
        Self::Others,
    ];

    /// Its name on the command line and in an address.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Deployments => "deployments",
            Self::FailedDeployments => "failed-deployments",
            Self::Changes => "changes",
            Self::Incidents => "incidents",
            Self::RestoredIncidents => "restored-incidents",
            Self::Exposed => "exposed",
            Self::Others => "others",
        }
    }
}

/// The rows that a figure counts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct FigureRows {
    /// The figure.
    pub figure: CountedFigure,
    /// Where its window begins.
    pub from: Timestamp,
    /// Where it ends.
    pub as_of: Timestamp,
    /// What it is about.
    pub scope: Scope,
    /// How many rows it counts.
    pub n: usize,
    /// The first of them, by time.
    pub rows: Vec<FigureRow>,
    /// How many more there are.
    pub more: usize,
}

/// A row of a figure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum FigureRow {
    /// A deployment.
    #[serde(rename_all = "kebab-case")]
    Deployment {
        /// Its id.
        id: String,
        /// Its service.
        service: String,
        /// Its repository; none if nobody knows it, or if it brought changes of several.
        repository: Option<String>,
        /// When it succeeded.
        at: Timestamp,
        /// Whether an incident tied to it followed within the window; none while it is too young to tell.
        incident: Option<bool>,
        /// Whether what it brought was judged at the time; none where that does not matter.
        observation: Option<Observation>,
    },
    /// A change that came to a service.
    #[serde(rename_all = "kebab-case")]
    Change {
        /// Its id.
        id: String,
        /// The service that it came to.
        service: String,
        /// The deployment that brought it.
        deployment: String,
        /// When it was merged.
        merged_at: Timestamp,
        /// From then to the deployment, in milliseconds.
        lead_ms: Timestamp,
    },
    /// An incident.
    #[serde(rename_all = "kebab-case")]
    Incident {
        /// Its id.
        id: String,
        /// Its title. From outside.
        title: String,
        /// Its service; none if nobody knows it.
        service: Option<String>,
        /// The deployment that it is tied to; none if there is none.
        deployment: Option<String>,
        /// When it began.
        started_at: Timestamp,
        /// How long it lasted, in milliseconds; none while it goes on or nobody knows.
        lasted_ms: Option<Timestamp>,
    },
}

/// The first `limit` rows of a figure, as the reports count them with these settings.
///
/// # Errors
/// - the window or a setting cannot be used
/// - the scope names what nobody knows
/// - the store failed
pub fn figure_rows(
    tenant: &mut Tenant,
    figure: CountedFigure,
    (dora, correlation): (&DoraSettings, &CorrelationSettings),
    asked: InsightAsked<'_>,
    limit: usize,
) -> Result<FigureRows, HostError> {
    let InsightAsked { scope, from, as_of } = asked;
    let ledger = tenant.ledger(as_of)?;
    let mut rows = match figure {
        CountedFigure::Exposed | CountedFigure::Others => {
            let is_exposed = figure == CountedFigure::Exposed;
            let counted = arms(&ledger, correlation, scope, from, as_of).map_err(not_possible)?;
            let counted = counted.iter().filter(|one| one.exposed == is_exposed);
            counted
                .map(|one| {
                    let observation = Some(one.observation);
                    deployment(&ledger, one.delivered, Some(one.incident), observation)
                })
                .collect()
        }
        _ => {
            let selected = Selection::new(&ledger, dora, scope, from, as_of);
            delivery(&ledger, &selected.map_err(not_possible)?, figure)
        }
    };
    let n = rows.len();
    rows.truncate(limit);
    Ok(FigureRows {
        figure,
        from,
        as_of,
        scope: scope.clone(),
        n,
        more: n - rows.len(),
        rows,
    })
}

fn delivery(ledger: &Ledger, selected: &Selection<'_>, figure: CountedFigure) -> Vec<FigureRow> {
    let mut rows = Vec::new();
    match figure {
        CountedFigure::Changes => rows.extend(selected.changes().map(|one| FigureRow::Change {
            id: one.brought.change.clone(),
            service: name(&ledger.services, one.delivered.service).unwrap_or_default(),
            deployment: one.delivered.id.clone(),
            merged_at: one.brought.merged_at,
            lead_ms: one.brought.lead_ms,
        })),
        CountedFigure::Incidents | CountedFigure::RestoredIncidents => {
            let is_all = figure == CountedFigure::Incidents;
            selected.incidents(|one| {
                let counted = one.ok().filter(|one| is_all || one.lasted_ms.is_ok());
                rows.extend(counted.map(|one| {
                    FigureRow::Incident {
                        id: one.outage.id.clone(),
                        title: one.outage.title.clone(),
                        service: one
                            .outage
                            .service
                            .and_then(|place| name(&ledger.services, place)),
                        deployment: one.outage.cause.and_then(|cause| {
                            let place = usize::try_from(cause.deployment).ok()?;
                            Some(ledger.deployments.get(place)?.id.clone())
                        }),
                        started_at: one.outage.started_at,
                        lasted_ms: one.lasted_ms.ok(),
                    }
                }));
            });
        }
        _ => {
            let is_all = figure == CountedFigure::Deployments;
            selected.deployments(|one| {
                let counted = one.ok().filter(|one| is_all || one.failed == Some(true));
                let row = counted.map(|one| deployment(ledger, one.delivered, one.failed, None));
                rows.extend(row);
            });
        }
    }
    rows
}

fn deployment(
    ledger: &Ledger,
    delivered: &Delivered,
    incident: Option<bool>,
    observation: Option<Observation>,
) -> FigureRow {
    let repository = delivered.repository;
    FigureRow::Deployment {
        id: delivered.id.clone(),
        service: name(&ledger.services, delivered.service).unwrap_or_default(),
        repository: repository.and_then(|place| name(&ledger.repositories, place)),
        at: delivered.at,
        incident,
        observation,
    }
}

fn name(names: &[String], place: u32) -> Option<String> {
    let place = usize::try_from(place).ok()?;
    names.get(place).cloned()
}
