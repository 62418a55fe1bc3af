use proptest::prelude::*;

use super::*;
use crate::decision::Decision;
use crate::delivery::{Merge, Service};
use crate::ledger::{Decided, Deployed, Happened, Judged, LetPass, Mark, Other, Summary};
use crate::links::Reason;
use crate::model::evidence::Observation;
use crate::model::record::DeploymentState;

#[test]
fn a_deployment_names_the_change_it_brought_and_what_was_decided_about_it() {
    let known = Known {
        merges: vec![merge("c1", 10)],
        deployments: vec![deployed("d1", "shop", 25)],
        incidents: vec![happened("i1", "SHOP", 30)],
        services: services(),
        decided: vec![
            decided("c1", Observation::Reconstructed, 5),
            decided("c1", Observation::Observed, 6),
        ],
        ..Known::default()
    };
    let ledger = Ledger::build(known, 100);
    let [brought] = &*ledger.brought else {
        panic!()
    };
    assert_eq!((brought.deployment, brought.lead_ms), (0, 15));
    let judged = &ledger.judged[brought.judged.unwrap() as usize];
    assert_eq!(judged.observation, Observation::Observed);
    let cause = Cause {
        deployment: 0,
        after_ms: 5,
        reason: Reason::NearestBefore(Window::Hours4),
    };
    assert_eq!(ledger.outages[0].cause, Some(cause));
    assert_eq!(ledger.services, ["checkout"]);
    assert_eq!(ledger.repositories, ["acme/other", "acme/shop"]);
    assert_eq!(ledger.deployments[0].repository, Some(1));
    assert_eq!((ledger.merged, ledger.next_at), (1, None));
}

#[test]
fn a_deployment_without_a_repository_takes_that_of_its_changes_or_its_service() {
    let mut known = Known {
        merges: vec![merge("c1", 10)],
        deployments: vec![deployed("d1", "shop", 25), deployed("d2", "single", 26)],
        services: services(),
        ..Known::default()
    };
    known.deployments[0].repository = Some("Acme/Third".to_owned());
    let of = |known: &Known| {
        let ledger = Ledger::build(known.clone(), 100);
        let places = ledger.deployments.iter().map(|one| one.repository);
        let name = |place: u32| ledger.repositories[place as usize].clone();
        places.map(|one| one.map(name)).collect::<Vec<_>>()
    };
    known.services = Services::new(vec![
        service("shop", &["acme/shop", "acme/other"]),
        service("single", &["acme/one"]),
    ])
    .unwrap();
    let named = |name: &str| Some(name.to_owned());
    assert_eq!(of(&known), [named("acme/third"), named("acme/one")]);
    known.deployments[0].repository = None;
    assert_eq!(of(&known), [named("acme/shop"), named("acme/one")]);
    let mut other = merge("c2", 11);
    other.repository = "acme/other".to_owned();
    known.merges.push(other);
    assert_eq!(of(&known), [None, named("acme/one")]);
}

#[test]
fn a_deployment_of_a_service_that_nobody_declared_counts_under_its_own_name() {
    let known = Known {
        deployments: vec![deployed("d1", " cart ", 5)],
        ..Known::default()
    };
    let ledger = Ledger::build(known, 100);
    assert_eq!(ledger.services, ["cart"]);
    assert_eq!(ledger.deployments.len(), 1);
    let [unlinked] = &*ledger.unlinked else {
        panic!()
    };
    assert_eq!(
        (&*unlinked.kind, &*unlinked.why, unlinked.count),
        (
            "deployment",
            "no service has the name `cart`; add the service, or the name to the aliases of one",
            1
        )
    );
}

#[test]
fn one_id_of_two_sources_stands_behind_its_source() {
    let mut other = deployed("d1", "shop", 6);
    other.source = "github".to_owned();
    let known = Known {
        deployments: vec![deployed("d1", "shop", 5), other],
        ..Known::default()
    };
    let ledger = Ledger::build(known, 100);
    let ids: Vec<&str> = ledger.deployments.iter().map(|one| &*one.id).collect();
    assert_eq!(ids, ["import:d1", "github:d1"]);
}

#[test]
fn incidents_that_lack_a_cause_for_one_reason_are_counted_together() {
    let mut known = Known {
        services: services(),
        ..Known::default()
    };
    for id in ["i1", "i2"] {
        let mut one = happened(id, "shop", 5);
        one.incident.change = Some(format!("what {id} names"));
        known.incidents.push(one);
    }
    let ledger = Ledger::build(known, 100);
    let [unlinked] = &*ledger.unlinked else {
        panic!()
    };
    assert_eq!((&*unlinked.kind, unlinked.count), ("incident", 2));
    assert_eq!(
        unlinked.why,
        "it names something that is no known change, deployment or commit; import that, or correct the name"
    );
}

#[test]
fn what_stood_against_a_head_was_overridden_and_what_passed_was_not() {
    let mut known = Known {
        merges: vec![merge("c1", 10), merge("c2", 10)],
        decided: vec![
            decided("c1", Observation::Observed, 6),
            decided("c2", Observation::Observed, 6),
        ],
        ..Known::default()
    };
    known.decided[0].summary.decision = Decision::Block;
    for change in ["c1", "c2"] {
        known.let_pass.push(LetPass {
            change: change.to_owned(),
            head_sha: format!("HEAD{change}"),
            at: 7,
        });
    }
    let overridden = |as_of| {
        let ledger = Ledger::build(known.clone(), as_of);
        let judged = ledger.judged.iter();
        judged.map(|one| one.overridden).collect::<Vec<_>>()
    };
    assert_eq!(overridden(7), [true, false]);
    assert_eq!(overridden(6), [false, false]);
}

#[test]
fn a_mark_is_found_by_the_number_or_the_id_of_its_change() {
    let mark = |change: &str| Mark {
        repository: "acme/shop".to_owned(),
        change: change.to_owned(),
        head_sha: "headc7".to_owned(),
        at: None,
    };
    let marked = |mark| {
        let known = Known {
            merges: vec![merge("c7", 10)],
            decided: vec![decided("c7", Observation::Observed, 6)],
            marks: vec![mark],
            ..Known::default()
        };
        Ledger::build(known, 100).judged[0].marked_as_success
    };
    assert!(marked(mark("7")) && marked(mark("c7")) && !marked(mark("8")));
    let other_head = Mark {
        head_sha: "other".to_owned(),
        ..mark("7")
    };
    assert!(!marked(other_head));
}

#[test]
fn two_integrations_that_judged_one_head_are_one_row() {
    let mut stricter = decided("c1", Observation::Observed, 8);
    stricter.summary.decision = Decision::Block;
    stricter.summary.introduced_high = 2;
    let known = Known {
        merges: vec![merge("c1", 10)],
        decided: vec![decided("c1", Observation::Observed, 6), stricter],
        ..Known::default()
    };
    let ledger = Ledger::build(known, 100);
    let [judged] = &*ledger.judged else { panic!() };
    assert_eq!(
        (judged.as_of, judged.summary.decision),
        (8, Decision::Block)
    );
    assert_eq!(judged.summary.introduced_high, 2);
}

#[test]
fn what_is_judged_of_an_unknown_change_and_merged_at_no_time_is_told() {
    let known = Known {
        others: vec![Other {
            change: "c2".to_owned(),
            repository: "acme/shop".to_owned(),
            number: None,
            merged: true,
        }],
        decided: vec![decided("c1", Observation::Observed, 6)],
        ..Known::default()
    };
    let ledger = Ledger::build(known, 100);
    assert_eq!((ledger.judged.len(), ledger.merged), (0, 1));
    let whys: Vec<&str> = ledger.unlinked.iter().map(|one| &*one.why).collect();
    assert_eq!(
        whys,
        [
            "it is merged, and nobody said when; import the time of its merge",
            "it was judged, and is no known change; import it"
        ]
    );
}

proptest! {
    #[test]
    fn places_are_in_range_and_rows_in_order(known in any_known(), as_of in 0_i64..60) {
        let ledger = Ledger::build(known, as_of);
        let (services, repositories) = (ledger.services.len(), ledger.repositories.len());
        let within = |place: u32, length: usize| (place as usize) < length;
        for one in &ledger.deployments {
            prop_assert!(within(one.service, services) && one.at <= as_of);
            prop_assert!(one.repository.is_none_or(|place| within(place, repositories)));
        }
        for one in &ledger.brought {
            prop_assert!(within(one.deployment, ledger.deployments.len()));
            prop_assert!(within(one.repository, repositories) && one.lead_ms >= 0);
            let at = ledger.deployments[one.deployment as usize].at;
            prop_assert_eq!(one.merged_at + one.lead_ms, at);
            let head = one.judged.map(|place| &ledger.judged[place as usize]);
            prop_assert!(head.is_none_or(|head| head.change == one.change));
        }
        for one in &ledger.outages {
            prop_assert!(one.service.is_none_or(|place| within(place, services)));
            prop_assert!(one.started_at <= as_of && one.resolved_at.is_none_or(|at| at <= as_of));
            if let Some(cause) = one.cause {
                let at = ledger.deployments[cause.deployment as usize].at;
                prop_assert_eq!(at + cause.after_ms, one.started_at);
                prop_assert!(cause.after_ms >= 0);
            }
        }
        prop_assert!(ledger.judged.iter().all(|one| within(one.repository, repositories)));
        prop_assert!(ledger.services.is_sorted() && ledger.repositories.is_sorted());
        prop_assert!(ledger.deployments.is_sorted_by_key(|one| (one.at, &one.id)));
        prop_assert!(ledger.brought.is_sorted_by_key(|one| (one.deployment, &one.change)));
        prop_assert!(ledger.outages.is_sorted_by_key(|one| (one.started_at, &one.id)));
        let order = |one: &Judged| (one.as_of, one.change.clone(), one.head_sha.clone());
        prop_assert!(ledger.judged.is_sorted_by_key(order));
    }

    #[test]
    fn the_order_of_what_is_known_does_not_matter(
        (known, shuffled) in any_known().prop_flat_map(|known| (Just(known.clone()), shuffled(known))),
        as_of in 0_i64..60,
    ) {
        prop_assert_eq!(Ledger::build(known, as_of), Ledger::build(shuffled, as_of));
    }

    #[test]
    fn until_the_next_time_only_the_time_differs(known in any_known(), as_of in 0_i64..60, later in 0_i64..60) {
        let ledger = Ledger::build(known.clone(), as_of);
        let later = Ledger::build(known, as_of + later);
        if ledger.next_at.is_none_or(|at| later.as_of < at) {
            prop_assert_eq!(Ledger { as_of: later.as_of, ..ledger }, later);
        }
    }
}

/// Up to ten of each within forty milliseconds, with two sources, ids that meet, and commits that sometimes match.
fn any_known() -> impl Strategy<Value = Known> {
    let times = || prop::collection::vec((0_i64..40, 0_usize..12, 0_usize..4), 0..10);
    (times(), times(), times(), times(), times()).prop_map(
        |(merges, deployments, incidents, judged, passed)| Known {
            merges: each(&merges, |n, (at, _, _)| merge(&format!("c{n}"), at)),
            others: vec![],
            deployments: each(&deployments, |n, (at, of, state)| {
                let service = ["shop", "single", "cart", ""][of % 4];
                let mut one = deployed(&format!("d{}", n / 2), service, at);
                one.deployment.sha = (of < 10).then(|| format!("mergec{of}"));
                if state == 0 {
                    one.deployment.state = DeploymentState::Failed;
                }
                one.source = format!("s{}", n % 2);
                one
            }),
            incidents: each(&incidents, |n, (at, of, state)| {
                let service = ["Checkout", "cart", "", "nobody's"][state];
                let mut one = happened(&format!("i{}", n / 2), service, at);
                one.incident.change = (of < 6).then(|| format!("c{of}"));
                one.incident.resolved_at = (of % 2 == 0).then_some(at + 9);
                one.source = format!("s{}", n % 2);
                one
            }),
            services: services(),
            decided: each(&judged, |n, (at, of, state)| {
                let observation = match state % 2 {
                    0 => Observation::Observed,
                    _ => Observation::Reconstructed,
                };
                let mut one = decided(&format!("c{of}"), observation, at);
                one.summary.decision = Decision::Block;
                one.summary.security = u16::try_from(n).unwrap();
                one
            }),
            let_pass: each(&passed, |_, (at, of, _)| LetPass {
                change: format!("c{of}"),
                head_sha: format!("headc{of}"),
                at,
            }),
            marks: vec![],
        },
    )
}

type Drawn = (i64, usize, usize);

fn each<T>(drawn: &[Drawn], make: impl Fn(usize, Drawn) -> T) -> Vec<T> {
    let drawn = drawn.iter().enumerate();
    drawn.map(|(n, one)| make(n, *one)).collect()
}

fn shuffled(known: Known) -> impl Strategy<Value = Known> {
    let rest = known.clone();
    (
        Just(known.merges).prop_shuffle(),
        Just(known.deployments).prop_shuffle(),
        Just(known.incidents).prop_shuffle(),
        Just(known.decided).prop_shuffle(),
        Just(known.let_pass).prop_shuffle(),
    )
        .prop_map(
            move |(merges, deployments, incidents, decided, let_pass)| Known {
                merges,
                deployments,
                incidents,
                decided,
                let_pass,
                ..rest.clone()
            },
        )
}

fn service(name: &str, repositories: &[&str]) -> Service {
    Service {
        name: name.to_owned(),
        aliases: vec![],
        repositories: repositories.iter().map(|&one| one.to_owned()).collect(),
    }
}

fn services() -> Services {
    let mut checkout = service("checkout", &["Acme/Shop", "acme/other"]);
    checkout.aliases.push("shop".to_owned());
    Services::new(vec![checkout]).unwrap()
}

fn merge(change: &str, merged_at: Timestamp) -> Merge {
    Merge {
        change: change.to_owned(),
        repository: "acme/shop".to_owned(),
        number: change.trim_start_matches('c').parse().ok(),
        merge_sha: Some(format!("merge{change}")),
        head_sha: format!("head{change}"),
        merged_at,
    }
}

fn deployed(id: &str, service: &str, at: Timestamp) -> Deployed {
    Deployed {
        deployment: Deployment {
            id: id.to_owned(),
            service: service.to_owned(),
            environment: None,
            sha: None,
            state: DeploymentState::Succeeded,
            at,
            extra: vec![],
        },
        repository: None,
        source: "import".to_owned(),
    }
}

fn happened(id: &str, service: &str, started_at: Timestamp) -> Happened {
    Happened {
        incident: Incident {
            id: id.to_owned(),
            service: service.to_owned(),
            title: "down".to_owned(),
            severity: None,
            change: None,
            started_at,
            acknowledged_at: None,
            resolved_at: None,
            open: true,
            extra: vec![],
        },
        source: "import".to_owned(),
    }
}

fn decided(change: &str, observation: Observation, as_of: Timestamp) -> Decided {
    Decided {
        change: change.to_owned(),
        head_sha: format!("head{change}"),
        as_of,
        observation,
        summary: Summary {
            decision: Decision::Pass,
            enforced: true,
            told: true,
            introduced_high: 0,
            introduced_low: 0,
            introduced_unscored: 0,
            introduced_highest: None,
            unattributed: 0,
            dependencies: None,
            waived: 0,
            security: 0,
            score: 0,
        },
    }
}
