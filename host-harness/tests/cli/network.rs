//! Ways to the upstream that do not lead there: each has a sentence of its own.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;

use crate::support::{Koalr, TOKEN, finish};

/// What `connect` to a region says if this is the proxy.
fn connect_through(proxy: &str) -> String {
    let koalr = Koalr::new();
    // A bare machine has no root certificates of its own.
    koalr.write("root.pem", ROOT);
    let args = ["connect", "snyk", "--upstream", "EU-01"];
    let more = ["--token-env", "TOKEN", "--ca-file", "root.pem"];
    let mut command = koalr.command(&[args, more].concat());
    let ran = finish(command.env("TOKEN", TOKEN).env("HTTPS_PROXY", proxy));
    ran.failure().to_owned()
}

/// The same for a proxy that gives this answer to every request for a tunnel.
#[track_caller]
fn assert_answered(answer: &'static str, expected: impl FnOnce(&str) -> String) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let proxy = listener.local_addr().unwrap().to_string();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut asked = [0; 1024];
            let _ = stream.read(&mut asked).unwrap();
            stream.write_all(answer.as_bytes()).unwrap();
        }
    });
    let sentence = connect_through(&format!("http://{proxy}"));
    assert_eq!(sentence, expected(&proxy));
}

#[test]
fn a_proxy_where_nothing_listens_is_named() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let proxy = listener.local_addr().unwrap().to_string();
    drop(listener);
    assert_eq!(
        connect_through(&format!("http://{proxy}")),
        format!(
            "connecting to https://api.eu.snyk.io: the proxy `{proxy}` cannot be reached: nothing listens there; check \
             `HTTPS_PROXY`, or name `api.eu.snyk.io` in `NO_PROXY`"
        )
    );
}

#[test]
fn a_proxy_that_does_not_let_through_is_named_with_its_status() {
    assert_answered("HTTP/1.1 403 Forbidden\r\n\r\n", |proxy| {
        format!(
            "connecting to https://api.eu.snyk.io: the proxy `{proxy}` does not connect to `api.eu.snyk.io` (status \
             403); have it permitted there, or name it in `NO_PROXY`"
        )
    });
}

#[test]
fn a_proxy_that_wants_a_password_is_named() {
    assert_answered("HTTP/1.1 407 Who are you\r\n\r\n", |proxy| {
        format!(
            "connecting to https://api.eu.snyk.io: the proxy `{proxy}` wants a user name and a password that it \
             accepts; write them as `http://USER:PASSWORD@{proxy}` in `HTTPS_PROXY`"
        )
    });
}

#[test]
fn a_proxy_of_another_kind_is_refused_by_its_kind_alone() {
    let sentence = connect_through("socks5://user:secret@proxy.example.com");
    assert_eq!(
        sentence,
        "`HTTPS_PROXY` names a proxy of the kind `socks5://`; only `http://` proxies can be used, which tunnel HTTPS as \
         well"
    );
}

/// A root of nobody, which no connection here comes to need.
const ROOT: &str = "\
-----BEGIN CERTIFICATE-----
MIIBgDCCASWgAwIBAgIUX6dIkrpOGrH5gvSf4N935GeqUtUwCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJdGVzdCByb290MCAXDTI2MTEyMjE1MzcyNVoYDzIxMjYxMDI5
MTUzNzI1WjAUMRIwEAYDVQQDDAl0ZXN0IHJvb3QwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAASrgIP3yIuc+T2ITQ9uIBwS9w6yEPvaAk5gmkz88bk1L+vt6uxFsCqx
kGTtmqhNLhx1dLiG2RFttrlSJOlMnYXqo1MwUTAdBgNVHQ4EFgQU4Z/3YzI7L17e
dQYlyxWsEImH0U8wHwYDVR0jBBgwFoAU4Z/3YzI7L17edQYlyxWsEImH0U8wDwYD
VR0TAQH/BAUwAwEB/zAKBggqhkjOPQQDAgNJADBGAiEAn4rOFOeVlnRIc4bfTwoo
9R3bxIR9PEG7qWUMdo1ZfWACIQCG+3cFqQFrRf28ZisQ8vG76rWIbgyufAzzb6es
X6LTAA==
-----END CERTIFICATE-----
";
