//! Whether a document is as a JSON Schema says: the words of 2020-12 that ours uses, and none that is not known here.

use serde_json::{Map, Value};

/// What is wrong with a document, each with its place in it.
pub(crate) fn check(root: &Value, document: &Value) -> Vec<String> {
    check_part(root, root, document)
}

/// The same by a schema that is a part of `root`, where what it refers to is.
pub(crate) fn check_part(root: &Value, schema: &Value, document: &Value) -> Vec<String> {
    let mut wrong = Vec::new();
    walk(root, schema, document, "", &mut wrong);
    wrong
}

fn walk(root: &Value, schema: &Value, document: &Value, at: &str, wrong: &mut Vec<String>) {
    let mut complain = |reason: String| wrong.push(format!("{at}: {reason}: {document}"));
    let words = match schema {
        Value::Bool(true) => return,
        schema => schema.as_object().expect("a schema is an object"),
    };
    for (word, given) in words {
        let fits = match word.as_str() {
            "$schema" | "$defs" | "title" | "description" | "format" | "default" => true,
            word if OF_PARTS.contains(&word) => continue,
            "type" => match given {
                Value::Array(kinds) => kinds.iter().any(|kind| is(document, kind)),
                kind => is(document, kind),
            },
            "const" => document == given,
            "enum" => given.as_array().unwrap().contains(document),
            "minLength" => chars(document).is_none_or(|chars| chars >= given.as_u64().unwrap()),
            "maxLength" => chars(document).is_none_or(|chars| chars <= given.as_u64().unwrap()),
            "minimum" => number(document).is_none_or(|value| value >= number(given).unwrap()),
            "maximum" => number(document).is_none_or(|value| value <= number(given).unwrap()),
            "minItems" => length(document).is_none_or(|length| length >= given.as_u64().unwrap()),
            "maxItems" => length(document).is_none_or(|length| length <= given.as_u64().unwrap()),
            "uniqueItems" => {
                let items = document.as_array().unwrap();
                let mut places = items.iter().enumerate();
                places.all(|(place, item)| !items[..place].contains(item))
            }
            "required" => {
                let names = given.as_array().unwrap();
                document.as_object().is_none_or(|members| {
                    let mut names = names.iter().map(|name| name.as_str().unwrap());
                    names.all(|name| members.contains_key(name))
                })
            }
            "additionalProperties" if given.is_object() => continue,
            "additionalProperties" => {
                assert_eq!(given, &Value::Bool(false));
                let known = words["properties"].as_object().unwrap();
                let members = document.as_object().into_iter().flatten();
                members
                    .into_iter()
                    .all(|(name, _)| known.contains_key(name))
            }
            "anyOf" => fitting(root, given, document) >= 1,
            "oneOf" => fitting(root, given, document) == 1,
            "allOf" => fitting(root, given, document) == given.as_array().unwrap().len(),
            word => panic!("`{word}` is a word of schemas that this check does not know"),
        };
        if !fits {
            complain(format!("not as `{word}` says"));
        }
    }
    parts(root, words, document, at, wrong);
}

/// What a schema says of parts of a document, or elsewhere of the whole.
fn parts(
    root: &Value,
    words: &Map<String, Value>,
    document: &Value,
    at: &str,
    wrong: &mut Vec<String>,
) {
    if let Some(name) = words.get("$ref").and_then(Value::as_str) {
        let target = root.pointer(name.strip_prefix('#').unwrap()).unwrap();
        walk(root, target, document, at, wrong);
    }
    let properties = words.get("properties").and_then(Value::as_object);
    for (name, schema) in properties.into_iter().flatten() {
        if let Some(member) = document.get(name) {
            walk(root, schema, member, &format!("{at}/{name}"), wrong);
        }
    }
    if let Some(each) = words
        .get("additionalProperties")
        .filter(|one| one.is_object())
    {
        assert!(properties.is_none(), "all members are alike");
        for (name, member) in document.as_object().into_iter().flatten() {
            walk(root, each, member, &format!("{at}/{name}"), wrong);
        }
    }
    let items = document.as_array().into_iter().flatten();
    for (place, item) in items.enumerate() {
        let first = words.get("prefixItems").and_then(|list| list.get(place));
        if let Some(schema) = first.or_else(|| words.get("items")) {
            walk(root, schema, item, &format!("{at}/{place}"), wrong);
        }
    }
}

fn fitting(root: &Value, schemas: &Value, document: &Value) -> usize {
    let schemas = schemas.as_array().unwrap().iter();
    let fits = |schema: &&Value| {
        let mut wrong = Vec::new();
        walk(root, schema, document, "", &mut wrong);
        wrong.is_empty()
    };
    schemas.filter(fits).count()
}

fn is(document: &Value, kind: &Value) -> bool {
    match kind.as_str().unwrap() {
        "null" => document.is_null(),
        "boolean" => document.is_boolean(),
        "integer" => document.is_i64() || document.is_u64(),
        "number" => document.is_number(),
        "string" => document.is_string(),
        "array" => document.is_array(),
        "object" => document.is_object(),
        kind => panic!("`{kind}` is no type"),
    }
}

fn number(value: &Value) -> Option<f64> {
    value.as_f64()
}

fn length(document: &Value) -> Option<u64> {
    document.as_array().map(|items| items.len() as u64)
}

fn chars(document: &Value) -> Option<u64> {
    document.as_str().map(|text| text.chars().count() as u64)
}

/// Words that [`parts`] reads.
const OF_PARTS: [&str; 4] = ["$ref", "properties", "items", "prefixItems"];
