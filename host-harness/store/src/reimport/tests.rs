use koalr_platform::model::common::Timestamp;
use koalr_platform::model::record::{Entry, Project, RemediationStep};
use tempfile::TempDir;

use crate::fixture::{batch, completed, connected, finding, organizations, project};
use crate::{FindingFilter, StoredConnection, StoredFinding, Tenant};

/// A tenant after a walk at time 100 that showed the project `p1` with the finding `f1`, introduced at 2.
fn synced() -> (TempDir, Tenant, StoredConnection) {
    let (directory, mut tenant, connection) = connected();
    let records = vec![listed("p1"), completed("projects"), shown("f1", "p1", 2)];
    walk(&mut tenant, &connection, records, 100);
    (directory, tenant, connection)
}

fn walk(tenant: &mut Tenant, connection: &StoredConnection, records: Vec<Entry>, as_of: Timestamp) {
    let mut batch = batch(records);
    batch.done = true;
    tenant
        .apply_batch(connection, &organizations(), &batch, as_of)
        .unwrap();
}

fn place(id: &str) -> Project {
    project(id, Some("shop/web"))
}

fn listed(id: &str) -> Entry {
    Entry::Project(place(id))
}

/// A finding of one key in any project.
fn shown(id: &str, project: &str, introduced_at: Timestamp) -> Entry {
    let mut finding = finding(id);
    finding.key = "key".to_owned();
    finding.project = project.to_owned();
    finding.created_at = introduced_at;
    finding.introduced_at = Some(introduced_at);
    Entry::Finding(finding)
}

fn stored(tenant: &Tenant, connection: &StoredConnection, id: &str) -> StoredFinding {
    let findings = tenant.findings(connection, FindingFilter::default());
    let mut findings = findings.unwrap().into_iter();
    findings.find(|one| one.finding.id == id).unwrap()
}

/// What the finding `f2` continues after a second walk that showed `projects` instead of `p1`.
fn continued(projects: Vec<Project>) -> Option<String> {
    let (_directory, mut tenant, connection) = synced();
    let mut records: Vec<Entry> = projects.into_iter().map(Entry::Project).collect();
    records.extend([completed("projects"), shown("f2", "p2", 150)]);
    walk(&mut tenant, &connection, records, 200);
    stored(&tenant, &connection, "f2").continues
}

#[test]
fn a_finding_of_a_project_imported_again_continues_the_old_one() {
    let (_directory, mut tenant, connection) = synced();
    let records = vec![listed("p2"), completed("projects"), shown("f2", "p2", 150)];
    walk(&mut tenant, &connection, records, 200);
    let new = stored(&tenant, &connection, "f2");
    assert_eq!(new.continues.as_deref(), Some("f1"));
    assert_eq!(new.introduced_at_first, 2);
    assert_eq!(new.finding.introduced_at, Some(150));
    let steps = tenant.timeline(&connection, "o1", "f2").unwrap();
    let steps: Vec<_> = steps
        .iter()
        .map(|one| (one.finding.as_str(), one.step, one.at, one.source.as_str()))
        .collect();
    assert_eq!(
        steps,
        [
            (
                "f1",
                RemediationStep::FirstSeen,
                100,
                "first sync that had it"
            ),
            (
                "f2",
                RemediationStep::FirstSeen,
                200,
                "first sync that had it"
            ),
            (
                "f1",
                RemediationStep::Vanished,
                200,
                "its project was imported again"
            ),
        ]
    );
}

#[test]
fn findings_that_came_before_the_project_list_ended_continue_too() {
    let (_directory, mut tenant, connection) = synced();
    let records = vec![listed("p2"), shown("f2", "p2", 150), completed("projects")];
    walk(&mut tenant, &connection, records, 200);
    let new = stored(&tenant, &connection, "f2");
    assert_eq!(new.continues.as_deref(), Some("f1"));
}

#[test]
fn a_project_that_appears_walks_later_continues_the_one_that_is_gone() {
    let (_directory, mut tenant, connection) = synced();
    walk(&mut tenant, &connection, vec![completed("projects")], 200);
    let records = vec![listed("p2"), completed("projects")];
    walk(&mut tenant, &connection, records, 300);
    walk(&mut tenant, &connection, vec![shown("f2", "p2", 350)], 400);
    let new = stored(&tenant, &connection, "f2");
    assert_eq!(new.continues.as_deref(), Some("f1"));
}

#[test]
fn the_earliest_introduction_survives_any_number_of_imports() {
    let (_directory, mut tenant, connection) = synced();
    for (project, id, at) in [("p2", "f2", 200), ("p3", "f3", 300), ("p4", "f4", 400)] {
        let records = vec![
            listed(project),
            completed("projects"),
            shown(id, project, at),
        ];
        walk(&mut tenant, &connection, records, at);
    }
    let newest = stored(&tenant, &connection, "f4");
    assert_eq!(newest.continues.as_deref(), Some("f3"));
    assert_eq!(newest.introduced_at_first, 2);
    let steps = tenant.timeline(&connection, "o1", "f4").unwrap();
    assert_eq!(steps.len(), 7);
}

#[test]
fn another_place_is_not_an_import_of_the_old_one() {
    let same = || vec![place("p2")];
    assert_eq!(continued(same()).as_deref(), Some("f1"));
    let others: [fn(&mut Project); 5] = [
        |project| project.repository = Some("shop/api".to_owned()),
        |project| project.file = None,
        |project| project.reference = Some("next".to_owned()),
        |project| project.kind = "maven".to_owned(),
        |project| project.active = false,
    ];
    for change in others {
        let mut other = place("p2");
        change(&mut other);
        assert_eq!(continued(vec![other]), None);
    }
}

#[test]
fn a_target_tells_the_place_only_where_the_repository_is_not_known() {
    let (_directory, mut tenant, connection) = connected();
    let image = |id: &str| {
        let mut project = project(id, None);
        project.target = Some("t1".to_owned());
        Entry::Project(project)
    };
    let records = vec![image("p1"), completed("projects"), shown("f1", "p1", 2)];
    walk(&mut tenant, &connection, records, 100);
    let records = vec![image("p2"), completed("projects"), shown("f2", "p2", 150)];
    walk(&mut tenant, &connection, records, 200);
    let new = stored(&tenant, &connection, "f2");
    assert_eq!(new.continues.as_deref(), Some("f1"));
}

#[test]
fn a_project_that_stood_beside_the_old_one_does_not_continue_it() {
    let (_directory, mut tenant, connection) = synced();
    walk(
        &mut tenant,
        &connection,
        vec![listed("p1"), listed("p2")],
        200,
    );
    let records = vec![listed("p2"), completed("projects"), shown("f2", "p2", 250)];
    walk(&mut tenant, &connection, records, 300);
    assert_eq!(stored(&tenant, &connection, "f2").continues, None);
}

#[test]
fn a_project_and_a_finding_are_each_continued_once() {
    let (_directory, mut tenant, connection) = synced();
    let records = vec![
        listed("p2"),
        listed("p3"),
        completed("projects"),
        shown("f2", "p2", 150),
        shown("f3", "p3", 150),
        shown("f4", "p2", 150),
    ];
    walk(&mut tenant, &connection, records, 200);
    let continues = ["f2", "f3", "f4"].map(|id| stored(&tenant, &connection, id).continues);
    assert_eq!(continues, [Some("f1".to_owned()), None, None]);
}

#[test]
fn a_finding_that_was_resolved_before_the_import_is_not_continued() {
    let (_directory, mut tenant, connection) = synced();
    let mut resolved = finding("f1");
    resolved.key = "key".to_owned();
    (resolved.open, resolved.updated_at) = (false, 150);
    walk(
        &mut tenant,
        &connection,
        vec![Entry::Finding(resolved)],
        160,
    );
    let records = vec![listed("p2"), completed("projects"), shown("f2", "p2", 170)];
    walk(&mut tenant, &connection, records, 200);
    assert_eq!(stored(&tenant, &connection, "f2").continues, None);
}
