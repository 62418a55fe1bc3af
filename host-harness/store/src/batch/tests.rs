use koalr_platform::model::common::{FixState, Measurement};
use koalr_platform::model::record::{
    ChangeCheck, ChangeFinding, Deployment, DeploymentState, Fix, Incident, OtherRecord,
    Remediation, RemediationStep,
};

use super::*;
use crate::fixture::{
    batch, change_check, change_scope, completed, connected, finding, measurement, open,
    organizations, project,
};
use crate::{Counts, FindingFilter, StoredFinding, SyncState};

#[test]
fn a_batch_applied_twice_changes_nothing() {
    let (_directory, mut tenant, connection) = connected();
    let mut batch = batch(one_of_each());
    batch.done = true;
    let first = tenant.apply_batch(&connection, &change_scope(), &batch, 5);
    let records = 10;
    assert_eq!(first.unwrap(), outcome(records, 0, 0));
    let before = tenant.dump().unwrap();
    let second = tenant.apply_batch(&connection, &change_scope(), &batch, 5);
    assert_eq!(second.unwrap(), outcome(0, 0, records));
    assert_eq!(tenant.dump().unwrap(), before);
}

#[test]
fn every_field_of_a_record_reads_back() {
    let (directory, mut tenant, connection) = connected();
    apply(&mut tenant, &connection, one_of_each(), 5);
    drop(tenant);
    let tenant = open(directory.path());
    assert_eq!(
        tenant
            .findings(&connection, FindingFilter::default())
            .unwrap(),
        [StoredFinding {
            finding: finding("f1"),
            first_seen: 5,
            last_seen: 5,
            missing_since: None,
            vanished_at: None,
            continues: None,
            introduced_at_first: 1,
        }]
    );
    assert_eq!(
        tenant.projects(&connection).unwrap(),
        [project("p1", Some("shop/web"))]
    );
    assert_eq!(
        tenant
            .change_findings(&connection, &organizations())
            .unwrap(),
        [change_finding()]
    );
    assert_eq!(
        tenant.coverage(&connection, &organizations()).unwrap(),
        batch(vec![]).coverage
    );
    assert_eq!(
        tenant.counts(&connection).unwrap(),
        Counts {
            projects: 1,
            findings: 1,
            open_findings: 1,
            change_checks: 1,
            missing: 0,
            vanished: 0,
        }
    );
    let others = "SELECT (SELECT count(*) FROM remediations), (SELECT count(*) FROM fixes) + (SELECT count(*) FROM measurements)
        + (SELECT count(*) FROM incidents) + (SELECT count(*) FROM deployments) + (SELECT count(*) FROM others)";
    let count = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get(1)?));
    let told: (i64, i64) = (tenant.database)
        .read(|database| Ok(database.query_row(others, [], count)?))
        .unwrap();
    assert_eq!(told, (2, 5));
}

#[test]
fn absent_fields_read_back_as_absent_and_not_as_zero() {
    let (_directory, mut tenant, connection) = connected();
    let mut bare = finding("f1");
    bare.severity = None;
    bare.selected = None;
    bare.risk = None;
    bare.introduced_at = None;
    bare.disclosed_at = None;
    bare.packages.clear();
    bare.cvss.clear();
    apply(
        &mut tenant,
        &connection,
        vec![Entry::Finding(bare.clone())],
        5,
    );
    assert_eq!(stored(&tenant, &connection).finding, bare);
}

#[test]
fn a_newer_row_replaces_an_older_one() {
    let (_directory, mut tenant, connection) = connected();
    apply(
        &mut tenant,
        &connection,
        vec![Entry::Finding(finding("f1"))],
        5,
    );
    let newer = resolved_at(200);
    let outcome_of_newer = apply(
        &mut tenant,
        &connection,
        vec![Entry::Finding(newer.clone())],
        6,
    );
    assert_eq!(outcome_of_newer, outcome(0, 1, 0));
    let stored = stored(&tenant, &connection);
    assert_eq!((stored.first_seen, stored.last_seen), (5, 6));
    assert_eq!(stored.finding, newer);
}

#[test]
fn an_older_row_does_not_overwrite_a_newer_one() {
    let (_directory, mut tenant, connection) = connected();
    let newer = resolved_at(200);
    apply(
        &mut tenant,
        &connection,
        vec![Entry::Finding(newer.clone())],
        5,
    );
    let older = apply(
        &mut tenant,
        &connection,
        vec![Entry::Finding(finding("f1"))],
        6,
    );
    assert_eq!(older, outcome(0, 0, 1));
    assert_eq!(stored(&tenant, &connection).finding, newer);
    assert_eq!(stored(&tenant, &connection).last_seen, 6);
}

#[test]
fn an_incident_that_ends_replaces_the_open_one() {
    let (_directory, mut tenant, connection) = connected();
    let open = vec![Entry::Incident(incident())];
    apply(&mut tenant, &connection, open, 5);
    let ended = || {
        vec![Entry::Incident(Incident {
            acknowledged_at: Some(6),
            resolved_at: Some(9),
            open: false,
            ..incident()
        })]
    };
    assert_eq!(
        apply(&mut tenant, &connection, ended(), 9),
        outcome(0, 1, 0)
    );
    assert_eq!(
        apply(&mut tenant, &connection, ended(), 9),
        outcome(0, 0, 1)
    );
}

#[test]
fn a_deployment_never_falls_back_to_an_earlier_state() {
    let (_directory, mut tenant, connection) = connected();
    let ended = vec![Entry::Deployment(Deployment {
        state: DeploymentState::Succeeded,
        at: 9,
        ..deployment()
    })];
    apply(&mut tenant, &connection, ended, 9);
    let begun = vec![Entry::Deployment(deployment())];
    assert_eq!(apply(&mut tenant, &connection, begun, 10), outcome(0, 0, 1));
}

#[test]
fn the_same_id_in_two_organizations_is_two_findings() {
    let (_directory, mut tenant, connection) = connected();
    let mut other = finding("f1");
    other.organization = "o2".to_owned();
    let both = vec![Entry::Finding(finding("f1")), Entry::Finding(other)];
    assert_eq!(apply(&mut tenant, &connection, both, 5), outcome(2, 0, 0));
}

#[test]
fn checks_without_a_head_are_told_apart_by_their_other_fields_only() {
    let (_directory, mut tenant, connection) = connected();
    let check = |head_sha: Option<&str>, state: &str| {
        Entry::ChangeCheck(ChangeCheck {
            head_sha: head_sha.map(str::to_owned),
            state: state.to_owned(),
            ..change_check()
        })
    };
    let records = vec![
        check(None, "pending"),
        check(Some("abc"), "pending"),
        check(None, "failed"),
    ];
    assert_eq!(
        apply(&mut tenant, &connection, records, 5),
        outcome(2, 1, 0)
    );
}

#[test]
fn a_failing_record_rolls_back_records_coverage_and_cursor() {
    let (directory, mut tenant, connection) = connected();
    apply(
        &mut tenant,
        &connection,
        vec![Entry::Project(project("p1", None))],
        5,
    );
    let before = tenant.dump().unwrap();
    let mut bad = batch(vec![
        Entry::Finding(finding("f1")),
        Entry::Measurement(Measurement {
            value: f64::NAN,
            ..measurement()
        }),
    ]);
    bad.cursor = None;
    bad.coverage.clear();
    let error = tenant.apply_batch(&connection, &organizations(), &bad, 6);
    assert_eq!(
        error.unwrap_err().to_string(),
        format!(
            "storing record 1 of the batch (measurements) in `{}`: \
             NOT NULL constraint failed: measurements.value; nothing of the batch was stored",
            directory.path().join("tenants/acme.db").display()
        )
    );
    assert_eq!(tenant.dump().unwrap(), before);
}

#[test]
fn a_step_of_a_finding_that_was_never_told_is_refused_by_name() {
    let (directory, mut tenant, connection) = connected();
    let step = Entry::Remediation(Remediation {
        organization: "o1".to_owned(),
        finding: "f9".to_owned(),
        step: RemediationStep::Resolved,
        at: 4,
        source: "resolved_at".to_owned(),
    });
    // It is stored after the finding, and yet named by its place in the batch.
    let batch = batch(vec![step, Entry::Finding(finding("f1"))]);
    let error = tenant.apply_batch(&connection, &organizations(), &batch, 6);
    assert_eq!(
        error.unwrap_err().to_string(),
        format!(
            "storing record 0 of the batch (remediations) in `{}`: \
             its finding `f9` is not stored; nothing of the batch was stored",
            directory.path().join("tenants/acme.db").display()
        )
    );
}

#[test]
fn a_full_disk_is_told_and_leaves_the_former_state_until_there_is_room() {
    let (directory, mut tenant, connection) = connected();
    apply(
        &mut tenant,
        &connection,
        vec![Entry::Project(project("p1", None))],
        5,
    );
    let before = tenant.dump().unwrap();
    let pages = tenant
        .database
        .read(|database| Ok(database.pragma_query_value(None, "page_count", |row| row.get(0))?))
        .unwrap();
    let limit = |tenant: &Tenant, pages: i64| {
        let limited = tenant.database.read(|database| {
            Ok(database.pragma_update_and_check(None, "max_page_count", pages, |_| Ok(()))?)
        });
        limited.unwrap();
    };
    limit(&tenant, pages);
    let many = (0..1000).map(|id| Entry::Finding(finding(&id.to_string())));
    let many = batch(many.collect());
    let error = tenant.apply_batch(&connection, &organizations(), &many, 6);
    assert_eq!(
        error.unwrap_err().to_string(),
        format!(
            "there is no space left to write `{}`; free some and try again: what was stored before is intact",
            directory.path().join("tenants/acme.db").display()
        )
    );
    assert_eq!(tenant.dump().unwrap(), before);
    limit(&tenant, 1 << 20);
    let stored = tenant.apply_batch(&connection, &organizations(), &many, 6);
    assert_eq!(stored.unwrap(), outcome(1000, 0, 0));
}

#[test]
fn a_broken_walk_resolves_and_removes_nothing() {
    let (_directory, mut tenant, connection) = connected();
    let finding = Entry::Finding(finding("f1"));
    apply(&mut tenant, &connection, vec![finding], 5);
    let before = stored(&tenant, &connection);
    let Entry::WalkCompleted(walk) = completed("issues") else {
        panic!("it is an end");
    };
    let mut broken = batch(vec![Entry::WalkBroken(walk)]);
    broken.done = true;
    let changed = tenant.apply_batch(&connection, &organizations(), &broken, 6);
    assert_eq!(changed.unwrap(), BatchOutcome::default());
    assert_eq!(stored(&tenant, &connection), before);
}

#[test]
fn the_cursor_survives_a_restart_with_its_batch() {
    let (directory, mut tenant, connection) = connected();
    let mut waiting = batch(vec![]);
    waiting.resume_after_secs = Some(60);
    tenant
        .apply_batch(&connection, &organizations(), &waiting, 5)
        .unwrap();
    drop(tenant);
    let tenant = open(directory.path());
    assert_eq!(
        tenant.sync_state(&connection, &organizations()).unwrap(),
        Some(SyncState {
            cursor: waiting.cursor,
            started_at: 5,
            done_at: None,
            resume_at: Some(60_005),
        })
    );
    assert_eq!(
        tenant.sync_state(&connection, &change_scope()).unwrap(),
        None
    );
}

#[test]
fn a_walk_is_the_first_until_one_has_ended() {
    let (_directory, mut tenant, connection) = connected();
    let is_first = |tenant: &Tenant| {
        let first = tenant.is_first_walk(&connection, &organizations());
        first.unwrap()
    };
    assert!(is_first(&tenant));
    let first = [(5, false), (6, true), (9, false)].map(|(as_of, done)| {
        let mut batch = batch(vec![]);
        batch.done = done;
        let applied = tenant.apply_batch(&connection, &organizations(), &batch, as_of);
        applied.unwrap();
        is_first(&tenant)
    });
    assert_eq!(first, [true, false, false]);
}

#[test]
fn a_walk_begins_with_its_first_batch_and_the_next_one_after_its_end() {
    let (_directory, mut tenant, connection) = connected();
    let times = [(5, false), (6, true), (9, false)].map(|(as_of, done)| {
        let mut batch = batch(vec![]);
        batch.done = done;
        tenant
            .apply_batch(&connection, &organizations(), &batch, as_of)
            .unwrap();
        let state = tenant.sync_state(&connection, &organizations()).unwrap();
        state.map(|state| (state.started_at, state.done_at))
    });
    assert_eq!(
        times,
        [Some((5, None)), Some((5, Some(6))), Some((9, None))]
    );
}

#[test]
fn a_cleared_cursor_begins_anew_and_keeps_the_records() {
    let (_directory, mut tenant, connection) = connected();
    apply(&mut tenant, &connection, one_of_each(), 5);
    tenant.clear_cursor(&connection, &organizations()).unwrap();
    assert_eq!(
        tenant.sync_state(&connection, &organizations()).unwrap(),
        None
    );
    assert_eq!(tenant.counts(&connection).unwrap().findings, 1);
}

fn one_of_each() -> Vec<Entry> {
    vec![
        Entry::Project(project("p1", Some("shop/web"))),
        Entry::Finding(finding("f1")),
        Entry::ChangeCheck(change_check()),
        Entry::ChangeFinding(change_finding()),
        Entry::Remediation(Remediation {
            organization: "o1".to_owned(),
            finding: "f1".to_owned(),
            step: RemediationStep::ReIntroduced,
            at: 4,
            source: "introduced_at".to_owned(),
        }),
        Entry::Fix(fix()),
        Entry::Measurement(measurement()),
        Entry::Incident(incident()),
        Entry::Deployment(deployment()),
        Entry::Other(OtherRecord {
            kind: "policy".to_owned(),
            key: "k".to_owned(),
            json: "{}".to_owned(),
        }),
        completed("issues"),
    ]
}

fn change_finding() -> ChangeFinding {
    ChangeFinding {
        change: "c1".to_owned(),
        route: "packages".to_owned(),
        finding: finding("f2"),
    }
}

fn fix() -> Fix {
    Fix {
        organization: "o1".to_owned(),
        vulnerability: "SNYK-JS-1".to_owned(),
        affected: finding("f1").packages.remove(0),
        state: FixState::Available,
        versions: vec!["4.17.20".to_owned()],
        source: "packages".to_owned(),
        as_of: 4,
    }
}

fn incident() -> Incident {
    Incident {
        id: "i1".to_owned(),
        service: "p1".to_owned(),
        title: "Checkout fails".to_owned(),
        severity: Some("P1".to_owned()),
        change: None,
        started_at: 4,
        acknowledged_at: None,
        resolved_at: None,
        open: true,
        extra: vec![],
    }
}

fn deployment() -> Deployment {
    Deployment {
        id: "d1".to_owned(),
        service: "p1".to_owned(),
        environment: Some("production".to_owned()),
        sha: Some("abc".to_owned()),
        state: DeploymentState::Running,
        at: 4,
        extra: vec![],
    }
}

fn resolved_at(time: Timestamp) -> Finding {
    let mut finding = finding("f1");
    finding.open = false;
    finding.resolved_at = Some(time);
    finding.updated_at = time;
    finding
}

fn outcome(inserted: u64, updated: u64, unchanged: u64) -> BatchOutcome {
    BatchOutcome {
        inserted,
        updated,
        unchanged,
    }
}

#[track_caller]
fn apply(
    tenant: &mut Tenant,
    connection: &StoredConnection,
    records: Vec<Entry>,
    as_of: Timestamp,
) -> BatchOutcome {
    tenant
        .apply_batch(connection, &organizations(), &batch(records), as_of)
        .unwrap()
}

#[track_caller]
fn stored(tenant: &Tenant, connection: &StoredConnection) -> StoredFinding {
    let mut findings = tenant
        .findings(connection, FindingFilter::default())
        .unwrap();
    assert_eq!(findings.len(), 1);
    findings.remove(0)
}
