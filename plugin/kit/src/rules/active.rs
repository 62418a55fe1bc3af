//! A rule with its parameters, read strictly: what is wrong is reported, and the default takes its place.

use super::{Code, Declared, DeclaredParameter, Kind};
use crate::cvss::MAX_TENTHS;
use crate::model::assessment::Attributed;
use crate::model::common::{FindingClass, ParameterValue, Tenths};
use crate::model::verdict::{Decision, RuleSetting};
use crate::rating::has_cvss;

/// What a rule makes of a finding, in rising strictness.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Action {
    Ignore,
    Warn,
    Inconclusive,
    Block,
}

impl Action {
    /// The word of a policy.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Ignore => "ignore",
            Self::Warn => "warn",
            Self::Inconclusive => "inconclusive",
            Self::Block => "block",
        }
    }

    /// The decision it leads to; none if it is ignored.
    pub(crate) fn decision(self) -> Option<Decision> {
        match self {
            Self::Ignore => None,
            Self::Warn => Some(Decision::Warn),
            Self::Inconclusive => Some(Decision::Inconclusive),
            Self::Block => Some(Decision::Block),
        }
    }
}

/// A rule that is to be evaluated.
#[derive(Debug)]
pub(crate) struct ActiveRule {
    pub(crate) declared: &'static Declared,
    /// Valid values that differ from the default or repeat it.
    given: Vec<(&'static str, Value)>,
}

/// A rule and what is wrong with its setting.
#[derive(Debug)]
pub(crate) struct Read {
    pub(crate) rule: ActiveRule,
    /// One sentence for each wrong parameter.
    pub(crate) problems: Vec<String>,
}

#[derive(Debug, Clone, Copy)]
enum Value {
    Score(Tenths),
    Action(Action),
}

impl ActiveRule {
    /// Reads a setting; none if there is no rule of that code.
    pub(crate) fn read(setting: &RuleSetting) -> Option<Read> {
        let declared = Declared::find(&setting.code)?;
        let mut given: Vec<(&'static str, Value)> = Vec::new();
        let mut problems = Vec::new();
        for entry in &setting.parameters {
            let Some(parameter) = declared.parameters.iter().find(|p| p.name == entry.key) else {
                problems.push(format!(
                    "unknown parameter `{}`; expected {}",
                    entry.key,
                    quoted(declared.parameters.iter().map(|p| p.name))
                ));
                continue;
            };
            if given.iter().any(|(name, _)| *name == parameter.name) {
                problems.push(format!("parameter `{}` is given more than once", entry.key));
                continue;
            }
            match parameter.read(&entry.value) {
                Ok(value) => given.push((parameter.name, value)),
                Err(expected) => problems.push(format!(
                    "parameter `{}` is wrong; expected {expected}",
                    entry.key
                )),
            }
        }
        Some(Read {
            rule: Self { declared, given },
            problems,
        })
    }

    /// What it makes of a finding that the change introduces.
    pub(crate) fn on_introduced(&self, class: FindingClass, finding: &Attributed) -> Action {
        let reaches = |name| {
            finding
                .cvss
                .is_some_and(|tenths| tenths >= self.score(name))
        };
        let if_reached = |action| {
            if reaches("threshold") {
                action
            } else {
                Action::Ignore
            }
        };
        match self.declared.code {
            Code::IntroducedCvss if !finding.assumed => if_reached(Action::Block),
            Code::IntroducedCvssWarn => if_reached(Action::Warn),
            Code::IntroducedUnknownCvss if finding.assumed => if_reached(self.action("assumed")),
            Code::IntroducedUnknownCvss if finding.cvss.is_none() && has_cvss(class) => {
                self.action("unrated")
            }
            _ => Action::Ignore,
        }
    }

    /// A score parameter. Strictest if there is none of that name, which is a mistake in the table.
    pub(crate) fn score(&self, name: &str) -> Tenths {
        match self.value(name) {
            Some(Value::Score(tenths)) => tenths,
            _ => 0,
        }
    }

    /// An action parameter. Strictest if there is none of that name, which is a mistake in the table.
    pub(crate) fn action(&self, name: &str) -> Action {
        match self.value(name) {
            Some(Value::Action(action)) => action,
            _ => Action::Block,
        }
    }

    fn value(&self, name: &str) -> Option<Value> {
        let given = self.given.iter().find(|(given, _)| *given == name);
        given.map(|(_, value)| *value).or_else(|| {
            let declared = self.declared.parameters.iter().find(|p| p.name == name)?;
            Some(declared.default())
        })
    }
}

impl DeclaredParameter {
    fn default(&self) -> Value {
        match self.kind {
            Kind::Score { default } => Value::Score(default),
            Kind::Action { default, .. } => Value::Action(default),
        }
    }

    /// The value, or what is expected instead.
    fn read(&self, value: &ParameterValue) -> Result<Value, String> {
        match (&self.kind, value) {
            (Kind::Score { .. }, ParameterValue::Tenths(tenths)) if *tenths <= MAX_TENTHS => {
                Ok(Value::Score(*tenths))
            }
            (Kind::Score { .. }, _) => Err("a score from 0.0 to 10.0".to_owned()),
            (Kind::Action { choices, .. }, value) => choices
                .iter()
                .find(
                    |choice| matches!(value, ParameterValue::Text(word) if word == choice.as_str()),
                )
                .map(|choice| Value::Action(*choice))
                .ok_or_else(|| quoted(choices.iter().map(|choice| choice.as_str()))),
        }
    }
}

/// Words in backticks, with `or` before the last.
pub(crate) fn quoted<'a>(words: impl Iterator<Item = &'a str>) -> String {
    let words: Vec<String> = words.map(|word| format!("`{word}`")).collect();
    match words.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} or {last}", rest.join(", ")),
        _ => words.concat(),
    }
}
