use super::*;

#[test]
fn kept_steps_tell_of_a_spell_that_the_newest_state_forgot() {
    let mut finding = came(UNTIL + 5);
    finding.finding.created_at = 1;
    finding.finding.disclosed_at = None;
    let step = |step, at| Remediation {
        organization: "o".to_owned(),
        finding: "f".to_owned(),
        step,
        at,
        source: String::new(),
    };
    finding.steps = vec![
        step(RemediationStep::Introduced, 1),
        step(RemediationStep::Resolved, UNTIL),
        step(RemediationStep::ReIntroduced, UNTIL + 5),
    ];
    let mut history = History::new(vec![finding]);
    for (at, open) in [
        (0, false),
        (1, true),
        (UNTIL - 1, true),
        (UNTIL, false),
        (UNTIL + 5, true),
    ] {
        assert_eq!(history.at(at)[0].open, open, "{at}");
    }
}

#[test]
fn a_finding_is_ignored_from_the_step_on_that_says_so() {
    let mut finding = came(1);
    finding.finding.ignored = true;
    finding.steps = vec![Remediation {
        organization: "o".to_owned(),
        finding: "f".to_owned(),
        step: RemediationStep::Ignored,
        at: 7,
        source: String::new(),
    }];
    let mut history = History::new(vec![finding]);
    assert_eq!([6, 7].map(|at| history.at(at)[0].ignored), [false, true]);
}

proptest! {
    #[test]
    fn the_order_of_looks_back_does_not_matter(times in prop::collection::vec(0..30_i64, 1..8), created in 0..30_i64, resolved in prop::option::of(0..30_i64)) {
        let mut finding = came(created);
        finding.finding.resolved_at = resolved;
        finding.finding.open = resolved.is_none_or(|at| at <= created);
        finding.finding.disclosed_at = Some(3);
        let mut history = History::new(vec![finding.clone()]);
        for at in times {
            let fresh = History::new(vec![finding.clone()]).at(at).to_vec();
            prop_assert_eq!(history.at(at), &fresh[..]);
        }
    }
}
