//! Exposed deployments beside others.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::CorrelationSettings;
use super::cohort::{Dependencies, Row, at};
use super::figure::{Absent, Figure};
use super::verdict::{Lacking, Verdict, Warning, warnings};
use super::words;
use crate::ledger::Ledger;
use crate::links::Window;
use crate::model::evidence::Observation;
use crate::stats::Estimate;
use crate::stats::proportion::Proportion;
use crate::stats::stratified::Stratified;
use crate::stats::two_by_two::Table;

/// Two arms of deployments, which of them an incident followed, and what that says. Deployments that were not watched for
/// the whole window are left out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Comparison {
    /// Who is in the first arm.
    pub exposed: Exposed,
    /// Who is in the second.
    pub others: Others,
    /// Deployments by exposure and incident. Several incidents of a deployment are one event.
    pub table: Table,
    /// Of the exposed, those that an incident followed.
    pub exposed_share: Proportion,
    /// Of the others, those that an incident followed.
    pub others_share: Proportion,
    /// The arms compared as if there were one repository.
    pub crude: Figure<Ratios>,
    /// The arms compared within each repository: the headline. Deployments whose repository is unknown, or that brought
    /// changes of several, are one more.
    pub stratified: Figure<Stratified>,
    /// Deployments of the series that are in neither arm.
    pub left_out: LeftOut,
    /// What to look at before the figures. May be empty.
    pub warnings: Vec<Warning>,
    /// What follows.
    pub verdict: Verdict,
    /// It for people.
    pub sentence: String,
}

/// Who is in the exposed arm.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Exposed {
    /// All exposed deployments.
    All,
    /// Those that brought a change that people let pass in spite of the gate.
    Overridden,
    /// Those that brought a change whose upstream check somebody marked as a success.
    MarkedAsSuccess,
}

/// Who is in the other arm.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Others {
    /// All deployments that are not exposed.
    All,
    /// Those that changed dependencies too.
    ChangedDependencies,
}

/// Deployments that are in neither arm, each once, under the first of these reasons.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct LeftOut {
    /// Exposed, but not of those that this is about.
    pub exposed_otherwise: u32,
    /// Not exposed, and without a changed dependency.
    pub unchanged_dependencies: u32,
    /// Not exposed, and nobody knows whether a dependency changed.
    pub unknown_dependencies: u32,
    /// They would be in an arm, but were watched for less than the window.
    pub too_young: u32,
}

/// How the arms of one table differ. None where it cannot be estimated.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Ratios {
    /// The share of the exposed less that of the others, with Newcombe's interval.
    pub risk_difference: Option<Estimate>,
    /// The share of the exposed by that of the others, with Katz's interval.
    pub risk_ratio: Option<Estimate>,
    /// The odds of the exposed by those of the others, with Woolf's interval.
    pub odds_ratio: Option<Estimate>,
    /// The conditional odds ratio with its exact interval.
    pub exact_odds_ratio: Option<Estimate>,
    /// Fisher's exact p, two-sided.
    pub fisher_p: f64,
    /// The least count that would be expected without a difference; none if nothing is.
    pub least_expected: Option<f64>,
    /// Which interval to trust.
    pub trusted: Trusted,
}

/// Which interval to trust.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Trusted {
    /// Any of them: at least 5 are expected in each cell.
    Asymptotic,
    /// The exact one only.
    Exact,
}

/// What a comparison is made of beside its rows.
#[derive(Clone, Copy)]
pub(super) struct Frame<'a> {
    pub(super) ledger: &'a Ledger,
    pub(super) settings: &'a CorrelationSettings,
    pub(super) observation: Observation,
}

/// Where a deployment is in a comparison.
pub(super) enum Place {
    Exposed,
    Other,
    Neither(Neither),
}

/// Why it is in neither arm.
pub(super) enum Neither {
    ExposedOtherwise,
    UnchangedDependencies,
    UnknownDependencies,
}

impl Comparison {
    pub(super) fn new(rows: &[&Row], frame: Frame<'_>, exposed: Exposed, others: Others) -> Self {
        let window = frame.settings.window;
        let strata = strata(rows, frame, exposed, others);
        let tables: Vec<Table> = strata.into_iter().map(|(_, table)| table).collect();
        let table = tables.iter().fold(EMPTY, add);
        let lacking = Lacking::of(&table, frame.settings);
        let crude = ratios(&table, lacking.is_none());
        let stratified = if lacking.is_none() {
            Figure::Known(Stratified::of(&tables))
        } else {
            Figure::Absent(Absent::InsufficientData)
        };
        let verdict = Verdict::new(&table, lacking, crude.known(), stratified.known());
        let mut comparison = Self {
            exposed,
            others,
            table,
            exposed_share: table.exposed(),
            others_share: table.unexposed(),
            crude,
            left_out: left_out(rows, window, exposed, others),
            warnings: warnings(stratified.known()),
            stratified,
            verdict,
            sentence: String::new(),
        };
        comparison.sentence = words::sentence(&comparison, frame.observation, window);
        comparison
    }
}

impl Exposed {
    fn admits(self, row: &Row) -> bool {
        match self {
            Self::All => true,
            Self::Overridden => row.overridden,
            Self::MarkedAsSuccess => row.marked_as_success,
        }
    }
}

/// Where a deployment of any age is.
pub(super) fn place(row: &Row, exposed: Exposed, others: Others) -> Place {
    if row.exposed {
        return if exposed.admits(row) {
            Place::Exposed
        } else {
            Place::Neither(Neither::ExposedOtherwise)
        };
    }
    match (others, row.dependencies) {
        (Others::All, _) | (_, Dependencies::Changed) => Place::Other,
        (_, Dependencies::Unchanged) => Place::Neither(Neither::UnchangedDependencies),
        (_, Dependencies::Unknown) => Place::Neither(Neither::UnknownDependencies),
    }
}

/// Where a deployment counts: whether it is exposed, and whether an incident followed. None if it is in neither arm, or was
/// watched for less than the window.
pub(super) fn cell(
    row: &Row,
    window: Window,
    exposed: Exposed,
    others: Others,
) -> Option<(bool, bool)> {
    let is_exposed = match place(row, exposed, others) {
        Place::Exposed => true,
        Place::Other => false,
        Place::Neither(_) => return None,
    };
    row.outlived(window)
        .then(|| (is_exposed, row.has_incident(window)))
}

/// Counts a deployment, and says whether it counts.
pub(super) fn count(
    table: &mut Table,
    row: &Row,
    window: Window,
    exposed: Exposed,
    others: Others,
) -> bool {
    let cell = match cell(row, window, exposed, others) {
        Some((true, true)) => &mut table.exposed_event,
        Some((true, false)) => &mut table.exposed_no_event,
        Some((false, true)) => &mut table.unexposed_event,
        Some((false, false)) => &mut table.unexposed_no_event,
        None => return false,
    };
    *cell += 1;
    true
}

/// The tables of the repositories that have a deployment in an arm, by name, so that sums are the same whatever the order
/// of the ledger.
pub(super) fn strata<'a>(
    rows: &[&Row],
    frame: Frame<'a>,
    exposed: Exposed,
    others: Others,
) -> Vec<(Option<&'a str>, Table)> {
    let names = &frame.ledger.repositories;
    let mut tables = vec![EMPTY; names.len()];
    let mut unknown = EMPTY;
    for row in rows {
        let table = row
            .repository
            .and_then(at)
            .and_then(|at| tables.get_mut(at));
        let table = table.unwrap_or(&mut unknown);
        count(table, row, frame.settings.window, exposed, others);
    }
    let known = names.iter().map(|name| Some(name.as_str())).zip(tables);
    let mut strata: Vec<_> = known.chain([(None, unknown)]).collect();
    strata.retain(|(_, table)| *table != EMPTY);
    strata.sort_by_key(|(name, _)| (name.is_none(), *name));
    strata
}

/// How the arms differ, if there are enough of them.
pub(super) fn ratios(table: &Table, enough: bool) -> Figure<Ratios> {
    if !enough {
        return Figure::Absent(Absent::InsufficientData);
    }
    let least_expected = table.min_expected();
    Figure::Known(Ratios {
        risk_difference: table.risk_difference(),
        risk_ratio: table.risk_ratio(),
        odds_ratio: table.odds_ratio(),
        exact_odds_ratio: table.exact_odds_ratio(),
        fisher_p: table.fisher().two_sided,
        least_expected,
        trusted: if least_expected.is_some_and(|least| least >= LEAST_EXPECTED) {
            Trusted::Asymptotic
        } else {
            Trusted::Exact
        },
    })
}

fn left_out(rows: &[&Row], window: Window, exposed: Exposed, others: Others) -> LeftOut {
    let mut left_out = LeftOut::default();
    for row in rows {
        let counter = match place(row, exposed, others) {
            Place::Neither(Neither::ExposedOtherwise) => &mut left_out.exposed_otherwise,
            Place::Neither(Neither::UnchangedDependencies) => &mut left_out.unchanged_dependencies,
            Place::Neither(Neither::UnknownDependencies) => &mut left_out.unknown_dependencies,
            _ if !row.outlived(window) => &mut left_out.too_young,
            _ => continue,
        };
        *counter += 1;
    }
    left_out
}

fn add(sum: Table, table: &Table) -> Table {
    Table {
        exposed_event: sum.exposed_event + table.exposed_event,
        exposed_no_event: sum.exposed_no_event + table.exposed_no_event,
        unexposed_event: sum.unexposed_event + table.unexposed_event,
        unexposed_no_event: sum.unexposed_no_event + table.unexposed_no_event,
    }
}

/// A table of nothing.
pub(super) const EMPTY: Table = Table {
    exposed_event: 0,
    exposed_no_event: 0,
    unexposed_event: 0,
    unexposed_no_event: 0,
};
/// The least expected count at which intervals that rest on the normal distribution are trusted.
///
/// > asymptotic CI only if min expected >= 5, else exact
const LEAST_EXPECTED: f64 = 5.0;
