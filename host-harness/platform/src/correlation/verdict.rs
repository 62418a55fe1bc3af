//! What a comparison allows to say.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::CorrelationSettings;
use super::comparison::{Ratios, Trusted};
use super::figure::{Absent, Figure};
use crate::stats::Estimate;
use crate::stats::power::smallest_risk_ratio;
use crate::stats::stratified::Stratified;
use crate::stats::two_by_two::Table;

/// What a comparison allows to say.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// Exposure and incidents go together. Nothing is said of causes.
    #[serde(rename_all = "kebab-case")]
    Associated {
        /// Which way.
        direction: Direction,
    },
    /// There is enough data, and it does not tell. This is not the same as no association.
    #[serde(rename_all = "kebab-case")]
    Inconclusive {
        /// Why not. Not empty.
        doubts: Vec<Doubt>,
        /// The smallest risk ratio that would have been seen four times in five.
        smallest_risk_ratio: Figure<f64>,
    },
    /// There is too little data to say anything.
    #[serde(rename_all = "kebab-case")]
    InsufficientData {
        /// What is missing.
        lacking: Lacking,
        /// The smallest risk ratio that would have been seen four times in five.
        smallest_risk_ratio: Figure<f64>,
    },
}

/// Which way an association goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Direction {
    /// Exposed deployments are followed by incidents more often.
    More,
    /// Exposed deployments are followed by incidents less often.
    Fewer,
}

/// How many more there must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Lacking {
    /// Exposed deployments.
    pub exposed: u32,
    /// Other deployments.
    pub others: u32,
    /// Deployments with an incident, in any arm.
    pub incidents: u32,
}

/// Why data that is enough does not tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Doubt {
    /// Fisher's exact test: chance alone differs as much in one of twenty cases or more.
    Fisher,
    /// The interval of the risk ratio holds 1, or there is none.
    RiskRatio,
    /// So few are expected in a cell that only the exact interval can be trusted, and it holds 1.
    ExactInterval,
    /// No repository has both arms and both outcomes, so that the difference may be one between repositories.
    NotWithinRepositories,
    /// Within repositories, chance alone differs as much in one of twenty cases or more.
    WithinRepositories,
    /// Within repositories the difference goes the other way.
    Reversed,
}

/// What to look at before the figures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Warning {
    /// Within repositories the difference goes the other way than over all of them.
    Reversed,
    /// Repositories differ from each other by more than chance: one figure for all says little.
    Heterogeneous,
    /// Some repositories say nothing, as they have one arm or one outcome only.
    StrataEmpty,
}

impl Lacking {
    /// What a table lacks; none if it has enough.
    pub(super) fn of(table: &Table, settings: &CorrelationSettings) -> Option<Self> {
        let incidents = table.exposed_event + table.unexposed_event;
        let lacking = Self {
            exposed: settings.least_exposed.saturating_sub(table.exposed().of),
            others: settings.least_others.saturating_sub(table.unexposed().of),
            incidents: settings.least_incidents.saturating_sub(incidents),
        };
        let enough = lacking.exposed == 0 && lacking.others == 0 && lacking.incidents == 0;
        (!enough).then_some(lacking)
    }
}

impl Verdict {
    pub(super) fn new(
        table: &Table,
        lacking: Option<Lacking>,
        crude: Option<&Ratios>,
        stratified: Option<&Stratified>,
    ) -> Self {
        let smallest_risk_ratio = visible(table);
        if let Some(lacking) = lacking {
            return Self::InsufficientData {
                lacking,
                smallest_risk_ratio,
            };
        }
        let doubts =
            crude.map_or_else(|| vec![Doubt::RiskRatio], |crude| doubts(crude, stratified));
        let ratio = crude.and_then(|crude| crude.risk_ratio);
        match ratio {
            Some(ratio) if doubts.is_empty() => Self::Associated {
                direction: if ratio.value > 1.0 {
                    Direction::More
                } else {
                    Direction::Fewer
                },
            },
            _ => Self::Inconclusive {
                doubts,
                smallest_risk_ratio,
            },
        }
    }
}

/// Every reason not to say that the arms differ.
fn doubts(crude: &Ratios, stratified: Option<&Stratified>) -> Vec<Doubt> {
    let mut doubts = Vec::new();
    if crude.fisher_p >= ALPHA {
        doubts.push(Doubt::Fisher);
    }
    if crude.risk_ratio.is_none_or(|ratio| holds_one(&ratio)) {
        doubts.push(Doubt::RiskRatio);
    }
    let exact = crude.exact_odds_ratio;
    if crude.trusted == Trusted::Exact && exact.is_none_or(|ratio| holds_one(&ratio)) {
        doubts.push(Doubt::ExactInterval);
    }
    if let Some(stratified) = stratified {
        doubts.extend(doubt_within(stratified));
    }
    doubts
}

/// What the comparison within repositories objects; of one repository there is nothing but the table.
fn doubt_within(stratified: &Stratified) -> Option<Doubt> {
    if stratified.reversal {
        return Some(Doubt::Reversed);
    }
    if stratified.strata_used + stratified.strata_empty < 2 {
        return None;
    }
    let Some(test) = stratified.cmh else {
        return Some(Doubt::NotWithinRepositories);
    };
    let ratio = stratified.odds_ratio;
    let differs = test.p < ALPHA && !ratio.is_some_and(|ratio| holds_one(&ratio));
    (!differs).then_some(Doubt::WithinRepositories)
}

/// What to look at before the figures.
pub(super) fn warnings(stratified: Option<&Stratified>) -> Vec<Warning> {
    let Some(stratified) = stratified else {
        return Vec::new();
    };
    let heterogeneous = stratified.heterogeneity.is_some_and(|test| test.p < ALPHA);
    let all = [
        (stratified.reversal, Warning::Reversed),
        (heterogeneous, Warning::Heterogeneous),
        (stratified.strata_empty > 0, Warning::StrataEmpty),
    ];
    let holding = all.into_iter().filter(|(holds, _)| *holds);
    holding.map(|(_, warning)| warning).collect()
}

/// The smallest risk ratio that would have been seen. The base is the others' risk, or that of all while the others have
/// no incident.
fn visible(table: &Table) -> Figure<f64> {
    let (exposed, others) = (table.exposed(), table.unexposed());
    let (count, of) = if others.count > 0 {
        (others.count, others.of)
    } else {
        (exposed.count, exposed.of + others.of)
    };
    if of == 0 {
        return Figure::Absent(Absent::NothingCounted);
    }
    if count == 0 {
        return Figure::Absent(Absent::NotEstimable);
    }
    let base = f64::from(count) / f64::from(of);
    let smallest = smallest_risk_ratio(exposed.of, others.of, base, ALPHA, POWER);
    Figure::of(smallest, Absent::InsufficientData)
}

/// Whether an interval does not exclude 1. An end that nothing bounds excludes nothing.
fn holds_one(estimate: &Estimate) -> bool {
    let above = estimate.low.is_some_and(|low| low > 1.0);
    let below = estimate.high.is_some_and(|high| high < 1.0);
    !above && !below
}

/// How often chance alone may be taken for an association.
pub(super) const ALPHA: f64 = 0.05;
/// How often a ratio must be seen to count as one that can be.
const POWER: f64 = 0.8;
