use std::collections::BTreeSet;

use koalr_platform::decision;
use koalr_platform::merge::merge;
use koalr_platform::model::verdict::Decision;
use koalr_platform::policy::Mode;

use super::*;
use crate::fixture::{connected, open};

#[test]
fn a_decision_is_kept_for_each_head() {
    let (directory, mut tenant, _) = connected();
    let first = decision("abc", Decision::Block);
    let second = decision("def", Decision::Pass);
    tenant.save_decision(&first).unwrap();
    tenant.save_decision(&second).unwrap();
    drop(tenant);
    let tenant = open(directory.path());
    let of = |head| tenant.decision("snyk", "c1", head).unwrap();
    assert_eq!(of("abc"), Some(first));
    assert_eq!(of("def"), Some(second));
    assert_eq!(of("fed"), None);
}

#[test]
fn a_later_decision_about_the_same_head_replaces_the_former() {
    let (_directory, mut tenant, _) = connected();
    let later = decision("abc", Decision::Pass);
    tenant
        .save_decision(&decision("abc", Decision::Block))
        .unwrap();
    tenant.save_decision(&later).unwrap();
    assert_eq!(tenant.decision("snyk", "c1", "abc").unwrap(), Some(later));
}

#[test]
fn a_rebuilt_decision_stands_beside_the_observed_one() {
    let (_directory, mut tenant, _) = connected();
    let observed = decision("abc", Decision::Block);
    let rebuilt = rebuilt("abc", 20);
    tenant.save_decision(&observed).unwrap();
    tenant.save_decision(&rebuilt).unwrap();
    assert_eq!(
        tenant.decision("snyk", "c1", "abc").unwrap(),
        Some(observed)
    );
    let found = tenant.reconstructed("snyk", "c1", "abc").unwrap();
    assert_eq!(found, Some(rebuilt));
}

#[test]
fn a_rebuilt_decision_was_not_asked_for_at_its_time() {
    let (_directory, mut tenant, _) = connected();
    tenant.save_decision(&rebuilt("abc", 3)).unwrap();
    assert_eq!(tenant.first_asked_at("snyk", "c1").unwrap(), None);
    tenant
        .save_decision(&decision("def", Decision::Pass))
        .unwrap();
    assert_eq!(tenant.first_asked_at("snyk", "c1").unwrap(), Some(8));
}

#[test]
fn the_latest_decision_is_observed_if_any_is() {
    let (_directory, mut tenant, _) = connected();
    assert_eq!(tenant.latest_decision("snyk", "c1").unwrap(), None);
    let latest = |tenant: &Tenant| {
        let latest = tenant.latest_decision("snyk", "c1").unwrap().unwrap();
        (latest.head_sha, latest.as_of)
    };
    tenant.save_decision(&rebuilt("abc", 20)).unwrap();
    assert_eq!(latest(&tenant), ("abc".to_owned(), 20));
    for (head, as_of) in [("def", 12), ("abc", 11), ("fed", 12)] {
        let mut observed = decision(head, Decision::Pass);
        observed.as_of = as_of;
        tenant.save_decision(&observed).unwrap();
    }
    assert_eq!(latest(&tenant), ("fed".to_owned(), 12));
}

#[test]
fn decisions_come_by_the_time_they_were_made_for() {
    let (_directory, mut tenant, _) = connected();
    for record in [rebuilt("c", 3), rebuilt("a", 2), rebuilt("b", 1)] {
        tenant.save_decision(&record).unwrap();
    }
    tenant
        .save_decision(&decision("d", Decision::Pass))
        .unwrap();
    let heads = |observation, from, to| {
        let filter = DecisionFilter {
            integration: "snyk".to_owned(),
            observation,
            from,
            to,
        };
        let mut heads = String::new();
        let each = &mut |decision: DecisionRecord| {
            heads.push_str(&decision.head_sha);
            Ok::<_, StoreError>(())
        };
        tenant.decisions(&filter, each).unwrap();
        heads
    };
    assert_eq!(heads(None, None, None), "bacd");
    assert_eq!(heads(Some(Observation::Observed), None, None), "d");
    assert_eq!(heads(Some(Observation::Reconstructed), None, Some(2)), "ba");
    assert_eq!(heads(None, Some(2), Some(3)), "ac");
}

#[test]
fn pages_of_decisions_follow_each_other_without_gap_or_repetition() {
    let (_directory, mut tenant, _) = connected();
    for record in [
        rebuilt("c", 2),
        rebuilt("a", 2),
        rebuilt("b", 1),
        rebuilt("d", 9),
    ] {
        tenant.save_decision(&record).unwrap();
    }
    let mut same_head = decision("a", Decision::Pass);
    same_head.as_of = 2;
    tenant.save_decision(&same_head).unwrap();
    let filter = DecisionFilter {
        integration: "snyk".to_owned(),
        to: Some(3),
        ..DecisionFilter::default()
    };
    let (mut seen, mut after) = (Vec::new(), None);
    loop {
        let page = tenant.decisions_after(&filter, after.as_ref(), 2).unwrap();
        let Some(last) = page.last() else { break };
        after = Some(last.place());
        seen.extend(page);
    }
    let mut all = Vec::new();
    let each = &mut |decision: DecisionRecord| {
        all.push(decision);
        Ok::<_, StoreError>(())
    };
    tenant.decisions(&filter, each).unwrap();
    assert_eq!(seen.len(), 4);
    assert_eq!(seen, all);
}

#[test]
fn whoever_reads_decisions_can_stop_with_an_error_of_their_own() {
    #[derive(Debug)]
    enum Stop {
        Store,
        Enough(String),
    }
    impl From<StoreError> for Stop {
        fn from(_: StoreError) -> Self {
            Self::Store
        }
    }
    let (_directory, mut tenant, _) = connected();
    for record in [rebuilt("a", 1), rebuilt("b", 2)] {
        tenant.save_decision(&record).unwrap();
    }
    let filter = DecisionFilter {
        integration: "snyk".to_owned(),
        ..DecisionFilter::default()
    };
    let each = &mut |decision: DecisionRecord| Err(Stop::Enough(decision.head_sha));
    let stopped = tenant.decisions(&filter, each);
    assert!(matches!(stopped, Err(Stop::Enough(head)) if head == "a"));
}

pub(crate) fn rebuilt(head_sha: &str, as_of: Timestamp) -> DecisionRecord {
    let mut record = decision(head_sha, Decision::Pass);
    record.observation = Observation::Reconstructed;
    record.evidence.observation = Observation::Reconstructed;
    record.as_of = as_of;
    record.asked_at = as_of;
    record
}

pub(crate) fn decision(head_sha: &str, decision: Decision) -> DecisionRecord {
    DecisionRecord {
        integration: "snyk".to_owned(),
        change: "c1".to_owned(),
        head_sha: head_sha.to_owned(),
        observation: Observation::Observed,
        evidence: Evidence {
            observation: Observation::Observed,
            dependencies: None,
            findings: vec![],
            aliases: vec![],
            licenses: vec![],
            fix_candidates: vec![],
            debt: vec![],
            measurements: vec![],
            coverage: vec![],
            extra: vec![],
        },
        assessment: Assessment {
            model: "1".to_owned(),
            score: 0,
            findings: vec![],
            factors: vec![],
            contributions: vec![],
            terms: vec![],
            counterfactuals: vec![],
            unknowns: vec![],
            extra: vec![],
        },
        verdict: Verdict {
            decision,
            fired: vec![],
            waived: vec![],
            missing: vec![],
            unasked: vec![],
            errors: vec![],
            extra: vec![],
        },
        settled: Settled {
            decision: decision::Decision::Pass,
            outcome: decision::Outcome {
                decision: decision::Decision::Pass,
                causes: BTreeSet::new(),
                opened: false,
            },
            overridden: None,
            mode: Mode::Enforce,
            score: merge(None, 0, decision::Decision::Pass, Mode::Enforce),
        },
        plugin_version: "0.1.0".to_owned(),
        asked_at: 8,
        as_of: 9,
    }
}
