//! What became of waivers in a verdict.

use std::collections::{BTreeMap, BTreeSet};

use super::{Judged, Waivers, Why};
use crate::model::common::Timestamp;
use crate::model::verdict::Verdict;

/// What became of the waivers. Lists are in the order of the file.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct WaiverReport {
    /// Those that let a finding pass.
    pub used: Vec<Used>,
    /// Ids of those that hold and that nothing needed: fixed since, or misspelt.
    pub unused: Vec<String>,
    /// Those that have ended, with when.
    pub expired: Vec<(String, Timestamp)>,
    /// Those that were used and end within a week, with when.
    pub ending: Vec<(String, Timestamp)>,
    /// Ids that the verdict names although no such waiver was handed in, in alphabetical order: the integration is
    /// wrong, and what it waived was not waived by anybody.
    pub unfounded: Vec<String>,
}

/// A waiver that let findings pass.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Used {
    /// Its id.
    pub id: String,
    /// Indexes of the findings, rising.
    pub findings: Vec<u32>,
    /// Until when.
    pub expires: Timestamp,
}

impl Waivers {
    /// What became of them in a verdict that was given under what [`Waivers::valid`] found at that time.
    #[must_use]
    pub fn report(&self, judged: &Judged, verdict: &Verdict, as_of: Timestamp) -> WaiverReport {
        let valid: BTreeSet<&str> = judged.valid.iter().map(|waiver| &*waiver.id).collect();
        let mut findings: BTreeMap<&str, BTreeSet<u32>> = BTreeMap::new();
        for waived in &verdict.waived {
            let of = findings.entry(&waived.waiver).or_default();
            of.insert(waived.finding);
        }
        let mut report = WaiverReport::default();
        for waiver in self.all().iter().filter(|one| valid.contains(&*one.id)) {
            let (id, expires) = (&waiver.id, waiver.expires);
            let Some(findings) = findings.remove(&**id) else {
                report.unused.push(id.clone());
                continue;
            };
            if expires.saturating_sub(as_of) <= ENDING {
                report.ending.push((id.clone(), expires));
            }
            report.used.push(Used {
                id: id.clone(),
                findings: findings.into_iter().collect(),
                expires,
            });
        }
        report.unfounded = findings.into_keys().map(str::to_owned).collect();
        for rejected in &judged.rejected {
            if let Why::Expired(at) = rejected.why {
                report.expired.push((rejected.id.clone(), at));
            }
        }
        report
    }
}

/// A week before it ends somebody should know, in milliseconds.
const ENDING: i64 = 7 * 86_400_000;
