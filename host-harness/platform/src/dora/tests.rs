mod naive;
mod refused;

use super::*;
use crate::ledger::{Brought, Cause, Delivered, Outage};
use crate::links::Reason;

const HOUR: Timestamp = 3_600_000;
const DAY: Timestamp = 24 * HOUR;
/// 2026-03-02, a Monday.
const FROM: Timestamp = 1_772_409_600_000;
const AS_OF: Timestamp = FROM + 10 * DAY;

fn ledger() -> Ledger {
    let own = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect();
    Ledger {
        as_of: AS_OF,
        services: own(&["checkout", "cart"]),
        repositories: own(&["acme/shop", "acme/cart"]),
        ..Ledger::default()
    }
}

fn deploy(ledger: &mut Ledger, service: u32, repository: Option<u32>, at: Timestamp) -> u32 {
    let place = u32::try_from(ledger.deployments.len()).unwrap();
    ledger.deployments.push(Delivered {
        id: format!("d{place}"),
        service,
        repository,
        at,
    });
    place
}

fn bring(ledger: &mut Ledger, deployment: u32, repository: u32, lead_ms: Timestamp) {
    let at = ledger.deployments.get(deployment as usize).unwrap().at;
    ledger.brought.push(Brought {
        change: format!("c{}", ledger.brought.len()),
        deployment,
        repository,
        merged_at: at - lead_ms,
        lead_ms,
        judged: None,
    });
}

fn cause(deployment: u32, after_ms: Timestamp) -> Cause {
    Cause {
        deployment,
        after_ms,
        reason: Reason::Explicit,
    }
}

fn fail(
    ledger: &mut Ledger,
    cause: impl Into<Option<Cause>>,
    started_at: Timestamp,
    minutes: impl Into<Option<i64>>,
) {
    ledger.outages.push(Outage {
        id: format!("i{}", ledger.outages.len()),
        title: String::new(),
        severity: None,
        service: Some(0),
        started_at,
        resolved_at: minutes.into().map(|minutes| started_at + minutes * 60_000),
        open: false,
        cause: cause.into(),
        change: None,
    });
}

#[track_caller]
fn of(ledger: &Ledger) -> Dora {
    let scope = Scope::default();
    report(ledger, &DoraSettings::default(), &scope, FROM, AS_OF).unwrap()
}

#[track_caller]
fn scoped(ledger: &Ledger, repository: Option<&str>, service: Option<&str>) -> Dora {
    let scope = Scope {
        repository: repository.map(str::to_owned),
        service: service.map(str::to_owned),
    };
    report(ledger, &DoraSettings::default(), &scope, FROM, AS_OF).unwrap()
}

fn left(dora: &Dora, why: Left) -> u32 {
    let mut left = dora.left_out.iter().filter(|one| one.why == why);
    left.next().map_or(0, |one| one.count)
}

#[test]
fn each_figure_of_a_small_company_is_as_counted_by_hand() {
    let mut ledger = ledger();
    for day in 0..5 {
        let place = deploy(&mut ledger, 0, Some(0), FROM + day * DAY);
        bring(&mut ledger, place, 0, (day + 1) * HOUR);
    }
    fail(&mut ledger, cause(1, HOUR), FROM + DAY + HOUR, 30);
    fail(&mut ledger, cause(1, 2 * HOUR), FROM + DAY + 2 * HOUR, 90);
    fail(&mut ledger, cause(4, HOUR), FROM + 4 * DAY + HOUR, 150);
    let dora = of(&ledger);
    assert_eq!(
        dora.frequency,
        Frequency {
            deployments: 5,
            days: 10.0,
            per_day: Some(0.5),
            tier: Some(Tier::High),
            absent: None,
        }
    );
    let hour = 3_600_000.0;
    assert_eq!(
        dora.lead_time,
        LeadTime {
            changes: 5,
            median_ms: Some(3.0 * hour),
            p75_ms: Some(4.0 * hour),
            p90_ms: Some(16_560_000.0),
            tier: Some(Tier::Elite),
            absent: None,
        }
    );
    let rate = dora.change_failure_rate;
    assert_eq!((rate.rate.count, rate.rate.of), (2, 5));
    assert_eq!(
        (rate.tier, rate.absent),
        (None, Some(Absent::BeyondTheTable))
    );
    assert_eq!(
        dora.time_to_restore,
        Restore {
            incidents: 3,
            resolved: 3,
            median_minutes: Some(90.0),
            mean_minutes: Some(90.0),
            tier: Some(Tier::High),
            absent: None,
        }
    );
    assert_eq!(dora.left_out, []);
}

#[test]
fn an_empty_ledger_has_no_figures_and_says_why() {
    let dora = of(&Ledger::default());
    assert_eq!(dora.frequency.per_day, None);
    assert_eq!(dora.frequency.absent, Some(Absent::NoDeployments));
    assert_eq!(dora.lead_time.absent, Some(Absent::NoDeployments));
    assert_eq!(dora.change_failure_rate.rate.interval, None);
    assert_eq!(dora.change_failure_rate.absent, Some(Absent::NoDeployments));
    assert_eq!(dora.time_to_restore.median_minutes, None);
    assert_eq!(dora.time_to_restore.absent, Some(Absent::NoIncidents));
    assert_eq!((dora.services, dora.left_out), (vec![], vec![]));
}

#[test]
fn a_service_without_deployments_is_named_without_figures() {
    let mut ledger = ledger();
    deploy(&mut ledger, 0, None, FROM + DAY);
    let dora = of(&ledger);
    let names = dora.services.iter().map(|one| &*one.service);
    assert_eq!(names.collect::<Vec<_>>(), ["cart", "checkout"]);
    let cart = dora.services.first().unwrap();
    assert_eq!(cart.frequency.deployments, 0);
    assert_eq!(cart.frequency.per_day, None);
    assert_eq!(cart.lead_time.absent, Some(Absent::NoDeployments));
    assert_eq!(cart.change_failure_rate.rate.interval, None);
}

#[test]
fn one_deployment_without_a_known_change_has_a_rate_and_no_lead_time() {
    let mut ledger = ledger();
    deploy(&mut ledger, 0, None, FROM);
    let dora = of(&ledger);
    assert_eq!(dora.frequency.per_day, Some(0.1));
    assert_eq!(dora.lead_time.absent, Some(Absent::NoChanges));
    let rate = dora.change_failure_rate;
    assert_eq!((rate.rate.count, rate.rate.of), (0, 1));
    assert_eq!(rate.tier, Some(Tier::Elite));
}

#[test]
fn both_ends_of_the_window_are_in_it() {
    let mut ledger = ledger();
    for at in [FROM - 1, FROM, AS_OF, AS_OF + 1] {
        deploy(&mut ledger, 0, None, at);
    }
    assert_eq!(of(&ledger).frequency.deployments, 2);
}

#[test]
fn a_young_deployment_counts_in_neither_part_of_the_rate() {
    let mut ledger = ledger();
    let at = AS_OF - 4 * HOUR;
    deploy(&mut ledger, 0, None, at);
    let young = deploy(&mut ledger, 0, None, at + 1);
    fail(&mut ledger, cause(young, HOUR), at + 1 + HOUR, None);
    let dora = of(&ledger);
    let rate = dora.change_failure_rate.rate;
    assert_eq!((rate.count, rate.of), (0, 1));
    assert_eq!(left(&dora, Left::YoungDeployment), 1);
    ledger.deployments.remove(0);
    ledger.outages.clear();
    assert_eq!(
        of(&ledger).change_failure_rate.absent,
        Some(Absent::AllYoung)
    );
}

#[test]
fn an_incident_after_the_window_of_failure_is_no_failure() {
    let mut ledger = ledger();
    for _ in 0..2 {
        deploy(&mut ledger, 0, None, FROM);
    }
    fail(&mut ledger, cause(0, 4 * HOUR), FROM + 4 * HOUR, None);
    let after = 4 * HOUR + 1;
    fail(&mut ledger, cause(1, after), FROM + after, None);
    let dora = of(&ledger);
    assert_eq!(dora.change_failure_rate.rate.count, 1);
    assert_eq!(left(&dora, Left::LateIncident), 1);
    let settings = DoraSettings {
        cfr_window_ms: after,
        ..DoraSettings::default()
    };
    let wider = report(&ledger, &settings, &Scope::default(), FROM, AS_OF).unwrap();
    assert_eq!(wider.change_failure_rate.rate.count, 2);
}

#[test]
fn incidents_without_a_usable_end_are_counted_apart() {
    let mut ledger = ledger();
    let ends = [Some(10), None, Some(-1), None, Some(20 * 24 * 60)];
    for minutes in ends {
        fail(&mut ledger, None, FROM + DAY, minutes);
    }
    ledger.outages.get_mut(3).unwrap().open = true;
    let dora = of(&ledger);
    let restore = dora.time_to_restore;
    assert_eq!((restore.incidents, restore.resolved), (5, 1));
    assert_eq!(restore.median_minutes, Some(10.0));
    assert_eq!(left(&dora, Left::EndUnknown), 1);
    assert_eq!(left(&dora, Left::EndBeforeStart), 1);
    // One goes on, and one was resolved after the report.
    assert_eq!(left(&dora, Left::OpenIncident), 2);
    assert_eq!(left(&dora, Left::UntiedIncident), 5);
    ledger.outages.retain(|one| one.open);
    let restore = of(&ledger).time_to_restore;
    assert_eq!(restore.median_minutes, None);
    assert_eq!(restore.absent, Some(Absent::NoneResolved));
}

#[test]
fn an_incident_without_a_service_counts_in_all_and_is_left_out_of_a_service() {
    let mut ledger = ledger();
    fail(&mut ledger, None, FROM, 5);
    ledger.outages.get_mut(0).unwrap().service = None;
    assert_eq!(of(&ledger).time_to_restore.resolved, 1);
    let dora = scoped(&ledger, None, Some("checkout"));
    assert_eq!(dora.time_to_restore.incidents, 0);
    assert_eq!(left(&dora, Left::UnplacedIncident), 1);
}

#[test]
fn a_repository_counts_its_changes_and_the_deployments_that_brought_them() {
    let mut ledger = ledger();
    let both = deploy(&mut ledger, 0, None, FROM);
    bring(&mut ledger, both, 0, HOUR);
    bring(&mut ledger, both, 1, 3 * HOUR);
    deploy(&mut ledger, 0, None, FROM + HOUR);
    deploy(&mut ledger, 0, Some(1), FROM + HOUR);
    let dora = scoped(&ledger, Some("Acme/Shop"), None);
    assert_eq!(dora.frequency.deployments, 1);
    assert_eq!(dora.lead_time.median_ms, Some(3_600_000.0));
    assert_eq!(left(&dora, Left::UnplacedDeployment), 1);
    let names = dora.services.iter().map(|one| &*one.service);
    assert_eq!(names.collect::<Vec<_>>(), ["checkout"]);
}

#[test]
fn a_service_is_a_row_of_its_own_report() {
    let mut ledger = ledger();
    deploy(&mut ledger, 0, None, FROM);
    deploy(&mut ledger, 1, None, FROM);
    let dora = scoped(&ledger, None, Some("CART"));
    assert_eq!(dora.frequency.deployments, 1);
    assert_eq!(dora.services.len(), 1);
    let row = dora.services.first().unwrap();
    assert_eq!(row.service, "cart");
    assert_eq!(row.frequency, dora.frequency);
}

#[test]
fn a_series_has_a_point_for_every_day_also_without_deployments() {
    let mut ledger = ledger();
    let place = deploy(&mut ledger, 0, None, FROM + DAY + HOUR);
    bring(&mut ledger, place, 0, HOUR);
    let series = of(&ledger).series;
    assert_eq!(series.step, Step::Day);
    let begins: Vec<Timestamp> = series.points.iter().map(|one| one.begins_at).collect();
    assert_eq!(
        begins,
        (0..=10).map(|day| FROM + day * DAY).collect::<Vec<_>>()
    );
    let point = |deployments, settled, begins_at, median_lead_ms| Point {
        begins_at,
        deployments,
        settled,
        failed: 0,
        changes: deployments,
        median_lead_ms,
    };
    assert_eq!(series.points.first(), Some(&point(0, 0, FROM, None)));
    let second = point(1, 1, FROM + DAY, Some(3_600_000.0));
    assert_eq!(series.points.get(1), Some(&second));
}

#[test]
fn a_series_of_more_than_120_days_goes_by_weeks_from_monday() {
    let steps = |days: i64, from: Timestamp| {
        let scope = Scope::default();
        let settings = DoraSettings::default();
        let dora = report(&ledger(), &settings, &scope, from, from + days * DAY).unwrap();
        dora.series
    };
    assert_eq!(steps(120, FROM).step, Step::Day);
    // From a Sunday: its week began six days before.
    let series = steps(121, FROM - DAY);
    assert_eq!(series.step, Step::Week);
    assert_eq!(series.points.len(), 19);
    assert_eq!(series.points.first().unwrap().begins_at, FROM - 7 * DAY);
    assert_eq!(series.points.get(1).unwrap().begins_at, FROM);
}

#[test]
fn what_is_tied_to_nothing_is_repeated() {
    let mut ledger = ledger();
    let unlinked = vec![Unlinked {
        kind: "change".to_owned(),
        why: "nobody deployed it".to_owned(),
        count: 3,
    }];
    ledger.unlinked.clone_from(&unlinked);
    assert_eq!(of(&ledger).unlinked, unlinked);
}
