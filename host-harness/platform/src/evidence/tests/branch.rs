use super::*;

fn scanned(projects: &[Project], stored: &[Finding], listing: CoverageState) -> Evidence {
    gather(&Known {
        dependencies: Some(&[bump(Some("1.2.6"), Some("1.2.5"))]),
        stored,
        projects,
        coverage: &[listed(listing)],
        ..nothing_known(&between_branches())
    })
}

fn both() -> [Project; 2] {
    [project("fix"), project("main")]
}

fn found() -> Finding {
    of_branch("fix", finding("V1", "1.2.5"))
}

fn image_finding() -> Finding {
    let mut finding = of_branch("fix", finding("V9", "3.0.1"));
    finding.class = FindingClass::Container;
    finding.packages[0].ecosystem = Some("deb".to_owned());
    finding.packages[0].name = "openssl".to_owned();
    finding
}

#[test]
fn a_finding_of_the_branch_project_is_in_the_head() {
    let evidence = scanned(&both(), &[found()], CoverageState::Complete);
    let fact = &evidence.findings[0];
    assert_eq!(seen(fact), ("1.2.5", Presence::Present, Presence::Absent));
    assert_eq!((fact.dependency, fact.seen_before), (Some(0), false));
    assert_eq!(
        evidence.extra,
        [("route:branch-projects".to_owned(), "0".to_owned())]
    );
}

#[test]
fn a_problem_of_both_branches_is_in_the_base() {
    let base = of_branch("main", finding("V1", "1.0.0"));
    for listing in [CoverageState::Complete, CoverageState::Partial] {
        let evidence = scanned(&both(), &[found(), base.clone()], listing);
        assert_eq!(evidence.findings[0].base, Presence::Present);
        assert!(evidence.findings[0].seen_before);
    }
}

#[test]
fn a_base_that_was_not_listed_to_the_end_is_unknown() {
    let evidence = scanned(&both(), &[found()], CoverageState::Partial);
    assert_eq!(evidence.findings[0].base, Presence::Unknown);
}

#[test]
fn a_base_is_judged_by_the_same_file_and_kind() {
    let mut elsewhere = project("main");
    elsewhere.file = Some("web/package.json".to_owned());
    let evidence = scanned(
        &[project("fix"), elsewhere],
        &[found()],
        CoverageState::Complete,
    );
    assert_eq!(evidence.findings[0].base, Presence::Unknown);
}

#[test]
fn a_branch_scan_counts_only_at_the_version_that_the_change_brings() {
    let older = of_branch("fix", finding("V1", "1.2.4"));
    let evidence = scanned(&both(), &[older], CoverageState::Complete);
    assert!(evidence.findings.is_empty());
}

#[test]
fn a_resolved_finding_of_the_branch_is_not_in_the_head() {
    let mut resolved = found();
    resolved.open = false;
    let evidence = scanned(&both(), &[resolved], CoverageState::Complete);
    assert!(evidence.findings.is_empty());
}

#[test]
fn a_project_that_is_not_scanned_any_more_tells_nothing() {
    let mut idle = project("fix");
    idle.active = false;
    let evidence = scanned(
        &[idle, project("main")],
        &[found()],
        CoverageState::Complete,
    );
    assert!(evidence.findings.is_empty());
}

#[test]
fn findings_of_the_source_branch_are_not_debt() {
    let elsewhere = |branch| {
        let mut finding = of_branch(branch, finding("V2", "4.0.0"));
        finding.packages[0].name = "lodash".to_owned();
        finding
    };
    let stored = [elsewhere("fix"), elsewhere("main")];
    let evidence = scanned(&both(), &stored, CoverageState::Complete);
    assert_eq!(evidence.debt[0].count, 1);
}

#[test]
fn container_findings_stay_out_unless_policy_asks() {
    let change = between_branches();
    let stored = [image_finding()];
    let projects = both();
    let coverage = [listed(CoverageState::Complete)];
    let known = Known {
        stored: &stored,
        projects: &projects,
        coverage: &coverage,
        ..nothing_known(&change)
    };
    assert!(gather(&known).findings.is_empty());
    let asked = gather(&Known {
        beyond_packages: true,
        ..known
    });
    assert_eq!(asked.findings[0].package, "openssl");
    assert_eq!(
        seen(&asked.findings[0]),
        ("3.0.1", Presence::Present, Presence::Absent)
    );
}

#[test]
fn an_infrastructure_finding_is_about_no_package() {
    let misconfigured = |branch| Finding {
        class: FindingClass::Infrastructure,
        packages: Vec::new(),
        ..of_branch(branch, finding("V8", ""))
    };
    let evidence = gather(&Known {
        stored: &[misconfigured("fix"), misconfigured("main")],
        projects: &both(),
        beyond_packages: true,
        ..nothing_known(&between_branches())
    });
    let fact = &evidence.findings[0];
    assert_eq!(
        (fact.package.as_str(), seen(fact)),
        ("", ("", Presence::Present, Presence::Present))
    );
}

/// Projects of an image and its findings as `fix` and `main` have them.
fn images(projects: &[Project], stored: &[Finding], listing: CoverageState) -> Evidence {
    gather(&Known {
        dependencies: Some(&[]),
        stored,
        projects,
        coverage: &[listed(listing)],
        beyond_packages: true,
        ..nothing_known(&between_branches())
    })
}

fn image(branch: &str) -> Project {
    Project {
        name: "acme/shop".to_owned(),
        class: ProjectClass::Container,
        kind: "deb".to_owned(),
        file: None,
        ..project(branch)
    }
}

#[test]
fn an_image_finding_that_the_target_branch_has_too_is_one_fact_and_no_debt() {
    let stored = [image_finding(), of_branch("main", image_finding())];
    for listing in [CoverageState::Complete, CoverageState::Partial] {
        let evidence = images(&[image("fix"), image("main")], &stored, listing);
        assert_eq!(evidence.findings.len(), 1);
        assert_eq!(
            seen(&evidence.findings[0]),
            ("3.0.1", Presence::Present, Presence::Present)
        );
        assert!(evidence.debt.is_empty());
    }
}

#[test]
fn an_image_that_only_the_source_branch_has_has_no_known_base() {
    let evidence = images(
        &[image("fix"), project("main")],
        &[image_finding()],
        CoverageState::Complete,
    );
    assert_eq!(evidence.findings[0].base, Presence::Unknown);
}

#[test]
fn an_image_s_base_that_was_not_listed_to_the_end_is_unknown() {
    let evidence = images(
        &[image("fix"), image("main")],
        &[image_finding()],
        CoverageState::Partial,
    );
    assert_eq!(evidence.findings[0].base, Presence::Unknown);
}

#[test]
fn another_image_without_a_file_is_not_the_base() {
    let mut other = image("main");
    other.name = "acme/worker".to_owned();
    let evidence = images(
        &[image("fix"), other],
        &[image_finding(), of_branch("main", image_finding())],
        CoverageState::Complete,
    );
    assert_eq!(evidence.findings[0].base, Presence::Unknown);
}

#[test]
fn an_image_that_is_not_scanned_on_the_branch_makes_it_partial() {
    let scanned = images(&[image("fix"), image("main")], &[], CoverageState::Complete);
    assert_eq!(
        row(&scanned, BRANCH_PROJECTS).state,
        CoverageState::Complete
    );
    let unscanned = images(
        &[project("fix"), image("main")],
        &[],
        CoverageState::Complete,
    );
    let unscanned = row(&unscanned, BRANCH_PROJECTS);
    assert_eq!(
        (unscanned.state, unscanned.detail.as_str()),
        (
            CoverageState::Partial,
            "no project scans `acme/shop` on branch `fix`"
        )
    );
}

#[test]
fn a_code_finding_is_never_a_fact() {
    let mut weakness = found();
    weakness.class = FindingClass::Code;
    let evidence = gather(&Known {
        dependencies: Some(&[bump(None, Some("1.2.5"))]),
        stored: &[weakness],
        projects: &both(),
        beyond_packages: true,
        ..nothing_known(&between_branches())
    });
    assert!(evidence.findings.is_empty());
}

#[test]
fn a_branch_is_known_as_far_as_its_organization_is_listed() {
    for listing in [CoverageState::Complete, CoverageState::Refused] {
        let evidence = scanned(&both(), &[], listing);
        assert_eq!(row(&evidence, BRANCH_PROJECTS).state, listing);
    }
}

#[test]
fn a_branch_s_row_says_why_nobody_asked() {
    let told = |change: &Change, projects: &[Project]| {
        let evidence = gather(&Known {
            projects,
            ..nothing_known(change)
        });
        let row = row(&evidence, BRANCH_PROJECTS);
        assert_eq!(
            (row.state, row.as_of),
            (CoverageState::NotAsked, None),
            "{}",
            row.detail
        );
        row.detail.clone()
    };
    let from_fork = Change {
        source_branch: Some("main".to_owned()),
        ..between_branches()
    };
    assert_eq!(told(&change(), &both()), "the source branch is unknown");
    assert_eq!(
        told(&from_fork, &both()),
        "source and target branch are both named `main`"
    );
    assert_eq!(
        told(&between_branches(), &[project("main")]),
        "no project scans branch `fix`"
    );
    assert_eq!(
        told(&between_branches(), &both()),
        "the findings of organization `org` were not listed"
    );
}
