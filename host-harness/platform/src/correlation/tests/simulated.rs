//! Whether the report finds what is there, and nothing else.

use super::company::Company;
use super::*;

/// How often a company of each seed is said to be associated with more incidents, fewer, and neither.
fn verdicts(seeds: u64, deployments: u32, risk_ratio: u64) -> [u32; 3] {
    let mut counts = [0; 3];
    for seed in 1..=seeds {
        let ledger = Company::new(seed, deployments, risk_ratio).ledger();
        counts[match told(&ledger).observed.headline.verdict {
            Verdict::Associated {
                direction: Direction::More,
            } => 0,
            Verdict::Associated {
                direction: Direction::Fewer,
            } => 1,
            Verdict::Inconclusive { .. } => 2,
            Verdict::InsufficientData { lacking, .. } => panic!("{lacking:?}"),
        }] += 1;
    }
    counts
}

#[test]
fn three_times_the_risk_is_found_in_every_company_of_2000_deployments() {
    assert_eq!(verdicts(20, 2_000, 30), [20, 0, 0]);
}

#[test]
fn no_effect_is_taken_for_one_in_at_most_one_company_of_twenty() {
    let [more, fewer, neither] = verdicts(100, 1_000, 10);
    assert!(more + fewer <= 5, "{more} {fewer} {neither}");
}

#[test]
fn a_third_of_the_risk_is_never_taken_for_more() {
    let [more, fewer, _] = verdicts(20, 5_000, 3);
    assert_eq!((more, fewer), (0, 20));
}

#[test]
fn what_could_have_been_seen_is_larger_in_a_smaller_company() {
    let smallest = |deployments| {
        let told = told(&Company::new(1, deployments, 10).ledger());
        match told.observed.headline.verdict {
            Verdict::Inconclusive {
                smallest_risk_ratio,
                ..
            } => *smallest_risk_ratio.known().unwrap(),
            verdict => panic!("{verdict:?}"),
        }
    };
    let (small, large) = (smallest(1_000), smallest(10_000));
    assert!(1.0 < large && large < small, "{large} {small}");
}
