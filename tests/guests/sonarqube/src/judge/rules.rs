//! Rules of the gate: what the manifest declares, and what a policy sets.

use crate::contract::describe::{Parameter, Rule};
use crate::contract::gate::{Decision, RuleSetting};
use crate::contract::types::{ParameterKind, ParameterValue, Severity, Tenths};

/// A rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Code {
    /// A failed condition of the quality gate.
    QualityGate,
    /// A new issue of a severity.
    IntroducedSeverity,
    /// New code with too few tests.
    CoverageBelow,
}

/// An active rule with its parameters.
pub(super) struct Active {
    pub(super) code: Code,
    pub(super) action: Decision,
    /// The least severity that counts.
    pub(super) severity: Severity,
    /// Percent in tenths.
    pub(super) threshold: Tenths,
}

/// The rules of the manifest.
pub(crate) fn rules() -> Vec<Rule> {
    ALL.iter().map(|code| code.declared()).collect()
}

/// Reads a policy's rule with what is wrong with it: a parameter that cannot be read takes its default. None if there is no
/// such rule.
pub(super) fn read(setting: &RuleSetting) -> Option<(Active, Vec<String>)> {
    let code = *ALL.iter().find(|code| code.word() == setting.code)?;
    let mut active = Active {
        code,
        action: Decision::Block,
        severity: Severity::High,
        threshold: 800,
    };
    let mut problems = Vec::new();
    let declared = code.declared().parameters;
    for parameter in &declared {
        let mut given = setting.parameters.iter();
        let given = given.find(|entry| entry.key == parameter.name);
        let value = given.map_or(&parameter.default, |entry| &entry.value);
        if !active.take(&parameter.name, value) {
            let name = &parameter.name;
            problems.push(format!(
                "parameter `{name}` is not what the manifest declares; the default is used"
            ));
            active.take(name, &parameter.default);
        }
    }
    for entry in &setting.parameters {
        if !declared.iter().any(|one| one.name == entry.key) {
            problems.push(format!("there is no parameter `{}`; remove it", entry.key));
        }
    }
    Some((active, problems))
}

impl Active {
    /// Takes a parameter. False if its value is none.
    fn take(&mut self, name: &str, value: &ParameterValue) -> bool {
        match (name, value) {
            ("action", ParameterValue::Text(word)) if word == "warn" => {
                self.action = Decision::Warn;
            }
            ("action", ParameterValue::Text(word)) if word == "block" => {
                self.action = Decision::Block;
            }
            ("severity", ParameterValue::Text(word)) => {
                let Some((_, severity)) = SEVERITIES.iter().find(|one| one.0 == word) else {
                    return false;
                };
                self.severity = *severity;
            }
            ("threshold", ParameterValue::Tenths(tenths)) if *tenths <= 1000 => {
                self.threshold = *tenths;
            }
            _ => return false,
        }
        true
    }
}

impl Code {
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::QualityGate => "quality-gate",
            Self::IntroducedSeverity => "introduced-severity",
            Self::CoverageBelow => "coverage-below",
        }
    }

    /// Coverage routes without which it cannot pass.
    pub(super) fn route(self) -> &'static str {
        match self {
            Self::QualityGate => "quality-gate",
            Self::IntroducedSeverity => "new-issues",
            Self::CoverageBelow => "new-code",
        }
    }

    fn declared(self) -> Rule {
        let (summary, parameters) = match self {
            Self::QualityGate => (
                "Decides on each condition of the quality gate that the change fails.",
                vec![action("block")],
            ),
            Self::IntroducedSeverity => (
                "Decides on an issue that the change introduces.",
                vec![severity(), action("block")],
            ),
            Self::CoverageBelow => (
                "Decides on new code of which tests run too little; it is about the whole change, so no waiver lifts it.",
                vec![threshold(), action("warn")],
            ),
        };
        Rule {
            code: self.word().to_owned(),
            summary: summary.to_owned(),
            routes: vec![self.route().to_owned()],
            active_by_default: self != Self::CoverageBelow,
            parameters,
        }
    }
}

fn action(default: &str) -> Parameter {
    Parameter {
        name: "action".to_owned(),
        summary: "What follows.".to_owned(),
        kind: ParameterKind::Choice(vec!["warn".to_owned(), "block".to_owned()]),
        default: ParameterValue::Text(default.to_owned()),
    }
}

fn severity() -> Parameter {
    Parameter {
        name: "severity".to_owned(),
        summary: "Severity from which `action` follows.".to_owned(),
        kind: ParameterKind::Choice(SEVERITIES.map(|(word, _)| word.to_owned()).into()),
        default: ParameterValue::Text("high".to_owned()),
    }
}

fn threshold() -> Parameter {
    Parameter {
        name: "threshold".to_owned(),
        summary: "Percent of new lines that tests must run.".to_owned(),
        kind: ParameterKind::Tenths((0, 1000)),
        default: ParameterValue::Tenths(800),
    }
}

const ALL: [Code; 3] = [
    Code::QualityGate,
    Code::IntroducedSeverity,
    Code::CoverageBelow,
];

const SEVERITIES: [(&str, Severity); 5] = [
    ("info", Severity::Info),
    ("low", Severity::Low),
    ("medium", Severity::Medium),
    ("high", Severity::High),
    ("critical", Severity::Critical),
];
