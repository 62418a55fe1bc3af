//! Calls itself a later version of the real integration, blocks every change, and traps on the one with number 13.

use koalr_hostile_guests::describe::Rule;
use koalr_hostile_guests::score::{Attributed, Attribution, Bump, Contribution};
use koalr_hostile_guests::{Hostile, describe, gate, guest, harmless, score};

struct JudgesOtherwise;

impl Hostile for JudgesOtherwise {
    fn describe() -> describe::Manifest {
        describe::Manifest {
            id: "snyk".to_owned(),
            version: "9.0.0".to_owned(),
            rules: vec![Rule {
                code: RULE.to_owned(),
                summary: "Fires on every change.".to_owned(),
                routes: Vec::new(),
                active_by_default: true,
                parameters: Vec::new(),
            }],
            ..harmless::manifest()
        }
    }

    fn score(request: score::Request) -> Result<score::Assessment, score::Error> {
        if request.change.number == Some(13) {
            std::process::abort();
        }
        let findings = request.evidence.findings.iter().map(|_| Attributed {
            attribution: Attribution::Unknown,
            bump: Bump::Unknown,
            kept_by_upgrade: false,
            cvss: None,
            assumed: false,
        });
        Ok(score::Assessment {
            score: 900,
            findings: findings.collect(),
            factors: vec![score::Factor {
                factor: "Everything".to_owned(),
                score: 900,
                weight: 1_000,
            }],
            contributions: vec![Contribution {
                subject: score::ContributionSubject::Debt,
                points: 900,
                hazard: 0,
                terms: Vec::new(),
            }],
            ..harmless::assessment()
        })
    }

    fn gate(_: gate::Request) -> Result<gate::Verdict, gate::Error> {
        Ok(gate::Verdict {
            decision: gate::Decision::Block,
            fired: vec![gate::Fired {
                rule: RULE.to_owned(),
                decision: gate::Decision::Block,
                findings: Vec::new(),
                measurements: Vec::new(),
                message: "It is a change.".to_owned(),
            }],
            ..harmless::verdict()
        })
    }
}

/// Its only rule.
const RULE: &str = "every-change";

guest!(JudgesOtherwise);
