use koalr_platform::model::record::{Entry, PackageVersion, RemediationStep};

use super::*;
use crate::fixture::{batch, connected, finding, organizations, project};

fn ids(filter: FindingFilter<'_>) -> Vec<String> {
    let (_directory, mut tenant, connection) = connected();
    let place = |id: &str, project: &str, package: &str| {
        let mut finding = finding(id);
        finding.project = project.to_owned();
        finding.packages.push(PackageVersion {
            ecosystem: Some("npm".to_owned()),
            name: package.to_owned(),
            version: Some("1.0.0".to_owned()),
        });
        Entry::Finding(finding)
    };
    let batch = batch(vec![
        Entry::Project(project("p1", Some("shop/web"))),
        Entry::Project(project("p2", Some("shop/api"))),
        Entry::Project(project("p3", None)),
        place("f3", "p1", "left-pad"),
        place("f2", "p2", "left-pad"),
        place("f1", "p3", "it's \"quoted\""),
    ]);
    tenant
        .apply_batch(&connection, &organizations(), &batch, 5)
        .unwrap();
    let findings = tenant.findings(&connection, filter).unwrap();
    findings
        .into_iter()
        .map(|stored| stored.finding.id)
        .collect()
}

#[test]
fn findings_come_by_id_and_all_without_a_filter() {
    assert_eq!(ids(FindingFilter::default()), ["f1", "f2", "f3"]);
}

#[test]
fn findings_of_a_repository_are_those_of_its_projects() {
    let of = |repository| {
        ids(FindingFilter {
            repository: Some(repository),
            ..FindingFilter::default()
        })
    };
    assert_eq!(of("shop/web"), ["f3"]);
    assert!(of("shop").is_empty());
}

#[test]
fn findings_of_a_reference_are_those_of_the_repositorys_projects_on_it() {
    let of = |reference| {
        ids(FindingFilter {
            repository: Some("shop/web"),
            reference: Some(reference),
            ..FindingFilter::default()
        })
    };
    assert_eq!(of("main"), ["f3"]);
    assert!(of("next").is_empty());
}

#[test]
fn findings_of_packages_are_found_by_any_of_their_packages() {
    let of = |packages: &[&str]| {
        ids(FindingFilter {
            packages: Some(packages),
            ..FindingFilter::default()
        })
    };
    assert_eq!(of(&["left-pad"]), ["f2", "f3"]);
    assert_eq!(of(&["it's \"quoted\"", "none"]), ["f1"]);
    assert_eq!(of(&["lodash"]), ["f1", "f2", "f3"]);
    assert!(of(&[]).is_empty());
}

#[test]
fn both_filters_must_hold() {
    let filter = FindingFilter {
        repository: Some("shop/api"),
        packages: Some(&["left-pad"]),
        ..FindingFilter::default()
    };
    assert_eq!(ids(filter), ["f2"]);
}
/// Steps of the finding `f1` as (step, time, source).
fn told(tenant: &Tenant, connection: &StoredConnection) -> Vec<(RemediationStep, i64, String)> {
    let steps = tenant.timeline(connection, "o1", "f1").unwrap().into_iter();
    steps.map(|one| (one.step, one.at, one.source)).collect()
}

fn step(step: RemediationStep, at: Timestamp, source: &str) -> (RemediationStep, i64, String) {
    (step, at, source.to_owned())
}

#[test]
fn what_changes_between_syncs_becomes_a_timeline() {
    use RemediationStep::{FirstSeen, Ignored, ReIntroduced, Resolved, UnIgnored};
    let (_directory, mut tenant, connection) = connected();
    let mut finding = finding("f1");
    let mut sync = |finding: &Finding, as_of| {
        let batch = batch(vec![Entry::Finding(finding.clone())]);
        for _repeated in 0..2 {
            tenant
                .apply_batch(&connection, &organizations(), &batch, as_of)
                .unwrap();
        }
    };
    sync(&finding, 500);
    (finding.ignored, finding.updated_at) = (true, 600);
    sync(&finding, 650);
    (finding.ignored, finding.updated_at) = (false, 700);
    sync(&finding, 750);
    (finding.open, finding.resolved_at, finding.updated_at) = (false, Some(790), 800);
    sync(&finding, 850);
    (finding.open, finding.introduced_at, finding.updated_at) = (true, Some(890), 900);
    sync(&finding, 950);
    assert_eq!(
        told(&tenant, &connection),
        [
            step(FirstSeen, 500, "first sync that had it"),
            step(Ignored, 600, "updated-at"),
            step(UnIgnored, 700, "updated-at"),
            step(Resolved, 790, "resolved-at"),
            step(ReIntroduced, 890, "introduced-at"),
        ]
    );
}

#[test]
fn a_step_that_the_integration_tells_is_not_told_twice() {
    use RemediationStep::{FirstSeen, Introduced, Resolved};
    let (_directory, mut tenant, connection) = connected();
    let of_integration = |step, at| {
        Entry::Remediation(Remediation {
            organization: "o1".to_owned(),
            finding: "f1".to_owned(),
            step,
            at,
            source: "the upstream".to_owned(),
        })
    };
    let mut finding = finding("f1");
    let first = batch(vec![
        Entry::Finding(finding.clone()),
        of_integration(Introduced, 1),
    ]);
    (finding.open, finding.resolved_at, finding.updated_at) = (false, Some(790), 800);
    let second = batch(vec![
        Entry::Finding(finding.clone()),
        of_integration(Resolved, 780),
    ]);
    for (batch, as_of) in [(first, 500), (second, 850)] {
        tenant
            .apply_batch(&connection, &organizations(), &batch, as_of)
            .unwrap();
    }
    assert_eq!(
        told(&tenant, &connection),
        [
            step(Introduced, 1, "the upstream"),
            step(FirstSeen, 500, "first sync that had it"),
            step(Resolved, 780, "the upstream"),
        ]
    );
}
