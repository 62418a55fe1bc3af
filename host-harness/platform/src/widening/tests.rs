use proptest::prelude::*;

use super::*;
use crate::model::common::{ParameterKind, ParameterValue, Setting};
use crate::model::manifest::{
    AudienceClaim, CredentialKind, Method, Origin, OriginAddress, Parameter, PathRule, Permission,
    Quota, Rule,
};

fn sample() -> Manifest {
    Manifest {
        id: "sample".to_owned(),
        name: "Sample".to_owned(),
        version: "1.0.0".to_owned(),
        summary: String::new(),
        pulls: Vec::new(),
        permissions: vec![permission("read", true), permission("extra", false)],
        origins: vec![
            Origin {
                id: "EU".to_owned(),
                label: String::new(),
                address: OriginAddress::Fixed("https://api.example.com".to_owned()),
                aliases: vec!["app.example.com".to_owned()],
                paths: vec![
                    path(Method::Get, "/orgs/{org}/issues"),
                    path(Method::Get, "/users/{id}"),
                ],
            },
            Origin {
                id: "files".to_owned(),
                label: String::new(),
                address: OriginAddress::Download(vec!["files.example.com".to_owned()]),
                aliases: Vec::new(),
                paths: Vec::new(),
            },
        ],
        quotas: vec![Quota {
            id: "minute".to_owned(),
            requests: 60,
            window_secs: 60,
            method: None,
            path_prefix: None,
        }],
        credentials: vec![credential("token"), credential("other")],
        settings: vec![setting(Some(ParameterValue::Flag(true)))],
        rules: vec![Rule {
            code: "cvss".to_owned(),
            summary: String::new(),
            routes: vec!["issues".to_owned()],
            active_by_default: true,
            parameters: vec![Parameter {
                name: "max".to_owned(),
                summary: String::new(),
                kind: ParameterKind::Tenths((0, 100)),
                default: ParameterValue::Tenths(70),
            }],
        }],
        extra: Vec::new(),
    }
}

fn permission(name: &str, required: bool) -> Permission {
    Permission {
        name: name.to_owned(),
        why: String::new(),
        required,
    }
}

fn path(method: Method, template: &str) -> PathRule {
    PathRule {
        method,
        template: template.to_owned(),
        fresh_secs: None,
    }
}

fn credential(id: &str) -> CredentialKind {
    CredentialKind {
        id: id.to_owned(),
        label: String::new(),
        pattern: "[a-z]+".to_owned(),
        header: "authorization".to_owned(),
        value: "token {credential}".to_owned(),
        audience: None,
    }
}

fn setting(default: Option<ParameterValue>) -> Setting {
    Setting {
        key: "probe".to_owned(),
        label: String::new(),
        help: String::new(),
        kind: ParameterKind::Flag,
        default,
    }
}

type Change = fn(&mut Manifest);

/// Each with what it is said to be.
const WIDER: &[(Change, &str)] = &[
    (
        |one| {
            let mut origin = one.origins[0].clone();
            origin.id = "US".to_owned();
            origin.paths.truncate(1);
            one.origins.push(origin);
        },
        "origin: new `US`, `https://api.example.com`; origin: `US` is asked `GET /orgs/{org}/issues`",
    ),
    (
        |one| {
            let open = "https://{a}.example.com".to_owned();
            one.origins[0].address = OriginAddress::Template(open);
        },
        "origin: `EU` moves from `https://api.example.com` to `https://{a}.example.com`",
    ),
    (
        |one| one.origins[0].aliases.push("else.example.com".to_owned()),
        "origin: `EU` is also meant by `else.example.com`",
    ),
    (
        |one| one.origins[0].paths[0].method = Method::Post,
        "origin: `EU` is asked `POST /orgs/{org}/issues`",
    ),
    (
        |one| one.origins[0].paths[0].template = "/orgs/{id}/issues".to_owned(),
        "origin: `EU` is asked `GET /orgs/{id}/issues`",
    ),
    (
        |one| {
            let keys = path(Method::Get, "/users/{id}/keys");
            one.origins[0].paths.push(keys);
        },
        "origin: `EU` is asked `GET /users/{id}/keys`",
    ),
    (
        |one| one.origins[1].address = OriginAddress::Download(vec!["example.com".to_owned()]),
        "download: `files` from `example.com`",
    ),
    (
        |one| one.permissions.push(permission("write", false)),
        "permission: new `write`",
    ),
    (
        |one| one.permissions[1].required = true,
        "permission: `extra` becomes required",
    ),
    (
        |one| one.quotas[0].requests = 61,
        "quota: `minute` rises from 60 in 60 s to 61 in 60 s",
    ),
    (
        |one| one.quotas[0].window_secs = 59,
        "quota: `minute` rises from 60 in 60 s to 60 in 59 s",
    ),
    (
        |one| one.quotas[0].method = Some(Method::Get),
        "quota: `minute` holds for other requests",
    ),
    (|one| one.quotas.clear(), "quota: `minute` is gone"),
    (
        |one| one.credentials.insert(0, credential("new")),
        "credential: new `new`, `[a-z]+` in header `authorization`",
    ),
    (
        |one| one.credentials[0].pattern = "[a-z]*".to_owned(),
        "credential: pattern of `token` changes from `[a-z]+` to `[a-z]*`",
    ),
    (
        |one| one.credentials[0].header = "x-token".to_owned(),
        "credential: header of `token` changes from `authorization` to `x-token`",
    ),
    (
        |one| {
            let (part, claim) = (1, "aud".to_owned());
            one.credentials[0].audience = Some(AudienceClaim { part, claim });
        },
        "credential: `token` names its host in another way",
    ),
    (
        |one| drop(one.credentials.pop()),
        "credential: `other` is no longer taken",
    ),
    (
        |one| one.credentials.reverse(),
        "credential: forms are tried in another order",
    ),
    (
        |one| {
            let mut rule = one.rules[0].clone();
            rule.code = "age".to_owned();
            one.rules.push(rule);
        },
        "rule: new `age`, active where a policy does not mention it",
    ),
    (
        |one| one.rules[0].active_by_default = false,
        "rule: `cvss` becomes inactive where a policy does not mention it",
    ),
    (
        |one| one.rules[0].routes.clear(),
        "rule: `cvss` rests on other evidence",
    ),
    (
        |one| one.rules[0].parameters[0].default = ParameterValue::Tenths(69),
        "rule: default of `max` of `cvss` changes from 7.0 to 6.9",
    ),
    (
        |one| one.rules[0].parameters[0].kind = ParameterKind::Tenths((0, 90)),
        "rule: `max` of `cvss` takes other values",
    ),
    (
        |one| {
            let mut parameter = one.rules[0].parameters[0].clone();
            (parameter.name, parameter.default) = ("min".to_owned(), ParameterValue::Tenths(5));
            one.rules[0].parameters.push(parameter);
        },
        "rule: `cvss` has a new parameter `min`, 0.5 by default",
    ),
    (
        |one| one.rules[0].parameters.clear(),
        "rule: `cvss` has no parameter `max` any more",
    ),
    (|one| one.rules.clear(), "rule: `cvss` is gone"),
    (
        |one| one.settings[0].default = None,
        "setting: `probe` becomes required",
    ),
];

/// What needs no consent.
const NARROWER: &[Change] = &[
    |one| one.version = "1.0.1".to_owned(),
    |one| one.origins.clear(),
    |one| one.origins[0].aliases.clear(),
    |one| one.origins[0].paths.truncate(1),
    |one| one.origins[0].paths[1].template = "/users/{name}".to_owned(),
    |one| one.origins[0].paths[1].template = "/users/self".to_owned(),
    |one| one.origins[0].paths[1].template = "/users/{org}".to_owned(),
    |one| one.origins[1].address = OriginAddress::Download(vec!["eu.files.example.com".to_owned()]),
    |one| one.permissions.truncate(1),
    |one| one.permissions[0].required = false,
    |one| one.quotas[0].requests = 59,
    |one| one.quotas[0].window_secs = 61,
    |one| one.settings.clear(),
    |one| {
        let mut rule = one.rules[0].clone();
        (rule.code, rule.active_by_default) = ("age".to_owned(), false);
        one.rules.push(rule);
    },
];

fn said(old: &Manifest, new: &Manifest) -> String {
    let all: Vec<String> = widened(old, new).iter().map(ToString::to_string).collect();
    all.join("; ")
}

fn changed(change: Change) -> Manifest {
    let mut manifest = sample();
    change(&mut manifest);
    manifest
}

#[test]
fn whatever_goes_beyond_the_version_before_is_said() {
    for (change, sentence) in WIDER {
        assert_eq!(said(&sample(), &changed(*change)), *sentence);
    }
}

#[test]
fn what_a_version_gives_up_needs_no_consent() {
    for change in NARROWER {
        assert_eq!(said(&sample(), &changed(*change)), "");
    }
}

#[test]
fn a_domain_that_only_ends_alike_is_another() {
    let mut new = sample();
    new.origins[1].address = OriginAddress::Download(vec!["evilfiles.example.com".to_owned()]);
    assert_eq!(
        said(&sample(), &new),
        "download: `files` from `evilfiles.example.com`"
    );
}

proptest! {
    #[test]
    fn a_version_never_goes_beyond_itself_and_no_narrowing_hides_a_widening(
        wider in 0..WIDER.len(), narrower in 0..NARROWER.len()
    ) {
        let mut new = changed(WIDER[wider].0);
        new.version = "2.0.0".to_owned();
        prop_assert!(widened(&new, &new).is_empty());
        let old = changed(NARROWER[narrower]);
        prop_assert!(!widened(&old, &new).is_empty());
    }
}
