//! Which upgrades are proposed, and which never.

use koalr_platform::model::assessment::Attribution;
use koalr_platform::model::evidence::FixCandidate;

use super::super::testing::{add, fire, report};
use super::*;

/// A change that is blocked by this many findings, each in a dependency of its own.
fn blocked(findings: u32) -> ChangeReport {
    let mut report = report();
    for index in 0..findings {
        add(&mut report, Attribution::Introduced);
        let name = format!("p{index}");
        let dependencies = report.evidence.dependencies.as_mut().unwrap();
        dependencies[index as usize].name.clone_from(&name);
        report.evidence.findings[index as usize].package = name;
    }
    let all: Vec<u32> = (0..findings).collect();
    fire(&mut report, "introduced-cvss", Decision::Block, &all);
    report
}

/// A version that fixes a finding, with the worst of its own vulnerabilities.
fn candidate(report: &mut ChangeReport, finding: u32, version: &str, worst: Option<Tenths>) {
    report.evidence.fix_candidates.push(FixCandidate {
        finding,
        version: version.to_owned(),
        worst,
    });
    report.assessment.counterfactuals.push(Counterfactual {
        dependency: report.evidence.findings[finding as usize]
            .dependency
            .unwrap(),
        version: version.to_owned(),
        score: 0,
        removes: vec![finding],
        verified: worst.is_some(),
    });
}

fn fixes_of(report: &ChangeReport) -> Vec<String> {
    fixes(&report.evidence, &report.assessment, &report.verdict)
}

#[test]
fn every_dependency_that_blocks_is_upgraded_once() {
    let mut report = blocked(2);
    candidate(&mut report, 0, "3.0.0", Some(0));
    candidate(&mut report, 0, "4.0.0", Some(0));
    candidate(&mut report, 1, "5.0.0", Some(0));
    assert_eq!(
        fixes_of(&report),
        ["npm install p0@3.0.0", "npm install p1@5.0.0"]
    );
}

#[test]
fn half_a_fix_is_none() {
    let mut report = blocked(2);
    candidate(&mut report, 0, "3.0.0", Some(0));
    assert_eq!(fixes_of(&report), [""; 0]);
}

#[test]
fn a_version_that_nobody_looked_up_is_never_proposed() {
    let mut report = blocked(1);
    candidate(&mut report, 0, "3.0.0", None);
    assert_eq!(fixes_of(&report), [""; 0]);
    // Whatever the integration says of it.
    report.assessment.counterfactuals[0].verified = true;
    assert_eq!(fixes_of(&report), [""; 0]);
}

#[test]
fn what_would_still_block_is_counted_where_somebody_looked() {
    let mut report = blocked(2);
    candidate(&mut report, 0, "3.0.0", Some(0));
    candidate(&mut report, 0, "4.0.0", Some(1));
    candidate(&mut report, 1, "5.0.0", None);
    let left_by = |report: &ChangeReport| {
        let all = report.assessment.counterfactuals.iter();
        all.map(|one| left(report, one)).collect::<Vec<_>>()
    };
    assert_eq!(left_by(&report), [Some(1), None, None]);
    report.verdict.fired[0].findings = vec![0];
    assert_eq!(left_by(&report)[0], Some(0));
    fire(&mut report, "incomplete", Decision::Block, &[]);
    assert_eq!(
        left_by(&report)[0],
        None,
        "no upgrade lifts a rule without findings"
    );
}

#[test]
fn a_version_that_is_vulnerable_itself_is_never_proposed() {
    let mut report = blocked(1);
    candidate(&mut report, 0, "3.0.0", Some(1));
    assert_eq!(fixes_of(&report), [""; 0]);
}

#[test]
fn one_version_fixes_all_vulnerabilities_of_its_package() {
    let mut report = blocked(2);
    // Both findings are in one dependency; the version that fixes the second one is above that which fixes the first.
    report.evidence.findings[1].dependency = Some(0);
    candidate(&mut report, 0, "3.0.0", Some(94));
    candidate(&mut report, 1, "3.1.0", Some(0));
    assert_eq!(fixes_of(&report), ["npm install p0@3.1.0"]);
}

#[test]
fn a_licence_that_blocks_is_only_lifted_by_a_version_that_is_said_to() {
    let mut report = blocked(2);
    report.evidence.findings[1].dependency = Some(0);
    report.evidence.findings[0].class = FindingClass::License;
    candidate(&mut report, 1, "3.1.0", Some(0));
    assert_eq!(fixes_of(&report), [""; 0]);
}

#[test]
fn other_manifests_with_the_same_version_are_named() {
    let mut report = blocked(1);
    candidate(&mut report, 0, "3.0.0", Some(0));
    let dependencies = report.evidence.dependencies.as_mut().unwrap();
    dependencies[0].manifest = Some("api/package-lock.json".to_owned());
    let mut other = dependencies[0].clone();
    other.manifest = Some("web/package-lock.json".to_owned());
    dependencies.push(other);
    assert_eq!(
        fixes_of(&report),
        [
            "npm install p0@3.0.0",
            "the same for every manifest that has it: `api/package-lock.json`, `web/package-lock.json`"
        ]
    );
}

#[test]
fn what_only_warns_needs_no_fix() {
    let mut report = blocked(1);
    candidate(&mut report, 0, "3.0.0", Some(0));
    report.verdict.fired[0].decision = Decision::Warn;
    assert_eq!(fixes_of(&report), [""; 0]);
}

#[test]
fn without_an_upgrade_removing_and_waiving_are_what_is_possible() {
    let report = blocked(2);
    assert_eq!(
        otherwise(&report, &Names::of_report(&report)),
        "no set of upgrades is known to do it: remove p0, or let somebody waive CVE-2026-0 (CVSS 9.4) in p0 2.0.0; 1 more block as well"
    );
}
