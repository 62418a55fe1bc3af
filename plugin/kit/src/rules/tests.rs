use std::collections::BTreeSet;

use super::*;
use crate::model::common::SettingEntry;
use crate::model::verdict::RuleSetting;

fn is_kebab_case(word: &str) -> bool {
    let letters = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase());
    word.split('-').all(letters)
}

#[test]
fn the_gate_s_defaults_are_the_manifest_s() {
    for rule in rules() {
        let active = ActiveRule::read(&RuleSetting {
            code: rule.code.clone(),
            parameters: Vec::new(),
        })
        .unwrap()
        .rule;
        let declared = Declared::find(&rule.code).unwrap().parameters;
        for (parameter, declared) in rule.parameters.into_iter().zip(declared) {
            let name = &parameter.name;
            let text = |word: &str| ParameterValue::Text(word.to_owned());
            let used = match declared.kind {
                Kind::Score { .. } => ParameterValue::Tenths(active.score(name)),
                Kind::Action { .. } => text(active.action(name).as_str()),
                Kind::Severity { .. } => text(severity_word(active.severity(name))),
                Kind::Texts => ParameterValue::Texts(active.texts(name).to_vec()),
            };
            assert_eq!(used, parameter.default, "{} {name}", rule.code);
        }
    }
}

#[test]
fn every_default_given_reads_as_itself_and_without_a_problem() {
    for rule in rules() {
        let parameters = rule.parameters.into_iter();
        let read = ActiveRule::read(&RuleSetting {
            code: rule.code,
            parameters: parameters
                .map(|one| SettingEntry {
                    key: one.name,
                    value: one.default,
                })
                .collect(),
        });
        assert_eq!(read.unwrap().problems, Vec::<String>::new());
    }
}

#[test]
fn every_default_lies_within_its_kind() {
    for parameter in rules().into_iter().flat_map(|rule| rule.parameters) {
        match (parameter.kind, parameter.default) {
            (ParameterKind::Tenths((low, high)), ParameterValue::Tenths(default)) => {
                assert!((low..=high).contains(&default), "{}", parameter.name);
            }
            (ParameterKind::Choice(words), ParameterValue::Text(default)) => {
                assert!(words.contains(&default), "{}", parameter.name);
            }
            (ParameterKind::Texts, ParameterValue::Texts(_)) => {}
            other => panic!("{}: {other:?}", parameter.name),
        }
    }
}

#[test]
fn codes_and_names_are_kebab_case_and_unique() {
    let mut codes = BTreeSet::new();
    for rule in rules() {
        assert!(is_kebab_case(&rule.code), "{}", rule.code);
        // A policy has this key for every rule.
        let mut names = BTreeSet::from(["active".to_owned()]);
        for parameter in rule.parameters {
            assert!(is_kebab_case(&parameter.name), "{}", parameter.name);
            assert!(names.insert(parameter.name), "{} {names:?}", rule.code);
        }
        assert!(codes.insert(rule.code), "{codes:?}");
    }
}

#[test]
fn every_route_is_one_that_a_host_knows() {
    for route in rules().into_iter().flat_map(|rule| rule.routes) {
        let known = ["dependencies", "packages", "issues", "branch-projects"];
        assert!(known.contains(&route.as_str()), "{route}");
    }
}

#[test]
fn every_sentence_for_people_is_one() {
    for rule in rules() {
        let parameters = rule.parameters.into_iter().map(|one| one.summary);
        for sentence in parameters.chain([rule.summary]) {
            assert!(
                sentence.ends_with('.') && !sentence.contains('\n'),
                "{sentence}"
            );
        }
    }
}

#[test]
fn what_goes_beyond_packages_is_opt_in() {
    let opt_in = rules().into_iter().filter(|rule| !rule.active_by_default);
    let codes: Vec<String> = opt_in.map(|rule| rule.code).collect();
    assert_eq!(
        codes,
        [
            "introduced-license",
            "introduced-container",
            "introduced-infrastructure"
        ]
    );
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
