use koalr_integration_kit::model::common::{
    ExploitMaturity, FindingClass, FixState, Reachability, Severity,
};
use koalr_integration_kit::model::record::{Finding, PackageVersion};

use crate::json;
use crate::snyk::wire::Issue;

const DATES: &str = r#""created_at":"2026-01-01T00:00:00Z","updated_at":"2026-01-02T00:00:00.5Z""#;

fn of(kind: &str, rest: &str) -> Finding {
    let json = format!(
        r#"{{"id":"i-1","attributes":{{"key":"k-1","type":"{kind}",{DATES}{rest}}},
            "relationships":{{"scan_item":{{"data":{{"id":"p-1","type":"project"}}}}}}}}"#
    );
    read(&json).unwrap()
}

fn read(json: &str) -> Result<Finding, String> {
    let containers = ["c-1".to_owned()];
    super::finding(&json::read::<Issue<'_>>(json).unwrap(), "o-1", &containers)
}

#[test]
fn a_sparse_issue_is_read_and_says_what_it_does_not_know() {
    let finding = of("package_vulnerability", "");
    assert_eq!(
        (
            finding.vulnerability.as_str(),
            finding.open,
            finding.ignored
        ),
        ("k-1", true, false)
    );
    assert_eq!(
        (finding.severity, finding.selected, finding.risk),
        (None, None, None)
    );
    assert_eq!(
        (finding.fix, finding.fix_source.as_str()),
        (FixState::Unknown, "")
    );
    assert_eq!(
        (finding.exploit, finding.reachability),
        (ExploitMaturity::Unknown, Reachability::Unknown)
    );
    assert_eq!(finding.updated_at - finding.created_at, 86_400_500);
}

#[test]
fn snyk_s_id_public_ids_and_weaknesses_are_told_apart() {
    let finding = of(
        "package_vulnerability",
        r#","problems":[{"id":"CVE-2020-8203","source":"snyk"},{"id":"SNYK-JS-LODASH-590103","source":"SNYK"},
            {"id":"GHSA-p6mc-m468-83gw","source":"GHSA"},{"id":"CVE-2019-10744","source":"NVD"}],
            "classes":[{"id":"CWE-400","source":"CWE"},{"id":"data","source":"snyk-cloud"},{"id":"CWE-1321"}]"#,
    );
    assert_eq!(finding.vulnerability, "SNYK-JS-LODASH-590103");
    assert_eq!(
        finding.aliases,
        ["CVE-2019-10744", "CVE-2020-8203", "GHSA-p6mc-m468-83gw"]
    );
    assert_eq!(finding.weaknesses, ["CWE-1321", "CWE-400"]);
}

#[test]
fn types_become_classes_and_an_unknown_one_is_kept() {
    for (kind, class) in [
        ("package_vulnerability", FindingClass::PackageVulnerability),
        ("license", FindingClass::License),
        ("config", FindingClass::Infrastructure),
        ("cloud", FindingClass::Infrastructure),
        ("code", FindingClass::Code),
        ("custom", FindingClass::Other),
        ("secrets", FindingClass::Other),
    ] {
        let finding = of(kind, "");
        assert_eq!((finding.class, finding.kind.as_str()), (class, kind));
    }
}

#[test]
fn a_vulnerability_of_a_container_project_is_a_container_finding_but_a_licence_is_a_licence() {
    for (kind, class) in [
        ("package_vulnerability", FindingClass::Container),
        ("license", FindingClass::License),
    ] {
        let json = format!(
            r#"{{"id":"i","attributes":{{"type":"{kind}",{DATES}}},"relationships":{{"scan_item":{{"data":{{"id":"c-1"}}}}}}}}"#
        );
        assert_eq!(read(&json).unwrap().class, class);
    }
}

#[test]
fn a_licence_issue_without_representation_names_its_package_in_its_id() {
    let of_license = |coordinates: &str| {
        let id = r#","problems":[{"id":"snyk:lic:maven:org.acme:core:LGPL-2.1","source":"SNYK"}]"#;
        let finding = of("license", &format!("{id}{coordinates}"));
        assert_eq!(finding.license.as_deref(), Some("LGPL-2.1"));
        finding.packages
    };
    let package = |name: &str, version: Option<&str>| PackageVersion {
        ecosystem: Some("maven".to_owned()),
        name: name.to_owned(),
        version: version.map(str::to_owned),
    };
    assert_eq!(of_license(""), [package("org.acme:core", None)]);
    assert_eq!(
        of_license(
            r#","coordinates":[{"representations":[{"dependency":{"package_name":"org.acme:lib","package_version":"1"}}]}]"#
        ),
        [package("org.acme:lib", Some("1"))]
    );
}

#[test]
fn ratings_are_in_tenths_and_an_impossible_score_is_none() {
    let finding = of(
        "package_vulnerability",
        r#","severities":[{"source":"Snyk","version":"3.1","score":9.8,"vector":"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"},
            {"source":"NVD","version":"3.1","score":98.0}],"effective_severity_level":"high","risk":{"score":{"value":649}}"#,
    );
    assert_eq!(finding.cvss[0].score, Some(98));
    assert_eq!(finding.cvss[1].score, None);
    assert_eq!(finding.selected.map(|selected| selected.score), Some(98));
    assert_eq!(
        (finding.severity, finding.risk),
        (Some(Severity::High), Some(649))
    );
}

#[test]
fn the_furthest_exploit_counts() {
    let maturity = |levels: &str| {
        of(
            "package_vulnerability",
            &format!(r#","exploit_details":{{"maturity_levels":[{levels}]}}"#),
        )
        .exploit
    };
    assert_eq!(
        maturity(r#"{"level":"Attacked","format":"CVSSv4"},{"level":"High"}"#),
        ExploitMaturity::Attacked
    );
    assert_eq!(
        maturity(r#"{"level":"Proof of Concept"}"#),
        ExploitMaturity::ProofOfConcept
    );
    assert_eq!(
        maturity(r#"{"level":"Not Defined"},{"level":"Unproven"}"#),
        ExploitMaturity::NoneKnown
    );
    assert_eq!(maturity(r#"{"level":"Martian"}"#), ExploitMaturity::Unknown);
}

#[test]
fn a_fix_is_known_from_a_true_flag_and_never_denied_by_a_false_one() {
    let fix = |coordinates: &str| {
        let finding = of(
            "package_vulnerability",
            &format!(r#","coordinates":[{coordinates}]"#),
        );
        (finding.fix, finding.fix_source)
    };
    let flags = "feed-flags".to_owned();
    assert_eq!(
        fix(r#"{"is_upgradeable":true},{"is_pinnable":true}"#),
        (FixState::Available, flags.clone())
    );
    assert_eq!(
        fix(r#"{"is_upgradeable":true},{"is_upgradeable":false}"#),
        (FixState::Partial, flags)
    );
    assert_eq!(
        fix(
            r#"{"is_upgradeable":false,"is_pinnable":false,"is_patchable":false,"is_fixable_snyk":false}"#
        ),
        (FixState::Unknown, String::new())
    );
    assert_eq!(
        fix(r#"{"remedies":[{"meta":{"data":{"fixed_in":["1.2"]}}}]}"#),
        (FixState::Available, "remedies".to_owned())
    );
    assert_eq!(
        fix(r#"{"remedies":[{"meta":{"data":"odd"}},{"meta":null}]}"#),
        (FixState::Unknown, String::new())
    );
}

#[test]
fn a_package_is_not_reachable_only_if_no_coordinate_is_in_doubt() {
    let reach = |coordinates: &str| {
        of(
            "package_vulnerability",
            &format!(r#","coordinates":[{coordinates}]"#),
        )
        .reachability
    };
    assert_eq!(
        reach(r#"{"reachability":"package"},{"reachability":"function"}"#),
        Reachability::Reachable
    );
    assert_eq!(
        reach(r#"{"reachability":"no-path-found"},{}"#),
        Reachability::Unknown
    );
    assert_eq!(
        reach(r#"{"reachability":"no-path-found"}"#),
        Reachability::NotReachable
    );
}

#[test]
fn packages_keep_their_order_and_code_has_a_location() {
    let finding = of(
        "package_vulnerability",
        r#","coordinates":[{"representations":[{"dependency":{"package_name":"b","package_version":"2"}},{"resourcePath":"x"}]},
            {"representations":[{"dependency":{"package_name":"a"}},{"dependency":{"package_name":"b","package_version":"2"}}]}]"#,
    );
    let names: Vec<_> = finding
        .packages
        .iter()
        .map(|package| package.name.as_str())
        .collect();
    assert_eq!((names, finding.location), (vec!["b", "a"], None));
    let finding = of(
        "code",
        r#","coordinates":[{"representations":[{"sourceLocation":{"file":"src/a.js","region":{"start":{"line":7}}}}]}]"#,
    );
    assert_eq!(finding.location.as_deref(), Some("src/a.js:7"));
}

#[test]
fn an_environment_is_named_as_such_and_a_resolution_keeps_its_word() {
    let finding = read(&format!(
        r#"{{"id":"i","attributes":{{"type":"cloud","status":"resolved","effective_severity_level":"urgent",
            "resolution":{{"type":"fixed","resolved_at":"2026-01-03T00:00:00Z"}},{DATES},
            "coordinates":[{{"representations":[{{"cloud_resource":{{"resource":{{"native_id":"arn:aws:s3:::b","name":"b"}}}}}}]}}]}},
            "relationships":{{"scan_item":{{"data":{{"id":"e-1","type":"environment"}}}}}}}}"#
    ))
    .unwrap();
    let extra: Vec<_> = finding
        .extra
        .iter()
        .map(|(key, value)| (key.as_str(), value.as_str()))
        .collect();
    assert_eq!(
        extra,
        [
            ("resolution", "fixed"),
            ("severity", "urgent"),
            ("scan-item", "environment")
        ]
    );
    assert_eq!(finding.location.as_deref(), Some("arn:aws:s3:::b"));
    assert_eq!((finding.open, finding.resolved_at.is_some()), (false, true));
}

#[test]
fn what_makes_an_issue_useless_is_said() {
    let item = r#""relationships":{"scan_item":{"data":{"id":"p"}}}"#;
    for (json, reason) in [
        (
            format!(r#"{{"attributes":{{{DATES}}},{item}}}"#),
            "it has no id",
        ),
        (
            format!(r#"{{"id":"i","attributes":{{{DATES}}}}}"#),
            "it names no project",
        ),
        (format!(r#"{{"id":"i",{item}}}"#), "it has no `created_at`"),
        (
            format!(
                r#"{{"id":"i","attributes":{{"created_at":"2026-01-01T00:00:00Z","updated_at":"soon"}},{item}}}"#
            ),
            "its `updated_at` is no date: `soon`",
        ),
    ] {
        assert_eq!(read(&json), Err(reason.to_owned()));
    }
}

#[test]
fn an_issue_of_a_package_version_carries_that_version_its_fixes_and_its_disclosure() {
    let json = format!(
        r#"{{"id":"SNYK-PYTHON-PYYAML-590151","attributes":{{"type":"package_vulnerability",{DATES},
            "problems":[{{"id":"CVE-2020-14343","source":"CVE"}},{{"id":"CWE-20","source":"CWE"}}],
            "coordinates":[{{"remedies":[{{"details":{{"upgrade_package":"5.4, 6.0"}}}}],
                "representations":[{{"resource_path":"[0,5.4)"}}]}}],
            "slots":{{"disclosure_time":"2020-07-23T00:00:00Z","publication_time":"2020-07-24T00:00:00Z",
                "exploit_details":{{"maturity_levels":[{{"level":"Proof of Concept"}}]}}}}}}}}"#
    );
    let package = PackageVersion {
        ecosystem: Some("pypi".to_owned()),
        name: "pyyaml".to_owned(),
        version: Some("5.3".to_owned()),
    };
    let wire: Issue<'_> = json::read(&json).unwrap();
    let finding = super::package_finding(&wire, "o-1", &package).unwrap();
    assert_eq!(finding.vulnerability, "SNYK-PYTHON-PYYAML-590151");
    assert_eq!(finding.key, "SNYK-PYTHON-PYYAML-590151:pyyaml:5.3");
    assert_eq!(finding.packages, [package]);
    assert_eq!(finding.fixed_in, ["5.4", "6.0"]);
    assert_eq!(
        (finding.aliases, finding.weaknesses),
        (vec!["CVE-2020-14343".to_owned()], vec!["CWE-20".to_owned()])
    );
    assert_eq!(finding.disclosed_at, Some(1_595_462_400_000));
    assert_eq!(
        (finding.exploit, finding.location, finding.project.as_str()),
        (ExploitMaturity::ProofOfConcept, None, "")
    );
}
