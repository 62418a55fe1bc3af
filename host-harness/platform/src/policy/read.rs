//! From a policy file to a policy.

use std::collections::{BTreeMap, BTreeSet};

use toml::Spanned;
use toml::de::{DeString, DeTable};

use super::{CvssSource, Mode, Policy, RulePolicy};
use crate::complaint::{Complaint, Problem, shown, way_out};
use crate::decision::Cause;
use crate::document::{Document, Value};
use crate::merge::Bands;
use crate::model::common::{ParameterKind, Tenths};
use crate::model::manifest::Rule;

pub(super) fn policy(text: &str, declared: &[Rule]) -> Result<Policy, Vec<Complaint>> {
    let (mut document, root) = Document::open(text, MAX_BYTES);
    let mut policy = Policy::default();
    for (key, value) in &root {
        read(&mut policy, &mut document, key, value, declared);
    }
    let complaints = document.finish();
    if complaints.is_empty() {
        Ok(policy)
    } else {
        Err(complaints)
    }
}

fn read(
    policy: &mut Policy,
    document: &mut Document<'_>,
    spanned: &Spanned<DeString<'_>>,
    value: &Value<'_>,
    declared: &[Rule],
) {
    let key = &**spanned.get_ref();
    match key {
        "mode" => {
            let words = [Mode::Observe, Mode::Warn, Mode::Enforce].map(|mode| (mode.word(), mode));
            policy.mode = document.word(key, value, &words).unwrap_or_default();
        }
        "cvss-source" => {
            let words = [CvssSource::Selected, CvssSource::Highest].map(|one| (one.word(), one));
            policy.cvss_source = document.word(key, value, &words).unwrap_or_default();
        }
        "fail-open" => policy.fail_open = fail_open(document, key, value),
        "deadline-seconds" => {
            let seconds = document.integer(key, value, &(0..=MAX_DEADLINE_SECS));
            set(&mut policy.deadline_secs, seconds);
        }
        "bands" => policy.bands = bands(document, spanned, value),
        "waiver-max-days" => {
            let days = document.integer(key, value, &(1..=MAX_WAIVER_DAYS));
            set(&mut policy.waiver_max_days, days);
        }
        "rules" => policy.rules = rules(document, key, value, declared),
        _ => document.unknown_key(key, &spanned.span(), KEYS.into_iter()),
    }
}

fn set(field: &mut u32, value: Option<i64>) {
    if let Some(value) = value.and_then(|value| u32::try_from(value).ok()) {
        *field = value;
    }
}

fn fail_open(document: &mut Document<'_>, key: &str, value: &Value<'_>) -> BTreeSet<Cause> {
    let Some(list) = value.get_ref().as_array() else {
        document.wrong(
            key,
            value,
            "expected a list such as [\"no-dependency-list\"]",
        );
        return BTreeSet::new();
    };
    let words: Vec<(&str, Cause)> = Cause::ALL
        .into_iter()
        .filter(|cause| cause.may_open())
        .map(|cause| (cause.word(), cause))
        .collect();
    let mut causes = BTreeSet::new();
    for value in list {
        let given = value.get_ref().as_str();
        let closed = Cause::ALL
            .into_iter()
            .find(|cause| !cause.may_open() && given == Some(cause.word()));
        match closed {
            Some(cause) => document.complain(&value.span(), Problem::NeverOpens(cause.word())),
            None => causes.extend(document.word(key, value, &words)),
        }
    }
    causes
}

fn bands(document: &mut Document<'_>, spanned: &Spanned<DeString<'_>>, value: &Value<'_>) -> Bands {
    let default = Bands::default();
    let Some(table) = document.table(spanned.get_ref(), value) else {
        return default;
    };
    let mut given: BTreeMap<&str, Tenths> = BTreeMap::new();
    for (key, value) in table {
        let name = &**key.get_ref();
        match BANDS.into_iter().find(|known| *known == name) {
            Some(known) => {
                let begins = document.tenths(name, value, &(1..=MAX_SCORE));
                given.extend(begins.map(|begins| (known, begins)));
            }
            None => document.unknown_key(name, &key.span(), BANDS.into_iter()),
        }
    }
    let begins = |name, default| given.get(name).copied().unwrap_or(default);
    let [medium, high, critical] = [
        begins("medium", default.medium()),
        begins("high", default.high()),
        begins("critical", default.critical()),
    ];
    Bands::new(medium, high, critical).unwrap_or_else(|| {
        let [medium, high, critical] = [medium, high, critical].map(crate::document::decimal);
        let problem = Problem::BandsDoNotRise {
            medium,
            high,
            critical,
        };
        document.complain(&spanned.span(), problem);
        default
    })
}

fn rules(
    document: &mut Document<'_>,
    key: &str,
    value: &Value<'_>,
    declared: &[Rule],
) -> BTreeMap<String, RulePolicy> {
    let Some(table) = document.table(key, value) else {
        return BTreeMap::new();
    };
    let mut rules = BTreeMap::new();
    for (code, value) in table {
        let name = &**code.get_ref();
        let Some(rule) = declared.iter().find(|rule| rule.code == name) else {
            let known = declared.iter().map(|rule| &*rule.code);
            let problem = Problem::UnknownRule {
                rule: shown(name),
                way_out: way_out(name, known),
            };
            document.complain(&code.span(), problem);
            continue;
        };
        if let Some(table) = document.table(name, value) {
            rules.insert(name.to_owned(), one(document, table, rule));
        }
    }
    rules
}

fn one(document: &mut Document<'_>, table: &DeTable<'_>, rule: &Rule) -> RulePolicy {
    let mut policy = RulePolicy {
        active: true,
        parameters: BTreeMap::new(),
    };
    for (key, value) in table {
        let name = &**key.get_ref();
        if name == ACTIVE {
            policy.active = document.flag(name, value).unwrap_or(true);
            continue;
        }
        let Some(parameter) = rule.parameters.iter().find(|one| one.name == name) else {
            let names = rule.parameters.iter().map(|one| &*one.name);
            document.unknown_key(name, &key.span(), names.chain([ACTIVE]));
            continue;
        };
        let read = document.parameter(name, value, &parameter.kind);
        let given = read.map(|value| (name.to_owned(), value));
        policy.parameters.extend(given);
        if parameter.kind == ParameterKind::Texts {
            no_blanks(document, name, value);
        }
    }
    policy
}

/// A blank text in a list would never match anything.
fn no_blanks(document: &mut Document<'_>, name: &str, list: &Value<'_>) {
    for value in list.get_ref().as_array().into_iter().flatten() {
        if value.get_ref().as_str().is_some() {
            _ = document.text(name, value);
        }
    }
}

/// Key of a rule's table that is no parameter.
pub(super) const ACTIVE: &str = "active";

const KEYS: [&str; 7] = [
    "mode",
    "cvss-source",
    "fail-open",
    "deadline-seconds",
    "bands",
    "waiver-max-days",
    "rules",
];

const BANDS: [&str; 3] = ["medium", "high", "critical"];

/// A day: who waits longer for an answer has stopped waiting.
pub(super) const MAX_DEADLINE_SECS: i64 = 86_400;

/// A year: what is accepted for longer is not an exception but a rule.
pub(super) const MAX_WAIVER_DAYS: i64 = 365;

/// 100 in tenths.
pub(super) const MAX_SCORE: Tenths = 1000;

/// A policy for every rule of a plugin has a few kilobytes.
const MAX_BYTES: usize = 1 << 18;
