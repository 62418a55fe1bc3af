use koalr_platform::model::common::{FindingClass, Severity};
use koalr_platform::model::record::Entry;

use super::*;
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
