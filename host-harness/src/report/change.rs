//! Everything that was said about a change, in one value.

use std::collections::BTreeMap;

use koalr_platform::decision::Settled;
use koalr_platform::model::assessment::{Assessment, Attributed, Attribution};
use koalr_platform::model::common::{Change, SettingEntry, Timestamp};
use koalr_platform::model::evidence::{Evidence, FindingFact};
use koalr_platform::model::verdict::Verdict;
use koalr_platform::waiver::WaiverReport;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::factor::KoalrFactor;
use super::settings::AppliedRule;

/// A judged change: what was known, what the plugin made of it, and what follows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct ChangeReport {
    /// Name and version of this document's form.
    #[schemars(extend("const" = SCHEMA))]
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
    /// The smallest set of upgrades that turns a block, each as a command, or as a sentence where there is none. Empty
    /// if nothing blocks or no known set does.
    pub fixes: Vec<String>,
    /// Koalr's factors in Koalr's own units: the assessment's, which are in tenths and thousandths.
    pub factors: Vec<KoalrFactor>,
    /// The active rules with every parameter that applied.
    pub rules: Vec<AppliedRule>,
    /// Settings of the score, by key.
    pub settings: Vec<SettingEntry>,
    /// What became of the waivers.
    pub waivers: WaiverReport,
    /// What is wrong with the waiver file: whatever it is about does not hold. May be empty.
    pub complaints: Vec<String>,
    /// The last moment that a waiver made now may lift the block until, in milliseconds since 1970; none if nothing
    /// blocks.
    pub waivable_until: Option<Timestamp>,
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
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Judge {
    /// The manifest's id.
    pub plugin: String,
    /// Its version.
    pub version: String,
    /// SHA-256 of the component, in hexadecimal; empty in a report that was told again, if it is not known any more.
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
    /// Why, in a few words: the sentence without the verdict's word and without what can be done.
    pub(crate) fn reason(&self) -> &str {
        let sentence = self.summary.as_str();
        let reason = sentence.split_once(": ").map_or(sentence, |(_, rest)| rest);
        let reason = reason.split("; ").next().unwrap_or(reason);
        reason.strip_suffix('.').unwrap_or(reason)
    }

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
}

/// Names of findings, found in one pass.
pub(super) struct Names<'a> {
    /// The first CVE of each finding that has one.
    public: BTreeMap<u32, &'a str>,
    /// The first licence expression of each finding that has one.
    licenses: BTreeMap<u32, &'a str>,
}

impl<'a> Names<'a> {
    pub(super) fn of_report(report: &'a ChangeReport) -> Self {
        let mut names = Self {
            public: BTreeMap::new(),
            licenses: BTreeMap::new(),
        };
        for texts in &report.evidence.aliases {
            if let Some(cve) = texts.values.iter().find(|one| one.starts_with("CVE-")) {
                names.public.entry(texts.finding).or_insert(cve);
            }
        }
        for texts in &report.evidence.licenses {
            if let Some(license) = texts.values.first() {
                names.licenses.entry(texts.finding).or_insert(license);
            }
        }
        names
    }

    /// The public id of a finding: its first CVE, else the upstream's id.
    pub(super) fn of(&self, line: &Line<'a>) -> &'a str {
        let public = self.public.get(&line.index);
        public.copied().unwrap_or(&line.fact.vulnerability)
    }

    /// The licence that a finding is about; none if that is not known.
    pub(super) fn license(&self, line: &Line<'a>) -> Option<&'a str> {
        self.licenses.get(&line.index).copied()
    }
}

/// Name and version of a change report's JSON.
pub const SCHEMA: &str = "koalr/change-report@1";
