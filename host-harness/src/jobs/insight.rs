//! Reports over what is stored: how delivery goes, what is owed, and whether they are tied together. Reads the store alone.

mod keep;
mod rows;

use koalr_platform::calibration::{Calibration, report as calibration_report};
use koalr_platform::correlation::{Correlation, CorrelationSettings, report as correlation_report};
use koalr_platform::debt::{Debt, DebtRows, DebtSettings, Freshness, GateStatistics, Tally, gate};
use koalr_platform::dora::{Dora, DoraSettings, report as dora_report};
use koalr_platform::ledger::{Ledger, Scope};
use koalr_platform::merge::Bands;
use koalr_platform::model::common::{Coverage, CoverageState, Timestamp};
use koalr_platform::spell::Spell;
use koalr_store::{Slice, SpellFilter, SpellPage, StoreError, Tenant};
use schemars::JsonSchema;
use serde::Serialize;

use super::line::last_connected;
use super::sync::listed;
use super::team::not_possible;
use crate::HostError;

pub use keep::{is_prompt, keep_reports};
pub use rows::{CountedFigure, FigureRow, FigureRows, figure_rows};

/// What a report is asked about.
#[derive(Debug, Clone, Copy)]
pub struct InsightAsked<'a> {
    /// Which rows.
    pub scope: &'a Scope,
    /// When its window begins.
    pub from: Timestamp,
    /// When it ends.
    pub as_of: Timestamp,
}

/// What is owed, and what the gate did about it.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct DebtReport {
    /// The integration whose findings they are.
    pub integration: String,
    /// The debt. Repositories in it are places in `repositories`.
    pub debt: Debt,
    /// Repositories as `owner/name`.
    pub repositories: Vec<String>,
    /// What became of the changes that were judged.
    pub gate: GateStatistics,
}

/// How often, how fast and how safely is delivered.
///
/// # Errors
/// - the window or a setting cannot be used
/// - the scope names what nobody knows
/// - the store failed
pub fn dora(
    tenant: &mut Tenant,
    settings: &DoraSettings,
    asked: InsightAsked<'_>,
) -> Result<Dora, HostError> {
    let ledger = tenant.ledger(asked.as_of)?;
    dora_report(&ledger, settings, asked.scope, asked.from, asked.as_of).map_err(not_possible)
}

/// What is open, how soon it is fixed, and what the gate did.
///
/// # Errors
/// - nothing was ever connected
/// - the scope names what nobody knows
/// - the store failed
pub fn debt(
    tenant: &mut Tenant,
    integration: &str,
    settings: &DebtSettings,
    asked: InsightAsked<'_>,
) -> Result<DebtReport, HostError> {
    let InsightAsked { scope, from, as_of } = asked;
    let connection = last_connected(tenant, integration)?;
    keep_much(tenant)?;
    let ledger = tenant.ledger(as_of)?;
    let mut tally = Tally::new(settings, from, as_of);
    let mut repositories = Vec::new();
    for repository in wanted(tenant, &ledger, scope)? {
        let filter = SpellFilter {
            repository: repository.as_deref(),
            class: None,
        };
        let rows = tenant.spells(&connection, filter, &mut |spell| tally.add(spell))?;
        repositories = rows.repositories;
    }
    let place = |name: &String| {
        let mut places = ledger.repositories.iter();
        let found = places.position(|one| one.eq_ignore_ascii_case(name));
        found.and_then(|place| u32::try_from(place).ok())
    };
    let coverage = listed(tenant, &connection)?;
    let of_repository = scope
        .repository
        .as_ref()
        .map(|name| place(name).unwrap_or(u32::MAX));
    Ok(DebtReport {
        integration: integration.to_owned(),
        debt: Debt {
            scope: scope.clone(),
            freshness: Some(freshness(coverage)),
            ..tally.finish()
        },
        repositories,
        gate: gate(&ledger, of_repository, from, as_of),
    })
}

/// The stretches that a figure of debt counts: as many as it says, and a part of them.
///
/// # Errors
/// - nothing was ever connected
/// - the scope names what nobody knows
/// - the store failed
pub fn debt_rows(
    tenant: &mut Tenant,
    integration: &str,
    settings: &DebtSettings,
    asked: InsightAsked<'_>,
    rows: DebtRows,
    slice: &Slice<i64>,
) -> Result<SpellPage, HostError> {
    let InsightAsked { scope, from, as_of } = asked;
    let connection = last_connected(tenant, integration)?;
    keep_much(tenant)?;
    let ledger = tenant.ledger(as_of)?;
    let wanted: Option<Vec<String>> = wanted(tenant, &ledger, scope)?.into_iter().collect();
    let sieve = rows.of(settings, from, as_of);
    let fits = |spell: &Spell| sieve.counts(spell);
    Ok(tenant.list_spells(&connection, wanted.as_deref(), &fits, slice)?)
}

/// Whether deployments that introduced vulnerabilities are followed by more incidents than others.
///
/// # Errors
/// - the scope names what nobody knows
/// - the store failed
pub fn correlation(
    tenant: &mut Tenant,
    settings: &CorrelationSettings,
    asked: InsightAsked<'_>,
) -> Result<Correlation, HostError> {
    let ledger = tenant.ledger(asked.as_of)?;
    correlation_report(&ledger, settings, asked.scope, asked.from, asked.as_of)
        .map_err(not_possible)
}

/// How often changes of each band were followed by an incident. It changes no score.
///
/// # Errors
/// - the scope names what nobody knows
/// - the store failed
pub fn calibration(
    tenant: &mut Tenant,
    bands: Bands,
    asked: InsightAsked<'_>,
) -> Result<Calibration, HostError> {
    let ledger = tenant.ledger(asked.as_of)?;
    calibration_report(&ledger, bands, asked.scope, asked.from, asked.as_of).map_err(not_possible)
}

/// Keeps what a report of debt reads, at the end of a walk, in turns: others run in between.
pub(super) async fn keep_spells(tenant: &mut Tenant) -> Result<(), HostError> {
    while refresh(tenant, TURN)? == TURN {
        tokio::task::yield_now().await;
    }
    Ok(())
}

/// Keeps what takes longer to read than to keep. Some findings that changed are read quickly enough: they wait for the
/// end of the walk.
fn keep_much(tenant: &mut Tenant) -> Result<(), HostError> {
    let unkept = tenant.unkept_spells()?;
    if unkept.segments > 0 || unkept.findings > MOST_CHANGED {
        refresh(tenant, u32::MAX)?;
    }
    Ok(())
}

/// Keeps at most so many segments. Without them the report is the same, but takes longer: so nothing fails where the file
/// is only busy or full.
fn refresh(tenant: &mut Tenant, most: u32) -> Result<u32, HostError> {
    match tenant.refresh_spells(most) {
        Ok(refreshed) => Ok(refreshed),
        Err(StoreError::Busy { .. } | StoreError::Full { .. }) => Ok(0),
        Err(error) => Err(error.into()),
    }
}

/// The repositories whose findings are asked for; none for all.
fn wanted(
    tenant: &Tenant,
    ledger: &Ledger,
    scope: &Scope,
) -> Result<Vec<Option<String>>, HostError> {
    let Some(name) = &scope.service else {
        return Ok(vec![scope.repository.clone()]);
    };
    let mut of_service = scope.clone();
    of_service.repository = None;
    let services = tenant.services()?;
    let Some(service) = services.iter().find(|service| service.is_named(name)) else {
        // Whoever only deploys under that name owes nothing that is known; one that nobody knows is named.
        of_service.places(ledger).map_err(not_possible)?;
        return Ok(Vec::new());
    };
    let held = service.repositories.iter();
    let of_both = held.filter(|one| {
        let asked = scope.repository.as_ref();
        asked.is_none_or(|asked| asked.eq_ignore_ascii_case(one))
    });
    Ok(of_both.cloned().map(Some).collect())
}

/// How fresh what is stored is, and what is not whole.
fn freshness(coverage: Vec<Coverage>) -> Freshness {
    let complete = |row: &&Coverage| row.state == CoverageState::Complete;
    Freshness {
        oldest_complete_walk: coverage
            .iter()
            .filter(complete)
            .filter_map(|row| row.as_of)
            .min(),
        newest: coverage.iter().filter_map(|row| row.as_of).max(),
        partial: coverage
            .into_iter()
            .filter(|row| {
                matches!(
                    row.state,
                    CoverageState::Partial | CoverageState::Stale | CoverageState::Refused
                )
            })
            .collect(),
    }
}

/// Findings that are read one by one while somebody waits.
const MOST_CHANGED: u32 = 4_096;

/// Segments that a walk's end builds before others run: a few tens of milliseconds.
const TURN: u32 = 16;
