//! What another policy would have decided, and whether that would have been right.
//!
//! Decisions that were made at the time and decisions that were rebuilt later are counted apart, and never together.

mod aftermath;

use serde::{Deserialize, Serialize};

use crate::decision::{Decision, Settled};
use crate::model::common::Timestamp;

pub use crate::stats::proportion::Proportion;
pub use aftermath::{Aftermath, Aftermaths};

/// A stored decision, and what it is under another policy.
#[derive(Debug, Clone, PartialEq)]
pub struct Redecided<'a> {
    /// Id of the change.
    pub change: &'a str,
    /// The head that was judged.
    pub head_sha: &'a str,
    /// The time that it was made for.
    pub as_of: Timestamp,
    /// What was decided.
    pub then: &'a Settled,
    /// Whether people let this head pass, then or since.
    pub overridden: bool,
    /// What it is now.
    pub now: &'a Settled,
    /// How many findings a waiver lets pass now.
    pub waived: usize,
    /// Why it is what it is now. May be empty. May hold names from outside.
    pub reasons: Vec<String>,
    /// What the change led to.
    pub aftermath: Aftermath,
}

/// Decisions of one observation under another policy. What is counted is what is judged as if enforced, before anybody
/// lets it pass.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Group {
    /// How many decisions: one for each head that was judged.
    pub decisions: u32,
    /// How many would have blocked.
    pub blocked: u32,
    /// How many would have warned.
    pub warned: u32,
    /// How many would have passed.
    pub passed: u32,
    /// How many would have waited for evidence.
    pub pending: u32,
    /// How many could not have been told.
    pub inconclusive: u32,
    /// How many are other than they were.
    pub changed: u32,
    /// The first of those, in order of time.
    pub examples: Vec<Changed>,
    /// How many people let pass at the time.
    pub overridden: u32,
    /// How many of those would not have needed it.
    pub override_needless: u32,
    /// In how many a waiver would have let a finding pass.
    pub waived: u32,
    /// Whether what blocks is what leads to incidents.
    pub accuracy: Accuracy,
}

/// A decision that is other than it was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Changed {
    /// Id of the change.
    pub change: String,
    /// The head that was judged.
    pub head_sha: String,
    /// The time of the decision.
    pub as_of: Timestamp,
    /// What was judged.
    pub then: Decision,
    /// What is judged now.
    pub now: Decision,
    /// Why. May be empty. May hold names from outside.
    pub reasons: Vec<String>,
}

/// Blocking as a forecast of incidents. Only changes whose outcome is known count: those that were merged with the head
/// that was judged, deployed, and watched for the whole window.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Accuracy {
    /// Blocked, and led to an incident.
    pub true_positives: u32,
    /// Blocked, and led to none.
    pub false_positives: u32,
    /// Not blocked, and led to an incident.
    pub false_negatives: u32,
    /// Not blocked, and led to none.
    pub true_negatives: u32,
    /// Left out: deployed too short a time ago.
    pub too_young: u32,
    /// Left out: no deployment is known to have brought it.
    pub not_deployed: u32,
    /// Left out: not known to be merged, or with another head.
    pub not_merged: u32,
}

impl Group {
    /// Counts a decision. They come in order of time.
    pub fn add(&mut self, one: &Redecided<'_>) {
        let (then, now) = (one.then.outcome.decision, one.now.outcome.decision);
        self.decisions += 1;
        *match now {
            Decision::Block => &mut self.blocked,
            Decision::Warn => &mut self.warned,
            Decision::Pass => &mut self.passed,
            Decision::Pending => &mut self.pending,
            Decision::Inconclusive => &mut self.inconclusive,
        } += 1;
        self.overridden += u32::from(one.overridden);
        let needs_none = matches!(now, Decision::Pass | Decision::Warn);
        self.override_needless += u32::from(one.overridden && needs_none);
        self.waived += u32::from(one.waived > 0);
        if then != now {
            self.changed += 1;
            if self.examples.len() < MOST_EXAMPLES {
                self.examples.push(Changed {
                    change: one.change.to_owned(),
                    head_sha: one.head_sha.to_owned(),
                    as_of: one.as_of,
                    then,
                    now,
                    reasons: one.reasons.clone(),
                });
            }
        }
        self.accuracy.add(now == Decision::Block, one.aftermath);
    }
}

impl Accuracy {
    fn add(&mut self, blocked: bool, aftermath: Aftermath) {
        *match (aftermath, blocked) {
            (Aftermath::Incident, true) => &mut self.true_positives,
            (Aftermath::Quiet, true) => &mut self.false_positives,
            (Aftermath::Incident, false) => &mut self.false_negatives,
            (Aftermath::Quiet, false) => &mut self.true_negatives,
            (Aftermath::TooYoung, _) => &mut self.too_young,
            (Aftermath::NotDeployed, _) => &mut self.not_deployed,
            (Aftermath::NotMerged, _) => &mut self.not_merged,
        } += 1;
    }

    /// Changes whose outcome is known.
    #[must_use]
    pub fn known(&self) -> u32 {
        self.true_positives + self.false_positives + self.false_negatives + self.true_negatives
    }

    /// Of those that would have been blocked, how many led to an incident.
    #[must_use]
    pub fn precision(&self) -> Proportion {
        let blocked = self.true_positives + self.false_positives;
        Proportion::new(self.true_positives, blocked)
    }

    /// Of those that led to an incident, how many would have been blocked.
    #[must_use]
    pub fn recall(&self) -> Proportion {
        let incidents = self.true_positives + self.false_negatives;
        Proportion::new(self.true_positives, incidents)
    }
}

/// More than a screen of examples helps nobody.
const MOST_EXAMPLES: usize = 20;

#[cfg(test)]
mod tests;
