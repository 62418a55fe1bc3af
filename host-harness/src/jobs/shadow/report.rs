//! What became of a comparison of two versions.

use std::collections::BTreeMap;

use koalr_platform::decision::Decision;
use koalr_platform::model::common::{Tenths, Timestamp};
use koalr_platform::model::verdict::Decision as Judged;
use koalr_platform::rollout::Release;
use schemars::JsonSchema;
use serde::Serialize;

use super::cost::ShadowCost;
use super::recordings::ShadowRecordings;

/// A version beside the one that serves, on what was judged before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct ShadowReport {
    /// The integration, by its id.
    pub integration: String,
    /// The version that serves.
    pub serving: Release,
    /// The version that was compared with it.
    pub candidate: Release,
    /// From when on decisions count, in milliseconds since 1970.
    pub from: Timestamp,
    /// Until when, in milliseconds since 1970.
    pub as_of: Timestamp,
    /// What it comes to.
    pub conclusion: Conclusion,
    /// Whose changes were looked at.
    pub tenants: ShadowTenants,
    /// What both say of them.
    pub changes: ShadowChanges,
    /// What both spent on them; none if there was none.
    pub cost: Option<ShadowCost>,
    /// What both make of recorded calls.
    pub recordings: ShadowRecordings,
}

/// What a comparison comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Conclusion {
    /// Every verdict is the same.
    Same,
    /// A verdict is another, or one version answers where the other does not.
    Otherwise,
    /// No verdict could be compared, so that it is not known.
    Unknown,
}

/// Whose changes were looked at.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct ShadowTenants {
    /// How many.
    pub looked_at: u32,
    /// Those of them with a change that both judged.
    pub compared: u32,
    /// Those whose changes could not be judged.
    pub left_out: u32,
    /// Those of them that the candidate alone cannot judge: it would leave them without decisions.
    pub deserted: u32,
    /// The first of those that were left out.
    pub examples: Vec<LeftOut>,
}

/// A tenant whose changes could not be judged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct LeftOut {
    /// The tenant.
    pub tenant: String,
    /// Why, as a sentence.
    pub why: String,
    /// Whether the version that serves could judge them: then the candidate would leave the tenant without decisions.
    pub served: bool,
}

/// What both versions say of the same changes. Each head that was judged counts as one, and what was judged at the time
/// and what was rebuilt later of the same head as two.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct ShadowChanges {
    /// How many both judged: the sum of the following four.
    pub compared: u32,
    /// Of those, how many are the same in everything.
    pub same: u32,
    /// How many have another verdict: another decision, or other rules that fire.
    pub verdicts: u32,
    /// How many have the same verdict and other points.
    pub only_points: u32,
    /// How many have the same verdict and points, and other parts, waived findings or unknowns.
    pub only_details: u32,
    /// Of the other verdicts, how many are stricter.
    pub stricter: u32,
    /// How many are looser.
    pub looser: u32,
    /// How many are the same decision by other rules.
    pub other_rules: u32,
    /// How many have other points, whatever their verdict.
    pub points: u32,
    /// The largest difference in points, in tenths, 0 to 1000; none if there is none.
    pub largest_points: Option<Tenths>,
    /// How many the candidate alone did not judge: it trapped, refused, or broke the contract or a limit.
    pub candidate_failed: u32,
    /// How many the version that serves alone did not judge.
    pub serving_failed: u32,
    /// How many neither judged.
    pub both_failed: u32,
    /// How many were left out, because their change is not stored any more.
    pub orphans: u32,
    /// Whether it ended before all were judged, because one version failed too often in a row.
    pub stopped: bool,
    /// The first of the other verdicts, by tenant and time.
    pub examples: Vec<VerdictChange>,
    /// The first of those that one version alone did not judge.
    pub failures: Vec<UnjudgedChange>,
}

/// A change with another verdict.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct VerdictChange {
    /// The tenant.
    pub tenant: String,
    /// Id of the change.
    pub change: String,
    /// The head that was judged.
    pub head_sha: String,
    /// The time that it was judged for, in milliseconds since 1970.
    pub as_of: Timestamp,
    /// How the verdict turns.
    pub turn: Turn,
    /// What the version that serves says.
    pub serving: Judgement,
    /// What the candidate says.
    pub candidate: Judgement,
}

/// How a verdict turns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Turn {
    /// The candidate decides more strictly.
    Stricter,
    /// The candidate decides less strictly.
    Looser,
    /// It decides the same by other rules.
    OtherRules,
}

/// What a version says of a change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Judgement {
    /// What was judged, as if enforced and before anybody lets it pass.
    pub decision: Decision,
    /// The security score, in tenths, 0 to 1000.
    pub points: Tenths,
    /// Rules that fire, by code, each with what it decides. May be empty.
    pub rules: BTreeMap<String, Judged>,
}

/// A change that one version alone did not judge.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct UnjudgedChange {
    /// The tenant.
    pub tenant: String,
    /// Id of the change.
    pub change: String,
    /// The head that was judged.
    pub head_sha: String,
    /// Who did not judge it.
    pub side: Side,
    /// What kind of failure it was: `refused`, `breach`, `trapped`, `out-of-cpu` and the like.
    pub kind: String,
    /// The failure as a sentence.
    pub reason: String,
}

/// One of two versions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Side {
    /// The one that serves.
    Serving,
    /// The one that is compared with it.
    Candidate,
}

impl ShadowChanges {
    /// How many one version alone judged.
    #[must_use]
    pub fn failed(&self) -> u32 {
        self.candidate_failed + self.serving_failed
    }
}
