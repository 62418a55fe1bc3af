//! A token that can be recognised is looked for everywhere a token must not be.

use std::fs;

use koalr_upstream::{Authorization, Fault, Occurrence, World};

use crate::support::{Koalr, Ran, acme, finish, sample_change, serve};

mod story;

/// Everything that was printed in a scenario with this token, and everything that was stored.
#[track_caller]
fn assert_sealed(token: &str) {
    let upstream = serve(World::from(acme()).token(token));
    let koalr = Koalr::new();
    koalr.write("blocked.json", sample_change("blocked").to_string());
    let upstream_address = upstream.base_url().to_owned();
    let connect = |more: &[&str]| {
        let args = ["connect", "snyk", "--allow-loopback", "--upstream"];
        let args = [&args, &[upstream_address.as_str()][..], more].concat();
        koalr.command(&args)
    };
    let with_env = |more: &[&str]| {
        let mut command = connect(&[&["--token-env", "TOKEN"], more].concat());
        finish(command.env("TOKEN", token))
    };
    let mut ran: Vec<(i32, Ran)> = Vec::new();
    for verbosity in [&["-v"][..], &["-vv"], &["-vvv", "--format", "json"]] {
        ran.push((0, with_env(verbosity)));
        ran.push((0, koalr.run(&[&["sync", "snyk"], verbosity].concat())));
        let gate = ["gate", "blocked.json"];
        ran.push((1, koalr.run(&[&gate, verbosity].concat())));
        let score = ["score", "blocked.json"];
        ran.push((0, koalr.run(&[&score, verbosity].concat())));
    }
    ran.push((2, with_env(&["-vv", "--org", "nope"])));
    let broken = format!("{token}\n{token}");
    ran.push((
        2,
        finish(connect(&["--token-env", "TOKEN", "-vv"]).env("TOKEN", &broken)),
    ));
    upstream.fault("/rest", Occurrence::Every, Fault::Html);
    ran.push((2, with_env(&["-vv"])));
    ran.push((1, koalr.run(&["sync", "snyk", "-vv"])));

    for (code, ran) in &ran {
        assert_eq!(ran.code, *code, "{}", ran.err);
        assert_absent(token, ran.out.as_bytes(), "standard output");
        assert_absent(token, ran.err.as_bytes(), "standard error");
    }
    let files = koalr.files();
    assert!(
        files
            .iter()
            .any(|file| file.ends_with("tenants/default.db"))
    );
    for file in files.iter().filter(|file| file.is_file()) {
        let content = fs::read(file).unwrap();
        assert_absent(token, &content, &file.display().to_string());
    }
    for request in upstream.requests() {
        assert_eq!(request.authorization, Authorization::Accepted);
        assert_absent(token, request.path.as_bytes(), "a path");
        assert_absent(token, request.query.as_bytes(), "a query");
    }
}

/// Neither the whole token nor a part of it that means something.
#[track_caller]
fn assert_absent(token: &str, content: &[u8], place: &str) {
    for part in token.split('.').filter(|part| part.len() >= 20) {
        let found = content
            .windows(part.len())
            .any(|window| window == part.as_bytes());
        assert!(!found, "a part of the token is in {place}");
    }
}

#[test]
fn an_api_key_is_nowhere_but_sealed() {
    assert_sealed("c0ffee00-1234-4abc-8def-0123456789ab");
}

#[test]
fn a_personal_access_token_is_nowhere_but_sealed() {
    // The part in the middle is `{"h":"api.eu.snyk.io","canary":"c0ffee"}`.
    assert_sealed(
        "snyk_uat.abcdefgh.eyJoIjoiYXBpLmV1LnNueWsuaW8iLCJjYW5hcnkiOiJjMGZmZWUifQ.c0ffeec0ffeec0ffeec0ffee",
    );
}

#[test]
fn the_search_finds_a_token_that_is_there() {
    let token = "c0ffee00-1234-4abc-8def-0123456789ab";
    let found = std::panic::catch_unwind(|| {
        assert_absent(token, format!("token {token}").as_bytes(), "a test");
    });
    assert!(found.is_err());
}
