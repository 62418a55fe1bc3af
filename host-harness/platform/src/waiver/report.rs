//! What became of waivers in a verdict.

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Judged, Waivers, Why};
use crate::model::common::Timestamp;
use crate::model::verdict::Verdict;

/// What became of the waivers. Lists are in the order of the file.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct WaiverReport {
    /// Those that let a finding pass.
    pub used: Vec<Used>,
    /// Ids of those that hold and that nothing needed: fixed since, or misspelt.
    pub unused: Vec<String>,
    /// Those that do not hold for this change, the ended ones aside.
    pub refused: Vec<Refused>,
    /// Those that have ended.
    pub expired: Vec<Ended>,
    /// Those that were used and end within a week.
    pub ending: Vec<Ended>,
    /// Ids that the verdict names although no such waiver was handed in, in alphabetical order: the integration is
    /// wrong, and what it waived was not waived by anybody.
    pub unfounded: Vec<String>,
}

/// A waiver that let findings pass.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Used {
    /// Its id.
    pub id: String,
    /// Why it may pass, in the approver's words.
    pub reason: String,
    /// Login of who approved it.
    pub approver: String,
    /// Indexes of the findings, rising.
    pub findings: Vec<u32>,
    /// Until when, in milliseconds since 1970.
    pub expires: Timestamp,
}

/// A waiver that does not hold for this change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Refused {
    /// Its id.
    pub id: String,
    /// Why, as a sentence without a full stop.
    pub why: String,
}

/// A waiver with its end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Ended {
    /// Its id.
    pub id: String,
    /// When it ends or ended, in milliseconds since 1970.
    pub at: Timestamp,
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
            let (id, expires) = (waiver.id.clone(), waiver.expires);
            let Some(findings) = findings.remove(&*id) else {
                report.unused.push(id);
                continue;
            };
            if expires.saturating_sub(as_of) <= ENDING {
                let (id, at) = (id.clone(), expires);
                report.ending.push(Ended { id, at });
            }
            report.used.push(Used {
                id,
                reason: waiver.reason.clone(),
                approver: waiver.approver.clone(),
                findings: findings.into_iter().collect(),
                expires,
            });
        }
        report.unfounded = findings.into_keys().map(str::to_owned).collect();
        for rejected in &judged.rejected {
            let id = rejected.id.clone();
            match &rejected.why {
                Why::Expired(at) => report.expired.push(Ended { id, at: *at }),
                why => report.refused.push(Refused {
                    id,
                    why: why.to_string(),
                }),
            }
        }
        report
    }
}

/// A week before it ends somebody should know, in milliseconds.
const ENDING: i64 = 7 * 86_400_000;
