//! The findings of a request, each with everything that rules ask about it.

use crate::model::assessment::{Assessment, Attributed};
use crate::model::evidence::{Evidence, FindingFact};
use crate::rules::Case;

/// Evidence and assessment, put together by finding.
pub(super) struct Cases<'a> {
    facts: &'a [FindingFact],
    attributed: &'a [Attributed],
    has_candidate: Vec<bool>,
    licenses: Vec<Vec<&'a str>>,
}

impl<'a> Cases<'a> {
    pub(super) fn of(evidence: &'a Evidence, assessment: &'a Assessment) -> Self {
        let facts = &evidence.findings;
        let mut has_candidate = vec![false; facts.len()];
        for candidate in &evidence.fix_candidates {
            if let Some(has) = at(&mut has_candidate, candidate.finding) {
                *has = true;
            }
        }
        let mut licenses: Vec<Vec<&str>> = vec![Vec::new(); facts.len()];
        for row in &evidence.licenses {
            if let Some(known) = at(&mut licenses, row.finding) {
                known.extend(row.values.iter().map(String::as_str));
            }
        }
        Self {
            facts,
            attributed: &assessment.findings,
            has_candidate,
            licenses,
        }
    }

    /// Every finding with its index.
    pub(super) fn all(&self) -> impl Iterator<Item = (u32, Case<'_>)> {
        let judged = self.facts.iter().zip(self.attributed);
        let known = self.has_candidate.iter().zip(&self.licenses);
        (0..).zip(judged.zip(known)).map(
            |(index, ((fact, attributed), (has_candidate, licenses)))| {
                let case = Case {
                    fact,
                    attributed,
                    has_candidate: *has_candidate,
                    licenses,
                };
                (index, case)
            },
        )
    }
}

fn at<T>(list: &mut [T], finding: u32) -> Option<&mut T> {
    list.get_mut(usize::try_from(finding).ok()?)
}
