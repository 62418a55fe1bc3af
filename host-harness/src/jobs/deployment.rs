//! Whether a commit may be deployed.

use koalr_platform::audit::Event;
use koalr_platform::delivery::{Merge, Service, Services};
use koalr_platform::deployment_gate::{
    Answer, Asked, DecisionSummary, DeploymentVerdict, FRESH_MS, decide,
};
use koalr_platform::model::common::{Change, Timestamp};
use koalr_store::{ChangeFilter, ChangeState, DeliveryFilter, Tenant};
use schemars::JsonSchema;
use serde::Serialize;

use super::bench::{Bench, Case, Ruling};
use super::judge::JudgeOptions;
use crate::report::plain;
use crate::{Host, HostError};

/// What is to be deployed.
#[derive(Debug, Clone)]
pub struct DeploymentOptions {
    /// The commit, or at least its first seven digits.
    pub sha: String,
    /// Name of the service, or an alias.
    pub service: String,
    /// The environment, for who is answered. Changes count since the last deployment to production, whatever it is.
    pub environment: String,
    /// What the changes are judged by.
    pub terms: JudgeOptions,
}

/// Whether a commit may be deployed, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct DeploymentReport {
    /// The verdict.
    #[serde(flatten)]
    pub verdict: DeploymentVerdict,
    /// The environment that was asked about.
    pub environment: String,
    /// How a deployment that waits is answered.
    pub answer: Answer,
    /// The verdict for people, as sentences.
    pub summary: String,
    /// The time of the question, in milliseconds since 1970.
    pub as_of: Timestamp,
}

/// Decides over all changes that a commit brings to a service.
///
/// Each is decided again at the time of the question from the evidence of its last decision: policy, waivers and
/// overrides count as they are now, and the decision is as old as its evidence. No request is sent.
///
/// # Errors
/// - no service has that name, or two claim one
/// - the store or the plugin failed
pub async fn gate_deployment(
    host: &Host,
    tenant: &mut Tenant,
    options: &DeploymentOptions,
    as_of: Timestamp,
) -> Result<DeploymentReport, HostError> {
    let service = service(tenant, &options.service)?;
    let merges = merges(tenant)?;
    let deployments = tenant.deployments(&DeliveryFilter::default())?.into_iter();
    let deployments: Vec<_> = deployments.map(|one| one.deployment).collect();
    let asked = Asked {
        service: &service,
        sha: &options.sha,
        merges: &merges,
        deployments: &deployments,
        decisions: &[],
        mode: options.terms.policy.mode,
        max_age_ms: FRESH_MS,
        as_of,
    };
    let mut decisions = Vec::new();
    let JudgeOptions { policy, waivers } = &options.terms;
    let mut bench = Bench::fresh(host, tenant, policy, &waivers.waivers)?;
    let integration = host.manifest().id.as_str();
    for change in decide(&asked).changes {
        let mut merges = merges.iter();
        let head = merges
            .find(|one| one.change == change)
            .map(|one| &*one.head_sha);
        let judge = (integration, &mut bench);
        let decision = decision(judge, tenant, (&change, head), as_of).await?;
        decisions.push((change, decision));
    }
    let verdict = decide(&Asked {
        decisions: &decisions,
        ..asked
    });
    let event = Event::DeploymentDecided {
        sha: options.sha.clone(),
        judged: verdict.judged,
        decision: verdict.decision,
    };
    tenant.append_audit(as_of, JOB, &service.name, &event)?;
    Ok(DeploymentReport {
        answer: verdict.answer(),
        summary: verdict.summary(),
        environment: options.environment.clone(),
        verdict,
        as_of,
    })
}

/// All merged changes.
pub(super) fn merges(tenant: &Tenant) -> Result<Vec<Merge>, HostError> {
    let mut merges = Vec::new();
    let mut filter = ChangeFilter {
        state: Some(ChangeState::Merged),
        limit: PAGE,
        ..ChangeFilter::default()
    };
    loop {
        let page = tenant.changes(&filter)?;
        let Some(last) = page.last() else {
            return Ok(merges);
        };
        filter.after = Some(last.change.id.clone());
        merges.extend(page.into_iter().filter_map(|record| {
            Some(Merge {
                change: record.change.id,
                repository: record.change.repository,
                number: record.change.number,
                merge_sha: record.merge_sha,
                head_sha: record.change.head_sha,
                merged_at: record.merged_at?,
            })
        }));
    }
}

fn service(tenant: &Tenant, name: &str) -> Result<Service, HostError> {
    let all = tenant.services()?;
    let services = Services::new(all).map_err(|errors| {
        let sentences = errors.iter().map(ToString::to_string);
        HostError::NotPossible(sentences.collect::<Vec<_>>().join("; "))
    })?;
    services.get(name).cloned().ok_or_else(|| {
        HostError::NotPossible(format!(
            "no service has the name `{}`; import it with `koalr import`, under `services`",
            plain(name)
        ))
    })
}

/// The last decision about a change, made again; none if it was never decided. That of the merged head goes first.
async fn decision(
    (integration, bench): (&str, &mut Bench<'_>),
    tenant: &mut Tenant,
    (change, head): (&str, Option<&str>),
    as_of: Timestamp,
) -> Result<Option<DecisionSummary>, HostError> {
    let merged = match head {
        Some(head) => tenant.decision(integration, change, head)?,
        None => None,
    };
    let record = match merged {
        Some(record) => Some(record),
        None => tenant.latest_decision(integration, change)?,
    };
    let (Some(record), Some(known)) = (record, tenant.change(change)?) else {
        return Ok(None);
    };
    let judged = Change {
        head_sha: record.head_sha.clone(),
        ..known.change
    };
    let case = Case {
        change: &judged,
        author: known.author.as_deref(),
        overrides: &tenant.overrides(change)?,
        base: known.base_score,
        evidence: &record.evidence,
        asked_at: record.asked_at,
        as_of,
    };
    let (
        _,
        Ruling {
            verdict, settled, ..
        },
    ) = bench.score_and_rule(&case).await?;
    let reasons = verdict.fired.into_iter().map(|fired| fired.message);
    Ok(Some(DecisionSummary::new(
        &record.head_sha,
        &settled,
        reasons.collect(),
        record.as_of,
    )))
}

/// What asks, in the audit log.
const JOB: &str = "koalr gate";

/// Changes that are read at once.
const PAGE: u32 = 10_000;
