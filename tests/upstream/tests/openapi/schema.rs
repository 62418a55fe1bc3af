//! Whether a document is as an `OpenAPI` 3.0 schema says.
//!
//! Checked are the words that Snyk's document uses: types, members, lists, alternatives, enumerations, bounds,
//! patterns and the formats of ids and times. A word that is not known here is left alone.

use serde_json::{Map, Value};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// An `OpenAPI` document.
pub(crate) struct Specification(Value);

impl Specification {
    pub(crate) fn new(document: Value) -> Self {
        Self(document)
    }

    /// The schema of an answer; none if the document has none for this status.
    pub(crate) fn answer(&self, path: &str, method: &str, status: &str) -> Option<&Value> {
        let operation = self.0.get("paths")?.get(path)?.get(method)?;
        let answer = self.resolve(operation.get("responses")?.get(status)?);
        let content = answer.get("content")?.get("application/vnd.api+json")?;
        content.get("schema")
    }

    /// The schema of a request's body.
    pub(crate) fn body(&self, path: &str, method: &str) -> Option<&Value> {
        let operation = self.0.get("paths")?.get(path)?.get(method)?;
        let body = self.resolve(operation.get("requestBody")?);
        let content = body.get("content")?.get("application/vnd.api+json")?;
        content.get("schema")
    }

    /// What is wrong with a document, each with its place in it.
    pub(crate) fn check(&self, schema: &Value, document: &Value) -> Vec<String> {
        let mut wrong = Vec::new();
        self.walk(schema, document, "", &mut wrong);
        wrong
    }

    fn resolve<'a>(&'a self, value: &'a Value) -> &'a Value {
        let reference = value.get("$ref").and_then(Value::as_str);
        let pointer = reference.and_then(|text| text.strip_prefix('#'));
        match pointer.and_then(|pointer| self.0.pointer(pointer)) {
            Some(target) => self.resolve(target),
            None => value,
        }
    }

    fn walk(&self, schema: &Value, document: &Value, at: &str, wrong: &mut Vec<String>) {
        let schema = self.resolve(schema);
        if document.is_null() && schema.get("nullable") == Some(&Value::Bool(true)) {
            return;
        }
        if let Some(kind) = schema.get("type").and_then(Value::as_str)
            && !is(document, kind)
        {
            wrong.push(format!("{at}: is no {kind}: {document}"));
            return;
        }
        if let Some(allowed) = schema.get("enum").and_then(Value::as_array)
            && !allowed.contains(document)
        {
            wrong.push(format!("{at}: {document} is not among the allowed values"));
        }
        for (word, least, most) in [("allOf", usize::MAX, usize::MAX), ("anyOf", 1, usize::MAX)] {
            self.choose(schema, word, (least, most), document, at, wrong);
        }
        self.choose(schema, "oneOf", (1, 1), document, at, wrong);
        match document {
            Value::Object(members) => self.members(schema, members, at, wrong),
            Value::Array(items) => self.items(schema, items, at, wrong),
            Value::String(text) => check_text(schema, text, at, wrong),
            Value::Number(number) => {
                let value = number.as_f64().unwrap_or(f64::NAN);
                let bound = |name: &str| schema.get(name).and_then(Value::as_f64);
                let low = bound("minimum").is_some_and(|bound| value < bound);
                if low || bound("maximum").is_some_and(|bound| value > bound) {
                    wrong.push(format!("{at}: {number} is out of its bounds"));
                }
            }
            _ => {}
        }
    }

    fn choose(
        &self,
        schema: &Value,
        word: &str,
        (least, most): (usize, usize),
        document: &Value,
        at: &str,
        wrong: &mut Vec<String>,
    ) {
        let Some(choices) = schema.get(word).and_then(Value::as_array) else {
            return;
        };
        let each: Vec<Vec<String>> = choices
            .iter()
            .map(|choice| {
                let mut wrong = Vec::new();
                self.walk(choice, document, at, &mut wrong);
                wrong
            })
            .collect();
        let fitting = each.iter().filter(|wrong| wrong.is_empty()).count();
        if word == "allOf" {
            wrong.extend(each.into_iter().flatten());
        } else if fitting < least || fitting > most {
            let nearest = each.iter().min_by_key(|wrong| wrong.len());
            let reason = nearest.and_then(|wrong| wrong.first());
            let reason = reason.map_or("", String::as_str);
            wrong.push(format!("{at}: {fitting} choices of {word} fit; {reason}"));
        }
    }

    fn members(
        &self,
        schema: &Value,
        members: &Map<String, Value>,
        at: &str,
        wrong: &mut Vec<String>,
    ) {
        let required = schema.get("required").and_then(Value::as_array);
        for name in required.into_iter().flatten().filter_map(Value::as_str) {
            if !members.contains_key(name) {
                wrong.push(format!("{at}: has no `{name}`"));
            }
        }
        let known = schema.get("properties").and_then(Value::as_object);
        let other = schema.get("additionalProperties");
        for (name, value) in members {
            let place = format!("{at}/{name}");
            match known.and_then(|known| known.get(name)).or(other) {
                Some(Value::Bool(false)) => wrong.push(format!("{place}: is not known")),
                Some(schema) => self.walk(schema, value, &place, wrong),
                None => {}
            }
        }
    }

    fn items(&self, schema: &Value, items: &[Value], at: &str, wrong: &mut Vec<String>) {
        let bound = |name: &str| schema.get(name).and_then(Value::as_u64);
        let count = items.len() as u64;
        let few = bound("minItems").is_some_and(|bound| count < bound);
        if few || bound("maxItems").is_some_and(|bound| count > bound) {
            wrong.push(format!("{at}: {count} items are too few or too many"));
        }
        if let Some(schema) = schema.get("items") {
            for (index, item) in items.iter().enumerate() {
                self.walk(schema, item, &format!("{at}/{index}"), wrong);
            }
        }
    }
}

fn is(document: &Value, kind: &str) -> bool {
    match kind {
        "object" => document.is_object(),
        "array" => document.is_array(),
        "string" => document.is_string(),
        "boolean" => document.is_boolean(),
        "integer" => document.is_i64() || document.is_u64(),
        "number" => document.is_number(),
        _ => true,
    }
}

fn check_text(schema: &Value, text: &str, at: &str, wrong: &mut Vec<String>) {
    let bound = |name: &str| schema.get(name).and_then(Value::as_u64);
    let length = text.chars().count() as u64;
    let short = bound("minLength").is_some_and(|bound| length < bound);
    if short || bound("maxLength").is_some_and(|bound| length > bound) {
        wrong.push(format!("{at}: {length} characters are too few or too many"));
    }
    if let Some(pattern) = schema.get("pattern").and_then(Value::as_str)
        && let Ok(pattern) = regex_lite::Regex::new(pattern)
        && !pattern.is_match(text)
    {
        wrong.push(format!("{at}: `{text}` does not match {pattern}"));
    }
    let fits = match schema.get("format").and_then(Value::as_str) {
        Some("date-time") => OffsetDateTime::parse(text, &Rfc3339).is_ok(),
        Some("uuid") => {
            let parts: Vec<usize> = text.split('-').map(str::len).collect();
            let digits = text
                .bytes()
                .all(|byte| byte == b'-' || byte.is_ascii_hexdigit());
            parts == [8, 4, 4, 4, 12] && digits
        }
        _ => true,
    };
    if !fits {
        wrong.push(format!("{at}: `{text}` is not of its format"));
    }
}
