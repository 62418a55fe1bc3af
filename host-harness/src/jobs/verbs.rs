//! The verbs that judge, in a sandbox from which nothing may leave. Live each runs in a fresh one; to judge the past, one
//! serves for many.

use koalr_platform::model::assessment::{Assessment, ScoreError};
use koalr_platform::model::common::{Change, Timestamp};
use koalr_platform::model::evidence::{Evidence, ScoreRequest};
use koalr_platform::model::verdict::{GateError, GateRequest, RuleSetting, Verdict, Waiver};
use koalr_platform::policy::Policy;
use koalr_runtime::{Egress, Session, contract as wire};

use crate::contract::Mirror;
use crate::recording::{Asked, Folder, Taking};
use crate::{Host, HostError};

pub(super) async fn score(
    (host, folder): At<'_>,
    change: &Change,
    evidence: &Evidence,
    policy: &Policy,
    as_of: Timestamp,
) -> Result<Assessment, HostError> {
    let request = score_request(change, evidence, policy, as_of);
    let taking = folder.map(|folder| folder.begin(host, Asked::Score(request.clone()), None));
    let answer = open(host).await?.score(&request.mirror()).await;
    taking
        .unwrap_or(Taking::NONE)
        .end::<Assessment, ScoreError, _, _>(&answer);
    assessed(answer?)
}

/// Where a live call is made, and where it is recorded if it is.
pub(super) type At<'a> = (&'a Host, Option<&'a Folder>);

/// A sandbox that serves for many calls.
pub(super) async fn open(host: &Host) -> Result<Session, HostError> {
    Ok(host.plugin().open_session(Egress::closed()).await?)
}

pub(super) async fn score_in(
    session: &mut Session,
    change: &Change,
    evidence: &Evidence,
    policy: &Policy,
    as_of: Timestamp,
) -> Result<Assessment, HostError> {
    let request = score_request(change, evidence, policy, as_of);
    assessed(session.score(&request.mirror()).await?)
}

fn score_request(
    change: &Change,
    evidence: &Evidence,
    policy: &Policy,
    as_of: Timestamp,
) -> ScoreRequest {
    ScoreRequest {
        change: change.clone(),
        evidence: evidence.clone(),
        settings: policy.score_settings(),
        as_of,
    }
}

fn assessed(
    answer: Result<wire::score::Assessment, wire::score::Error>,
) -> Result<Assessment, HostError> {
    answer.map(Mirror::mirror).map_err(|error| {
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
    (host, folder): At<'_>,
    assessment: &Assessment,
    evidence: &Evidence,
    terms: (&[RuleSetting], &[Waiver]),
    as_of: Timestamp,
) -> Result<Verdict, HostError> {
    let request = gate_request(assessment, evidence, terms, as_of);
    let taking = folder.map(|folder| folder.begin(host, Asked::Gate(request.clone()), None));
    let answer = open(host).await?.gate(&request.mirror()).await;
    taking
        .unwrap_or(Taking::NONE)
        .end::<Verdict, GateError, _, _>(&answer);
    decided(answer?)
}

pub(super) async fn gate_in(
    session: &mut Session,
    assessment: &Assessment,
    evidence: &Evidence,
    terms: (&[RuleSetting], &[Waiver]),
    as_of: Timestamp,
) -> Result<Verdict, HostError> {
    let request = gate_request(assessment, evidence, terms, as_of);
    decided(session.gate(&request.mirror()).await?)
}

fn gate_request(
    assessment: &Assessment,
    evidence: &Evidence,
    (rules, waivers): (&[RuleSetting], &[Waiver]),
    as_of: Timestamp,
) -> GateRequest {
    GateRequest {
        assessment: assessment.clone(),
        evidence: evidence.clone(),
        rules: rules.to_vec(),
        waivers: waivers.to_vec(),
        as_of,
    }
}

fn decided(answer: Result<wire::gate::Verdict, wire::gate::Error>) -> Result<Verdict, HostError> {
    answer.map(Mirror::mirror).map_err(|error| {
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
