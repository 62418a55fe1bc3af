//! Whether the server says what it lacks.

use std::fs;

use serde_json::Value;

use super::{Watched, get};

#[track_caller]
fn detail(watched: &Watched, address: &str) -> String {
    let (head, body) = get(address, "/readyz");
    assert!(head.starts_with("HTTP/1.1 503 "), "{head}");
    let problem: Value = serde_json::from_str(&body).unwrap();
    let data = watched.koalr.path("data");
    assert!(!body.contains(data.to_str().unwrap()), "{body}");
    problem["detail"].as_str().unwrap().to_owned()
}

#[test]
fn a_server_without_its_key_or_its_data_is_alive_and_not_ready() {
    let watched = Watched::new();
    let ready = |address: &str| get(address, "/readyz");
    for address in [&watched.address, &watched.operator] {
        assert_eq!(ready(address).1, "ready\n");
    }
    let (key, aside) = (
        watched.koalr.path("data/vault.key"),
        watched.koalr.path("aside"),
    );
    fs::rename(&key, &aside).unwrap();
    for address in [&watched.address, &watched.operator] {
        assert_eq!(
            detail(&watched, address),
            "the vault does not open; its log line says why"
        );
        assert_eq!(get(address, "/healthz").1, "ok\n");
    }
    fs::rename(&aside, &key).unwrap();
    let (control, data) = (
        watched.koalr.path("data/control.db"),
        "the data directory cannot be read; its log line says why",
    );
    fs::rename(&control, &aside).unwrap();
    assert_eq!(detail(&watched, &watched.operator), data);
    assert!(!control.exists(), "a look does not make a new one");
    fs::rename(&aside, &control).unwrap();
    assert_eq!(ready(&watched.operator).1, "ready\n");
}
