//! Faults of an upstream: absorbed or reported, never silent and never endless.

use std::time::Duration;

use koalr_tests::faults::{Must, Set, Trouble, cases, meet};
use koalr_upstream::{Fault, Occurrence};

/// Three pages of issues in each of two organizations. The second page is hit: one with a page before and behind it.
const SET: Set = Set {
    organizations: 2,
    projects: 4,
    issues: 600,
    latency: Duration::ZERO,
    in_order: true,
    occurrence: Occurrence::Nth(2),
};

/// Meets all cases of a kind that ask nobody to wait.
fn meet_all(must: Must) {
    let waits = |fault: &Fault| matches!(fault, Fault::Limited(_) | Fault::Status(502..=504, _));
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .event_interval(1)
        .build()
        .unwrap();
    let mut met_any = false;
    for case in cases() {
        let waiting = match &case.trouble {
            Trouble::Faults(faults) => faults.iter().any(waits),
            Trouble::Limit(_) => true,
            Trouble::Token => false,
        };
        if case.must == must && !waiting {
            met_any = true;
            let met = runtime.block_on(meet(&case, SET));
            assert_eq!(met.complaint(must, SET), None, "{}", case.name);
        }
    }
    assert!(met_any);
}

#[test]
fn what_asking_again_cures_costs_nothing() {
    meet_all(Must::Absorb);
}

#[test]
fn what_cannot_be_cured_is_named_and_what_was_read_is_kept() {
    meet_all(Must::Report);
}

#[test]
fn a_token_that_is_not_accepted_connects_nothing_and_is_sent_once() {
    meet_all(Must::Refuse);
}
