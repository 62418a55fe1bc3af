//! A body: one JSON object, whose members are taken one by one. What is left is unknown, and all that is wrong is said at
//! once.

mod values;

use std::collections::BTreeMap;
use std::fmt::Display;

use http::StatusCode;
use serde::de::IgnoredAny;
use zeroize::Zeroizing;

use super::super::problem::Problem;
use crate::jobs::Complaint;
use crate::report::plain;

/// The members that were not taken yet.
pub(super) struct Members<'t> {
    text: &'t str,
    left: Vec<Member<'t>>,
    /// Where each begins; of two with one key, the first.
    places: BTreeMap<String, usize>,
    known: Vec<&'static str>,
    complaints: Vec<Complaint>,
}

/// A member, and the byte of the text where it begins.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Member<'t> {
    at: usize,
    key: String,
    /// The value as it is written.
    raw: &'t str,
}

impl<'t> Members<'t> {
    /// Reads an object. Its values are not looked at before they are taken.
    pub(super) fn read(body: &'t [u8]) -> Result<Self, Problem> {
        let refused = |detail: String| Problem::new(StatusCode::BAD_REQUEST, detail);
        let text = str::from_utf8(body).map_err(|_| refused("the body is not UTF-8".into()))?;
        serde_json::from_str::<IgnoredAny>(text)
            .map_err(|error| refused(format!("the body is not JSON: {error}")))?;
        if !text.trim_start().starts_with('{') {
            return Err(refused("the body is no JSON object".into()));
        }
        let mut members = Self {
            text,
            left: split(text),
            places: BTreeMap::new(),
            known: Vec::new(),
            complaints: Vec::new(),
        };
        for Member { at, key, .. } in &members.left {
            if members.places.contains_key(key) {
                let problem = "it is there twice; leave one of them out".to_owned();
                members.complaints.push(complaint(text, *at, key, problem));
            } else {
                members.places.insert(key.clone(), *at);
            }
        }
        Ok(members)
    }

    /// The value as it is written; none if it is absent or null.
    pub(super) fn raw(&mut self, key: &'static str) -> Option<&'t str> {
        self.known.push(key);
        let place = self.left.iter().position(|one| one.key == key)?;
        let raw = self.left.remove(place).raw;
        (raw != "null").then_some(raw)
    }

    /// A text that is not blank; none if it is absent or null.
    pub(super) fn text(&mut self, key: &'static str) -> Option<String> {
        let raw = self.raw(key)?;
        match serde_json::from_str::<String>(raw) {
            Ok(text) if text.trim().is_empty() => self.complain(key, "it is empty"),
            Ok(text) if text.chars().count() > MAX_TEXT_CHARS => {
                let problem = format!("it has more than {MAX_TEXT_CHARS} characters");
                self.complain(key, problem);
            }
            Ok(text) => return Some(text),
            Err(_) => self.complain(key, "it must be a text"),
        }
        None
    }

    /// Texts that are not blank; empty if they are absent, null, or wrong, which [`end`](Self::end) tells.
    pub(super) fn texts(&mut self, key: &'static str) -> Vec<String> {
        let Some(raw) = self.raw(key) else {
            return Vec::new();
        };
        let is_text =
            |one: &String| !one.trim().is_empty() && one.chars().count() <= MAX_TEXT_CHARS;
        match serde_json::from_str::<Vec<String>>(raw) {
            Ok(texts) if texts.len() > MOST_TEXTS => {
                self.complain(key, format!("it has more than {MOST_TEXTS} items"));
            }
            Ok(texts) if texts.iter().all(is_text) => return texts,
            Ok(_) => {
                let problem =
                    format!("each item must be a text of 1 to {MAX_TEXT_CHARS} characters");
                self.complain(key, problem);
            }
            Err(_) => self.complain(key, "it must be a list of texts"),
        }
        Vec::new()
    }

    /// A text that nobody may see, where it must not be absent. No complaint repeats it.
    pub(super) fn secret(&mut self, key: &'static str, why: &str) -> Option<Zeroizing<String>> {
        let Some(raw) = self.raw(key) else {
            self.complain(key, format!("it is missing; {why}"));
            return None;
        };
        let text = serde_json::from_str(raw).map(Zeroizing::new);
        text.map_err(|_| self.complain(key, "it must be a text"))
            .ok()
    }

    /// A text that is not blank, where it must not be absent. Empty if it is wrong, which [`end`](Self::end) tells.
    pub(super) fn required(&mut self, key: &'static str, why: &str) -> String {
        self.needed(key, why, Self::text)
    }

    /// What is read of a member, where it must not be absent.
    pub(super) fn needed<T: Default>(
        &mut self,
        key: &'static str,
        why: &str,
        read: impl FnOnce(&mut Self, &'static str) -> Option<T>,
    ) -> T {
        let before = self.complaints.len();
        let value = read(self, key);
        if value.is_none() && self.complaints.len() == before {
            self.complain(key, format!("it is missing; {why}"));
        }
        value.unwrap_or_default()
    }

    /// What was made of a member, unless something is wrong with it.
    pub(super) fn check<T>(&mut self, key: &str, made: Result<T, impl Display>) -> Option<T> {
        made.map_err(|error| self.complain(key, error.to_string()))
            .ok()
    }

    /// Says what is wrong with a member, or with the whole if it has no key.
    pub(super) fn complain(&mut self, key: &str, problem: impl Into<String>) {
        let at = self.places.get(key).copied().unwrap_or(0);
        let complaint = complaint(self.text, at, key, problem.into());
        self.complaints.push(complaint);
    }

    /// Makes sure that nothing is wrong, and nothing is left.
    pub(super) fn end(self) -> Result<(), Problem> {
        let Self {
            text,
            left,
            known,
            mut complaints,
            ..
        } = self;
        let way_out = match known.as_slice() {
            [] => "this address takes nothing in its body".to_owned(),
            known => format!("known are `{}`", known.join("`, `")),
        };
        complaints.extend(left.iter().map(|one| {
            let problem = format!("nothing reads it; {way_out}");
            complaint(text, one.at, &one.key, problem)
        }));
        if complaints.is_empty() {
            return Ok(());
        }
        complaints.sort_by_key(|one| one.line);
        let detail = "nothing was done; `errors` says what is wrong with the body, and where";
        Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, detail).because(complaints))
    }
}

fn complaint(text: &str, at: usize, key: &str, problem: String) -> Complaint {
    let before = text.get(..at).unwrap_or_default();
    Complaint {
        line: before.matches('\n').count() + 1,
        path: plain(key),
        problem,
    }
}

/// The members of an object, of which it is known that it is one. More than any address reads are not looked at.
fn split(text: &str) -> Vec<Member<'_>> {
    let mut members = Vec::new();
    let (mut depth, mut in_text, mut escaped) = (0_usize, false, false);
    let mut colon = None;
    let mut start = 0;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => in_text = !in_text,
            _ if in_text => {}
            b'{' | b'[' => {
                depth += 1;
                if depth == 1 {
                    start = at + 1;
                }
            }
            b':' if depth == 1 => colon = Some(at),
            b',' | b'}' if depth == 1 => {
                if let Some(colon) = colon.take() {
                    members.extend(member(text, start, colon, at));
                }
                if members.len() == MOST {
                    break;
                }
                start = at + 1;
                depth -= usize::from(byte == b'}');
            }
            b'}' | b']' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    members
}

fn member(text: &str, start: usize, colon: usize, end: usize) -> Option<Member<'_>> {
    let key = text.get(start..colon)?;
    let raw = text.get(colon + 1..end)?;
    Some(Member {
        at: start + (key.len() - key.trim_start().len()),
        // One that is no text, such as half a pair of surrogates, is known to nobody, and shown as it is written.
        key: serde_json::from_str(key.trim()).unwrap_or_else(|_| key.trim().to_owned()),
        raw: raw.trim(),
    })
}

/// Longest text: a reason has two paragraphs, and says itself when it is too long; all others are names.
const MAX_TEXT_CHARS: usize = 4_000;

/// More organizations than an account has.
const MOST_TEXTS: usize = 1_000;

/// Far more than any address reads, and few enough that a hostile body costs nothing.
const MOST: usize = 100;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Map, Value, json};

    use super::*;

    proptest! {
        #[test]
        fn members_are_those_that_the_parser_sees(
            keys in prop::collection::vec("[a\\\\\"{}:,é\n]{0,4}", 0..5),
            values in prop::collection::vec("[a\\\\\"{}\\[\\]:,é]{0,6}", 5),
            pretty: bool,
        ) {
            let mut object = Map::new();
            for (key, value) in keys.iter().zip(&values) {
                let nested = json!([value, {"a": [value], key: 7}, null]);
                object.insert(key.clone(), nested);
            }
            let object = Value::from(object);
            let text = if pretty { format!("{object:#}") } else { object.to_string() };
            let members = split(&text).into_iter();
            let read = members.map(|one| (one.key, serde_json::from_str(one.raw).unwrap()));
            prop_assert_eq!(read.collect::<Map<String, Value>>(), object.as_object().unwrap().clone());
        }
    }

    fn errors(body: &str, read: impl Fn(&mut Members<'_>)) -> Value {
        let mut members = Members::read(body.as_bytes()).unwrap();
        read(&mut members);
        let problem = serde_json::to_value(members.end().unwrap_err()).unwrap();
        assert_eq!(problem["status"], 422);
        problem["errors"].clone()
    }

    #[test]
    fn all_that_is_wrong_is_said_at_once_with_its_place() {
        let body = "{\n\"sha\": 7,\n\"service\": \" \", \"srevice\": [\n],\n\"sha\": \"x\"}";
        let said = errors(body, |members| {
            members.required("sha", "");
            members.required("service", "");
            members.required("reason", "it says why");
        });
        let expected = json!([
            {"line": 1, "path": "reason", "problem": "it is missing; it says why"},
            {"line": 2, "path": "sha", "problem": "it must be a text"},
            {"line": 3, "path": "service", "problem": "it is empty"},
            {"line": 3, "path": "srevice", "problem": "nothing reads it; known are `sha`, `service`, `reason`"},
            {"line": 5, "path": "sha", "problem": "it is there twice; leave one of them out"},
            {"line": 5, "path": "sha", "problem": "nothing reads it; known are `sha`, `service`, `reason`"},
        ]);
        assert_eq!(said, expected);
    }

    #[test]
    fn a_member_whose_key_is_no_text_is_refused_like_any_that_nothing_reads() {
        let said = errors(r#"{"\ud800": 1}"#, |_| {});
        assert_eq!(said[0]["path"], r#""\ud800""#);
    }

    #[test]
    fn a_list_holds_texts_and_nothing_else() {
        let mut members = Members::read(br#"{"a": ["x", "y"]}"#).unwrap();
        assert_eq!(members.texts("a"), ["x", "y"]);
        assert_eq!(members.texts("b"), [""; 0]);
        for (wrong, problem) in [
            (r#"{"a": "x"}"#, "it must be a list of texts"),
            (
                r#"{"a": ["x", " "]}"#,
                "each item must be a text of 1 to 4000 characters",
            ),
        ] {
            let said = errors(wrong, |members| _ = members.texts("a"));
            assert_eq!(said[0]["problem"], problem);
        }
    }

    #[test]
    fn a_secret_that_is_wrong_is_not_repeated() {
        let said = errors(r#"{"token": ["canary"]}"#, |members| {
            _ = members.secret("token", "");
        });
        assert!(!said.to_string().contains("canary"), "{said}");
    }

    #[test]
    fn null_is_as_good_as_nothing() {
        let mut members = Members::read(br#"{"a": null}"#).unwrap();
        assert_eq!(members.text("a"), None);
        members.end().unwrap();
    }

    #[test]
    fn what_is_no_object_is_refused_whole() {
        let refused = |body: &[u8]| {
            let problem = Members::read(body).map(drop).unwrap_err();
            let problem = serde_json::to_value(problem).unwrap();
            assert_eq!(problem["status"], 400);
            problem["detail"].as_str().unwrap().to_owned()
        };
        assert_eq!(refused(b"[]"), "the body is no JSON object");
        assert_eq!(refused(b"\xff"), "the body is not UTF-8");
        assert!(refused(b"{").starts_with("the body is not JSON: "));
    }
}
