//! What an integration says of itself.

use std::collections::HashSet;

use super::DESCRIBE;
use super::breach::Breaches;
use super::check::Check;
use super::parameter::{check_default, check_kind};
use super::place::Place;
use crate::complaint::shown;
use crate::model::common::Setting;
use crate::model::manifest::{
    CredentialKind, Manifest, Method, Origin, OriginAddress, PathRule, Quota, Rule,
};

/// Checks a manifest; `judges` tells whether the component has a score and a gate.
///
/// Whether the version is one and whether patterns compile is for whoever has the libraries to read them.
///
/// # Errors
///
/// All that it breaks of the contract.
pub fn check_manifest(manifest: &Manifest, judges: bool) -> Result<(), Breaches> {
    let mut checked = Check::of(DESCRIBE);
    let check = &mut checked;
    check.kebab(&Place::of("id"), &manifest.id);
    check.named(&Place::of("name"), &manifest.name);
    let pulls = Place::of("pulls");
    if manifest.pulls.is_empty() {
        check.breach(&pulls, format_args!("are empty"));
    }
    let list = Place::of("permissions");
    for (index, permission) in manifest.permissions.iter().enumerate() {
        check.named(&list.item(index).field("name"), &permission.name);
    }
    check_origins(check, &manifest.origins);
    check_quotas(check, &manifest.quotas);
    check_credentials(check, &manifest.credentials);
    check_settings(check, &manifest.settings);
    if !judges && !manifest.rules.is_empty() {
        check.breach(
            &Place::of("rules"),
            format_args!("are not empty, and a source has no gate"),
        );
    }
    check_rules(check, &manifest.rules);
    checked.end()
}

fn check_origins(check: &mut Check, origins: &[Origin]) {
    let list = Place::of("origins");
    let mut ids = HashSet::new();
    for (index, origin) in origins.iter().enumerate() {
        let at = list.item(index);
        check.named(&at.field("id"), &origin.id);
        check.unique(&at.field("id"), &origin.id, &mut ids);
        let address = at.field("address");
        match &origin.address {
            OriginAddress::Fixed(base)
                if host_of(base).is_none_or(|host| host.contains(['{', '}'])) =>
            {
                let base = shown(base);
                check.breach(
                    &address,
                    format_args!(
                        "is `{base}`; it is a scheme and a host, as in `https://api.example.com`"
                    ),
                );
            }
            OriginAddress::Template(base) if !host_of(base).is_some_and(has_one_open_label) => {
                let base = shown(base);
                check.breach(
                    &address,
                    format_args!("is `{base}`; it leaves one DNS label open, as in `https://api.{{tenant}}.example.com`"),
                );
            }
            OriginAddress::Download(_) if !origin.paths.is_empty() => check.breach(
                &at.field("paths"),
                format_args!(
                    "are not empty; what may be downloaded is what the pinned origin names"
                ),
            ),
            _ => {}
        }
        let paths = at.field("paths");
        for (index, rule) in origin.paths.iter().enumerate() {
            check_path(check, &paths.item(index), rule);
        }
    }
}

fn check_path(check: &mut Check, at: &Place<'_>, rule: &PathRule) {
    if !is_template(&rule.template) {
        let template = shown(&rule.template);
        check.breach(
            &at.field("template"),
            format_args!("is `{template}`; it is an absolute path of whole segments, as in `/orgs/{{org}}/issues`"),
        );
    }
    if rule.fresh_secs.is_some() && rule.method != Method::Get {
        check.breach(
            &at.field("fresh-secs"),
            format_args!("is there; only an answer to `get` is given again"),
        );
    }
}

fn check_quotas(check: &mut Check, quotas: &[Quota]) {
    let list = Place::of("quotas");
    let mut ids = HashSet::new();
    for (index, quota) in quotas.iter().enumerate() {
        let at = list.item(index);
        check.unique(&at.field("id"), &quota.id, &mut ids);
        let least = [
            ("requests", quota.requests),
            ("window-secs", quota.window_secs),
        ];
        for (field, number) in least {
            if number == 0 {
                check.breach(&at.field(field), format_args!("is 0; it is at least 1"));
            }
        }
        if let Some(prefix) = quota.path_prefix.as_deref()
            && !is_template(prefix)
        {
            let prefix = shown(prefix);
            check.breach(
                &at.field("path-prefix"),
                format_args!("is `{prefix}`; it is an absolute path of whole segments"),
            );
        }
    }
}

fn check_credentials(check: &mut Check, kinds: &[CredentialKind]) {
    let list = Place::of("credentials");
    let mut ids = HashSet::new();
    for (index, kind) in kinds.iter().enumerate() {
        let at = list.item(index);
        check.named(&at.field("id"), &kind.id);
        check.unique(&at.field("id"), &kind.id, &mut ids);
        check.named(&at.field("header"), &kind.header);
        if !kind.value.contains("{credential}") {
            check.breach(
                &at.field("value"),
                format_args!("does not hold `{{credential}}`, where the credential goes"),
            );
        }
    }
}

fn check_settings(check: &mut Check, settings: &[Setting]) {
    let list = Place::of("settings");
    let mut keys = HashSet::new();
    for (index, setting) in settings.iter().enumerate() {
        let at = list.item(index);
        check.kebab(&at.field("key"), &setting.key);
        check.unique(&at.field("key"), &setting.key, &mut keys);
        check_kind(check, &at.field("kind"), &setting.kind);
        if let Some(default) = &setting.default {
            check_default(check, &at.field("default"), &setting.kind, default);
        }
    }
}

fn check_rules(check: &mut Check, rules: &[Rule]) {
    let list = Place::of("rules");
    let mut codes = HashSet::new();
    for (index, rule) in rules.iter().enumerate() {
        let at = list.item(index);
        check.kebab(&at.field("code"), &rule.code);
        check.unique(&at.field("code"), &rule.code, &mut codes);
        let routes = at.field("routes");
        for (index, route) in rule.routes.iter().enumerate() {
            check.named(&routes.item(index), route);
        }
        let parameters = at.field("parameters");
        let mut names = HashSet::new();
        for (index, parameter) in rule.parameters.iter().enumerate() {
            let at = parameters.item(index);
            check.kebab(&at.field("name"), &parameter.name);
            check.unique(&at.field("name"), &parameter.name, &mut names);
            check_kind(check, &at.field("kind"), &parameter.kind);
            let default = at.field("default");
            check_default(check, &default, &parameter.kind, &parameter.default);
        }
    }
}

/// Host and port of a base address without a path.
fn host_of(base: &str) -> Option<&str> {
    let host = base
        .strip_prefix("https://")
        .or_else(|| base.strip_prefix("http://"))?;
    let ends = |char: char| char.is_whitespace() || matches!(char, '/' | '?' | '#' | '@');
    (!host.is_empty() && !host.contains(ends)).then_some(host)
}

fn has_one_open_label(host: &str) -> bool {
    let open = host.split('.').filter(|label| is_open(label)).count();
    open == 1 && host.matches(['{', '}']).count() == 2
}

fn is_template(path: &str) -> bool {
    let mut segments = path.split('/');
    let is_whole = |segment: &str| is_open(segment) || !segment.contains(['{', '}', '?', '#']);
    segments.next() == Some("") && path.len() > 1 && segments.all(is_whole)
}

/// `{name}`.
fn is_open(part: &str) -> bool {
    let name = part
        .strip_prefix('{')
        .and_then(|rest| rest.strip_suffix('}'));
    name.is_some_and(|name| !name.is_empty() && !name.contains(['{', '}']))
}
