//! The check in a canary instance: before anything of a component is stored, it shows that it keeps the contract.

use koalr_platform::model::assessment::{Assessment, ScoreError};
use koalr_platform::model::common::{Change, Coverage, CoverageState, Timestamp};
use koalr_platform::model::evidence::{Evidence, Observation, ScoreRequest};
use koalr_platform::model::manifest::{Manifest, OriginAddress};
use koalr_platform::model::verdict::{GateError, GateRequest, Verdict};
use koalr_platform::policy::Policy;
use koalr_runtime::{Egress, EgressPolicy, Organizations, PinnedOrigin, World, check_credentials};

use crate::contract::Mirror as _;
use crate::{Host, HostError};

/// Asks a loaded component small things, each in an instance of its own from which nothing may leave. Loading has seen to
/// its form, its imports and what it says of itself.
///
/// # Errors
///
/// It says something else of itself when asked again; nothing can be pinned or sent by its manifest; `score` or `gate`
/// does not answer.
pub(super) async fn check(host: &Host) -> Result<(), HostError> {
    let mut session = host.plugin().open_session(Egress::closed()).await?;
    let again: Manifest = session.describe().await?.mirror();
    if again != *host.manifest() {
        return Err(wrong(
            "it says something else of itself when it is asked again",
        ));
    }
    check_credentials(host.declared())?;
    for origin in &host.manifest().origins {
        let Some(base) = sample_base(&origin.address) else {
            continue;
        };
        let pinned = PinnedOrigin {
            id: origin.id.clone(),
            base,
            allow_loopback: false,
        };
        EgressPolicy::from_manifest(host.declared(), pinned, Organizations::Connecting)?;
    }
    match host.plugin().world() {
        World::Source => Ok(()),
        World::Integration => judge(host).await,
    }
}

/// Lets it score and gate a change that touches nothing.
async fn judge(host: &Host) -> Result<(), HostError> {
    let (policy, evidence) = (Policy::default(), evidence(host.manifest()));
    let question = ScoreRequest {
        change: change(),
        evidence: evidence.clone(),
        settings: policy.score_settings(),
        as_of: AS_OF,
    };
    let mut session = host.plugin().open_session(Egress::closed()).await?;
    let assessment: Assessment = match session.score(&question.mirror()).await? {
        Ok(assessment) => assessment.mirror(),
        Err(error) => {
            let error: ScoreError = error.mirror();
            return Err(refused("score", format!("{error:?}")));
        }
    };
    let question = GateRequest {
        assessment,
        evidence,
        rules: policy.rules(&host.manifest().rules),
        waivers: Vec::new(),
        as_of: AS_OF,
    };
    let mut session = host.plugin().open_session(Egress::closed()).await?;
    match session.gate(&question.mirror()).await? {
        Ok(verdict) => {
            let _: Verdict = verdict.mirror();
            Ok(())
        }
        Err(error) => {
            let error: GateError = error.mirror();
            Err(refused("gate", format!("{error:?}")))
        }
    }
}

/// An address that the origin may have; none where requests are not pinned to it.
fn sample_base(address: &OriginAddress) -> Option<String> {
    match address {
        OriginAddress::Fixed(base) => Some(base.clone()),
        OriginAddress::Template(base) => {
            let (before, rest) = base.split_once('{')?;
            let (_, after) = rest.split_once('}')?;
            Some(format!("{before}sample{after}"))
        }
        OriginAddress::CustomerSupplied => Some("https://sample.example.com".to_owned()),
        OriginAddress::Download(_) | OriginAddress::Other(_) => None,
    }
}

fn change() -> Change {
    Change {
        id: "canary".to_owned(),
        repository: "canary/canary".to_owned(),
        number: Some(1),
        head_sha: "0".repeat(40),
        base_sha: None,
        source_branch: None,
        target_branch: None,
    }
}

/// That nothing is known against it, by every route that a rule rests on.
fn evidence(manifest: &Manifest) -> Evidence {
    let mut routes: Vec<&String> = manifest.rules.iter().flat_map(|one| &one.routes).collect();
    routes.sort();
    routes.dedup();
    let coverage = routes.into_iter().map(|route| Coverage {
        route: route.clone(),
        subject: "canary".to_owned(),
        state: CoverageState::Complete,
        as_of: Some(AS_OF),
        detail: String::new(),
    });
    Evidence {
        observation: Observation::Observed,
        dependencies: Some(Vec::new()),
        findings: Vec::new(),
        aliases: Vec::new(),
        licenses: Vec::new(),
        fix_candidates: Vec::new(),
        debt: Vec::new(),
        measurements: Vec::new(),
        coverage: coverage.collect(),
        extra: Vec::new(),
    }
}

fn wrong(what: &str) -> HostError {
    HostError::Manifest(format!("{what}; its author must mend that"))
}

fn refused(verb: &'static str, reason: String) -> HostError {
    HostError::Refused { verb, reason }
}

/// 2026-01-01T00:00:00Z. The canary's change is judged for one time, whenever that is.
const AS_OF: Timestamp = 1_767_225_600_000;
