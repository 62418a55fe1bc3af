//! Everything that is said of deployments of one observation.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::CorrelationSettings;
use super::cohort::Row;
use super::comparison::{
    Comparison, EMPTY, Exposed, Frame, Others, Place, Ratios, count, place, ratios, strata,
};
use super::figure::{Absent, Figure};
use super::times::Times;
use super::verdict::Lacking;
use crate::ledger::Ledger;
use crate::links::Window;
use crate::model::evidence::Observation;
use crate::stats::Estimate;
use crate::stats::multiple::benjamini_hochberg;
use crate::stats::proportion::Proportion;
use crate::stats::two_by_two::Table;

/// Deployments whose decisions were made at the time, or those of which one was rebuilt later.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Series {
    /// Which of them.
    pub observation: Observation,
    /// How many, of any age.
    pub deployments: u32,
    /// Exposed ones against those that changed dependencies too, so that touching dependencies is no explanation.
    pub headline: Comparison,
    /// Exposed ones against all others.
    pub all_others: Comparison,
    /// Those with a change that people let pass in spite of the gate; they are in the comparisons above too.
    pub overridden: LetPass,
    /// Those with a change whose upstream check somebody marked as a success; they are in the comparisons above too.
    pub marked_as_success: LetPass,
    /// The headline by repository, by name, the unknown one last.
    pub repositories: Vec<Repository>,
    /// The headline in every window, rising.
    pub windows: Vec<Sensitivity>,
    /// How long it takes until an incident.
    pub times: Times,
}

/// Deployments that somebody let through.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct LetPass {
    /// How many of the series, exposed or not, of any age.
    pub deployments: u32,
    /// How many of those are exposed.
    pub exposed: u32,
    /// Those that are exposed against the others of the headline.
    pub comparison: Comparison,
}

/// The headline's arms in one repository.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Repository {
    /// Its name; none stands for the deployments whose repository is unknown or that brought changes of several.
    pub repository: Option<String>,
    /// Deployments by exposure and incident.
    pub table: Table,
    /// Of the exposed, those that an incident followed.
    pub exposed_share: Proportion,
    /// Of the others, those that an incident followed.
    pub others_share: Proportion,
    /// How they differ.
    pub ratios: Figure<Ratios>,
    /// Fisher's p after Benjamini's and Hochberg's correction for the number of repositories that have enough data.
    pub adjusted_p: Figure<f64>,
    /// What is missing; none if it has enough data.
    pub lacking: Option<Lacking>,
}

/// The headline's arms with another window.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Sensitivity {
    /// How long after a deployment an incident counts.
    pub window: Window,
    /// Deployments by exposure and incident.
    pub table: Table,
    /// Of the exposed, those that an incident followed.
    pub exposed_share: Proportion,
    /// Of the others, those that an incident followed.
    pub others_share: Proportion,
    /// The ratio of the two shares.
    pub risk_ratio: Figure<Estimate>,
    /// Deployments left out because they were watched for less.
    pub too_young: u32,
}

impl Series {
    pub(super) fn new(
        ledger: &Ledger,
        rows: &[Row],
        observation: Observation,
        settings: &CorrelationSettings,
    ) -> Self {
        let rows: Vec<&Row> = rows
            .iter()
            .filter(|row| row.observation == observation)
            .collect();
        let frame = Frame {
            ledger,
            settings,
            observation,
        };
        let compare = |exposed, others| Comparison::new(&rows, frame, exposed, others);
        let headline = compare(Exposed::All, Others::ChangedDependencies);
        let let_pass = |exposed, holds: fn(&Row) -> bool| {
            let passed = || rows.iter().filter(|row| holds(row));
            LetPass {
                deployments: number(passed().count()),
                exposed: number(passed().filter(|row| row.exposed).count()),
                comparison: compare(exposed, Others::ChangedDependencies),
            }
        };
        Self {
            observation,
            deployments: number(rows.len()),
            all_others: compare(Exposed::All, Others::All),
            overridden: let_pass(Exposed::Overridden, |row| row.overridden),
            marked_as_success: let_pass(Exposed::MarkedAsSuccess, |row| row.marked_as_success),
            repositories: repositories(&rows, frame),
            windows: Window::ALL
                .map(|window| Sensitivity::new(&rows, window, settings))
                .to_vec(),
            times: Times::new(&rows, settings.window, headline.crude.known().is_some()),
            headline,
        }
    }
}

impl Sensitivity {
    fn new(rows: &[&Row], window: Window, settings: &CorrelationSettings) -> Self {
        let (mut table, mut too_young) = (EMPTY, 0);
        for row in rows {
            let counted = count(
                &mut table,
                row,
                window,
                Exposed::All,
                Others::ChangedDependencies,
            );
            let placed = place(row, Exposed::All, Others::ChangedDependencies);
            too_young += u32::from(!counted && !matches!(placed, Place::Neither(_)));
        }
        let lacking = Lacking::of(&table, settings);
        Self {
            window,
            table,
            exposed_share: table.exposed(),
            others_share: table.unexposed(),
            risk_ratio: if lacking.is_some() {
                Figure::Absent(Absent::InsufficientData)
            } else {
                Figure::of(table.risk_ratio(), Absent::NotEstimable)
            },
            too_young,
        }
    }
}

fn repositories(rows: &[&Row], frame: Frame<'_>) -> Vec<Repository> {
    let strata = strata(rows, frame, Exposed::All, Others::ChangedDependencies);
    let mut repositories: Vec<Repository> = strata
        .into_iter()
        .map(|(name, table)| {
            let lacking = Lacking::of(&table, frame.settings);
            Repository {
                repository: name.map(str::to_owned),
                table,
                exposed_share: table.exposed(),
                others_share: table.unexposed(),
                ratios: ratios(&table, lacking.is_none()),
                adjusted_p: Figure::Absent(Absent::InsufficientData),
                lacking,
            }
        })
        .collect();
    let p = |one: &Repository| Some(one.ratios.known()?.fisher_p);
    let adjusted = benjamini_hochberg(&repositories.iter().filter_map(p).collect::<Vec<_>>());
    let enough = repositories.iter_mut().filter(|one| p(one).is_some());
    for (one, adjusted) in enough.zip(adjusted) {
        one.adjusted_p = Figure::Known(adjusted);
    }
    repositories
}

fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}
