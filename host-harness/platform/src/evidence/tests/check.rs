use super::*;

fn check(head: &str) -> ChangeCheck {
    ChangeCheck {
        organization: "org".to_owned(),
        change: "7".to_owned(),
        repository: "acme/shop".to_owned(),
        head_sha: Some(head.to_owned()),
        base_sha: None,
        project: None,
        product: "open source".to_owned(),
        state: "Failed".to_owned(),
        marked_as_success: false,
        at: Some(3),
        test: None,
        extra: Vec::new(),
    }
}

fn checks_row(checks: &[ChangeCheck], listings: &[CoverageState]) -> Coverage {
    let listings: Vec<_> = (0..)
        .zip(listings)
        .map(|(index, &state)| Coverage {
            route: CHECKS.to_owned(),
            subject: format!("org-{index}"),
            state,
            as_of: None,
            detail: "as the listing says".to_owned(),
        })
        .collect();
    let evidence = gather(&Known {
        checks,
        coverage: &listings,
        ..nothing_known(&change())
    });
    assert!(evidence.findings.is_empty());
    row(&evidence, CHECKS).clone()
}

fn told(row: &Coverage) -> (CoverageState, Option<Timestamp>, &str) {
    (row.state, row.as_of, &row.detail)
}

#[test]
fn a_check_of_this_head_is_evidence_of_its_time() {
    let older = ChangeCheck {
        product: "licences".to_owned(),
        at: Some(2),
        ..check("A1")
    };
    let row = checks_row(&[check("a1"), older], &[CoverageState::Partial]);
    assert_eq!(
        told(&row),
        (
            CoverageState::Complete,
            Some(3),
            "open source: Failed; licences: Failed"
        )
    );
}

#[test]
fn a_check_marked_as_success_by_hand_is_named() {
    let by_hand = ChangeCheck {
        state: "Success".to_owned(),
        marked_as_success: true,
        ..check("a1")
    };
    assert_eq!(
        checks_row(&[by_hand], &[]).detail,
        "open source: Success, marked as success by hand"
    );
}

#[test]
fn projects_with_the_same_result_are_told_once() {
    let other = ChangeCheck {
        project: Some("p2".to_owned()),
        ..check("a1")
    };
    let row = checks_row(&[check("a1"), other], &[]);
    assert_eq!(row.detail, "open source: Failed");
}

#[test]
fn a_check_of_another_head_is_stale() {
    let unstated = ChangeCheck {
        head_sha: None,
        ..check("")
    };
    assert_eq!(
        told(&checks_row(
            &[unstated, check("b2")],
            &[CoverageState::Complete]
        )),
        (
            CoverageState::Stale,
            Some(3),
            "only checks of another head of this change are known"
        )
    );
}

#[test]
fn without_a_check_the_organization_s_listing_says_why() {
    let listings = [CoverageState::Complete, CoverageState::Refused];
    assert_eq!(
        told(&checks_row(&[], &listings)),
        (CoverageState::Refused, None, "as the listing says")
    );
}

#[test]
fn a_check_that_a_complete_listing_lacks_may_still_come() {
    assert_eq!(
        told(&checks_row(&[], &[CoverageState::Complete])),
        (
            CoverageState::Awaited,
            None,
            "the newest list of checks has none of this change"
        )
    );
}

#[test]
fn checks_that_nobody_listed_are_not_asked_for() {
    assert_eq!(
        told(&checks_row(&[], &[])),
        (
            CoverageState::NotAsked,
            None,
            "no list of checks was asked for"
        )
    );
}
