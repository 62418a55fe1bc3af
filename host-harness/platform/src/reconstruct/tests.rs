mod history;

use proptest::prelude::*;

use super::*;
use crate::model::common::{ExploitMaturity, FindingClass, FixState, Reachability, Severity};
use crate::model::record::{
    Finding, PackageVersion, ProjectClass, Remediation, RemediationStep, SelectedCvss,
};

const OPENED: Timestamp = 5 * SCAN_INTERVAL;
const MERGED: Timestamp = 10 * SCAN_INTERVAL;
const UNTIL: Timestamp = 12 * SCAN_INTERVAL;

/// A vulnerability of `qs` at 6.5.2 on the target branch, public from day 1, that came in at a time.
fn came(at: Timestamp) -> PastFinding {
    past(Finding {
        id: "f".to_owned(),
        key: "k".to_owned(),
        organization: "o".to_owned(),
        project: "p".to_owned(),
        class: FindingClass::PackageVulnerability,
        kind: "package_vulnerability".to_owned(),
        title: String::new(),
        vulnerability: "V1".to_owned(),
        aliases: vec![],
        weaknesses: vec![],
        packages: vec![PackageVersion {
            ecosystem: Some("npm".to_owned()),
            name: "qs".to_owned(),
            version: Some("6.5.2".to_owned()),
        }],
        severity: Some(Severity::Critical),
        cvss: vec![],
        selected: Some(SelectedCvss {
            score: 98,
            highest: 98,
            rating: 0,
            reason: String::new(),
        }),
        exploit: ExploitMaturity::Unknown,
        risk: None,
        reachability: Reachability::Unknown,
        fix: FixState::Available,
        fix_source: String::new(),
        fixed_in: vec![],
        license: None,
        location: None,
        open: true,
        ignored: false,
        created_at: at,
        updated_at: at,
        introduced_at: Some(at),
        resolved_at: None,
        disclosed_at: Some(SCAN_INTERVAL),
        extra: vec![],
    })
}

fn past(finding: Finding) -> PastFinding {
    PastFinding {
        introduced_first: finding.introduced_at.unwrap_or(finding.created_at),
        finding,
        gone_at: None,
        steps: vec![],
    }
}

fn change() -> Change {
    Change {
        id: "acme/shop#7".to_owned(),
        repository: "acme/shop".to_owned(),
        number: Some(7),
        head_sha: "a1".to_owned(),
        base_sha: None,
        source_branch: Some("topic".to_owned()),
        target_branch: Some("main".to_owned()),
    }
}

fn brings_qs() -> DependencyChange {
    DependencyChange {
        ecosystem: "npm".to_owned(),
        name: "qs".to_owned(),
        before: None,
        after: Some("6.5.2".to_owned()),
        direct: Some(true),
        manifest: Some("web/package-lock.json".to_owned()),
    }
}

fn project() -> Project {
    Project {
        id: "p".to_owned(),
        organization: "o".to_owned(),
        name: "shop".to_owned(),
        class: ProjectClass::OpenSource,
        kind: "npm".to_owned(),
        origin: "github".to_owned(),
        repository: Some("acme/shop".to_owned()),
        target: None,
        reference: Some("main".to_owned()),
        file: Some("web/package.json".to_owned()),
        active: true,
        created_at: Some(0),
        extra: vec![],
    }
}

fn listed(at: Timestamp) -> Coverage {
    Coverage {
        route: ISSUES.to_owned(),
        subject: "o".to_owned(),
        state: CoverageState::Complete,
        as_of: Some(at),
        detail: String::new(),
    }
}

fn check(at: Timestamp) -> ChangeCheck {
    ChangeCheck {
        organization: "o".to_owned(),
        change: "7".to_owned(),
        repository: "acme/shop".to_owned(),
        head_sha: Some("a1".to_owned()),
        base_sha: None,
        project: None,
        product: "open source".to_owned(),
        state: "passed".to_owned(),
        marked_as_success: false,
        at: Some(at),
        test: None,
        extra: vec![],
    }
}

fn rebuilt_with(
    findings: Vec<PastFinding>,
    alter: impl for<'a> FnOnce(&mut Merged<'a>),
) -> Rebuilt {
    let (change, list) = (change(), [brings_qs()]);
    let (projects, coverage) = ([project()], [listed(UNTIL)]);
    let mut merged = Merged {
        change: &change,
        dependencies: Some((&list, true)),
        checks: &[],
        projects: &projects,
        coverage: &coverage,
        beyond_packages: false,
        opened_at: Some(OPENED),
        merged_at: MERGED,
        until: UNTIL,
    };
    alter(&mut merged);
    rebuild(&merged, &mut History::new(findings))
}

fn rebuilt(finding: PastFinding) -> Rebuilt {
    rebuilt_with(vec![finding], |_| {})
}

/// Presences in the head and the base of each finding.
fn seen(rebuilt: &Rebuilt) -> Vec<(Presence, Presence)> {
    let facts = rebuilt.evidence.findings.iter();
    facts.map(|fact| (fact.head, fact.base)).collect()
}

fn reasons(rebuilt: &Rebuilt) -> Vec<&str> {
    rebuilt.gaps.iter().map(|gap| &*gap.reason).collect()
}

#[test]
fn what_a_merge_brought_is_rebuilt_whole() {
    let rebuilt = rebuilt(came(MERGED + 1));
    assert_eq!(seen(&rebuilt), [(Presence::Present, Presence::Absent)]);
    assert_eq!((rebuilt.extent, rebuilt.gaps.len()), (Extent::Whole, 0));
    assert_eq!(rebuilt.evidence.observation, Observation::Reconstructed);
}

#[test]
fn what_was_there_before_the_merge_is_none_of_its_findings() {
    assert!(
        rebuilt(came(MERGED - SCAN_INTERVAL))
            .evidence
            .findings
            .is_empty()
    );
}

#[test]
fn what_was_there_at_another_version_is_in_the_base() {
    let mut other = came(1);
    other.finding.id = "g".to_owned();
    other.finding.packages[0].version = Some("6.5.1".to_owned());
    let rebuilt = rebuilt_with(vec![came(MERGED + 1), other], |_| {});
    assert_eq!(seen(&rebuilt), [(Presence::Present, Presence::Present)]);
}

#[test]
fn what_is_open_now_and_came_later_is_not_in_the_base() {
    let mut later = came(UNTIL + 1);
    later.finding.id = "g".to_owned();
    later.finding.packages[0].version = Some("6.5.1".to_owned());
    let rebuilt = rebuilt_with(vec![came(MERGED + 1), later], |_| {});
    assert_eq!(seen(&rebuilt), [(Presence::Present, Presence::Absent)]);
}

#[test]
fn what_was_resolved_since_was_in_the_base_all_the_same() {
    let mut resolved = came(1);
    resolved.finding.packages[0].version = Some("6.5.1".to_owned());
    resolved.finding.open = false;
    resolved.finding.resolved_at = Some(MERGED + 5);
    let rebuilt = rebuilt_with(vec![came(MERGED + 1), resolved], |_| {});
    assert_eq!(seen(&rebuilt), [(Presence::Present, Presence::Present)]);
}

#[test]
fn what_vanished_since_was_in_the_base_all_the_same() {
    let mut gone = came(1);
    gone.finding.packages[0].version = Some("6.5.1".to_owned());
    gone.gone_at = Some(MERGED + 5);
    let rebuilt = rebuilt_with(vec![came(MERGED + 1), gone], |_| {});
    assert_eq!(seen(&rebuilt), [(Presence::Present, Presence::Present)]);
}

#[test]
fn what_was_disclosed_after_the_merge_is_left_out() {
    for (disclosed, found) in [(MERGED, 1), (MERGED + 1, 0)] {
        let mut finding = came(MERGED + 2);
        finding.finding.disclosed_at = Some(disclosed);
        assert_eq!(
            rebuilt(finding).evidence.findings.len(),
            found,
            "{disclosed}"
        );
    }
}

#[test]
fn what_does_not_say_when_it_was_disclosed_is_kept_and_flagged() {
    let mut finding = came(MERGED + 1);
    finding.finding.disclosed_at = None;
    let rebuilt = rebuilt(finding);
    // The package is new as a whole, so that the plugin may still tell; here the base is not known.
    assert_eq!(seen(&rebuilt), [(Presence::Present, Presence::Unknown)]);
    let flag = ("disclosure-unknown".to_owned(), "0".to_owned());
    assert!(rebuilt.evidence.extra.contains(&flag));
    assert_eq!(rebuilt.extent, Extent::Part);
    assert_eq!(reasons(&rebuilt), [DISCLOSURE_UNKNOWN]);
}

#[test]
fn what_came_after_the_next_merge_is_not_attributed_and_not_forgotten() {
    let rebuilt = rebuilt(came(UNTIL + 1));
    assert!(rebuilt.evidence.findings.is_empty());
    assert_eq!(rebuilt.extent, Extent::Part);
    assert_eq!(
        reasons(&rebuilt),
        ["a vulnerability of it came into the target branch only after the next merge"]
    );
}

#[test]
fn a_package_in_a_manifest_that_nobody_scanned_is_not_told_about() {
    for (manifest, reason) in [
        (
            Some("api/go.mod"),
            "no project scanned its manifest on the target branch before the merge",
        ),
        (
            None,
            "the dependency list does not say which manifest it is in, so that no project is known to scan it",
        ),
    ] {
        let list = [DependencyChange {
            manifest: manifest.map(str::to_owned),
            ..brings_qs()
        }];
        let (change, projects, coverage) = (change(), [project()], [listed(UNTIL)]);
        let merged = Merged {
            change: &change,
            dependencies: Some((&list, true)),
            checks: &[],
            projects: &projects,
            coverage: &coverage,
            beyond_packages: false,
            opened_at: None,
            merged_at: MERGED,
            until: UNTIL,
        };
        let rebuilt = rebuild(&merged, &mut History::default());
        assert_eq!(
            (rebuilt.extent, reasons(&rebuilt)),
            (Extent::Part, vec![reason])
        );
    }
}

#[test]
fn findings_that_were_listed_before_the_merge_tell_nothing_about_it() {
    let coverage = [listed(MERGED - 1)];
    let rebuilt = rebuilt_with(vec![], |_| {});
    assert_eq!(rebuilt.extent, Extent::Whole);
    let (change, list, projects) = (change(), [brings_qs()], [project()]);
    let merged = Merged {
        change: &change,
        dependencies: Some((&list, true)),
        checks: &[],
        projects: &projects,
        coverage: &coverage,
        beyond_packages: false,
        opened_at: None,
        merged_at: MERGED,
        until: UNTIL,
    };
    let rebuilt = rebuild(&merged, &mut History::default());
    assert_eq!(rebuilt.extent, Extent::Part);
    assert!(reasons(&rebuilt).contains(&LISTED_BEFORE));
}

#[test]
fn an_incomplete_list_is_a_part() {
    let list = [brings_qs()];
    let rebuilt = rebuild(
        &Merged {
            change: &change(),
            dependencies: Some((&list, false)),
            checks: &[],
            projects: &[project()],
            coverage: &[listed(UNTIL)],
            beyond_packages: false,
            opened_at: None,
            merged_at: MERGED,
            until: UNTIL,
        },
        &mut History::default(),
    );
    assert_eq!(
        (rebuilt.extent, reasons(&rebuilt)),
        (Extent::Part, vec![LIST_INCOMPLETE])
    );
}

#[test]
fn a_change_that_touches_no_package_is_rebuilt_whole_without_any_project() {
    let rebuilt = rebuilt_with(vec![], |merged| {
        merged.dependencies = Some((&[], true));
        merged.projects = &[];
    });
    assert_eq!(rebuilt.extent, Extent::Whole);
}

#[test]
fn without_list_check_and_introduction_nothing_is_told() {
    let rebuilt = rebuilt_with(vec![], |merged| merged.dependencies = None);
    assert_eq!(rebuilt.extent, Extent::Nothing);
    assert!(reasons(&rebuilt).contains(&"no dependency list of this change was given"));
}

#[test]
fn a_check_of_the_head_before_the_merge_tells_something_and_a_later_one_nothing() {
    for (at, extent) in [(MERGED, Extent::Part), (MERGED + 1, Extent::Nothing)] {
        let checks = [check(at)];
        let merged = Merged {
            change: &change(),
            dependencies: None,
            checks: &checks,
            projects: &[project()],
            coverage: &[listed(UNTIL)],
            beyond_packages: false,
            opened_at: None,
            merged_at: MERGED,
            until: UNTIL,
        };
        assert_eq!(rebuild(&merged, &mut History::default()).extent, extent);
    }
}

#[test]
fn an_introduction_tells_something_without_a_list() {
    let rebuilt = rebuilt_with(vec![came(MERGED + 1)], |merged| merged.dependencies = None);
    assert_eq!(seen(&rebuilt), [(Presence::Present, Presence::Absent)]);
    assert_eq!(rebuilt.evidence.findings[0].dependency, None);
    assert_eq!(rebuilt.extent, Extent::Part);
}

#[test]
fn a_past_merge_waits_for_nothing() {
    let listed = Coverage {
        route: CHECKS.to_owned(),
        ..listed(UNTIL)
    };
    let merged = Merged {
        change: &change(),
        dependencies: None,
        checks: &[],
        projects: &[],
        coverage: &[listed],
        beyond_packages: false,
        opened_at: None,
        merged_at: MERGED,
        until: UNTIL,
    };
    let evidence = rebuild(&merged, &mut History::default()).evidence;
    let states = evidence.coverage.iter().map(|row| row.state);
    assert!(
        !states
            .into_iter()
            .any(|state| state == CoverageState::Awaited)
    );
}

#[test]
fn where_nothing_is_told_no_policy_lets_it_pass() {
    let nothing = rebuilt_with(vec![], |merged| merged.dependencies = None);
    for decision in [Decision::Pass, Decision::Warn, Decision::Pending] {
        let outcome = Outcome {
            decision,
            causes: BTreeSet::new(),
            opened: decision == Decision::Warn,
        };
        let grounded = grounded(outcome, &nothing.evidence);
        assert_eq!(grounded.decision, Decision::Inconclusive);
        assert_eq!(grounded.causes, BTreeSet::from([Cause::NoDependencyList]));
        assert!(!grounded.opened);
    }
}

#[test]
fn where_something_is_told_an_outcome_stands() {
    let outcome = Outcome {
        decision: Decision::Pass,
        causes: BTreeSet::new(),
        opened: false,
    };
    let something = rebuilt(came(MERGED + 1));
    assert_eq!(grounded(outcome.clone(), &something.evidence), outcome);
}

#[test]
fn a_window_ends_with_the_next_merge_but_not_before_a_day_has_gone_by() {
    let day = SCAN_INTERVAL;
    for (next, listed, end) in [
        (Some(3 * day), Some(9 * day), 3 * day),
        (Some(1), Some(9 * day), day),
        (None, Some(9 * day), 9 * day),
        (None, None, day),
    ] {
        assert_eq!(window_end(0, next, listed), end);
    }
}

#[test]
fn an_import_of_its_project_does_not_make_a_finding_new() {
    let mut finding = came(MERGED + 1);
    finding.introduced_first = 1;
    assert!(rebuilt(finding).evidence.findings.is_empty());
}

proptest! {
    #[test]
    fn nothing_that_came_in_outside_the_window_or_became_public_after_the_merge_is_attributed(
        came_at in 0..40_i64, disclosed in prop::option::of(0..40_i64)
    ) {
        let at = came_at * SCAN_INTERVAL / 2;
        let mut finding = came(at);
        finding.finding.disclosed_at = disclosed.map(|day| day * SCAN_INTERVAL / 2);
        let found = !rebuilt(finding.clone()).evidence.findings.is_empty();
        let public = finding.finding.disclosed_at.is_none_or(|at| at <= MERGED);
        prop_assert_eq!(found, public && at > MERGED && at <= UNTIL);
    }
}
