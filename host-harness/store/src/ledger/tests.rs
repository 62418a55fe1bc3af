use koalr_platform::delivery::Service;
use koalr_platform::ledger::{Brought, Cause, Delivered, Judged, Outage, Summary, Unlinked};
use koalr_platform::links::{Reason, Window};
use koalr_platform::model::evidence::Observation;
use koalr_platform::model::record::{Deployment, DeploymentState, Entry, Incident};
use koalr_platform::model::verdict::Decision;
use koalr_platform::team::Override;
use tempfile::TempDir;

use super::*;
use crate::decision::tests::decision;
use crate::fixture::{batch, change, change_check, connected, open, organizations};
use crate::{ChangeRecord, ChangeState, OwnDeployment, OwnIncident};

#[test]
fn what_is_stored_comes_together() {
    let (_directory, mut tenant) = delivered();
    let ledger = tenant.ledger(100).unwrap();
    let ids: Vec<&str> = ledger.deployments.iter().map(|one| &*one.id).collect();
    assert_eq!(ids, ["d1", "d2"]);
    let [brought] = &*ledger.brought else {
        panic!()
    };
    assert_eq!((&*brought.change, brought.lead_ms), ("c1", 10));
    let judged = &ledger.judged[brought.judged.unwrap() as usize];
    assert!(judged.marked_as_success && judged.overridden);
    assert_eq!(
        judged.summary.decision,
        koalr_platform::decision::Decision::Block
    );
    let causes = ledger
        .outages
        .iter()
        .map(|one| one.cause.unwrap().deployment);
    assert_eq!(causes.collect::<Vec<_>>(), [0, 1]);
    assert_eq!(
        (&*ledger.services, ledger.merged),
        (&["checkout".to_owned()][..], 1)
    );
}

#[test]
fn what_is_asked_again_is_read_as_it_was_made() {
    let (directory, mut tenant) = delivered();
    assert!(!is_kept(&tenant, 100));
    let ledger = tenant.ledger(100).unwrap();
    drop(tenant);
    let mut tenant = open(directory.path());
    assert!(is_kept(&tenant, 100));
    assert_eq!(tenant.ledger(100).unwrap(), ledger);
    let later = tenant.ledger(200).unwrap();
    assert_eq!(
        *later,
        Ledger {
            as_of: 200,
            ..(*ledger).clone()
        }
    );
}

#[test]
fn who_asks_the_same_handle_again_reads_the_same_rows() {
    let (_directory, mut tenant) = delivered();
    let ledger = tenant.ledger(100).unwrap();
    run(&mut tenant, "DELETE FROM derived");
    let again = tenant.ledger(100).unwrap();
    assert!(Arc::ptr_eq(&ledger, &again));
    let later = tenant.ledger(200).unwrap();
    assert_eq!((ledger.as_of, later.as_of), (100, 200));
    assert!(!is_kept(&tenant, 100));
}

#[test]
fn what_another_handle_writes_is_seen() {
    let (directory, mut tenant) = delivered();
    tenant.ledger(100).unwrap();
    let mut other = open(directory.path());
    run(&mut other, "DELETE FROM own_deployments WHERE id = 'd1'");
    assert_eq!(tenant.ledger(100).unwrap().deployments.len(), 1);
}

#[test]
fn a_write_to_any_table_that_it_rests_on_makes_it_anew() {
    let (_directory, mut tenant) = delivered();
    for (table, setting) in [
        ("own_deployments", "at = at"),
        ("own_incidents", "title = title"),
        ("deployments", "at = at"),
        ("incidents", "open = open"),
        ("services", "aliases = '[]'"),
        ("changes", "merge_sha = 'another'"),
        ("decisions", "score = 7"),
        ("overrides", "at = at"),
        ("change_checks", "at = at"),
    ] {
        for statement in [
            format!("UPDATE {table} SET {setting}"),
            format!("CREATE TEMP TABLE former AS SELECT * FROM {table}; DELETE FROM {table}"),
            format!("INSERT INTO {table} SELECT * FROM former; DROP TABLE former"),
        ] {
            tenant.ledger(100).unwrap();
            assert!(is_kept(&tenant, 100));
            run(&mut tenant, &statement);
            assert!(!is_kept(&tenant, 100), "{statement}");
        }
    }
}

#[test]
fn another_connection_makes_it_anew() {
    let (_directory, mut tenant) = delivered();
    assert_eq!(tenant.ledger(100).unwrap().deployments.len(), 2);
    run(&mut tenant, "UPDATE connections SET current = 0");
    assert_eq!(tenant.ledger(100).unwrap().deployments.len(), 1);
}

#[test]
fn what_tells_nothing_new_leaves_it_kept() {
    let (_directory, mut tenant) = delivered();
    tenant.ledger(100).unwrap();
    for statement in [
        "UPDATE deployments SET last_seen = 9",
        "UPDATE incidents SET last_seen = 9",
        "UPDATE changes SET title = 'another'",
        "INSERT INTO actors VALUES ('ada', '[]')",
    ] {
        run(&mut tenant, statement);
    }
    tenant.dump().unwrap();
    assert!(is_kept(&tenant, 100));
}

#[test]
fn an_earlier_time_is_built_and_not_kept() {
    let (_directory, mut tenant) = delivered();
    let now = tenant.ledger(100).unwrap();
    let then = tenant.ledger(21).unwrap();
    assert_eq!((then.as_of, then.deployments.len()), (21, 1));
    assert!(!is_kept(&tenant, 21));
    assert_eq!(tenant.ledger(100).unwrap(), now);
}

#[test]
fn when_the_time_of_a_later_record_comes_it_is_made_anew() {
    let (_directory, mut tenant) = delivered();
    let then = tenant.ledger(21).unwrap();
    assert_eq!(then.next_at, Some(25));
    assert!(is_kept(&tenant, 24) && !is_kept(&tenant, 25));
    assert_eq!(tenant.ledger(25).unwrap().outages.len(), 1);
}

#[test]
fn what_is_kept_in_another_format_or_damaged_is_never_trusted() {
    let (_directory, mut tenant) = delivered();
    let ledger = tenant.ledger(100).unwrap();
    for damage in [
        "x''",
        "x'0100'",
        "x'02000000' || substr(bytes, 5)",
        "substr(bytes, 1, length(bytes) - 1)",
        "substr(bytes, 1, 40) || x'ff' || substr(bytes, 42)",
    ] {
        run(
            &mut tenant,
            &format!("UPDATE derived SET bytes = CAST({damage} AS BLOB)"),
        );
        assert!(!is_kept(&tenant, 100), "{damage}");
        tenant.ledger = None;
        assert_eq!(tenant.ledger(100).unwrap(), ledger);
        assert!(is_kept(&tenant, 100));
    }
}

#[test]
fn a_ledger_that_another_form_was_given_to_has_another_number() {
    let rows = postcard::to_allocvec(&one_of_each()).unwrap();
    assert_eq!((FORMAT, format!("{rows:?}")), (1, FORM.to_owned()));
}

#[test]
fn while_another_holds_the_file_it_is_told_and_not_kept() {
    let (directory, mut tenant) = delivered();
    let mut other = open(directory.path());
    run(&mut tenant, "PRAGMA busy_timeout = 0");
    let ledger = other.database.write(|_| Ok(tenant.ledger(100)?)).unwrap();
    assert_eq!(ledger.deployments.len(), 2);
    assert!(!is_kept(&tenant, 100));
}

#[test]
fn what_is_newer_is_not_replaced_by_what_was_made_of_older_rows() {
    let (_directory, mut tenant) = delivered();
    let (stamp, known) = tenant.known().unwrap();
    run(&mut tenant, "UPDATE own_deployments SET at = 30");
    let newer = tenant.ledger(100).unwrap();
    let older = bytes(&Ledger::build(known, 100));
    tenant
        .database
        .write(|transaction| Ok(transaction.execute(KEEP, params![stamp, 100, older])?))
        .unwrap();
    assert!(is_kept(&tenant, 100));
    assert_eq!(tenant.ledger(100).unwrap(), newer);
}

#[test]
fn what_an_integration_and_the_platform_know_from_one_source_counts_once() {
    let (_directory, mut tenant) = delivered();
    let mut same = own_deployment("d2", 40);
    same.source = "snyk".to_owned();
    tenant.save_deployment(&same).unwrap();
    let ledger = tenant.ledger(100).unwrap();
    let found: Vec<_> = ledger
        .deployments
        .iter()
        .map(|one| (&*one.id, one.at))
        .collect();
    assert_eq!(found, [("d1", 20), ("d2", 40)]);
}

#[test]
fn services_that_claim_one_name_are_told() {
    let (directory, mut tenant) = delivered();
    tenant
        .save_service(&Service {
            name: "cart".to_owned(),
            aliases: vec!["Checkout".to_owned()],
            repositories: vec![],
        })
        .unwrap();
    assert_eq!(
        tenant.ledger(100).unwrap_err().to_string(),
        format!(
            "the services in `{}` cannot be told apart: services `cart` and `checkout` both claim the name `checkout`; take it from one of them",
            directory.path().join("tenants/acme.db").display()
        )
    );
}

#[test]
fn a_dump_does_not_change_by_asking() {
    let (_directory, mut tenant) = delivered();
    let dump = tenant.dump().unwrap();
    tenant.ledger(100).unwrap();
    assert_eq!(tenant.dump().unwrap(), dump);
}

#[test]
fn the_figures_of_decisions_are_read_from_the_index_alone() {
    let (_directory, tenant) = delivered();
    let query = format!("EXPLAIN QUERY PLAN {}", known::DECIDED);
    let plan: String = tenant
        .database
        .read(|database| Ok(database.query_row(&query, [], |row| row.get(3))?))
        .unwrap();
    assert_eq!(
        plan,
        "SCAN decisions USING COVERING INDEX decisions_by_time"
    );
}

#[test]
fn a_ledger_of_a_large_company_is_kept_and_read_again() {
    let (_directory, mut tenant, _) = connected();
    run(&mut tenant, LARGE);
    let ledger = tenant.ledger(100_000_000).unwrap();
    let rows = [
        ledger.deployments.len(),
        ledger.brought.len(),
        ledger.outages.len(),
        ledger.judged.len(),
    ];
    assert_eq!(rows, [100_000, 20_000, 10_000, 20_000]);
    assert!(ledger.brought.iter().all(|one| one.judged.is_some()));
    assert!(ledger.outages.iter().all(|one| one.cause.is_some()));
    assert!(is_kept(&tenant, 100_000_000));
    assert_eq!(tenant.ledger(100_000_000).unwrap(), ledger);
}

fn is_kept(tenant: &Tenant, as_of: Timestamp) -> bool {
    let kept = tenant.database.read(|database| kept(database, as_of));
    kept.unwrap().is_some()
}

#[track_caller]
fn run(tenant: &mut Tenant, statements: &str) {
    tenant
        .database
        .write(|transaction| Ok(transaction.execute_batch(statements)?))
        .unwrap();
}

/// One row or more in every table that a ledger rests on.
fn delivered() -> (TempDir, Tenant) {
    let (directory, mut tenant, connection) = connected();
    tenant
        .save_service(&Service {
            name: "checkout".to_owned(),
            aliases: vec![],
            repositories: vec!["shop/web".to_owned()],
        })
        .unwrap();
    tenant
        .save_change(&ChangeRecord {
            change: change(),
            title: "Add a basket".to_owned(),
            author: None,
            opened_at: None,
            state: ChangeState::Merged,
            merged_at: Some(10),
            merge_sha: Some("merged".to_owned()),
            base_score: None,
            updated_at: 10,
            source: "github".to_owned(),
        })
        .unwrap();
    tenant.save_deployment(&own_deployment("d1", 20)).unwrap();
    let own = OwnIncident {
        incident: incident("i1", 21),
        source: "pagerduty".to_owned(),
    };
    tenant.save_incident(&own, 21).unwrap();
    let mut record = decision("abc", Decision::Block);
    record.settled.outcome.decision = koalr_platform::decision::Decision::Block;
    tenant.save_decision(&record).unwrap();
    tenant
        .save_override(&Override {
            change: "c1".to_owned(),
            head_sha: "abc".to_owned(),
            actor: "mia".to_owned(),
            reason: "hotfix".to_owned(),
            at: 9,
        })
        .unwrap();
    let entries = batch(vec![
        Entry::Deployment(deployment("d2", 25)),
        Entry::Incident(incident("i2", 26)),
        Entry::ChangeCheck(change_check()),
    ]);
    tenant
        .apply_batch(&connection, &organizations(), &entries, 5)
        .unwrap();
    (directory, tenant)
}

fn own_deployment(id: &str, at: Timestamp) -> OwnDeployment {
    OwnDeployment {
        deployment: Deployment {
            sha: Some("merged".to_owned()),
            ..deployment(id, at)
        },
        repository: None,
        source: "github".to_owned(),
    }
}

fn deployment(id: &str, at: Timestamp) -> Deployment {
    Deployment {
        id: id.to_owned(),
        service: "checkout".to_owned(),
        environment: None,
        sha: None,
        state: DeploymentState::Succeeded,
        at,
        extra: vec![],
    }
}

fn incident(id: &str, started_at: Timestamp) -> Incident {
    Incident {
        id: id.to_owned(),
        service: "checkout".to_owned(),
        title: "down".to_owned(),
        severity: None,
        change: None,
        started_at,
        acknowledged_at: None,
        resolved_at: None,
        open: true,
        extra: vec![],
    }
}

fn one_of_each() -> Ledger {
    Ledger {
        as_of: 9,
        services: vec!["s".to_owned()],
        repositories: vec!["r".to_owned()],
        deployments: vec![Delivered {
            id: "d".to_owned(),
            service: 0,
            repository: Some(0),
            at: 2,
        }],
        brought: vec![Brought {
            change: "c".to_owned(),
            deployment: 0,
            repository: 0,
            merged_at: 1,
            lead_ms: 1,
            judged: Some(0),
        }],
        outages: vec![Outage {
            id: "i".to_owned(),
            title: "t".to_owned(),
            severity: None,
            service: Some(0),
            started_at: 3,
            resolved_at: Some(4),
            open: false,
            cause: Some(Cause {
                deployment: 0,
                after_ms: 1,
                reason: Reason::NearestBefore(Window::Days14),
            }),
            change: None,
        }],
        judged: vec![Judged {
            change: "c".to_owned(),
            repository: 0,
            head_sha: "h".to_owned(),
            as_of: 1,
            observation: Observation::Reconstructed,
            summary: Summary {
                decision: koalr_platform::decision::Decision::Block,
                enforced: true,
                told: true,
                introduced_high: 1,
                introduced_low: 2,
                introduced_unscored: 3,
                introduced_highest: Some(98),
                unattributed: 4,
                dependencies: None,
                waived: 5,
                security: 6,
                score: 7,
            },
            overridden: true,
            marked_as_success: false,
        }],
        merged: 1,
        unlinked: vec![Unlinked {
            kind: "change".to_owned(),
            why: "w".to_owned(),
            count: 1,
        }],
        next_at: None,
    }
}

/// [`one_of_each`] in format 1.
const FORM: &str = "\
    [18, 1, 1, 115, 1, 1, 114, 1, 1, 100, 0, 1, 0, 4, 1, 1, 99, 0, 0, 2, 2, 1, 0, 1, 1, 105, 1, 116, 0, \
    1, 0, 6, 1, 8, 0, 1, 0, 2, 4, 2, 0, 1, 1, 99, 0, 1, 104, 2, 1, 4, 1, 1, 1, 2, 3, 1, 98, 4, 0, 5, 6, 7, \
    1, 0, 1, 1, 6, 99, 104, 97, 110, 103, 101, 1, 119, 1, 0]";

/// 200 services; every fifth deployment is of the commit that a merge made, and every tenth is followed by an incident.
const LARGE: &str = "
    CREATE TEMP TABLE n AS
      WITH RECURSIVE n (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM n WHERE n < 99999) SELECT n FROM n;
    INSERT INTO services SELECT 'service-' || n, '[]', '[\"acme/repo-' || n || '\"]' FROM n WHERE n < 200;
    INSERT INTO own_deployments
      SELECT 'github', 'deployment-' || n, 'service-' || (n % 200), 'production',
             printf('%040x', n * 7919), 'succeeded', n * 1000 + 500, '[]', NULL
      FROM n;
    INSERT INTO own_incidents
      SELECT 'pagerduty', 'incident-' || n, 'service-' || (n % 200), 'down', NULL, NULL,
             n * 1000 + 900, NULL, n * 1000 + 950, 0, '[]', n
      FROM n WHERE n % 10 = 0;
    INSERT INTO changes
      SELECT 'change-' || n, 'acme/repo-' || (n % 200),
             json_object('id', 'change-' || n, 'number', n, 'head-sha', printf('%040x', n)),
             '', NULL, NULL, 'merged', n * 1000, printf('%040x', n * 7919), NULL, 1, 'github'
      FROM n WHERE n % 5 = 0;
    INSERT INTO decisions
      SELECT 'snyk', 'change-' || n, printf('%040x', n), 'observed', '{}', '{}', '{}', '{}', '1', 1, n,
             'pass', 1, 1, 1, 0, 0, 75, 0, 3, 0, 500, 600, 'pass', 'enforce', 'low', NULL
      FROM n WHERE n % 5 = 0;
    DROP TABLE n;";
