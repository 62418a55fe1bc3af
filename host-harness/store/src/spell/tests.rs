use std::collections::BTreeSet;

use koalr_platform::model::common::{ExploitMaturity, FixState, Severity, Timestamp};
use koalr_platform::model::record::{
    Entry, Finding, Fix, PackageVersion, Remediation, RemediationStep,
};
use koalr_platform::model::walk::Batch;
use koalr_platform::spell::{End, Ending, Origin};
use tempfile::TempDir;

use super::*;
use crate::Slice;
use crate::fixture::{batch, completed, connected, connection, finding, organizations, project};

mod random;

/// A tenant with `f1` in the project `p1` of shop/web, and its segment kept.
fn kept() -> (TempDir, Tenant, StoredConnection) {
    let (directory, mut tenant, connection) = connected();
    let records = vec![
        Entry::Project(project("p1", Some("shop/web"))),
        Entry::Finding(finding("f1")),
    ];
    apply(&mut tenant, &connection, records, 100);
    assert_eq!(tenant.refresh_spells(u32::MAX).unwrap(), 1);
    (directory, tenant, connection)
}

#[track_caller]
fn apply(
    tenant: &mut Tenant,
    connection: &StoredConnection,
    records: Vec<Entry>,
    as_of: Timestamp,
) {
    let mut batch = batch(records);
    batch.done = true;
    tenant
        .apply_batch(connection, &organizations(), &batch, as_of)
        .unwrap();
}

fn run(tenant: &mut Tenant, sql: &str) {
    let ran = tenant
        .database
        .write(|transaction| Ok(transaction.execute_batch(sql)?));
    ran.unwrap();
}

/// The stretches, and how many segments were kept and built.
fn read(
    tenant: &Tenant,
    connection: &StoredConnection,
    filter: SpellFilter<'_>,
) -> (Vec<Spell>, u32, u32) {
    let mut spells = Vec::new();
    let rows = tenant.spells(connection, filter, &mut |spell| spells.push(*spell));
    let rows = rows.unwrap();
    (spells, rows.kept, rows.built)
}

fn spells(tenant: &Tenant, connection: &StoredConnection) -> Vec<Spell> {
    read(tenant, connection, SpellFilter::default()).0
}

fn built(tenant: &Tenant, connection: &StoredConnection) -> u32 {
    read(tenant, connection, SpellFilter::default()).2
}

#[test]
fn a_stretch_tells_what_is_stored_of_its_finding_kept_or_not() {
    let (_directory, mut tenant, connection) = connected();
    let mut attacked = finding("f1");
    attacked.exploit = ExploitMaturity::Attacked;
    let records = vec![
        Entry::Project(project("p1", Some("shop/web"))),
        Entry::Finding(attacked),
    ];
    apply(&mut tenant, &connection, records, 100);
    let expected = Spell {
        repository: Some(0),
        class: FindingClass::PackageVulnerability,
        severity: Some(Severity::High),
        cvss: Some(82),
        fix: FixState::Available,
        exploited: true,
        opened_at: 2,
        origin: Origin::Unknown,
        end: None,
    };
    let all = SpellFilter::default();
    assert_eq!(read(&tenant, &connection, all), (vec![expected], 0, 1));
    assert_eq!(tenant.refresh_spells(u32::MAX).unwrap(), 1);
    assert_eq!(read(&tenant, &connection, all), (vec![expected], 1, 0));
    assert_eq!(tenant.refresh_spells(u32::MAX).unwrap(), 0);
    let rows = tenant.spells(&connection, all, &mut |_| {});
    assert_eq!(rows.unwrap().repositories, ["shop/web"]);
}

#[test]
fn what_is_unknown_of_a_finding_is_unknown_in_its_stretch() {
    let (_directory, mut tenant, connection) = connected();
    let bare = Finding {
        severity: None,
        selected: None,
        introduced_at: None,
        disclosed_at: None,
        packages: vec![],
        fix: FixState::Unknown,
        ..finding("f1")
    };
    apply(&mut tenant, &connection, vec![Entry::Finding(bare)], 100);
    let told = spells(&tenant, &connection);
    tenant.refresh_spells(u32::MAX).unwrap();
    assert_eq!(spells(&tenant, &connection), told);
    let [spell] = told.as_slice() else {
        panic!("it is one: {told:?}");
    };
    let unknown = (spell.repository, spell.severity, spell.cvss, spell.fix);
    assert_eq!(unknown, (None, None, None, FixState::Unknown));
    assert_eq!((spell.opened_at, spell.origin), (1, Origin::Unknown));
}

#[test]
fn a_repository_is_found_in_any_case_and_a_class_by_itself() {
    let (_directory, mut tenant, connection) = kept();
    let mut code = finding("f2");
    code.project = "p2".to_owned();
    code.class = FindingClass::Code;
    let records = vec![
        Entry::Project(project("p2", Some("shop/api"))),
        Entry::Finding(code),
    ];
    apply(&mut tenant, &connection, records, 200);
    for _ in 0..2 {
        let found = |repository, class| {
            let (spells, ..) = read(&tenant, &connection, SpellFilter { repository, class });
            spells.into_iter().map(|one| one.class).collect::<Vec<_>>()
        };
        assert_eq!(found(Some("SHOP/Api"), None), [FindingClass::Code]);
        assert_eq!(found(None, Some(FindingClass::Code)), [FindingClass::Code]);
        assert!(found(Some("shop/web"), Some(FindingClass::Code)).is_empty());
        assert!(found(Some("shop"), None).is_empty());
        tenant.refresh_spells(u32::MAX).unwrap();
    }
}

#[test]
fn stretches_of_another_connection_are_not_handed_over() {
    let (_directory, mut tenant, first) = kept();
    let mut record = connection();
    record.endpoint.base = "https://api.us.example.com".to_owned();
    let second = tenant.save_connection(&record, "another token").unwrap();
    assert!(spells(&tenant, &second).is_empty());
    let records = vec![Entry::Finding(finding("f1")), Entry::Finding(finding("f2"))];
    apply(&mut tenant, &second, records, 200);
    for _ in 0..2 {
        assert_eq!(spells(&tenant, &first).len(), 1);
        assert_eq!(spells(&tenant, &second).len(), 2);
        tenant.refresh_spells(u32::MAX).unwrap();
    }
}

#[test]
fn a_vanished_finding_ends_and_a_missing_one_goes_on() {
    let (_directory, mut tenant, connection) = kept();
    let mut end = |as_of| {
        apply(&mut tenant, &connection, vec![completed("issues")], as_of);
        tenant.refresh_spells(u32::MAX).unwrap();
        spells(&tenant, &connection)[0].end
    };
    assert_eq!(end(200), None);
    let how = Ending::Vanished;
    assert_eq!(end(300), Some(End { at: 300, how }));
}

#[test]
fn a_finding_of_a_project_imported_again_is_told_once_from_its_first_beginning() {
    let (_directory, mut tenant, connection) = connected();
    let shown = |id: &str, project: &str, introduced_at| {
        let mut finding = finding(id);
        finding.key = "key".to_owned();
        finding.project = project.to_owned();
        finding.created_at = introduced_at;
        finding.introduced_at = Some(introduced_at);
        Entry::Finding(finding)
    };
    let listed = |id| Entry::Project(project(id, Some("shop/web")));
    let imports = [("f1", "p1", 2), ("f2", "p2", 150), ("f3", "p3", 250)];
    for ((id, project, at), as_of) in imports.into_iter().zip([100, 200, 300]) {
        let records = vec![
            listed(project),
            completed("projects"),
            shown(id, project, at),
        ];
        apply(&mut tenant, &connection, records, as_of);
        for _ in 0..2 {
            let told = spells(&tenant, &connection);
            let told: Vec<_> = told.iter().map(|one| (one.opened_at, one.end)).collect();
            assert_eq!(told, [(2, None)], "{id}");
            tenant.refresh_spells(u32::MAX).unwrap();
        }
    }
    // It is listed again: it is a finding of its own, and the one that continued it begins with its own import.
    let back = vec![listed("p1"), shown("f1", "p1", 2)];
    apply(&mut tenant, &connection, back, 400);
    let mut begun: Vec<_> = spells(&tenant, &connection)
        .iter()
        .map(|one| one.opened_at)
        .collect();
    begun.sort_unstable();
    assert_eq!(begun, [2, 150]);
    assert_eq!(tenant.counts(&connection).unwrap().open_findings, 2);
}

#[test]
fn a_fix_that_is_looked_up_later_is_told_as_it_is_counted() {
    let (_directory, mut tenant, connection) = connected();
    let mut affected = finding("f1");
    affected.fix = FixState::Unknown;
    apply(
        &mut tenant,
        &connection,
        vec![Entry::Finding(affected)],
        100,
    );
    tenant.refresh_spells(u32::MAX).unwrap();
    let mut look_up = |package: &str, organization: &str, state, as_of| {
        let fix = Fix {
            organization: organization.to_owned(),
            vulnerability: "SNYK-JS-1".to_owned(),
            affected: PackageVersion {
                ecosystem: Some("npm".to_owned()),
                name: package.to_owned(),
                version: None,
            },
            state,
            versions: vec![],
            source: "packages".to_owned(),
            as_of,
        };
        apply(&mut tenant, &connection, vec![Entry::Fix(fix)], 100);
        let built = tenant.refresh_spells(u32::MAX).unwrap();
        let told = spells(&tenant, &connection)[0].fix;
        let tally = tenant.tally(&connection).unwrap();
        assert_eq!(tally.fixes.into_keys().collect::<Vec<_>>(), [told]);
        (told, built)
    };
    assert_eq!(
        look_up("minimist", "o1", FixState::None, 1),
        (FixState::Unknown, 0)
    );
    assert_eq!(
        look_up("lodash", "o2", FixState::None, 1),
        (FixState::None, 1)
    );
    assert_eq!(
        look_up("lodash", "o2", FixState::None, 2),
        (FixState::None, 0)
    );
    assert_eq!(
        look_up("lodash", "o3", FixState::Partial, 3),
        (FixState::Partial, 1)
    );
    assert_eq!(
        look_up("lodash", "o2", FixState::None, 4),
        (FixState::None, 1)
    );
    assert_eq!(
        look_up("lodash", "o1", FixState::Available, 1),
        (FixState::Available, 1)
    );
}

#[test]
fn every_change_that_matters_is_read_from_the_rows() {
    let (_directory, mut tenant, connection) = kept();
    for change in [
        "UPDATE findings SET project = 'p9'",
        "UPDATE findings SET class = 'code'",
        "UPDATE findings SET vulnerability = 'another'",
        "UPDATE findings SET packages = '[]'",
        "UPDATE findings SET severity = NULL",
        "UPDATE findings SET severity = 'low'",
        "UPDATE findings SET selected = NULL",
        "UPDATE findings SET exploit = 'attacked'",
        "UPDATE findings SET fix = 'none'",
        "UPDATE findings SET ignored = 1",
        "UPDATE findings SET created_at = 7",
        "UPDATE findings SET updated_at = 8",
        "UPDATE findings SET introduced_at = 9",
        "UPDATE findings SET disclosed_at = NULL",
        "UPDATE findings SET open = 0",
        "UPDATE findings SET resolved_at = 10",
        "UPDATE findings SET vanished_at = 11",
        "UPDATE findings SET continues = 'f0'",
        "UPDATE findings SET project = 'p1'",
        "UPDATE projects SET repository = 'shop/api'",
        "UPDATE projects SET repository = NULL",
        "UPDATE projects SET created_at = NULL",
        "INSERT INTO remediations (finding, step, at, connection, first_seen, source)
         SELECT row, 'vanished', 12, connection, 12, 'a walk' FROM findings",
        "UPDATE remediations SET source = 'another' WHERE step = 'vanished'",
    ] {
        run(&mut tenant, change);
        assert_eq!(built(&tenant, &connection), 1, "{change}");
        assert_eq!(tenant.refresh_spells(u32::MAX).unwrap(), 1, "{change}");
        run(&mut tenant, change.split("INSERT").next().unwrap());
        assert_eq!(
            tenant.refresh_spells(u32::MAX).unwrap(),
            0,
            "{change}, a second time"
        );
    }
}

#[test]
fn a_finding_that_changes_leaves_the_others_of_its_segment_as_they_are_kept() {
    let (_directory, mut tenant, connection) = connected();
    let all = ["f1", "f2", "f3"].map(|id| Entry::Finding(finding(id)));
    apply(&mut tenant, &connection, all.to_vec(), 100);
    tenant.refresh_spells(u32::MAX).unwrap();
    let mut expected = spells(&tenant, &connection);
    // Behind the triggers' back, which tells what is read from the rows.
    run(&mut tenant, "DROP TRIGGER spells_of_a_changed_finding");
    run(&mut tenant, "UPDATE findings SET severity = 'low'");
    run(
        &mut tenant,
        "INSERT INTO spell_changes SELECT row FROM findings WHERE id = 'f2'",
    );
    expected[1].severity = Some(Severity::Low);
    let mut told = spells(&tenant, &connection);
    told.sort_unstable_by_key(|one| one.severity == Some(Severity::Low));
    assert_eq!(told, [expected[0], expected[2], expected[1]]);
    assert_eq!(tenant.refresh_spells(u32::MAX).unwrap(), 1);
    assert_eq!(
        read(&tenant, &connection, SpellFilter::default()),
        (expected, 1, 0)
    );
}

#[test]
fn what_every_walk_writes_keeps_the_segment() {
    let (_directory, mut tenant, connection) = kept();
    let records = || {
        vec![
            Entry::Project(project("p1", Some("shop/web"))),
            Entry::Finding(finding("f1")),
            completed("projects"),
            completed("issues"),
        ]
    };
    apply(&mut tenant, &connection, records(), 200);
    let other = "UPDATE findings SET title = 'another', risk = 1, extra = '[]', key = 'k'";
    run(&mut tenant, other);
    assert_eq!(built(&tenant, &connection), 0);
}

#[test]
fn a_project_that_comes_after_its_findings_tells_their_repository() {
    let (_directory, mut tenant, connection) = connected();
    let early = vec![Entry::Finding(finding("f1"))];
    apply(&mut tenant, &connection, early, 100);
    tenant.refresh_spells(u32::MAX).unwrap();
    assert_eq!(spells(&tenant, &connection)[0].repository, None);
    let late = vec![Entry::Project(project("p1", Some("shop/web")))];
    apply(&mut tenant, &connection, late, 200);
    assert_eq!(spells(&tenant, &connection)[0].repository, Some(0));
}

#[test]
fn a_segment_of_another_format_or_a_damaged_one_is_built_from_the_rows() {
    let (_directory, mut tenant, connection) = kept();
    let told = spells(&tenant, &connection);
    run(&mut tenant, "UPDATE spell_segments SET spells = x'00'");
    assert_eq!(
        read(&tenant, &connection, SpellFilter::default()),
        (told.clone(), 0, 1)
    );
    run(&mut tenant, "UPDATE spell_segments SET format = 9");
    assert_eq!(
        read(&tenant, &connection, SpellFilter::default()),
        (told.clone(), 0, 1)
    );
    assert_eq!(tenant.refresh_spells(u32::MAX).unwrap(), 1);
    assert_eq!(
        read(&tenant, &connection, SpellFilter::default()),
        (told, 1, 0)
    );
}

#[test]
fn a_dump_shows_nothing_of_what_is_kept() {
    let (_directory, mut tenant, _) = kept();
    let dump = tenant.dump().unwrap();
    assert!(!dump.contains("spell"), "{dump}");
    run(&mut tenant, "DELETE FROM spell_segments");
    assert_eq!(tenant.dump().unwrap(), dump);
}

#[test]
fn as_many_stretches_are_listed_as_are_handed_over_those_of_a_finding_on_one_page() {
    let (_directory, mut tenant, connection) = connected();
    let mut records = vec![
        Entry::Project(project("p1", Some("shop/web"))),
        Entry::Project(project("p2", Some("shop/api"))),
    ];
    for number in 0..1_100 {
        let mut finding = finding(&format!("f{number:04}"));
        finding.project = format!("p{}", 1 + number % 2);
        finding.open = number % 3 == 0;
        records.push(Entry::Finding(finding));
    }
    apply(&mut tenant, &connection, records, 100);
    // One of them came back.
    let mut back = finding("f0001");
    back.project = "p2".to_owned();
    back.introduced_at = Some(back.created_at + 1_000_000);
    let fixed = Remediation {
        finding: "f0001".to_owned(),
        organization: back.organization.clone(),
        step: RemediationStep::Resolved,
        at: back.created_at + 1_000,
        source: "upstream".to_owned(),
    };
    apply(
        &mut tenant,
        &connection,
        vec![Entry::Remediation(fixed), Entry::Finding(back)],
        101,
    );
    tenant.refresh_spells(1).unwrap();
    for (names, wanted) in [
        (None, SpellFilter::default()),
        (
            Some(["SHOP/api".to_owned()]),
            SpellFilter {
                repository: Some("shop/api"),
                class: None,
            },
        ),
    ] {
        let mut expected = Vec::new();
        let fits = |spell: &Spell| spell.severity.is_some();
        tenant
            .spells(&connection, wanted, &mut |spell| expected.push(*spell))
            .unwrap();
        let (mut slice, mut listed) = (
            Slice {
                after: None,
                limit: 400,
            },
            Vec::new(),
        );
        loop {
            let names = names.as_ref().map(<[String; 1]>::as_slice);
            let page = tenant
                .list_spells(&connection, names, &fits, &slice)
                .unwrap();
            assert_eq!(usize::try_from(page.n).unwrap(), expected.len());
            let rows = page.rows.iter().map(|one| one.listed.row);
            assert!(rows.clone().is_sorted_by(|one, next| one >= next));
            listed.extend(page.rows.iter().map(|one| one.spell));
            slice.after = page.next;
            if page.next.is_none() {
                break;
            }
        }
        let key = |spell: &Spell| format!("{spell:?}");
        expected.sort_unstable_by_key(key);
        listed.sort_unstable_by_key(key);
        assert_eq!(listed, expected);
    }
}
