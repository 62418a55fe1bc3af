//! What another policy would have decided about everything that is stored. Sends no request.

use std::collections::HashMap;

use koalr_platform::backtest::{Aftermath, Aftermaths, Group, Proportion, Redecided};
use koalr_platform::decision::{Decision, Settled};
use koalr_platform::delivery::{Merge, Services};
use koalr_platform::links::{Deliveries, Node, links};
use koalr_platform::model::common::{Change, Timestamp};
use koalr_platform::model::evidence::{Evidence, Observation};
use koalr_platform::model::verdict::Verdict;
use koalr_platform::policy::Mode;
use koalr_store::{
    ChangeFilter, ChangeRecord, ChangeState, DecisionFilter, DecisionRecord, DeliveryFilter,
    StoreError, Tenant,
};
use serde::Serialize;

use super::bench::{Bench, Case, Ruling};
use super::judge::JudgeOptions;
use super::sync::DAY_MS;
use crate::{Host, HostError};

/// What another policy would have decided.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct BacktestReport {
    /// The integration.
    pub integration: String,
    /// From when on decisions count.
    pub from: Timestamp,
    /// Until when.
    pub as_of: Timestamp,
    /// The policy's mode. Whatever it is, what is counted is judged as if enforced.
    pub mode: Mode,
    /// Decisions that were made at the time.
    pub observed: BacktestGroup,
    /// Decisions that were rebuilt later.
    pub reconstructed: BacktestGroup,
    /// How long after a deployment an incident counts, in days.
    pub window_days: u32,
    /// Incidents that are known.
    pub incidents: u32,
    /// Those of them that could be tied to no deployment, so that no change is known to have led to them.
    pub unlinked_incidents: u32,
    /// Decisions that the integration refused to make again, or whose change is not stored any more.
    pub left_out: u32,
    /// What is wrong with the waivers; those do not hold.
    pub complaints: Vec<String>,
}

/// Decisions of one kind under another policy.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct BacktestGroup {
    /// The counts.
    #[serde(flatten)]
    pub group: Group,
    /// Of the changes that would have been blocked, how many led to an incident.
    pub precision: Proportion,
    /// Of the changes that led to an incident, how many would have been blocked.
    pub recall: Proportion,
}

/// Decides anew about every stored decision of the last `days`, from its stored evidence.
///
/// # Errors
///
/// The store or the sandbox failed; services cannot be told apart by their names.
pub async fn backtest(
    host: &Host,
    tenant: &Tenant,
    options: &JudgeOptions,
    days: u32,
    as_of: Timestamp,
) -> Result<BacktestReport, HostError> {
    let integration = &host.manifest().id;
    let JudgeOptions { policy, waivers } = options;
    let changes = tenant.changes(&ChangeFilter::default())?;
    let past = Past::read(tenant, &changes, as_of)?;
    let by_id: HashMap<&str, &ChangeRecord> = changes
        .iter()
        .map(|record| (record.change.id.as_str(), record))
        .collect();
    let mut bench = Bench::warm(host, policy, &waivers.waivers).await?;
    let mut observed = Group::default();
    let mut reconstructed = Group::default();
    let mut left_out = 0;
    let from = as_of.saturating_sub(Timestamp::from(days) * DAY_MS);
    let mut page = from;
    // A day at a time: evidence is large, and nobody needs all of it at once.
    while page <= as_of {
        let end = page.saturating_add(DAY_MS - 1).min(as_of);
        let mut records: Vec<DecisionRecord> = Vec::new();
        let filter = DecisionFilter {
            integration: integration.clone(),
            observation: None,
            from: Some(page),
            to: Some(end),
        };
        tenant.decisions::<StoreError>(&filter, &mut |record| {
            records.push(record);
            Ok(())
        })?;
        for record in records {
            let Some(change) = by_id.get(record.change.as_str()) else {
                left_out += 1;
                continue;
            };
            let overrides = tenant.overrides(&record.change)?;
            let head = Change {
                head_sha: record.head_sha.clone(),
                ..change.change.clone()
            };
            let case = Case {
                change: &head,
                author: change.author.as_deref(),
                overrides: &overrides,
                base: record.settled.score.base,
                evidence: &record.evidence,
                asked_at: record.asked_at,
                as_of: record.as_of,
            };
            let Ruling {
                verdict, settled, ..
            } = match decide(&mut bench, &case, &record).await {
                Ok(ruling) => ruling,
                Err(HostError::Refused { verb, reason }) => {
                    tracing::warn!(change = %record.change, "`{verb}` refused it: {reason}");
                    left_out += 1;
                    continue;
                }
                Err(error) => return Err(error),
            };
            let group = match record.observation {
                Observation::Observed => &mut observed,
                Observation::Reconstructed => &mut reconstructed,
            };
            group.add(&Redecided {
                change: &record.change,
                head_sha: &record.head_sha,
                as_of: record.as_of,
                then: &record.settled,
                overridden: record.settled.overridden.is_some()
                    || overrides.iter().any(|one| one.holds_for(&head)),
                now: &settled,
                waived: verdict.waived.len(),
                reasons: reasons(&verdict, &settled, &record.evidence),
                aftermath: if change.change.head_sha == record.head_sha {
                    past.aftermaths.of(&record.change)
                } else {
                    Aftermath::NotMerged
                },
            });
        }
        page = end.saturating_add(1);
    }
    let days_of_window = Aftermaths::WINDOW.ms() / DAY_MS;
    Ok(BacktestReport {
        integration: integration.clone(),
        from,
        as_of,
        mode: policy.mode,
        observed: BacktestGroup::new(observed),
        reconstructed: BacktestGroup::new(reconstructed),
        window_days: u32::try_from(days_of_window).unwrap_or_default(),
        incidents: past.incidents,
        unlinked_incidents: past.unlinked,
        left_out,
        complaints: waivers.complaints.iter().map(ToString::to_string).collect(),
    })
}

impl BacktestGroup {
    fn new(group: Group) -> Self {
        Self {
            precision: group.accuracy.precision(),
            recall: group.accuracy.recall(),
            group,
        }
    }
}

/// The gate alone, unless the policy may score otherwise than the stored assessment: which rating that took is not
/// stored, so that it counts whether the ratings differ.
async fn decide(
    bench: &mut Bench<'_>,
    case: &Case<'_>,
    record: &DecisionRecord,
) -> Result<Ruling, HostError> {
    let mut facts = record.evidence.findings.iter();
    if facts.any(|fact| fact.cvss_selected != fact.cvss_highest) {
        return Ok(bench.score_and_rule(case).await?.1);
    }
    bench.rule(case, &record.assessment).await
}

/// Why it is as it is now: what fired as strictly as the decision is, or what is missing.
fn reasons(verdict: &Verdict, settled: &Settled, evidence: &Evidence) -> Vec<String> {
    let outcome = &settled.outcome;
    if matches!(outcome.decision, Decision::Pending | Decision::Inconclusive) || outcome.opened {
        let causes = outcome.causes.iter();
        return causes.map(|cause| cause.word().to_owned()).collect();
    }
    let strictest = verdict.fired.iter().map(|fired| fired.decision).max();
    let fired = verdict.fired.iter();
    let fired = fired.filter(|fired| Some(fired.decision) == strictest);
    let mut reasons: Vec<String> = fired
        .map(|fired| {
            let findings = fired.findings.iter().filter_map(|index| {
                let fact = evidence.findings.get(usize::try_from(*index).ok()?)?;
                Some(format!("{} in {}", fact.vulnerability, fact.package))
            });
            let named: Vec<String> = findings.take(MOST_NAMED).collect();
            format!("{}: {}", fired.rule, named.join(", "))
        })
        .collect();
    if reasons.is_empty() {
        reasons.push("no active rule fires".to_owned());
    }
    if !verdict.waived.is_empty() {
        reasons.push(format!("{} waived", verdict.waived.len()));
    }
    reasons
}

/// What changes led to.
struct Past {
    aftermaths: Aftermaths,
    incidents: u32,
    unlinked: u32,
}

impl Past {
    fn read(
        tenant: &Tenant,
        changes: &[ChangeRecord],
        as_of: Timestamp,
    ) -> Result<Self, HostError> {
        let merges: Vec<Merge> = changes
            .iter()
            .filter(|record| record.state == ChangeState::Merged)
            .filter_map(|record| {
                let change = &record.change;
                Some(Merge {
                    change: change.id.clone(),
                    repository: change.repository.clone(),
                    number: change.number,
                    merge_sha: record.merge_sha.clone(),
                    head_sha: change.head_sha.clone(),
                    merged_at: record.merged_at?,
                })
            })
            .collect();
        let services = Services::new(tenant.services()?).map_err(|errors| {
            HostError::Change(
                errors
                    .iter()
                    .map(ToString::to_string)
                    .collect::<Vec<_>>()
                    .join("; "),
            )
        })?;
        let filter = DeliveryFilter::default();
        let deployments = tenant.deployments(&filter)?.into_iter();
        let deployments: Vec<_> = deployments.map(|own| own.deployment).collect();
        let incidents = tenant.incidents(&filter)?.into_iter();
        let incidents: Vec<_> = incidents.map(|own| own.incident).collect();
        let deliveries = Deliveries {
            changes: &merges,
            deployments: &deployments,
            incidents: &incidents,
            services: &services,
        };
        let links = links(&deliveries, &[Aftermaths::WINDOW], as_of);
        let unlinked = links.unlinked.iter();
        let unlinked = unlinked.filter(|one| matches!(one.what, Node::Incident(_)));
        Ok(Self {
            unlinked: u32::try_from(unlinked.count()).unwrap_or(u32::MAX),
            incidents: u32::try_from(incidents.len()).unwrap_or(u32::MAX),
            aftermaths: Aftermaths::new(&merges, &links, as_of),
        })
    }
}

/// Findings that a reason names.
const MOST_NAMED: usize = 3;
