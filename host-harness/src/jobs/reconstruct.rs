//! Judges merged changes that nobody judged while they were open, from what is stored. Sends no request.

use std::collections::{BTreeMap, BTreeSet};

use koalr_platform::backtest::Proportion;
use koalr_platform::decision::Decision;
use koalr_platform::evidence::{BRANCH_PROJECTS, ISSUES};
use koalr_platform::model::common::{Coverage, CoverageState, Timestamp};
use koalr_platform::model::evidence::Observation;
use koalr_platform::model::record::Project;
use koalr_platform::policy::Policy;
use koalr_platform::reconstruct::{
    Extent, Gap, History, Merged, PastFinding, Rebuilt, rebuild, window_end,
};
use koalr_platform::waiver::Waivers;
use koalr_store::{
    ChangeFilter, ChangeRecord, ChangeState, DecisionRecord, DependencyList, FindingFilter,
    StoredConnection, Tenant,
};
use serde::Serialize;

use super::bench::{Bench, Case};
use super::evidence::synced;
use super::judge::depends_on;
use super::line::last_connected;
use super::sync::DAY_MS;
use crate::{Host, HostError};

/// What is rebuilt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReconstructOptions {
    /// How far back, in days.
    pub days: u32,
    /// Whether what was rebuilt before is rebuilt once more. What was decided at the time never is.
    pub again: bool,
    /// The policy to judge by.
    pub policy: Policy,
}

/// How much of the past could be rebuilt.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct ReconstructReport {
    /// The integration.
    pub integration: String,
    /// From when on merges count.
    pub from: Timestamp,
    /// Until when.
    pub as_of: Timestamp,
    /// Changes that were merged in that time.
    pub merged: u32,
    /// Those that were judged at the time, so that there is nothing to rebuild.
    pub observed: u32,
    /// Those that were judged in this run.
    pub judged: u32,
    /// Those that were rebuilt in an earlier run.
    pub kept: u32,
    /// Those that the integration refused to judge. Not in the counts below.
    pub refused: u32,
    /// Rebuilt completely, in any run.
    pub whole: u32,
    /// Rebuilt in part.
    pub part: u32,
    /// Not rebuilt at all: nothing can be told of them.
    pub nothing: u32,
    /// What share could not be rebuilt completely.
    pub incomplete: Proportion,
    /// What share could not be rebuilt at all.
    pub lost: Proportion,
    /// What is missing from those, the commonest first. A change may have several.
    pub reasons: Vec<Missing>,
    /// What the rebuilt changes come to, by decision. Each is judged as if enforced.
    pub decisions: BTreeMap<Decision, u32>,
}

/// Why something could not be rebuilt, and of how many changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Missing {
    /// What, and why.
    #[serde(flatten)]
    pub gap: Gap,
    /// Of how many changes.
    pub changes: u32,
}

/// Rebuilds the evidence of merged changes as of their merge, scores and gates it, and stores it beside what was observed.
///
/// # Errors
///
/// Nothing was ever connected; the store or the sandbox failed. What was stored before stays.
pub async fn reconstruct(
    host: &Host,
    tenant: &mut Tenant,
    options: &ReconstructOptions,
    as_of: Timestamp,
) -> Result<ReconstructReport, HostError> {
    let integration = &host.manifest().id;
    let connection = last_connected(tenant, integration)?;
    let from = as_of.saturating_sub(Timestamp::from(options.days) * DAY_MS);
    let merged = tenant.changes(&ChangeFilter {
        state: Some(ChangeState::Merged),
        merged_from: Some(from),
        merged_to: Some(as_of),
        ..ChangeFilter::default()
    })?;
    let mut count = Count::default();
    let waivers = Waivers::default();
    let mut bench = Bench::warm(host, &options.policy, &waivers).await?;
    let declared = &host.manifest().rules;
    let beyond_packages = depends_on(bench.rules(), declared, BRANCH_PROJECTS);
    for (repository, changes) in by_repository(&merged) {
        let mut missing = Vec::new();
        for (change, next) in changes {
            let (id, head) = (&change.change.id, &change.change.head_sha);
            if tenant.decision(integration, id, head)?.is_some() {
                count.observed += 1;
            } else if !options.again
                && let Some(kept) = tenant.reconstructed(integration, id, head)?
            {
                count.kept += 1;
                let decision = kept.settled.outcome.decision;
                count.add(&Rebuilt::new(kept.evidence), decision);
            } else {
                missing.push((change, next, tenant.dependencies(id, head)?));
            }
        }
        if missing.is_empty() {
            continue;
        }
        let mut ground = Ground::read(tenant, &connection, repository, &missing)?;
        for (record, next, list) in &missing {
            let merged_at = record.merged_at.unwrap_or(as_of);
            let change = &record.change;
            let checks = tenant.change_checks(&connection, repository, change)?;
            let rebuilt = rebuild(
                &Merged {
                    change,
                    dependencies: list.as_ref().map(|list| (&*list.changes, list.complete)),
                    checks: &checks,
                    projects: &ground.projects,
                    coverage: &ground.coverage,
                    beyond_packages,
                    opened_at: record.opened_at,
                    merged_at,
                    until: window_end(merged_at, *next, ground.listed_at()),
                },
                &mut ground.history,
            );
            let case = Case {
                change,
                author: record.author.as_deref(),
                overrides: &[],
                base: record.base_score,
                evidence: &rebuilt.evidence,
                asked_at: merged_at,
                as_of: merged_at,
            };
            let ruled = bench.score_and_rule(&case).await;
            let (assessment, ruling) = match ruled {
                Ok(both) => both,
                Err(HostError::Refused { verb, reason }) => {
                    tracing::warn!(change = %change.id, "`{verb}` refused it: {reason}");
                    count.refused += 1;
                    continue;
                }
                Err(error) => return Err(error),
            };
            count.judged += 1;
            count.add(&rebuilt, ruling.settled.outcome.decision);
            tenant.save_decision(&DecisionRecord {
                integration: integration.clone(),
                change: change.id.clone(),
                head_sha: change.head_sha.clone(),
                observation: Observation::Reconstructed,
                evidence: rebuilt.evidence,
                assessment,
                verdict: ruling.verdict,
                settled: ruling.settled,
                plugin_version: host.manifest().version.clone(),
                asked_at: merged_at,
                as_of: merged_at,
            })?;
        }
    }
    let all = u32::try_from(merged.len()).unwrap_or(u32::MAX);
    Ok(count.report(integration.clone(), (from, as_of), all))
}

/// A merged change, and when the next one was merged into the same branch.
type WithNext<'a> = (&'a ChangeRecord, Option<Timestamp>);

/// A repository, and a branch if it is known.
type Branch<'a> = (&'a str, Option<&'a str>);

/// Changes by repository, each with the next merge, newest first. They come in order of their merges.
fn by_repository(merged: &[ChangeRecord]) -> BTreeMap<&str, Vec<WithNext<'_>>> {
    let mut next: BTreeMap<Branch<'_>, (Timestamp, Option<Timestamp>)> = BTreeMap::new();
    let mut changes: BTreeMap<&str, Vec<WithNext<'_>>> = BTreeMap::new();
    for record in merged.iter().rev() {
        let Some(merged_at) = record.merged_at else {
            continue;
        };
        let repository = record.change.repository.as_str();
        let branch = record.change.target_branch.as_deref();
        let slot = next
            .entry((repository, branch))
            .or_insert((merged_at, None));
        if slot.0 > merged_at {
            *slot = (merged_at, Some(slot.0));
        }
        changes
            .entry(repository)
            .or_default()
            .push((record, slot.1));
    }
    changes
}

/// What is stored of a repository.
struct Ground {
    projects: Vec<Project>,
    coverage: Vec<Coverage>,
    history: History,
}

impl Ground {
    fn read(
        tenant: &Tenant,
        connection: &StoredConnection,
        repository: &str,
        changes: &[(&ChangeRecord, Option<Timestamp>, Option<DependencyList>)],
    ) -> Result<Self, HostError> {
        let mut projects = tenant.projects(connection)?;
        projects.retain(|project| project.repository.as_deref() == Some(repository));
        let lists = changes.iter().filter_map(|(_, _, list)| list.as_ref());
        let touched: BTreeSet<&str> = lists
            .flat_map(|list| list.changes.iter().map(|one| one.name.as_str()))
            .collect();
        let filter = FindingFilter {
            repository: Some(repository),
            ..FindingFilter::default()
        };
        let mut past = Vec::new();
        for stored in tenant.findings(connection, filter)? {
            let finding = stored.finding;
            let mut packages = finding.packages.iter();
            // Of the others their own times are enough: they are only counted.
            let steps = if packages.any(|package| touched.contains(package.name.as_str())) {
                tenant.timeline(connection, &finding.organization, &finding.id)?
            } else {
                Vec::new()
            };
            past.push(PastFinding {
                introduced_first: stored.introduced_at_first,
                gone_at: stored
                    .vanished_at
                    .and(stored.missing_since)
                    .or(stored.vanished_at),
                steps,
                finding,
            });
        }
        Ok(Self {
            coverage: synced(tenant, connection, &projects)?,
            projects,
            history: History::new(past),
        })
    }

    /// Since when nothing newer is known of some organization; none if some was never listed to the end.
    fn listed_at(&self) -> Option<Timestamp> {
        let rows = self.coverage.iter().filter(|row| row.route == ISSUES);
        let times = rows.map(|row| row.as_of.filter(|_| row.state == CoverageState::Complete));
        times.min().flatten()
    }
}

/// A report under way.
#[derive(Default)]
struct Count {
    observed: u32,
    judged: u32,
    kept: u32,
    refused: u32,
    extents: BTreeMap<Extent, u32>,
    gaps: BTreeMap<Gap, u32>,
    decisions: BTreeMap<Decision, u32>,
}

impl Count {
    fn add(&mut self, rebuilt: &Rebuilt, decision: Decision) {
        *self.extents.entry(rebuilt.extent).or_default() += 1;
        *self.decisions.entry(decision).or_default() += 1;
        for gap in &rebuilt.gaps {
            *self.gaps.entry(gap.clone()).or_default() += 1;
        }
    }

    fn report(
        self,
        integration: String,
        (from, as_of): (Timestamp, Timestamp),
        merged: u32,
    ) -> ReconstructReport {
        let of = |extent| self.extents.get(&extent).copied().unwrap_or_default();
        let (whole, part, nothing) = (of(Extent::Whole), of(Extent::Part), of(Extent::Nothing));
        let all = whole + part + nothing;
        let gaps = self.gaps.into_iter();
        let mut reasons: Vec<Missing> = gaps
            .map(|(gap, changes)| Missing { gap, changes })
            .collect();
        reasons.sort_by_key(|one| std::cmp::Reverse(one.changes));
        ReconstructReport {
            integration,
            from,
            as_of,
            merged,
            observed: self.observed,
            judged: self.judged,
            kept: self.kept,
            refused: self.refused,
            whole,
            part,
            nothing,
            incomplete: Proportion::new(part + nothing, all),
            lost: Proportion::new(nothing, all),
            reasons,
            decisions: self.decisions,
        }
    }
}
