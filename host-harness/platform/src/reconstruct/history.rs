//! What a repository had at a time in the past.

use crate::model::common::Timestamp;
use crate::model::record::{Finding, Remediation, RemediationStep};

/// A stored finding, vanished or not, with what is known of its life.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PastFinding {
    /// Its newest state.
    pub finding: Finding,
    /// The earliest introduction that is known, over all imports of its project.
    pub introduced_first: Timestamp,
    /// Since when completed walks lack it; none if they do not.
    pub gone_at: Option<Timestamp>,
    /// Steps of its life that were kept, in any order. May be empty: then its own times tell.
    pub steps: Vec<Remediation>,
}

/// The findings of a repository, to be seen as of any time.
#[derive(Debug, Clone, Default)]
pub struct History {
    past: Vec<PastFinding>,
    then: Vec<Finding>,
}

impl History {
    /// Of these findings.
    #[must_use]
    pub fn new(past: Vec<PastFinding>) -> Self {
        let then = past.iter().map(|one| one.finding.clone()).collect();
        Self { past, then }
    }

    /// Every finding as it was at a time: open if it was then, introduced when it was before or, where it was not open,
    /// when it next was. One that was not public yet is out of reach of any time.
    pub fn at(&mut self, at: Timestamp) -> &[Finding] {
        for (past, then) in self.past.iter().zip(&mut self.then) {
            past.rewind(at, then);
        }
        &self.then
    }
}

impl PastFinding {
    fn rewind(&self, at: Timestamp, then: &mut Finding) {
        let now = &self.finding;
        then.ignored = self.ignored_at(at);
        then.resolved_at = now.resolved_at;
        if now.disclosed_at.is_some_and(|disclosed| disclosed > at) {
            then.open = false;
            then.created_at = Timestamp::MAX;
            then.introduced_at = Some(Timestamp::MAX);
            return;
        }
        let spells = self.spells();
        // What opens at the moment that it closes is open.
        let last = spells.iter().filter(|(time, _)| *time <= at).max();
        then.created_at = now.created_at;
        if let Some(&(since, true)) = last {
            then.open = true;
            then.created_at = now.created_at.min(since);
            then.introduced_at = Some(since);
            then.resolved_at = None;
        } else {
            then.open = false;
            let next = spells.iter().filter(|(time, opens)| *opens && *time > at);
            then.introduced_at = next.map(|(time, _)| *time).min().or(now.introduced_at);
        }
    }

    /// When it opened (true) and closed (false), as far as that is known, in no order.
    fn spells(&self) -> Vec<(Timestamp, bool)> {
        let finding = &self.finding;
        let came = finding.introduced_at.unwrap_or(finding.created_at);
        let mut spells = vec![(came, true)];
        // Of an earlier spell that nobody saw end it is not known how long it was.
        let ended = |at| finding.created_at < at && at <= came;
        if finding.resolved_at.is_some_and(ended) {
            spells.push((finding.created_at, true));
        }
        // An import of its project does not end it.
        if self.introduced_first < came.min(finding.created_at) {
            spells.push((self.introduced_first, true));
        }
        let closed = finding.resolved_at.into_iter().chain(self.gone_at);
        spells.extend(closed.map(|at| (at, false)));
        spells.extend(self.steps.iter().filter_map(|step| match step.step {
            RemediationStep::Introduced | RemediationStep::ReIntroduced => Some((step.at, true)),
            RemediationStep::Resolved | RemediationStep::Vanished => Some((step.at, false)),
            RemediationStep::FirstSeen | RemediationStep::Ignored | RemediationStep::UnIgnored => {
                None
            }
        }));
        if !finding.open && spells.iter().all(|(_, opens)| *opens) {
            // It ended, and nobody knows when: it is not taken for what the base had.
            spells.clear();
        }
        spells
    }

    fn ignored_at(&self, at: Timestamp) -> bool {
        let steps = self.steps.iter().filter_map(|step| match step.step {
            RemediationStep::Ignored => Some((step.at, true)),
            RemediationStep::UnIgnored => Some((step.at, false)),
            _ => None,
        });
        let before = steps.clone().filter(|(time, _)| *time <= at).max();
        let after = steps.filter(|(time, _)| *time > at).min();
        match (before, after) {
            (Some((_, ignored)), _) => ignored,
            (None, Some((_, ignored))) => !ignored,
            (None, None) => self.finding.ignored,
        }
    }
}
