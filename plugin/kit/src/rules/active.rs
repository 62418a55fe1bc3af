//! A rule with its parameters, read strictly: what is wrong is reported, and the default takes its place.

use super::judge::words;
use super::{Declared, DeclaredParameter, Kind, SEVERITIES, severity_word};
use crate::cvss::MAX_TENTHS;
use crate::model::common::{ParameterValue, Severity, Tenths};
use crate::model::verdict::{Decision, RuleSetting};

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

#[derive(Debug)]
enum Value {
    Score(Tenths),
    Action(Action),
    Severity(Severity),
    Texts(Vec<String>),
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

    /// A score parameter. Strictest if there is none of that name, which is a mistake in the table.
    pub(crate) fn score(&self, name: &str) -> Tenths {
        match (self.given(name), self.declared(name)) {
            (Some(Value::Score(given)), _) => *given,
            (_, Some(Kind::Score { default })) => *default,
            _ => 0,
        }
    }

    /// An action parameter. Strictest if there is none of that name, which is a mistake in the table.
    pub(crate) fn action(&self, name: &str) -> Action {
        match (self.given(name), self.declared(name)) {
            (Some(Value::Action(given)), _) => *given,
            (_, Some(Kind::Action { default, .. })) => *default,
            _ => Action::Block,
        }
    }

    /// A severity parameter. Strictest if there is none of that name, which is a mistake in the table.
    pub(crate) fn severity(&self, name: &str) -> Severity {
        match (self.given(name), self.declared(name)) {
            (Some(Value::Severity(given)), _) => *given,
            (_, Some(Kind::Severity { default })) => *default,
            _ => Severity::Info,
        }
    }

    /// A list of texts; empty where none is given.
    pub(crate) fn texts(&self, name: &str) -> &[String] {
        match self.given(name) {
            Some(Value::Texts(given)) => given,
            _ => &[],
        }
    }

    fn given(&self, name: &str) -> Option<&Value> {
        let given = self.given.iter().find(|(given, _)| *given == name);
        given.map(|(_, value)| value)
    }

    fn declared(&self, name: &str) -> Option<&'static Kind> {
        let mut declared = self.declared.parameters.iter();
        let named = declared.find(|parameter| parameter.name == name)?;
        Some(&named.kind)
    }
}

impl DeclaredParameter {
    /// The value, or what is expected instead.
    fn read(&self, value: &ParameterValue) -> Result<Value, String> {
        let read = match (&self.kind, value) {
            (Kind::Score { .. }, ParameterValue::Tenths(tenths)) if *tenths <= MAX_TENTHS => {
                Some(Value::Score(*tenths))
            }
            (Kind::Action { choices, .. }, ParameterValue::Text(word)) => {
                let mut choices = choices.iter().copied();
                choices
                    .find(|choice| word == choice.as_str())
                    .map(Value::Action)
            }
            (Kind::Severity { .. }, ParameterValue::Text(word)) => SEVERITIES
                .into_iter()
                .find(|&severity| word == severity_word(severity))
                .map(Value::Severity),
            // A text without a word in it would never match anything.
            (Kind::Texts, ParameterValue::Texts(texts))
                if texts.iter().all(|text| words(text).next().is_some()) =>
            {
                Some(Value::Texts(texts.clone()))
            }
            _ => None,
        };
        read.ok_or_else(|| match self.kind {
            Kind::Score { .. } => "a score from 0.0 to 10.0".to_owned(),
            Kind::Texts => "a list of texts that are not empty".to_owned(),
            Kind::Action { .. } | Kind::Severity { .. } => quoted(self.words()),
        })
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
