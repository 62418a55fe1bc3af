use std::collections::{BTreeMap, BTreeSet};

use koalr_platform::audit::Event;
use koalr_platform::decision::{Decision, DecisionRow};
use koalr_platform::model::evidence::Observation;
use koalr_platform::model::verdict::Decision as Judged;
use koalr_platform::team::{Actor, Override, Role};
use koalr_platform::waiver::Waiver;

use super::*;
use crate::decision::tests::decision;
use crate::fixture::{change, connected};
use crate::{ChangeRecord, ChangeState, DecisionRecord, Tenant};

/// A change that was opened at one of few times, so that many are equal.
fn numbered(number: u64) -> ChangeRecord {
    let mut change = change();
    change.id = format!("shop/web#{number}");
    ChangeRecord {
        change,
        title: String::new(),
        author: None,
        opened_at: (!number.is_multiple_of(7)).then_some((number % 3).cast_signed()),
        state: ChangeState::Open,
        merged_at: None,
        merge_sha: None,
        base_score: None,
        updated_at: 1,
        source: "github".to_owned(),
    }
}

fn decided(number: u64, head: &str, verdict: Judged) -> DecisionRecord {
    let mut record = decision(head, verdict);
    record.change = numbered(number).change.id;
    record.as_of = (number % 5).cast_signed();
    let settled = &mut record.settled;
    settled.decision = match verdict {
        Judged::Block => Decision::Block,
        _ => Decision::Pass,
    };
    settled.outcome.decision = settled.decision;
    record
}

/// Changes with a decision about each.
fn stored(tenant: &mut Tenant, numbers: impl Iterator<Item = u64>) {
    for number in numbers {
        tenant.save_change(&numbered(number)).unwrap();
        let decision = decided(number, "abc", Judged::Block);
        tenant.save_decision(&decision).unwrap();
    }
}

/// Every page of a list; `between` is done after each.
fn walk<K: Clone, T>(
    tenant: &mut Tenant,
    limit: u32,
    page: impl Fn(&Tenant, &Slice<K>) -> Vec<T>,
    key: impl Fn(&T) -> K,
    mut between: impl FnMut(&mut Tenant),
) -> Vec<K> {
    let mut slice = Slice { after: None, limit };
    let mut keys = Vec::new();
    loop {
        let items = page(tenant, &slice);
        assert!(items.len() <= limit as usize);
        keys.extend(items.iter().map(&key));
        let Some(last) = items.last() else {
            return keys;
        };
        slice.after = Some(key(last));
        between(tenant);
    }
}

fn changes(tenant: &Tenant, slice: &Slice<TimeAndId>) -> Vec<ListedChange> {
    let all = ChangeList::default();
    tenant.list_changes("snyk", &all, slice).unwrap()
}

fn decisions(tenant: &Tenant, slice: &Slice<DecisionKey>) -> Vec<DecisionRow> {
    let all = DecisionList::default();
    tenant.list_decisions("snyk", &all, slice).unwrap()
}

fn place(row: &DecisionRow) -> DecisionKey {
    let kind = match row.observation {
        Observation::Observed => "observed",
        Observation::Reconstructed => "reconstructed",
    };
    let (change, head) = (row.change.clone(), row.head_sha.clone());
    (row.as_of, change, head, kind.to_owned())
}

#[test]
fn pages_give_each_of_a_thousand_changes_once_and_the_newest_first() {
    let (_directory, mut tenant, _) = connected();
    stored(&mut tenant, 0..1_000);
    for limit in [1, 7, 200, 2_000] {
        let walked = walk(&mut tenant, limit, changes, ListedChange::place, |_| ());
        let expected = (0..1_000).map(numbered).map(|record| {
            let decided = None;
            ListedChange { record, decided }.place()
        });
        let mut expected: Vec<_> = expected.collect();
        expected.sort();
        expected.reverse();
        assert_eq!(walked, expected, "{limit}");
    }
}

#[test]
fn pages_give_each_of_a_thousand_decisions_once_and_the_newest_first() {
    let (_directory, mut tenant, _) = connected();
    stored(&mut tenant, 0..500);
    for number in 0..500 {
        let mut rebuilt = decided(number, "abc", Judged::Pass);
        rebuilt.observation = Observation::Reconstructed;
        tenant.save_decision(&rebuilt).unwrap();
    }
    for limit in [1, 7, 2_000] {
        let walked = walk(&mut tenant, limit, decisions, place, |_| ());
        assert!(walked.is_sorted_by(|one, next| one > next), "{limit}");
        assert_eq!(walked.len(), 1_000);
    }
}

#[test]
fn what_is_stored_between_two_pages_repeats_and_hides_nothing() {
    let (_directory, mut tenant, _) = connected();
    stored(&mut tenant, (0..300).step_by(3));
    let before: BTreeSet<TimeAndId> = walk(&mut tenant, 50, changes, ListedChange::place, |_| ())
        .into_iter()
        .collect();
    let mut odd = (0..300).filter(|number| number % 3 > 0);
    let walked = walk(&mut tenant, 10, changes, ListedChange::place, |tenant| {
        stored(tenant, odd.by_ref().take(5));
        // What is told of a change again does not move it.
        let mut again = numbered(0);
        again.updated_at = 9;
        tenant.save_change(&again).unwrap();
    });
    let once: BTreeSet<TimeAndId> = walked.iter().cloned().collect();
    assert_eq!(once.len(), walked.len());
    assert!(once.is_superset(&before) && once.len() > before.len());
    let mut odd = (0..300).filter(|number| number % 3 > 0);
    let walked = walk(&mut tenant, 10, decisions, place, |tenant| {
        stored(tenant, odd.by_ref().skip(100).take(5));
    });
    let once: BTreeSet<DecisionKey> = walked.iter().cloned().collect();
    assert_eq!(once.len(), walked.len());
}

#[test]
fn a_change_is_listed_with_its_last_decision() {
    let (_directory, mut tenant, _) = connected();
    stored(&mut tenant, 1..4);
    let mut newer = decided(1, "def", Judged::Pass);
    newer.as_of = 50;
    let mut rebuilt = decided(1, "fed", Judged::Block);
    rebuilt.as_of = 60;
    rebuilt.observation = Observation::Reconstructed;
    for record in [&newer, &rebuilt] {
        tenant.save_decision(record).unwrap();
    }
    tenant.save_change(&numbered(5)).unwrap();
    let all = Slice {
        after: None,
        limit: 9,
    };
    let listed = changes(&tenant, &all);
    let decided: BTreeMap<_, _> = listed
        .iter()
        .map(|one| (&*one.record.change.id, one.decided.as_ref()))
        .collect();
    assert_eq!(decided["shop/web#5"], None);
    let row = decided["shop/web#1"].unwrap();
    let latest = tenant
        .latest_decision("snyk", "shop/web#1")
        .unwrap()
        .unwrap();
    assert_eq!(
        (&*row.head_sha, row.as_of, row.decision, row.score, row.band),
        (
            "def",
            50,
            latest.settled.decision,
            latest.settled.score.score,
            latest.settled.score.band
        )
    );
    let blocked = ChangeList {
        decision: Some(Decision::Block),
        ..ChangeList::default()
    };
    let blocked = tenant.list_changes("snyk", &blocked, &all).unwrap();
    let mut ids: Vec<_> = blocked.iter().map(|one| &*one.record.change.id).collect();
    ids.sort_unstable();
    assert_eq!(ids, ["shop/web#2", "shop/web#3"]);
    assert!(
        tenant
            .list_changes("jira", &ChangeList::default(), &all)
            .unwrap()
            .iter()
            .all(|one| one.decided.is_none())
    );
}

#[test]
fn a_list_shows_what_was_asked_for_only() {
    let (_directory, mut tenant, _) = connected();
    stored(&mut tenant, 0..10);
    let mut other = numbered(10);
    other.change.repository = "shop/api".to_owned();
    other.state = ChangeState::Merged;
    tenant.save_change(&other).unwrap();
    tenant
        .save_decision(&decided(10, "abc", Judged::Pass))
        .unwrap();
    let all = Slice {
        after: None,
        limit: 99,
    };
    let count = |wanted: ChangeList| tenant.list_changes("snyk", &wanted, &all).unwrap().len();
    let of = |repository: &str| Some(repository.to_owned());
    assert_eq!(
        count(ChangeList {
            repository: of("SHOP/API"),
            ..ChangeList::default()
        }),
        1
    );
    assert_eq!(
        count(ChangeList {
            state: Some(ChangeState::Open),
            ..ChangeList::default()
        }),
        10
    );
    assert_eq!(
        count(ChangeList {
            repository: of("shop/api"),
            state: Some(ChangeState::Open),
            ..ChangeList::default()
        }),
        0
    );
    let all = Slice {
        after: None,
        limit: 99,
    };
    let count = |wanted: DecisionList| tenant.list_decisions("snyk", &wanted, &all).unwrap().len();
    assert_eq!(
        count(DecisionList {
            repository: of("SHOP/API"),
            ..DecisionList::default()
        }),
        1
    );
    assert_eq!(
        count(DecisionList {
            change: of("shop/web#3"),
            ..DecisionList::default()
        }),
        1
    );
    assert_eq!(
        count(DecisionList {
            decision: Some(Decision::Pass),
            observation: Some(Observation::Observed),
            ..DecisionList::default()
        }),
        1
    );
    assert_eq!(
        count(DecisionList {
            from: Some(1),
            before: Some(3),
            ..DecisionList::default()
        }),
        4
    );
}

#[test]
fn lists_open_no_decision_and_begin_where_they_are_to() {
    let (_directory, mut tenant, _) = connected();
    stored(&mut tenant, 0..3);
    let plan = |query: &str| {
        let query = format!("EXPLAIN QUERY PLAN {query}");
        tenant
            .database
            .read(|database| {
                let mut statement = database.prepare(&query)?;
                let rows = statement.query_map([], |row| row.get::<_, String>(3))?;
                Ok(rows.collect::<rusqlite::Result<Vec<_>>>()?.join("\n"))
            })
            .unwrap()
    };
    let short = decisions::SHORT;
    for index in ["decisions_by_time", "decisions_of_change"] {
        let told = plan(&format!("SELECT {short} FROM decisions INDEXED BY {index}"));
        let covering = format!("SCAN decisions USING COVERING INDEX {index}");
        assert_eq!(told, covering);
    }
    let (behind, opened) = (changes::BEHIND, changes::OPENED);
    let behind = behind.replace('?', "1");
    for (index, only) in [
        ("changes_by_opening", ""),
        ("changes_by_opening_in_repository", "repository = 'x' AND "),
    ] {
        let told = plan(&format!(
            "SELECT title FROM changes INDEXED BY {index} WHERE {only}{behind}
             ORDER BY {opened} DESC, id DESC"
        ));
        let search = format!("SEARCH changes USING INDEX {index} (");
        assert!(
            told.starts_with(&search) && !told.contains("B-TREE"),
            "{told}"
        );
    }
}

#[test]
fn only_open_changes_that_a_waiver_may_concern_are_judged_again() {
    let (_directory, mut tenant, _) = connected();
    stored(&mut tenant, 0..4);
    let mut merged = numbered(1);
    merged.state = ChangeState::Merged;
    merged.updated_at = 2;
    tenant.save_change(&merged).unwrap();
    tenant
        .save_decision(&decided(2, "abc", Judged::Pass))
        .unwrap();
    let again = |repository, waived| {
        tenant
            .changes_to_judge_again("snyk", (repository, waived), 9)
            .unwrap()
    };
    assert_eq!(again(None, false), ["shop/web#3", "shop/web#0"]);
    assert_eq!(again(Some("Shop/Web"), false).len(), 2);
    assert_eq!(again(Some("shop/api"), false), [""; 0]);
    assert_eq!(again(None, true), [""; 0]);
}

#[test]
fn waivers_about_a_vulnerability_are_all_found_however_many_others_are_newer() {
    let (_directory, mut tenant, _) = connected();
    for number in 0..1_200_i64 {
        let vulnerability = match number {
            0 => "V-1",
            7 => "CVE-1",
            _ => "CVE-2",
        };
        let waiver = Waiver {
            id: format!("W-{number}"),
            vulnerability: vulnerability.to_owned(),
            package: None,
            version: None,
            repository: None,
            reason: "x".to_owned(),
            approver: "ines".to_owned(),
            author: None,
            created: number,
            expires: number + 10,
            void_if: Vec::new(),
        };
        tenant.save_waiver(&waiver).unwrap();
    }
    tenant.revoke_waiver("W-0", 4).unwrap();
    let about = |names: &[&str]| {
        let found = tenant.waivers_about(names).unwrap().into_iter();
        let ids = found.map(|one| (one.waiver.id, one.revoked_at));
        ids.collect::<Vec<_>>()
    };
    let both = [("W-7".to_owned(), None), ("W-0".to_owned(), Some(4))];
    assert_eq!(about(&["V-1", "CVE-1", "GHSA-1"]), both);
    assert_eq!(about(&["GHSA-1"]), []);
    assert_eq!(about(&["CVE-2"]).len(), 1_198);
}

#[test]
fn waivers_overrides_and_the_audit_log_come_in_pages() {
    let (_directory, mut tenant, _) = connected();
    let lead = Actor::new("ines", [Role::Lead]).unwrap();
    for number in 0..40_u64 {
        let waiver = Waiver {
            id: format!("W-{number}"),
            vulnerability: "CVE-1".to_owned(),
            package: None,
            version: None,
            repository: None,
            reason: "x".to_owned(),
            approver: "ines".to_owned(),
            author: None,
            created: (number % 3).cast_signed(),
            expires: 10 + (number % 2).cast_signed(),
            void_if: Vec::new(),
        };
        tenant.save_waiver(&waiver).unwrap();
        let about = numbered(number).change;
        let made = Override::new(&lead, (&about, Some("priya")), "x", waiver.created).unwrap();
        tenant.save_override(&made).unwrap();
        tenant
            .append_audit(5, "ines", "", &Event::KeyRevoked)
            .unwrap();
    }
    tenant.revoke_waiver("W-1", 4).unwrap();
    let of = |holding| {
        move |tenant: &Tenant, slice: &Slice<TimeAndId>| {
            tenant.list_waivers(holding, slice).unwrap()
        }
    };
    for (holding, expected) in [
        (None, 40),
        (Some((true, 5)), 39),
        (Some((true, 10)), 19),
        (Some((false, 10)), 21),
    ] {
        let walked = walk(&mut tenant, 7, of(holding), StoredWaiver::place, |_| ());
        assert!(walked.is_sorted_by(|one, next| one > next));
        assert_eq!(walked.len(), expected, "{holding:?}");
    }
    let taken_back = tenant.stored_waiver("W-1").unwrap().unwrap();
    assert_eq!(taken_back.revoked_at, Some(4));
    assert_eq!(tenant.stored_waiver("W-99").unwrap(), None);
    assert_eq!(tenant.waivers_at(3).unwrap().all().len(), 40);
    assert_eq!(tenant.waivers_at(4).unwrap().all().len(), 39);
    let overrides =
        |tenant: &Tenant, slice: &Slice<OverrideKey>| tenant.list_overrides(None, slice).unwrap();
    let key = |one: &Override| {
        let (change, head) = (one.change.clone(), one.head_sha.clone());
        (one.at, change, head, one.actor.clone())
    };
    let walked = walk(&mut tenant, 7, overrides, key, |_| ());
    assert!(walked.is_sorted_by(|one, next| one > next) && walked.len() == 40);
    let audit = |tenant: &Tenant, slice: &Slice<u64>| tenant.list_audit(slice).unwrap();
    let walked = walk(&mut tenant, 7, audit, |entry| entry.seq, |_| ());
    assert_eq!(walked, (1..=40).rev().collect::<Vec<_>>());
}
