use koalr_platform::model::common::Change;
use koalr_platform::model::record::{Deployment, DeploymentState, Entry};
use koalr_platform::model::verdict::Decision;

use super::*;
use crate::decision::tests::{decision, rebuilt};
use crate::fixture::{batch, connected, organizations};

#[test]
fn changes_come_newest_first_and_those_whose_opening_is_not_known_last() {
    let (_directory, mut tenant, _) = connected();
    for (id, opened_at) in [("a", Some(5)), ("b", None), ("c", Some(9)), ("d", Some(5))] {
        tenant.save_change(&change(id, opened_at)).unwrap();
    }
    assert_eq!(ids(&tenant, &listing()), ["c", "d", "a", "b"]);
    for (from, to, expected) in [
        (Some(5), None, &["c", "d", "a"][..]),
        (None, Some(5), &["d", "a"]),
        (Some(6), Some(8), &[]),
        (Some(i64::MIN), Some(i64::MAX), &["c", "d", "a"]),
    ] {
        let listing = PullRequestListing {
            from,
            to,
            ..listing()
        };
        assert_eq!(ids(&tenant, &listing), expected, "{from:?} {to:?}");
    }
}

#[test]
fn changes_are_listed_by_repository_in_any_case_and_by_state() {
    let (_directory, mut tenant, _) = connected();
    let mut merged = change("b", Some(1));
    merged.state = ChangeState::Merged;
    merged.change.repository = "shop/web".to_owned();
    tenant.save_change(&change("a", Some(1))).unwrap();
    tenant.save_change(&merged).unwrap();
    let of = |repository: &str| PullRequestListing {
        repository: Some(repository.to_owned()),
        ..listing()
    };
    assert_eq!(ids(&tenant, &of("SHOP/Api")), ["a"]);
    let merged = PullRequestListing {
        state: Some(ChangeState::Merged),
        ..listing()
    };
    assert_eq!(ids(&tenant, &merged), ["b"]);
    assert_eq!(ids(&tenant, &of("shop")), [""; 0]);
}

#[test]
fn every_change_is_on_one_page_also_when_others_come_in_between() {
    let (_directory, mut tenant, _) = connected();
    let mut expected = Vec::new();
    for number in 0..20 {
        let opened_at = (number % 5 != 0).then_some(i64::from(number) / 4);
        let id = format!("c{number:02}");
        tenant.save_change(&change(&id, opened_at)).unwrap();
        expected.push(id);
    }
    let mut listing = PullRequestListing {
        limit: 3,
        ..listing()
    };
    let mut seen = Vec::new();
    loop {
        let page = tenant.list_pull_requests("snyk", &listing).unwrap();
        let Some(last) = page.last() else { break };
        listing.after = Some((last.at(), last.record.change.id.clone()));
        seen.extend(page.into_iter().map(|one| one.record.change.id));
        let newer = format!("new{}", seen.len());
        tenant.save_change(&change(&newer, Some(100))).unwrap();
    }
    seen.sort();
    assert_eq!(seen, expected);
}

#[test]
fn a_change_is_listed_with_the_decision_about_its_present_head() {
    let (_directory, mut tenant, _) = connected();
    let mut record = change("c1", Some(1));
    record.change.head_sha = "def".to_owned();
    tenant.save_change(&record).unwrap();
    let decided = |tenant: &Tenant| {
        let listed = tenant
            .list_pull_requests("snyk", &listing())
            .unwrap()
            .remove(0);
        listed.decided.map(|one| (one.observation, one.as_of))
    };
    tenant
        .save_decision(&decision("abc", Decision::Block))
        .unwrap();
    assert_eq!(decided(&tenant), None);
    tenant.save_decision(&rebuilt("def", 20)).unwrap();
    assert_eq!(decided(&tenant), Some((Observation::Reconstructed, 20)));
    let observed = decision("def", Decision::Block);
    tenant.save_decision(&observed).unwrap();
    let found = Some((Observation::Observed, observed.as_of));
    assert_eq!(decided(&tenant), found);
    assert!(
        tenant.list_pull_requests("other", &listing()).unwrap()[0]
            .decided
            .is_none()
    );
}

#[test]
fn deployments_of_all_sources_come_page_by_page() {
    let (_directory, mut tenant, connection) = connected();
    let mut expected = Vec::new();
    for (source, id, at) in [
        ("github", "d1", 5),
        ("import", "d1", 5),
        ("github", "d0", 5),
        ("github", "d9", 4),
        ("import", "d7", 6),
    ] {
        let own = deployment(source, id, at);
        tenant.save_deployment(&own).unwrap();
        expected.push(own.place());
    }
    let synced = Entry::Deployment(deployment("", "s1", 5).deployment);
    let synced = batch(vec![synced]);
    tenant
        .apply_batch(&connection, &organizations(), &synced, 9)
        .unwrap();
    expected.push("snyk s1".to_owned());
    let mut listing = DeploymentListing {
        limit: 2,
        ..deployments()
    };
    let mut seen = Vec::new();
    loop {
        let page = tenant.list_deployments(&listing).unwrap();
        let Some(last) = page.last() else { break };
        listing.after = Some((last.deployment.at, last.place()));
        seen.extend(page.iter().map(OwnDeployment::place));
        let newer = deployment("github", &format!("new{}", seen.len()), 100);
        tenant.save_deployment(&newer).unwrap();
    }
    assert_eq!(
        seen,
        [
            "import d7",
            "github d0",
            "github d1",
            "import d1",
            "snyk s1",
            "github d9"
        ]
    );
    seen.sort();
    expected.sort();
    assert_eq!(seen, expected);
}

#[test]
fn deployments_are_listed_by_service_environment_and_time() {
    let (_directory, mut tenant, _) = connected();
    let mut other = deployment("github", "d2", 7);
    other.deployment.service = "cart".to_owned();
    other.deployment.environment = None;
    tenant
        .save_deployment(&deployment("github", "d1", 5))
        .unwrap();
    tenant.save_deployment(&other).unwrap();
    let all = deployments;
    let text = |text: &str| Some(text.to_owned());
    for (listing, expected) in [
        (
            DeploymentListing {
                service: text("SHOP"),
                ..all()
            },
            "d1",
        ),
        (
            DeploymentListing {
                environment: text("Production"),
                ..all()
            },
            "d1",
        ),
        (
            DeploymentListing {
                from: Some(6),
                ..all()
            },
            "d2",
        ),
        (
            DeploymentListing {
                to: Some(6),
                ..all()
            },
            "d1",
        ),
    ] {
        let found = tenant.list_deployments(&listing).unwrap();
        let ids: Vec<_> = found.iter().map(|one| one.deployment.id.as_str()).collect();
        assert_eq!(ids, [expected], "{listing:?}");
    }
}

fn ids(tenant: &Tenant, listing: &PullRequestListing) -> Vec<String> {
    let listed = tenant
        .list_pull_requests("snyk", listing)
        .unwrap()
        .into_iter();
    listed.map(|one| one.record.change.id).collect()
}

fn listing() -> PullRequestListing {
    PullRequestListing {
        repository: None,
        state: None,
        from: None,
        to: None,
        after: None,
        limit: 100,
    }
}

fn deployments() -> DeploymentListing {
    DeploymentListing {
        service: None,
        environment: None,
        from: None,
        to: None,
        after: None,
        limit: 100,
    }
}

fn change(id: &str, opened_at: Option<Timestamp>) -> ChangeRecord {
    ChangeRecord {
        change: Change {
            id: id.to_owned(),
            repository: "shop/api".to_owned(),
            number: None,
            head_sha: "abc".to_owned(),
            base_sha: None,
            source_branch: None,
            target_branch: None,
        },
        title: String::new(),
        author: None,
        opened_at,
        state: ChangeState::Open,
        merged_at: None,
        merge_sha: None,
        base_score: None,
        updated_at: 1,
        source: "import".to_owned(),
    }
}

fn deployment(source: &str, id: &str, at: Timestamp) -> OwnDeployment {
    OwnDeployment {
        deployment: Deployment {
            id: id.to_owned(),
            service: "shop".to_owned(),
            environment: Some("production".to_owned()),
            sha: None,
            state: DeploymentState::Succeeded,
            at,
            extra: vec![],
        },
        repository: None,
        source: source.to_owned(),
    }
}
