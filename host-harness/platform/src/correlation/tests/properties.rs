use std::collections::HashMap;

use proptest::prelude::*;

use super::company::{Chance, deploy, fail, judged, ledger};
use super::*;
use crate::decision::Decision;

/// Any small company, with every reason not to know.
fn any(seed: u64, deployments: u32) -> Ledger {
    let mut chance = Chance(seed);
    let mut ledger = ledger(&["acme/shop", "acme/cart", "acme/till"]);
    ledger.services.push("cart".to_owned());
    for _ in 0..deployments {
        let repository =
            [Some(0), Some(1), Some(2), None][usize::try_from(chance.below(4)).unwrap()];
        let mut decisions = Vec::new();
        for _ in 0..chance.below(4) {
            let mut decision = judged(u32::from(chance.below(3) == 0));
            decision.overridden = chance.below(4) == 0;
            decision.summary.unattributed = u32::from(chance.below(9) == 0);
            decision.summary.dependencies =
                [None, Some(0), Some(3), Some(1)][usize::try_from(chance.below(4)).unwrap()];
            if chance.below(9) == 0 {
                decision.summary.decision = Decision::Inconclusive;
            }
            if chance.below(5) == 0 {
                decision.observation = Observation::Reconstructed;
            }
            decisions.push((chance.below(20) > 0).then_some(decision));
        }
        let days = 2 + Timestamp::try_from(chance.below(60)).unwrap();
        let deployment = deploy(&mut ledger, repository, NOW - days * DAY, &decisions);
        ledger.deployments[deployment as usize].service = u32::try_from(chance.below(2)).unwrap();
        for _ in 0..chance.below(3) {
            let after = Timestamp::try_from(chance.below(50 * 24)).unwrap() - 24;
            let outage = fail(&mut ledger, deployment, after * HOUR);
            outage.change = (chance.below(4) == 0).then(|| format!("c{deployment}-0"));
        }
    }
    ledger
}

/// The same ledger with its rows in another order.
fn shuffled(mut ledger: Ledger, seed: u64) -> Ledger {
    let mut chance = Chance(seed);
    let deployments = reorder(&mut ledger.deployments, &mut chance);
    let judged = reorder(&mut ledger.judged, &mut chance);
    let repositories = reorder(&mut ledger.repositories, &mut chance);
    let services = reorder(&mut ledger.services, &mut chance);
    for one in &mut ledger.deployments {
        one.service = services[&one.service];
        one.repository = one.repository.map(|place| repositories[&place]);
    }
    for one in &mut ledger.brought {
        one.deployment = deployments[&one.deployment];
        one.repository = repositories[&one.repository];
        one.judged = one.judged.map(|place| judged[&place]);
    }
    for one in &mut ledger.outages {
        if let Some(cause) = &mut one.cause {
            cause.deployment = deployments[&cause.deployment];
        }
    }
    chance.shuffle(&mut ledger.brought);
    chance.shuffle(&mut ledger.outages);
    ledger
}

/// Puts rows into another order, and says where each went.
fn reorder<T: Clone>(rows: &mut Vec<T>, chance: &mut Chance) -> HashMap<u32, u32> {
    let mut order: Vec<usize> = (0..rows.len()).collect();
    chance.shuffle(&mut order);
    *rows = order.iter().map(|&place| rows[place].clone()).collect();
    (0..)
        .zip(order)
        .map(|(new, old)| (u32::try_from(old).unwrap(), new))
        .collect()
}

fn all(ledger: &Ledger, window: Window, least: u32) -> Correlation {
    let settings = CorrelationSettings {
        window,
        least_exposed: least,
        least_others: least,
        least_incidents: least,
        most_listed: 5,
    };
    report(ledger, &settings, &Scope::default(), 0, NOW).unwrap()
}

proptest! {
    #[test]
    fn every_figure_is_finite_and_no_order_matters(
        seed: u64, deployments in 0_u32..80, window in 0..4_usize, least in 0_u32..6,
    ) {
        let ledger = any(seed, deployments);
        let told = all(&ledger, Window::ALL[window], least);
        let debug = format!("{told:?}");
        prop_assert!(!debug.contains("NaN") && !debug.contains("inf"), "{debug}");
        let other = all(&shuffled(ledger, seed ^ 1), Window::ALL[window], least);
        prop_assert_eq!(serde_json::to_string(&told).unwrap(), serde_json::to_string(&other).unwrap());
    }

    #[test]
    fn every_deployment_is_counted_once(seed: u64, deployments in 0_u32..80) {
        let told = all(&any(seed, deployments), Window::Days14, 20);
        let cohort = told.cohort;
        prop_assert_eq!(cohort.deployments, deployments);
        prop_assert_eq!(cohort.observed + cohort.reconstructed + cohort.unknown.total(), deployments);
        for series in [&told.observed, &told.reconstructed] {
            for one in [&series.headline, &series.all_others, &series.overridden.comparison] {
                let LeftOut { exposed_otherwise, unchanged_dependencies, unknown_dependencies, too_young } = one.left_out;
                let left_out = exposed_otherwise + unchanged_dependencies + unknown_dependencies + too_young;
                prop_assert_eq!(one.exposed_share.of + one.others_share.of + left_out, series.deployments);
            }
        }
    }
}
