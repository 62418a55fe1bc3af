//! Whether a commit may be deployed.

use koalr_platform::audit::Event;
use koalr_platform::decision::{Settled, settle};
use koalr_platform::delivery::{Merge, Service, Services};
use koalr_platform::deployment_gate::{
    Answer, Asked, DecisionSummary, DeploymentVerdict, FRESH_MS, decide,
};
use koalr_platform::model::common::{Change, Tenths, Timestamp};
use koalr_platform::team::Override;
use koalr_platform::waiver::Asked as AskedWaivers;
use koalr_store::{ChangeFilter, ChangeState, DecisionRecord, DeliveryFilter, Tenant};
use serde::Serialize;

use super::judge::JudgeOptions;
use super::verbs::{gate, score};
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
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
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
    for change in decide(&asked).changes {
        let mut merges = merges.iter();
        let head = merges
            .find(|one| one.change == change)
            .map(|one| &*one.head_sha);
        let decision = decision(host, tenant, (&change, head), &options.terms, as_of).await?;
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
    host: &Host,
    tenant: &mut Tenant,
    (change, head): (&str, Option<&str>),
    terms: &JudgeOptions,
    as_of: Timestamp,
) -> Result<Option<DecisionSummary>, HostError> {
    let integration = &host.manifest().id;
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
    let overrides = tenant.overrides(change)?;
    let about = (&judged, known.author.as_deref(), known.base_score);
    again(host, &record, about, &overrides, terms, as_of)
        .await
        .map(Some)
}

async fn again(
    host: &Host,
    record: &DecisionRecord,
    (change, author, base): (&Change, Option<&str>, Option<Tenths>),
    overrides: &[Override],
    JudgeOptions { policy, waivers }: &JudgeOptions,
    as_of: Timestamp,
) -> Result<DecisionSummary, HostError> {
    let evidence = &record.evidence;
    let rules = policy.rules(&host.manifest().rules);
    let assessment = score(host, change, evidence, policy, as_of).await?;
    let judged = waivers.waivers.valid(&AskedWaivers {
        change,
        author,
        evidence,
        cvss_source: policy.cvss_source,
        as_of,
    });
    let verdict = gate(host, &assessment, evidence, (&rules, &judged.valid), as_of).await?;
    let report = waivers.waivers.report(&judged, &verdict, as_of);
    if let Some(unfounded) = report.unfounded.first() {
        let reason =
            format!("it let a finding pass by waiver `{unfounded}`, which nobody handed in");
        return Err(HostError::Refused {
            verb: "gate",
            reason,
        });
    }
    let deadline = policy.deadline(record.asked_at);
    let outcome = settle(
        &verdict,
        &evidence.coverage,
        as_of,
        Some(deadline),
        &policy.fail_open,
    );
    let settled = Settled::new(
        outcome,
        (change, overrides),
        policy,
        (base, assessment.score),
    );
    let reasons = verdict
        .fired
        .iter()
        .map(|fired| fired.message.clone())
        .collect();
    Ok(DecisionSummary::new(
        &record.head_sha,
        &settled,
        reasons,
        record.as_of,
    ))
}

/// What asks, in the audit log.
const JOB: &str = "koalr gate";

/// Changes that are read at once.
const PAGE: u32 = 10_000;
