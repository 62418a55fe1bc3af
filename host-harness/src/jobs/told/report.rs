//! A decision said again, of what is stored of it.

use koalr_platform::decision::Decision;
use koalr_platform::model::common::Change;
use koalr_platform::waiver::Asked;
use koalr_store::{ChangeRecord, DecisionRecord, Tenant};

use crate::jobs::judge::{JudgeOptions, waivable_until};
use crate::report::factor::koalr_factors;
use crate::report::fix::fixes;
use crate::report::settings::applied;
use crate::report::summary::summary;
use crate::report::{ChangeReport, Judge, SCHEMA, plain};
use crate::{Host, HostError};

/// The report of the last decision about a change; none if the change is not stored, or was never decided.
///
/// Evidence, assessment, verdict and what followed are those of the decision. Rules, settings, the deadline and the waivers'
/// longest life are of the policy that holds now; waivers are those that were stored and not taken back at the time.
///
/// # Errors
/// - the stored policy cannot be used
/// - the store failed
pub fn told_report(
    host: &Host,
    tenant: &Tenant,
    id: &str,
) -> Result<Option<ChangeReport>, HostError> {
    let Some(record) = tenant.change(id)? else {
        return Ok(None);
    };
    let decision = tenant.latest_decision(&host.manifest().id, id)?;
    let report = decision.map(|decision| retold(host, tenant, &record, decision));
    report.transpose()
}

/// The same of the decision about one head: the one of the time, or else the one that was rebuilt later.
///
/// # Errors
/// - the stored policy cannot be used
/// - the store failed
pub fn told_report_of(
    host: &Host,
    tenant: &Tenant,
    id: &str,
    head_sha: &str,
) -> Result<Option<ChangeReport>, HostError> {
    let Some(record) = tenant.change(id)? else {
        return Ok(None);
    };
    let integration = &host.manifest().id;
    let decision = match tenant.decision(integration, id, head_sha)? {
        None => tenant.reconstructed(integration, id, head_sha)?,
        observed => observed,
    };
    let report = decision.map(|decision| retold(host, tenant, &record, decision));
    report.transpose()
}

pub(super) fn retold(
    host: &Host,
    tenant: &Tenant,
    record: &ChangeRecord,
    decision: DecisionRecord,
) -> Result<ChangeReport, HostError> {
    let policy = JudgeOptions::stored_policy(host, tenant)?;
    let declared = &host.manifest().rules;
    let (asked_at, as_of) = (decision.asked_at, decision.as_of);
    let change = Change {
        head_sha: decision.head_sha,
        ..record.change.clone()
    };
    let stored = tenant.waivers_at(as_of)?;
    let judged = stored.valid(&Asked {
        change: &change,
        author: record.author.as_deref(),
        evidence: &decision.evidence,
        cvss_source: policy.cvss_source,
        as_of,
    });
    let mut waivers = stored.report(&judged, &decision.verdict, as_of);
    // It was handed in at the time, or there would be no decision.
    let gone = std::mem::take(&mut waivers.unfounded).into_iter();
    let gone = gone.map(|id| {
        let id = plain(&id);
        format!("waiver `{id}` let findings pass, and is not stored: it was given with a file")
    });
    let outcome = decision.settled.outcome.decision;
    let blocks = outcome == Decision::Block;
    let mut report = ChangeReport {
        schema: SCHEMA.to_owned(),
        change,
        title: record.title.clone(),
        author: record.author.clone(),
        deadline: (outcome == Decision::Pending).then(|| policy.deadline(asked_at)),
        summary: String::new(),
        fixes: if blocks {
            fixes(&decision.evidence, &decision.assessment, &decision.verdict)
        } else {
            Vec::new()
        },
        factors: koalr_factors(&decision.assessment.factors),
        rules: applied(&policy.rules(declared), declared),
        settings: policy.score_settings(),
        waivers,
        complaints: gone.collect(),
        waivable_until: blocks.then(|| waivable_until(&policy, as_of)),
        settled: decision.settled,
        assessment: decision.assessment,
        verdict: decision.verdict,
        evidence: decision.evidence,
        judge: judge(host, decision.plugin_version),
        asked_at,
        as_of,
    };
    report.summary = summary(&report);
    Ok(report)
}

/// Who judged. Of an integration of another version than the loaded one, the component is not known.
fn judge(host: &Host, version: String) -> Judge {
    let loaded = host.judge();
    if loaded.version == version {
        return loaded;
    }
    Judge {
        version,
        component: String::new(),
        ..loaded
    }
}
