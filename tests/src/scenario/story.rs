//! The words of `scenario.toml`.

use std::collections::BTreeMap;

use serde::Deserialize;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// What an upstream knows of one repository, and what happens.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Story {
    /// One sentence: what happens, and what must come of it.
    pub about: String,
    /// The time at which it begins.
    pub begins: Instant,
    /// The repository that everything is about, as `owner/name`.
    pub repository: String,
    /// What happens, in this order.
    pub steps: Vec<Step>,
    /// Published vulnerabilities by the upstream's id. One that a step discloses is unknown until then.
    #[serde(default)]
    pub vulnerability: BTreeMap<String, Vulnerability>,
    /// Vulnerabilities of package versions, by `ecosystem:name@version`. Any other version has none.
    #[serde(default)]
    pub lookups: BTreeMap<String, Vec<String>>,
    /// Projects that scan the repository, by a name of the story's own.
    #[serde(default)]
    pub project: BTreeMap<String, Project>,
    /// What those projects found, by a name of the story's own.
    #[serde(default)]
    pub issue: BTreeMap<String, Issue>,
    /// Changes, by a name of the story's own.
    #[serde(default)]
    pub change: BTreeMap<String, Change>,
    /// Faults that steps switch on, by a name of the story's own.
    #[serde(default)]
    pub fault: BTreeMap<String, Fault>,
}

/// Something that happens.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Step {
    /// The tenant connects to the upstream.
    Connect,
    /// Everything that changed is pulled.
    Sync,
    /// The vulnerability of this id becomes known: lookups and projects have it from now on.
    Disclose(String),
    /// This issue is not found any more.
    Resolve(String),
    /// This issue is found again.
    Reopen(String),
    /// Time passes, for example `90m`, `18h` or `30d`.
    Advance(Span),
    /// This fault is switched on.
    Fault(String),
    /// All faults are switched off.
    Heal,
    /// A change is judged.
    Judge(Judge),
}

/// How a change is judged.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Judge {
    /// The change.
    pub change: String,
    /// Name of the judgement; the change's, if there is none.
    #[serde(rename = "as")]
    name: Option<String>,
    /// File of the scenario with the policy; none means the default policy.
    pub policy: Option<String>,
    /// File of the scenario with the waivers; none means no waivers.
    pub waivers: Option<String>,
    /// File of the scenario with ready evidence in JSON; none means that the upstream is asked.
    pub evidence: Option<String>,
}

/// A published vulnerability.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Vulnerability {
    /// Its CVE id; none if it has none.
    pub cve: Option<String>,
    /// Severity.
    pub severity: Level,
    /// Ratings, in the order they are served.
    #[serde(default)]
    pub ratings: Vec<Rating>,
    /// The day it became public.
    pub disclosed: String,
    /// The lowest fixed version of each release line.
    #[serde(default)]
    pub fixed_in: Vec<String>,
}

/// One CVSS rating.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Rating {
    /// Who rated.
    pub source: String,
    /// Base score, 0 to 10.
    pub score: f64,
    /// The vector.
    pub vector: String,
}

/// A scanned manifest or image.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Project {
    /// Path of the manifest.
    pub file: String,
    /// The upstream's project type.
    pub kind: String,
    /// Branch that it scans.
    pub branch: String,
}

/// What a project found: exactly one of a vulnerability, a licence and a rule.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Issue {
    /// The project.
    pub project: String,
    /// Id of a vulnerability.
    pub vulnerability: Option<String>,
    /// SPDX id of a licence.
    pub license: Option<String>,
    /// Id of a configuration rule.
    pub rule: Option<String>,
    /// `name@version`, for a vulnerability or a licence.
    #[serde(default)]
    pub package: String,
    /// The upstream's word for the ecosystem, for a licence.
    #[serde(default)]
    pub ecosystem: String,
    /// Path of the setting, for a rule.
    #[serde(default)]
    pub resource: String,
    /// Severity; the vulnerability's, if there is none.
    pub severity: Option<Level>,
    /// When it was first found; with the disclosure, if there is none.
    pub created: Option<Instant>,
    /// Whether a person ignores it upstream.
    #[serde(default)]
    pub ignored: bool,
    /// When it was no longer found.
    pub resolved: Option<Instant>,
    /// When it was found again after that.
    pub reintroduced: Option<Instant>,
}

/// A pull request.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Change {
    /// Its number.
    pub number: u32,
    /// Commit; made of the change's name if there is none.
    pub head: Option<String>,
    /// Its branch; none means unknown.
    pub branch: Option<String>,
    /// The branch that it goes to.
    #[serde(default = "main_branch")]
    pub target: String,
    /// Login of who wrote it; none means unknown.
    pub author: Option<String>,
    /// When it was opened; none means unknown.
    pub opened: Option<Instant>,
    /// Koalr's score of it without security, 0 to 100.
    pub base_score: Option<f64>,
    /// What it does to dependencies; none means unknown.
    pub dependencies: Option<Vec<Row>>,
}

/// One dependency that a change touches.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Row {
    /// `ecosystem:name`.
    pub package: String,
    /// The version before; none if it was not there.
    pub before: Option<String>,
    /// The version after; none if it goes.
    pub after: Option<String>,
    /// Whether the manifest names it; none means unknown.
    pub direct: Option<bool>,
    /// Path of the manifest; none means unknown.
    pub manifest: Option<String>,
}

/// Answers that are spoiled.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Fault {
    /// Beginning of the path below the organization, as it is sent: for example `packages/` or `issues`.
    pub path: String,
    /// What happens to the answer, in the mock's words.
    pub kind: String,
    /// Which answers, in the mock's words.
    #[serde(default = "every")]
    pub on: String,
}

/// Severity.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Level {
    /// Low.
    Low,
    /// Medium.
    Medium,
    /// High.
    High,
    /// Critical.
    Critical,
}

/// Milliseconds since 1970; a date is its first moment in UTC.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(try_from = "String")]
pub struct Instant(pub i64);

/// Milliseconds.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(try_from = "String")]
pub struct Span(pub i64);

impl Story {
    /// Makes sure that every name is one.
    pub(super) fn check(&self) -> Result<(), String> {
        let known = |what: &str, name: &str, is_known: bool| {
            let sentence = format!("there is no {what} `{name}`");
            is_known.then_some(()).ok_or(sentence)
        };
        let is_vulnerability =
            |id: &str| known("vulnerability", id, self.vulnerability.contains_key(id));
        let is_issue = |name: &str| known("issue", name, self.issue.contains_key(name));
        for id in self.lookups.values().flatten() {
            is_vulnerability(id)?;
        }
        for issue in self.issue.values() {
            known(
                "project",
                &issue.project,
                self.project.contains_key(&issue.project),
            )?;
            issue
                .vulnerability
                .as_deref()
                .map_or(Ok(()), is_vulnerability)?;
        }
        for step in &self.steps {
            match step {
                Step::Disclose(id) => is_vulnerability(id)?,
                Step::Resolve(name) | Step::Reopen(name) => is_issue(name)?,
                Step::Fault(name) => known("fault", name, self.fault.contains_key(name))?,
                Step::Judge(judge) => {
                    known(
                        "change",
                        &judge.change,
                        self.change.contains_key(&judge.change),
                    )?;
                }
                Step::Connect | Step::Sync | Step::Advance(_) | Step::Heal => {}
            }
        }
        Ok(())
    }
}

impl Judge {
    /// Name of the judgement.
    #[must_use]
    pub fn name(&self) -> &str {
        self.name.as_deref().unwrap_or(&self.change)
    }
}

impl TryFrom<String> for Instant {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let whole = match text.len() {
            DATE => format!("{text}T00:00:00Z"),
            _ => text.clone(),
        };
        let time = OffsetDateTime::parse(&whole, &Rfc3339)
            .map_err(|error| format!("`{text}` is neither a date nor a time: {error}"))?;
        Ok(Self(time.unix_timestamp() * 1000))
    }
}

impl TryFrom<String> for Span {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let unit = |unit| Some((text.strip_suffix(unit)?, unit));
        let known = unit('m').or_else(|| unit('h')).or_else(|| unit('d'));
        known
            .and_then(|(number, unit)| {
                let minutes = match unit {
                    'm' => 1,
                    'h' => 60,
                    _ => 24 * 60,
                };
                Some(Self(number.parse::<i64>().ok()? * minutes * 60_000))
            })
            .ok_or_else(|| format!("`{text}` is no span of time; write for example `18h`"))
    }
}

fn main_branch() -> String {
    "main".to_owned()
}

fn every() -> String {
    "every".to_owned()
}

/// Characters of a date.
const DATE: usize = 10;
