//! Everything that was said about a change, in one value.

use koalr_platform::decision::Settled;
use koalr_platform::model::assessment::{Assessment, Attributed, Attribution};
use koalr_platform::model::common::{Change, Timestamp};
use koalr_platform::model::evidence::{Evidence, FindingFact};
use koalr_platform::model::verdict::{RuleSetting, Verdict};
use koalr_platform::waiver::WaiverReport;
use serde::{Deserialize, Serialize};

/// A judged change: what was known, what the plugin made of it, and what follows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct ChangeReport {
    /// Name and version of this document's form: [`SCHEMA`].
    pub schema: String,
    /// The change.
    pub change: Change,
    /// Its title; empty if not known. Text from outside.
    pub title: String,
    /// Login of who wrote it; none if not known. Text from outside.
    pub author: Option<String>,
    /// What follows, under the policy's mode, with the joined score.
    #[serde(flatten)]
    pub settled: Settled,
    /// Until when awaited evidence keeps it pending, in milliseconds since 1970; none if it is not pending.
    pub deadline: Option<Timestamp>,
    /// The verdict sentence and, where there is one, the fix.
    pub summary: String,
    /// Upgrades that turn the verdict, as commands. May be empty.
    pub fixes: Vec<String>,
    /// The active rules with the parameters that the policy gives.
    pub rules: Vec<RuleSetting>,
    /// What became of the waivers.
    pub waivers: WaiverReport,
    /// What is wrong with the waiver file: whatever it is about does not hold. May be empty.
    pub complaints: Vec<String>,
    /// The plugin's assessment.
    pub assessment: Assessment,
    /// The plugin's verdict.
    pub verdict: Verdict,
    /// What was known.
    pub evidence: Evidence,
    /// Who judged.
    pub judge: Judge,
    /// When a judgement of this head was first asked for, in milliseconds since 1970.
    pub asked_at: Timestamp,
    /// The time it was judged for, in milliseconds since 1970.
    pub as_of: Timestamp,
}

/// The plugin that judged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Judge {
    /// The manifest's id.
    pub plugin: String,
    /// Its version.
    pub version: String,
    /// SHA-256 of the component, in hexadecimal.
    pub component: String,
}

/// A finding with everything the report says about it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Line<'a> {
    /// Index in the evidence.
    pub(super) index: u32,
    /// The fact.
    pub(super) fact: &'a FindingFact,
    /// What the model made of it.
    pub(super) attributed: &'a Attributed,
}

impl ChangeReport {
    /// Findings with their attribution, in the order of the evidence.
    pub(super) fn lines(&self) -> impl Iterator<Item = Line<'_>> {
        (0_u32..).map_while(|index| self.line(index))
    }

    /// The same, only of one attribution, worst first.
    pub(super) fn lines_of(&self, attribution: Attribution) -> Vec<Line<'_>> {
        let mut lines: Vec<_> = self
            .lines()
            .filter(|line| line.attributed.attribution == attribution)
            .collect();
        lines.sort_by_key(|line| (std::cmp::Reverse(line.attributed.cvss), line.index));
        lines
    }

    /// The line of one finding; none if the plugin named one that is not there.
    pub(super) fn line(&self, index: u32) -> Option<Line<'_>> {
        let place = usize::try_from(index).ok()?;
        Some(Line {
            index,
            fact: self.evidence.findings.get(place)?,
            attributed: self.assessment.findings.get(place)?,
        })
    }

    /// The public id of a finding: its first CVE, else the upstream's id.
    pub(super) fn id_of<'a>(&'a self, line: &Line<'a>) -> &'a str {
        self.evidence
            .aliases
            .iter()
            .filter(|texts| texts.finding == line.index)
            .flat_map(|texts| &texts.values)
            .find(|alias| alias.starts_with("CVE-"))
            .map_or(&line.fact.vulnerability, |alias| alias)
    }
}

/// Name and version of a change report's JSON.
pub const SCHEMA: &str = "koalr/change-report@1";
