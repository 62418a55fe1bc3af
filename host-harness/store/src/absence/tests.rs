use koalr_platform::model::common::Timestamp;
use koalr_platform::model::record::{Entry, RemediationStep};
use koalr_platform::model::walk::{FindingsScope, Scope};
use tempfile::TempDir;

use super::*;
use crate::fixture::{batch, completed, connected, finding, open, organizations, project};
use crate::{FindingFilter, StoredConnection, StoredFinding, Tenant};

/// A tenant whose every walk happens at the next multiple of 100.
struct Syncs {
    directory: TempDir,
    tenant: Tenant,
    connection: StoredConnection,
    now: Timestamp,
}

impl Syncs {
    fn begin() -> Self {
        let (directory, tenant, connection) = connected();
        Self {
            directory,
            tenant,
            connection,
            now: 0,
        }
    }

    /// A whole walk in one batch.
    fn walk(&mut self, records: Vec<Entry>) {
        self.now += 100;
        self.apply(&organizations(), records, true);
    }

    fn apply(&mut self, scope: &Scope, records: Vec<Entry>, done: bool) {
        let mut batch = batch(records);
        batch.done = done;
        self.tenant
            .apply_batch(&self.connection, scope, &batch, self.now)
            .unwrap();
    }

    fn finding(&self, id: &str) -> StoredFinding {
        let all = FindingFilter::default();
        let findings = self.tenant.findings(&self.connection, all).unwrap();
        let found = findings.into_iter().find(|one| one.finding.id == id);
        found.unwrap()
    }

    /// Since when a finding is missing, and when it vanished.
    fn absence(&self, id: &str) -> (Option<Timestamp>, Option<Timestamp>) {
        let finding = self.finding(id);
        (finding.missing_since, finding.vanished_at)
    }

    /// The last step of a finding.
    fn last_step(&self, id: &str) -> (RemediationStep, Timestamp, String) {
        let steps = self.tenant.timeline(&self.connection, "o1", id).unwrap();
        let last = steps.into_iter().next_back().unwrap();
        (last.step, last.at, last.source)
    }

    fn gone_projects(&self) -> Vec<String> {
        let query = "SELECT id FROM projects WHERE gone_at IS NOT NULL ORDER BY id";
        let ids = self.tenant.database.read(|database| {
            let mut statement = database.prepare(query)?;
            let ids = statement.query_map([], |row| row.get(0))?;
            Ok(ids.collect::<rusqlite::Result<_>>()?)
        });
        ids.unwrap()
    }
}

fn shown(id: &str) -> Entry {
    Entry::Finding(finding(id))
}

fn listed(id: &str) -> Entry {
    Entry::Project(project(id, Some("shop/web")))
}

fn not_there(id: &str, at: Timestamp) -> Entry {
    Entry::Remediation(Remediation {
        organization: "o1".to_owned(),
        finding: id.to_owned(),
        step: RemediationStep::Vanished,
        at,
        source: "asked for, and not there".to_owned(),
    })
}

fn only(id: &str) -> Scope {
    Scope::Findings(FindingsScope {
        organization: "o1".to_owned(),
        ids: vec![id.to_owned()],
    })
}

#[test]
fn a_finding_unseen_in_a_completed_walk_is_missing_and_after_a_second_one_vanished() {
    let mut syncs = Syncs::begin();
    syncs.walk(vec![shown("f1"), shown("f2"), completed("issues")]);
    assert_eq!(syncs.absence("f1"), (None, None));
    syncs.walk(vec![shown("f2"), completed("issues")]);
    assert_eq!(syncs.absence("f1"), (Some(200), None));
    assert!(syncs.finding("f1").is_open());
    let missing = syncs.tenant.missing(&syncs.connection, "o1", 9).unwrap();
    assert_eq!(missing, ["f1"]);
    syncs.walk(vec![shown("f2"), completed("issues")]);
    assert_eq!(syncs.absence("f1"), (Some(200), Some(300)));
    assert_eq!(syncs.absence("f2"), (None, None));
    let step = (RemediationStep::Vanished, 300, LACKED_TWICE.to_owned());
    assert_eq!(syncs.last_step("f1"), step);
}

#[test]
fn vanished_findings_stay_stored_and_are_not_counted_as_open() {
    let mut syncs = Syncs::begin();
    syncs.walk(vec![shown("f1"), shown("f2"), shown("f3")]);
    syncs.walk(vec![shown("f2"), shown("f3"), completed("issues")]);
    syncs.walk(vec![shown("f2"), completed("issues")]);
    let counts = syncs.tenant.counts(&syncs.connection).unwrap();
    let counts = (
        counts.findings,
        counts.open_findings,
        counts.missing,
        counts.vanished,
    );
    assert_eq!(counts, (3, 2, 1, 1));
    assert!(syncs.finding("f1").finding.open && !syncs.finding("f1").is_open());
}

#[test]
fn a_finding_shown_in_between_is_not_missing_and_counts_from_the_start() {
    let mut syncs = Syncs::begin();
    syncs.walk(vec![shown("f1")]);
    syncs.walk(vec![completed("issues")]);
    syncs.walk(vec![shown("f1")]);
    assert_eq!(syncs.absence("f1"), (None, None));
    syncs.walk(vec![completed("issues")]);
    assert_eq!(syncs.absence("f1"), (Some(400), None));
}

#[test]
fn only_a_walk_of_everything_that_ended_concludes_anything() {
    let mut syncs = Syncs::begin();
    let of = |route: &str, organization: &str, changed_since| Walk {
        route: route.to_owned(),
        organization: organization.to_owned(),
        changed_since,
        pages: 1,
        records: 1,
    };
    syncs.walk(vec![listed("p1"), shown("f1")]);
    syncs.walk(vec![
        Entry::WalkCompleted(of("issues", "o1", Some(50))),
        Entry::WalkBroken(of("issues", "o1", None)),
        Entry::WalkBroken(of("projects", "o1", None)),
        Entry::WalkCompleted(of("issues", "o2", None)),
        Entry::WalkCompleted(of("projects", "o2", None)),
        Entry::WalkCompleted(of("pr-checks", "o1", None)),
    ]);
    let ends = vec![completed("issues"), completed("projects")];
    syncs.apply(&only("f1"), ends, true);
    assert_eq!(syncs.absence("f1"), (None, None));
    assert!(syncs.gone_projects().is_empty());
}

#[test]
fn a_walk_in_several_batches_and_processes_is_one_walk() {
    let mut syncs = Syncs::begin();
    syncs.walk(vec![shown("f1"), shown("f2")]);
    syncs.now = 200;
    syncs.apply(&organizations(), vec![shown("f1")], false);
    syncs.tenant = open(syncs.directory.path());
    syncs.apply(&organizations(), vec![shown("f2")], false);
    syncs.apply(&organizations(), vec![completed("issues")], false);
    syncs.apply(&organizations(), vec![completed("issues")], true);
    for id in ["f1", "f2"] {
        assert_eq!(syncs.absence(id), (None, None));
    }
}

#[test]
fn the_end_of_a_walk_repeated_concludes_nothing_more() {
    let mut syncs = Syncs::begin();
    syncs.walk(vec![listed("p1"), shown("f1")]);
    let end = || vec![completed("projects"), completed("issues")];
    syncs.walk(end());
    let dump = syncs.tenant.dump().unwrap();
    syncs.apply(&organizations(), end(), true);
    assert_eq!(syncs.tenant.dump().unwrap(), dump);
}

#[test]
fn a_clock_that_jumps_back_hides_nothing_and_loses_nothing() {
    let mut syncs = Syncs::begin();
    syncs.now = 5_000;
    syncs.walk(vec![shown("f1"), shown("f2")]);
    syncs.now = 0;
    syncs.walk(vec![shown("f2"), completed("issues")]);
    syncs.walk(vec![shown("f2"), completed("issues")]);
    assert_eq!(syncs.absence("f1"), (Some(100), Some(200)));
    assert_eq!(syncs.absence("f2"), (None, None));
}

#[test]
fn a_walk_that_begins_anew_without_its_cursor_is_another_walk() {
    let mut syncs = Syncs::begin();
    syncs.apply(&organizations(), vec![shown("f1")], false);
    let scope = organizations();
    syncs
        .tenant
        .clear_cursor(&syncs.connection, &scope)
        .unwrap();
    syncs.walk(vec![completed("issues")]);
    assert_eq!(syncs.absence("f1"), (Some(100), None));
}

#[test]
fn a_resolved_finding_is_never_missing() {
    let mut syncs = Syncs::begin();
    let mut resolved = finding("f1");
    (resolved.open, resolved.resolved_at) = (false, Some(50));
    syncs.walk(vec![Entry::Finding(resolved)]);
    syncs.walk(vec![completed("issues")]);
    assert_eq!(syncs.absence("f1"), (None, None));
}

#[test]
fn a_missing_finding_that_is_asked_for_and_not_there_is_vanished() {
    let mut syncs = Syncs::begin();
    syncs.walk(vec![shown("f1"), shown("f2")]);
    syncs.walk(vec![shown("f2"), completed("issues")]);
    syncs.apply(&only("f1"), vec![not_there("f1", 250)], true);
    assert_eq!(syncs.absence("f1"), (Some(200), Some(250)));
    let source = "asked for, and not there".to_owned();
    assert_eq!(
        syncs.last_step("f1"),
        (RemediationStep::Vanished, 250, source)
    );
    syncs.apply(&only("f2"), vec![not_there("f2", 250)], true);
    assert_eq!(syncs.absence("f2"), (None, None));
    assert_eq!(syncs.last_step("f2").0, RemediationStep::FirstSeen);
}

#[test]
fn a_missing_finding_that_is_asked_for_and_there_is_not_missing() {
    let mut syncs = Syncs::begin();
    syncs.walk(vec![shown("f1")]);
    syncs.walk(vec![completed("issues")]);
    syncs.apply(&only("f1"), vec![shown("f1")], true);
    assert_eq!(syncs.absence("f1"), (None, None));
}

#[test]
fn findings_vanish_at_once_with_their_project() {
    let mut syncs = Syncs::begin();
    let mut elsewhere = finding("f2");
    elsewhere.project = "p2".to_owned();
    syncs.walk(vec![
        listed("p1"),
        listed("p2"),
        shown("f1"),
        Entry::Finding(elsewhere),
    ]);
    syncs.walk(vec![listed("p2"), completed("projects")]);
    assert_eq!(syncs.gone_projects(), ["p1"]);
    assert_eq!(syncs.absence("f1"), (None, Some(200)));
    assert_eq!(syncs.absence("f2"), (None, None));
    let step = (RemediationStep::Vanished, 200, PROJECT_GONE.to_owned());
    assert_eq!(syncs.last_step("f1"), step);
}

#[test]
fn a_project_and_a_finding_that_are_listed_again_are_back() {
    let mut syncs = Syncs::begin();
    syncs.walk(vec![listed("p1"), shown("f1")]);
    syncs.walk(vec![completed("projects")]);
    syncs.walk(vec![listed("p1"), completed("projects"), shown("f1")]);
    assert!(syncs.gone_projects().is_empty());
    assert_eq!(syncs.absence("f1"), (None, None));
    let source = "it was listed again".to_owned();
    assert_eq!(
        syncs.last_step("f1"),
        (RemediationStep::ReIntroduced, 300, source)
    );
}
