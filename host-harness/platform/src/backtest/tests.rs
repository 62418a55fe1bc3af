use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;
use crate::decision::Outcome;
use crate::delivery::{Merge, Service, Services};
use crate::links::{Deliveries, Window, links};
use crate::merge::merge;
use crate::model::record::{Deployment, DeploymentState, Incident};
use crate::policy::Mode;

const DAY: Timestamp = 86_400_000;

fn settled(decision: Decision) -> Settled {
    Settled {
        decision,
        outcome: Outcome {
            decision,
            causes: BTreeSet::new(),
            opened: false,
        },
        overridden: None,
        mode: Mode::Enforce,
        score: merge(None, 0, decision, Mode::Enforce),
    }
}

fn add(group: &mut Group, then: Decision, now: Decision, aftermath: Aftermath) {
    group.add(&Redecided {
        change: "c",
        head_sha: "h",
        as_of: 0,
        then: &settled(then),
        overridden: then == Decision::Block,
        now: &settled(now),
        waived: 0,
        reasons: vec!["because".to_owned()],
        aftermath,
    });
}

fn merged(id: &str, at: Timestamp) -> Merge {
    Merge {
        change: id.to_owned(),
        repository: "acme/shop".to_owned(),
        number: None,
        merge_sha: Some(format!("aaaaaaaaaa{id}")),
        head_sha: format!("bbbbbbbbbb{id}"),
        merged_at: at,
    }
}

fn deployed(change: &str, at: Timestamp) -> Deployment {
    Deployment {
        id: format!("d-{change}-{at}"),
        service: "shop".to_owned(),
        environment: Some("production".to_owned()),
        sha: Some(format!("aaaaaaaaaa{change}")),
        state: DeploymentState::Succeeded,
        at,
        extra: vec![],
    }
}

fn incident(id: &str, at: Timestamp, change: Option<&str>) -> Incident {
    Incident {
        id: id.to_owned(),
        service: "shop".to_owned(),
        title: String::new(),
        severity: None,
        started_at: at,
        acknowledged_at: None,
        open: true,
        resolved_at: None,
        change: change.map(str::to_owned),
        extra: vec![],
    }
}

fn aftermaths(
    changes: &[Merge],
    deployments: &[Deployment],
    incidents: &[Incident],
    as_of: Timestamp,
) -> Aftermaths {
    let services = Services::new(vec![Service {
        name: "shop".to_owned(),
        aliases: vec![],
        repositories: vec!["acme/shop".to_owned()],
    }])
    .unwrap();
    let deliveries = Deliveries {
        changes,
        deployments,
        incidents,
        services: &services,
    };
    let links = links(&deliveries, &Window::ALL, as_of);
    Aftermaths::new(changes, &links, as_of)
}

#[test]
fn decisions_are_counted_by_what_would_have_been() {
    let mut group = Group::default();
    for now in [
        Decision::Block,
        Decision::Block,
        Decision::Warn,
        Decision::Pass,
        Decision::Inconclusive,
    ] {
        add(&mut group, Decision::Pass, now, Aftermath::NotMerged);
    }
    assert_eq!(
        (
            group.decisions,
            group.blocked,
            group.warned,
            group.passed,
            group.inconclusive
        ),
        (5, 2, 1, 1, 1)
    );
    assert_eq!(group.changed, 4);
}

#[test]
fn an_override_that_would_not_be_needed_is_counted() {
    let mut group = Group::default();
    for now in [Decision::Block, Decision::Pass] {
        add(&mut group, Decision::Block, now, Aftermath::NotMerged);
    }
    assert_eq!((group.overridden, group.override_needless), (2, 1));
}

#[test]
fn only_the_first_twenty_of_the_changed_are_listed() {
    let mut group = Group::default();
    for _ in 0..30 {
        add(
            &mut group,
            Decision::Pass,
            Decision::Block,
            Aftermath::NotMerged,
        );
    }
    assert_eq!((group.changed, group.examples.len()), (30, 20));
    assert_eq!(group.examples[0].reasons, ["because"]);
}

#[test]
fn precision_and_recall_are_of_changes_whose_outcome_is_known() {
    let mut group = Group::default();
    for (now, aftermath, times) in [
        (Decision::Block, Aftermath::Incident, 3),
        (Decision::Block, Aftermath::Quiet, 1),
        (Decision::Warn, Aftermath::Incident, 2),
        (Decision::Pass, Aftermath::Quiet, 4),
        (Decision::Block, Aftermath::TooYoung, 5),
        (Decision::Pass, Aftermath::NotDeployed, 6),
        (Decision::Block, Aftermath::NotMerged, 7),
    ] {
        for _ in 0..times {
            add(&mut group, Decision::Pass, now, aftermath);
        }
    }
    let accuracy = group.accuracy;
    let (precision, recall) = (accuracy.precision(), accuracy.recall());
    assert_eq!((precision.count, precision.of), (3, 4));
    assert_eq!((recall.count, recall.of), (3, 5));
    assert_eq!(accuracy.known(), 10);
    assert_eq!(
        (
            accuracy.too_young,
            accuracy.not_deployed,
            accuracy.not_merged
        ),
        (5, 6, 7)
    );
}

#[test]
fn without_blocks_or_incidents_there_is_no_precision_and_no_recall() {
    let mut group = Group::default();
    add(&mut group, Decision::Pass, Decision::Pass, Aftermath::Quiet);
    assert_eq!(group.accuracy.precision().interval, None);
    assert_eq!(group.accuracy.recall().interval, None);
}

#[test]
fn an_incident_within_two_weeks_of_the_deployment_counts_and_a_later_one_does_not() {
    for (days, aftermath) in [(14, Aftermath::Incident), (15, Aftermath::Quiet)] {
        let found = aftermaths(
            &[merged("1", 0)],
            &[deployed("1", DAY)],
            &[incident("i", DAY + days * DAY, None)],
            60 * DAY,
        );
        assert_eq!(found.of("1"), aftermath);
    }
}

#[test]
fn an_incident_that_names_a_change_is_not_the_others_of_its_deployment() {
    let changes = [merged("1", 0), merged("2", 1)];
    let deployments = [deployed("2", DAY)];
    let named = [incident("i", 2 * DAY, Some("1"))];
    let found = aftermaths(&changes, &deployments, &named, 60 * DAY);
    assert_eq!(
        (found.of("1"), found.of("2")),
        (Aftermath::Incident, Aftermath::Quiet)
    );
    let unnamed = [incident("i", 2 * DAY, None)];
    let found = aftermaths(&changes, &deployments, &unnamed, 60 * DAY);
    assert_eq!(
        (found.of("1"), found.of("2")),
        (Aftermath::Incident, Aftermath::Incident)
    );
}

#[test]
fn a_change_whose_window_has_not_gone_by_is_too_young_even_after_an_incident() {
    let (changes, deployments) = ([merged("1", 0)], [deployed("1", DAY)]);
    let incidents = [incident("i", 2 * DAY, None)];
    for (as_of, aftermath) in [
        (15 * DAY - 1, Aftermath::TooYoung),
        (15 * DAY, Aftermath::Incident),
    ] {
        let found = aftermaths(&changes, &deployments, &incidents, as_of);
        assert_eq!(found.of("1"), aftermath);
    }
}

#[test]
fn a_change_that_no_deployment_brought_is_not_taken_for_harmless() {
    let found = aftermaths(&[merged("1", 0)], &[], &[], 60 * DAY);
    assert_eq!(found.of("1"), Aftermath::NotDeployed);
    assert_eq!(found.of("2"), Aftermath::NotMerged);
}

proptest! {
    #[test]
    fn every_decision_is_counted_once(picks in prop::collection::vec((0..5_usize, 0..5_usize, 0..5_usize), 0..60)) {
        const DECISIONS: [Decision; 5] = [Decision::Pass, Decision::Warn, Decision::Pending, Decision::Inconclusive, Decision::Block];
        const AFTERMATHS: [Aftermath; 5] = [Aftermath::Incident, Aftermath::Quiet, Aftermath::TooYoung, Aftermath::NotDeployed, Aftermath::NotMerged];
        let mut group = Group::default();
        for (then, now, aftermath) in &picks {
            add(&mut group, DECISIONS[*then], DECISIONS[*now], AFTERMATHS[*aftermath]);
        }
        let sum = group.blocked + group.warned + group.passed + group.pending + group.inconclusive;
        prop_assert_eq!(sum, group.decisions);
        let accuracy = group.accuracy;
        let left_out = accuracy.too_young + accuracy.not_deployed + accuracy.not_merged;
        prop_assert_eq!(accuracy.known() + left_out, group.decisions);
        prop_assert_eq!(group.decisions as usize, picks.len());
    }
}
