use koalr_platform::model::common::{FindingClass, Severity};
use koalr_platform::model::record::{Entry, Remediation, RemediationStep};

use super::*;
use crate::database::TENANT;
use crate::fixture::{batch, connected, finding, organizations, project};

/// More findings than a segment has rows, of all kinds, in two repositories and in a project of none.
fn stored() -> (tempfile::TempDir, Tenant, StoredConnection) {
    let (directory, mut tenant, connection) = connected();
    let projects = [
        ("p0", Some("shop/web")),
        ("p1", Some("shop/api")),
        ("p2", None),
    ];
    let projects = projects.map(|(id, repository)| Entry::Project(project(id, repository)));
    let findings = (0..1_300_usize).map(|number| {
        let mut finding = finding(&format!("f{number:04}"));
        finding.project = format!("p{}", number % 3);
        finding.vulnerability = format!("V-{}", number % 7);
        finding.open = number % 2 == 0;
        finding.ignored = number % 4 == 0;
        if number < 600 {
            finding.severity = None;
            finding.class = FindingClass::Code;
        }
        Entry::Finding(finding)
    });
    let batch = batch(projects.into_iter().chain(findings).collect());
    let scope = organizations();
    tenant.apply_batch(&connection, &scope, &batch, 5).unwrap();
    (directory, tenant, connection)
}

/// The ids of all pages.
fn walk(tenant: &Tenant, connection: &StoredConnection, wanted: &FindingList) -> Vec<String> {
    let (mut slice, mut ids) = (
        Slice {
            after: None,
            limit: 50,
        },
        Vec::new(),
    );
    loop {
        let page = tenant.list_findings(connection, wanted, &slice).unwrap();
        assert!(page.len() <= 50);
        let Some(last) = page.last() else {
            return ids;
        };
        slice.after = Some(last.row);
        ids.extend(page.into_iter().map(|one| one.finding.id));
    }
}

fn all_filters() -> Vec<FindingList> {
    let states = FindingState::ALL.map(Some).into_iter().chain([None]);
    let mut all = Vec::new();
    for state in states {
        for repository in [None, Some("SHOP/web"), Some("shop/none")] {
            for (severity, class) in [
                (None, None),
                (Some(Severity::High), None),
                (None, Some(FindingClass::Code)),
                (Some(Severity::High), Some(FindingClass::Code)),
            ] {
                let repository = repository.map(str::to_owned);
                all.push(FindingList {
                    repository,
                    severity,
                    class,
                    state,
                    find: None,
                });
            }
        }
    }
    all
}

#[test]
fn each_finding_is_on_one_page_and_the_last_stored_comes_first() {
    let (_directory, tenant, connection) = stored();
    let ids = walk(&tenant, &connection, &FindingList::default());
    let expected: Vec<String> = (0..1_300)
        .rev()
        .map(|number| format!("f{number:04}"))
        .collect();
    assert_eq!(ids, expected);
}

#[test]
fn what_is_kept_changes_no_list() {
    let (_directory, mut tenant, connection) = stored();
    let lists = |tenant: &Tenant| -> Vec<Vec<String>> {
        let all = all_filters().into_iter();
        all.map(|wanted| walk(tenant, &connection, &wanted))
            .collect()
    };
    let before = lists(&tenant);
    assert!(tenant.refresh_spells(u32::MAX).unwrap() > 1);
    assert_eq!(lists(&tenant), before);
    let of_all = |wanted: &FindingList| wanted == &FindingList::default();
    let place = all_filters().iter().position(of_all).unwrap();
    assert_eq!(before[place].len(), 1_300);
}

#[test]
fn a_list_holds_what_fits_all_that_is_asked_for() {
    let (_directory, mut tenant, connection) = stored();
    tenant.refresh_spells(u32::MAX).unwrap();
    for (state, fits) in [
        (
            FindingState::Open,
            (|number| number % 4 == 2) as fn(usize) -> bool,
        ),
        (FindingState::Ignored, |number| number % 4 == 0),
        (FindingState::Resolved, |number| number % 2 == 1),
        (FindingState::Vanished, |_| false),
    ] {
        let wanted = FindingList {
            repository: Some("shop/WEB".to_owned()),
            severity: Some(Severity::High),
            class: None,
            state: Some(state),
            find: None,
        };
        let expected = (600..1_300)
            .rev()
            .filter(|number| number % 3 == 0 && fits(*number));
        let expected: Vec<String> = expected.map(|number| format!("f{number:04}")).collect();
        assert_eq!(walk(&tenant, &connection, &wanted), expected, "{state:?}");
    }
}

#[test]
fn a_vulnerability_is_found_in_every_project_and_state() {
    let (_directory, tenant, connection) = stored();
    let found = tenant.findings_of(&connection, "V-3", 500).unwrap();
    let expected: Vec<String> = (0..1_300)
        .rev()
        .filter(|number| number % 7 == 3)
        .map(|number| format!("f{number:04}"))
        .collect();
    let ids: Vec<&str> = found.iter().map(|one| &*one.finding.id).collect();
    assert_eq!(ids, expected);
    assert_eq!(tenant.findings_of(&connection, "V-3", 2).unwrap().len(), 2);
    assert!(
        tenant
            .findings_of(&connection, "V-9", 2)
            .unwrap()
            .is_empty()
    );
}

fn named(find: &str) -> FindingList {
    FindingList {
        find: Some(find.to_owned()),
        ..FindingList::default()
    }
}

#[test]
fn a_finding_is_found_by_each_of_its_names_in_any_case_and_by_no_part_of_one() {
    let (_directory, mut tenant, connection) = connected();
    let mut one = finding("one");
    one.vulnerability = "V-1".to_owned();
    one.aliases = vec!["CVE-2026-1".to_owned(), "GHSA-aaaa".to_owned()];
    one.packages[0].name = "left-pad".to_owned();
    let mut other = finding("other");
    other.vulnerability = "V-2".to_owned();
    other.aliases = vec![];
    other.packages = vec![];
    let batch = batch(vec![Entry::Finding(one), Entry::Finding(other)]);
    let scope = organizations();
    tenant.apply_batch(&connection, &scope, &batch, 5).unwrap();
    for name in ["v-1", "cve-2026-1", "GHSA-AAAA", "Left-Pad"] {
        assert_eq!(walk(&tenant, &connection, &named(name)), ["one"], "{name}");
    }
    assert_eq!(walk(&tenant, &connection, &named("V-2")), ["other"]);
    for name in ["CVE-2026", "left", "pad%", "*", "", "V-3"] {
        let none = walk(&tenant, &connection, &named(name));
        assert!(none.is_empty(), "{name}: {none:?}");
    }
}

#[test]
fn a_name_that_a_finding_has_not_any_more_does_not_find_it() {
    let (_directory, mut tenant, connection) = connected();
    let mut one = finding("one");
    let scope = organizations();
    for (at, alias) in [(1, "CVE-2026-1"), (2, "CVE-2026-2")] {
        one.aliases = vec![alias.to_owned()];
        one.updated_at += 1;
        let batch = batch(vec![Entry::Finding(one.clone())]);
        tenant.apply_batch(&connection, &scope, &batch, at).unwrap();
    }
    assert!(walk(&tenant, &connection, &named("CVE-2026-1")).is_empty());
    assert_eq!(walk(&tenant, &connection, &named("CVE-2026-2")), ["one"]);
}

#[test]
fn what_a_refused_batch_named_is_found_once_another_stored_it() {
    let (_directory, mut tenant, connection) = connected();
    let scope = organizations();
    let one = || Entry::Finding(finding("one"));
    let of_none = Entry::Remediation(Remediation {
        organization: "o".to_owned(),
        finding: "nobody".to_owned(),
        step: RemediationStep::Ignored,
        at: 1,
        source: String::new(),
    });
    let refused = tenant.apply_batch(&connection, &scope, &batch(vec![one(), of_none]), 5);
    assert!(refused.is_err());
    let stored = batch(vec![one()]);
    tenant.apply_batch(&connection, &scope, &stored, 6).unwrap();
    let found = walk(&tenant, &connection, &named("CVE-2020-8203"));
    assert_eq!(found, ["one"]);
}

#[test]
fn a_name_is_looked_for_among_what_else_fits_page_by_page() {
    let (_directory, tenant, connection) = stored();
    let wanted = FindingList {
        repository: Some("shop/web".to_owned()),
        state: Some(FindingState::Resolved),
        ..named("v-3")
    };
    let fits = |number: &usize| number % 7 == 3 && number.is_multiple_of(3) && number % 2 == 1;
    let expected = (0..1_300).rev().filter(fits);
    let expected: Vec<String> = expected.map(|number| format!("f{number:04}")).collect();
    assert_eq!(walk(&tenant, &connection, &wanted), expected);
    let all = walk(&tenant, &connection, &named("v-3"));
    assert!(all.len() > 3 * 50, "{}", all.len());
    assert_eq!(
        all.len(),
        (0..1_300).filter(|number| number % 7 == 3).count()
    );
}

#[test]
fn what_is_looked_for_by_a_name_is_not_searched_for_in_all_findings() {
    let (_directory, tenant, _) = stored();
    let plan = |wanted: &FindingList| {
        let query = format!("EXPLAIN QUERY PLAN {}", select(wanted));
        let told = tenant.database.read(|database| {
            let mut statement = database.prepare(&query)?;
            let (mut rows, mut told) = (statement.raw_query(), Vec::new());
            while let Some(row) = rows.next()? {
                told.push(row.get::<_, String>(3)?);
            }
            Ok(told.join("\n"))
        });
        told.unwrap()
    };
    let filters = FindingList {
        repository: Some("shop/web".to_owned()),
        state: Some(FindingState::Open),
        ..named("V-3")
    };
    for wanted in [named("V-3"), filters] {
        let told = plan(&wanted);
        for step in [
            "SEARCH findings USING INDEX findings_by_vulnerability (connection=? AND vulnerability=?)",
            "SEARCH finding_terms USING PRIMARY KEY (connection=? AND term=?)",
        ] {
            assert!(told.contains(step), "{told}");
        }
        assert!(!told.contains("SCAN findings"), "{told}");
    }
    let told = plan(&FindingList::default());
    assert!(
        told.contains("USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)"),
        "{told}"
    );
}

#[test]
fn names_of_findings_that_were_stored_before_are_found_too() {
    let (_directory, mut tenant, _) = stored();
    let terms = |tenant: &Tenant| {
        let query = "SELECT json_group_array(json_array(connection, term, vulnerability)) FROM finding_terms";
        let read = |database: &Connection| Ok(database.query_row(query, [], |row| row.get(0))?);
        tenant.database.read(read).unwrap()
    };
    let kept: String = terms(&tenant);
    let migration = TENANT[4];
    let fill = migration
        .find("INSERT OR IGNORE INTO finding_terms")
        .unwrap();
    let again = tenant.database.write(|transaction| {
        transaction.execute("DELETE FROM finding_terms", [])?;
        Ok(transaction.execute_batch(&migration[fill..])?)
    });
    again.unwrap();
    assert_eq!(terms(&tenant), kept);
    assert!(
        kept.contains("V-3") && kept.contains("CVE-2020-8203"),
        "{kept}"
    );
}
