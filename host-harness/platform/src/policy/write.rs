//! From a policy to a policy file.

use super::Policy;
use super::read::ACTIVE;
use crate::document::{decimal, quoted};
use crate::model::common::ParameterValue;

pub(super) fn policy(policy: &Policy) -> String {
    let mut lines: Vec<String> = keys(policy)
        .map(|(key, value)| format!("{key} = {value}"))
        .into();
    for (code, rule) in &policy.rules {
        lines.push(format!("\n[rules.{}]", key(code)));
        lines.push(format!("{ACTIVE} = {}", rule.active));
        for (name, given) in &rule.parameters {
            lines.push(format!("{} = {}", key(name), value(given)));
        }
    }
    lines.join("\n") + "\n"
}

/// Every key but the rules, with its value as it is written.
pub(super) fn keys(policy: &Policy) -> [(&'static str, String); 6] {
    let causes = policy.fail_open.iter().map(|cause| cause.word());
    let bands = policy.bands;
    [
        ("mode", quoted(policy.mode.word())),
        ("cvss-source", quoted(policy.cvss_source.word())),
        ("fail-open", texts(causes)),
        ("deadline-seconds", policy.deadline_secs.to_string()),
        ("waiver-max-days", policy.waiver_max_days.to_string()),
        (
            "bands",
            format!(
                "{{ medium = {}, high = {}, critical = {} }}",
                decimal(bands.medium()),
                decimal(bands.high()),
                decimal(bands.critical())
            ),
        ),
    ]
}

pub(super) fn value(value: &ParameterValue) -> String {
    match value {
        ParameterValue::Flag(flag) => flag.to_string(),
        ParameterValue::Integer(number) => number.to_string(),
        ParameterValue::Tenths(tenths) => decimal(*tenths),
        ParameterValue::Text(given) => quoted(given),
        ParameterValue::Texts(list) => texts(list.iter().map(String::as_str)),
    }
}

fn texts<'a>(list: impl Iterator<Item = &'a str>) -> String {
    let list: Vec<String> = list.map(quoted).collect();
    format!("[{}]", list.join(", "))
}

pub(super) fn key(name: &str) -> String {
    let bare = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    if !name.is_empty() && name.bytes().all(bare) {
        name.to_owned()
    } else {
        quoted(name)
    }
}
