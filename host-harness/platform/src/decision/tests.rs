use super::*;
use crate::evidence::{DEPENDENCIES, PACKAGES};
use crate::model::common::CoverageState;
use crate::model::verdict::{Fired, RuleError};

fn verdict(decision: Judged, missing: Vec<u32>) -> Verdict {
    Verdict {
        decision,
        fired: Vec::new(),
        waived: Vec::new(),
        missing,
        unasked: Vec::new(),
        errors: Vec::new(),
        extra: Vec::new(),
    }
}

fn row(state: CoverageState) -> Coverage {
    Coverage {
        route: "packages".to_owned(),
        subject: "pkg:npm/a@1".to_owned(),
        state,
        as_of: None,
        detail: String::new(),
    }
}

#[test]
fn waiting_for_awaited_evidence_alone_is_pending() {
    let verdict = verdict(Judged::Inconclusive, vec![0]);
    assert_eq!(
        judge(&verdict, &[row(CoverageState::Awaited)], 5, Some(9)),
        Decision::Pending
    );
}

#[test]
fn pending_ends_at_the_deadline() {
    let verdict = verdict(Judged::Inconclusive, vec![0]);
    assert_eq!(
        judge(&verdict, &[row(CoverageState::Awaited)], 9, Some(9)),
        Decision::Inconclusive
    );
}

#[test]
fn a_refused_route_is_inconclusive_whatever_else_is_awaited() {
    let verdict = verdict(Judged::Inconclusive, vec![0, 1]);
    let coverage = [row(CoverageState::Awaited), row(CoverageState::Refused)];
    assert_eq!(judge(&verdict, &coverage, 5, None), Decision::Inconclusive);
}

#[test]
fn only_enforcement_lets_a_block_block() {
    assert_eq!(bind(Decision::Block, Mode::Enforce), Decision::Block);
    assert_eq!(bind(Decision::Block, Mode::Warn), Decision::Warn);
    assert_eq!(bind(Decision::Block, Mode::Observe), Decision::Pass);
}

#[test]
fn not_being_able_to_tell_never_passes_in_enforcement() {
    assert_eq!(
        bind(Decision::Inconclusive, Mode::Enforce),
        Decision::Inconclusive
    );
}

fn of(route: &str, state: CoverageState) -> Coverage {
    Coverage {
        route: route.to_owned(),
        ..row(state)
    }
}

/// An inconclusive verdict over rows that are all missing, settled after the deadline.
#[track_caller]
fn late(rows: &[Coverage], unasked: &[&str], fail_open: &[Cause]) -> Outcome {
    let verdict = Verdict {
        unasked: unasked.iter().map(|&route| route.to_owned()).collect(),
        ..verdict(Judged::Inconclusive, (0..).take(rows.len()).collect())
    };
    settle(
        &verdict,
        rows,
        9,
        Some(9),
        &fail_open.iter().copied().collect(),
    )
}

#[test]
fn a_cause_that_fails_open_warns_and_never_passes() {
    let rows = [row(CoverageState::Partial)];
    let outcome = late(&rows, &[], &[Cause::Partial]);
    assert_eq!((outcome.decision, outcome.opened), (Decision::Warn, true));
    assert_eq!(
        outcome.note().unwrap(),
        "It could not be told whether this change may pass; it only warns, because the policy fails open for `partial`."
    );
}

#[test]
fn one_cause_that_does_not_fail_open_keeps_it_inconclusive() {
    let rows = [row(CoverageState::Partial), row(CoverageState::Refused)];
    let outcome = late(&rows, &[], &[Cause::Partial]);
    assert_eq!(outcome.decision, Decision::Inconclusive);
    assert_eq!(outcome.causes, [Cause::Partial, Cause::Refused].into());
    assert_eq!(outcome.note(), None);
}

#[test]
fn no_list_and_so_no_lookup_is_one_cause() {
    let rows = [of(DEPENDENCIES, CoverageState::NotAsked)];
    let outcome = late(&rows, &[PACKAGES], &[Cause::NoDependencyList]);
    assert_eq!(outcome.causes, [Cause::NoDependencyList].into());
    assert_eq!(outcome.decision, Decision::Warn);
}

#[test]
fn packages_that_were_not_asked_about_in_spite_of_a_list_are_a_cause_of_their_own() {
    let outcome = late(&[], &[PACKAGES], &[Cause::NoDependencyList]);
    assert_eq!(outcome.causes, [Cause::NotAsked].into());
    assert_eq!(outcome.decision, Decision::Inconclusive);
}

#[test]
fn an_awaited_list_is_pending_and_then_no_list() {
    let verdict = Verdict {
        unasked: vec![PACKAGES.to_owned()],
        ..verdict(Judged::Inconclusive, vec![0])
    };
    let rows = [of(DEPENDENCIES, CoverageState::Awaited)];
    let at = |as_of| settle(&verdict, &rows, as_of, Some(9), &BTreeSet::new());
    assert_eq!(at(8).decision, Decision::Pending);
    assert_eq!(at(9).decision, Decision::Inconclusive);
    assert_eq!(at(9).causes, [Cause::NoDependencyList].into());
}

#[test]
fn what_is_awaited_is_awaited_although_it_would_fail_open() {
    let verdict = verdict(Judged::Inconclusive, vec![0, 1]);
    let rows = [row(CoverageState::Awaited), row(CoverageState::Stale)];
    let open = [Cause::Awaited, Cause::Stale].into();
    assert_eq!(
        settle(&verdict, &rows, 5, Some(9), &open).decision,
        Decision::Pending
    );
    assert_eq!(
        settle(&verdict, &rows, 9, Some(9), &open).decision,
        Decision::Warn
    );
}

#[test]
fn a_rule_error_and_a_verdict_without_a_reason_never_open() {
    let everything: BTreeSet<Cause> = Cause::ALL.into();
    let error = RuleError {
        rule: "introduced-cvss".to_owned(),
        message: String::new(),
    };
    let erring = Verdict {
        errors: vec![error],
        ..verdict(Judged::Inconclusive, Vec::new())
    };
    for verdict in [
        erring,
        verdict(Judged::Inconclusive, Vec::new()),
        verdict(Judged::Inconclusive, vec![7]),
    ] {
        assert_eq!(
            settle(&verdict, &[], 9, Some(9), &everything).decision,
            Decision::Inconclusive
        );
    }
}

#[test]
fn a_block_blocks_whatever_fails_open() {
    let everything: BTreeSet<Cause> = Cause::ALL.into();
    let verdict = verdict(Judged::Block, vec![0]);
    let rows = [row(CoverageState::Partial)];
    assert_eq!(
        settle(&verdict, &rows, 9, None, &everything).decision,
        Decision::Block
    );
}

#[test]
fn a_verdict_is_as_strict_as_its_parts() {
    let milder = Verdict {
        fired: vec![Fired {
            rule: "introduced-cvss".to_owned(),
            decision: Judged::Block,
            findings: Vec::new(),
            measurements: Vec::new(),
            message: String::new(),
        }],
        ..verdict(Judged::Pass, Vec::new())
    };
    assert_eq!(judge(&milder, &[], 0, None), Decision::Block);
    let incomplete = verdict(Judged::Pass, vec![0]);
    let rows = [row(CoverageState::Partial)];
    assert_eq!(judge(&incomplete, &rows, 0, None), Decision::Inconclusive);
}

fn change(head_sha: &str) -> Change {
    Change {
        id: "c".to_owned(),
        repository: "acme/shop".to_owned(),
        number: None,
        head_sha: head_sha.to_owned(),
        base_sha: None,
        source_branch: None,
        target_branch: None,
    }
}

fn let_pass(head_sha: &str, actor: &str, at: Timestamp) -> Override {
    Override {
        change: "c".to_owned(),
        head_sha: head_sha.to_owned(),
        actor: actor.to_owned(),
        reason: "hotfix".to_owned(),
        at,
    }
}

fn outcome(decision: Decision) -> Outcome {
    Outcome {
        decision,
        causes: BTreeSet::new(),
        opened: false,
    }
}

#[test]
fn an_override_turns_block_and_inconclusive_of_its_head_into_warn() {
    let overrides = [let_pass("A1", "ada", 5)];
    for (judged, lifted) in [
        (Decision::Pass, None),
        (Decision::Warn, None),
        (Decision::Pending, None),
        (Decision::Inconclusive, Some(Decision::Warn)),
        (Decision::Block, Some(Decision::Warn)),
    ] {
        let (decision, by) = lift(&outcome(judged), &overrides, &change("a1"));
        assert_eq!(decision, lifted.unwrap_or(judged));
        assert_eq!(by.is_some(), lifted.is_some());
        let other_head = lift(&outcome(judged), &overrides, &change("a2"));
        assert_eq!(other_head, (judged, None));
    }
}

#[test]
fn the_first_of_several_overrides_counts() {
    let overrides = [
        let_pass("a1", "mona", 7),
        let_pass("a1", "ada", 5),
        let_pass("a2", "finn", 1),
    ];
    let (_, by) = lift(&outcome(Decision::Block), &overrides, &change("a1"));
    assert_eq!(by.unwrap().actor, "ada");
}

#[test]
fn an_override_lifts_the_floor_and_leaves_the_security_score_and_the_judgement_visible() {
    let overrides = [let_pass("a1", "ada", 5)];
    let (policy, change) = (Policy::default(), change("a1"));
    let settled = |overrides| {
        let block = outcome(Decision::Block);
        Settled::new(block, (&change, overrides), &policy, (Some(100), 950))
    };
    let (blocked, lifted) = (settled(&[]), settled(&overrides));
    assert_eq!(blocked.decision, Decision::Block);
    assert_eq!(
        (blocked.judged(), &blocked.overridden),
        (Decision::Block, &None)
    );
    assert_eq!(lifted.decision, Decision::Warn);
    assert_eq!(
        (lifted.judged(), lifted.outcome.decision),
        (Decision::Warn, Decision::Block)
    );
    assert_eq!(lifted.overridden, overrides.first().cloned());
    assert_eq!(lifted.score.security, blocked.score.security);
    assert_eq!((blocked.score.score, lifted.score.score), (955, 790));
}

#[test]
fn a_rule_that_cannot_tell_waits_for_the_lookups_that_may() {
    let undecided = Verdict {
        fired: vec![Fired {
            rule: "unknown-attribution".to_owned(),
            decision: Judged::Inconclusive,
            findings: vec![0],
            measurements: Vec::new(),
            message: String::new(),
        }],
        ..verdict(Judged::Inconclusive, vec![0])
    };
    let judged = |row, as_of| judge(&undecided, &[row], as_of, Some(9));
    assert_eq!(judged(row(CoverageState::Awaited), 5), Decision::Pending);
    assert_eq!(
        judged(row(CoverageState::Awaited), 9),
        Decision::Inconclusive
    );
    let other = of("pr-checks", CoverageState::Awaited);
    assert_eq!(judged(other, 5), Decision::Inconclusive);
}

#[test]
fn a_refused_list_is_no_dependency_list() {
    let rows = [of(DEPENDENCIES, CoverageState::Refused)];
    let outcome = late(&rows, &[PACKAGES], &[]);
    assert_eq!(outcome.causes, [Cause::NoDependencyList].into());
}
