mod factors;

use proptest::prelude::*;

use super::*;
use crate::apportion::to_tenths;
use crate::model::assessment::Bump;
use crate::model::common::{ExploitMaturity, FindingClass, FixState, Reachability, Tenths};

const BUMPS: [Bump; 4] = [Bump::Unknown, Bump::New, Bump::ZeroMinor, Bump::Major];
const EXPLOITS: [ExploitMaturity; 5] = [
    ExploitMaturity::Unknown,
    ExploitMaturity::NoneKnown,
    ExploitMaturity::ProofOfConcept,
    ExploitMaturity::Functional,
    ExploitMaturity::Attacked,
];
const FIXES: [FixState; 4] = [
    FixState::Available,
    FixState::Partial,
    FixState::Unknown,
    FixState::None,
];
const REACHES: [Reachability; 4] = [
    Reachability::NotReachable,
    Reachability::Unknown,
    Reachability::Potentially,
    Reachability::Reachable,
];
const RELATIONS: [Relation; 3] = [Relation::Transitive, Relation::Unknown, Relation::Direct];

/// A rated vulnerability with every multiplier at 1.
fn plain(tenths: Tenths) -> Issue {
    Issue {
        class: FindingClass::PackageVulnerability,
        tenths: Some(tenths),
        severity: None,
        bump: Bump::Unchanged,
        exploit: ExploitMaturity::NoneKnown,
        fix: FixState::Available,
        reachability: Reachability::NotReachable,
        relation: Relation::Transitive,
    }
}

fn issue(tenths: std::ops::RangeInclusive<Tenths>) -> impl Strategy<Value = Issue> {
    let factors = (0..4_usize, 0..5_usize, 0..4_usize, 0..4_usize, 0..3_usize);
    (tenths, factors).prop_map(|(tenths, (bump, exploit, fix, reach, relation))| Issue {
        bump: BUMPS[bump],
        exploit: EXPLOITS[exploit],
        fix: FIXES[fix],
        reachability: REACHES[reach],
        relation: RELATIONS[relation],
        ..plain(tenths)
    })
}

fn issues() -> impl Strategy<Value = Vec<Issue>> {
    prop::collection::vec(issue(0..=100), 0..12)
}

fn score(issues: &[Issue], debt: f64) -> f64 {
    total(issues.iter().copied().enumerate().collect(), debt).score
}

/// Room for the last bit of `expm1`, which is not promised to be monotone.
const LAST_BITS: f64 = 1e-9;

#[test]
fn one_issue_scores_as_the_table_of_the_model_says() {
    let unknown = |tenths| Issue {
        reachability: Reachability::Unknown,
        ..plain(tenths)
    };
    for (tenths, transitive, major, worst) in [
        (40, 58, 83, 143),
        (69, 190, 247, 341),
        (70, 520, 668, 878),
        (89, 701, 837, 968),
        (90, 770, 890, 985),
        (98, 849, 941, 995),
    ] {
        let rounded = |issue| to_tenths(score(&[issue], 0.0));
        assert_eq!(rounded(unknown(tenths)), transitive);
        assert_eq!(
            rounded(Issue {
                bump: Bump::Major,
                ..unknown(tenths)
            }),
            major
        );
        assert_eq!(
            rounded(Issue {
                bump: Bump::Major,
                exploit: ExploitMaturity::Attacked,
                fix: FixState::None,
                reachability: Reachability::Reachable,
                relation: Relation::Direct,
                ..plain(tenths)
            }),
            worst
        );
    }
}

#[test]
fn no_issue_and_no_debt_score_exactly_zero() {
    assert_eq!(score(&[], 0.0).to_bits(), 0.0_f64.to_bits());
}

#[test]
fn a_major_bump_weighs_half_as_much_again() {
    let major = Issue {
        bump: Bump::Major,
        ..plain(75)
    };
    let ratio = major.hazard().value / plain(75).hazard().value;
    assert!((ratio - 1.5).abs() < 1e-12);
}

#[test]
fn an_unrated_vulnerability_never_weighs_less_than_its_severity_stands_for() {
    for severity in SEVERITIES {
        let unrated = Issue {
            tenths: None,
            severity: Some(severity),
            ..plain(0)
        };
        let rated = plain(fallback(severity)).hazard().value;
        assert!(unrated.hazard().value >= rated, "{severity:?}");
    }
}

#[test]
fn a_vulnerability_without_rating_and_severity_weighs_something() {
    let unrated = Issue {
        tenths: None,
        ..plain(0)
    };
    assert!(unrated.hazard().value > 0.0);
}

#[test]
fn each_multiplier_rises_along_its_order() {
    let rises = |hazards: Vec<f64>| assert!(hazards.is_sorted(), "{hazards:?}");
    let value = |issue: Issue| issue.hazard().value;
    rises(
        BUMPS
            .map(|bump| value(Issue { bump, ..plain(75) }))
            .to_vec(),
    );
    rises(
        EXPLOITS
            .map(|exploit| {
                value(Issue {
                    exploit,
                    ..plain(75)
                })
            })
            .to_vec(),
    );
    rises(FIXES.map(|fix| value(Issue { fix, ..plain(75) })).to_vec());
    rises(
        REACHES
            .map(|reachability| {
                value(Issue {
                    reachability,
                    ..plain(75)
                })
            })
            .to_vec(),
    );
    rises(
        RELATIONS
            .map(|relation| {
                value(Issue {
                    relation,
                    ..plain(75)
                })
            })
            .to_vec(),
    );
}

#[test]
fn equal_issues_add_less_each_time() {
    let scores: Vec<f64> = (0..10).map(|n| score(&vec![plain(75); n], 0.0)).collect();
    let steps: Vec<f64> = scores.windows(2).map(|pair| pair[1] - pair[0]).collect();
    assert!(steps.windows(2).all(|pair| pair[1] < pair[0]), "{steps:?}");
}

#[test]
fn debt_alone_stays_within_ten_points_however_much() {
    let row = |count| Debt {
        severity: Severity::Critical,
        count,
    };
    let alone = |count| score(&[], debt_hazard(&[row(count)]));
    assert!(alone(1) > 0.0);
    assert!(alone(10) > alone(1));
    assert!(alone(u32::MAX) <= 10.0 + LAST_BITS);
    assert_eq!(
        debt_hazard(&[row(1), row(2)]).to_bits(),
        debt_hazard(&[row(3)]).to_bits()
    );
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(256) })]

    #[test]
    fn the_score_stays_between_0_and_100(issues in issues(), debt in 0.0..1e9_f64) {
        let score = score(&issues, debt);
        prop_assert!((0.0..=100.0).contains(&score), "{score}");
    }

    #[test]
    fn a_higher_cvss_never_scores_lower(mut issues in issues(), extra in issue(0..=99), debt in 0.0..3.0_f64) {
        let tenths = extra.tenths.unwrap();
        issues.push(extra);
        let lower = score(&issues, debt);
        issues.last_mut().unwrap().tenths = Some(tenths + 1);
        prop_assert!(score(&issues, debt) >= lower - LAST_BITS);
    }

    #[test]
    fn one_more_issue_never_scores_lower(mut issues in issues(), extra in issue(0..=100), debt in 0.0..3.0_f64) {
        let before = score(&issues, debt);
        issues.push(extra);
        prop_assert!(score(&issues, debt) >= before - LAST_BITS);
    }

    #[test]
    fn the_order_does_not_change_a_bit(issues in issues(), debt in 0.0..3.0_f64, turn in 0..12_usize) {
        let keyed: Vec<(usize, Issue)> = issues.into_iter().enumerate().collect();
        let mut turned = keyed.clone();
        turned.reverse();
        let turn = turn % turned.len().max(1);
        turned.rotate_left(turn);
        let points = |list: Vec<(usize, Issue)>| {
            let total = total(list, debt);
            let parts: Vec<u64> = total.parts.iter().map(|part| part.points.to_bits()).collect();
            (total.score.to_bits(), parts)
        };
        prop_assert_eq!(points(keyed), points(turned));
    }

    #[test]
    fn a_duplicate_changes_nothing(issues in issues(), debt in 0.0..3.0_f64) {
        let once: Vec<_> = issues.into_iter().enumerate().collect();
        let twice = [once.clone(), once.clone()].concat();
        prop_assert_eq!(total(once, debt), total(twice, debt));
    }

    #[test]
    fn of_duplicates_the_worst_counts(a in issue(0..=100), b in issue(0..=100)) {
        let worst = score(&[a], 0.0).max(score(&[b], 0.0));
        prop_assert_eq!(total(vec![("k", a), ("k", b)], 0.0).score.to_bits(), worst.to_bits());
    }

    #[test]
    fn parts_are_not_negative_and_add_up(issues in issues(), debt in 0.0..3.0_f64) {
        let total = total(issues.into_iter().enumerate().collect(), debt);
        prop_assert!(total.parts.iter().all(|part| part.points >= 0.0));
        let sum = total.debt + total.parts.iter().map(|part| part.points).sum::<f64>();
        prop_assert!((sum - total.score).abs() < LAST_BITS);
    }

    #[test]
    fn everything_below_7_with_any_debt_stays_within_49(
        issues in prop::collection::vec(issue(0..=69), 0..200),
        debt in 0.0..1e9_f64,
    ) {
        prop_assert!(score(&issues, debt) <= 49.0 + LAST_BITS);
    }

    #[test]
    fn one_issue_from_7_exceeds_50(mut issues in issues(), extra in issue(70..=100)) {
        issues.push(extra);
        prop_assert!(score(&issues, 0.0) >= 50.0);
    }

    #[test]
    fn one_issue_from_9_exceeds_75(mut issues in issues(), extra in issue(90..=100)) {
        issues.push(extra);
        prop_assert!(score(&issues, 0.0) >= 75.0);
    }

    #[test]
    fn classes_without_cvss_stay_within_49(
        issues in prop::collection::vec(issue(0..=100), 0..100),
        class in 0..4_usize,
    ) {
        let class = [
            FindingClass::License,
            FindingClass::Infrastructure,
            FindingClass::Code,
            FindingClass::Other,
        ][class];
        let issues: Vec<Issue> = issues
            .into_iter()
            .map(|issue| Issue { class, severity: Some(Severity::Critical), ..issue })
            .collect();
        prop_assert!(score(&issues, 0.0) <= 49.0 + LAST_BITS);
    }
}
