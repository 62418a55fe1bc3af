//! The verdict as a check run: what to send to `POST /repos/{owner}/{repo}/check-runs` of GitHub.
//!
//! SOURCE: <https://docs.github.com/en/rest/checks/runs> for keys, words and limits.

mod annotation;
mod body;
mod details;
mod summary;
mod words;

use std::fmt::Write as _;

use koalr_platform::decision::{Decision, Settled};
use koalr_platform::model::common::{Change, Timestamp};
use koalr_platform::model::verdict::Decision as Judged;
use koalr_platform::policy::Mode;
use schemars::JsonSchema;
use serde::Serialize;

use super::change::{ChangeReport, Names};
use super::html::changes::path;
use super::markdown::{code, one_line};
use words::iso;

pub use annotation::{Annotation, AnnotationLevel};

/// A check run as GitHub takes it. Keys without a value are left out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct CheckRun {
    /// Name of the check, by which a branch's protection requires it: `Koalr: ` and the integration's id.
    pub name: String,
    /// The commit that was judged.
    pub head_sha: String,
    /// The page of the change; none where nobody told the server its public address, and GitHub then shows the app's page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub details_url: Option<String>,
    /// The same for every run of the same integration on the same head of the same change, so that a run is updated and
    /// not doubled. At most 255 bytes.
    pub external_id: String,
    /// How far it is.
    pub status: Status,
    /// When a judgement of this head was first asked for, in ISO 8601; none if no calendar has that time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub started_at: Option<String>,
    /// What it came to; none while it is in progress.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub conclusion: Option<Conclusion>,
    /// The time it was judged for, in ISO 8601; none while it is in progress.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub completed_at: Option<String>,
    /// What people read.
    pub output: Output,
    /// Buttons. At most three; may be empty.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub actions: Vec<Action>,
    /// Annotations beyond the first request, at most 50 a batch, for one `PATCH` each with the same title and summary.
    /// GitHub appends them. Not part of this payload; may be empty.
    #[serde(skip)]
    pub more_annotations: Vec<Vec<Annotation>>,
}

/// How far a check run is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "CheckRunStatus")]
pub enum Status {
    /// Evidence is awaited; a required check holds the change back.
    InProgress,
    /// There is a conclusion.
    Completed,
}

/// What a check run came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "CheckRunConclusion")]
pub enum Conclusion {
    /// The change may pass, and nothing speaks against it.
    Success,
    /// It may pass, and something should be looked at. GitHub counts it as passed.
    Neutral,
    /// A required check holds the change back.
    ActionRequired,
}

/// What people read of a check run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(rename = "CheckRunOutput")]
pub struct Output {
    /// The verdict in short, without Markdown. At most 255 bytes.
    pub title: String,
    /// The verdict, the way out, what is whose, who can lift it and what is missing, as Markdown. At most 65,535 bytes.
    pub summary: String,
    /// How it came about, as Markdown. At most 65,535 bytes; none before the first lookup.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// The worst findings at their manifests. At most 50; may be empty.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub annotations: Vec<Annotation>,
}

/// A button of a check run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(rename = "CheckRunAction")]
pub struct Action {
    /// What it says. At most 20 characters.
    pub label: &'static str,
    /// What it does. At most 40 characters.
    pub description: &'static str,
    /// What the webhook of a click names. At most 20 characters.
    pub identifier: &'static str,
}

impl CheckRun {
    /// The check run of a verdict.
    #[must_use]
    pub fn of(report: &ChangeReport) -> Self {
        let conclusion = conclusion(&report.settled);
        let names = Names::of_report(report);
        let annotations = annotation::annotations(report, &names);
        let started = Self {
            output: Output {
                title: title(&report.summary),
                summary: summary::summary(report, &names),
                text: Some(details::details(report, &names, annotations.left_out)),
                annotations: annotations.first,
            },
            actions: actions(report),
            more_annotations: annotations.more,
            ..Self::started(&report.judge.plugin, &report.change, report.asked_at)
        };
        match conclusion {
            None => started,
            Some(conclusion) => Self {
                status: Status::Completed,
                conclusion: Some(conclusion),
                completed_at: iso(report.as_of),
                ..started
            },
        }
    }

    /// The check run to post before the first request to the upstream, so that a required check never looks passed in
    /// the meantime. `dependencies` is how many the change touches; none if that is not known.
    #[must_use]
    pub fn looking_up(
        integration: &str,
        change: &Change,
        dependencies: Option<usize>,
        asked_at: Timestamp,
    ) -> Self {
        let mut run = Self::started(integration, change, asked_at);
        run.output.title = match dependencies {
            None => "Looking at a change without a dependency list".to_owned(),
            Some(1) => "Looking up 1 dependency".to_owned(),
            Some(count) => format!("Looking up {count} dependencies"),
        };
        run.output.summary = format!(
            "The verdict on commit {} follows here.\n",
            code(&change.head_sha)
        );
        run
    }

    /// The same with a link to the change's page, if it is known where the pages are.
    #[must_use]
    pub fn linked(self, public_url: Option<&str>, change: &str) -> Self {
        let details_url = public_url.map(|origin| format!("{origin}{}", path(change)));
        Self {
            details_url,
            ..self
        }
    }

    fn started(integration: &str, change: &Change, asked_at: Timestamp) -> Self {
        Self {
            name: format!("Koalr: {}", one_line(integration, LONGEST_ID)),
            head_sha: change.head_sha.clone(),
            details_url: None,
            external_id: external_id(integration, change),
            status: Status::InProgress,
            started_at: iso(asked_at),
            conclusion: None,
            completed_at: None,
            output: Output {
                title: String::new(),
                summary: String::new(),
                text: None,
                annotations: Vec::new(),
            },
            actions: Vec::new(),
            more_annotations: Vec::new(),
        }
    }
}

/// What GitHub is told; none while it is pending. A mode that binds nothing never makes a bad verdict look good: what
/// would have warned, blocked or been undecided is neutral there.
fn conclusion(settled: &Settled) -> Option<Conclusion> {
    match (settled.decision, settled.outcome.decision) {
        (Decision::Pending, _) => None,
        (Decision::Block | Decision::Inconclusive, _) => Some(Conclusion::ActionRequired),
        (Decision::Pass, Decision::Pass) => Some(Conclusion::Success),
        (Decision::Pass | Decision::Warn, _) => Some(Conclusion::Neutral),
    }
}

/// The sentence without its full stop.
fn title(sentence: &str) -> String {
    let sentence = one_line(sentence, MAX_TITLE);
    words::cut(sentence.strip_suffix('.').unwrap_or(&sentence), MAX_TITLE)
}

/// Names the integration, the change and the head, with what could be mistaken for a separator in percent form. A long
/// name is cut and ends in a checksum of all of it.
fn external_id(integration: &str, change: &Change) -> String {
    let parts = [integration, &change.id, &change.head_sha].map(|part| {
        let part = escaped(part);
        if part.len() <= LONGEST_ID {
            return part;
        }
        let kept = part.get(..LONGEST_ID - CHECKSUM).unwrap_or_default();
        format!("{kept}~{:016x}", checksum(&part))
    });
    format!("koalr:{}", parts.join(":"))
}

fn escaped(part: &str) -> String {
    let mut out = String::new();
    for byte in part.bytes() {
        if byte.is_ascii_graphic() && !b":%~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

/// FNV-1a, 64 bits. Ids come from the platform and not from who opens a change, so that nobody seeks a collision.
fn checksum(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

/// What a person may do about a decision that holds the change back.
fn actions(report: &ChangeReport) -> Vec<Action> {
    let holds_back = matches!(
        report.settled.decision,
        Decision::Block | Decision::Inconclusive
    );
    if !holds_back || report.settled.mode != Mode::Enforce {
        return Vec::new();
    }
    let mut actions = vec![OVERRIDE, RE_CHECK];
    if is_waivable(report) {
        actions.push(WAIVE);
    }
    actions
}

/// Whether waivers can lift a block: every rule that blocks rests on findings, and the author is known, because nobody
/// may approve a waiver for a change of their own.
fn is_waivable(report: &ChangeReport) -> bool {
    let mut blocking = report
        .verdict
        .fired
        .iter()
        .filter(|fired| fired.decision == Judged::Block)
        .peekable();
    report.settled.decision == Decision::Block
        && report.author.is_some()
        && blocking.peek().is_some()
        && blocking.all(|fired| !fired.findings.is_empty())
}

const OVERRIDE: Action = Action {
    label: "Override",
    description: "Let this commit pass, on your name",
    identifier: "override",
};

const RE_CHECK: Action = Action {
    label: "Re-check",
    description: "Look everything up again",
    identifier: "re-check",
};

const WAIVE: Action = Action {
    label: "Waive",
    description: "Accept the blocking findings for a while",
    identifier: "waive",
};

/// Longest title, in bytes: GitHub allows 255 characters.
const MAX_TITLE: usize = 255;

/// Longest part of an external id, in bytes: three of them and the separators stay under 255. A commit has 40 or 64.
const LONGEST_ID: usize = 80;

/// Bytes of a checksum and its mark.
const CHECKSUM: usize = 17;

#[cfg(test)]
mod tests;
