use std::collections::BTreeSet;

use super::*;
use crate::egress::policy::Route;
use crate::egress::testing::manifest;
use crate::egress::{EgressPolicy, Organizations, PinnedOrigin};

const FILE: &str = "https://b.s3.amazonaws.com/file.csv?signature=canary";

fn confirm(confirmed: &[&str], allow_loopback: bool) -> Result<EgressPolicy, PolicyError> {
    let confirmed: Vec<String> = confirmed.iter().map(|one| (*one).to_owned()).collect();
    let origin = PinnedOrigin {
        id: "US-01".to_owned(),
        base: "https://api.example.com".to_owned(),
        allow_loopback,
    };
    let organizations = Organizations::Bound(BTreeSet::new());
    EgressPolicy::from_manifest(&manifest(), origin, organizations)?
        .with_downloads(&manifest(), &confirmed)
}

#[track_caller]
fn refusal(confirmed: &str, allow_loopback: bool) -> String {
    confirm(&[confirmed], allow_loopback)
        .unwrap_err()
        .to_string()
}

/// What becomes of a request that has a ticket.
fn judged(confirmed: &[&str], method: &Method, address: &str) -> Result<Route, String> {
    let uri: Uri = address.parse().unwrap();
    let tickets = Tickets::default();
    tickets.add(&uri);
    let policy = confirm(confirmed, true).unwrap();
    let route = policy.route(method, &uri, &tickets);
    route.map_err(|denial| denial.to_string())
}

#[track_caller]
fn denial(address: &str) -> String {
    judged(&["amazonaws.com"], &Method::GET, address).unwrap_err()
}

#[test]
fn an_operator_confirms_what_the_manifest_declares_or_less() {
    for suffix in [
        "amazonaws.com",
        "s3.eu-west-1.amazonaws.com",
        ".AmazonAWS.com",
        "storage.example.com",
    ] {
        assert!(confirm(&[suffix], false).is_ok(), "{suffix}");
    }
    for suffix in [
        "com",
        "evilamazonaws.com",
        "amazonaws.com.evil.example",
        "*.amazonaws.com",
        "https://b.amazonaws.com",
        "",
    ] {
        assert_eq!(
            refusal(suffix, true),
            format!(
                "`{suffix}` is no domain this integration downloads from; give one of amazonaws.com, \
                 storage.example.com, or a domain below it"
            )
        );
    }
}

#[test]
fn this_machine_is_confirmed_only_where_it_is_permitted() {
    for own in ["127.0.0.1", "localhost"] {
        assert!(confirm(&[own], true).is_ok());
        assert_eq!(
            refusal(own, false),
            format!("`{own}` is this machine; permit it with `--allow-loopback`, or leave it out")
        );
    }
    assert!(confirm(&["127.0.0.2"], true).is_err());
}

#[test]
fn an_integration_that_downloads_nothing_can_be_permitted_nothing() {
    let mut manifest = manifest();
    manifest.origins.pop();
    let error = Downloads::declared(&manifest)
        .confirm(&["amazonaws.com".to_owned()], false)
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "`amazonaws.com` cannot be permitted: this integration downloads nothing"
    );
}

#[test]
fn a_file_with_a_ticket_is_fetched_from_a_confirmed_domain() {
    for address in [
        FILE,
        "https://amazonaws.com/file.csv",
        "https://B.S3.AMAZONAWS.com:443/file.csv",
    ] {
        let route = judged(&["amazonaws.com"], &Method::GET, address);
        assert_eq!(route, Ok(Route::Download), "{address}");
    }
}

#[test]
fn without_confirmation_nothing_is_fetched_and_the_way_out_is_named() {
    let host = "b.s3.amazonaws.com";
    for confirmed in [&[] as &[&str], &["s3.eu-west-1.amazonaws.com"]] {
        assert_eq!(
            judged(confirmed, &Method::GET, FILE).unwrap_err(),
            format!(
                "the download from `{host}` is not permitted; permit it with `koalr connect … --allow-download {host}`"
            )
        );
    }
}

#[test]
fn a_domain_that_only_looks_like_a_confirmed_one_is_another_host() {
    for host in [
        "evilamazonaws.com",
        "amazonaws.com.evil.example",
        "amazonaws.com.",
        "169.254.169.254",
    ] {
        assert_eq!(
            denial(&format!("https://{host}/file.csv")),
            format!("the host `{host}` is not the pinned origin's")
        );
    }
}

#[test]
fn a_file_is_only_got() {
    for method in [Method::HEAD, Method::POST, Method::PUT, Method::DELETE] {
        assert_eq!(
            judged(&["amazonaws.com"], &method, FILE).unwrap_err(),
            format!("the download from `b.s3.amazonaws.com` must be a GET, not a {method}")
        );
    }
}

#[test]
fn a_file_travels_by_https_on_its_own_port_and_without_user_information() {
    assert_eq!(
        denial("http://b.s3.amazonaws.com/file.csv"),
        "the download from `b.s3.amazonaws.com` must use HTTPS"
    );
    assert_eq!(
        denial("https://b.s3.amazonaws.com:8443/file.csv"),
        "the download from `b.s3.amazonaws.com` must use port 443, not 8443"
    );
    for address in [
        "https://user:password@b.s3.amazonaws.com/file.csv",
        "https://b.s3.amazonaws.com@evil.example/file.csv",
    ] {
        assert_eq!(denial(address), "the address has no plain host");
    }
}

#[test]
fn a_confirmed_loopback_may_be_plain_http_on_any_port() {
    let route = judged(
        &["127.0.0.1"],
        &Method::GET,
        "http://127.0.0.1:9090/file.csv",
    );
    assert_eq!(route, Ok(Route::Download));
    for other in ["http://x.127.0.0.1:9090/", "http://127.0.0.2:9090/"] {
        assert!(
            judged(&["127.0.0.1"], &Method::GET, other).is_err(),
            "{other}"
        );
    }
    assert_eq!(
        judged(&[], &Method::GET, "http://localhost:9090/").unwrap_err(),
        "the download from `localhost` is not permitted; permit it with `koalr connect … --allow-download localhost`"
    );
}

#[test]
fn a_file_without_a_ticket_stays_where_it_is() {
    let policy = confirm(&["amazonaws.com"], false).unwrap();
    let tickets = Tickets::default();
    let other = "https://b.s3.amazonaws.com/file.csv?signature=other";
    tickets.add(&other.parse().unwrap());
    let denial = policy
        .route(&Method::GET, &FILE.parse().unwrap(), &tickets)
        .unwrap_err();
    assert_eq!(
        denial.to_string(),
        "the download from `b.s3.amazonaws.com` needs an address that the upstream has named in this session and that \
         was not fetched yet"
    );
}

#[test]
fn a_ticket_opens_no_other_path_of_the_pinned_origin_to_the_credential() {
    let uri = "https://api.example.com/rest/orgs/org-9/issues?x=1";
    assert_eq!(
        judged(&["amazonaws.com"], &Method::GET, uri).unwrap_err(),
        "the organization in `/rest/orgs/org-9/issues` was not chosen for this connection"
    );
}
