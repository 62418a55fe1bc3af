//! What a version takes from people, and what its gate does where they say nothing.

use super::{Found, Subject};
use crate::model::common::ParameterValue;
use crate::model::manifest::{CredentialKind, Manifest, Parameter, Rule};

pub(super) fn credentials(old: &Manifest, new: &Manifest, found: &mut Found) {
    let mut add = |what| found.add(Subject::Credential, what);
    for kind in &new.credentials {
        let id = &kind.id;
        let Some(before) = old.credentials.iter().find(|before| before.id == *id) else {
            let CredentialKind {
                pattern, header, ..
            } = kind;
            add(format!("new `{id}`, `{pattern}` in header `{header}`"));
            continue;
        };
        for (part, was, is) in [
            ("pattern", &before.pattern, &kind.pattern),
            ("header", &before.header, &kind.header),
            ("value", &before.value, &kind.value),
        ] {
            if was != is {
                add(format!("{part} of `{id}` changes from `{was}` to `{is}`"));
            }
        }
        if before.audience != kind.audience {
            add(format!("`{id}` names its host in another way"));
        }
    }
    for kind in &old.credentials {
        if new.credentials.iter().all(|after| after.id != kind.id) {
            add(format!("`{}` is no longer taken", kind.id));
        }
    }
    let order = |of: &Manifest, other: &Manifest| {
        let ids = of.credentials.iter().map(|kind| kind.id.clone());
        let both = ids.filter(|id| other.credentials.iter().any(|kind| kind.id == *id));
        both.collect::<Vec<_>>()
    };
    if order(old, new) != order(new, old) {
        // The first form that fits is taken, and the last where none does.
        add("forms are tried in another order".to_owned());
    }
}

pub(super) fn rules(old: &Manifest, new: &Manifest, found: &mut Found) {
    for rule in &new.rules {
        let code = &rule.code;
        match old.rules.iter().find(|before| before.code == *code) {
            Some(before) => changed(before, rule, found),
            None if rule.active_by_default => {
                let what = format!("new `{code}`, active where a policy does not mention it");
                found.add(Subject::Rule, what);
            }
            None => {}
        }
    }
    for rule in &old.rules {
        if new.rules.iter().all(|after| after.code != rule.code) {
            found.add(Subject::Rule, format!("`{}` is gone", rule.code));
        }
    }
}

pub(super) fn settings(old: &Manifest, new: &Manifest, found: &mut Found) {
    for setting in new.settings.iter().filter(|one| one.default.is_none()) {
        let key = &setting.key;
        let before = old.settings.iter().find(|before| before.key == *key);
        if before.is_none_or(|before| before.default.is_some()) {
            found.add(Subject::Setting, format!("`{key}` becomes required"));
        }
    }
}

fn changed(old: &Rule, new: &Rule, found: &mut Found) {
    let code = &new.code;
    let mut add = |what| found.add(Subject::Rule, what);
    if old.active_by_default != new.active_by_default {
        let now = if new.active_by_default {
            "active"
        } else {
            "inactive"
        };
        add(format!(
            "`{code}` becomes {now} where a policy does not mention it"
        ));
    }
    if old.routes != new.routes {
        add(format!("`{code}` rests on other evidence"));
    }
    for parameter in &new.parameters {
        let Parameter { name, .. } = parameter;
        let Some(before) = old.parameters.iter().find(|before| before.name == *name) else {
            let default = value(&parameter.default);
            add(format!(
                "`{code}` has a new parameter `{name}`, {default} by default"
            ));
            continue;
        };
        if before.default != parameter.default {
            let (was, is) = (value(&before.default), value(&parameter.default));
            add(format!(
                "default of `{name}` of `{code}` changes from {was} to {is}"
            ));
        }
        if before.kind != parameter.kind {
            add(format!("`{name}` of `{code}` takes other values"));
        }
    }
    for parameter in &old.parameters {
        if new
            .parameters
            .iter()
            .all(|after| after.name != parameter.name)
        {
            add(format!(
                "`{code}` has no parameter `{}` any more",
                parameter.name
            ));
        }
    }
}

fn value(value: &ParameterValue) -> String {
    match value {
        ParameterValue::Flag(flag) => flag.to_string(),
        ParameterValue::Integer(number) => number.to_string(),
        ParameterValue::Tenths(tenths) => format!("{}.{}", tenths / 10, tenths % 10),
        ParameterValue::Text(text) => format!("`{text}`"),
        ParameterValue::Texts(texts) => format!("[{}]", texts.join(", ")),
    }
}
