//! What becomes of an upstream that is not what it should be.

use std::net::TcpListener;

use koalr_upstream::{Authorization, Fault, Occurrence, World};
use serde_json::json;

use crate::support::{Koalr, TOKEN, acme, finish, sample_change, serve};

#[test]
fn a_connection_says_who_is_connected_to_what_and_what_the_token_may_do() {
    let upstream = serve(World::from(acme()).token(TOKEN));
    let ran = Koalr::new().connect(&upstream, &[]);
    assert_eq!((ran.code, ran.err.as_str()), (0, ""));
    assert_eq!(
        ran.out,
        format!(
            "Connected to US-01 ({}) as koalr (read only)\n(service_account).\n\n\
             Organizations\n  Acme (projects allowed, issues allowed, pr-checks not known, fixes not\n    known)\n\n\
             Exports are files on hosts below amazonaws.com or storage.googleapis.com.\n\
             Without `--allow-download SUFFIX` for the one that yours come from, checks of\n\
             pull requests and fixes that only exports tell stay unknown.\n\n\
             The token is sealed in the vault. Next: `koalr sync snyk`\n",
            upstream.base_url()
        )
    );
}

#[test]
fn a_connection_as_json_names_account_organizations_and_capabilities() {
    let upstream = serve(acme());
    let json = Koalr::new()
        .connect(&upstream, &["--format", "json"])
        .json();
    assert_eq!(json["outcome"], "ok");
    assert_eq!(json["upstream"], upstream.base_url());
    assert_eq!(json["credential"], "api-key");
    assert_eq!(json["account"]["name"], "koalr (read only)");
    assert_eq!(json["organizations"][0]["slug"], "acme");
    let capability = &json["capabilities"][0];
    assert_eq!(
        (&capability["route"], &capability["access"]),
        (&json!("projects"), &json!("allowed"))
    );
}

#[test]
fn a_token_that_is_not_accepted_is_a_sentence_about_token_and_region() {
    let upstream = serve(World::from(acme()).token("another"));
    let ran = Koalr::new().connect(&upstream, &[]);
    assert_eq!(
        ran.failure(),
        format!(
            "connecting to {}: the token is not accepted; it may be mistyped, expired, or belong to another region \
             (`--upstream REGION`)",
            upstream.base_url()
        )
    );
    let asked = upstream.requests();
    assert_eq!(asked.len(), 1);
    assert_eq!(asked[0].authorization, Authorization::Wrong);
}

#[test]
fn a_failed_connect_leaves_the_older_connection() {
    let upstream = serve(acme());
    let koalr = Koalr::connected(&upstream);
    upstream.fault("/rest/self", Occurrence::First(1), Fault::Status(401, None));
    let before = koalr.files();
    koalr.connect(&upstream, &[]).failure();
    assert_eq!(koalr.files(), before);
    assert_eq!(koalr.run(&["sync", "snyk"]).code, 0);
}

#[test]
fn an_upstream_where_nothing_listens_is_named_with_what_may_be_the_matter() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let ran = Koalr::new().connect_to(&address, &["--allow-loopback"]);
    assert_eq!(
        ran.failure(),
        format!(
            "connecting to {address}: `127.0.0.1` refuses the connection; nothing listens there, or a firewall is in \
             between"
        )
    );
}

#[test]
fn an_upstream_that_does_not_speak_tls_is_named() {
    let upstream = serve(acme());
    let address = upstream.base_url().replace("http:", "https:");
    let ran = Koalr::new().connect_to(&address, &["--allow-loopback"]);
    let sentence = ran.failure();
    let expected = format!("connecting to {address}: `127.0.0.1` does not speak TLS as expected: ");
    assert!(sentence.starts_with(&expected), "{sentence}");
}

#[test]
fn a_file_of_roots_that_holds_none_is_refused() {
    let koalr = Koalr::new();
    koalr.write("roots.pem", "text");
    let connect = |file: &str| koalr.connect_to("EU-01", &["--ca-file", file]);
    assert_eq!(
        connect("nowhere.pem").failure(),
        "reading `nowhere.pem`: No such file or directory (os error 2)"
    );
    assert_eq!(
        connect("roots.pem").failure(),
        "reading root certificates: no certificate in it; give a PEM file with `BEGIN CERTIFICATE`"
    );
}

#[test]
fn a_web_page_in_place_of_an_answer_is_called_what_it_is() {
    let upstream = serve(World::from(acme()).fault("/rest", Occurrence::Every, Fault::Html));
    let ran = Koalr::new().connect(&upstream, &[]);
    let sentence = ran.failure();
    let expected = format!(
        "connecting to {}: `/rest/self` answered 200 with something that is not Snyk's JSON: ",
        upstream.base_url()
    );
    assert!(sentence.starts_with(&expected), "{sentence}");
}

#[test]
fn an_organization_that_the_token_does_not_see_is_named() {
    let upstream = serve(acme());
    let ran = Koalr::new().connect(&upstream, &["--org", "acme", "--org", "nope"]);
    assert_eq!(
        ran.failure(),
        format!(
            "connecting to {}: the token does not see nope; check `--org`, or use a token that does",
            upstream.base_url()
        )
    );
}

#[test]
fn an_address_of_this_machine_needs_permission() {
    let upstream = serve(acme());
    let base = upstream.base_url();
    let ran = Koalr::new().connect_to(base, &[]);
    assert_eq!(
        ran.failure(),
        format!(
            "`{base}` is an address of this machine; permit it with `--allow-loopback`, or choose an origin"
        )
    );
    assert_eq!(upstream.requests(), []);
}

#[test]
fn plain_http_to_another_machine_is_refused_even_with_that_permission() {
    for more in [&[][..], &["--allow-loopback"]] {
        let ran = Koalr::new().connect_to("http://api.snyk.io", more);
        assert_eq!(
            ran.failure(),
            "`http://api.snyk.io` is plain HTTP; credentials travel by HTTPS only, so begin it with `https://`"
        );
    }
}

#[test]
fn an_unknown_region_is_answered_with_the_known_ones() {
    let ran = Koalr::new().connect_to("EU-99", &[]);
    let sentence = ran.failure();
    let known = sentence
        .strip_prefix("`EU-99` is no origin of this integration; choose one of ")
        .expect(sentence);
    for region in ["US-01", "US-02", "EU-01", "AU-01", "GOV-01"] {
        assert!(known.split(", ").any(|one| one == region), "{known}");
    }
}

#[test]
fn a_token_that_names_no_region_wants_one_chosen() {
    let koalr = Koalr::new();
    koalr.write("token.txt", TOKEN);
    let ran = koalr.run(&["connect", "snyk", "--token-file", "token.txt"]);
    let sentence = ran.failure();
    assert!(
        sentence.starts_with(
            "the credential does not say where it is valid; choose one of US-01, US-02, EU-01"
        ),
        "{sentence}"
    );
}

#[test]
fn another_integration_than_the_loaded_one_is_not_pretended() {
    let sentence = "no integration `pagerduty`: the loaded component is `snyk`; use that name, or load another component \
                    with `--plugin FILE`";
    let upstream = serve(acme());
    let koalr = Koalr::connected(&upstream);
    assert_eq!(koalr.run(&["connect", "pagerduty"]).failure(), sentence);
    assert_eq!(koalr.run(&["sync", "pagerduty"]).failure(), sentence);
    let gate = ["gate", "-", "--integration", "pagerduty"];
    let change = sample_change("clean").to_string();
    assert_eq!(koalr.run_with_input(&gate, &change).failure(), sentence);
}

#[test]
fn what_a_first_connect_compiled_is_kept_for_the_next_command() {
    let upstream = serve(acme());
    let koalr = Koalr::new();
    let mut connect = koalr.bare(&[
        "connect",
        "snyk",
        "--allow-loopback",
        "--token-env",
        "TOKEN",
        "--upstream",
        upstream.base_url(),
        "--data",
        "fresh",
    ]);
    let ran = finish(connect.env("TOKEN", TOKEN));
    assert_eq!(ran.code, 0, "{}", ran.err);
    let kept = || {
        let mut kept = std::fs::read_dir(koalr.path("fresh/artifacts")).unwrap();
        let written = |file: std::fs::DirEntry| file.metadata().unwrap().modified().unwrap();
        let file = kept.next().unwrap().unwrap();
        assert!(kept.next().is_none());
        written(file)
    };
    let before = kept();
    let ran = finish(&mut koalr.bare(&["sync", "snyk", "--data", "fresh"]));
    assert_eq!((ran.code, kept()), (0, before), "{}", ran.err);
}
