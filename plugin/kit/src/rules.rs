//! The gate's rules as data: one table for what the manifest declares and what the gate uses.

mod active;
mod judge;
mod table;

pub(crate) use active::{Action, ActiveRule, quoted};
pub(crate) use judge::{Because, Case, Judgement};
use table::DECLARED;

use crate::cvss::MAX_TENTHS;
use crate::model::common::{ParameterKind, ParameterValue, Severity, Tenths};
use crate::model::manifest::{Parameter, Rule};

/// The rules of the gate, for the manifest, in the order to show them.
#[must_use]
pub fn rules() -> Vec<Rule> {
    DECLARED.iter().map(Declared::rule).collect()
}

/// Which rule it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Code {
    IntroducedCvss,
    IntroducedUnknownCvss,
    IntroducedCvssWarn,
    DisclosedSince,
    IntroducedLicense,
    IntroducedContainer,
    IntroducedInfrastructure,
    UnknownAttribution,
}

impl Code {
    /// Stable kebab-case code.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::IntroducedCvss => "introduced-cvss",
            Self::IntroducedUnknownCvss => "introduced-unknown-cvss",
            Self::IntroducedCvssWarn => "introduced-cvss-warn",
            Self::DisclosedSince => "disclosed-since",
            Self::IntroducedLicense => "introduced-license",
            Self::IntroducedContainer => "introduced-container",
            Self::IntroducedInfrastructure => "introduced-infrastructure",
            Self::UnknownAttribution => "unknown-attribution",
        }
    }
}

/// A rule as it is declared.
#[derive(Debug)]
pub(crate) struct Declared {
    pub(crate) code: Code,
    summary: &'static str,
    /// Coverage routes without which it cannot pass.
    pub(crate) routes: &'static [&'static str],
    active_by_default: bool,
    parameters: &'static [DeclaredParameter],
}

/// A parameter as it is declared.
#[derive(Debug)]
struct DeclaredParameter {
    name: &'static str,
    summary: &'static str,
    kind: Kind,
}

/// Type, range and default of a parameter.
#[derive(Debug)]
enum Kind {
    /// A CVSS score in tenths, 0 to 100.
    Score { default: Tenths },
    /// What follows.
    Action {
        choices: &'static [Action],
        default: Action,
    },
    /// A severity from which it acts.
    Severity { default: Severity },
    /// A list of texts, empty by default.
    Texts,
}

impl Declared {
    /// The rule of that code; none if there is no such rule.
    pub(crate) fn find(code: &str) -> Option<&'static Self> {
        DECLARED
            .iter()
            .find(|declared| declared.code.as_str() == code)
    }

    fn rule(&self) -> Rule {
        Rule {
            code: self.code.as_str().to_owned(),
            summary: self.summary.to_owned(),
            routes: self.routes.iter().map(|&route| route.to_owned()).collect(),
            active_by_default: self.active_by_default,
            parameters: self
                .parameters
                .iter()
                .map(DeclaredParameter::parameter)
                .collect(),
        }
    }
}

impl DeclaredParameter {
    fn parameter(&self) -> Parameter {
        let words = || self.words().map(str::to_owned).collect();
        let (kind, default) = match self.kind {
            Kind::Score { default } => (
                ParameterKind::Tenths((0, MAX_TENTHS)),
                ParameterValue::Tenths(default),
            ),
            Kind::Action { default, .. } => (
                ParameterKind::Choice(words()),
                ParameterValue::Text(default.as_str().to_owned()),
            ),
            Kind::Severity { default } => (
                ParameterKind::Choice(words()),
                ParameterValue::Text(severity_word(default).to_owned()),
            ),
            Kind::Texts => (ParameterKind::Texts, ParameterValue::Texts(Vec::new())),
        };
        Parameter {
            name: self.name.to_owned(),
            summary: self.summary.to_owned(),
            kind,
            default,
        }
    }

    /// The words to choose from; none where there is no choice.
    fn words(&self) -> impl Iterator<Item = &'static str> {
        let (actions, severities): (&[Action], &[Severity]) = match self.kind {
            Kind::Action { choices, .. } => (choices, &[]),
            Kind::Severity { .. } => (&[], &SEVERITIES),
            Kind::Score { .. } | Kind::Texts => (&[], &[]),
        };
        let actions = actions.iter().map(|action| action.as_str());
        actions.chain(severities.iter().map(|&severity| severity_word(severity)))
    }
}

/// The word of a policy. `info` is none: what needs no action is no threshold.
pub(crate) fn severity_word(severity: Severity) -> &'static str {
    match severity {
        Severity::Info | Severity::Low => "low",
        Severity::Medium => "medium",
        Severity::High => "high",
        Severity::Critical => "critical",
    }
}

/// Severities to choose from.
const SEVERITIES: [Severity; 4] = [
    Severity::Low,
    Severity::Medium,
    Severity::High,
    Severity::Critical,
];

#[cfg(test)]
mod tests;
