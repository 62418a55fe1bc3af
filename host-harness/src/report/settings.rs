//! What a change was judged by: rules with every parameter that applies.

use koalr_platform::model::common::{ParameterValue, SettingEntry};
use koalr_platform::model::manifest::Rule;
use koalr_platform::model::verdict::RuleSetting;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// An active rule, as it applied.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct AppliedRule {
    /// Its code.
    pub code: String,
    /// When it fires, as one sentence; empty if the integration declares no such rule.
    pub summary: String,
    /// Its parameters: those declared in that order, then those that are not declared. May be empty.
    pub parameters: Vec<AppliedParameter>,
}

/// A parameter of a rule, as it applied.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct AppliedParameter {
    /// Its name.
    pub key: String,
    /// The value that applied.
    pub value: ParameterValue,
    /// True if the policy gives it; false if it is the integration's default.
    pub given: bool,
}

/// Active rules with the defaults of the parameters that are not given.
pub(crate) fn applied(active: &[RuleSetting], declared: &[Rule]) -> Vec<AppliedRule> {
    let rule = |setting: &RuleSetting| {
        let declared = declared.iter().find(|rule| rule.code == setting.code);
        AppliedRule {
            code: setting.code.clone(),
            summary: declared.map_or_else(String::new, |rule| rule.summary.clone()),
            parameters: parameters(setting, declared),
        }
    };
    active.iter().map(rule).collect()
}

fn parameters(setting: &RuleSetting, declared: Option<&Rule>) -> Vec<AppliedParameter> {
    let declared = declared.map_or(&[][..], |rule| &rule.parameters);
    let given = |key: &str| setting.parameters.iter().find(|one| one.key == key);
    let known = declared.iter().map(|parameter| {
        let given = given(&parameter.name);
        AppliedParameter {
            key: parameter.name.clone(),
            value: given.map_or(&parameter.default, |one| &one.value).clone(),
            given: given.is_some(),
        }
    });
    let is_declared = |one: &&SettingEntry| declared.iter().any(|known| known.name == one.key);
    let unknown = setting.parameters.iter().filter(|one| !is_declared(one));
    known
        .chain(unknown.map(|one| AppliedParameter {
            key: one.key.clone(),
            value: one.value.clone(),
            given: true,
        }))
        .collect()
}

#[cfg(test)]
mod tests {
    use koalr_platform::model::common::ParameterKind;
    use koalr_platform::model::manifest::Parameter;

    use super::*;

    #[test]
    fn a_parameter_that_is_not_given_has_its_default_and_says_so() {
        let parameter = |name: &str| Parameter {
            name: name.to_owned(),
            summary: "A score.".to_owned(),
            kind: ParameterKind::Tenths((0, 100)),
            default: ParameterValue::Tenths(90),
        };
        let declared = [Rule {
            code: "introduced-cvss".to_owned(),
            summary: "Blocks.".to_owned(),
            routes: vec![],
            active_by_default: true,
            parameters: vec![parameter("threshold"), parameter("ceiling")],
        }];
        let active = |code: &str, key: &str| RuleSetting {
            code: code.to_owned(),
            parameters: vec![SettingEntry {
                key: key.to_owned(),
                value: ParameterValue::Tenths(70),
            }],
        };
        let told = |code, key| {
            let rules = applied(&[active(code, key)], &declared);
            let parameters = rules[0].parameters.iter();
            let told = parameters.map(|one| (one.key.clone(), one.value.clone(), one.given));
            told.collect::<Vec<_>>()
        };
        let of = |key: &str, tenths, given| (key.to_owned(), ParameterValue::Tenths(tenths), given);
        assert_eq!(
            told("introduced-cvss", "ceiling"),
            [of("threshold", 90, false), of("ceiling", 70, true)]
        );
        assert_eq!(told("unheard-of", "x"), [of("x", 70, true)]);
    }
}
