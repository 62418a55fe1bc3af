use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};
use serde_json::json;

use super::*;
use crate::egress::testing::{CANARY, manifest, policy};

/// Knows one credential, and files at two domains and on this machine.
fn redactor() -> Redactor {
    let secret = Secret::parse(CANARY).unwrap();
    let address = "127.0.0.1:9".parse().unwrap();
    let policy = policy(&manifest(), address, &["127.0.0.1", "amazonaws.com"]);
    Redactor::new([&secret], Some(policy))
}

#[track_caller]
fn body(text: &str) -> String {
    String::from_utf8(redactor().body(text.as_bytes())).unwrap()
}

#[test]
fn a_credential_is_found_in_every_form() {
    let hidden = redactor();
    for before in ["", "a", "ab", "user:"] {
        let text = format!("{before}{CANARY}!");
        for form in [STANDARD.encode(&text), URL_SAFE.encode(&text)] {
            let plain = hidden.text(&form);
            assert!(plain.contains(CREDENTIAL), "{form} became {plain}");
        }
    }
    let all: Vec<_> = CANARY.bytes().map(|byte| format!("%{byte:02X}")).collect();
    let percent = all.concat();
    for form in [CANARY, &hex::encode(CANARY), &percent] {
        assert_eq!(hidden.text(&format!("<{form}>")), "<redacted-credential>");
    }
}

#[test]
fn a_credential_is_found_behind_the_escapes_of_json() {
    let all: Vec<_> = CANARY
        .bytes()
        .map(|byte| format!("\\u{byte:04x}"))
        .collect();
    let escaped = all.concat();
    assert_eq!(
        body(&format!("{{ \"echo\" : \"{escaped}\" }}")),
        "{ \"echo\" : \"redacted-credential\" }"
    );
}

#[test]
fn a_credential_is_found_between_bytes_that_are_no_text() {
    let bytes = [&[0xff, 0xfe][..], CANARY.as_bytes(), &[0x80]].concat();
    let plain = redactor().body(&bytes);
    assert_eq!(
        plain,
        [&[0xff, 0xfe][..], b"redacted-credential", &[0x80]].concat()
    );
}

#[test]
fn what_holds_no_secret_stays_byte_for_byte() {
    let text = "{\"a\" : \"\\u0041 \\/ https:\\/\\/nvd.nist.gov\\/?id=1\", \"b\": 1.50e3, \"broken";
    assert_eq!(body(text), text);
    let page = "{\"next\":\"http://127.0.0.1:9/rest/orgs/org-1/issues?limit=100\"}";
    assert_eq!(body(page), page);
}

#[test]
fn the_query_of_a_download_is_the_same_word_wherever_it_stands() {
    let redactor = redactor();
    let file = "https://b.s3.amazonaws.com/file.csv?X-Signature=a1b2c3d4e5&X-Date=2";
    let other = "https://b.s3.amazonaws.com/other.csv?X-Signature=f6";
    let named = format!(
        "{{\"a\":\"{}\",\"b\":\"{other}\"}}",
        file.replace('/', "\\/").replace('&', "\\u0026")
    );
    assert_eq!(
        String::from_utf8(redactor.body(named.as_bytes())).unwrap(),
        "{\"a\":\"https://b.s3.amazonaws.com/file.csv?redacted-1\",\"b\":\"https://b.s3.amazonaws.com/other.csv?redacted-2\"}"
    );
    assert_eq!(
        redactor.address(&Method::GET, &file.parse().unwrap()),
        "https://b.s3.amazonaws.com/file.csv?redacted-1"
    );
    assert_eq!(
        redactor.text(&format!(
            "see <{other}>, and X-Signature=a1b2c3d4e5&X-Date=2"
        )),
        "see <https://b.s3.amazonaws.com/other.csv?redacted-2>, and redacted-1"
    );
}

#[test]
fn what_was_taken_out_once_stays_as_it_is() {
    let once = "\"https://b.s3.amazonaws.com/file.csv?redacted-7\"";
    assert_eq!(body(once), once);
    let uri = "https://b.s3.amazonaws.com/file.csv?redacted-7";
    let address = redactor().address(&Method::GET, &uri.parse().unwrap());
    assert_eq!(address, uri);
}

#[test]
fn a_query_meant_for_elsewhere_is_taken_out_of_a_request() {
    let asked = "https://user:word@elsewhere.example/a?key=b"
        .parse()
        .unwrap();
    assert_eq!(
        redactor().address(&Method::GET, &asked),
        "https://elsewhere.example/a?redacted-1"
    );
    let asked = "http://127.0.0.1:9/rest/orgs/org-1/issues?limit=100"
        .parse()
        .unwrap();
    assert_eq!(redactor().address(&Method::GET, &asked), asked.to_string());
}

#[test]
fn secrets_are_found_in_every_corner_of_a_value() {
    let mut value = json!({
        CANARY: [{ "deep": format!("token {CANARY}") }],
        "cursor": CANARY.as_bytes(),
        "numbers": [1, 2, 300],
    });
    redactor().json(&mut value);
    assert_eq!(
        value,
        json!({
            "redacted-credential": [{ "deep": "token redacted-credential" }],
            "cursor": b"redacted-credential",
            "numbers": [1, 2, 300],
        })
    );
}
