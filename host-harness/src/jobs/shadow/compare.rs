//! What two answers to the same question differ in.

use std::collections::{BTreeMap, BTreeSet};

use koalr_platform::model::assessment::{Assessment, Contribution, ContributionSubject};
use koalr_platform::model::verdict::Verdict;

use super::report::{Judgement, Turn};
use crate::jobs::bench::Ruling;

/// Two answers to the same question.
pub(super) struct Compared {
    /// What the version that serves says.
    pub(super) before: Judgement,
    /// What the candidate says.
    pub(super) after: Judgement,
    /// How the verdict turns; none if it is the same.
    pub(super) turn: Option<Turn>,
    /// Whether parts of the score, what was waived or what is not known differ.
    pub(super) details: bool,
}

/// What two answers differ in.
pub(super) fn compared(before: &(Assessment, Ruling), after: &(Assessment, Ruling)) -> Compared {
    let (said, says) = (judgement(before), judgement(after));
    Compared {
        turn: turn(&said, &says),
        details: parts(&before.0) != parts(&after.0)
            || unknowns(before) != unknowns(after)
            || waived(&before.1.verdict) != waived(&after.1.verdict),
        before: said,
        after: says,
    }
}

fn judgement((assessment, ruling): &(Assessment, Ruling)) -> Judgement {
    let mut rules = BTreeMap::new();
    for fired in &ruling.verdict.fired {
        let strictest = rules.entry(fired.rule.clone()).or_insert(fired.decision);
        *strictest = fired.decision.max(*strictest);
    }
    Judgement {
        decision: ruling.settled.outcome.decision,
        points: assessment.score,
        rules,
    }
}

fn turn(before: &Judgement, after: &Judgement) -> Option<Turn> {
    if after.decision > before.decision {
        Some(Turn::Stricter)
    } else if after.decision < before.decision {
        Some(Turn::Looser)
    } else if after.rules != before.rules {
        Some(Turn::OtherRules)
    } else {
        None
    }
}

/// Points by what they come from, whatever their order.
fn parts(assessment: &Assessment) -> BTreeMap<(u8, u32, &str), u32> {
    let mut parts = BTreeMap::new();
    for Contribution {
        subject, points, ..
    } in &assessment.contributions
    {
        let key = match subject {
            ContributionSubject::Finding(index) => (0, *index, ""),
            ContributionSubject::Debt => (1, 0, ""),
            ContributionSubject::Measurement(index) => (2, *index, ""),
            ContributionSubject::Other(name) => (3, 0, name.as_str()),
        };
        *parts.entry(key).or_default() += u32::from(*points);
    }
    parts
}

/// What could not be told, without the words it is told in.
fn unknowns((assessment, ruling): &(Assessment, Ruling)) -> BTreeSet<(&str, Option<u32>)> {
    let Verdict {
        missing,
        unasked,
        errors,
        ..
    } = &ruling.verdict;
    let unknown = assessment.unknowns.iter();
    let unknown = unknown.map(|unknown| (unknown.code.as_str(), unknown.finding));
    let missing = missing.iter().map(|row| ("", Some(*row)));
    let unasked = unasked.iter().map(|route| (route.as_str(), None));
    let errors = errors.iter().map(|error| (error.rule.as_str(), None));
    unknown
        .chain(missing)
        .chain(unasked)
        .chain(errors)
        .collect()
}

fn waived(verdict: &Verdict) -> BTreeSet<(u32, &str, &str)> {
    let waived = verdict.waived.iter();
    waived
        .map(|one| (one.finding, one.waiver.as_str(), one.rule.as_str()))
        .collect()
}

#[cfg(test)]
mod tests {
    use koalr_platform::decision::Decision;
    use koalr_platform::model::verdict::Decision as Judged;

    use super::*;

    fn judged(decision: Decision, rules: &[(&str, Judged)]) -> Judgement {
        Judgement {
            decision,
            points: 0,
            rules: rules
                .iter()
                .map(|(rule, decision)| ((*rule).to_owned(), *decision))
                .collect(),
        }
    }

    #[test]
    fn a_decision_that_rises_is_stricter_and_one_that_falls_looser() {
        let (pass, block) = (judged(Decision::Pass, &[]), judged(Decision::Block, &[]));
        assert_eq!(turn(&pass, &block), Some(Turn::Stricter));
        assert_eq!(turn(&block, &pass), Some(Turn::Looser));
        assert_eq!(turn(&pass, &pass), None);
    }

    #[test]
    fn the_same_decision_by_other_rules_is_another_verdict() {
        let before = judged(Decision::Block, &[("a", Judged::Block)]);
        let after = judged(
            Decision::Block,
            &[("a", Judged::Block), ("b", Judged::Warn)],
        );
        assert_eq!(turn(&before, &after), Some(Turn::OtherRules));
    }
}
