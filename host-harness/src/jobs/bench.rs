//! Judges one case after the other in one sandbox, from what is stored: the path of live decisions, without a lookup.

use koalr_platform::decision::{Settled, settle};
use koalr_platform::model::assessment::Assessment;
use koalr_platform::model::common::{Change, Tenths, Timestamp};
use koalr_platform::model::evidence::{Evidence, Observation};
use koalr_platform::model::verdict::{RuleSetting, Verdict};
use koalr_platform::policy::Policy;
use koalr_platform::reconstruct::grounded;
use koalr_platform::team::Override;
use koalr_platform::waiver::{Asked, Waivers};
use koalr_runtime::Session;

use super::verbs::{gate_in, open, score_in};
use crate::{Host, HostError};

/// A sandbox with the terms that it judges by.
pub(super) struct Bench<'a> {
    policy: &'a Policy,
    waivers: &'a Waivers,
    rules: Vec<RuleSetting>,
    session: Session,
}

/// What is judged.
#[derive(Clone, Copy)]
pub(super) struct Case<'a> {
    /// The change, with the head that is judged.
    pub(super) change: &'a Change,
    /// Login of who wrote it; none while unknown.
    pub(super) author: Option<&'a str>,
    /// Overrides of any of its heads.
    pub(super) overrides: &'a [Override],
    /// Koalr's own score; none while unknown.
    pub(super) base: Option<Tenths>,
    /// What is known about it.
    pub(super) evidence: &'a Evidence,
    /// When a decision was first asked for.
    pub(super) asked_at: Timestamp,
    /// The time the decision is for.
    pub(super) as_of: Timestamp,
}

/// What a case comes to.
pub(super) struct Ruling {
    pub(super) verdict: Verdict,
    pub(super) settled: Settled,
}

impl<'a> Bench<'a> {
    pub(super) async fn open(
        host: &Host,
        policy: &'a Policy,
        waivers: &'a Waivers,
    ) -> Result<Self, HostError> {
        Ok(Self {
            policy,
            waivers,
            rules: policy.rules(&host.manifest().rules),
            session: open(host).await?,
        })
    }

    pub(super) fn rules(&self) -> &[RuleSetting] {
        &self.rules
    }

    pub(super) async fn score_and_rule(
        &mut self,
        case: &Case<'_>,
    ) -> Result<(Assessment, Ruling), HostError> {
        let assessment = self.score(case).await?;
        let ruling = self.rule(case, &assessment).await?;
        Ok((assessment, ruling))
    }

    async fn score(&mut self, case: &Case<'_>) -> Result<Assessment, HostError> {
        let Case {
            change, evidence, ..
        } = case;
        score_in(&mut self.session, change, evidence, self.policy, case.as_of).await
    }

    pub(super) async fn rule(
        &mut self,
        case: &Case<'_>,
        assessment: &Assessment,
    ) -> Result<Ruling, HostError> {
        let Case {
            change,
            evidence,
            as_of,
            ..
        } = *case;
        let judged = self.waivers.valid(&Asked {
            change,
            author: case.author,
            evidence,
            cvss_source: self.policy.cvss_source,
            as_of,
        });
        let terms = (&*self.rules, &*judged.valid);
        let verdict = gate_in(&mut self.session, assessment, evidence, terms, as_of).await?;
        let handed = |id: &str| judged.valid.iter().any(|waiver| waiver.id == id);
        if let Some(unfounded) = verdict.waived.iter().find(|one| !handed(&one.waiver)) {
            return Err(HostError::Refused {
                verb: "gate",
                reason: format!(
                    "it let a finding pass by waiver `{}`, which nobody handed in",
                    unfounded.waiver
                ),
            });
        }
        let deadline = match evidence.observation {
            Observation::Observed => self.policy.deadline(case.asked_at),
            // What was not stored then does not come any more.
            Observation::Reconstructed => as_of,
        };
        let outcome = settle(
            &verdict,
            &evidence.coverage,
            as_of,
            Some(deadline),
            &self.policy.fail_open,
        );
        let settled = Settled::new(
            grounded(outcome, evidence),
            (change, case.overrides),
            self.policy,
            (case.base, assessment.score),
        );
        Ok(Ruling { verdict, settled })
    }
}
