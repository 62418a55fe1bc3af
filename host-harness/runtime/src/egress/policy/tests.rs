use super::*;
use crate::contract::describe::{Origin, OriginAddress, PathRule};

const BASE: &str = "https://api.example.com";

fn manifest() -> Manifest {
    let rule = |method, template: &str| PathRule {
        method,
        template: template.to_owned(),
        fresh_secs: None,
    };
    Manifest {
        id: "sample".to_owned(),
        name: "Sample".to_owned(),
        version: "0.1.0".to_owned(),
        summary: String::new(),
        pulls: Vec::new(),
        permissions: Vec::new(),
        origins: vec![Origin {
            id: "US-01".to_owned(),
            label: "US".to_owned(),
            address: OriginAddress::Fixed(BASE.to_owned()),
            aliases: Vec::new(),
            paths: vec![
                rule(describe::Method::Get, "/rest/self"),
                rule(describe::Method::Get, "/rest/orgs/{org}/issues"),
                rule(describe::Method::Get, "/rest/orgs/{org}/projects/{id}"),
                rule(
                    describe::Method::Get,
                    "/rest/orgs/{org}/packages/{purl}/issues",
                ),
                rule(describe::Method::Post, "/rest/orgs/{org}/export"),
            ],
        }],
        quotas: Vec::new(),
        credentials: Vec::new(),
        settings: Vec::new(),
        rules: Vec::new(),
        extra: Vec::new(),
    }
}

fn pinned(base: &str, allow_loopback: bool) -> PinnedOrigin {
    PinnedOrigin {
        id: "US-01".to_owned(),
        base: base.to_owned(),
        allow_loopback,
    }
}

fn bound() -> EgressPolicy {
    let organizations = Organizations::Bound(BTreeSet::from(["org-1".to_owned()]));
    EgressPolicy::from_manifest(&manifest(), pinned(BASE, false), organizations).unwrap()
}

#[track_caller]
fn denial(method: &Method, uri: &str) -> String {
    bound()
        .allows(method, &uri.parse().unwrap())
        .unwrap_err()
        .to_string()
}

#[test]
fn what_the_manifest_lists_leaves() {
    for (method, path) in [
        (Method::GET, "/rest/self?version=2024-10-15"),
        (
            Method::GET,
            "/rest/orgs/org-1/issues?limit=100&starting_after=a%2Fb..%2F",
        ),
        (Method::GET, "/rest/orgs/org-1/projects/p-1"),
        (
            Method::GET,
            "/rest/orgs/org-1/packages/pkg%3Anpm%2F%2540a%2Fb%401.0/issues",
        ),
        (Method::POST, "/rest/orgs/org-1/export"),
    ] {
        let uri = format!("{BASE}{path}").parse().unwrap();
        assert_eq!(bound().allows(&method, &uri), Ok(()), "{path}");
    }
}

#[test]
fn the_port_of_the_scheme_need_not_be_written() {
    let uri = "https://API.example.com:443/rest/self".parse().unwrap();
    assert_eq!(bound().allows(&Method::GET, &uri), Ok(()));
}

#[test]
fn another_origin_is_denied_by_the_part_that_differs() {
    let denied = |uri| denial(&Method::GET, uri);
    assert_eq!(
        denied("http://api.example.com/rest/self"),
        "the scheme `http` is not the pinned origin's"
    );
    assert_eq!(
        denied("https://evil.example/rest/self"),
        "the host `evil.example` is not the pinned origin's"
    );
    assert_eq!(
        denied("https://api.example.com.evil.example/rest/self"),
        "the host `api.example.com.evil.example` is not the pinned origin's"
    );
    assert_eq!(
        denied("https://api.example.com:8443/rest/self"),
        "the port 8443 is not the pinned origin's"
    );
    assert_eq!(
        denied("https://api.example.com@169.254.169.254/rest/self"),
        "the address has no plain host"
    );
    assert_eq!(denied("/rest/self"), "the address has no plain host");
}

#[test]
fn a_port_that_is_none_is_not_the_usual_one() {
    for authority in [
        "api.example.com:99999",
        "api.example.com:",
        "api.example.com:0443",
    ] {
        let uri = format!("https://{authority}/rest/self");
        assert_eq!(
            denial(&Method::GET, &uri),
            "the address has no plain host",
            "{uri}"
        );
    }
}

#[test]
fn what_the_manifest_does_not_list_is_denied_with_its_line() {
    assert_eq!(
        denial(
            &Method::DELETE,
            "https://api.example.com/rest/orgs/org-1/projects/p-1"
        ),
        "the manifest does not list DELETE `/rest/orgs/org-1/projects/p-1`"
    );
    for path in [
        "/rest",
        "/rest/self/more",
        "/rest/Self",
        "/REST/self",
        "/rest/sel%66",
        "/rest/orgs/org-1/projects/a%2Fb",
        "/rest/orgs/org-1/projects/a%252Fb",
    ] {
        let text = denial(&Method::GET, &format!("{BASE}{path}"));
        assert!(
            text.starts_with("the manifest does not list GET"),
            "{path}: {text}"
        );
    }
}

#[test]
fn a_path_that_walks_is_denied_before_any_rule() {
    for path in [
        "/rest/orgs/org-1/projects/..",
        "/rest/orgs/org-1/projects/%2e%2e",
        "/rest/orgs/org-1/packages/..%2f..%2f..%2fself/issues",
        "/rest//self",
        "/rest/self/",
    ] {
        let text = denial(&Method::GET, &format!("{BASE}{path}"));
        assert!(
            text.contains("empty, `.` or `..` segments"),
            "{path}: {text}"
        );
    }
}

#[test]
fn after_connect_only_chosen_organizations_are_reached() {
    assert_eq!(
        denial(
            &Method::GET,
            "https://api.example.com/rest/orgs/org-2/issues"
        ),
        "the organization in `/rest/orgs/org-2/issues` was not chosen for this connection"
    );
    let connecting =
        EgressPolicy::from_manifest(&manifest(), pinned(BASE, false), Organizations::Connecting)
            .unwrap();
    let uri = "https://api.example.com/rest/orgs/org-2/issues"
        .parse()
        .unwrap();
    assert_eq!(connecting.allows(&Method::GET, &uri), Ok(()));
}

#[test]
fn no_rules_deny_all() {
    let mut manifest = manifest();
    manifest.origins[0].paths.clear();
    let policy =
        EgressPolicy::from_manifest(&manifest, pinned(BASE, false), Organizations::Connecting)
            .unwrap();
    assert!(
        policy
            .allows(
                &Method::GET,
                &"https://api.example.com/rest/self".parse().unwrap()
            )
            .is_err()
    );
}

#[test]
fn an_origin_with_an_unknown_form_of_address_gives_no_policy() {
    let mut manifest = manifest();
    manifest.origins[0].address = OriginAddress::Other(BASE.to_owned());
    let error =
        EgressPolicy::from_manifest(&manifest, pinned(BASE, false), Organizations::Connecting)
            .unwrap_err();
    assert_eq!(
        error.to_string(),
        "the manifest has no origin `US-01`; connect anew"
    );
}

#[test]
fn a_policy_is_not_made_for_an_unsafe_base() {
    let sentence = |base, allow_loopback| {
        EgressPolicy::from_manifest(
            &manifest(),
            pinned(base, allow_loopback),
            Organizations::Connecting,
        )
        .unwrap_err()
        .to_string()
    };
    assert!(sentence("http://api.example.com", true).contains("plain HTTP"));
    assert!(sentence("http://127.0.0.1:1", false).contains("`--allow-loopback`"));
    assert!(sentence("https://api.example.com/rest", false).contains("is not an address"));
}

#[test]
fn a_manifest_without_the_pinned_origin_gives_no_policy() {
    let origin = PinnedOrigin {
        id: "EU-01".to_owned(),
        ..pinned(BASE, false)
    };
    let error =
        EgressPolicy::from_manifest(&manifest(), origin, Organizations::Connecting).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the manifest has no origin `EU-01`; connect anew"
    );
}
