use super::told;
use crate::conformance::check_manifest;
use crate::model::common::{ParameterKind, ParameterValue, Setting};
use crate::model::manifest::{
    CredentialKind, Manifest, Method, Origin, OriginAddress, Parameter, PathRule, Pull, Quota, Rule,
};

fn origin(id: &str, address: OriginAddress) -> Origin {
    Origin {
        id: id.to_owned(),
        label: String::new(),
        address,
        aliases: Vec::new(),
        paths: vec![path("/orgs/{org}/issues")],
    }
}

fn path(template: &str) -> PathRule {
    PathRule {
        method: Method::Get,
        template: template.to_owned(),
        fresh_secs: Some(60),
    }
}

fn rule(code: &str) -> Rule {
    Rule {
        code: code.to_owned(),
        summary: String::new(),
        routes: vec!["issues".to_owned()],
        active_by_default: true,
        parameters: vec![parameter(
            ParameterKind::Tenths((0, 100)),
            ParameterValue::Tenths(70),
        )],
    }
}

fn parameter(kind: ParameterKind, default: ParameterValue) -> Parameter {
    Parameter {
        name: "threshold".to_owned(),
        summary: String::new(),
        kind,
        default,
    }
}

fn manifest() -> Manifest {
    Manifest {
        id: "sample".to_owned(),
        name: "Sample".to_owned(),
        version: "0.1.0".to_owned(),
        summary: String::new(),
        pulls: vec![Pull {
            what: "vulnerabilities".to_owned(),
            why: String::new(),
        }],
        permissions: Vec::new(),
        origins: vec![
            origin(
                "one",
                OriginAddress::Fixed("https://api.example.com".to_owned()),
            ),
            origin(
                "own",
                OriginAddress::Template("https://api.{tenant}.example.com".to_owned()),
            ),
        ],
        quotas: vec![Quota {
            id: "per-minute".to_owned(),
            requests: 1,
            window_secs: 60,
            method: None,
            path_prefix: Some("/orgs".to_owned()),
        }],
        credentials: vec![CredentialKind {
            id: "token".to_owned(),
            label: String::new(),
            pattern: ".+".to_owned(),
            header: "authorization".to_owned(),
            value: "Bearer {credential}".to_owned(),
            audience: None,
        }],
        settings: vec![Setting {
            key: "mode".to_owned(),
            label: String::new(),
            help: String::new(),
            kind: ParameterKind::Choice(vec!["fast".to_owned()]),
            default: Some(ParameterValue::Text("fast".to_owned())),
        }],
        rules: vec![rule("introduced-cvss")],
        extra: Vec::new(),
    }
}

#[track_caller]
fn says(change: impl FnOnce(&mut Manifest), sentences: &[&str]) {
    let mut manifest = manifest();
    change(&mut manifest);
    assert_eq!(told(check_manifest(&manifest, true)), sentences);
}

#[test]
fn a_sound_manifest_breaks_nothing() {
    says(|_| (), &[]);
}

#[test]
fn an_id_is_lower_case_and_something_is_pulled() {
    says(
        |one| {
            one.id = "Sample".to_owned();
            one.pulls.clear();
        },
        &[
            "describe: id is `Sample`; it is kebab-case, for example `sample-word`",
            "describe: pulls are empty",
        ],
    );
}

#[test]
fn addresses_have_their_form() {
    let fixed =
        "is `api.example.com/v1`; it is a scheme and a host, as in `https://api.example.com`";
    says(
        |one| one.origins[0].address = OriginAddress::Fixed("api.example.com/v1".to_owned()),
        &[&format!("describe: origins[0].address {fixed}")],
    );
    for base in [
        "https://api.example.com",
        "https://{a}.{b}.example.com",
        "https://api-{a}.example.com",
        "https://{}.example.com",
    ] {
        let open = "it leaves one DNS label open, as in `https://api.{tenant}.example.com`";
        says(
            |one| one.origins[1].address = OriginAddress::Template(base.to_owned()),
            &[&format!("describe: origins[1].address is `{base}`; {open}")],
        );
    }
}

#[test]
fn what_is_downloaded_has_no_paths_of_its_own() {
    says(
        |one| one.origins[1].address = OriginAddress::Download(Vec::new()),
        &[
            "describe: origins[1].paths are not empty; what may be downloaded is what the pinned origin names",
        ],
    );
}

#[test]
fn paths_are_absolute_and_of_whole_segments() {
    for template in [
        "orgs",
        "/",
        "/orgs/{org",
        "/orgs/a{org}",
        "/orgs?x=1",
        "/{}",
    ] {
        let form = "it is an absolute path of whole segments, as in `/orgs/{org}/issues`";
        says(
            |one| one.origins[0].paths[0].template = template.to_owned(),
            &[&format!(
                "describe: origins[0].paths[0].template is `{template}`; {form}"
            )],
        );
    }
    says(
        |one| one.origins[0].paths[0].method = Method::Post,
        &[
            "describe: origins[0].paths[0].fresh-secs is there; only an answer to `get` is given again",
        ],
    );
}

#[test]
fn quotas_permit_something_in_some_time() {
    says(
        |one| {
            one.quotas[0].requests = 0;
            one.quotas[0].window_secs = 0;
        },
        &[
            "describe: quotas[0].requests is 0; it is at least 1",
            "describe: quotas[0].window-secs is 0; it is at least 1",
        ],
    );
}

#[test]
fn a_credential_goes_somewhere() {
    says(
        |one| one.credentials[0].value = "Bearer".to_owned(),
        &["describe: credentials[0].value does not hold `{credential}`, where the credential goes"],
    );
}

#[test]
fn nothing_is_named_twice() {
    says(
        |one| {
            one.origins[1].id = "one".to_owned();
            one.rules.push(rule("introduced-cvss"));
        },
        &[
            "describe: origins[1].id is `one`, which is there before",
            "describe: rules[1].code is `introduced-cvss`, which is there before",
        ],
    );
}

#[test]
fn defaults_are_in_range_and_of_the_kind() {
    let default = "describe: rules[0].parameters[0].default";
    for (kind, value, fault) in [
        (
            ParameterKind::Tenths((0, 100)),
            ParameterValue::Tenths(101),
            "is 101; it is 0 to 100",
        ),
        (
            ParameterKind::Integer((1, 9)),
            ParameterValue::Integer(0),
            "is 0; it is 1 to 9",
        ),
        (
            ParameterKind::Choice(vec!["warn".to_owned()]),
            ParameterValue::Text("block".to_owned()),
            "is `block`, which is none of its words",
        ),
        (
            ParameterKind::Flag,
            ParameterValue::Integer(1),
            "is of another type than its kind",
        ),
    ] {
        says(
            |one| one.rules[0].parameters = vec![parameter(kind, value)],
            &[&format!("{default} {fault}")],
        );
    }
}

#[test]
fn some_value_is_of_each_kind() {
    says(
        |one| {
            one.settings[0].default = None;
            one.settings[0].kind = ParameterKind::Integer((2, 1));
        },
        &["describe: settings[0].kind goes from 2 to 1, so that no value fits"],
    );
    says(
        |one| {
            one.settings[0].default = None;
            one.settings[0].kind = ParameterKind::Choice(Vec::new());
        },
        &["describe: settings[0].kind is a choice of no word"],
    );
}

#[test]
fn a_source_has_no_rules() {
    assert_eq!(
        told(check_manifest(&manifest(), false)),
        ["describe: rules are not empty, and a source has no gate"]
    );
}
