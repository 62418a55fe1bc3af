//! Every figure, recomputed the slow way: for each deployment, look through everything.

use proptest::prelude::*;

use super::*;

const SPAN: Timestamp = 200 * DAY;

/// Rows of any kind, in order, about a window of at most `SPAN` from `FROM`.
fn ledgers() -> impl Strategy<Value = Ledger> {
    let deployment = (0..2_u32, prop::option::of(0..2_u32), -DAY..SPAN + DAY);
    let brought = (any::<prop::sample::Index>(), 0..2_u32, 0..40 * DAY);
    let outage = (
        prop::option::of((any::<prop::sample::Index>(), 0..8 * HOUR)),
        prop::option::of(0..2_u32),
        -DAY..SPAN + DAY,
        prop::option::of(-HOUR..20 * DAY),
        any::<bool>(),
    );
    let few = 0..12_usize;
    let rows = (
        prop::collection::vec(deployment, few.clone()),
        prop::collection::vec(brought, few.clone()),
        prop::collection::vec(outage, few),
    );
    rows.prop_map(|(mut deployments, brought, outages)| {
        let mut ledger = ledger();
        deployments.sort_by_key(|one| one.2);
        for (service, repository, at) in deployments {
            deploy(&mut ledger, service, repository, FROM + at);
        }
        if ledger.deployments.is_empty() {
            return ledger;
        }
        let of = u32::try_from(ledger.deployments.len()).unwrap();
        let place = |index: prop::sample::Index| u32::try_from(index.index(of as usize)).unwrap();
        for (index, repository, lead_ms) in brought {
            bring(&mut ledger, place(index), repository, lead_ms);
        }
        for (tied, service, at, lasted_ms, open) in outages {
            let cause = tied.map(|(index, after_ms)| cause(place(index), after_ms));
            let deployed_at = cause.map(|cause| {
                let deployment = ledger.deployments.get(cause.deployment as usize);
                deployment.unwrap().at + cause.after_ms
            });
            let started_at = deployed_at.unwrap_or(FROM + at);
            fail(&mut ledger, cause, started_at, None);
            let last = ledger.outages.last_mut().unwrap();
            last.service = service;
            last.resolved_at = lasted_ms.map(|ms| started_at + ms);
            last.open = open;
        }
        ledger
    })
}

/// Whether a deployment is in the window, and of the scope: its service, and its repository or one that it brought.
fn is_in(ledger: &Ledger, place: usize, scope: (Option<u32>, Option<u32>), to: Timestamp) -> bool {
    let one = &ledger.deployments[place];
    let (repository, service) = scope;
    let brings = ledger.brought.iter().any(|brought| {
        brought.deployment as usize == place && Some(brought.repository) == repository
    });
    FROM <= one.at
        && one.at <= to
        && service.is_none_or(|service| service == one.service)
        && (repository.is_none() || one.repository == repository || brings)
}

fn naive_median(mut values: Vec<Timestamp>) -> Option<f64> {
    values.sort_unstable();
    let middle = values.len() / 2;
    let float = figures::float;
    match values.len() {
        0 => None,
        odd if odd % 2 == 1 => Some(float(values[middle])),
        _ => Some(f64::midpoint(
            float(values[middle - 1]),
            float(values[middle]),
        )),
    }
}

fn close(one: Option<f64>, other: Option<f64>) -> bool {
    match (one, other) {
        (Some(one), Some(other)) => (one - other).abs() < 1e-6,
        (one, other) => one.is_none() && other.is_none(),
    }
}

proptest! {
    #[test]
    fn the_figures_are_those_of_a_naive_recomputation(
        ledger in ledgers(),
        repository in prop::option::of(0..2_u32),
        service in prop::option::of(0..2_u32),
        days in 1..200_i64,
        window_hours in 1..8_i64,
    ) {
        let to = FROM + days * DAY;
        let window = window_hours * HOUR;
        let scope = Scope {
            repository: repository.map(|place| ledger.repositories[place as usize].clone()),
            service: service.map(|place| ledger.services[place as usize].clone()),
        };
        let settings = DoraSettings { cfr_window_ms: window, ..DoraSettings::default() };
        let dora = report(&ledger, &settings, &scope, FROM, to).unwrap();

        let picked: Vec<usize> = (0..ledger.deployments.len())
            .filter(|place| is_in(&ledger, *place, (repository, service), to))
            .collect();
        prop_assert_eq!(dora.frequency.deployments as usize, picked.len());

        let settled: Vec<usize> = picked
            .iter()
            .copied()
            .filter(|place| ledger.deployments[*place].at + window <= to)
            .collect();
        let failed = settled.iter().filter(|place| {
            let blamed = |cause: Cause| {
                cause.deployment as usize == **place && cause.after_ms <= window
            };
            ledger.outages.iter().any(|one| one.cause.is_some_and(blamed))
        });
        let rate = dora.change_failure_rate.rate;
        prop_assert_eq!(rate.count as usize, failed.count());
        prop_assert_eq!(rate.of as usize, settled.len());
        let young = left(&dora, Left::YoungDeployment) as usize;
        prop_assert_eq!(young, picked.len() - settled.len());

        let leads: Vec<Timestamp> = ledger
            .brought
            .iter()
            .filter(|one| repository.is_none_or(|repository| repository == one.repository))
            .filter(|one| picked.contains(&(one.deployment as usize)))
            .map(|one| one.lead_ms)
            .collect();
        prop_assert_eq!(dora.lead_time.changes as usize, leads.len());
        prop_assert!(close(dora.lead_time.median_ms, naive_median(leads)));

        let sum = |count: fn(&Point) -> u32| dora.series.points.iter().map(count).sum::<u32>();
        prop_assert_eq!(sum(|one| one.deployments), dora.frequency.deployments);
        prop_assert_eq!(sum(|one| one.settled), rate.of);
        prop_assert_eq!(sum(|one| one.failed), rate.count);
        prop_assert_eq!(sum(|one| one.changes), dora.lead_time.changes);
        let of_services = dora.services.iter().map(|one| one.frequency.deployments);
        prop_assert_eq!(of_services.sum::<u32>(), dora.frequency.deployments);
    }

    #[test]
    fn every_incident_of_the_window_is_restored_or_left_out_for_one_reason(ledger in ledgers()) {
        let to = FROM + SPAN;
        let (settings, scope) = (DoraSettings::default(), Scope::default());
        let dora = report(&ledger, &settings, &scope, FROM, to).unwrap();
        let began = ledger.outages.iter();
        let began: Vec<&Outage> = began
            .filter(|one| FROM <= one.started_at && one.started_at <= to)
            .collect();
        let lasted: Vec<Timestamp> = began
            .iter()
            .filter(|one| !one.open)
            .filter_map(|one| Some((one.started_at, one.resolved_at?)))
            .filter(|(start, end)| start <= end && *end <= to)
            .map(|(start, end)| end - start)
            .collect();
        let restore = dora.time_to_restore;
        prop_assert_eq!(restore.incidents as usize, began.len());
        prop_assert_eq!(restore.resolved as usize, lasted.len());
        let minutes = naive_median(lasted).map(|ms| ms / 60_000.0);
        prop_assert!(close(restore.median_minutes, minutes));
        let apart = [Left::OpenIncident, Left::EndUnknown, Left::EndBeforeStart];
        let apart = apart.iter().map(|why| left(&dora, *why));
        prop_assert_eq!(restore.incidents - restore.resolved, apart.sum::<u32>());
    }
}

#[test]
fn a_hundred_thousand_deployments_are_counted_exactly() {
    const COUNT: u32 = 100_000;
    let mut ledger = ledger();
    for number in 0..COUNT {
        let at = FROM + i64::from(number) * SPAN / i64::from(COUNT);
        let place = deploy(&mut ledger, number % 2, Some(number % 2), at);
        bring(&mut ledger, place, number % 2, i64::from(number) * 1000);
        if number % 10 == 0 {
            fail(
                &mut ledger,
                cause(place, HOUR),
                at + HOUR,
                i64::from(number % 100),
            );
        }
    }
    let to = FROM + SPAN + 4 * HOUR;
    let dora = report(
        &ledger,
        &DoraSettings::default(),
        &Scope::default(),
        FROM,
        to,
    )
    .unwrap();
    assert_eq!(dora.frequency.deployments, COUNT);
    let rate = dora.change_failure_rate.rate;
    assert_eq!((rate.count, rate.of), (COUNT / 10, COUNT));
    assert!(close(
        dora.lead_time.median_ms,
        Some(f64::from(COUNT - 1) / 2.0 * 1000.0)
    ));
    assert_eq!(dora.time_to_restore.resolved, COUNT / 10);
    assert_eq!(dora.time_to_restore.mean_minutes, Some(45.0));
    let rows = dora.services.iter().map(|one| one.frequency.deployments);
    assert_eq!(rows.collect::<Vec<_>>(), [COUNT / 2; 2]);
    assert_eq!(dora.series.points.len(), 29);
}
