//! The contract's conformance suite: what a component must keep, tried against any component.
//!
//! Checks are data: `table` lists them. Each opens sandboxes of its own, whose upstream is a function; nothing leaves this
//! machine, and no credential is needed. What an upstream really answers only recordings know.

mod cursor;
mod honesty;
mod judging;
mod limits;
mod manifest;
mod purity;
mod recorded;
mod sample;
mod subject;
mod table;
mod trouble;

use std::future::Future;
use std::path::PathBuf;
use std::pin::Pin;

use schemars::JsonSchema;
use serde::Serialize;

use crate::HostError;
use crate::report::plain;
use recorded::Recorded;
use subject::{Opened, Subject};
use table::CHECKS;

/// What is checked.
#[derive(Debug, Clone)]
pub struct CheckOptions {
    /// The component.
    pub file: PathBuf,
    /// Recordings of calls on it. May be empty.
    pub recordings: Vec<PathBuf>,
}

/// What became of every check.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct CheckReport {
    /// Id and version, as it says of itself; absent if it could not say.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub integration: Option<String>,
    /// SHA-256 of its bytes, in hexadecimal; absent if it was not admitted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub component: Option<String>,
    /// Every check, in the order of the suite.
    pub checks: Vec<CheckRow>,
    /// How many passed.
    pub passed: u32,
    /// How many failed.
    pub failed: u32,
    /// How many were not run.
    pub not_run: u32,
}

/// One check.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct CheckRow {
    /// Its stable code.
    pub code: &'static str,
    /// What it shows if it passes.
    pub shows: &'static str,
    /// How it ended.
    pub outcome: CheckOutcome,
    /// What failed and why, or why it was not run; each a sentence. Empty if it passed.
    pub reasons: Vec<String>,
}

/// How a check ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum CheckOutcome {
    /// The component keeps to it.
    Passed,
    /// It does not.
    Failed,
    /// It could not be tried.
    NotRun,
}

/// A check of the suite.
struct Check {
    code: &'static str,
    shows: &'static str,
    run: for<'a> fn(&'a Subject) -> Running<'a>,
}

type Running<'a> = Pin<Box<dyn Future<Output = Came> + Send + 'a>>;

/// What a check came to.
enum Came {
    Tried(Vec<String>),
    NotRun(String),
}

impl Came {
    fn not_run(why: &str) -> Self {
        Self::NotRun(why.to_owned())
    }
}

/// Runs the whole suite.
///
/// # Errors
///
/// The component's file or a recording cannot be read, or the sandbox did not start. What is wrong with the component is no
/// error: it is what the report tells.
pub async fn check_component(options: &CheckOptions) -> Result<CheckReport, HostError> {
    let recorded = Recorded::read(&options.recordings)?;
    let mut report = CheckReport {
        integration: None,
        component: None,
        checks: Vec::new(),
        passed: 0,
        failed: 0,
        not_run: 0,
    };
    let subject = match Subject::open(&options.file, recorded).await? {
        Opened::Refused(why) => {
            report.add("admission", ADMISSION, Came::Tried(vec![why]));
            report.leave_out(&[("describe", DESCRIBE)], "the component is not admitted");
            None
        }
        Opened::Mute { component, why } => {
            report.component = Some(component);
            report.add("admission", ADMISSION, Came::Tried(Vec::new()));
            report.add("describe", DESCRIBE, Came::Tried(vec![why]));
            None
        }
        Opened::Subject(subject) => {
            report.component = Some(subject.plugin.content_hash().to_owned());
            report.integration = Some(plain(&subject.plugin.title()));
            report.add("admission", ADMISSION, Came::Tried(Vec::new()));
            report.add("describe", DESCRIBE, Came::Tried(Vec::new()));
            Some(subject)
        }
    };
    for check in CHECKS {
        let came = match &subject {
            Some(subject) => (check.run)(subject).await,
            None => Came::not_run("it cannot be told what the component is"),
        };
        report.add(check.code, check.shows, came);
    }
    Ok(report)
}

impl CheckReport {
    fn add(&mut self, code: &'static str, shows: &'static str, came: Came) {
        let (outcome, count, reasons) = match came {
            Came::Tried(reasons) if reasons.is_empty() => {
                (CheckOutcome::Passed, &mut self.passed, reasons)
            }
            Came::Tried(reasons) => (CheckOutcome::Failed, &mut self.failed, reasons),
            Came::NotRun(why) => (CheckOutcome::NotRun, &mut self.not_run, vec![why]),
        };
        *count += 1;
        self.checks.push(CheckRow {
            code,
            shows,
            outcome,
            reasons,
        });
    }

    fn leave_out(&mut self, rows: &[(&'static str, &'static str)], why: &str) {
        for (code, shows) in rows {
            self.add(code, shows, Came::not_run(why));
        }
    }
}

const ADMISSION: &str =
    "it is a component of this contract and imports nothing that a sandbox does not give";
const DESCRIBE: &str = "`describe` answers, and asks nobody";
