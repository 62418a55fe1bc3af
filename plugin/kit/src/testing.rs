//! Evidence for unit tests, complete unless a test says otherwise.

use crate::model::common::{
    Change, Coverage, CoverageState, DependencyChange, ExploitMaturity, FindingClass, FixState,
    Reachability, Tenths,
};
use crate::model::evidence::{Evidence, FindingFact, Observation, Presence, ScoreRequest};

/// A package vulnerability in the head, not in the base, without any rating.
pub(crate) fn fact(vulnerability: &str) -> FindingFact {
    FindingFact {
        vulnerability: vulnerability.to_owned(),
        package: "lodash".to_owned(),
        version: "2.0.0".to_owned(),
        class: FindingClass::PackageVulnerability,
        severity: None,
        cvss_selected: None,
        cvss_highest: None,
        head: Presence::Present,
        base: Presence::Absent,
        dependency: None,
        seen_before: false,
        disclosed_at: None,
        exploit: ExploitMaturity::NoneKnown,
        reachability: Reachability::NotReachable,
        fix: FixState::Available,
        ignored: false,
    }
}

/// The same, rated and brought by dependency 0.
pub(crate) fn introduced(vulnerability: &str, tenths: Tenths) -> FindingFact {
    FindingFact {
        cvss_selected: Some(tenths),
        cvss_highest: Some(tenths),
        dependency: Some(0),
        ..fact(vulnerability)
    }
}

/// A transitive npm dependency.
pub(crate) fn dependency(
    name: &str,
    before: Option<&str>,
    after: Option<&str>,
) -> DependencyChange {
    DependencyChange {
        ecosystem: "npm".to_owned(),
        name: name.to_owned(),
        before: before.map(str::to_owned),
        after: after.map(str::to_owned),
        direct: Some(false),
        manifest: None,
    }
}

/// A complete row.
pub(crate) fn coverage(route: &str) -> Coverage {
    Coverage {
        route: route.to_owned(),
        subject: String::new(),
        state: CoverageState::Complete,
        as_of: Some(0),
        detail: String::new(),
    }
}

/// Complete evidence of a change that patches `lodash`.
pub(crate) fn evidence(findings: impl IntoIterator<Item = FindingFact>) -> Evidence {
    Evidence {
        observation: Observation::Observed,
        dependencies: Some(vec![dependency("lodash", Some("1.9.9"), Some("1.9.10"))]),
        findings: findings.into_iter().collect(),
        aliases: Vec::new(),
        licenses: Vec::new(),
        fix_candidates: Vec::new(),
        debt: Vec::new(),
        measurements: Vec::new(),
        coverage: ["dependencies", "packages", "issues", "branch-projects"]
            .map(coverage)
            .to_vec(),
        extra: Vec::new(),
    }
}

/// Asks for the assessment of evidence.
pub(crate) fn request(evidence: Evidence) -> ScoreRequest {
    ScoreRequest {
        change: Change {
            id: "c".to_owned(),
            repository: "owner/name".to_owned(),
            number: Some(1),
            head_sha: "h".to_owned(),
            base_sha: None,
            source_branch: None,
            target_branch: None,
        },
        evidence,
        settings: Vec::new(),
        as_of: 0,
    }
}
