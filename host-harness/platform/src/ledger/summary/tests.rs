use super::*;
use crate::decision::{Decision, Outcome};
use crate::merge::merge;
use crate::model::assessment::{Attributed, Bump};
use crate::model::common::{Coverage, DependencyChange, ExploitMaturity, FixState, Reachability};
use crate::model::evidence::{FindingFact, Observation, Presence};
use crate::model::verdict::{self, Waived};

#[test]
fn a_vulnerability_in_two_packages_counts_once_by_its_highest_score() {
    let summary = summary(&[
        (
            "V1",
            FindingClass::PackageVulnerability,
            Attribution::Introduced,
            Some(69),
        ),
        (
            "V1",
            FindingClass::Container,
            Attribution::Introduced,
            Some(70),
        ),
        (
            "V2",
            FindingClass::Container,
            Attribution::Introduced,
            Some(69),
        ),
        (
            "V3",
            FindingClass::PackageVulnerability,
            Attribution::Introduced,
            None,
        ),
        (
            "V2",
            FindingClass::PackageVulnerability,
            Attribution::Introduced,
            None,
        ),
    ]);
    let counted = (
        summary.introduced_high,
        summary.introduced_low,
        summary.introduced_unscored,
    );
    assert_eq!(counted, (1, 1, 1));
    assert_eq!(summary.introduced_highest, Some(70));
}

#[test]
fn what_is_introduced_is_told_by_complete_listings_only() {
    let told = |rows: &[(&str, CoverageState)]| {
        let mut evidence = evidence();
        evidence.coverage = rows
            .iter()
            .map(|(route, state)| Coverage {
                route: (*route).to_owned(),
                subject: "s".to_owned(),
                state: *state,
                as_of: None,
                detail: String::new(),
            })
            .collect();
        Summary::of(&evidence, &assessment(), &verdict(), &settled()).told
    };
    let (whole, part) = (CoverageState::Complete, CoverageState::Partial);
    assert!(told(&[
        (DEPENDENCIES, whole),
        (PACKAGES, whole),
        ("test-findings", part)
    ]));
    assert!(!told(&[(DEPENDENCIES, whole), (PACKAGES, part)]));
    assert!(!told(&[(DEPENDENCIES, CoverageState::NotAsked)]));
    assert!(!told(&[]), "nobody listed anything");
}

#[test]
fn what_was_not_introduced_or_has_no_cvss_by_its_class_is_not_counted() {
    let summary = summary(&[
        (
            "V1",
            FindingClass::PackageVulnerability,
            Attribution::Carried,
            Some(98),
        ),
        (
            "V2",
            FindingClass::PackageVulnerability,
            Attribution::Unknown,
            Some(98),
        ),
        ("L1", FindingClass::License, Attribution::Introduced, None),
        ("L2", FindingClass::License, Attribution::Unknown, None),
    ]);
    let counted = (
        summary.introduced_high,
        summary.introduced_low,
        summary.introduced_unscored,
    );
    assert_eq!(counted, (0, 0, 0));
    assert_eq!(
        (summary.introduced_highest, summary.unattributed),
        (None, 2)
    );
}

#[test]
fn dependencies_are_packages_whose_version_changes_and_unknown_without_a_list() {
    let mut evidence = evidence();
    let row = |name: &str, before: Option<&str>, after: Option<&str>| DependencyChange {
        ecosystem: "npm".to_owned(),
        name: name.to_owned(),
        before: before.map(str::to_owned),
        after: after.map(str::to_owned),
        direct: None,
        manifest: None,
    };
    let dependencies = |evidence: &Evidence| {
        Summary::of(evidence, &assessment(), &verdict(), &settled()).dependencies
    };
    assert_eq!(dependencies(&evidence), None);
    evidence.dependencies = Some(vec![
        row("a", None, Some("1")),
        row("a", Some("0"), Some("1")),
        row("b", Some("1"), Some("1")),
    ]);
    assert_eq!(dependencies(&evidence), Some(1));
}

#[test]
fn the_decision_is_what_was_judged_and_a_finding_is_waived_once() {
    let mut verdict = verdict();
    for rule in ["r1", "r2"] {
        verdict.waived.push(Waived {
            finding: 0,
            waiver: "w".to_owned(),
            rule: rule.to_owned(),
        });
    }
    let summary = Summary::of(&evidence(), &assessment(), &verdict, &settled());
    assert_eq!(
        (summary.decision, summary.enforced),
        (Decision::Block, false)
    );
    assert_eq!(
        (summary.security, summary.score, summary.waived),
        (200, 360, 1)
    );
}

fn summary(findings: &[(&str, FindingClass, Attribution, Option<Tenths>)]) -> Summary {
    let (mut evidence, mut assessment) = (evidence(), assessment());
    for (vulnerability, class, attribution, cvss) in findings {
        evidence.findings.push(FindingFact {
            vulnerability: (*vulnerability).to_owned(),
            package: "p".to_owned(),
            version: "1".to_owned(),
            class: *class,
            severity: None,
            cvss_selected: None,
            cvss_highest: None,
            head: Presence::Present,
            base: Presence::Absent,
            dependency: None,
            seen_before: false,
            disclosed_at: None,
            exploit: ExploitMaturity::Unknown,
            reachability: Reachability::Unknown,
            fix: FixState::Unknown,
            ignored: false,
        });
        assessment.findings.push(Attributed {
            attribution: *attribution,
            bump: Bump::New,
            kept_by_upgrade: false,
            cvss: *cvss,
            assumed: false,
        });
    }
    Summary::of(&evidence, &assessment, &verdict(), &settled())
}

fn evidence() -> Evidence {
    Evidence {
        observation: Observation::Observed,
        dependencies: None,
        findings: vec![],
        aliases: vec![],
        licenses: vec![],
        fix_candidates: vec![],
        debt: vec![],
        measurements: vec![],
        coverage: vec![],
        extra: vec![],
    }
}

fn assessment() -> Assessment {
    Assessment {
        model: "1".to_owned(),
        score: 200,
        findings: vec![],
        factors: vec![],
        contributions: vec![],
        terms: vec![],
        counterfactuals: vec![],
        unknowns: vec![],
        extra: vec![],
    }
}

fn verdict() -> Verdict {
    Verdict {
        decision: verdict::Decision::Block,
        fired: vec![],
        waived: vec![],
        missing: vec![],
        unasked: vec![],
        errors: vec![],
        extra: vec![],
    }
}

fn settled() -> Settled {
    Settled {
        decision: Decision::Pass,
        outcome: Outcome {
            decision: Decision::Block,
            causes: BTreeSet::new(),
            opened: false,
        },
        overridden: None,
        mode: Mode::Observe,
        score: merge(Some(200), 200, Decision::Block, Mode::Observe),
    }
}
