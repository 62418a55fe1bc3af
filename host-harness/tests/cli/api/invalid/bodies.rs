//! What may be wrong with a body.

use serde_json::Value;

use super::super::operations::{Document, Operation};
use super::super::wire::Request;
use super::cases::{Case, Expected};

/// All of an operation, made of a good one and of the form that the document tells.
pub(super) fn of(document: &Document, one: &Operation, good: &Request) -> Vec<Case> {
    let case =
        |what: &str, body: Vec<u8>, expected| Case::new(what, good.clone().saying(body), expected);
    let mut cases = Vec::new();
    for body in wholes() {
        let is_empty = body.iter().all(u8::is_ascii_whitespace);
        let is_object = serde_json::from_slice(&body).is_ok_and(|value: Value| value.is_object());
        let expected = match (&one.scope, &one.body) {
            // A signature is wrong as soon as the body is; what takes no body does not look at one.
            (None, Some(_)) => Expected::Refused,
            // Nobody reads it, and so the answer may be lost when the connection ends.
            (None, None) if body.len() > SOON_READ => Expected::Broken,
            (None, None) => Expected::Answered,
            (_, Some(_)) if !is_object => Expected::Refused,
            (_, None) if !is_empty && body != b"{}" => Expected::Refused,
            _ => Expected::Answered,
        };
        cases.push(case("another body", body, expected));
    }
    let (Some(form), Some(_)) = (&one.body, &one.scope) else {
        return cases;
    };
    let large = [good.body.clone(), vec![b' '; LARGER]].concat();
    cases.push(case("a large body", large, Expected::Broken));
    let good_value: Value = serde_json::from_slice(&good.body).unwrap();
    for (what, body) in changed(&good_value) {
        let fits =
            serde_json::from_str(&body).is_ok_and(|value| document.check(form, &value).is_empty());
        let expected = if fits {
            Expected::Answered
        } else {
            Expected::Refused
        };
        cases.push(case(&what, body.into_bytes(), expected));
    }
    for (key, value) in good_value.as_object().unwrap() {
        let text = good_value.to_string();
        let twice = format!("{{\"{key}\": {value}, {}", &text[1..]);
        cases.push(case(
            "a member twice",
            twice.into_bytes(),
            Expected::Refused,
        ));
    }
    cases
}

/// Bodies that have nothing to do with any address.
fn wholes() -> Vec<Vec<u8>> {
    let texts = [
        "",
        " \n",
        "{}",
        "null",
        "true",
        "7",
        "\"text\"",
        "[]",
        "[{}]",
        "{",
        "{]",
        "}",
        "{\"a\"}",
        "{\"a\":}",
        "{\"a\":1,}",
        "{'a': 1}",
        "{\"a\": NaN}",
        "{} {}",
        "{}x",
        "<a/>",
        "a=b&c=d",
        "{\"\": {}}",
        "{\"\\u0000\": 1}",
        "{\"\u{202e}\": 1}",
        "{\"\\ud800\": 1}",
        "\u{feff}{}",
        "{\"__proto__\": {\"a\": 1}}",
    ];
    let mut bodies: Vec<Vec<u8>> = texts.iter().map(|text| text.as_bytes().to_vec()).collect();
    bodies.extend([
        b"\xff\xfe{\0}\0".to_vec(),
        b"{\"a\": \"\xff\"}".to_vec(),
        vec![0; 100],
        "[".repeat(DEEP).into_bytes(),
        "{\"a\":".repeat(DEEP).into_bytes(),
        nested(DEEP).into_bytes(),
        format!("{{\"a\": {}}}", nested(DEEP)).into_bytes(),
    ]);
    let many: Vec<String> = (0..3_000)
        .map(|number| format!("\"m{number}\": 1"))
        .collect();
    bodies.push(format!("{{{}}}", many.join(",")).into_bytes());
    bodies
}

/// A good body with one thing changed: each value replaced, each member left out or given a new neighbour.
fn changed(good: &Value) -> Vec<(String, String)> {
    let mut all = Vec::new();
    for place in places(good, "") {
        for odd in odd_values() {
            let mut body = good.clone();
            *body.pointer_mut(&place).unwrap() = HOLE.into();
            let text = body.to_string().replace(&format!("\"{HOLE}\""), &odd);
            let shown: String = odd.chars().take(40).collect();
            all.push((format!("`{place}` is {shown}"), text));
        }
        let (parent, name) = place.rsplit_once('/').unwrap();
        let mut body = good.clone();
        if let Some(members) = body.pointer_mut(parent).and_then(Value::as_object_mut) {
            members.remove(name);
            all.push((format!("`{place}` is missing"), body.to_string()));
            let mut body = good.clone();
            let members = body.pointer_mut(parent).unwrap();
            members[format!("{name}\u{202e}")] = 1.into();
            all.push((format!("`{place}` has a neighbour"), body.to_string()));
        }
    }
    all
}

/// Pointers to all values but the whole one.
fn places(value: &Value, at: &str) -> Vec<String> {
    let parts: Vec<(String, &Value)> = match value {
        Value::Object(members) => members
            .iter()
            .map(|(name, one)| (name.clone(), one))
            .collect(),
        Value::Array(items) => items
            .iter()
            .enumerate()
            .map(|(place, one)| (place.to_string(), one))
            .collect(),
        _ => Vec::new(),
    };
    let mut all = Vec::new();
    for (name, part) in parts {
        let place = format!("{at}/{}", name.replace('~', "~0").replace('/', "~1"));
        all.extend(places(part, &place));
        all.push(place);
    }
    all
}

/// Values as they are written.
fn odd_values() -> Vec<String> {
    let values = [
        "null",
        "true",
        "7",
        "-7",
        "0",
        "-0",
        "-0.0",
        "0.1",
        "1e999",
        "-1e400",
        "18446744073709551616",
        "9223372036854775808",
        "\"\"",
        "\" \"",
        "\"\\u0000\"",
        "\"\\u202e\"",
        "\"\\ud800\"",
        "\"\\u001b[2J\"",
        "\"\\r\\nx: y\"",
        "\"\u{202e}\"",
        "\"2026-13-45T99:99:99Z\"",
        "\"+999999-01-01T00:00:00Z\"",
        "\"../../../etc/passwd\"",
        "\"'; DROP TABLE changes; --\"",
        "\"%s%n\"",
        "\"💥\"",
        "[]",
        "{}",
        "[null]",
        "[[]]",
        "{\"a\": {}}",
        "[\"a\", \"a\"]",
    ];
    let mut values: Vec<String> = values.map(str::to_owned).to_vec();
    values.push(format!("\"{}\"", "a".repeat(4_001)));
    values.push(nested(DEEP));
    values
}

fn nested(depth: usize) -> String {
    "[".repeat(depth) + &"]".repeat(depth)
}

/// Stands where something odd is put.
const HOLE: &str = "<hole>";
/// What a server may take of a body that it does not read, in bytes.
const SOON_READ: usize = 4_000;
/// Deeper than any reader follows.
const DEEP: usize = 10_000;
/// More than an address takes that takes a few texts.
const LARGER: usize = 70_000;
