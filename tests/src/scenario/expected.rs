//! The words of `expected.toml`.

use std::collections::{BTreeMap, BTreeSet};

use koalr_platform::decision::{Cause, Decision};
use koalr_platform::model::assessment::{Attribution, Bump};
use koalr_platform::model::common::Severity;
use serde::Deserialize;

/// What a judgement must say. Lists and maps are complete, and empty if they are left out.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Expected {
    /// What binds, after the policy's mode.
    pub decision: Decision,
    /// What is judged, as if enforced; the decision, if it is left out.
    pub judged: Option<Decision>,
    /// The verdict sentence; not compared if it is left out.
    pub summary: Option<String>,
    /// The fixes, as commands; not compared if they are left out.
    pub fixes: Option<Vec<String>>,
    /// Every finding of the evidence, in any order.
    #[serde(default, rename = "finding")]
    pub findings: Vec<Finding>,
    /// Rules that fired, with what each decides.
    #[serde(default)]
    pub fired: BTreeMap<String, Decision>,
    /// Rules that could not be evaluated.
    #[serde(default)]
    pub errors: Vec<String>,
    /// Why it could not be told.
    #[serde(default)]
    pub causes: Vec<Cause>,
    /// The sentence that says that the policy fails open; none if it does not.
    pub note: Option<String>,
    /// Coverage that was missing: `route of subject`, or the route alone if nothing was asked. The organization is `{org}`.
    #[serde(default)]
    pub missing: Vec<String>,
    /// What became of the waivers.
    #[serde(default)]
    pub waivers: Waivers,
    /// Open findings that the change does not touch, by severity; not compared if they are left out.
    pub debt: Option<BTreeMap<Severity, u32>>,
    /// Another judgement whose security score must be lower.
    pub scores_more_than: Option<String>,
}

/// A finding. What is an option is not compared if it is left out.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Finding {
    /// The upstream's id.
    pub id: String,
    /// `name@version`; empty where it is about none.
    #[serde(default)]
    pub package: String,
    /// Whose it is.
    pub attribution: Attribution,
    /// How the package's version moves; unchanged, if it is left out.
    #[serde(default = "unchanged")]
    pub bump: Bump,
    /// What else is true of it; all of it.
    #[serde(default)]
    pub is: BTreeSet<Mark>,
    /// Whether the repository had it before.
    pub seen_before: Option<bool>,
    /// Effective base score, 0 to 10; below 0 means that there is none.
    pub cvss: Option<f64>,
}

/// What may be true of a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mark {
    /// The change upgrades the package, and the vulnerability stays.
    KeptByUpgrade,
    /// The upstream was told to ignore it.
    Ignored,
    /// Its score is assumed from the severity.
    Assumed,
    /// A waiver lets it pass.
    Waived,
}

/// What became of the waivers, by their ids.
#[derive(Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "kebab-case", deny_unknown_fields)]
pub struct Waivers {
    /// Those that let a finding pass.
    pub used: Vec<String>,
    /// Those that hold and that nothing needed.
    pub unused: Vec<String>,
    /// Those that do not hold, and why.
    pub refused: BTreeMap<String, String>,
    /// Those that have ended.
    pub expired: Vec<String>,
    /// Those that were used and end within a week.
    pub ending: Vec<String>,
    /// What is wrong with the file.
    pub complaints: Vec<String>,
}

fn unchanged() -> Bump {
    Bump::Unchanged
}
