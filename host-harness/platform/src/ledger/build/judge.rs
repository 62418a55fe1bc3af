//! Heads that were judged.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use super::Tally;
use super::places::Places;
use crate::decision::Decision;
use crate::delivery::key;
use crate::ledger::known::Known;
use crate::ledger::{Decided, Judged};
use crate::model::common::Timestamp;
use crate::model::evidence::Observation;

/// What was decided by a time, in the ledger's order.
pub(super) fn judged(
    known: &Known,
    repositories: &Places,
    as_of: Timestamp,
    tally: &mut Tally,
) -> Vec<Judged> {
    let merges = known.merges.iter();
    let merges = merges.map(|one| (&*one.change, (&*one.repository, one.number)));
    let others = known.others.iter();
    let others = others.map(|one| (&*one.change, (&*one.repository, one.number)));
    let changes: HashMap<&str, (&str, Option<u32>)> = merges.chain(others).collect();
    let let_pass = known.let_pass.iter().filter(|one| one.at <= as_of);
    let let_pass: HashSet<_> = let_pass
        .map(|one| (&*one.change, key(&one.head_sha)))
        .collect();
    let marks = known.marks.iter();
    let marks: HashSet<_> = marks
        .filter(|one| one.at.is_none_or(|at| at <= as_of))
        .map(|one| (key(&one.repository), &*one.change, key(&one.head_sha)))
        .collect();
    let mut unknown: HashSet<&str> = HashSet::new();
    let mut judged = Vec::new();
    let decided = joined(known, as_of);
    for one in &decided {
        let (change, head) = (&*one.change, key(&one.head_sha));
        let Some((stated, number)) = changes.get(change) else {
            unknown.insert(change);
            continue;
        };
        let Some(repository) = repositories.get(&key(stated)) else {
            continue;
        };
        let number = number.map(|number| number.to_string());
        let mut words = [Some(change), number.as_deref()].into_iter().flatten();
        let marked = words.any(|word| marks.contains(&(key(stated), word, head.clone())));
        let stopped = matches!(
            one.summary.decision,
            Decision::Block | Decision::Inconclusive
        );
        judged.push(Judged {
            change: one.change.clone(),
            repository,
            head_sha: one.head_sha.clone(),
            as_of: one.as_of,
            observation: one.observation,
            summary: one.summary,
            overridden: stopped && let_pass.contains(&(change, head)),
            marked_as_success: marked,
        });
    }
    tally.add_changes(NOT_STORED, unknown.len());
    judged.sort_unstable_by(|one, other| order(one).cmp(&order(other)));
    judged
}

/// What was decided by a time, with the decisions of several integrations about one head as one.
fn joined(known: &Known, as_of: Timestamp) -> Vec<Decided> {
    let decided = known.decided.iter().filter(|one| one.as_of <= as_of);
    let mut decided: Vec<Decided> = decided.cloned().collect();
    decided.sort_unstable_by(|one, other| head(one).cmp(&head(other)));
    decided.dedup_by(|other, one| {
        let same = head(one) == head(other);
        if same {
            one.summary = one.summary.join(other.summary);
            one.as_of = one.as_of.max(other.as_of);
        }
        same
    });
    decided
}

fn head(one: &Decided) -> (&str, &str, Observation) {
    (&one.change, &one.head_sha, one.observation)
}

fn order(one: &Judged) -> (Timestamp, &str, &str, Observation) {
    (one.as_of, &one.change, &one.head_sha, one.observation)
}

/// Decisions by change and head, those of the time before those that were rebuilt.
pub(super) struct Heads<'a>(HashMap<(&'a str, Cow<'a, str>), (Observation, u32)>);

impl<'a> Heads<'a> {
    pub(super) fn of(judged: &'a [Judged]) -> Self {
        let mut heads = HashMap::with_capacity(judged.len());
        for (place, one) in (0..).zip(judged) {
            let new = (one.observation, place);
            let head = (&*one.change, key(&one.head_sha));
            let found = heads.entry(head).or_insert(new);
            *found = new.min(*found);
        }
        Self(heads)
    }

    pub(super) fn get(&self, change: &str, head_sha: &str) -> Option<u32> {
        self.0
            .get(&(change, key(head_sha)))
            .map(|(_, place)| *place)
    }
}

const NOT_STORED: &str = "it was judged, and is no known change; import it";
