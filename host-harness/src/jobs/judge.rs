//! From a change to an explained verdict.

use koalr_platform::decision::{Decision, Settled, settle};
use koalr_platform::evidence::BRANCH_PROJECTS;
use koalr_platform::model::common::Timestamp;
use koalr_platform::model::evidence::Observation;
use koalr_platform::model::manifest::Rule;
use koalr_platform::model::verdict::RuleSetting;
use koalr_platform::policy::Policy;
use koalr_platform::waiver::{Asked as AskedWaivers, WaiverFile};
use koalr_store::{DecisionRecord, Tenant};

use super::change_file::ChangeFile;
use super::evidence::{Asked, look_up};
use super::verbs::{gate, score};
use crate::report::factor::koalr_factors;
use crate::report::fix::fixes;
use crate::report::settings::applied;
use crate::report::summary::summary;
use crate::report::{ChangeReport, SCHEMA};
use crate::{Host, HostError};

/// What a change is judged by.
#[derive(Debug, Clone, Default)]
pub struct JudgeOptions {
    /// The customer's policy.
    pub policy: Policy,
    /// The customer's waivers, and what is wrong with their file.
    pub waivers: WaiverFile,
}

/// Judges a change: looks up what its dependencies bring, scores, gates, merges, and stores the decision.
///
/// # Errors
///
/// Nothing is connected and the change brings no evidence of its own; a lookup, the store or the plugin failed.
pub async fn judge(
    host: &Host,
    tenant: &mut Tenant,
    file: ChangeFile,
    options: &JudgeOptions,
    as_of: Timestamp,
) -> Result<ChangeReport, HostError> {
    file.check()?;
    let base = file.base_tenths()?;
    let JudgeOptions { policy, waivers } = options;
    let (integration, change) = (&host.manifest().id, &file.change);
    let rules = policy.rules(&host.manifest().rules);
    // What was read from the store is not written back: a newer event may have come in by then.
    let is_stored = ChangeFile::stored(tenant, &change.id)?.as_ref() == Some(&file);
    let earlier = tenant.decision(integration, &change.id, &change.head_sha)?;
    let asked_at = earlier.map_or(as_of, |earlier| earlier.asked_at.min(as_of));
    let evidence = if let Some(evidence) = &file.evidence {
        evidence.clone()
    } else {
        let first = tenant.first_asked_at(integration, &change.id)?;
        let asked = Asked {
            assessed_at: first.into_iter().chain(file.opened_at).min(),
            change,
            dependencies: file.dependencies.as_deref(),
            beyond_packages: depends_on(&rules, &host.manifest().rules, BRANCH_PROJECTS),
            as_of,
        };
        look_up(host, tenant, &asked).await?
    };
    let assessment = score(host, change, &evidence, policy, as_of).await?;
    let judged = waivers.waivers.valid(&AskedWaivers {
        change,
        author: file.author.as_deref(),
        evidence: &evidence,
        cvss_source: policy.cvss_source,
        as_of,
    });
    let verdict = gate(host, &assessment, &evidence, (&rules, &judged.valid), as_of).await?;
    let waived = waivers.waivers.report(&judged, &verdict, as_of);
    if let Some(unfounded) = waived.unfounded.first() {
        return Err(HostError::Refused {
            verb: "gate",
            reason: format!(
                "it let a finding pass by waiver `{unfounded}`, which nobody handed in"
            ),
        });
    }
    let deadline = policy.deadline(asked_at);
    let outcome = settle(
        &verdict,
        &evidence.coverage,
        as_of,
        Some(deadline),
        &policy.fail_open,
    );
    let settled = Settled::new(outcome, (change, &[]), policy, (base, assessment.score));
    if !is_stored {
        tenant.save_change(&file.record(base, as_of))?;
        if let Some(list) = file.dependency_list() {
            tenant.save_dependencies(&change.id, &change.head_sha, &list, as_of)?;
        }
    }
    tenant.save_decision(&DecisionRecord {
        integration: integration.clone(),
        change: change.id.clone(),
        head_sha: change.head_sha.clone(),
        observation: Observation::Observed,
        evidence: evidence.clone(),
        assessment: assessment.clone(),
        verdict: verdict.clone(),
        settled: settled.clone(),
        plugin_version: host.manifest().version.clone(),
        asked_at,
        as_of,
    })?;
    let mut report = ChangeReport {
        schema: SCHEMA.to_owned(),
        change: file.change,
        title: file.title,
        author: file.author,
        deadline: (settled.outcome.decision == Decision::Pending).then_some(deadline),
        summary: String::new(),
        fixes: if settled.outcome.decision == Decision::Block {
            fixes(&evidence, &assessment, &verdict)
        } else {
            Vec::new()
        },
        waivable_until: (settled.outcome.decision == Decision::Block)
            .then(|| waivable_until(policy, as_of)),
        settled,
        factors: koalr_factors(&assessment.factors),
        rules: applied(&rules, &host.manifest().rules),
        settings: policy.score_settings(),
        waivers: waived,
        complaints: waivers.complaints.iter().map(ToString::to_string).collect(),
        assessment,
        verdict,
        evidence,
        judge: host.judge(),
        asked_at,
        as_of,
    };
    report.summary = summary(&report);
    Ok(report)
}

/// The last moment at which a waiver that is made now may end.
fn waivable_until(policy: &Policy, as_of: Timestamp) -> Timestamp {
    as_of.saturating_add(Timestamp::from(policy.waiver_max_days) * MILLIS_PER_DAY)
}

/// Whether an active rule depends on a route.
pub(super) fn depends_on(active: &[RuleSetting], declared: &[Rule], route: &str) -> bool {
    let mut declared = declared.iter();
    declared.any(|rule| {
        rule.routes.iter().any(|known| known == route)
            && active.iter().any(|one| one.code == rule.code)
    })
}

const MILLIS_PER_DAY: Timestamp = 86_400_000;
