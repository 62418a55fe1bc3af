//! Bytes: a policy file. Complaints point into it; a policy that was read is the same when it is written and read again,
//! and when it is spelled out the same rules decide.

use koalr_platform::model::common::{ParameterKind, ParameterValue};
use koalr_platform::model::manifest::{Manifest, Parameter, Rule};
use koalr_platform::policy::Policy;

use super::{is_one_line, points_into};

pub(super) fn run(bytes: &[u8]) {
    let Ok(text) = str::from_utf8(bytes) else {
        return;
    };
    let manifest = manifest();
    let policy = match Policy::parse(text, &manifest) {
        Ok(policy) => policy,
        Err(complaints) => {
            assert!(
                !complaints.is_empty(),
                "a policy is refused without a reason"
            );
            for one in complaints {
                points_into(text, one.line, one.column);
                is_one_line(&one.to_string());
            }
            return;
        }
    };
    let written = policy.to_toml();
    assert_eq!(
        Policy::parse(&written, &manifest).as_ref(),
        Ok(&policy),
        "{written}"
    );
    let spelled = policy.spelled_out(&manifest.rules);
    let again = Policy::parse(&spelled, &manifest);
    let again = again.unwrap_or_else(|complaints| panic!("{complaints:?} of {spelled}"));
    let codes = |policy: &Policy| {
        policy
            .rules(&manifest.rules)
            .into_iter()
            .map(|rule| rule.code)
            .collect::<Vec<_>>()
    };
    assert_eq!(codes(&again), codes(&policy), "{spelled}");
    assert_eq!(again.score_settings(), policy.score_settings());
}

/// Rules with a parameter of every kind.
fn manifest() -> Manifest {
    let text = |text: &str| text.to_owned();
    let parameter = |name: &str, kind, default| Parameter {
        name: text(name),
        summary: text("It says when."),
        kind,
        default,
    };
    let words = vec![text("warn"), text("block")];
    let rule = |code: &str, active_by_default| Rule {
        code: text(code),
        summary: text("It fires."),
        routes: vec![text("issues")],
        active_by_default,
        parameters: vec![
            parameter(
                "threshold",
                ParameterKind::Tenths((0, 100)),
                ParameterValue::Tenths(90),
            ),
            parameter(
                "action",
                ParameterKind::Choice(words.clone()),
                ParameterValue::Text(text("block")),
            ),
            parameter(
                "days",
                ParameterKind::Integer((1, 30)),
                ParameterValue::Integer(7),
            ),
            parameter("strict", ParameterKind::Flag, ParameterValue::Flag(false)),
            parameter(
                "note",
                ParameterKind::Text,
                ParameterValue::Text(String::new()),
            ),
            parameter(
                "denied",
                ParameterKind::Texts,
                ParameterValue::Texts(Vec::new()),
            ),
        ],
    };
    Manifest {
        id: text("sample"),
        name: text("Sample"),
        version: text("0.1.0"),
        summary: String::new(),
        pulls: Vec::new(),
        permissions: Vec::new(),
        origins: Vec::new(),
        quotas: Vec::new(),
        credentials: Vec::new(),
        settings: Vec::new(),
        rules: vec![rule("introduced-cvss", true), rule("licenses", false)],
        extra: Vec::new(),
    }
}
