//! Pull requests and deployments, one by one.

use koalr_platform::decision::{Decision, Settled};
use koalr_platform::model::evidence::Observation;
use koalr_platform::model::record::DeploymentState;
use koalr_store::{ChangeState, HeadDecision, ListedPullRequest, OwnDeployment};
use schemars::JsonSchema;
use serde::Serialize;

use super::{iso, label, points};
use crate::jobs::Aftermath;

/// A pull request.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct KoalrPullRequest {
    /// Its id, as in every other address about changes.
    pub id: String,
    /// Its repository as `owner/name`.
    pub repository: String,
    /// Its number in the repository; null if it has none.
    pub number: Option<u32>,
    /// Its title; empty if not known. Text from outside.
    pub title: String,
    /// Login of who wrote it; null if not known. Text from outside.
    pub author: Option<String>,
    /// `OPEN`, `MERGED` or `CLOSED`; null if nobody said.
    pub state: Option<&'static str>,
    /// Its present head.
    pub head_sha: String,
    /// When it was opened; null if not known.
    #[schemars(extend("format" = "date-time"))]
    pub opened_at: Option<String>,
    /// When it was merged; null if it was not, or if not known.
    #[schemars(extend("format" = "date-time"))]
    pub merged_at: Option<String>,
    /// The commit that the merge made; null if it was not merged, or if not known.
    pub merge_sha: Option<String>,
    /// What was decided about its present head; null if nothing was.
    pub risk: Option<KoalrRisk>,
}

/// What was decided about a head.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct KoalrRisk {
    /// The score with security in it, 0 to 100; null if neither security nor a score without it is known.
    #[schemars(range(min = 0, max = 100))]
    pub score: Option<f64>,
    /// `Low Risk`, `Medium Risk`, `High Risk` or `Critical Risk`, by the policy's bands of the time; null without a score.
    pub label: Option<&'static str>,
    /// What binds: `pass`, `warn`, `pending`, `inconclusive` or `block`.
    pub decision: Decision,
    /// Whether it must not pass. The score is then where the last band begins, or above: 80, unless the policy moves it.
    pub requires_hard_gate: bool,
    /// Whether everything was known that introductions are told from. If not, the score may be too low.
    pub complete: bool,
    /// The time that it was decided for.
    #[schemars(extend("format" = "date-time"))]
    pub as_of: String,
    /// `observed` at the time, or `reconstructed` later because nobody decided then.
    pub observation: Observation,
}

/// A deployment.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct KoalrDeployment {
    /// Its id, unique in its source.
    pub id: String,
    /// Who says so: `import`, `github`, `api`, or the id of an integration.
    pub source: String,
    /// Present name of its service.
    pub service: String,
    /// Repository of what was deployed as `owner/name`; null if nobody said.
    pub repository: Option<String>,
    /// Where to; null if nobody said.
    pub environment: Option<String>,
    /// The commit; null if nobody said.
    pub sha: Option<String>,
    /// `SUCCEEDED`, `FAILED` or `RUNNING`; null if nobody said, or something else.
    pub status: Option<&'static str>,
    /// When it came into that state; what `from` and `to` select by.
    #[schemars(extend("format" = "date-time"))]
    pub at: String,
    /// When it began; null if not known: of one that ended only the end is kept.
    #[schemars(extend("format" = "date-time"))]
    pub triggered_at: Option<String>,
    /// When it ended; null while it has not, or if not known.
    #[schemars(extend("format" = "date-time"))]
    pub finished_at: Option<String>,
    /// Ids of the pull requests that it brought; null if it does not count: only what succeeded in production does.
    pub pull_requests: Option<Vec<String>>,
    /// Ids of the incidents that are tied to it, however long after; null if it does not count.
    pub incidents: Option<Vec<String>>,
    /// Vulnerabilities of CVSS 7.0 or more that its pull requests introduced, added up; null if it brought none that is
    /// known, or if not everything is known of each.
    pub introduced_high: Option<u32>,
}

impl KoalrPullRequest {
    /// A stored change in Koalr's form.
    #[must_use]
    pub fn of(listed: ListedPullRequest) -> Self {
        let record = listed.record;
        Self {
            repository: record.change.repository,
            number: record.change.number,
            title: record.title,
            author: record.author,
            state: match record.state {
                ChangeState::Open => Some("OPEN"),
                ChangeState::Merged => Some("MERGED"),
                ChangeState::Closed => Some("CLOSED"),
                ChangeState::Unknown => None,
            },
            head_sha: record.change.head_sha,
            opened_at: record.opened_at.map(iso),
            merged_at: record.merged_at.map(iso),
            merge_sha: record.merge_sha,
            risk: listed.decided.as_ref().map(KoalrRisk::of),
            id: record.change.id,
        }
    }
}

impl KoalrRisk {
    fn of(decided: &HeadDecision) -> Self {
        let Rated {
            score,
            label,
            requires_hard_gate,
        } = Rated::of(&decided.settled, decided.told || decided.found);
        Self {
            score,
            label,
            decision: decided.settled.decision,
            requires_hard_gate,
            complete: decided.told,
            as_of: iso(decided.as_of),
            observation: decided.observation,
        }
    }
}

/// What Koalr says of a score.
pub(super) struct Rated {
    pub(super) score: Option<f64>,
    pub(super) label: Option<&'static str>,
    pub(super) requires_hard_gate: bool,
}

impl Rated {
    /// `security` says whether it is known what the change brings, or a part of it. Without that the score is that of the
    /// rest, and none if there is no base: what the repository owes already is no score of a change.
    pub(super) fn of(settled: &Settled, security: bool) -> Self {
        let merged = &settled.score;
        let requires_hard_gate = settled.decision == Decision::Block;
        let is_known = requires_hard_gate || merged.base.is_some() || security;
        Self {
            score: is_known.then(|| points(merged.score)),
            label: is_known.then(|| label(merged.band)),
            requires_hard_gate,
        }
    }
}

impl KoalrDeployment {
    /// A stored deployment in Koalr's form, under the present name of its service. `aftermath` is what came with it and
    /// after it; none if it does not count.
    #[must_use]
    pub fn of(own: OwnDeployment, service: String, aftermath: Option<Aftermath>) -> Self {
        let deployment = own.deployment;
        let (status, began, ended) = match deployment.state {
            DeploymentState::Succeeded => (Some("SUCCEEDED"), false, true),
            DeploymentState::Failed => (Some("FAILED"), false, true),
            DeploymentState::Running => (Some("RUNNING"), true, false),
            DeploymentState::Other => (None, false, false),
        };
        let at = iso(deployment.at);
        let (pull_requests, incidents, introduced_high) = match aftermath {
            Some(one) => (Some(one.changes), Some(one.incidents), one.introduced_high),
            None => (None, None, None),
        };
        Self {
            id: deployment.id,
            source: own.source,
            service,
            repository: own.repository,
            environment: deployment.environment,
            sha: deployment.sha,
            status,
            triggered_at: began.then(|| at.clone()),
            finished_at: ended.then(|| at.clone()),
            at,
            pull_requests,
            incidents,
            introduced_high,
        }
    }
}

#[cfg(test)]
mod tests {
    use koalr_platform::decision::Outcome;
    use koalr_platform::merge::{Bands, merge_in};
    use koalr_platform::policy::Mode;

    use super::*;

    fn rated(base: Option<u16>, security: u16, known: bool, decision: Decision) -> Rated {
        let settled = Settled {
            decision,
            outcome: Outcome {
                decision,
                causes: [].into(),
                opened: false,
            },
            overridden: None,
            mode: Mode::Enforce,
            score: merge_in(Bands::default(), base, security, decision, Mode::Enforce),
        };
        Rated::of(&settled, known)
    }

    #[test]
    fn a_score_of_which_nothing_is_known_is_none_and_not_zero() {
        let of = |base, security, known| {
            let rated = rated(base, security, known, Decision::Inconclusive);
            (rated.score, rated.label)
        };
        assert_eq!(of(None, 0, false), (None, None));
        assert_eq!(of(Some(420), 0, false), (Some(42.0), Some("Medium Risk")));
        assert_eq!(of(None, 20, false), (None, None));
        assert_eq!(of(None, 310, true), (Some(31.0), Some("Medium Risk")));
        assert_eq!(of(None, 0, true), (Some(0.0), Some("Low Risk")));
    }

    #[test]
    fn a_hard_gate_is_never_below_eighty() {
        for (base, security, known) in [(None, 0, false), (Some(0), 10, true), (Some(990), 0, true)]
        {
            let rated = rated(base, security, known, Decision::Block);
            assert!(rated.requires_hard_gate);
            assert!(rated.score.unwrap() >= 80.0);
            assert_eq!(rated.label, Some("Critical Risk"));
        }
        assert!(!rated(Some(1000), 0, true, Decision::Warn).requires_hard_gate);
    }
}
