//! From a change to an explained verdict.

use koalr_platform::audit::Event;
use koalr_platform::decision::{Decision, Settled};
use koalr_platform::evidence::BRANCH_PROJECTS;
use koalr_platform::model::assessment::Assessment;
use koalr_platform::model::common::{Change, Tenths, Timestamp};
use koalr_platform::model::evidence::{Evidence, Observation};
use koalr_platform::model::manifest::Rule;
use koalr_platform::model::verdict::RuleSetting;
use koalr_platform::policy::Policy;
use koalr_platform::waiver::WaiverFile;
use koalr_store::{ChangeRecord, DecisionRecord, Tenant};

use super::bench::{self, Bench, Ruling};
use super::change_file::ChangeFile;
use super::dependencies::{Listed, find};
use super::evidence::{Asked, look_up};
use super::sync::DAY_MS;
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

/// Judges a change as it is described, and stores it. A description without dependencies is judged on the stored list
/// of its head, if there is one.
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
    let given = file.dependency_list();
    let record = file.record(base, as_of);
    let case = Case {
        list: match &given {
            Some(list) => Listed::List(list.clone()),
            None => find(tenant, None, &file.change, as_of).await?,
        },
        change: file.change,
        title: file.title,
        author: file.author,
        opened_at: file.opened_at,
        base,
        evidence: file.evidence,
    };
    let (report, _) = decide(host, tenant, &case, options, (as_of, LONGEST_WAIT_SECS)).await?;
    tenant.save_change(&record)?;
    if let Some(list) = given {
        let change = &case.change;
        tenant.save_dependencies(&change.id, &change.head_sha, &list, as_of)?;
    }
    Ok(report)
}

/// What is judged.
pub(super) struct Case {
    pub(super) change: Change,
    pub(super) title: String,
    pub(super) author: Option<String>,
    pub(super) opened_at: Option<Timestamp>,
    pub(super) base: Option<Tenths>,
    pub(super) list: Listed,
    /// Ready evidence; none means that it is looked up.
    pub(super) evidence: Option<Evidence>,
}

impl Case {
    /// A stored change with what is known of its dependencies.
    pub(super) fn stored(record: ChangeRecord, list: Listed) -> Self {
        Self {
            change: record.change,
            title: record.title,
            author: record.author,
            opened_at: record.opened_at,
            base: record.base_score,
            list,
            evidence: None,
        }
    }
}

/// Looks up what the dependencies of a change bring, scores, gates, merges, and stores the decision. Also when to look
/// up the rest, in seconds; none if there is no rest.
pub(super) async fn decide(
    host: &Host,
    tenant: &mut Tenant,
    case: &Case,
    options: &JudgeOptions,
    (as_of, patience_secs): (Timestamp, u32),
) -> Result<(ChangeReport, Option<u32>), HostError> {
    let JudgeOptions { policy, waivers } = options;
    let (integration, change) = (&host.manifest().id, &case.change);
    let mut bench = Bench::fresh(host, tenant, policy, &waivers.waivers)?;
    let earlier = tenant.decision(integration, &change.id, &change.head_sha)?;
    let earlier = earlier.as_ref();
    let asked_at = earlier.map_or(as_of, |earlier| earlier.asked_at.min(as_of));
    let (evidence, resume_secs) = if let Some(evidence) = &case.evidence {
        (evidence.clone(), None)
    } else {
        let first = tenant.first_asked_at(integration, &change.id)?;
        let asked = Asked {
            assessed_at: first.into_iter().chain(case.opened_at).min(),
            change,
            dependencies: case.list.changes(),
            list: case.list.state(),
            beyond_packages: depends_on(bench.rules(), &host.manifest().rules, BRANCH_PROJECTS),
            as_of,
            patience_secs,
            glance: None,
        };
        look_up(host, tenant, &asked).await?
    };
    let overrides = tenant.overrides(&change.id)?;
    let asked = bench::Case {
        change,
        author: case.author.as_deref(),
        overrides: &overrides,
        base: case.base,
        evidence: &evidence,
        asked_at,
        as_of,
    };
    let (assessment, ruling) = bench.score_and_rule(&asked).await?;
    let event = decided(integration, change, &ruling.settled);
    let is_news =
        earlier.is_none_or(|earlier| decided(integration, change, &earlier.settled) != event);
    let record = DecisionRecord {
        integration: integration.clone(),
        change: change.id.clone(),
        observation: Observation::Observed,
        head_sha: change.head_sha.clone(),
        evidence: evidence.clone(),
        assessment: assessment.clone(),
        verdict: ruling.verdict.clone(),
        settled: ruling.settled.clone(),
        plugin_version: host.manifest().version.clone(),
        asked_at,
        as_of,
    };
    tenant.as_one(|tenant| {
        if is_news {
            tenant.append_audit(as_of, AUDITED_AS, &change.id, &event)?;
        }
        tenant.save_decision(&record)
    })?;
    let judged = Judged {
        evidence,
        assessment,
        ruling,
        asked_at,
        as_of,
    };
    Ok((told(host, case, options, judged), resume_secs))
}

/// A judgement of a case.
pub(super) struct Judged {
    pub(super) evidence: Evidence,
    pub(super) assessment: Assessment,
    pub(super) ruling: Ruling,
    /// When a decision about its head was first asked for.
    pub(super) asked_at: Timestamp,
    pub(super) as_of: Timestamp,
}

/// Everything that is said about a case that was judged.
pub(super) fn told(
    host: &Host,
    case: &Case,
    options: &JudgeOptions,
    judged: Judged,
) -> ChangeReport {
    let JudgeOptions { policy, waivers } = options;
    let Judged {
        evidence,
        assessment,
        ruling:
            Ruling {
                verdict,
                settled,
                waivers: waived,
            },
        asked_at,
        as_of,
    } = judged;
    let declared = &host.manifest().rules;
    let mut report = ChangeReport {
        schema: SCHEMA.to_owned(),
        change: case.change.clone(),
        title: case.title.clone(),
        author: case.author.clone(),
        deadline: (settled.outcome.decision == Decision::Pending)
            .then(|| policy.deadline(asked_at)),
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
        rules: applied(&policy.rules(declared), declared),
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
    report
}

/// What is audited of a decision.
fn decided(integration: &str, change: &Change, settled: &Settled) -> Event {
    Event::Decided {
        integration: integration.to_owned(),
        head_sha: change.head_sha.clone(),
        judged: settled.outcome.decision,
        decision: settled.decision,
        mode: settled.mode,
        score: settled.score.score,
    }
}

/// The last moment at which a waiver that is made now may end.
pub(super) fn waivable_until(policy: &Policy, as_of: Timestamp) -> Timestamp {
    as_of.saturating_add(Timestamp::from(policy.waiver_max_days) * DAY_MS)
}

/// Whether an active rule depends on a route.
pub(super) fn depends_on(active: &[RuleSetting], declared: &[Rule], route: &str) -> bool {
    let mut declared = declared.iter();
    declared.any(|rule| {
        rule.routes.iter().any(|known| known == route)
            && active.iter().any(|one| one.code == rule.code)
    })
}

/// Longest time that a person who waits for it lets a judgement wait for the upstream in all, in seconds.
pub const LONGEST_WAIT_SECS: u32 = 900;

/// Who decides, in the audit: no person.
const AUDITED_AS: &str = "gate";
