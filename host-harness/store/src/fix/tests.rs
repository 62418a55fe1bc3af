use FixState::{Available, None as NoFix, Partial, Unknown};
use koalr_platform::model::common::{Coverage, CoverageState, FindingClass, Severity};
use koalr_platform::model::record::{Entry, Fix};

use super::*;
use crate::FindingFilter;
use crate::fixture::{batch, change_scope, connected, finding, organizations};

/// A package at version 1, with its ecosystem if one stands before a colon.
fn package(name: &str) -> PackageVersion {
    let (ecosystem, name) = match name.split_once(':') {
        Some((ecosystem, name)) => (Some(ecosystem.to_owned()), name),
        None => (None, name),
    };
    PackageVersion {
        ecosystem,
        name: name.to_owned(),
        version: Some("1".to_owned()),
    }
}

fn fix(name: &str, state: FixState, versions: &[&str]) -> Entry {
    Entry::Fix(Fix {
        organization: "o1".to_owned(),
        vulnerability: "SNYK-JS-1".to_owned(),
        affected: package(name),
        state,
        versions: versions.iter().map(ToString::to_string).collect(),
        source: "packages".to_owned(),
        as_of: 4,
    })
}

fn affected(id: &str, state: FixState, packages: &[&str]) -> Finding {
    let mut finding = finding(id);
    finding.packages = packages.iter().map(|name| package(name)).collect();
    finding.fix = state;
    finding.fix_source = if state == Unknown { "" } else { "feed-flags" }.to_owned();
    finding.fixed_in.clear();
    finding
}

/// State, source and versions of a finding about `packages` that its listing gives `state`.
fn shown(state: FixState, packages: &[&str], fixes: Vec<Entry>) -> (FixState, String, String) {
    let (_directory, mut tenant, connection) = connected();
    let mut records = fixes;
    records.push(Entry::Finding(affected("f1", state, packages)));
    tenant
        .apply_batch(&connection, &organizations(), &batch(records), 5)
        .unwrap();
    let findings = tenant.findings(&connection, FindingFilter::default());
    let finding = findings.unwrap().remove(0).finding;
    (finding.fix, finding.fix_source, finding.fixed_in.join(" "))
}

fn expected(state: FixState, source: &str, versions: &str) -> (FixState, String, String) {
    (state, source.to_owned(), versions.to_owned())
}

#[test]
fn a_fix_that_was_looked_up_fills_what_the_listing_does_not_know() {
    let found = || vec![fix("npm:a", Available, &["2", "3"])];
    let filled = expected(Available, "packages", "2 3");
    assert_eq!(shown(Unknown, &["npm:a"], found()), filled);
    assert_eq!(shown(Partial, &["npm:a"], found()), filled);
    let listed = expected(NoFix, "feed-flags", "");
    assert_eq!(shown(NoFix, &["npm:a"], found()), listed);
}

#[test]
fn an_ecosystem_matters_only_where_both_sides_know_it() {
    let found = |name| shown(Unknown, &[name], vec![fix("npm:a", Available, &["2"])]).0;
    assert_eq!(found("a"), Available);
    assert_eq!(found("npm:a"), Available);
    assert_eq!(found("pypi:a"), Unknown);
    let unknown = vec![fix("a", Available, &["2"])];
    assert_eq!(shown(Unknown, &["pypi:a"], unknown).0, Available);
    let both = vec![fix("a", NoFix, &[]), fix("npm:a", Available, &["2"])];
    assert_eq!(shown(Unknown, &["npm:a"], both).0, Available);
}

#[test]
fn what_another_organization_was_told_holds_unless_one_s_own_says_otherwise() {
    let elsewhere = || match fix("npm:a", Available, &["2"]) {
        Entry::Fix(fix) => Entry::Fix(Fix {
            organization: "o0".to_owned(),
            ..fix
        }),
        other => other,
    };
    let told = |fixes| shown(Unknown, &["npm:a"], fixes).0;
    assert_eq!(told(vec![elsewhere()]), Available);
    assert_eq!(told(vec![elsewhere(), fix("npm:a", NoFix, &[])]), NoFix);
}

#[test]
fn a_fix_of_another_version_says_nothing() {
    let (_directory, mut tenant, connection) = connected();
    let mut other = affected("f1", Unknown, &["npm:a", "npm:a"]);
    let versions = [Some("2".to_owned()), None];
    for (package, version) in other.packages.iter_mut().zip(versions) {
        package.version = version;
    }
    let records = vec![fix("npm:a", Available, &["2"]), Entry::Finding(other)];
    tenant
        .apply_batch(&connection, &organizations(), &batch(records), 5)
        .unwrap();
    let findings = tenant.findings(&connection, FindingFilter::default());
    assert_eq!(findings.unwrap().remove(0).finding.fix, Unknown);
}

#[test]
fn a_finding_about_several_packages_is_fixable_only_if_all_of_them_are() {
    let both = ["npm:a", "npm:b"];
    let all = vec![
        fix("npm:a", Available, &["2"]),
        fix("npm:b", Available, &["5", "2"]),
    ];
    let filled = expected(Available, "packages", "2 5");
    assert_eq!(shown(Unknown, &both, all), filled);
    let one = vec![fix("npm:b", Available, &["5"])];
    let filled = expected(Partial, "packages", "5");
    assert_eq!(shown(Unknown, &both, one), filled);
}

#[test]
fn that_there_is_no_fix_is_said_only_if_every_package_has_none() {
    let both = ["npm:a", "npm:b"];
    let one = || vec![fix("npm:a", NoFix, &[])];
    assert_eq!(shown(Unknown, &both, one()), expected(Unknown, "", ""));
    let mut all = one();
    all.push(fix("npm:b", NoFix, &[]));
    let none = expected(NoFix, "packages", "");
    assert_eq!(shown(Unknown, &both, all), none);
    let partial = expected(Partial, "feed-flags", "");
    assert_eq!(shown(Partial, &["npm:a"], one()), partial);
}

/// Names of the gaps that these findings leave at time 1,000 with a time to live of 100.
fn gaps(records: Vec<Entry>, coverage: Vec<Coverage>, limit: usize) -> Vec<String> {
    let (_directory, mut tenant, connection) = connected();
    let mut batch = batch(records);
    batch.coverage = coverage;
    tenant
        .apply_batch(&connection, &change_scope(), &batch, 5)
        .unwrap();
    let gaps = tenant.fix_gaps(&connection, 1_000, 100, limit).unwrap();
    gaps.into_iter().map(|package| package.name).collect()
}

fn urgent(id: &str, package: &str, severity: Option<Severity>, score: Option<u16>) -> Finding {
    let mut finding = affected(id, Unknown, &[package]);
    finding.severity = severity;
    match (&mut finding.selected, score) {
        (Some(selected), Some(score)) => selected.score = score,
        (selected, _) => *selected = None,
    }
    finding
}

#[test]
fn gaps_are_those_of_grave_findings_the_worst_first_then_by_name() {
    use Severity::{Critical, High, Medium};
    let findings = || {
        vec![
            Entry::Finding(urgent("f1", "npm:high-b", Some(High), Some(80))),
            Entry::Finding(urgent("f2", "npm:high-a", Some(High), Some(80))),
            Entry::Finding(urgent("f3", "npm:scored", Some(Medium), Some(70))),
            Entry::Finding(urgent("f4", "npm:critical", Some(Critical), None)),
            Entry::Finding(urgent("f5", "npm:mild", Some(Medium), Some(69))),
            Entry::Finding(urgent("f6", "npm:unrated", None, None)),
            Entry::Finding(urgent("f7", "npm:high-b", Some(High), Some(75))),
        ]
    };
    let worst = ["critical", "high-a", "high-b", "scored"];
    assert_eq!(gaps(findings(), vec![], 9), worst);
    assert_eq!(gaps(findings(), vec![], 2), worst[..2]);
}

#[test]
fn no_gap_is_where_nobody_waits_for_a_fix_or_one_is_known() {
    let grave = || urgent("f1", "npm:a", Some(Severity::High), Some(80));
    assert_eq!(gaps(vec![Entry::Finding(grave())], vec![], 9), ["a"]);
    let others: [fn(&mut Finding); 6] = [
        |finding| finding.open = false,
        |finding| finding.ignored = true,
        |finding| finding.class = FindingClass::Container,
        |finding| finding.fix = NoFix,
        |finding| finding.packages[0].ecosystem = None,
        |finding| finding.packages[0].version = None,
    ];
    for change in others {
        let mut other = grave();
        change(&mut other);
        assert!(gaps(vec![Entry::Finding(other)], vec![], 9).is_empty());
    }
    let known = vec![Entry::Finding(grave()), fix("npm:a", NoFix, &[])];
    assert!(gaps(known, vec![], 9).is_empty());
}

#[test]
fn a_package_is_looked_up_again_only_after_its_time() {
    let looked_up = |as_of| {
        let row = Coverage {
            route: "packages".to_owned(),
            subject: "npm:a@1".to_owned(),
            state: CoverageState::Complete,
            as_of,
            detail: String::new(),
        };
        let grave = urgent("f1", "npm:a", Some(Severity::High), Some(80));
        gaps(vec![Entry::Finding(grave)], vec![row], 9)
    };
    assert!(looked_up(Some(901)).is_empty());
    assert_eq!(looked_up(Some(900)), ["a"]);
    assert_eq!(looked_up(None), ["a"]);
}
