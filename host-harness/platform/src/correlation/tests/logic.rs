use super::company::{deploy, fail, fill, judged, ledger, of_table};
use super::*;
use crate::decision::Decision;
use crate::ledger::Judged;
use crate::links::Reason;
use crate::stats::two_by_two::Table;

/// A decision that introduced nothing of 7.0 or more, but for what is changed.
fn but(change: impl Fn(&mut Judged)) -> Judged {
    let mut decision = judged(0);
    change(&mut decision);
    decision
}

fn cells(table: &Table) -> [u32; 4] {
    [
        table.exposed_event,
        table.exposed_no_event,
        table.unexposed_event,
        table.unexposed_no_event,
    ]
}

#[test]
fn one_change_that_introduced_a_high_one_exposes_its_deployment_whatever_the_others_are() {
    let mut ledger = ledger(&["acme/shop"]);
    deploy(
        &mut ledger,
        Some(0),
        0,
        &[Some(judged(0)), Some(judged(2)), None],
    );
    let told = told(&ledger);
    assert_eq!(cells(&told.observed.headline.table), [0, 1, 0, 0]);
    assert_eq!(told.cohort.unknown.total(), 0);
}

#[test]
fn an_exposure_that_nobody_knows_is_in_no_arm_and_counted_by_its_first_reason() {
    let mut ledger = ledger(&["acme/shop"]);
    let not_told = Some(but(|one| one.summary.told = false));
    let blocked_otherwise = Some(but(|one| {
        one.summary.decision = Decision::Block;
        one.summary.told = false;
    }));
    let unattributed = Some(but(|one| one.summary.unattributed = 1));
    let unscored = Some(but(|one| one.summary.introduced_unscored = 1));
    for decisions in [
        vec![],
        vec![Some(judged(0)), None, not_told.clone()],
        vec![not_told, unattributed.clone()],
        vec![blocked_otherwise],
        vec![unscored.clone(), unattributed],
        vec![unscored],
        vec![Some(judged(0)), Some(judged(0))],
    ] {
        deploy(&mut ledger, Some(0), 0, &decisions);
    }
    let told = told(&ledger);
    let unknown = Unknown {
        no_change: 1,
        never_judged: 1,
        not_told: 2,
        unattributed: 1,
        unscored: 1,
    };
    assert_eq!(told.cohort.unknown, unknown);
    assert_eq!((told.cohort.deployments, told.cohort.observed), (7, 1));
    assert_eq!(cells(&told.observed.all_others.table), [0, 0, 0, 1]);
}

#[test]
fn the_headline_compares_with_those_that_changed_dependencies_too() {
    let mut ledger = ledger(&["acme/shop"]);
    let unchanged = Some(but(|one| one.summary.dependencies = Some(0)));
    let unknown = Some(but(|one| one.summary.dependencies = None));
    for decisions in [
        vec![Some(judged(1))],
        vec![Some(judged(0))],
        vec![unknown.clone(), Some(judged(0)), unchanged.clone()],
        vec![unchanged.clone()],
        vec![unchanged, unknown],
    ] {
        deploy(&mut ledger, Some(0), 0, &decisions);
    }
    let series = told(&ledger).observed;
    assert_eq!(cells(&series.headline.table), [0, 1, 0, 2]);
    let left_out = LeftOut {
        unchanged_dependencies: 1,
        unknown_dependencies: 1,
        ..LeftOut::default()
    };
    assert_eq!(series.headline.left_out, left_out);
    assert_eq!(cells(&series.all_others.table), [0, 1, 0, 4]);
    assert_eq!(series.all_others.left_out, LeftOut::default());
}

#[test]
fn what_was_rebuilt_is_never_counted_with_what_was_observed() {
    let mut ledger = ledger(&["acme/shop"]);
    let rebuilt = Some(but(|one| one.observation = Observation::Reconstructed));
    deploy(&mut ledger, Some(0), 0, &[Some(judged(1))]);
    let mixed = deploy(&mut ledger, Some(0), 0, &[Some(judged(1)), rebuilt.clone()]);
    deploy(&mut ledger, Some(0), 0, &[rebuilt]);
    fail(&mut ledger, mixed, DAY);
    let told = told(&ledger);
    assert_eq!(cells(&told.observed.headline.table), [0, 1, 0, 0]);
    assert_eq!(cells(&told.reconstructed.headline.table), [1, 0, 0, 1]);
    assert_eq!((told.cohort.observed, told.cohort.reconstructed), (1, 2));
}

#[test]
fn both_ends_of_the_window_count_and_nothing_before_or_after() {
    let mut ledger = ledger(&["acme/shop"]);
    for after in [-1, 0, 14 * DAY, 14 * DAY + 1] {
        let deployment = deploy(&mut ledger, Some(0), 0, &[Some(judged(1))]);
        fail(&mut ledger, deployment, after);
    }
    let series = told(&ledger).observed;
    assert_eq!(cells(&series.headline.table), [2, 2, 0, 0]);
    let windows: Vec<[u32; 4]> = series.windows.iter().map(|one| cells(&one.table)).collect();
    assert_eq!(
        windows,
        [[1, 3, 0, 0], [1, 3, 0, 0], [2, 2, 0, 0], [3, 1, 0, 0]]
    );
}

#[test]
fn several_incidents_of_a_deployment_are_one_event() {
    let mut ledger = ledger(&["acme/shop"]);
    let deployment = deploy(&mut ledger, Some(0), 0, &[Some(judged(1))]);
    fail(&mut ledger, deployment, DAY);
    fail(&mut ledger, deployment, HOUR);
    let told = told(&ledger);
    assert_eq!(cells(&told.observed.headline.table), [1, 0, 0, 0]);
    assert_eq!(told.ties.listed.len(), 2);
}

#[test]
fn young_deployments_are_left_out_of_tables_and_watched_as_long_as_they_were_seen() {
    let mut ledger = ledger(&["acme/shop"]);
    deploy(&mut ledger, Some(0), NOW - 14 * DAY, &[Some(judged(1))]);
    let young = deploy(&mut ledger, Some(0), NOW - 14 * DAY + 1, &[Some(judged(1))]);
    fail(&mut ledger, young, 7 * DAY);
    let series = told(&ledger).observed;
    assert_eq!(cells(&series.headline.table), [0, 1, 0, 0]);
    assert_eq!(series.headline.left_out.too_young, 1);
    let young: Vec<u32> = series.windows.iter().map(|one| one.too_young).collect();
    assert_eq!(young, [0, 0, 1, 2]);
    let lasting = series.times.exposed;
    assert_eq!((lasting.deployments, lasting.with_incident), (2, 1));
    assert_eq!(
        lasting.free.known().unwrap().share.to_bits(),
        0.5_f64.to_bits()
    );
    let mean = lasting.restricted_mean_days.known().unwrap();
    assert_eq!(mean.to_bits(), 10.5_f64.to_bits());
    assert_eq!(
        series.times.others.free,
        Figure::Absent(Absent::NothingCounted)
    );
}

#[test]
fn a_window_that_nobody_was_watched_for_is_not_reached() {
    let mut ledger = ledger(&["acme/shop"]);
    deploy(&mut ledger, Some(0), NOW - DAY, &[Some(judged(1))]);
    let lasting = told(&ledger).observed.times.exposed;
    assert_eq!(lasting.free, Figure::Absent(Absent::NotReached));
    assert_eq!(
        lasting.restricted_mean_days,
        Figure::Absent(Absent::NotReached)
    );
    let times: Vec<Timestamp> = lasting.points.iter().map(|one| one.after_ms).collect();
    assert_eq!(times, [0, DAY]);
}

#[test]
fn only_what_lies_between_both_times_counts() {
    let mut ledger = ledger(&["acme/shop"]);
    for at in [9, 10, 20, 21] {
        let deployment = deploy(&mut ledger, Some(0), at * DAY, &[Some(judged(1))]);
        fail(&mut ledger, deployment, DAY);
    }
    let settings = CorrelationSettings {
        window: Window::Hours4,
        ..CorrelationSettings::default()
    };
    let told = report(&ledger, &settings, &Scope::default(), 10 * DAY, 20 * DAY).unwrap();
    assert_eq!(told.cohort.deployments, 2);
    assert_eq!(
        told.ties.listed.len(),
        1,
        "what came later is not known yet"
    );
}

#[test]
fn nothing_is_known_after_the_ledger_was_made() {
    let ledger = of_table([1, 1, 1, 1]);
    let settings = CorrelationSettings::default();
    let told = report(&ledger, &settings, &Scope::default(), 0, Timestamp::MAX).unwrap();
    assert_eq!(told.as_of, NOW);
}

#[test]
fn let_pass_deployments_are_a_series_of_their_own_and_part_of_theirs() {
    let mut ledger = ledger(&["acme/shop"]);
    let overridden = |high| {
        Some(but(move |one| {
            one.summary.introduced_high = high;
            one.overridden = true;
        }))
    };
    let failed = deploy(&mut ledger, Some(0), 0, &[overridden(1)]);
    fail(&mut ledger, failed, DAY);
    deploy(&mut ledger, Some(0), 0, &[Some(judged(0)), overridden(0)]);
    deploy(&mut ledger, Some(0), 0, &[Some(judged(1))]);
    let series = told(&ledger).observed;
    assert_eq!(cells(&series.headline.table), [1, 1, 0, 1]);
    let own = &series.overridden;
    assert_eq!((own.deployments, own.exposed), (2, 1));
    assert_eq!(cells(&own.comparison.table), [1, 0, 0, 1]);
    assert_eq!(own.comparison.left_out.exposed_otherwise, 1);
    assert_eq!(series.marked_as_success.deployments, 0);
}

#[test]
fn an_incident_that_names_a_change_is_tied_to_that_alone() {
    let mut ledger = ledger(&["acme/shop"]);
    let deployment = deploy(
        &mut ledger,
        Some(0),
        0,
        &[Some(judged(1)), Some(judged(0)), Some(judged(1))],
    );
    fail(&mut ledger, deployment, DAY).change = Some("c0-2".to_owned());
    fail(&mut ledger, deployment, 2 * DAY).change = Some("c0-1".to_owned());
    fail(&mut ledger, deployment, 3 * DAY);
    let ties = told(&ledger).ties;
    let pairs: Vec<(&str, &str)> = ties
        .listed
        .iter()
        .map(|one| (one.incident.as_str(), one.change.as_str()))
        .collect();
    assert_eq!(pairs, [("i2", "c0-0"), ("i2", "c0-2"), ("i0", "c0-2")]);
    assert_eq!((ties.named_another, ties.more), (1, 0));
}

#[test]
fn the_list_says_what_is_tied_to_what_and_counts_what_it_leaves_out() {
    let mut ledger = ledger(&["acme/shop"]);
    let exposed = deploy(&mut ledger, Some(0), DAY, &[Some(judged(1))]);
    let other = deploy(&mut ledger, Some(0), DAY, &[Some(judged(0))]);
    fail(&mut ledger, exposed, DAY);
    fail(&mut ledger, exposed, 40 * DAY);
    fail(&mut ledger, other, DAY);
    let settings = CorrelationSettings {
        most_listed: 1,
        ..CorrelationSettings::default()
    };
    let ties = report(&ledger, &settings, &Scope::default(), 0, NOW)
        .unwrap()
        .ties;
    let expected = Tied {
        change: "c0-0".to_owned(),
        repository: Some("acme/shop".to_owned()),
        highest: Some(75),
        observation: Observation::Observed,
        deployment: "d0".to_owned(),
        service: Some("shop".to_owned()),
        incident: "i1".to_owned(),
        title: "it broke".to_owned(),
        started_at: 41 * DAY,
        after_ms: 40 * DAY,
        within_window: false,
        reason: Reason::Explicit,
    };
    assert_eq!((ties.listed, ties.more), (vec![expected], 1));
}

#[test]
fn an_empty_ledger_is_insufficient_and_names_what_is_missing() {
    let told = told(&Ledger::default());
    assert_eq!(told.cohort, Cohort::default());
    let lacking = Lacking {
        exposed: 20,
        others: 20,
        incidents: 5,
    };
    let verdict = Verdict::InsufficientData {
        lacking,
        smallest_risk_ratio: Figure::Absent(Absent::NothingCounted),
    };
    assert_eq!(told.observed.headline.verdict, verdict);
    assert_eq!(
        told.observed.headline.crude,
        Figure::Absent(Absent::InsufficientData)
    );
}

#[test]
fn one_arm_alone_is_insufficient() {
    let told = told(&of_table([20, 80, 0, 0]));
    let Verdict::InsufficientData {
        lacking,
        smallest_risk_ratio,
    } = told.observed.headline.verdict
    else {
        panic!("{:?}", told.observed.headline.verdict);
    };
    assert_eq!(
        (lacking.exposed, lacking.others, lacking.incidents),
        (0, 20, 0)
    );
    assert_eq!(
        smallest_risk_ratio,
        Figure::Absent(Absent::InsufficientData)
    );
}

#[test]
fn places_that_lead_nowhere_are_unknown() {
    let mut ledger = of_table([1, 0, 0, 0]);
    ledger.deployments[0].service = 9;
    ledger.deployments[0].repository = Some(9);
    ledger.brought[0].repository = 9;
    let mut astray = ledger.brought[0].clone();
    astray.deployment = 9;
    ledger.brought.push(astray);
    let told = told(&ledger);
    assert_eq!(cells(&told.observed.headline.table), [1, 0, 0, 0]);
    assert_eq!(told.observed.repositories[0].repository, None);
    assert_eq!(
        (
            &told.ties.listed[0].service,
            &told.ties.listed[0].repository
        ),
        (&None, &None)
    );
    ledger.brought[0].judged = Some(9);
    assert_eq!(super::told(&ledger).cohort.unknown.never_judged, 1);
}

#[test]
fn a_scope_takes_its_own_and_counts_what_it_cannot_tell() {
    let mut ledger = ledger(&["acme/shop", "acme/cart"]);
    fill(&mut ledger, Some(0), [1, 1, 1, 1], &judged(0));
    fill(&mut ledger, Some(1), [1, 2, 3, 4], &judged(0));
    deploy(&mut ledger, None, 0, &[]);
    let settings = CorrelationSettings::default();
    let scope = |name: &str| Scope {
        repository: Some(name.to_owned()),
        service: None,
    };
    let told = report(&ledger, &settings, &scope("Acme/Cart"), 0, NOW).unwrap();
    assert_eq!(cells(&told.observed.headline.table), [1, 2, 3, 4]);
    assert_eq!(
        (told.cohort.deployments, told.cohort.scope_unknown),
        (10, 1)
    );
    assert_eq!(told.ties.listed.len(), 1);
    let error = report(&ledger, &settings, &scope("acme/card"), 0, NOW).unwrap_err();
    assert_eq!(
        error.to_string(),
        "repository `acme/card` is not known; did you mean `acme/cart`?"
    );
}
