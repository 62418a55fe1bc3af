//! Ledgers made by hand, and companies made by a seed.

use super::*;
use crate::decision::Decision;
use crate::ledger::{Brought, Cause, Delivered, Judged, Outage, Summary};
use crate::links::Reason;

/// A decision that introduced so many vulnerabilities of 7.0 or more, and changed a dependency.
pub(super) fn judged(introduced_high: u32) -> Judged {
    Judged {
        change: String::new(),
        repository: 0,
        head_sha: String::new(),
        as_of: 0,
        observation: Observation::Observed,
        summary: Summary {
            decision: Decision::Pass,
            enforced: true,
            told: true,
            introduced_high,
            introduced_low: 0,
            introduced_unscored: 0,
            introduced_highest: (introduced_high > 0).then_some(75),
            unattributed: 0,
            dependencies: Some(1),
            waived: 0,
            security: 0,
            score: 0,
        },
        overridden: false,
        marked_as_success: false,
    }
}

/// A ledger of one service and these repositories.
pub(super) fn ledger(repositories: &[&str]) -> Ledger {
    Ledger {
        as_of: NOW,
        services: vec!["shop".to_owned()],
        repositories: repositories.iter().map(|&name| name.to_owned()).collect(),
        ..Ledger::default()
    }
}

/// Adds a deployment that brought changes with these decisions; none is of one that was never judged. Gives its place.
pub(super) fn deploy(
    ledger: &mut Ledger,
    repository: Option<u32>,
    at: Timestamp,
    decisions: &[Option<Judged>],
) -> u32 {
    let deployment = u32::try_from(ledger.deployments.len()).unwrap();
    ledger.deployments.push(Delivered {
        id: format!("d{deployment}"),
        service: 0,
        repository,
        at,
    });
    for (number, decision) in decisions.iter().enumerate() {
        let change = format!("c{deployment}-{number}");
        let place = decision
            .as_ref()
            .map(|_| u32::try_from(ledger.judged.len()).unwrap());
        ledger
            .judged
            .extend(decision.clone().map(|decision| Judged {
                change: change.clone(),
                ..decision
            }));
        ledger.brought.push(Brought {
            change,
            deployment,
            repository: repository.unwrap_or(0),
            merged_at: at,
            lead_ms: 0,
            judged: place,
        });
    }
    deployment
}

/// Ties an incident to a deployment.
pub(super) fn fail(ledger: &mut Ledger, deployment: u32, after_ms: Timestamp) -> &mut Outage {
    let at = ledger.deployments[deployment as usize].at;
    ledger.outages.push(Outage {
        id: format!("i{}", ledger.outages.len()),
        title: "it broke".to_owned(),
        severity: None,
        service: Some(0),
        started_at: at + after_ms,
        resolved_at: None,
        open: true,
        cause: Some(Cause {
            deployment,
            after_ms,
            reason: Reason::Explicit,
        }),
        change: None,
    });
    ledger.outages.last_mut().unwrap()
}

/// Adds as many deployments of a repository as a table counts: exposed with an incident and without, others likewise.
pub(super) fn fill(
    ledger: &mut Ledger,
    repository: Option<u32>,
    table: [u32; 4],
    decision: &Judged,
) {
    for (count, exposed, incident) in [
        (table[0], true, true),
        (table[1], true, false),
        (table[2], false, true),
        (table[3], false, false),
    ] {
        for number in 0..count {
            let mut decision = decision.clone();
            decision.summary.introduced_high = u32::from(exposed);
            let at = Timestamp::from(number) * DAY;
            let deployment = deploy(ledger, repository, at, &[Some(decision)]);
            if incident {
                fail(ledger, deployment, Timestamp::from(number % 10 + 1) * DAY);
            }
        }
    }
}

/// A ledger of one repository with the cells of a table.
pub(super) fn of_table(table: [u32; 4]) -> Ledger {
    let mut ledger = ledger(&["acme/shop"]);
    fill(&mut ledger, Some(0), table, &judged(0));
    ledger
}

/// A company whose deployments have incidents by a known law.
pub(super) struct Company {
    pub(super) seed: u64,
    /// Of each repository: how many deployments, the share that is exposed, and the risk of those that are not, in
    /// thousandths.
    pub(super) repositories: Vec<(u32, u64, u64)>,
    /// How many times the risk of the others exposed ones run, in tenths.
    pub(super) risk_ratio: u64,
}

impl Company {
    /// Five repositories of different habits.
    pub(super) fn new(seed: u64, deployments: u32, risk_ratio: u64) -> Self {
        let of_each = deployments / 5;
        let habits = [(150, 30), (200, 40), (250, 50), (100, 60), (300, 50)];
        Self {
            seed,
            repositories: habits.map(|(share, risk)| (of_each, share, risk)).to_vec(),
            risk_ratio,
        }
    }

    pub(super) fn ledger(&self) -> Ledger {
        let names: Vec<String> = (0..self.repositories.len())
            .map(|number| format!("acme/r{number}"))
            .collect();
        let mut ledger = ledger(&names.iter().map(String::as_str).collect::<Vec<_>>());
        let mut chance = Chance(self.seed);
        for (place, (deployments, share, risk)) in (0..).zip(&self.repositories) {
            for number in 0..*deployments {
                let exposed = chance.below(1000) < *share;
                let risk = if exposed {
                    risk * self.risk_ratio / 10
                } else {
                    *risk
                };
                let mut decision = judged(u32::from(exposed));
                // A third of the rest touches no dependency, and has half the risk.
                let touches = exposed || chance.below(3) > 0;
                decision.summary.dependencies = Some(u32::from(touches));
                let risk = if touches { risk } else { risk / 2 };
                let at = Timestamp::from(number) * HOUR;
                let deployment = deploy(&mut ledger, Some(place), at, &[Some(decision)]);
                if chance.below(1000) < risk {
                    let after = Timestamp::try_from(chance.below(14 * 24)).unwrap() * HOUR;
                    fail(&mut ledger, deployment, after);
                }
            }
        }
        ledger
    }
}

/// Numbers that look like chance: G. L. Steele and others, "Fast splittable pseudorandom number generators", 2014.
pub(super) struct Chance(pub(super) u64);

impl Chance {
    pub(super) fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % end
    }

    /// Puts a list into another order.
    pub(super) fn shuffle<T>(&mut self, list: &mut [T]) {
        for last in (1..list.len()).rev() {
            let other = self.below(last as u64 + 1);
            list.swap(last, usize::try_from(other).unwrap());
        }
    }
}
