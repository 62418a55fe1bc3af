//! The same evidence in the kit's types and in the contract's.

use koalr_integration_kit::model::{common, evidence, verdict};
use koalr_runtime::contract::{gate, score, types};
use koalr_runtime::{Egress, Plugin};

/// A gate request for the kit itself.
pub(crate) fn native(count: u32) -> verdict::GateRequest {
    let evidence = evidence::Evidence {
        observation: evidence::Observation::Observed,
        dependencies: Some(Vec::new()),
        findings: (0..count).map(native_fact).collect(),
        aliases: Vec::new(),
        licenses: Vec::new(),
        fix_candidates: Vec::new(),
        debt: Vec::new(),
        measurements: Vec::new(),
        coverage: Vec::new(),
        extra: Vec::new(),
    };
    let change = common::Change {
        id: "acme/shop#1".to_owned(),
        repository: "acme/shop".to_owned(),
        number: Some(1),
        head_sha: "a".to_owned(),
        base_sha: None,
        target_branch: None,
    };
    let request = evidence::ScoreRequest {
        change,
        evidence: evidence.clone(),
        settings: Vec::new(),
        as_of: 0,
    };
    verdict::GateRequest {
        assessment: koalr_integration_kit::score::score(&request).unwrap(),
        evidence,
        rules: koalr_integration_kit::rules::rules()
            .into_iter()
            .map(|rule| verdict::RuleSetting {
                code: rule.code,
                parameters: Vec::new(),
            })
            .collect(),
        waivers: Vec::new(),
        as_of: 0,
    }
}

/// The same for a component, with the assessment that it makes itself.
pub(crate) async fn wire(plugin: &Plugin, count: u32) -> gate::Request {
    let evidence = score::Evidence {
        observation: score::Observation::Observed,
        dependencies: Some(Vec::new()),
        findings: (0..count).map(wire_fact).collect(),
        aliases: Vec::new(),
        licenses: Vec::new(),
        fix_candidates: Vec::new(),
        debt: Vec::new(),
        measurements: Vec::new(),
        coverage: Vec::new(),
        extra: Vec::new(),
    };
    let change = types::Change {
        id: "acme/shop#1".to_owned(),
        repository: "acme/shop".to_owned(),
        number: Some(1),
        head_sha: "a".to_owned(),
        base_sha: None,
        target_branch: None,
    };
    let request = score::Request {
        change,
        evidence: evidence.clone(),
        settings: Vec::new(),
        as_of: 0,
    };
    let mut session = plugin.open_session(Egress::closed()).await.unwrap();
    let manifest = session.describe().await.unwrap();
    gate::Request {
        assessment: session.score(&request).await.unwrap().unwrap(),
        evidence,
        rules: manifest
            .rules
            .into_iter()
            .map(|rule| gate::RuleSetting {
                code: rule.code,
                parameters: Vec::new(),
            })
            .collect(),
        waivers: Vec::new(),
        as_of: 0,
    }
}

/// Scores from 0.1 to 10.0, all carried by the base, so that every fact is looked at.
fn tenths(index: u32) -> u16 {
    u16::try_from(index % 100).unwrap() + 1
}

fn native_fact(index: u32) -> evidence::FindingFact {
    evidence::FindingFact {
        vulnerability: format!("SNYK-JS-SAMPLE-{index}"),
        package: format!("package-{}", index / 3),
        version: "1.2.3".to_owned(),
        class: common::FindingClass::PackageVulnerability,
        severity: Some(common::Severity::High),
        cvss_selected: Some(tenths(index)),
        cvss_highest: Some(tenths(index)),
        head: evidence::Presence::Present,
        base: evidence::Presence::Present,
        dependency: None,
        seen_before: false,
        disclosed_at: None,
        exploit: common::ExploitMaturity::Unknown,
        reachability: common::Reachability::Unknown,
        fix: common::FixState::Unknown,
        ignored: false,
    }
}

fn wire_fact(index: u32) -> score::FindingFact {
    score::FindingFact {
        vulnerability: format!("SNYK-JS-SAMPLE-{index}"),
        package: format!("package-{}", index / 3),
        version: "1.2.3".to_owned(),
        class: types::FindingClass::PackageVulnerability,
        severity: Some(types::Severity::High),
        cvss_selected: Some(tenths(index)),
        cvss_highest: Some(tenths(index)),
        head: score::Presence::Present,
        base: score::Presence::Present,
        dependency: None,
        seen_before: false,
        disclosed_at: None,
        exploit: types::ExploitMaturity::Unknown,
        reachability: types::Reachability::Unknown,
        fix: types::FixState::Unknown,
        ignored: false,
    }
}
