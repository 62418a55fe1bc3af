//! The same evidence in the kit's types and in the contract's: three vulnerabilities a package, every other package
//! touched by the change, scores from 0.1 to 10.0.

use koalr_integration_kit::model::{common, evidence, verdict};
use koalr_runtime::contract::{gate, score, types};
use koalr_runtime::{Egress, Plugin};

/// A score request of the kit's types or of the contract's, which have the same fields.
macro_rules! score_request {
    ($count:expr, $common:ident, $evidence:ident::$request:ident) => {{
        let dependency = |package: u32| $common::DependencyChange {
            ecosystem: "npm".to_owned(),
            name: format!("package-{package}"),
            before: Some("1.0.0".to_owned()),
            after: Some("2.0.0".to_owned()),
            direct: Some(package.is_multiple_of(3)),
            manifest: None,
        };
        let fact = |index: u32| $evidence::FindingFact {
            vulnerability: format!("SNYK-JS-SAMPLE-{index}"),
            package: format!("package-{}", index / 3),
            version: "2.0.0".to_owned(),
            class: $common::FindingClass::PackageVulnerability,
            severity: Some($common::Severity::High),
            cvss_selected: Some(tenths(index)),
            cvss_highest: Some(tenths(index)),
            head: $evidence::Presence::Present,
            base: touched(index).map_or($evidence::Presence::Present, |_| {
                $evidence::Presence::Absent
            }),
            dependency: touched(index),
            seen_before: false,
            disclosed_at: None,
            exploit: $common::ExploitMaturity::Unknown,
            reachability: $common::Reachability::Unknown,
            fix: $common::FixState::Unknown,
            ignored: false,
        };
        $evidence::$request {
            change: $common::Change {
                id: "acme/shop#1".to_owned(),
                repository: "acme/shop".to_owned(),
                number: Some(1),
                head_sha: "a".to_owned(),
                base_sha: None,
                source_branch: None,
                target_branch: None,
            },
            evidence: $evidence::Evidence {
                observation: $evidence::Observation::Observed,
                dependencies: Some((0..$count.div_ceil(3)).map(dependency).collect()),
                findings: (0..$count).map(fact).collect(),
                aliases: Vec::new(),
                licenses: Vec::new(),
                fix_candidates: Vec::new(),
                debt: Vec::new(),
                measurements: Vec::new(),
                coverage: Vec::new(),
                extra: Vec::new(),
            },
            settings: Vec::new(),
            as_of: 0,
        }
    }};
}

/// A score request for the kit itself.
pub fn native_score(count: u32) -> evidence::ScoreRequest {
    score_request!(count, common, evidence::ScoreRequest)
}

/// A gate request for the kit itself.
pub fn native(count: u32) -> verdict::GateRequest {
    let request = native_score(count);
    verdict::GateRequest {
        assessment: koalr_integration_kit::score::score(&request).unwrap(),
        evidence: request.evidence,
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

/// The same score request for a component.
pub fn wire_score(count: u32) -> score::Request {
    score_request!(count, types, score::Request)
}

/// The same gate request for a component, with the assessment that it makes itself.
pub async fn wire(plugin: &Plugin, count: u32) -> gate::Request {
    let request = wire_score(count);
    let mut session = plugin.open_session(Egress::closed()).await.unwrap();
    let manifest = session.describe().await.unwrap();
    gate::Request {
        assessment: session.score(&request).await.unwrap().unwrap(),
        evidence: request.evidence,
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

fn tenths(index: u32) -> u16 {
    u16::try_from(index % 100).unwrap() + 1
}

/// Index of the dependency that a finding's package belongs to, if the change touches it.
fn touched(index: u32) -> Option<u32> {
    let package = index / 3;
    package.is_multiple_of(2).then_some(package)
}
