//! The verbs that judge, in a sandbox from which nothing may leave. Live each runs in a fresh one; to judge the past, one
//! serves for many.

use koalr_platform::model::assessment::{Assessment, ScoreError};
use koalr_platform::model::common::{Change, Timestamp};
use koalr_platform::model::evidence::{Evidence, ScoreRequest};
use koalr_platform::model::verdict::{GateError, GateRequest, RuleSetting, Verdict, Waiver};
use koalr_platform::policy::Policy;
use koalr_runtime::{Egress, Session};

use crate::contract::Mirror as _;
use crate::{Host, HostError};

pub(super) async fn score(
    host: &Host,
    change: &Change,
    evidence: &Evidence,
    policy: &Policy,
    as_of: Timestamp,
) -> Result<Assessment, HostError> {
    score_in(&mut open(host).await?, change, evidence, policy, as_of).await
}

/// A sandbox that serves for many calls.
pub(super) async fn open(host: &Host) -> Result<Session, HostError> {
    host.refuse_paused()?;
    Ok(host.plugin().open_session(Egress::closed()).await?)
}

pub(super) async fn score_in(
    session: &mut Session,
    change: &Change,
    evidence: &Evidence,
    policy: &Policy,
    as_of: Timestamp,
) -> Result<Assessment, HostError> {
    let request = ScoreRequest {
        change: change.clone(),
        evidence: evidence.clone(),
        settings: policy.score_settings(),
        as_of,
    };
    session
        .score(&request.mirror())
        .await?
        .map(crate::contract::Mirror::mirror)
        .map_err(|error| {
            let reason = match error.mirror() {
                ScoreError::InvalidEvidence(reason) => reason,
                ScoreError::InvalidSetting((key, expected)) => {
                    format!("setting `{key}`: {expected}")
                }
                ScoreError::Other((code, text)) => format!("{text} ({code})"),
            };
            HostError::Refused {
                verb: "score",
                reason,
            }
        })
}

pub(super) async fn gate(
    host: &Host,
    assessment: &Assessment,
    evidence: &Evidence,
    (rules, waivers): (&[RuleSetting], &[Waiver]),
    as_of: Timestamp,
) -> Result<Verdict, HostError> {
    let mut session = open(host).await?;
    gate_in(&mut session, assessment, evidence, (rules, waivers), as_of).await
}

pub(super) async fn gate_in(
    session: &mut Session,
    assessment: &Assessment,
    evidence: &Evidence,
    (rules, waivers): (&[RuleSetting], &[Waiver]),
    as_of: Timestamp,
) -> Result<Verdict, HostError> {
    let request = GateRequest {
        assessment: assessment.clone(),
        evidence: evidence.clone(),
        rules: rules.to_vec(),
        waivers: waivers.to_vec(),
        as_of,
    };
    session
        .gate(&request.mirror())
        .await?
        .map(crate::contract::Mirror::mirror)
        .map_err(|error| {
            let reason = match error.mirror() {
                GateError::InvalidRequest(reason) => reason,
                GateError::Other((code, text)) => format!("{text} ({code})"),
            };
            HostError::Refused {
                verb: "gate",
                reason,
            }
        })
}
