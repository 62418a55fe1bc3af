//! One factor of one issue among others: a worse value never lowers the score, and the unknown is never the best.

use super::*;

/// Bumps that weigh alike, none of which is breaking.
const HARMLESS: [Bump; 5] = [
    Bump::Unchanged,
    Bump::Patch,
    Bump::Minor,
    Bump::Downgrade,
    Bump::Removed,
];

/// The score of an issue among others.
fn among(others: &[Issue], issue: Issue, debt: f64) -> f64 {
    score(&[others, &[issue]].concat(), debt)
}

#[test]
fn a_major_bump_weighs_more_than_a_minor_one_at_every_cvss() {
    for tenths in 1..=100 {
        let with = |bump| {
            to_tenths(score(
                &[Issue {
                    bump,
                    ..plain(tenths)
                }],
                0.0,
            ))
        };
        assert!(with(Bump::Major) > with(Bump::Minor), "{tenths}");
        assert!(with(Bump::ZeroMinor) >= with(Bump::New), "{tenths}");
        assert!(with(Bump::New) >= with(Bump::Minor), "{tenths}");
    }
}

#[test]
fn circumstances_weigh_three_times_the_vulnerability_at_most() {
    let worst = |bump| Issue {
        bump,
        exploit: ExploitMaturity::Attacked,
        fix: FixState::None,
        reachability: Reachability::Reachable,
        relation: Relation::Direct,
        ..plain(75)
    };
    let value = |issue: Issue| issue.hazard().value;
    assert!((value(worst(Bump::Major)) / value(plain(75)) - 3.0).abs() < 1e-12);
    assert!(value(worst(Bump::Minor)) < value(worst(Bump::Major)));
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(256) })]

    #[test]
    fn a_worse_factor_never_scores_lower(
        others in issues(),
        issue in issue(0..=100),
        debt in 0.0..3.0_f64,
    ) {
        let rises = |along: Vec<Issue>| {
            let scores: Vec<f64> = along.into_iter().map(|issue| among(&others, issue, debt)).collect();
            let rises = scores.windows(2).all(|pair| pair[1] >= pair[0] - LAST_BITS);
            prop_assert!(rises, "{scores:?}");
            Ok(())
        };
        rises(BUMPS.map(|bump| Issue { bump, ..issue }).to_vec())?;
        rises(EXPLOITS.map(|exploit| Issue { exploit, ..issue }).to_vec())?;
        rises(FIXES.map(|fix| Issue { fix, ..issue }).to_vec())?;
        rises(REACHES.map(|reachability| Issue { reachability, ..issue }).to_vec())?;
        rises(RELATIONS.map(|relation| Issue { relation, ..issue }).to_vec())?;
    }

    #[test]
    fn what_is_unknown_never_scores_below_the_same_known_benign(
        others in issues(),
        issue in issue(0..=100),
        debt in 0.0..3.0_f64,
    ) {
        let exploit = ExploitMaturity::NoneKnown;
        let pairs = [
            (Issue { exploit: ExploitMaturity::Unknown, ..issue }, Issue { exploit, ..issue }),
            (
                Issue { reachability: Reachability::Unknown, ..issue },
                Issue { reachability: Reachability::NotReachable, ..issue },
            ),
            (Issue { fix: FixState::Unknown, ..issue }, Issue { fix: FixState::Available, ..issue }),
            (
                Issue { relation: Relation::Unknown, ..issue },
                Issue { relation: Relation::Transitive, ..issue },
            ),
        ];
        let bumps = HARMLESS.map(|bump| (Issue { bump: Bump::Unknown, ..issue }, Issue { bump, ..issue }));
        let ratings = SEVERITIES.map(|severity| {
            let unrated = Issue { tenths: None, severity: Some(severity), ..issue };
            (unrated, Issue { tenths: Some(fallback(severity)), ..unrated })
        });
        for (unknown, benign) in pairs.into_iter().chain(bumps).chain(ratings) {
            let (unknown, benign) = (among(&others, unknown, debt), among(&others, benign, debt));
            prop_assert!(unknown >= benign - LAST_BITS, "{unknown} < {benign}");
        }
    }

    #[test]
    fn an_issue_less_never_scores_higher(mut issues in issues(), issue in issue(0..=100), debt in 0.0..3.0_f64) {
        issues.push(issue);
        let all = score(&issues, debt);
        for gone in 0..issues.len() {
            let mut rest = issues.clone();
            rest.remove(gone);
            prop_assert!(score(&rest, debt) <= all + LAST_BITS);
        }
    }
}
