//! The verbs that judge, in a sandbox from which nothing may leave. Live each runs in a fresh one; to judge the past, one
//! serves for many. What they return is checked before anybody uses it.

use koalr_platform::conformance::{Terms, check_assessment, check_verdict};
use koalr_platform::model::assessment::{Assessment, ScoreError};
use koalr_platform::model::common::{Change, Timestamp};
use koalr_platform::model::evidence::{Evidence, ScoreRequest};
use koalr_platform::model::verdict::{GateError, GateRequest, Verdict};
use koalr_platform::policy::Policy;
use koalr_runtime::{Egress, Session, Verb};

use crate::breach::charged;
use crate::contract::Mirror;
use crate::recording::{Asked, Folder, Taking};
use crate::{Host, HostError};

/// Where a call is made.
pub(super) struct At<'a> {
    pub(super) host: &'a Host,
    pub(super) session: &'a mut Session,
    /// Where it is recorded; none if it is not.
    pub(super) folder: Option<&'a Folder>,
}

/// A sandbox that serves for many calls.
pub(super) async fn open(host: &Host) -> Result<Session, HostError> {
    host.refuse_paused()?;
    Ok(host.plugin().open_session(Egress::closed()).await?)
}

pub(super) async fn score(
    at: At<'_>,
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
    let taking = at.taking(|| Asked::Score(request.clone()));
    let answer = at.session.score(&request.mirror()).await;
    taking.end::<Assessment, ScoreError, _, _>(&answer);
    let assessment: Assessment = answer?.map(Mirror::mirror).map_err(|error| {
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
    })?;
    check_assessment(evidence, &assessment)
        .map_err(|breaches| charged(at.host.plugin(), Verb::Score, breaches))?;
    Ok(assessment)
}

pub(super) async fn gate(
    at: At<'_>,
    assessment: &Assessment,
    evidence: &Evidence,
    terms: Terms<'_>,
    as_of: Timestamp,
) -> Result<Verdict, HostError> {
    let request = GateRequest {
        assessment: assessment.clone(),
        evidence: evidence.clone(),
        rules: terms.active.to_vec(),
        waivers: terms.waivers.to_vec(),
        as_of,
    };
    let taking = at.taking(|| Asked::Gate(request.clone()));
    let answer = at.session.gate(&request.mirror()).await;
    taking.end::<Verdict, GateError, _, _>(&answer);
    let verdict: Verdict = answer?.map(Mirror::mirror).map_err(|error| {
        let reason = match error.mirror() {
            GateError::InvalidRequest(reason) => reason,
            GateError::Other((code, text)) => format!("{text} ({code})"),
        };
        HostError::Refused {
            verb: "gate",
            reason,
        }
    })?;
    check_verdict(evidence, terms, &verdict)
        .map_err(|breaches| charged(at.host.plugin(), Verb::Gate, breaches))?;
    Ok(verdict)
}

impl At<'_> {
    fn taking(&self, asked: impl FnOnce() -> Asked) -> Taking {
        let folder = self.folder;
        folder.map_or(Taking::NONE, |folder| {
            folder.begin(self.host, asked(), None)
        })
    }
}
