//! Judges cases by the terms of a tenant: the one path from evidence to what it comes to, live and in hindsight.

use koalr_platform::conformance::Terms;
use koalr_platform::decision::{Settled, settle};
use koalr_platform::model::assessment::Assessment;
use koalr_platform::model::common::{Change, Tenths, Timestamp};
use koalr_platform::model::evidence::{Evidence, Observation};
use koalr_platform::model::verdict::{RuleSetting, Verdict};
use koalr_platform::policy::Policy;
use koalr_platform::reconstruct::grounded;
use koalr_platform::team::Override;
use koalr_platform::waiver::{Asked, WaiverReport, Waivers};
use koalr_runtime::{Session, Usage};
use koalr_store::Tenant;

use super::verbs::{At, gate, open, score};
use crate::recording::Folder;
use crate::{Host, HostError};

/// Where it is judged, and by which terms.
pub(super) struct Bench<'a> {
    policy: &'a Policy,
    waivers: &'a Waivers,
    rules: Vec<RuleSetting>,
    host: &'a Host,
    /// The sandbox that serves for everything; none if each verb has one of its own.
    warm: Option<Box<Session>>,
    /// Where the calls are recorded; none if they are not.
    folder: Option<Folder>,
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
    /// What became of the waivers. All that let a finding pass were handed in.
    pub(super) waivers: WaiverReport,
}

impl<'a> Bench<'a> {
    /// For live decisions: nothing of one call is left for the next.
    pub(super) fn fresh(
        host: &'a Host,
        tenant: &Tenant,
        policy: &'a Policy,
        waivers: &'a Waivers,
    ) -> Result<Self, HostError> {
        let folder = Folder::of(host, tenant)?;
        Ok(Self {
            folder,
            ..Self::with(None, host, policy, waivers)
        })
    }

    /// To judge the past, which is much.
    pub(super) async fn warm(
        host: &'a Host,
        policy: &'a Policy,
        waivers: &'a Waivers,
    ) -> Result<Self, HostError> {
        let warm = Box::new(open(host).await?);
        Ok(Self::with(Some(warm), host, policy, waivers))
    }

    fn with(
        warm: Option<Box<Session>>,
        host: &'a Host,
        policy: &'a Policy,
        waivers: &'a Waivers,
    ) -> Self {
        Self {
            policy,
            waivers,
            rules: policy.rules(&host.manifest().rules),
            host,
            warm,
            folder: None,
        }
    }

    pub(super) fn rules(&self) -> &[RuleSetting] {
        &self.rules
    }

    /// What the warm sandbox has used; none if there is none.
    pub(super) fn usage(&self) -> Option<Usage> {
        self.warm.as_ref().map(|session| session.usage())
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
        let mut fresh = None;
        let at = At {
            host: self.host,
            session: sandbox(self.host, &mut self.warm, &mut fresh).await?,
            folder: self.folder.as_ref(),
        };
        score(at, change, evidence, self.policy, case.as_of).await
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
        let terms = Terms {
            declared: &self.host.manifest().rules,
            active: &self.rules,
            waivers: &judged.valid,
        };
        let mut fresh = None;
        let at = At {
            host: self.host,
            session: sandbox(self.host, &mut self.warm, &mut fresh).await?,
            folder: self.folder.as_ref(),
        };
        let verdict = gate(at, assessment, evidence, terms, as_of).await?;
        let waivers = self.waivers.report(&judged, &verdict, as_of);
        if let Some(unfounded) = waivers.unfounded.first() {
            return Err(HostError::Refused {
                verb: "gate",
                reason: format!(
                    "it let a finding pass by waiver `{unfounded}`, which nobody handed in"
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
        Ok(Ruling {
            verdict,
            settled,
            waivers,
        })
    }
}

/// The warm sandbox if there is one, otherwise a fresh one.
async fn sandbox<'s>(
    host: &Host,
    warm: &'s mut Option<Box<Session>>,
    fresh: &'s mut Option<Session>,
) -> Result<&'s mut Session, HostError> {
    match warm {
        Some(warm) => Ok(warm),
        None => Ok(fresh.insert(open(host).await?)),
    }
}
