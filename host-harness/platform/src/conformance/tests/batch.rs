use super::told;
use crate::conformance::check_batch;
use crate::model::common::{
    Change, Coverage, CoverageState, ExploitMaturity, FindingClass, FixState, Measurement,
    Reachability,
};
use crate::model::record::{
    ChangeFinding, CvssRating, Entry, Finding, Fix, Incident, OtherRecord, PackageVersion,
    SelectedCvss,
};
use crate::model::walk::{
    Batch, ChangeScope, Cursor, Diagnostic, FindingsScope, Progress, Scope, Walk,
};

fn batch(records: Vec<Entry>) -> Batch {
    Batch {
        records,
        cursor: None,
        done: true,
        progress: Progress {
            done: 1,
            total: Some(1),
        },
        requests: 1,
        resume_after_secs: None,
        coverage: Vec::new(),
        diagnostics: Vec::new(),
        extra: Vec::new(),
    }
}

fn finding(id: &str) -> Finding {
    Finding {
        id: id.to_owned(),
        key: "key".to_owned(),
        organization: "org".to_owned(),
        project: "project".to_owned(),
        class: FindingClass::PackageVulnerability,
        kind: "vuln".to_owned(),
        title: String::new(),
        vulnerability: "V-1".to_owned(),
        aliases: Vec::new(),
        weaknesses: Vec::new(),
        packages: Vec::new(),
        severity: None,
        cvss: vec![CvssRating {
            source: "NVD".to_owned(),
            version: "3.1".to_owned(),
            vector: None,
            score: Some(75),
        }],
        selected: Some(SelectedCvss {
            score: 75,
            highest: 80,
            rating: 0,
            reason: String::new(),
        }),
        exploit: ExploitMaturity::Unknown,
        risk: None,
        reachability: Reachability::Unknown,
        fix: FixState::Unknown,
        fix_source: String::new(),
        fixed_in: Vec::new(),
        license: None,
        location: None,
        open: true,
        ignored: false,
        created_at: 0,
        updated_at: 0,
        introduced_at: None,
        resolved_at: None,
        disclosed_at: None,
        extra: Vec::new(),
    }
}

fn row(state: CoverageState) -> Coverage {
    Coverage {
        route: "issues".to_owned(),
        subject: "org".to_owned(),
        state,
        as_of: Some(0),
        detail: String::new(),
    }
}

fn walk() -> Walk {
    Walk {
        route: "issues".to_owned(),
        organization: "org".to_owned(),
        changed_since: None,
        pages: 1,
        records: 1,
    }
}

fn listing() -> Scope {
    Scope::Organizations(vec!["org".to_owned()])
}

#[track_caller]
fn says(batch: &Batch, sentences: &[&str]) {
    assert_eq!(told(check_batch(&listing(), 32, batch, Some(1))), sentences);
}

#[track_caller]
fn says_of(change: impl FnOnce(&mut Finding), sentence: &str) {
    let mut one = finding("f");
    change(&mut one);
    says(&batch(vec![Entry::Finding(one)]), &[sentence]);
}

#[test]
fn a_sound_batch_breaks_nothing() {
    let mut sound = batch(vec![
        Entry::Finding(finding("f")),
        Entry::WalkCompleted(walk()),
    ]);
    sound.coverage = vec![row(CoverageState::Complete)];
    says(&sound, &[]);
}

#[test]
fn a_score_beyond_its_range_is_told_with_its_place() {
    let mut bad = finding("f");
    bad.cvss[0].score = Some(137);
    let records = vec![Entry::Finding(finding("e")), Entry::Finding(bad)];
    says(
        &batch(records),
        &["sync: records[1].finding.cvss[0].score is 137; it is 0 to 100"],
    );
    says_of(
        |one| one.risk = Some(1001),
        "sync: records[0].finding.risk is 1001; it is 0 to 1000",
    );
}

#[test]
fn a_selected_rating_is_one_of_the_list_and_no_higher_than_the_highest() {
    says_of(
        |one| one.cvss.clear(),
        "sync: records[0].finding.selected.rating is 0, and there are 0 ratings",
    );
    says_of(
        |one| one.selected.as_mut().unwrap().highest = 74,
        "sync: records[0].finding.selected.highest is 74, less than the score 75",
    );
}

#[test]
fn ids_are_there_and_of_organizations_that_were_asked_about() {
    says_of(|one| one.id.clear(), "sync: records[0].finding.id is empty");
    says_of(
        |one| one.organization = "other\u{1b}".to_owned(),
        "sync: records[0].finding.organization is `other\u{fffd}`, which was not asked about",
    );
}

#[test]
fn what_says_one_thing_and_another_is_told() {
    says_of(
        |one| one.fix_source = "feed".to_owned(),
        "sync: records[0].finding.fix-source is not empty, and the fix is unknown",
    );
    says_of(
        |one| one.license = Some("MIT".to_owned()),
        "sync: records[0].finding.license is there, and the finding is not about a licence",
    );
    says_of(
        |one| one.aliases = vec!["CVE-2".to_owned(), "CVE-1".to_owned()],
        "sync: records[0].finding.aliases are not sorted",
    );
    let incident = Incident {
        id: "i".to_owned(),
        service: String::new(),
        title: String::new(),
        severity: None,
        change: None,
        started_at: 0,
        acknowledged_at: None,
        resolved_at: Some(1),
        open: true,
        extra: Vec::new(),
    };
    says(
        &batch(vec![Entry::Incident(incident)]),
        &["sync: records[0].incident.resolved-at is there, and the incident goes on"],
    );
}

#[test]
fn times_are_from_the_year_1_to_the_year_9999() {
    says_of(
        |one| one.created_at = i64::MAX,
        "sync: records[0].finding.created-at is 9223372036854775807 milliseconds since 1970; it is from the year 1 to the year 9999",
    );
    for edge in [-62_135_596_800_000, 253_402_300_799_999] {
        let mut one = finding("f");
        one.updated_at = edge;
        says(&batch(vec![Entry::Finding(one)]), &[]);
    }
}

#[test]
fn a_measurement_is_a_finite_number_about_something() {
    let measurement = |subject: &str, value| {
        batch(vec![Entry::Measurement(Measurement {
            subject: subject.to_owned(),
            metric: "coverage".to_owned(),
            value,
            unit: "percent".to_owned(),
            at: 0,
        })])
    };
    says(&measurement("repository:acme/shop", 81.4), &[]);
    says(
        &measurement("repository:acme/shop", f64::NAN),
        &[
            "sync: records[0].measurement.value is NaN; it is finite: a number that is not known is left out",
        ],
    );
    says(
        &measurement("shop", 1.0),
        &[
            "sync: records[0].measurement.subject is `shop`; it is `kind:id`, for example `repository:acme/shop`",
        ],
    );
}

#[test]
fn a_fix_is_never_unknown_and_other_records_are_json() {
    let fix = Fix {
        organization: "org".to_owned(),
        vulnerability: "V-1".to_owned(),
        affected: PackageVersion {
            ecosystem: None,
            name: "left-pad".to_owned(),
            version: None,
        },
        state: FixState::Unknown,
        versions: Vec::new(),
        source: "fixes".to_owned(),
        as_of: 0,
    };
    let other = OtherRecord {
        kind: "note".to_owned(),
        key: "1".to_owned(),
        json: "{".to_owned(),
    };
    says(
        &batch(vec![Entry::Fix(fix), Entry::Other(other)]),
        &[
            "sync: records[0].fix.state is unknown; such a fix is left out",
            "sync: records[1].other.json is no JSON",
        ],
    );
}

#[test]
fn a_listing_does_not_end_twice_and_differently() {
    says(
        &batch(vec![
            Entry::WalkCompleted(walk()),
            Entry::WalkBroken(walk()),
        ]),
        &[
            "sync: records[1] ends the listing `issues` of `org`, which is both completed and broken",
        ],
    );
}

#[test]
fn coverage_does_not_contradict_itself_or_the_listings() {
    let mut twice = batch(Vec::new());
    twice.coverage = vec![row(CoverageState::Complete), row(CoverageState::Partial)];
    says(
        &twice,
        &["sync: coverage[1].state contradicts an earlier row of the same route and subject"],
    );
    let mut completed = batch(vec![Entry::WalkCompleted(walk())]);
    completed.coverage = vec![row(CoverageState::Refused)];
    says(
        &completed,
        &[
            "sync: coverage[0].state is not complete, and the listing `issues` of `org` is completed",
        ],
    );
    let mut broken = batch(vec![Entry::WalkBroken(walk())]);
    broken.coverage = vec![row(CoverageState::Complete)];
    says(
        &broken,
        &["sync: coverage[0].state is complete, and the listing `issues` of `org` is broken"],
    );
    let mut timeless = batch(Vec::new());
    timeless.coverage = vec![Coverage {
        as_of: None,
        ..row(CoverageState::Complete)
    }];
    says(
        &timeless,
        &["sync: coverage[0].as-of is none, and the row is complete: it tells when that was true"],
    );
}

#[test]
fn a_walk_that_goes_on_says_where() {
    let mut lost = batch(Vec::new());
    lost.done = false;
    says(
        &lost,
        &["sync: cursor is none, and the walk has not ended: it could not go on"],
    );
    lost.cursor = Some(Cursor {
        format: 0,
        bytes: Vec::new(),
    });
    says(
        &lost,
        &["sync: cursor.format is 0; formats are counted from 1"],
    );
}

#[test]
fn no_more_is_done_than_there_is_and_codes_are_kebab_case() {
    let mut odd = batch(Vec::new());
    odd.progress.done = 2;
    odd.diagnostics.push(Diagnostic {
        code: "Page_Skipped".to_owned(),
        subject: String::new(),
        message: String::new(),
    });
    says(
        &odd,
        &[
            "sync: progress.total is 1, less than the 2 that are done",
            "sync: diagnostics[0].code is `Page_Skipped`; it is kebab-case, for example `sample-word`",
        ],
    );
}

#[test]
fn requests_are_those_that_the_host_counted() {
    let says = |told_of: u32, counted, sentences: &[&str]| {
        let mut one = batch(Vec::new());
        one.requests = told_of;
        assert_eq!(told(check_batch(&listing(), 4, &one, counted)), sentences);
    };
    says(4, Some(4), &[]);
    says(4, None, &[]);
    says(3, Some(4), &["sync: requests is 3; the host counted 4"]);
    says(1, Some(0), &["sync: requests is 1; the host counted 0"]);
    says(5, None, &["sync: requests is 5; the budget is 4"]);
    says(
        4,
        Some(5),
        &[
            "sync: requests were 5 by the host's count; the budget is 4",
            "sync: requests is 4; the host counted 5",
        ],
    );
    // An address that is none never leaves the guest.
    says(4, Some(3), &[]);
}

#[test]
fn where_single_findings_are_asked_about_no_other_is_answered() {
    let scope = Scope::Findings(FindingsScope {
        organization: "org".to_owned(),
        ids: vec!["f".to_owned()],
    });
    let answer = batch(vec![
        Entry::Finding(finding("f")),
        Entry::Finding(finding("g")),
    ]);
    assert_eq!(
        told(check_batch(&scope, 32, &answer, Some(1))),
        ["sync: records[1].finding.id is `g`, which was not asked about"]
    );
}

#[test]
fn where_a_change_is_asked_about_no_other_is_answered() {
    let scope = Scope::Change(ChangeScope {
        change: Change {
            id: "acme/shop#7".to_owned(),
            repository: "acme/shop".to_owned(),
            number: Some(7),
            head_sha: "head".to_owned(),
            base_sha: None,
            source_branch: None,
            target_branch: None,
        },
        organizations: vec!["org".to_owned()],
        dependencies: None,
        checks: Vec::new(),
    });
    let of = |change: &str| {
        let mut looked_up = finding("f");
        looked_up.project.clear();
        let one = ChangeFinding {
            change: change.to_owned(),
            route: "packages".to_owned(),
            finding: looked_up,
        };
        let answer = batch(vec![Entry::ChangeFinding(one)]);
        told(check_batch(&scope, 32, &answer, Some(1)))
    };
    assert!(of("acme/shop#7").is_empty() && of("7").is_empty());
    assert_eq!(
        of("8"),
        ["sync: records[0].change-finding.change is `8`, and another change was asked about"]
    );
}

#[test]
fn the_first_twenty_breaches_are_told_and_the_rest_counted() {
    let bad = || {
        let mut one = finding("f");
        one.id.clear();
        Entry::Finding(one)
    };
    let records = (0..100_000).map(|_| bad()).collect();
    let breaches = check_batch(&listing(), 32, &batch(records), Some(1)).unwrap_err();
    assert_eq!(breaches.sentences().len(), 20);
    assert_eq!(breaches.more(), 99_980);
    let text = breaches.to_string();
    assert!(text.ends_with("; and 99980 more"), "{text}");
}
