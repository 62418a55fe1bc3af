//! Keys of the API.

use serde_json::{Value, json};

use super::{ALL, Served, key};
use crate::support::Koalr;

#[test]
fn a_key_that_was_revoked_opens_nothing_from_then_on() {
    let served = Served::new();
    let key = key(&served.koalr, "default", &["read"]);
    let get = || served.ask("GET /api/v1/integrations", &key, &Value::Null);
    assert_eq!(get().0, 200);
    let listed = served
        .koalr
        .run(&["key", "list", "--format", "json"])
        .json();
    assert!(listed[0]["last-used-at"].is_i64(), "{listed}");
    let id = listed[0]["id"].as_str().unwrap();
    let elsewhere = served
        .koalr
        .run(&["key", "revoke", id, "--tenant", "rival"]);
    assert_eq!(elsewhere.code, 2);
    assert_eq!(get().0, 200);
    assert_eq!(served.koalr.run(&["key", "revoke", id]).code, 0);
    let refused = get();
    assert_eq!(refused.0, 401);
    let unknown = served.ask("GET /api/v1/integrations", "koalr_x", &Value::Null);
    assert_eq!(refused, unknown);
    assert_eq!(
        served.koalr.run(&["key", "revoke", id]).failure(),
        format!("no key `{id}` holds; `koalr key list` shows those that do")
    );
    let log = served.koalr.run(&["audit", "list"]).out;
    assert!(
        log.contains(&format!(" koalr key: key-created {id} ")),
        "{log}"
    );
    assert!(
        log.contains(&format!(" koalr key: key-revoked {id} ")),
        "{log}"
    );
    assert_eq!(served.koalr.run(&["audit", "verify"]).code, 0);
}

#[test]
fn a_key_is_in_no_file_no_log_and_no_list() {
    let served = Served::new();
    let key = key(&served.koalr, "default", &ALL);
    let wrong = format!("{}0", &key[..key.len() - 1]);
    served.ask("GET /api/v1/integrations", &key, &Value::Null);
    served.ask("GET /api/v1/integrations", &wrong, &Value::Null);
    served.ask("POST /api/v1/imports", &key, &json!({ "x": 1 }));
    let secret = &key[19..83];
    let list = served.koalr.run(&["key", "list"]).out;
    assert!(
        list.contains(&key[6..18]) && !list.contains(secret),
        "{list}"
    );
    let secrets = [secret.as_bytes().to_vec(), from_hex(secret)];
    for file in served.koalr.files().iter().filter(|file| file.is_file()) {
        let content = std::fs::read(file).unwrap();
        for secret in &secrets {
            let found = content.windows(secret.len()).any(|window| window == secret);
            assert!(!found, "{}", file.display());
        }
    }
    let log = served.log();
    assert!(log.contains(&key[6..18]) && !log.contains(secret), "{log}");
}

#[test]
fn what_no_key_can_be_made_of_is_said() {
    let koalr = Koalr::new();
    let create = |more: &[&str]| koalr.run(&[&["key", "create", "--name", "ci"], more].concat());
    assert_eq!(
        create(&["--scope", "approve"]).failure(),
        "a key that approves does so on somebody's name; say on whose with `--as LOGIN`"
    );
    let spaced = create(&["--scope", "read", "--as", "i nes"]);
    assert!(spaced.failure().starts_with("`i nes` is no login"));
    assert_eq!(create(&[]).code, 2);
    assert_eq!(create(&["--scope", "write"]).code, 2);
    let none = koalr.run(&["key", "list"]);
    assert!(none.out.starts_with("There is no key; "), "{}", none.out);
}

fn from_hex(digits: &str) -> Vec<u8> {
    let pairs = (0..digits.len()).step_by(2);
    pairs
        .map(|at| u8::from_str_radix(&digits[at..at + 2], 16).unwrap())
        .collect()
}
