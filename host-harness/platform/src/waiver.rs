//! Decisions by people that a vulnerability may pass for a while.
//!
//! The integration matches waivers to findings; whether one holds is decided here: who approved it, for which repository
//! and how long, and whether what it was approved on is still so.

mod facts;
mod read;
mod report;
mod valid;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::complaint::Complaint;
use crate::model::common::{Tenths, Timestamp};
use crate::model::verdict::Waiver as Handed;
use crate::policy::Policy;

pub use read::is_login;
pub(crate) use read::{bare, is_same_login};
pub use report::{Ended, Refused, Used, WaiverReport};
pub use valid::{Asked, Judged, Rejected, Why};

/// The waivers of a file, in its order.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Waivers {
    all: Vec<Waiver>,
}

/// What a file comes to.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct WaiverFile {
    /// The flawless waivers. None of them, if the file is not TOML: a condition might be in what could not be read.
    pub waivers: Waivers,
    /// What is wrong with the others, in the order of the file. Empty if nothing is.
    pub complaints: Vec<Complaint>,
}

/// A decision by people that one vulnerability may pass. Its texts are kept as they were written: escape them where they
/// are shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Waiver {
    /// Name of the waiver; no other in the file has it.
    pub id: String,
    /// The vulnerability, by the upstream's id or any alias such as a CVE.
    pub vulnerability: String,
    /// Only in this package; none means in any.
    pub package: Option<String>,
    /// Only at this version; none means at any.
    pub version: Option<String>,
    /// Only in this repository, as `owner/name`; none means in any.
    pub repository: Option<String>,
    /// Why it may pass. Not empty.
    pub reason: String,
    /// Login of who approved it.
    pub approver: String,
    /// Login of who asked for it, who is not the approver; none if the file does not say.
    pub author: Option<String>,
    /// From when on it holds.
    pub created: Timestamp,
    /// From when on it does not hold any more.
    pub expires: Timestamp,
    /// What ends it earlier. May be empty.
    pub void_if: Vec<Condition>,
}

/// What ends a waiver before it expires. What cannot be told ends it too, because a waiver makes the gate milder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Condition {
    /// The CVSS base score is above the one it was approved at, in tenths.
    CvssRises(Tenths),
    /// A fix exists.
    FixAvailable,
    /// The change has another version than the waiver's.
    VersionChanges,
}

impl Waivers {
    /// Reads a waiver file under a policy, which limits how long a waiver may live. A waiver with a mistake does not hold
    /// and is complained about; the others hold.
    #[must_use]
    pub fn parse(text: &str, policy: &Policy) -> WaiverFile {
        read::waivers(text, policy.waiver_max_days)
    }

    /// Waivers that were read before, for example from a store. No two may have one id.
    #[must_use]
    pub fn of(all: Vec<Waiver>) -> Self {
        Self { all }
    }

    /// All of them, in the order of the file.
    #[must_use]
    pub fn all(&self) -> &[Waiver] {
        &self.all
    }

    /// The waiver of that id.
    #[must_use]
    pub fn get(&self, id: &str) -> Option<&Waiver> {
        self.all.iter().find(|waiver| waiver.id == id)
    }

    /// Which of them hold for a change, and why the others do not.
    #[must_use]
    pub fn valid(&self, asked: &Asked<'_>) -> Judged {
        valid::valid(&self.all, asked)
    }
}

impl Waiver {
    fn handed(&self) -> Handed {
        Handed {
            id: self.id.clone(),
            vulnerability: self.vulnerability.clone(),
            package: self.package.clone(),
            version: self.version.clone(),
        }
    }
}

#[cfg(test)]
mod tests;
