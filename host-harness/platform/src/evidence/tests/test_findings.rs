use super::*;

fn tested(lookups: &[Finding], tests: &[Finding], stored: &[Finding]) -> Evidence {
    gather(&Known {
        dependencies: Some(&[bump(Some("1.1.0"), Some("1.2.5"))]),
        lookups,
        tests,
        stored,
        projects: &[project("main"), project("other")],
        coverage: &[
            looked_up("1.1.0"),
            looked_up("1.2.5"),
            listed(CoverageState::Complete),
        ],
        ..nothing_known(&between_branches())
    })
}

#[test]
fn a_finding_of_the_change_s_test_is_in_the_head() {
    let evidence = tested(&[], &[finding("V1", "1.2.5")], &[]);
    assert_eq!(
        seen(&evidence.findings[0]),
        ("1.2.5", Presence::Present, Presence::Unknown)
    );
    assert_eq!(evidence.findings[0].dependency, Some(0));
}

#[test]
fn a_test_s_problem_that_the_target_branch_has_at_any_version_is_in_the_base() {
    let base = of_branch("main", finding("V1", "1.0.0"));
    let evidence = tested(&[], &[finding("V1", "1.2.5")], &[base]);
    assert_eq!(evidence.findings[0].base, Presence::Present);
}

#[test]
fn a_test_s_problem_at_the_very_version_may_be_an_old_listing_s() {
    let base = of_branch("main", finding("V1", "1.2.5"));
    let evidence = tested(&[], &[finding("V1", "1.2.5")], &[base]);
    assert_eq!(evidence.findings[0].base, Presence::Unknown);
}

#[test]
fn a_problem_of_another_branch_is_not_in_the_base() {
    let other = of_branch("other", finding("V1", "1.0.0"));
    let evidence = tested(&[], &[finding("V1", "1.2.5")], &[other]);
    assert_eq!(evidence.findings[0].base, Presence::Unknown);
}

#[test]
fn a_test_adds_no_second_fact_to_a_lookup_s() {
    let found = [finding("V1", "1.2.5")];
    let evidence = tested(&found, &found, &[]);
    let seen: Vec<_> = evidence.findings.iter().map(seen).collect();
    assert_eq!(seen, [("1.2.5", Presence::Present, Presence::Absent)]);
    assert_eq!(evidence.fix_candidates.len(), 1);
}

#[test]
fn a_test_that_still_sees_the_version_before_is_believed() {
    let found = [finding("V1", "1.1.0")];
    let evidence = tested(&found, &found, &[]);
    assert_eq!(
        seen(&evidence.findings[0]),
        ("1.1.0", Presence::Present, Presence::Present)
    );
}

#[test]
fn a_test_s_finding_in_an_untouched_package_stays_out() {
    let mut elsewhere = finding("V1", "1.2.5");
    elsewhere.packages[0].name = "lodash".to_owned();
    assert!(tested(&[], &[elsewhere], &[]).findings.is_empty());
}

#[test]
fn of_two_changes_of_a_package_a_finding_refers_to_the_one_that_brings_its_version() {
    let evidence = gather(&Known {
        dependencies: Some(&[
            bump(Some("1.1.0"), Some("1.2.6")),
            bump(None, Some("1.2.5")),
        ]),
        tests: &[finding("V1", "1.2.5")],
        ..nothing_known(&change())
    });
    assert_eq!(evidence.findings[0].dependency, Some(1));
}

#[test]
fn a_test_s_coverage_is_the_plugin_s() {
    let tests = Coverage {
        route: TEST_FINDINGS.to_owned(),
        subject: "test-1".to_owned(),
        ..listed(CoverageState::Refused)
    };
    let evidence = gather(&Known {
        coverage: std::slice::from_ref(&tests),
        ..nothing_known(&change())
    });
    assert!(evidence.coverage.contains(&tests));
}
