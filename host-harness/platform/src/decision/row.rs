//! A decision as lists of decisions show it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Decision;
use crate::merge::Band;
use crate::model::common::{Tenths, Timestamp};
use crate::model::evidence::Observation;
use crate::policy::Mode;

/// A decision about one head of a change, in figures.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct DecisionRow {
    /// Id of the change.
    pub change: String,
    /// The head that was judged, which need not be the newest.
    pub head_sha: String,
    /// Whether it was decided at the time or rebuilt later.
    pub observation: Observation,
    /// What binds, after what people let pass and the policy's mode of the time.
    pub decision: Decision,
    /// What was judged, as if enforced and before anybody let it pass.
    pub judged: Decision,
    /// The policy's mode of the time.
    pub mode: Mode,
    /// Login of who let it pass in spite of what was judged; none if nobody did.
    pub overridden_by: Option<String>,
    /// How many findings waivers let pass.
    pub waived: u32,
    /// The score of the change, in tenths, 0 to 1000.
    pub score: Tenths,
    /// The integration's score in it, in tenths, 0 to 1000.
    pub security: Tenths,
    /// The band of the score.
    pub band: Band,
    /// When a decision about this head was first asked for, in milliseconds since 1970.
    pub asked_at: Timestamp,
    /// The time the decision was made for, in milliseconds since 1970.
    pub as_of: Timestamp,
}
