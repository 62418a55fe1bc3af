mod after_merge;
mod awaited;
mod branch;
mod check;
mod disclosed;
mod list;
mod moved;
mod test_findings;
mod tied;

use super::*;
use crate::model::common::{
    CoverageState, ExploitMaturity, FindingClass, FixState, Reachability, Severity,
};
use crate::model::evidence::{Debt, FindingFact, Presence};
use crate::model::record::{PackageVersion, ProjectClass, SelectedCvss};

fn change() -> Change {
    Change {
        id: "acme/shop#7".to_owned(),
        repository: "acme/shop".to_owned(),
        number: Some(7),
        head_sha: "a1".to_owned(),
        base_sha: None,
        source_branch: None,
        target_branch: None,
    }
}

fn bump(before: Option<&str>, after: Option<&str>) -> DependencyChange {
    DependencyChange {
        ecosystem: "npm".to_owned(),
        name: "minimist".to_owned(),
        before: before.map(str::to_owned),
        after: after.map(str::to_owned),
        direct: Some(true),
        manifest: None,
    }
}

fn finding(vulnerability: &str, version: &str) -> Finding {
    Finding {
        id: format!("{vulnerability}-{version}"),
        key: vulnerability.to_owned(),
        organization: "org".to_owned(),
        project: String::new(),
        class: FindingClass::PackageVulnerability,
        kind: "package_vulnerability".to_owned(),
        title: "Prototype pollution".to_owned(),
        vulnerability: vulnerability.to_owned(),
        aliases: vec!["CVE-2021-44906".to_owned()],
        weaknesses: Vec::new(),
        packages: vec![PackageVersion {
            ecosystem: Some("npm".to_owned()),
            name: "minimist".to_owned(),
            version: Some(version.to_owned()),
        }],
        severity: Some(Severity::Critical),
        cvss: Vec::new(),
        selected: Some(SelectedCvss {
            score: 98,
            highest: 98,
            rating: 0,
            reason: String::new(),
        }),
        exploit: ExploitMaturity::Unknown,
        risk: None,
        reachability: Reachability::Unknown,
        fix: FixState::Available,
        fix_source: "remedies".to_owned(),
        fixed_in: vec!["1.2.6".to_owned()],
        license: None,
        location: None,
        open: true,
        ignored: false,
        created_at: 0,
        updated_at: 0,
        introduced_at: None,
        resolved_at: None,
        disclosed_at: None,
        extra: Vec::new(),
    }
}

fn looked_up(version: &str) -> Coverage {
    Coverage {
        route: PACKAGES.to_owned(),
        subject: package_subject("npm", "minimist", version),
        state: CoverageState::Complete,
        as_of: Some(1),
        detail: String::new(),
    }
}

fn listed(state: CoverageState) -> Coverage {
    Coverage {
        route: ISSUES.to_owned(),
        subject: "org".to_owned(),
        state,
        as_of: Some(1),
        detail: String::new(),
    }
}

/// A manifest of the repository, scanned on a branch. Its id is the branch.
fn project(branch: &str) -> Project {
    Project {
        id: branch.to_owned(),
        organization: "org".to_owned(),
        name: "acme/shop:package.json".to_owned(),
        class: ProjectClass::OpenSource,
        kind: "npm".to_owned(),
        origin: "github".to_owned(),
        repository: Some("acme/shop".to_owned()),
        target: None,
        reference: Some(branch.to_owned()),
        file: Some("package.json".to_owned()),
        active: true,
        created_at: Some(0),
        extra: Vec::new(),
    }
}

/// A finding of the project that scans a branch.
fn of_branch(branch: &str, finding: Finding) -> Finding {
    Finding {
        project: branch.to_owned(),
        ..finding
    }
}

/// A change from `fix` to `main` of which nothing else is known.
fn between_branches() -> Change {
    Change {
        source_branch: Some("fix".to_owned()),
        target_branch: Some("main".to_owned()),
        ..change()
    }
}

fn nothing_known(change: &Change) -> Known<'_> {
    Known {
        change,
        dependencies: None,
        list: ListState::Complete,
        lookups: &[],
        tests: &[],
        tied: &[],
        measurements: &[],
        checks: &[],
        stored: &[],
        projects: &[],
        coverage: &[],
        beyond_packages: false,
        assessed_at: None,
        as_of: 1,
    }
}

#[track_caller]
fn row<'a>(evidence: &'a Evidence, route: &str) -> &'a Coverage {
    let mut rows = evidence.coverage.iter().filter(|row| row.route == route);
    let row = rows.next().unwrap();
    assert_eq!((row.subject.as_str(), rows.next()), ("acme/shop#7", None));
    row
}

fn seen(fact: &FindingFact) -> (&str, Presence, Presence) {
    (&fact.version, fact.head, fact.base)
}

/// Rows of the routes that say what a change brings.
fn of_the_change(evidence: &Evidence) -> impl Iterator<Item = &Coverage> {
    let rows = evidence.coverage.iter();
    rows.filter(|row| [DEPENDENCIES, PACKAGES].contains(&row.route.as_str()))
}

fn evidence(
    dependencies: Option<&[DependencyChange]>,
    lookups: &[Finding],
    stored: &[Finding],
    coverage: &[Coverage],
) -> Evidence {
    gather(&Known {
        dependencies,
        lookups,
        stored,
        coverage,
        ..nothing_known(&change())
    })
}

#[test]
fn a_new_dependency_is_absent_from_the_base_without_any_lookup() {
    let evidence = evidence(
        Some(&[bump(None, Some("1.2.5"))]),
        &[finding("V1", "1.2.5")],
        &[],
        &[looked_up("1.2.5")],
    );
    assert_eq!(
        (evidence.findings[0].head, evidence.findings[0].base),
        (Presence::Present, Presence::Absent)
    );
}

#[test]
fn a_base_version_that_was_not_looked_up_leaves_the_base_unknown() {
    let evidence = evidence(
        Some(&[bump(Some("1.1.0"), Some("1.2.5"))]),
        &[finding("V1", "1.2.5")],
        &[],
        &[looked_up("1.2.5")],
    );
    assert_eq!(evidence.findings[0].base, Presence::Unknown);
}

#[test]
fn a_vulnerability_of_both_versions_is_a_fact_about_each() {
    let evidence = evidence(
        Some(&[bump(Some("1.1.0"), Some("1.2.5"))]),
        &[finding("V1", "1.2.5"), finding("V1", "1.1.0")],
        &[],
        &[looked_up("1.2.5"), looked_up("1.1.0")],
    );
    let seen: Vec<_> = evidence.findings.iter().map(seen).collect();
    assert_eq!(
        seen,
        [
            ("1.1.0", Presence::Absent, Presence::Present),
            ("1.2.5", Presence::Present, Presence::Absent)
        ]
    );
}

#[test]
fn a_stored_finding_of_the_base_version_needs_no_lookup() {
    let evidence = evidence(
        Some(&[bump(Some("1.1.0"), Some("1.2.6"))]),
        &[],
        &[finding("V1", "1.1.0")],
        &[looked_up("1.2.6")],
    );
    assert_eq!(
        (evidence.findings[0].head, evidence.findings[0].base),
        (Presence::Absent, Presence::Present)
    );
}

#[test]
fn a_package_of_another_ecosystem_with_the_same_name_is_not_touched() {
    let mut other = finding("V1", "1.2.5");
    other.packages[0].ecosystem = Some("pypi".to_owned());
    let evidence = evidence(
        Some(&[bump(None, Some("1.2.5"))]),
        &[other],
        &[],
        &[looked_up("1.2.5")],
    );
    assert!(evidence.findings.is_empty());
}

#[test]
fn a_vulnerability_known_from_an_earlier_time_is_marked_as_seen_before() {
    let mut resolved = finding("V1", "1.0.0");
    resolved.open = false;
    let evidence = evidence(
        Some(&[bump(Some("1.2.6"), Some("1.2.5"))]),
        &[finding("V1", "1.2.5")],
        &[resolved],
        &[looked_up("1.2.5"), looked_up("1.2.6")],
    );
    assert!(evidence.findings[0].seen_before);
}

#[test]
fn no_dependency_list_is_not_an_empty_one() {
    let evidence = evidence(None, &[], &[], &[]);
    assert_eq!(evidence.dependencies, None);
    assert_eq!(evidence.coverage[0].state, CoverageState::NotAsked);
}

#[test]
fn a_change_that_touches_no_dependency_needs_no_lookup() {
    let evidence = evidence(Some(&[]), &[], &[], &[]);
    assert!(of_the_change(&evidence).all(|row| row.state == CoverageState::Complete));
    assert_eq!(of_the_change(&evidence).count(), 2);
}

#[test]
fn a_package_that_nobody_looked_up_has_a_row_that_says_so() {
    let evidence = evidence(Some(&[bump(None, Some("1.2.5"))]), &[], &[], &[]);
    let row = evidence
        .coverage
        .iter()
        .find(|row| row.route == PACKAGES)
        .unwrap();
    assert_eq!(
        (row.subject.as_str(), row.state),
        ("npm:minimist@1.2.5", CoverageState::NotAsked)
    );
}

#[test]
fn a_fix_candidate_is_as_bad_as_its_worst_vulnerability() {
    let evidence = evidence(
        Some(&[bump(None, Some("1.2.5"))]),
        &[finding("V1", "1.2.5"), finding("V2", "1.2.6")],
        &[],
        &[looked_up("1.2.5"), looked_up("1.2.6")],
    );
    assert_eq!(evidence.fix_candidates[0].worst, Some(98));
}

#[test]
fn a_fix_candidate_that_nobody_looked_up_is_unknown_not_clean() {
    let evidence = evidence(
        Some(&[bump(None, Some("1.2.5"))]),
        &[finding("V1", "1.2.5")],
        &[],
        &[looked_up("1.2.5")],
    );
    assert_eq!(evidence.fix_candidates[0].worst, None);
}

#[test]
fn open_findings_elsewhere_are_debt_by_severity() {
    let mut elsewhere = finding("V9", "4.0.0");
    elsewhere.packages[0].name = "lodash".to_owned();
    let mut ignored = elsewhere.clone();
    ignored.ignored = true;
    let evidence = evidence(
        Some(&[bump(None, Some("1.2.6"))]),
        &[],
        &[elsewhere, ignored],
        &[looked_up("1.2.6")],
    );
    assert_eq!(
        evidence.debt,
        [Debt {
            severity: Severity::Critical,
            count: 1
        }]
    );
}

#[test]
fn a_fix_candidate_that_could_not_be_looked_up_does_not_make_the_change_uncertain() {
    let mut refused = looked_up("1.2.6");
    refused.state = CoverageState::Partial;
    let evidence = evidence(
        Some(&[bump(None, Some("1.2.5"))]),
        &[finding("V1", "1.2.5")],
        &[],
        &[looked_up("1.2.5"), refused],
    );
    assert!(of_the_change(&evidence).all(|row| row.state == CoverageState::Complete));
}

#[test]
fn each_fact_tells_the_routes_it_came_by() {
    let evidence = evidence(
        Some(&[bump(Some("1.1.0"), Some("1.2.5"))]),
        &[finding("V1", "1.2.5"), finding("V1", "1.1.0")],
        &[finding("V1", "1.1.0")],
        &[looked_up("1.2.5"), looked_up("1.1.0")],
    );
    let told = |route: &str, indexes: &str| (format!("route:{route}"), indexes.to_owned());
    assert_eq!(evidence.extra, [told(ISSUES, "0"), told(PACKAGES, "0 1")]);
}
