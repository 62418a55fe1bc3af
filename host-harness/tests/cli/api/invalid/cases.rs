//! What may be wrong with a request besides its body.

use serde_json::Value;

use super::super::operations::{Document, Operation, encoded};
use super::super::wire::Request;
use super::bodies;

/// A request that is wrong somewhere.
pub(super) struct Case {
    /// What is odd about it.
    pub(super) what: String,
    pub(super) request: Request,
    pub(super) expected: Expected,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Expected {
    /// It is the sender's mistake.
    Refused,
    /// With this status.
    Status(u16),
    /// It may be taken.
    Answered,
    /// Hardly HTTP: the connection may be ended.
    Broken,
}

impl Case {
    pub(super) fn new(what: impl Into<String>, request: Request, expected: Expected) -> Self {
        let what = what.into();
        Self {
            what,
            request,
            expected,
        }
    }
}

impl std::fmt::Debug for Case {
    fn fmt(&self, to: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let target: String = self.request.target.chars().take(200).collect();
        let body: String = String::from_utf8_lossy(&self.request.body)
            .chars()
            .take(200)
            .collect();
        write!(
            to,
            "{} ({} {target} {body})",
            self.what, self.request.method
        )
    }
}

/// All of an operation.
pub(super) fn of(
    document: &Document,
    all: &[Operation],
    one: &Operation,
    good: &Request,
) -> Vec<Case> {
    let mut cases = bodies::of(document, one, good);
    cases.extend(ids(one, good));
    cases.extend(queries(one, good));
    cases.extend(methods(all, one, good));
    cases.extend(headers(one, good));
    cases
}

fn ids<'a>(one: &'a Operation, good: &'a Request) -> impl Iterator<Item = Case> + 'a {
    let name = one.in_path().map(|name| format!("{{{name}}}"));
    name.into_iter().flat_map(move |name| {
        let ids = IDS.iter().map(|id| (*id).to_owned());
        let long = ["a".repeat(4_001), "%E2%80%AE".repeat(500)];
        ids.chain(long).map(move |id| {
            let mut request = good.clone();
            request.target = one.path.replace(&name, &id);
            let is_no_text = ["%ff", "%c0%af", "%ed%a0%80"].contains(&id.as_str());
            let expected = if is_no_text {
                Expected::Refused
            } else {
                Expected::Answered
            };
            Case::new("an odd id", request, expected)
        })
    })
}

fn queries(one: &Operation, good: &Request) -> Vec<Case> {
    let mut cases = Vec::new();
    let mut case = |query: &str, is_wrong: bool| {
        let mut request = good.clone();
        request.target = format!("{}?{query}", request.target);
        // What needs no key reads no query.
        let is_wrong = is_wrong && one.scope.is_some();
        let expected = if is_wrong {
            Expected::Refused
        } else {
            Expected::Answered
        };
        cases.push(Case::new("an odd query", request, expected));
    };
    case("", false);
    for query in [
        "nobody=reads-this",
        "%ff=%fe",
        "%00=%00",
        "a[]=1&a[]=2",
        "=x",
        "%E2%80%AE=1",
    ] {
        case(query, true);
    }
    case(&format!("x={}", "a".repeat(20_000)), true);
    case(&"x&".repeat(5_000), true);
    for parameter in one.in_query() {
        let (name, form) = (parameter["name"].as_str().unwrap(), &parameter["schema"]);
        for value in wrong_values(form) {
            case(&format!("{name}={value}"), true);
            case(&format!("{name}={value}&{name}={value}"), true);
        }
        for value in [
            "%00",
            "%E2%80%AE",
            "%F0%9F%92%A5",
            "..%2F..",
            "%27%20OR%201%3D1--",
        ] {
            case(&format!("{name}={value}"), false);
        }
    }
    let mut request = good.clone();
    request.target = format!("{}?x={}", request.target, "a".repeat(40_000));
    cases.push(Case::new("an enormous query", request, Expected::Broken));
    cases
}

/// Values, percent-encoded, that a form does not allow.
fn wrong_values(form: &Value) -> Vec<String> {
    if form["enum"].is_array() || form["anyOf"].is_array() {
        let values = [
            "",
            "nope",
            "%ff",
            "2026-13-45",
            "0",
            "%00",
            "2026-01-15T25:00:00Z",
        ];
        return values.map(str::to_owned).to_vec();
    }
    let mut values = Vec::new();
    if let (Some(least), Some(most)) = (form["minimum"].as_i64(), form["maximum"].as_i64()) {
        let around = [least - 1, most + 1, i64::MAX, i64::MIN];
        values.extend(around.map(|number| number.to_string()));
        values.extend(
            ["", "x", "1e3", "1.5", "-0", "0x1", "1e999", "%F0%9F%92%A5"].map(str::to_owned),
        );
    }
    if form["minLength"].is_u64() {
        values.extend([String::new(), "%20".to_owned(), "%ff".to_owned()]);
    }
    if let Some(most) = form["maxLength"].as_u64() {
        values.push("a".repeat(usize::try_from(most).unwrap() + 1));
    }
    values
}

fn methods<'a>(
    all: &'a [Operation],
    one: &'a Operation,
    good: &'a Request,
) -> impl Iterator<Item = Case> + 'a {
    let is_there = |method: &str| {
        all.iter()
            .any(|other| other.path == one.path && other.method == method)
    };
    let methods = [
        "GET", "PUT", "POST", "PATCH", "DELETE", "OPTIONS", "TRACE", "KOALA", "get",
    ];
    let methods = methods.into_iter().filter(move |method| !is_there(method));
    let wrong = methods.map(|method| (method, Expected::Status(405)));
    let head = (one.method == "GET").then_some(("HEAD", Expected::Answered));
    wrong.chain(head).map(|(method, expected)| {
        let mut request = good.clone();
        request.method = method.to_owned();
        Case::new("another method", request, expected)
    })
}

fn headers(one: &Operation, good: &Request) -> Vec<Case> {
    let mut cases = Vec::new();
    let mut without = good.clone();
    without.headers.retain(|(name, _)| name != "authorization");
    if one.scope.is_some() {
        let key = &good
            .headers
            .iter()
            .find(|(name, _)| name == "authorization")
            .unwrap()
            .1;
        let twice = good.clone().with("authorization", key.clone());
        let wrong = [
            twice,
            without.clone(),
            without.clone().with("authorization", "Basic Og=="),
            without.clone().with("authorization", "Bearer"),
            without
                .clone()
                .with("authorization", "Bearer koalr_".repeat(600)),
            without
                .clone()
                .with("authorization", "Bearer \u{e9}\u{202e}"),
            without.with("x-authorization", key.clone()),
        ];
        cases.extend(wrong.map(|request| Case::new("no key", request, Expected::Refused)));
    }
    for (name, value) in ODD_HEADERS {
        let request = good.clone().with(name, *value);
        cases.push(Case::new(
            format!("an odd `{name}`"),
            request,
            Expected::Answered,
        ));
    }
    let mut names = one.parameters.iter().map(|parameter| &parameter["name"]);
    let is_once = names.any(|name| name == "Idempotency-Key");
    for word in ["", "a b", "\u{202e}", &"k".repeat(256)] {
        let request = good.clone().with("idempotency-key", word);
        let expected = if is_once {
            Expected::Refused
        } else {
            Expected::Answered
        };
        cases.push(Case::new("no word for once", request, expected));
    }
    for (name, value) in BROKEN_HEADERS {
        let mut request = good.clone().with(name, *value);
        request.body = b"zz\r\n{}\r\n".to_vec();
        cases.push(Case::new(
            format!("a broken `{name}`"),
            request,
            Expected::Broken,
        ));
    }
    let many = (0..65).fold(good.clone(), |request, _| request.with("x", "y"));
    cases.push(Case::new("many headers", many, Expected::Broken));
    let long = good.clone().with("x", "y".repeat(40_000));
    cases.push(Case::new("a long header", long, Expected::Broken));
    let mut version = good.clone();
    version.target += " HTTP/9.9\r\nx: y";
    cases.push(Case::new("no version", version, Expected::Broken));
    let mut absolute = good.clone();
    absolute.target = format!("http://{}{}", encoded("elsewhere.example"), good.target);
    cases.push(Case::new(
        "the address of another server",
        absolute,
        Expected::Answered,
    ));
    cases
}

/// Percent-encoded.
const IDS: &[&str] = &[
    "",
    "%00",
    "%ff",
    "%c0%af",
    "%ed%a0%80",
    "%2e%2e%2f%2e%2e%2f%2e%2e%2fetc%2fpasswd",
    "..",
    "..%5c..%5c",
    "%E2%80%AE",
    "%1b%5b2J",
    "%0d%0ax-evil%3a%201",
    "%zz",
    "%",
    "%20",
    "%27%20OR%201%3D1--",
    "a%2Fb%23-1",
    "a%2Fb%2399999999999999999999",
    "%F0%9F%92%A5",
    ";jsessionid=1",
    "*",
    "null",
];

const ODD_HEADERS: &[(&str, &str)] = &[
    ("content-type", "text/xml"),
    ("content-type", "application/json; charset=utf-16"),
    ("content-type", "multipart/form-data; boundary=x"),
    ("content-type", ""),
    ("content-encoding", "gzip"),
    ("accept", "text/html"),
    ("accept-encoding", "gzip, br"),
    ("expect", "100-continue"),
    ("x-http-method-override", "DELETE"),
    ("x-forwarded-for", "127.0.0.1"),
    ("x-request-id", "../../etc/passwd"),
    ("if-none-match", "\"\u{e9}\",,W/"),
    ("range", "bytes=0-0"),
    ("connection", "upgrade"),
    ("upgrade", "h2c"),
    ("traceparent", "00-zz-zz-00"),
    ("last-event-id", "-1"),
];

const BROKEN_HEADERS: &[(&str, &str)] = &[
    ("content-length", "x"),
    ("content-length", "-1"),
    ("content-length", "99999999999"),
    ("content-length", "99999999999999999999999"),
    ("content-length", "8\r\ncontent-length: 9"),
    ("transfer-encoding", "chunked"),
    ("transfer-encoding", "gzip"),
    ("transfer-encoding", "chunked\r\ncontent-length: 8"),
    ("x", "a\u{0}b"),
    ("x-request-id", "\u{1}"),
    ("x y", "z"),
    ("", ""),
];
