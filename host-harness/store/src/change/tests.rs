use koalr_platform::model::common::DependencyChange;

use super::*;
use crate::DependencyList;
use crate::fixture::{change, connected, open};

#[test]
fn a_change_reads_back_as_it_was_stored() {
    let (directory, mut tenant, _) = connected();
    let record = merged("c1", 30);
    assert!(tenant.save_change(&record).unwrap());
    drop(tenant);
    let tenant = open(directory.path());
    assert_eq!(tenant.change("c1").unwrap(), Some(record));
    assert_eq!(tenant.change("c2").unwrap(), None);
}

#[test]
fn an_older_event_never_replaces_a_newer_one() {
    let (_directory, mut tenant, _) = connected();
    let newer = merged("c1", 30);
    let mut older = opened("c1", 20);
    older.change.head_sha = "older".to_owned();
    assert!(tenant.save_change(&newer).unwrap());
    assert!(!tenant.save_change(&older).unwrap());
    assert_eq!(tenant.change("c1").unwrap(), Some(newer));
}

#[test]
fn of_two_equally_old_events_the_later_one_counts() {
    let (_directory, mut tenant, _) = connected();
    let mut second = opened("c1", 20);
    second.change.head_sha = "second".to_owned();
    assert!(tenant.save_change(&opened("c1", 20)).unwrap());
    assert!(tenant.save_change(&second).unwrap());
    assert_eq!(tenant.change("c1").unwrap(), Some(second));
}

#[test]
fn a_merge_is_not_undone_within_its_second() {
    let (_directory, mut tenant, _) = connected();
    tenant.save_change(&merged("c1", 30)).unwrap();
    tenant.save_change(&opened("c1", 30)).unwrap();
    assert_eq!(tenant.change("c1").unwrap(), Some(merged("c1", 30)));
}

#[test]
fn a_newer_event_may_say_that_it_is_not_merged() {
    let (_directory, mut tenant, _) = connected();
    tenant.save_change(&merged("c1", 30)).unwrap();
    tenant.save_change(&opened("c1", 31)).unwrap();
    assert_eq!(tenant.change("c1").unwrap(), Some(opened("c1", 31)));
}

#[test]
fn what_is_unknown_replaces_nothing_that_is_known_whichever_came_first() {
    let known = merged("c1", 30);
    let unknown = ChangeRecord {
        title: String::new(),
        author: None,
        opened_at: None,
        state: ChangeState::Unknown,
        merged_at: None,
        merge_sha: None,
        base_score: None,
        source: "file".to_owned(),
        ..opened("c1", 40)
    };
    let expected = ChangeRecord {
        updated_at: 40,
        source: "file".to_owned(),
        ..known.clone()
    };
    for order in [[&known, &unknown], [&unknown, &known]] {
        let (_directory, mut tenant, _) = connected();
        for record in order {
            assert!(tenant.save_change(record).unwrap());
        }
        assert_eq!(tenant.change("c1").unwrap().as_ref(), Some(&expected));
    }
}

#[test]
fn another_head_does_not_take_over_the_base_of_the_former() {
    let (_directory, mut tenant, _) = connected();
    let mut first = opened("c1", 20);
    first.change.base_sha = Some("base".to_owned());
    let mut second = opened("c1", 21);
    second.change.head_sha = "second".to_owned();
    tenant.save_change(&first).unwrap();
    tenant.save_change(&second).unwrap();
    assert_eq!(tenant.change("c1").unwrap(), Some(second));
}

#[test]
fn changes_come_by_their_merge_and_those_not_merged_last() {
    let (_directory, mut tenant, _) = connected();
    save(&mut tenant);
    let all = ids(&tenant, &ChangeFilter::default());
    assert_eq!(all, ["m3", "m1", "m2", "m4", "o1", "o2"]);
}

#[test]
fn changes_are_found_by_repository_in_any_case_state_and_time() {
    let (_directory, mut tenant, _) = connected();
    save(&mut tenant);
    let all = ChangeFilter::default;
    let api = Some("Shop/API".to_owned());
    let filter = ChangeFilter {
        repository: api,
        ..all()
    };
    assert_eq!(ids(&tenant, &filter), ["m4", "o2"]);
    let filter = ChangeFilter {
        state: Some(ChangeState::Open),
        ..all()
    };
    assert_eq!(ids(&tenant, &filter), ["o1", "o2"]);
    let filter = ChangeFilter {
        merged_from: Some(20),
        merged_to: Some(30),
        ..all()
    };
    assert_eq!(ids(&tenant, &filter), ["m1", "m2", "m4"]);
    for (merged_from, merged_to) in [(Some(i64::MIN), None), (None, Some(i64::MAX))] {
        let filter = ChangeFilter {
            merged_from,
            merged_to,
            ..all()
        };
        assert_eq!(ids(&tenant, &filter), ["m3", "m1", "m2", "m4"]);
    }
}

#[test]
fn pages_of_changes_come_to_all_of_them() {
    let (_directory, mut tenant, _) = connected();
    save(&mut tenant);
    let mut filter = ChangeFilter {
        limit: 2,
        ..ChangeFilter::default()
    };
    let mut seen = Vec::new();
    loop {
        let page = ids(&tenant, &filter);
        assert!(page.len() <= 2);
        filter.after = page.last().cloned();
        seen.extend(page);
        if filter.after.is_none() {
            break;
        }
    }
    assert_eq!(seen, ["m3", "m1", "m2", "m4", "o1", "o2"]);
}

#[test]
fn a_page_after_an_unknown_change_is_refused_and_not_taken_for_the_end() {
    let (directory, tenant, _) = connected();
    let filter = ChangeFilter {
        after: Some("gone".to_owned()),
        ..ChangeFilter::default()
    };
    assert_eq!(
        tenant.changes(&filter).unwrap_err().to_string(),
        format!(
            "no change `gone` is stored in `{}`; begin at the first page again",
            directory.path().join("tenants/acme.db").display()
        )
    );
}

#[test]
fn an_index_serves_the_pages_of_a_repository() {
    let (_directory, tenant, _) = connected();
    let query = format!(
        "EXPLAIN QUERY PLAN SELECT id FROM changes
         WHERE repository = 'a' AND {MERGED} >= 1 ORDER BY {MERGED}, id"
    );
    let plan = tenant.database.read(|database| {
        let mut statement = database.prepare(&query)?;
        let steps = statement.query_map([], |row| row.get::<_, String>(3))?;
        Ok(steps.collect::<rusqlite::Result<Vec<_>>>()?.join("; "))
    });
    let plan = plan.unwrap();
    assert!(plan.contains("changes_by_repository"), "{plan}");
    assert!(!plan.contains("TEMP B-TREE"), "{plan}");
}

#[test]
fn dependencies_are_kept_for_each_head_with_their_source() {
    let (_directory, mut tenant, _) = connected();
    let empty = DependencyList {
        source: "file".to_owned(),
        base_sha: None,
        complete: true,
        detail: String::new(),
        changes: vec![],
    };
    let partial = DependencyList {
        source: "dependency-graph".to_owned(),
        base_sha: Some("base".to_owned()),
        complete: false,
        detail: "1 row has no version".to_owned(),
        changes: vec![DependencyChange {
            ecosystem: "npm".to_owned(),
            name: "lodash".to_owned(),
            before: None,
            after: Some("4.17.15".to_owned()),
            direct: None,
            manifest: None,
        }],
    };
    tenant.save_dependencies("c1", "a", &partial, 5).unwrap();
    tenant.save_dependencies("c1", "b", &partial, 5).unwrap();
    tenant.save_dependencies("c1", "b", &empty, 6).unwrap();
    assert_eq!(tenant.dependencies("c1", "a").unwrap(), Some(partial));
    assert_eq!(tenant.dependencies("c1", "b").unwrap(), Some(empty));
    assert_eq!(tenant.dependencies("c1", "c").unwrap(), None);
}

fn opened(id: &str, updated_at: Timestamp) -> ChangeRecord {
    let mut change = change();
    id.clone_into(&mut change.id);
    ChangeRecord {
        change,
        title: "Use lodash".to_owned(),
        author: Some("mia".to_owned()),
        opened_at: Some(7),
        state: ChangeState::Open,
        merged_at: None,
        merge_sha: None,
        base_score: Some(412),
        updated_at,
        source: "github".to_owned(),
    }
}

fn merged(id: &str, at: Timestamp) -> ChangeRecord {
    ChangeRecord {
        state: ChangeState::Merged,
        merged_at: Some(at),
        merge_sha: Some("fed".to_owned()),
        ..opened(id, at)
    }
}

/// Four merged changes and two open ones; `m4` and `o2` are of another repository.
fn save(tenant: &mut Tenant) {
    for (mut record, repository) in [
        (opened("o2", 50), "shop/api"),
        (opened("o1", 60), "shop/web"),
        (merged("m2", 20), "shop/web"),
        (merged("m1", 20), "shop/web"),
        (merged("m3", 10), "shop/web"),
        (merged("m4", 30), "shop/api"),
    ] {
        repository.clone_into(&mut record.change.repository);
        tenant.save_change(&record).unwrap();
    }
}

fn ids(tenant: &Tenant, filter: &ChangeFilter) -> Vec<String> {
    let changes = tenant.changes(filter).unwrap().into_iter();
    changes.map(|record| record.change.id).collect()
}

#[test]
fn what_github_said_is_not_replaced_by_who_speaks_about_it_at_the_same_time() {
    let mut upstream = opened("c1", 20);
    upstream.base_score = None;
    let mut told = opened("c1", 20);
    told.source = "api".to_owned();
    told.change.head_sha = "elsewhere".to_owned();
    told.base_score = Some(7);
    let expected = ChangeRecord {
        base_score: Some(7),
        ..upstream.clone()
    };
    for order in [[&upstream, &told], [&told, &upstream]] {
        let (_directory, mut tenant, _) = connected();
        for record in order {
            assert!(tenant.save_change(record).unwrap());
        }
        assert_eq!(tenant.change("c1").unwrap().as_ref(), Some(&expected));
    }
    let (_directory, mut tenant, _) = connected();
    tenant.save_change(&expected).unwrap();
    assert!(!tenant.save_change(&told).unwrap());
}
