use std::collections::BTreeSet;

use super::AS_OF;
use crate::{Severity, State, Subject, sample};

#[test]
fn every_issue_belongs_to_a_project_and_has_an_id_of_its_own() {
    let organization = sample::organization(AS_OF);
    let projects: BTreeSet<&str> = organization
        .projects
        .iter()
        .map(|item| item.id.as_str())
        .collect();
    let ids: BTreeSet<&str> = organization
        .issues
        .iter()
        .map(|item| item.id.as_str())
        .collect();
    assert_eq!(ids.len(), organization.issues.len());
    assert_eq!(projects.len(), organization.projects.len());
    for issue in &organization.issues {
        assert!(projects.contains(issue.project.as_str()), "{}", issue.title);
    }
}

#[test]
fn no_time_lies_after_the_time_it_was_made_for() {
    let organization = sample::organization(AS_OF);
    for issue in &organization.issues {
        assert!(
            issue.created_at <= issue.updated_at && issue.updated_at <= AS_OF,
            "{}",
            issue.title
        );
        if let State::Resolved(at) = issue.state {
            assert!(AS_OF - at < 90 * 86_400_000, "{}", issue.title);
        }
    }
}

#[test]
fn one_open_issue_has_only_a_cvss_4_rating_and_one_package_has_none() {
    let organization = sample::organization(AS_OF);
    let ratings: Vec<Vec<&str>> = organization
        .issues
        .iter()
        .filter_map(|issue| match &issue.subject {
            Subject::Package { vulnerability, .. }
                if issue.status() == "open" && !issue.is_ignored() =>
            {
                Some(vulnerability)
            }
            _ => None,
        })
        .map(|vulnerability| {
            vulnerability
                .ratings
                .iter()
                .map(|item| &item.vector[..8])
                .collect()
        })
        .collect();
    assert_eq!(
        ratings.iter().filter(|list| **list == ["CVSS:4.0"]).count(),
        1
    );
    assert_eq!(ratings.iter().filter(|list| list.is_empty()).count(), 1);
}

/// The worst severity among the lookups of what a change leaves behind.
fn worst(name: &str) -> Option<Severity> {
    let organization = sample::organization(AS_OF);
    let changes = sample::changes();
    let change = changes.iter().find(|change| change.name == name).unwrap();
    assert!(
        organization
            .projects
            .iter()
            .any(|project| project.target.display_name == change.repository)
    );
    let purls = change.dependencies.iter().filter_map(|dependency| {
        let version = dependency.after?;
        Some(format!(
            "pkg:{}/{}@{version}",
            dependency.ecosystem, dependency.name
        ))
    });
    let packages =
        purls.filter_map(|purl| organization.packages.iter().find(|item| item.purl == purl));
    packages
        .flat_map(|package| &package.vulnerabilities)
        .map(|item| item.severity)
        .max()
}

#[test]
fn the_clean_change_leaves_nothing_the_raised_one_a_high_and_the_blocked_one_a_critical() {
    assert_eq!(worst("clean"), None);
    assert_eq!(worst("raised"), Some(Severity::High));
    assert_eq!(worst("blocked"), Some(Severity::Critical));
}

#[test]
fn the_raised_change_keeps_one_finding_of_its_base_and_brings_one() {
    let organization = sample::organization(AS_OF);
    let ids = |purl: &str| -> BTreeSet<String> {
        let package = organization
            .packages
            .iter()
            .find(|item| item.purl == purl)
            .unwrap();
        package
            .vulnerabilities
            .iter()
            .map(|item| item.id.clone())
            .collect()
    };
    let (base, head) = (ids("pkg:npm/axios@0.27.2"), ids("pkg:npm/axios@1.7.2"));
    assert_eq!(base.intersection(&head).count(), 1);
    assert_eq!(head.difference(&base).count(), 1);
}
