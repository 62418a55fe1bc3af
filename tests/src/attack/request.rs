//! What each verb is asked in an attack.

use koalr_runtime::contract::sync::Batch;
use koalr_runtime::contract::types::{Change, Endpoint, SettingEntry};
use koalr_runtime::contract::{connect, gate, score, sync};
use koalr_runtime::{CallError, Session, Verb};

/// Calls a verb; the batch if it was `sync`.
pub(super) async fn call(
    session: &mut Session,
    verb: Verb,
    base: &str,
    settings: &[SettingEntry],
) -> Result<Option<Batch>, CallError> {
    match verb {
        Verb::Open => Ok(None),
        Verb::Describe => session.describe().await.map(|_| None),
        Verb::Connect => session
            .connect(&connect(base, settings))
            .await
            .map(|_| None),
        Verb::Sync => Ok(session.sync(&sync(base, settings)).await?.ok()),
        Verb::Score => session.score(&score()).await.map(|_| None),
        Verb::Gate => session.gate(&gate()).await.map(|_| None),
    }
}

fn endpoint(base: &str) -> Endpoint {
    Endpoint {
        origin: "api".to_owned(),
        base: base.to_owned(),
    }
}

fn connect(base: &str, settings: &[SettingEntry]) -> connect::Request {
    connect::Request {
        endpoint: endpoint(base),
        credential: connect::CredentialFacts {
            kind: None,
            audience_host: None,
        },
        organizations: Vec::new(),
        settings: settings.to_vec(),
        as_of: 0,
    }
}

/// The first batch of a backfill.
pub(super) fn sync(base: &str, settings: &[SettingEntry]) -> sync::Request {
    sync::Request {
        endpoint: endpoint(base),
        scope: sync::Scope::Organizations(vec!["org-1".to_owned()]),
        since: None,
        cursor: None,
        settings: settings.to_vec(),
        request_budget: 100,
        as_of: 0,
    }
}

fn score() -> score::Request {
    score::Request {
        change: Change {
            id: "1".to_owned(),
            repository: "github.com/acme/shop".to_owned(),
            number: None,
            head_sha: "a".repeat(40),
            base_sha: None,
            source_branch: None,
            target_branch: None,
        },
        evidence: evidence(),
        settings: Vec::new(),
        as_of: 0,
    }
}

fn gate() -> gate::Request {
    gate::Request {
        assessment: score::Assessment {
            model: "hostile 1".to_owned(),
            score: 0,
            findings: Vec::new(),
            factors: Vec::new(),
            contributions: Vec::new(),
            terms: Vec::new(),
            counterfactuals: Vec::new(),
            unknowns: Vec::new(),
            extra: Vec::new(),
        },
        evidence: evidence(),
        rules: Vec::new(),
        waivers: Vec::new(),
        as_of: 0,
    }
}

fn evidence() -> score::Evidence {
    score::Evidence {
        observation: score::Observation::Observed,
        dependencies: None,
        findings: Vec::new(),
        aliases: Vec::new(),
        licenses: Vec::new(),
        fix_candidates: Vec::new(),
        debt: Vec::new(),
        measurements: Vec::new(),
        coverage: Vec::new(),
        extra: Vec::new(),
    }
}
