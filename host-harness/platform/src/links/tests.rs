mod properties;

use super::*;
use crate::delivery::Service;
use crate::model::record::DeploymentState;

const DAY: Timestamp = 24 * HOUR;

fn merge(id: &str, merged_at: Timestamp) -> Merge {
    Merge {
        change: id.to_owned(),
        repository: "acme/shop".to_owned(),
        number: Some(7),
        merge_sha: Some(format!("aaaaaaa{id}")),
        head_sha: format!("bbbbbbb{id}"),
        merged_at,
    }
}

fn deployment(id: &str, sha: Option<&str>, at: Timestamp) -> Deployment {
    Deployment {
        id: id.to_owned(),
        service: "shop".to_owned(),
        environment: Some("Production".to_owned()),
        sha: sha.map(str::to_owned),
        state: DeploymentState::Succeeded,
        at,
        extra: Vec::new(),
    }
}

fn incident(id: &str, change: Option<&str>, started_at: Timestamp) -> Incident {
    Incident {
        id: id.to_owned(),
        service: "shop".to_owned(),
        title: "t".to_owned(),
        severity: None,
        change: change.map(str::to_owned),
        started_at,
        acknowledged_at: None,
        resolved_at: None,
        open: true,
        extra: Vec::new(),
    }
}

fn service(name: &str, aliases: &[&str]) -> Service {
    Service {
        name: name.to_owned(),
        aliases: aliases.iter().map(|&one| one.to_owned()).collect(),
        repositories: vec!["Acme/Shop".to_owned()],
    }
}

/// Links and reasons, as of day 100, with `shop` as the one service.
fn tied(changes: &[Merge], deployments: &[Deployment], incidents: &[Incident]) -> Links {
    tied_in(
        vec![service("shop", &["old-shop"])],
        changes,
        deployments,
        incidents,
    )
}

fn tied_in(
    services: Vec<Service>,
    changes: &[Merge],
    deployments: &[Deployment],
    incidents: &[Incident],
) -> Links {
    let services = Services::new(services).unwrap();
    let deliveries = Deliveries {
        changes,
        deployments,
        incidents,
        services: &services,
    };
    links(&deliveries, &Window::ALL, 100 * DAY)
}

fn change(id: &str) -> Node {
    Node::Change(id.to_owned())
}

fn deployed(id: &str) -> Node {
    Node::Deployment(id.to_owned())
}

/// Where a change or incident leads, and why.
fn from(links: &Links, node: &Node) -> Vec<(Node, Reason)> {
    let of = links.links.iter().filter(|link| link.from == *node);
    of.map(|link| (link.to.clone(), link.reason)).collect()
}

#[track_caller]
fn why(links: &Links, node: &Node) -> String {
    let one = links.unlinked.iter().find(|one| one.what == *node);
    one.unwrap().why.to_string()
}

/// What an incident that starts on day 50 and names this leads to.
fn named(
    name: &str,
    changes: &[Merge],
    deployments: &[Deployment],
) -> (Vec<(Node, Reason)>, Links) {
    let links = tied(changes, deployments, &[incident("i", Some(name), 50 * DAY)]);
    (from(&links, &Node::Incident("i".to_owned())), links)
}

#[test]
fn a_change_goes_to_the_first_deployment_of_its_merge_commit() {
    let deployments = [
        deployment("late", Some("AAAAAAAc"), 9),
        deployment("first", Some("aaaaaaac"), 7),
        deployment("head", Some("bbbbbbbc"), 6),
        deployment("other", None, 5),
    ];
    let links = tied(&[merge("c", 5)], &deployments, &[]);
    assert_eq!(
        from(&links, &change("c")),
        [(deployed("first"), Reason::MergeSha)]
    );
    assert_eq!(links.links.first().unwrap().after_ms, 2);
    assert!(links.unlinked.is_empty());
}

#[test]
fn without_its_merge_commit_a_change_goes_by_its_head() {
    let links = tied(
        &[merge("c", 5)],
        &[deployment("d", Some("bbbbbbbc"), 6)],
        &[],
    );
    assert_eq!(
        from(&links, &change("c")),
        [(deployed("d"), Reason::HeadSha)]
    );
}

#[test]
fn without_a_commit_a_change_goes_to_the_services_first_deployment_since_and_says_which_case_it_is()
{
    for (sha, basis) in [
        (None, Basis::ShaUnstated),
        (Some("feedbeef"), Basis::NoneMatches),
    ] {
        let deployments = [
            deployment("before", None, 4),
            deployment("same-time", sha, 5),
            deployment("later", sha, 6),
        ];
        let links = tied(&[merge("c", 5)], &deployments, &[]);
        let reason = Reason::FirstAfterMerge(basis);
        assert_eq!(
            from(&links, &change("c")),
            [(deployed("same-time"), reason)]
        );
    }
}

#[test]
fn a_deployment_of_a_commit_known_to_be_older_does_not_bring_a_change() {
    let changes = [merge("a", 1), merge("b", 5), merge("c", 9)];
    let deployments = [
        deployment("old", Some("aaaaaaaa"), 6),
        deployment("new", Some("aaaaaaac"), 9),
    ];
    let links = tied(&changes, &deployments, &[]);
    let reason = Reason::FirstAfterMerge(Basis::NoneMatches);
    assert_eq!(from(&links, &change("b")), [(deployed("new"), reason)]);
}

#[test]
fn a_change_may_be_in_several_services() {
    let other = Deployment {
        service: "cart".to_owned(),
        ..deployment("e", None, 8)
    };
    let services = vec![service("shop", &[]), service("cart", &[])];
    let changes = [merge("c", 5)];
    let links = tied_in(
        services,
        &changes,
        &[deployment("d", Some("aaaaaaac"), 7), other],
        &[],
    );
    assert_eq!(
        from(&links, &change("c")),
        [
            (deployed("d"), Reason::MergeSha),
            (deployed("e"), Reason::FirstAfterMerge(Basis::ShaUnstated))
        ]
    );
}

#[test]
fn a_service_that_is_built_from_another_repository_is_not_guessed_at() {
    let elsewhere = Service {
        repositories: vec![],
        ..service("shop", &[])
    };
    let links = tied_in(
        vec![elsewhere],
        &[merge("c", 5)],
        &[deployment("d", None, 7)],
        &[],
    );
    assert!(links.links.is_empty());
    assert_eq!(
        why(&links, &change("c")),
        "no service is built from repository `acme/shop`; add it to the repositories of one"
    );
}

#[test]
fn failed_running_future_and_staging_deployments_never_count() {
    let with = |id: &str, state, environment: Option<&str>| Deployment {
        state,
        environment: environment.map(str::to_owned),
        ..deployment(id, Some("aaaaaaac"), 7)
    };
    let deployments = [
        with("failed", DeploymentState::Failed, None),
        with("running", DeploymentState::Running, None),
        with("other", DeploymentState::Other, None),
        with("staging", DeploymentState::Succeeded, Some("staging")),
        deployment("future", Some("aaaaaaac"), 101 * DAY),
    ];
    let links = tied(&[merge("c", 5)], &deployments, &[incident("i", None, 9)]);
    assert!(links.links.is_empty());
    assert_eq!(
        why(&links, &change("c")),
        "no successful production deployment has brought it since its merge"
    );
    assert_eq!(
        why(&links, &deployed("future")),
        "its time lies in the future; correct the clock that told it"
    );
}

#[test]
fn an_environment_that_is_not_stated_is_production() {
    for environment in [None, Some(""), Some("PROD"), Some(" production ")] {
        assert!(is_production(environment), "{environment:?}");
    }
    assert!(!is_production(Some("preview")));
}

#[test]
fn commits_deployed_only_before_the_merge_link_nothing() {
    let links = tied(
        &[merge("c", 5)],
        &[deployment("d", Some("bbbbbbbc"), 4)],
        &[],
    );
    assert_eq!(
        why(&links, &change("c")),
        "its commits were deployed only before its merge"
    );
}

#[test]
fn an_incident_goes_to_the_nearest_deployment_before_it_with_the_smallest_window() {
    for (after, window) in [
        (0, Window::Hours4),
        (4 * HOUR, Window::Hours4),
        (4 * HOUR + 1, Window::Days7),
        (14 * DAY, Window::Days14),
        (30 * DAY, Window::Days30),
    ] {
        let deployments = [
            deployment("older", None, 1),
            deployment("nearest", None, 2),
            deployment("after", None, 3 + after),
        ];
        let links = tied(&[], &deployments, &[incident("i", None, 2 + after)]);
        let reason = Reason::NearestBefore(window);
        let link = links.links.first().unwrap();
        assert_eq!(
            (&link.to, link.reason, link.after_ms),
            (&deployed("nearest"), reason, after)
        );
    }
}

#[test]
fn incidents_that_link_to_nothing_say_why() {
    let known = |id: &str, at| incident(id, None, at);
    let incidents = [
        known("before", 4),
        known("long-after", 6 + 30 * DAY),
        known("future", 100 * DAY + 1),
        Incident {
            service: " ".to_owned(),
            ..known("unstated", 9)
        },
        Incident {
            service: "cart".to_owned(),
            ..known("unknown", 9)
        },
    ];
    let links = tied(&[], &[deployment("d", None, 5)], &incidents);
    assert!(links.links.is_empty());
    for (id, reason) in [
        (
            "before",
            "its service had no successful production deployment before it",
        ),
        (
            "long-after",
            "the nearest deployment before it, `d`, is longer ago than any window",
        ),
        (
            "future",
            "its time lies in the future; correct the clock that told it",
        ),
        ("unstated", "it states no service; say which it is about"),
        (
            "unknown",
            "no service has the name `cart`; add the service, or the name to the aliases of one",
        ),
    ] {
        assert_eq!(why(&links, &Node::Incident(id.to_owned())), reason);
    }
}

#[test]
fn a_renamed_service_keeps_its_history() {
    let old = Deployment {
        service: "OLD-shop".to_owned(),
        ..deployment("d", None, 5)
    };
    let links = tied(&[merge("c", 3)], &[old], &[incident("i", None, 9)]);
    assert_eq!(links.links.len(), 2);
}

#[test]
fn a_deployment_of_a_service_nobody_knows_is_named_unless_a_commit_ties_it() {
    let unknown = |id: &str, sha| Deployment {
        service: "cart".to_owned(),
        ..deployment(id, sha, 7)
    };
    let deployments = [unknown("d", Some("aaaaaaac")), unknown("e", None)];
    let links = tied(&[merge("c", 5)], &deployments, &[]);
    assert_eq!(
        from(&links, &change("c")),
        [(deployed("d"), Reason::MergeSha)]
    );
    assert_eq!(links.unlinked.len(), 1);
    assert_eq!(
        why(&links, &deployed("e")),
        "no service has the name `cart`; add the service, or the name to the aliases of one"
    );
}

#[test]
fn an_incident_that_names_a_change_goes_to_it_and_to_its_deployment_however_long_ago() {
    let changes = [merge("c", 5)];
    let deployments = [
        deployment("d", Some("aaaaaaac"), 7),
        deployment("nearer", Some("feedbeef"), 49 * DAY),
    ];
    for name in [
        "c",
        "https://github.com/acme/shop/pull/7",
        "Acme/Shop#7",
        "#7",
        "aaaaaaaC",
        "bbbbbbb",
    ] {
        let name = name.replace("aaaaaaaC", "AAAAAAA");
        let (found, links) = named(&name, &changes, &deployments);
        let expected = [
            (change("c"), Reason::Explicit),
            (deployed("d"), Reason::Explicit),
        ];
        assert_eq!(found, expected, "{name}");
        assert!(links.unlinked.is_empty());
    }
}

#[test]
fn an_incident_may_name_a_deployment_or_a_deployed_commit() {
    let deployments = [
        deployment("d", Some("feedbeef01"), 7),
        deployment("nearer", None, 49 * DAY),
    ];
    for name in ["d", "feedbeef"] {
        let (found, _) = named(name, &[], &deployments);
        assert_eq!(found, [(deployed("d"), Reason::Explicit)], "{name}");
    }
}

#[test]
fn an_incident_that_names_its_cause_is_never_guessed_at() {
    let failed = Deployment {
        state: DeploymentState::Failed,
        ..deployment("failed", None, 7)
    };
    let changes = [merge("c", 5), merge("d", 5), merge("later", 51 * DAY)];
    let deployments = [deployment("near", Some("feedbeef"), 49 * DAY), failed];
    for (name, reason) in [
        (
            "acme/shop#8",
            "it names `acme/shop#8`, which is no known change, deployment or commit; import that, or correct the name",
        ),
        (
            "aaaaaaa",
            "it names `aaaaaaa`, which several changes or deployments are; write the id of one",
        ),
        (
            "later",
            "it names `later`, which came after it began, so that it is not the cause",
        ),
        (
            "failed",
            "it names `failed`, which is no successful production deployment",
        ),
    ] {
        let (found, links) = named(name, &changes, &deployments);
        assert_eq!(found, [], "{name}");
        assert_eq!(why(&links, &Node::Incident("i".to_owned())), reason);
    }
}

#[test]
fn a_named_change_without_a_deployment_is_linked_and_still_said_to_lack_one() {
    let (found, links) = named("c", &[merge("c", 5)], &[deployment("d", None, 60 * DAY)]);
    assert_eq!(found, [(change("c"), Reason::Explicit)]);
    assert_eq!(
        why(&links, &Node::Incident("i".to_owned())),
        "it names change `c`, and no one deployment is known to have brought that to its service before"
    );
}
