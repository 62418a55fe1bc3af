use super::*;
use crate::contract::describe::OriginAddress::{
    CustomerSupplied, Download, Fixed, Other, Template,
};

fn origin(id: &str, address: OriginAddress, aliases: &[&str]) -> Origin {
    Origin {
        id: id.to_owned(),
        label: id.to_owned(),
        address,
        aliases: aliases.iter().map(|alias| (*alias).to_owned()).collect(),
        paths: Vec::new(),
    }
}

fn fixed(host: &str) -> OriginAddress {
    Fixed(format!("https://{host}"))
}

fn with(origins: Vec<Origin>) -> Manifest {
    Manifest {
        id: "sample".to_owned(),
        name: "Sample".to_owned(),
        version: "0.1.0".to_owned(),
        summary: String::new(),
        pulls: Vec::new(),
        permissions: Vec::new(),
        origins,
        quotas: Vec::new(),
        credentials: Vec::new(),
        settings: Vec::new(),
        rules: Vec::new(),
        extra: Vec::new(),
    }
}

fn regions() -> Manifest {
    with(vec![
        origin("US-01", fixed("api.example.com"), &["app.example.com"]),
        origin(
            "EU-01",
            fixed("api.eu.example.com"),
            &["app.eu.example.com"],
        ),
        origin(
            "GOV",
            fixed("api.example-gov.com"),
            &["app.example-gov.com"],
        ),
        origin(
            "exports",
            Download(vec!["files.example.com".to_owned()]),
            &[],
        ),
    ])
}

#[track_caller]
fn base(chosen: &str) -> String {
    pin_origin(&regions(), Some(chosen), None, false)
        .unwrap()
        .base
}

#[track_caller]
fn sentence(chosen: Option<&str>, audience: Option<&str>) -> String {
    pin_origin(&regions(), chosen, audience, false)
        .unwrap_err()
        .to_string()
}

#[test]
fn a_region_is_found_by_its_name_in_any_case() {
    assert_eq!(base("eu-01"), "https://api.eu.example.com");
    assert_eq!(base(" US-01 "), "https://api.example.com");
    assert_eq!(base("gov"), "https://api.example-gov.com");
}

#[test]
fn a_region_is_found_by_any_address_a_person_would_paste() {
    for pasted in [
        "https://app.eu.example.com/org/team/projects?x=1",
        "app.eu.example.com",
        "https://API.EU.example.com",
        "https://api.eu.example.com/rest",
    ] {
        assert_eq!(base(pasted), "https://api.eu.example.com", "for `{pasted}`");
    }
}

#[test]
fn an_unknown_region_names_those_there_are_and_no_download_origin() {
    assert_eq!(
        sentence(Some("EU-9"), None),
        "`EU-9` is no origin of this integration; choose one of US-01, EU-01, GOV"
    );
    assert!(
        sentence(Some("https://evil.example"), None)
            .starts_with("`https://evil.example` is no origin")
    );
    assert!(sentence(Some("exports"), None).starts_with("`exports` is no origin"));
}

#[test]
fn an_origin_with_an_unknown_form_of_address_is_never_offered() {
    let mut manifest = regions();
    let unknown = Other("https://api.sample.example".to_owned());
    manifest
        .origins
        .push(origin("mesh", unknown, &["sample.example"]));
    for chosen in ["mesh", "sample.example", "https://api.sample.example"] {
        assert_eq!(
            pin_origin(&manifest, Some(chosen), None, false)
                .unwrap_err()
                .to_string(),
            format!("`{chosen}` is no origin of this integration; choose one of US-01, EU-01, GOV")
        );
    }
}

#[test]
fn a_host_name_that_only_begins_like_a_region_is_not_it() {
    for wrong in [
        "https://api.example.com.evil.example",
        "https://api.example.com@evil.example",
    ] {
        assert!(
            pin_origin(&regions(), Some(wrong), None, false).is_err(),
            "`{wrong}` is pinned"
        );
    }
}

#[test]
fn nothing_is_guessed() {
    assert_eq!(
        sentence(None, None),
        "the credential does not say where it is valid; choose one of US-01, EU-01, GOV"
    );
}

#[test]
fn a_credential_that_says_where_it_is_valid_needs_no_choice() {
    let origin = pin_origin(&regions(), None, Some("API.eu.example.com"), false).unwrap();
    assert_eq!(origin.id, "EU-01");
    assert_eq!(
        sentence(None, Some("api.evil.example")),
        "the credential is valid for `api.evil.example`, which is no origin of this integration; it knows US-01, EU-01, GOV"
    );
}

#[test]
fn a_credential_is_not_sent_to_another_region_than_its_own() {
    assert_eq!(
        sentence(Some("US-01"), Some("api.eu.example.com")),
        "the credential is valid for `api.eu.example.com` (EU-01), not for `US-01`; choose EU-01 or give another credential"
    );
}

#[test]
fn a_credential_for_an_unknown_host_goes_nowhere_else() {
    assert_eq!(
        sentence(Some("US-01"), Some("api.evil.example")),
        "the credential is valid for `api.evil.example`, which is no origin of this integration; it knows US-01, EU-01, GOV"
    );
    let own = with(vec![origin("own", CustomerSupplied, &[])]);
    let chosen = Some("https://scan.acme.test:8443");
    let pinned = pin_origin(&own, chosen, Some("scan.acme.test"), false).unwrap();
    assert_eq!(pinned.base, "https://scan.acme.test:8443");
    assert!(pin_origin(&own, chosen, Some("scan.evil.test"), false).is_err());
}

#[test]
fn an_address_of_this_machine_is_an_http_one() {
    for odd in [
        "ht://127.0.0.1:8080",
        "http://[::1]i:9",
        "http://127.0.0.1:99999",
    ] {
        assert!(
            pin_origin(&regions(), Some(odd), None, true).is_err(),
            "`{odd}`"
        );
    }
}

#[test]
fn a_loopback_address_needs_the_operators_permission() {
    for address in [
        "http://127.0.0.1:8080",
        "http://[::1]:8080",
        "https://localhost:8443",
    ] {
        assert_eq!(
            sentence(Some(address), None),
            format!(
                "`{address}` is an address of this machine; permit it with `--allow-loopback`, or choose an origin"
            )
        );
        let origin = pin_origin(&regions(), Some(address), None, true).unwrap();
        assert_eq!(
            (origin.id.as_str(), origin.base.as_str()),
            ("US-01", address)
        );
    }
}

#[test]
fn plain_http_goes_to_a_literal_loopback_address_only() {
    for address in [
        "http://api.example.com",
        "http://localhost:80",
        "http://127.0.0.1.nip.io",
        "http://10.0.0.1",
    ] {
        assert_eq!(
            pin_origin(&regions(), Some(address), None, true)
                .unwrap_err()
                .to_string(),
            format!(
                "`{address}` is plain HTTP; credentials travel by HTTPS only, so begin it with `https://`"
            )
        );
    }
}

/// Two regions, and a template before them whose pattern their hosts fit as well.
fn tenants() -> Manifest {
    with(vec![
        origin(
            "own",
            Template("https://api.{tenant}.example.com".to_owned()),
            &["app.{tenant}.example.com"],
        ),
        origin("US-01", fixed("api.example.com"), &["app.example.com"]),
        origin(
            "EU-01",
            fixed("api.eu.example.com"),
            &["app.eu.example.com"],
        ),
        origin("AU-01", fixed("api.au.example.com"), &[]),
    ])
}

#[track_caller]
fn tenant(chosen: Option<&str>, audience: Option<&str>) -> (String, String) {
    let origin = pin_origin(&tenants(), chosen, audience, false).unwrap();
    (origin.id, origin.base)
}

#[track_caller]
fn tenant_sentence(chosen: &str, audience: Option<&str>) -> String {
    pin_origin(&tenants(), Some(chosen), audience, false)
        .unwrap_err()
        .to_string()
}

const ACME: &str = "https://api.acme.example.com";

#[test]
fn a_tenant_is_found_by_any_address_a_person_would_paste() {
    for pasted in [
        "https://api.acme.example.com/x",
        "https://app.acme.example.com/org/x?y=1",
        "APP.Acme.example.com",
    ] {
        let found = tenant(Some(pasted), None);
        assert_eq!(found, ("own".to_owned(), ACME.to_owned()), "`{pasted}`");
    }
    for wrong in [
        "https://api.a.b.example.com",
        "https://api..example.com",
        "https://web.acme.example.com",
        "https://app.acme.example.com.evil.example",
        "https://evil.example/app.acme.example.com",
    ] {
        assert!(
            tenant_sentence(wrong, None).contains("is no origin of this integration"),
            "`{wrong}`"
        );
    }
}

#[test]
fn a_region_is_never_a_tenant() {
    for (pasted, id, host) in [
        ("https://app.eu.example.com", "EU-01", "api.eu.example.com"),
        ("https://api.eu.example.com", "EU-01", "api.eu.example.com"),
        // Not among its aliases.
        ("https://app.au.example.com", "AU-01", "api.au.example.com"),
    ] {
        let found = tenant(Some(pasted), None);
        assert_eq!(found, (id.to_owned(), format!("https://{host}")));
    }
    assert_eq!(tenant(None, Some("api.eu.example.com")).0, "EU-01");
}

#[test]
fn a_credential_that_names_its_tenant_needs_no_address() {
    let found = ("own".to_owned(), ACME.to_owned());
    assert_eq!(tenant(None, Some("api.acme.example.com")), found);
    assert_eq!(tenant(Some("own"), Some("api.acme.example.com")), found);
    assert!(
        pin_origin(&tenants(), None, Some("app.acme.example.com"), false).is_err(),
        "a web address is nowhere to send a credential"
    );
}

#[test]
fn a_credential_is_not_sent_to_another_tenant_than_its_own() {
    assert_eq!(
        tenant_sentence(
            "https://app.other.example.com",
            Some("api.acme.example.com")
        ),
        "the credential is valid for `api.acme.example.com` (https://api.acme.example.com), not for \
         `https://api.other.example.com`; choose https://api.acme.example.com or give another credential"
    );
}

#[test]
fn a_tenant_that_nothing_names_is_asked_for() {
    assert_eq!(
        tenant_sentence("own", None),
        "`own` has an address of its own for each customer; give it, like `https://api.{tenant}.example.com`"
    );
}

#[test]
fn a_self_hosted_product_is_where_the_customer_says() {
    let manifest = with(vec![origin("own", CustomerSupplied, &[])]);
    assert!(
        pin_origin(&manifest, Some("own"), None, false).is_err(),
        "there is no address yet"
    );
    let origin = pin_origin(
        &manifest,
        Some("https://sonar.acme.example:8443"),
        None,
        false,
    )
    .unwrap();
    assert_eq!(origin.base, "https://sonar.acme.example:8443");
}
