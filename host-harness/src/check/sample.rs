//! A change, and what is known about it: made up, of any size.

use koalr_platform::model::common::{
    Change, Coverage, CoverageState, DependencyChange, ExploitMaturity, FindingClass, FixState,
    Reachability, Severity,
};
use koalr_platform::model::evidence::{
    Debt, Evidence, FindingFact, FixCandidate, Observation, Presence, ScoreRequest,
};
use koalr_platform::model::verdict::{GateRequest, RuleSetting};

use super::subject::{AS_OF, Subject, score};

/// Where the questions for one component come from.
pub(super) struct Sample {
    /// Every route that a rule depends on, sorted.
    routes: Vec<String>,
    rules: Vec<RuleSetting>,
}

impl Sample {
    pub(super) fn of(subject: &Subject) -> Self {
        let rules = &subject.manifest.rules;
        let mut routes: Vec<String> = rules.iter().flat_map(|rule| rule.routes.clone()).collect();
        routes.sort();
        routes.dedup();
        Self {
            routes,
            rules: rules.iter().map(|rule| active(&rule.code)).collect(),
        }
    }

    /// Every rule with its defaults.
    pub(super) fn rules(&self) -> Vec<RuleSetting> {
        self.rules.clone()
    }

    pub(super) fn routes(&self) -> &[String] {
        &self.routes
    }

    pub(super) fn score_request(&self, findings: u32) -> ScoreRequest {
        score_request(self.evidence(findings))
    }

    /// The question to the gate that follows a score of so many findings.
    pub(super) async fn gate_request(
        &self,
        subject: &Subject,
        findings: u32,
    ) -> Result<GateRequest, String> {
        let request = self.score_request(findings);
        self.gate_of(subject, request.evidence).await
    }

    /// The same for evidence of any kind.
    pub(super) async fn gate_of(
        &self,
        subject: &Subject,
        evidence: Evidence,
    ) -> Result<GateRequest, String> {
        let request = score_request(evidence);
        let answer = score(&mut subject.closed().await?, &request).await?;
        let assessment =
            answer.map_err(|error| format!("score: refused the evidence: {error:?}"))?;
        Ok(GateRequest {
            assessment,
            evidence: request.evidence,
            rules: self.rules(),
            waivers: Vec::new(),
            as_of: AS_OF,
        })
    }

    /// So many grave findings that the change introduces, one in each dependency, and everything known completely.
    pub(super) fn evidence(&self, findings: u32) -> Evidence {
        let row = |route: &String| Coverage {
            route: route.clone(),
            subject: "sample".to_owned(),
            state: CoverageState::Complete,
            as_of: Some(AS_OF),
            detail: String::new(),
        };
        Evidence {
            observation: Observation::Observed,
            dependencies: Some((0..findings).map(dependency).collect()),
            findings: (0..findings).map(fact).collect(),
            aliases: Vec::new(),
            licenses: Vec::new(),
            fix_candidates: (0..findings.min(10)).map(candidate).collect(),
            debt: vec![Debt {
                severity: Severity::High,
                count: 7,
            }],
            measurements: Vec::new(),
            coverage: self.routes.iter().map(row).collect(),
            extra: Vec::new(),
        }
    }
}

/// A rule with its defaults.
pub(super) fn active(code: &str) -> RuleSetting {
    RuleSetting {
        code: code.to_owned(),
        parameters: Vec::new(),
    }
}

pub(super) fn score_request(evidence: Evidence) -> ScoreRequest {
    ScoreRequest {
        change: change(),
        evidence,
        settings: Vec::new(),
        as_of: AS_OF,
    }
}

/// The change that is judged and asked about.
pub(super) fn change() -> Change {
    Change {
        id: "acme/shop#7".to_owned(),
        repository: "acme/shop".to_owned(),
        number: Some(7),
        head_sha: "b".repeat(40),
        base_sha: Some("a".repeat(40)),
        source_branch: Some("topic".to_owned()),
        target_branch: Some("main".to_owned()),
    }
}

pub(super) fn dependency(index: u32) -> DependencyChange {
    DependencyChange {
        ecosystem: "npm".to_owned(),
        name: format!("package-{index}"),
        before: None,
        after: Some("1.0.0".to_owned()),
        direct: Some(true),
        manifest: Some("package-lock.json".to_owned()),
    }
}

fn fact(index: u32) -> FindingFact {
    FindingFact {
        vulnerability: vulnerability(index),
        package: format!("package-{index}"),
        version: "1.0.0".to_owned(),
        class: FindingClass::PackageVulnerability,
        severity: Some(Severity::Critical),
        cvss_selected: Some(98),
        cvss_highest: Some(100),
        head: Presence::Present,
        base: Presence::Absent,
        dependency: Some(index),
        seen_before: false,
        disclosed_at: Some(AS_OF),
        exploit: ExploitMaturity::Functional,
        reachability: Reachability::Reachable,
        fix: FixState::Available,
        ignored: false,
    }
}

/// Id of the vulnerability of a finding.
pub(super) fn vulnerability(index: u32) -> String {
    format!("SAMPLE-{index}")
}

fn candidate(finding: u32) -> FixCandidate {
    FixCandidate {
        finding,
        version: "1.0.1".to_owned(),
        worst: Some(0),
    }
}
