//! Delivery, from the imported document.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::ground::{Deployed, Ground};
use super::{DAY, FROM, HOUR, NOW, Timestamp, assert_near, float, team};

#[test]
fn the_figures_of_delivery_are_those_of_the_document() {
    assert_figures(&team().json("dora"), FROM, 4 * HOUR, |_| true);
}

#[test]
fn another_window_and_another_time_to_fail_count_others() {
    let report = team().json("dora --cfr-window 24 --days 30");
    assert_figures(&report, NOW - 30 * DAY, 24 * HOUR, |_| true);
    assert_ne!(
        report["frequency"]["deployments"],
        team().json("dora")["frequency"]["deployments"]
    );
}

#[test]
fn a_service_and_a_repository_have_figures_of_their_own() {
    let of_checkout = |one: &Deployed| one.service == "checkout";
    let report = team().json("dora --service Checkout");
    assert_figures(&report, FROM, 4 * HOUR, of_checkout);
    assert_eq!(report["scope"]["service"], "Checkout");
    let report = team().json("dora --repository Acme/Payments");
    assert_figures(&report, FROM, 4 * HOUR, |one| {
        one.repository == "acme/payments"
    });
}

#[test]
fn each_service_has_the_figures_of_its_own_report() {
    let report = team().json("dora");
    let services = report["services"].as_array().unwrap();
    let names: Vec<&str> = services
        .iter()
        .map(|one| one["service"].as_str().unwrap())
        .collect();
    assert_eq!(
        names,
        [
            "analytics",
            "checkout",
            "payments",
            "platform",
            "storefront"
        ]
    );
    let alone = team().json("dora --service Checkout");
    for figure in ["frequency", "lead-time", "change-failure-rate"] {
        assert_eq!(services[1][figure], alone[figure], "{figure}");
    }
}

#[test]
fn the_days_of_the_series_hold_every_deployment_once() {
    let ground = Ground::of(&team().document);
    let report = team().json("dora");
    assert_eq!(report["series"]["step"], "day");
    let mut days: BTreeMap<Timestamp, (u64, u64, u64)> = BTreeMap::new();
    for day in FROM / DAY..=NOW / DAY {
        days.insert(day * DAY, (0, 0, 0));
    }
    for (place, one) in ground.deployments.iter().enumerate() {
        if let Some(day) = days
            .get_mut(&(one.at / DAY * DAY))
            .filter(|_| one.at >= FROM)
        {
            let failed = ground
                .first_incident(place)
                .is_some_and(|ms| ms <= 4 * HOUR);
            day.0 += 1;
            day.1 += u64::from(failed && NOW - one.at >= 4 * HOUR);
            day.2 += u64::try_from(ground.load(place).count()).unwrap();
        }
    }
    let points = report["series"]["points"].as_array().unwrap();
    let said: Vec<_> = points
        .iter()
        .map(|point| {
            let count = |name: &str| point[name].as_u64().unwrap();
            let begins_at = point["begins-at"].as_i64().unwrap();
            (
                begins_at,
                (count("deployments"), count("failed"), count("changes")),
            )
        })
        .collect();
    assert_eq!(said, days.into_iter().collect::<Vec<_>>());
}

/// Compares a report with the document: of the deployments that are within, and of the changes and incidents of those.
#[track_caller]
fn assert_figures(
    report: &Value,
    from: Timestamp,
    failure: Timestamp,
    within: impl Fn(&Deployed) -> bool,
) {
    let ground = Ground::of(&team().document);
    let (mut deployments, mut settled, mut failed) = (0, 0, 0);
    let mut leads: Vec<Timestamp> = Vec::new();
    for (place, one) in ground.deployments.iter().enumerate() {
        if one.at < from || !within(one) {
            continue;
        }
        deployments += 1;
        leads.extend(ground.load(place).map(|change| one.at - change.at));
        if NOW - one.at >= failure {
            settled += 1;
            failed += u32::from(ground.first_incident(place).is_some_and(|ms| ms <= failure));
        }
    }
    leads.sort_unstable();
    assert!(
        deployments > 20 && failed > 0 && leads.len() > 20,
        "{report}"
    );

    let frequency = &report["frequency"];
    assert_eq!(frequency["deployments"], deployments);
    let days = float(NOW - from) / float(DAY);
    assert_near(&frequency["days"], days, "days");
    assert_near(
        &frequency["per-day"],
        f64::from(deployments) / days,
        "per day",
    );

    let lead = &report["lead-time"];
    assert_eq!(lead["changes"], leads.len());
    for (name, share) in [("median-ms", 0.5), ("p75-ms", 0.75), ("p90-ms", 0.9)] {
        assert_near(&lead[name], quantile(&leads, share), name);
    }

    let rate = &report["change-failure-rate"]["rate"];
    assert_eq!([&rate["count"], &rate["of"]], [failed, settled]);
    let (share, low, high) = wilson(f64::from(failed), f64::from(settled));
    assert_near(&rate["interval"]["share"], share, "share");
    assert_near(&rate["interval"]["low"], low, "low");
    assert_near(&rate["interval"]["high"], high, "high");

    let services: Vec<&str> = ground
        .deployments
        .iter()
        .filter(|one| within(one))
        .map(|one| one.service.as_str())
        .collect();
    let begun = || {
        let all = ground.incidents.iter();
        all.filter(|one| one.started_at >= from && services.contains(&one.service.as_str()))
    };
    // Of a repository are the incidents whose deployment is; of the one that is tied to none it is not known.
    let of_repository = !report["scope"]["repository"].is_null();
    let counted = || begun().filter(|one| !of_repository || one.cause.is_some());
    let mut lasted: Vec<Timestamp> = counted()
        .filter_map(|one| Some(one.resolved_at? - one.started_at))
        .collect();
    lasted.sort_unstable();
    let restore = &report["time-to-restore"];
    assert_eq!(
        [&restore["incidents"], &restore["resolved"]],
        [counted().count(), lasted.len()]
    );
    let minute = 60_000.0;
    assert_near(
        &restore["median-minutes"],
        quantile(&lasted, 0.5) / minute,
        "median",
    );
    let mean = float(lasted.iter().sum::<Timestamp>()) / float(lasted.len()) / minute;
    assert_near(&restore["mean-minutes"], mean, "mean");

    let left = |why: &str| {
        let rows = report["left-out"].as_array().unwrap().iter();
        let mut found = rows.filter(|row| row["why"] == why);
        found.next().map_or(json!(0), |row| row["count"].clone())
    };
    let untied = counted().filter(|one| one.cause.is_none()).count();
    let late = counted()
        .filter(|one| one.cause.is_some_and(|(_, ms)| ms > failure))
        .count();
    assert_eq!(left("young-deployment"), deployments - settled);
    assert_eq!(left("untied-incident"), untied);
    assert_eq!(left("late-incident"), late);
    assert_eq!(left("open-incident"), counted().count() - lasted.len());
}

/// Type 7: the places between which the share of all but one lies, and what is between them in proportion.
fn quantile(rising: &[Timestamp], share: f64) -> f64 {
    let place = share * float(rising.len() - 1);
    let mut below = 0;
    while float(below + 1) <= place {
        below += 1;
    }
    let low = float(rising[below]);
    let high = float(rising[(below + 1).min(rising.len() - 1)]);
    low + (high - low) * (place - float(below))
}

/// The two shares p from which the seen one is just so many standard errors of p away.
fn wilson(count: f64, of: f64) -> (f64, f64, f64) {
    let z2 = Z * Z;
    let share = count / of;
    // p² (1 + z²/n) − p (2 s + z²/n) + s² = 0
    let (a, b, c) = (1.0 + z2 / of, 2.0 * share + z2 / of, share * share);
    let root = (b * b - 4.0 * a * c).sqrt();
    (share, (b - root) / (2.0 * a), (b + root) / (2.0 * a))
}

/// The normal distribution's 97.5 % quantile.
const Z: f64 = 1.959_963_984_540_054;
