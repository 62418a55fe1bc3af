//! What came into the base since the change was first assessed, at time 10.

use super::*;

const ASSESSED: Timestamp = 10;

/// A finding in a package that the change does not touch, of the project that scans `main`.
fn elsewhere(vulnerability: &str) -> Finding {
    let mut finding = of_branch("main", finding(vulnerability, "4.0.0"));
    finding.packages[0].name = "lodash".to_owned();
    finding
}

fn came(at: Timestamp) -> Finding {
    Finding {
        created_at: at,
        ..elsewhere("V1")
    }
}

/// A finding that was recorded before the change was assessed, and came back at 11.
fn back() -> Finding {
    Finding {
        introduced_at: Some(11),
        resolved_at: Some(7),
        created_at: 5,
        ..elsewhere("V1")
    }
}

fn since(
    assessed_at: Option<Timestamp>,
    stored: &[Finding],
    projects: &[Project],
    listing: CoverageState,
) -> Evidence {
    gather(&Known {
        dependencies: Some(&[bump(Some("1.1.0"), Some("1.2.5"))]),
        stored,
        projects,
        coverage: &[listed(listing)],
        assessed_at,
        ..nothing_known(&between_branches())
    })
}

fn gathered(stored: &[Finding]) -> Evidence {
    let projects = [project("main"), project("other"), project("fix")];
    since(Some(ASSESSED), stored, &projects, CoverageState::Complete)
}

/// Facts and findings in debt.
fn counted(evidence: &Evidence) -> (usize, u32) {
    let debt = evidence.debt.iter().map(|debt| debt.count).sum();
    (evidence.findings.len(), debt)
}

#[test]
fn what_came_into_the_base_since_is_a_fact_and_no_debt() {
    let evidence = gathered(&[came(11)]);
    assert_eq!(counted(&evidence), (1, 0));
    let fact = &evidence.findings[0];
    assert_eq!(seen(fact), ("4.0.0", Presence::Present, Presence::Absent));
    assert_eq!((fact.dependency, fact.seen_before), (None, false));
    let told = ("route:issues".to_owned(), "0".to_owned());
    assert_eq!(evidence.extra, [told]);
}

#[test]
fn what_the_base_had_when_the_change_was_assessed_is_debt() {
    assert_eq!(counted(&gathered(&[came(10)])), (0, 1));
}

#[test]
fn nothing_has_appeared_at_the_first_look() {
    let evidence = since(
        None,
        &[came(11)],
        &[project("main")],
        CoverageState::Complete,
    );
    assert_eq!(counted(&evidence), (0, 1));
}

#[test]
fn what_came_back_since_was_seen_before() {
    assert!(gathered(&[back()]).findings[0].seen_before);
}

#[test]
fn what_another_branch_had_before_was_seen_before() {
    let other = of_branch("other", elsewhere("V1"));
    let evidence = gathered(&[other, came(11)]);
    assert!(evidence.findings[0].seen_before);
}

#[test]
fn what_only_the_source_branch_had_before_was_not_seen_before() {
    let source = of_branch("fix", elsewhere("V1"));
    let evidence = gathered(&[source, came(11)]);
    assert_eq!(counted(&evidence), (1, 0));
    assert!(!evidence.findings[0].seen_before);
}

#[test]
fn a_second_path_to_what_the_base_had_at_another_version_is_debt() {
    let mut first = elsewhere("V1");
    first.packages[0].version = Some("3.0.0".to_owned());
    assert_eq!(counted(&gathered(&[first, came(11)])), (0, 2));
}

#[test]
fn what_the_base_had_until_after_the_assessment_is_debt() {
    let closed = Finding {
        open: false,
        resolved_at: Some(12),
        ..elsewhere("V1")
    };
    assert_eq!(counted(&gathered(&[closed, came(11)])), (0, 1));
    let reopened = Finding {
        introduced_at: Some(14),
        resolved_at: Some(12),
        ..back()
    };
    assert_eq!(counted(&gathered(&[reopened])), (0, 1));
}

#[test]
fn what_was_fixed_before_the_assessment_is_re_opened_by_another_record() {
    let fixed = Finding {
        open: false,
        resolved_at: Some(9),
        ..elsewhere("V1")
    };
    assert!(gathered(&[fixed, came(11)]).findings[0].seen_before);
}

#[test]
fn a_touched_package_discloses_nothing() {
    let touched = Finding {
        created_at: 11,
        ..of_branch("main", finding("V1", "1.0.0"))
    };
    assert_eq!(counted(&gathered(&[touched])), (0, 1));
}

#[test]
fn a_package_of_another_ecosystem_with_a_touched_name_is_not_touched() {
    let mut other = Finding {
        created_at: 11,
        ..of_branch("main", finding("V1", "1.0.0"))
    };
    other.packages[0].ecosystem = Some("pypi".to_owned());
    assert_eq!(counted(&gathered(&[other])), (1, 0));
}

#[test]
fn only_open_findings_that_nobody_ignores_are_disclosed() {
    let ignored = Finding {
        ignored: true,
        ..came(11)
    };
    let resolved = Finding {
        open: false,
        ..came(11)
    };
    assert_eq!(counted(&gathered(&[ignored, resolved])), (0, 0));
}

#[test]
fn licences_are_disclosed_too_and_images_stay_debt() {
    let of = |class| Finding { class, ..came(11) };
    assert_eq!(counted(&gathered(&[of(FindingClass::License)])), (1, 0));
    assert_eq!(counted(&gathered(&[of(FindingClass::Container)])), (0, 1));
}

#[test]
fn another_branch_discloses_nothing() {
    let other = of_branch("other", came(11));
    assert_eq!(counted(&gathered(&[other])), (0, 1));
}

#[test]
fn a_project_that_was_added_since_discloses_nothing() {
    let mut added = project("main");
    added.created_at = Some(11);
    let evidence = since(
        Some(ASSESSED),
        &[came(11)],
        &[added],
        CoverageState::Complete,
    );
    assert_eq!(counted(&evidence), (0, 1));
}

#[test]
fn a_base_that_was_not_listed_to_the_end_may_have_had_it_elsewhere() {
    let evidence = since(
        Some(ASSESSED),
        &[came(11)],
        &[project("main")],
        CoverageState::Partial,
    );
    assert_eq!(evidence.findings[0].base, Presence::Unknown);
}

#[test]
fn where_no_project_states_a_branch_all_of_them_are_the_base() {
    let mut only = project("main");
    only.reference = None;
    let evidence = since(
        Some(ASSESSED),
        &[came(11)],
        &[only],
        CoverageState::Complete,
    );
    assert_eq!(counted(&evidence), (1, 0));
}

#[test]
fn where_the_target_is_unknown_every_branch_but_the_source_is_the_base() {
    let unknown = Change {
        target_branch: None,
        ..between_branches()
    };
    let projects = [project("main"), project("fix")];
    let mut of_source = elsewhere("V2");
    of_source.created_at = 11;
    let stored = [came(11), of_branch("fix", of_source)];
    let evidence = gather(&Known {
        dependencies: Some(&[]),
        stored: &stored,
        projects: &projects,
        coverage: &[listed(CoverageState::Complete)],
        assessed_at: Some(ASSESSED),
        ..nothing_known(&unknown)
    });
    assert_eq!(counted(&evidence), (1, 0));
    assert_eq!(evidence.findings[0].vulnerability, "V1");
}

#[test]
fn without_a_dependency_list_nothing_is_held_against_the_change() {
    let evidence = gather(&Known {
        stored: &[came(11)],
        projects: &[project("main")],
        coverage: &[listed(CoverageState::Complete)],
        assessed_at: Some(ASSESSED),
        ..nothing_known(&between_branches())
    });
    assert_eq!(counted(&evidence), (0, 1));
}

#[test]
fn a_finding_is_a_fact_or_debt_and_never_both() {
    let stored = [
        came(11),
        Finding {
            created_at: 11,
            ..elsewhere("V2")
        },
        elsewhere("V3"),
        of_branch("main", finding("V4", "1.1.0")),
        of_branch("main", finding("V4", "0.1.0")),
    ];
    assert_eq!(counted(&gathered(&stored)), (3, 2));
}
