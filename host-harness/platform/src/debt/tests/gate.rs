use super::*;
use crate::decision::Decision;
use crate::ledger::{Judged, Ledger, Summary};
use crate::model::evidence::Observation;

fn judged(decision: Decision) -> Judged {
    Judged {
        change: "acme/shop#1".to_owned(),
        repository: 0,
        head_sha: "aaaaaaaaaa".to_owned(),
        as_of: MONDAY,
        observation: Observation::Observed,
        summary: Summary {
            decision,
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
        overridden: false,
        marked_as_success: false,
    }
}

fn statistics(judged: Vec<Judged>) -> GateStatistics {
    let ledger = Ledger {
        judged,
        ..Ledger::default()
    };
    gate(&ledger, None, MONDAY - DAY, MONDAY)
}

#[test]
fn every_decision_is_counted_once_and_what_was_rebuilt_is_apart() {
    let rebuilt = Judged {
        observation: Observation::Reconstructed,
        ..judged(Decision::Block)
    };
    let all = [
        Decision::Pass,
        Decision::Warn,
        Decision::Pending,
        Decision::Inconclusive,
        Decision::Block,
    ];
    let mut rows: Vec<Judged> = all.map(judged).into();
    rows.push(rebuilt);
    let GateStatistics {
        observed,
        reconstructed,
        ..
    } = statistics(rows);
    let counts = |group: &GateGroup| {
        [
            group.evaluated,
            group.passed,
            group.warned,
            group.pending,
            group.inconclusive,
            group.blocked,
        ]
    };
    assert_eq!(counts(&observed), [5, 1, 1, 1, 1, 1]);
    assert_eq!(counts(&reconstructed), [1, 0, 0, 0, 0, 1]);
}

#[test]
fn the_override_rate_is_of_those_that_something_stood_against() {
    let let_pass = |decision| Judged {
        overridden: true,
        ..judged(decision)
    };
    let observed = statistics(vec![
        let_pass(Decision::Block),
        judged(Decision::Block),
        judged(Decision::Inconclusive),
        let_pass(Decision::Pass),
        judged(Decision::Warn),
    ])
    .observed;
    let rate = observed.overridden;
    assert_eq!((rate.count, rate.of), (1, 3));
}

#[test]
fn nothing_judged_has_no_override_rate() {
    let statistics = statistics(vec![]);
    assert_eq!(statistics.observed.evaluated, 0);
    assert_eq!(statistics.observed.overridden.interval, None);
}

#[test]
fn waivers_marks_and_whether_it_bound_are_counted() {
    let mut one = judged(Decision::Warn);
    one.summary.waived = 3;
    one.summary.enforced = false;
    one.marked_as_success = true;
    let observed = statistics(vec![one, judged(Decision::Pass)]).observed;
    let counts = (
        observed.with_waivers,
        observed.marked_as_success,
        observed.enforced,
    );
    assert_eq!(counts, (1, 1, 1));
}

#[test]
fn only_decisions_for_a_time_in_the_window_and_of_the_repository_count() {
    let at = |as_of, repository| Judged {
        repository,
        as_of,
        ..judged(Decision::Pass)
    };
    let judged = vec![
        at(MONDAY - DAY - 1, 1),
        at(MONDAY - DAY, 1),
        at(MONDAY, 1),
        at(MONDAY + 1, 1),
        at(MONDAY, 2),
    ];
    let ledger = Ledger {
        judged,
        ..Ledger::default()
    };
    let of = |repository| {
        let statistics = gate(&ledger, repository, MONDAY - DAY, MONDAY);
        statistics.observed.evaluated
    };
    assert_eq!((of(None), of(Some(1)), of(Some(3))), (3, 2, 0));
}
