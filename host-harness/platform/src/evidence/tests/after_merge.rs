use super::*;

const MERGED: Timestamp = 10;
const UNTIL: Timestamp = 20;

/// A finding of the target branch, public since 5, that came in at a time.
fn came(at: Timestamp) -> Finding {
    Finding {
        introduced_at: Some(at),
        disclosed_at: Some(5),
        ..of_branch("main", finding("V1", "1.2.5"))
    }
}

fn rebuilt(stored: &[Finding], project: Project, listed_at: Timestamp) -> Evidence {
    let listing = Coverage {
        as_of: Some(listed_at),
        ..listed(CoverageState::Complete)
    };
    let change = between_branches();
    let known = Known {
        dependencies: Some(&[bump(Some("1.2.6"), Some("1.2.5"))]),
        stored,
        projects: &[project],
        coverage: &[listing],
        ..nothing_known(&change)
    };
    introduced_after(&known, MERGED, UNTIL)
}

#[test]
fn what_came_in_after_the_merge_was_not_in_the_base() {
    let evidence = rebuilt(&[came(11)], project("main"), UNTIL);
    assert_eq!(
        seen(&evidence.findings[0]),
        ("1.2.5", Presence::Present, Presence::Absent)
    );
    assert_eq!(row(&evidence, AFTER_MERGE).state, CoverageState::Complete);
}

#[test]
fn evidence_from_after_the_merge_is_reconstructed() {
    let evidence = rebuilt(&[], project("main"), UNTIL);
    assert_eq!(evidence.observation, Observation::Reconstructed);
}

#[test]
fn only_the_time_from_the_merge_to_the_end_counts() {
    let found = |at| rebuilt(&[came(at)], project("main"), UNTIL).findings.len();
    assert_eq!([10, 11, 20, 21].map(found), [0, 1, 1, 0]);
}

#[test]
fn a_finding_without_a_time_of_its_own_came_when_it_was_recorded() {
    let recorded = Finding {
        introduced_at: None,
        created_at: 11,
        ..came(0)
    };
    assert_eq!(
        rebuilt(&[recorded], project("main"), UNTIL).findings.len(),
        1
    );
}

#[test]
fn a_later_disclosure_may_have_been_in_the_base() {
    let disclosed = Finding {
        disclosed_at: Some(11),
        ..came(11)
    };
    let evidence = rebuilt(&[disclosed], project("main"), UNTIL);
    assert_eq!(evidence.findings[0].base, Presence::Unknown);
}

#[test]
fn a_project_that_was_added_later_tells_nothing() {
    let mut added = project("main");
    added.created_at = Some(11);
    let evidence = rebuilt(&[came(11)], added, UNTIL);
    assert!(evidence.findings.is_empty());
    let row = row(&evidence, AFTER_MERGE);
    assert_eq!(
        (row.state, row.detail.as_str()),
        (
            CoverageState::NotAsked,
            "no project scanned branch `main` before the merge"
        )
    );
}

#[test]
fn a_listing_from_before_the_end_is_partial() {
    let evidence = rebuilt(&[came(11)], project("main"), 19);
    assert_eq!(row(&evidence, AFTER_MERGE).state, CoverageState::Partial);
}
