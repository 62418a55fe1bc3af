//! What each figure of a report counts: the question that it answers, with its window and its filters.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use koalr_platform::calibration::Calibration;
use koalr_platform::correlation::Correlation;
use koalr_platform::dora::{Dora, Tiers};
use koalr_platform::ledger::Scope;
use koalr_platform::model::common::{Severity, Timestamp};
use schemars::JsonSchema;
use serde::Serialize;

use super::{millis, part, span};
use crate::jobs::DebtReport;
use crate::report::escape::plain;
use crate::report::instant::utc;
use crate::report::layout::item;

/// A report, and what its figures count.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Explained<T> {
    /// The report.
    #[serde(flatten)]
    pub report: T,
    /// What each figure counts, in words, by its name in the report.
    pub definitions: BTreeMap<String, String>,
}

/// A report whose figures have definitions.
pub trait Define {
    /// What each figure counts, by its name in the report. Each sentence states the window and the filters.
    fn definitions(&self) -> BTreeMap<String, String>;
}

impl<T: Define> Explained<T> {
    /// A report with its definitions.
    pub fn new(report: T) -> Self {
        Self {
            definitions: report.definitions(),
            report,
        }
    }

    /// The report's text, with the definitions below it if they are asked for.
    pub fn text(&self, explain: bool, text: impl FnOnce(&T) -> String) -> String {
        let mut text = text(&self.report);
        if explain {
            part(&mut text, "What the figures count");
            for (figure, definition) in &self.definitions {
                item(&mut text, &format!("{figure}: {definition}"));
            }
        }
        text
    }
}

impl Define for Dora {
    fn definitions(&self) -> BTreeMap<String, String> {
        let when = when(self.from, self.as_of, &self.scope);
        let failure = span(millis(self.settings.cfr_window_ms));
        let tiers = match self.settings.tiers {
            Tiers::Docs => "docs.koalr.com",
            Tiers::Site => "koalr.com",
        };
        named([
            (
                "frequency",
                format!("deployments that succeeded in production{when}, by the days between"),
            ),
            (
                "lead-time",
                format!(
                    "from merge to deployment, of changes whose first deployment to a service was{when}; once for each service; quantiles of type 7"
                ),
            ),
            (
                "change-failure-rate",
                format!(
                    "of deployments that succeeded in production{when} and at least {failure} before its end, those with an incident tied to them that began within {failure} after them; tiers of {tiers}; Wilson's interval"
                ),
            ),
            (
                "time-to-restore",
                format!(
                    "from beginning to end, of incidents that began{when} and are over by its end"
                ),
            ),
            (
                "series",
                format!("the same deployments, failures and changes{when}, by day or week in UTC"),
            ),
            (
                "services",
                format!("the same figures{when}, by the present name of the service"),
            ),
            (
                "left-out",
                format!("rows{when} that a figure cannot count, by reason"),
            ),
            (
                "unlinked",
                "changes and incidents that are tied to no deployment, in all that is stored"
                    .to_owned(),
            ),
        ])
    }
}

impl Define for DebtReport {
    fn definitions(&self) -> BTreeMap<String, String> {
        let debt = &self.debt;
        let when = when(debt.from, debt.as_of, &debt.scope);
        let at = of(&debt.scope, &format!(" at {}", utc(debt.as_of)));
        let windows: Vec<String> = [
            ("critical", Severity::Critical),
            ("high", Severity::High),
            ("medium", Severity::Medium),
            ("low", Severity::Low),
        ]
        .into_iter()
        .filter_map(|(word, one)| Some(format!("{word} {}", debt.settings.sla.days(one)?)))
        .collect();
        named([
            (
                "debt.open",
                format!(
                    "stretches of findings that are open{at}, by severity, class, whole days since they began, and whether a fix is known; what was accepted or is not listed any more is not open"
                ),
            ),
            (
                "debt.time-to-fix.began-in-window",
                format!(
                    "Kaplan-Meier of the time to the fix, of stretches that began{when}; what is open, accepted or not listed any more counts for as long as it was watched"
                ),
            ),
            (
                "debt.time-to-fix.every",
                format!("the same of all stretches that began by then{at}"),
            ),
            (
                "debt.sla",
                format!(
                    "stretches open{at} against days since they began by present severity ({}), and those fixed{when} within theirs; what has no fix is apart",
                    windows.join(", ")
                ),
            ),
            (
                "debt.flow",
                format!("beginnings and ends of stretches{when}, by week of ISO 8601 in UTC"),
            ),
            (
                "debt.repositories",
                format!("stretches open{at} by repository, the most critical and high ones first"),
            ),
            (
                "debt.quality",
                format!("of stretches open{at}, those of which something is not known"),
            ),
            (
                "gate",
                format!(
                    "decisions about heads of changes for a time{}, as if enforced and before anybody let them pass; those of the time and those rebuilt later apart",
                    of(
                        &Scope {
                            service: None,
                            ..debt.scope.clone()
                        },
                        &between(debt.from, debt.as_of)
                    )
                ),
            ),
        ])
    }
}

impl Define for Correlation {
    fn definitions(&self) -> BTreeMap<String, String> {
        let when = when(self.from, self.as_of, &self.scope);
        let window = self.settings.window.phrase();
        let least = format!(
            "{} exposed, {} others and {} with an incident",
            self.settings.least_exposed, self.settings.least_others, self.settings.least_incidents
        );
        named([
            (
                "cohort",
                format!(
                    "deployments that succeeded in production{when}, by what is known of their exposure"
                ),
            ),
            (
                "headline",
                format!(
                    "of deployments{when} and at least {window} before its end, those that an incident tied to them followed within {window}: exposed ones (a change introduced a vulnerability of CVSS 7.0 or more) against others that changed dependencies too; insufficient below {least}"
                ),
            ),
            (
                "all-others",
                format!("the same against all other deployments{when} that are not exposed"),
            ),
            (
                "overridden",
                format!("the headline with only those exposed{when} that a person let pass"),
            ),
            (
                "marked-as-success",
                format!(
                    "the headline with only those exposed{when} whose upstream check was marked as a success"
                ),
            ),
            (
                "repositories",
                format!(
                    "the headline{when} in each repository; p adjusted after Benjamini and Hochberg"
                ),
            ),
            (
                "windows",
                format!("the headline{when} with incidents within each of four windows"),
            ),
            (
                "times",
                format!(
                    "Kaplan-Meier of the time to the first incident within {window}, of the headline's arms{when}, young ones included"
                ),
            ),
            (
                "ties",
                format!(
                    "changes that introduced a vulnerability of CVSS 7.0 or more, deployed{when}, and the incidents tied to their deployments"
                ),
            ),
        ])
    }
}

impl Define for Calibration {
    fn definitions(&self) -> BTreeMap<String, String> {
        let when = when(self.from, self.as_of, &self.scope);
        let window = span(millis(self.window_ms));
        named([
            (
                "changes",
                format!(
                    "of judged changes that were deployed{when}, the last time at least {window} before its end, those that an incident tied to such a deployment, and naming no other change, followed within {window}"
                ),
            ),
            (
                "bands",
                format!(
                    "the same{when} by band of the joined score; expected after a prior of one in ten"
                ),
            ),
            (
                "curve",
                format!("a logistic fit{when} of the same on the hazard of the security score"),
            ),
        ])
    }
}

fn named<const N: usize>(definitions: [(&str, String); N]) -> BTreeMap<String, String> {
    let definitions = definitions.into_iter();
    definitions
        .map(|(figure, definition)| (figure.to_owned(), definition))
        .collect()
}

/// The window and the filters.
fn when(from: Timestamp, as_of: Timestamp, scope: &Scope) -> String {
    of(scope, &between(from, as_of))
}

fn between(from: Timestamp, as_of: Timestamp) -> String {
    format!(" from {} to {}", utc(from), utc(as_of))
}

fn of(scope: &Scope, when: &str) -> String {
    let mut words = String::new();
    if let Some(repository) = &scope.repository {
        let _ = write!(words, " of repository `{}`", plain(repository));
    }
    if let Some(service) = &scope.service {
        let _ = write!(words, " of service `{}`", plain(service));
    }
    words + when
}
