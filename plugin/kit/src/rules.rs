//! The gate's rules as data: one table for what the manifest declares and what the gate uses.

mod active;

pub(crate) use active::{Action, ActiveRule, quoted};

use crate::cvss::MAX_TENTHS;
use crate::model::common::{ParameterKind, ParameterValue, Tenths};
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
            active_by_default: true,
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
        let (kind, default) = match &self.kind {
            Kind::Score { default } => (
                ParameterKind::Tenths((0, MAX_TENTHS)),
                ParameterValue::Tenths(*default),
            ),
            Kind::Action { choices, default } => (
                ParameterKind::Choice(
                    choices
                        .iter()
                        .map(|choice| choice.as_str().to_owned())
                        .collect(),
                ),
                ParameterValue::Text(default.as_str().to_owned()),
            ),
        };
        Parameter {
            name: self.name.to_owned(),
            summary: self.summary.to_owned(),
            kind,
            default,
        }
    }
}

/// Routes that tell what a change brings: what it touches, and what is known about that.
const CHANGE_ROUTES: &[&str] = &["dependencies", "packages"];

/// CVSS's critical, in tenths.
const CRITICAL: Tenths = 90;

/// CVSS's high, in tenths.
const HIGH: Tenths = 70;

const WARN_BLOCK_IGNORE: &[Action] = &[Action::Warn, Action::Block, Action::Ignore];

static DECLARED: [Declared; 5] = [
    Declared {
        code: Code::IntroducedCvss,
        summary: "Blocks a vulnerability that the change introduces, from this CVSS base score on.",
        routes: CHANGE_ROUTES,
        parameters: &[DeclaredParameter {
            name: "threshold",
            summary: "CVSS base score from which it blocks.",
            kind: Kind::Score { default: CRITICAL },
        }],
    },
    Declared {
        code: Code::IntroducedUnknownCvss,
        summary: "Decides on a vulnerability that the change introduces and nobody has rated.",
        routes: CHANGE_ROUTES,
        parameters: &[
            DeclaredParameter {
                name: "threshold",
                summary: "Score assumed from the severity, from which `assumed` follows.",
                kind: Kind::Score { default: CRITICAL },
            },
            DeclaredParameter {
                name: "assumed",
                summary: "What follows from an assumed score at or above the threshold.",
                kind: Kind::Action {
                    choices: WARN_BLOCK_IGNORE,
                    default: Action::Block,
                },
            },
            DeclaredParameter {
                name: "unrated",
                summary: "What follows where there is neither a score nor a severity.",
                kind: Kind::Action {
                    choices: WARN_BLOCK_IGNORE,
                    default: Action::Warn,
                },
            },
        ],
    },
    Declared {
        code: Code::IntroducedCvssWarn,
        summary: "Warns of a vulnerability that the change introduces, from this score on, rated or assumed.",
        routes: CHANGE_ROUTES,
        parameters: &[DeclaredParameter {
            name: "threshold",
            summary: "CVSS base score from which it warns.",
            kind: Kind::Score { default: HIGH },
        }],
    },
    Declared {
        code: Code::DisclosedSince,
        summary: "Warns of a vulnerability that became known, or came back, in a package the change does not touch.",
        routes: &["issues"],
        parameters: &[DeclaredParameter {
            name: "threshold",
            summary: "CVSS base score, rated or assumed, from which it warns.",
            kind: Kind::Score { default: HIGH },
        }],
    },
    Declared {
        code: Code::UnknownAttribution,
        summary: "Decides on a finding that another active rule would block if the change introduced it, when that cannot be told.",
        routes: CHANGE_ROUTES,
        parameters: &[DeclaredParameter {
            name: "action",
            summary: "What follows.",
            kind: Kind::Action {
                choices: &[Action::Inconclusive, Action::Block, Action::Warn],
                default: Action::Inconclusive,
            },
        }],
    },
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::verdict::RuleSetting;

    #[test]
    fn the_gate_s_defaults_are_the_manifest_s() {
        for rule in rules() {
            let active = ActiveRule::read(&RuleSetting {
                code: rule.code.clone(),
                parameters: Vec::new(),
            })
            .unwrap()
            .rule;
            for parameter in rule.parameters {
                let used = match parameter.kind {
                    ParameterKind::Tenths(_) => {
                        ParameterValue::Tenths(active.score(&parameter.name))
                    }
                    _ => ParameterValue::Text(active.action(&parameter.name).as_str().to_owned()),
                };
                assert_eq!(used, parameter.default, "{} {}", rule.code, parameter.name);
            }
        }
    }

    #[test]
    fn every_default_is_in_its_range() {
        for parameter in rules().into_iter().flat_map(|rule| rule.parameters) {
            match (parameter.kind, parameter.default) {
                (ParameterKind::Tenths((low, high)), ParameterValue::Tenths(default)) => {
                    assert!((low..=high).contains(&default), "{}", parameter.name);
                }
                (ParameterKind::Choice(words), ParameterValue::Text(default)) => {
                    assert!(words.contains(&default), "{}", parameter.name);
                }
                other => panic!("{}: {other:?}", parameter.name),
            }
        }
    }

    #[test]
    fn the_default_gate_blocks_from_9_and_warns_from_7() {
        let default = |code: &str| {
            let rule = rules().into_iter().find(|rule| rule.code == code).unwrap();
            rule.parameters[0].default.clone()
        };
        assert_eq!(default("introduced-cvss"), ParameterValue::Tenths(90));
        assert_eq!(default("introduced-cvss-warn"), ParameterValue::Tenths(70));
    }
}
