//! One way only to write an object of JSON: no spaces, keys in alphabetical order, the shortest escapes.

use std::collections::BTreeMap;

/// A value of an object.
pub(super) enum Value<'a> {
    Text(&'a str),
    Integer(i64),
    Texts(&'a [String]),
}

pub(super) fn object<'a>(fields: impl IntoIterator<Item = (&'a str, Value<'a>)>) -> String {
    let fields: BTreeMap<&str, Value<'_>> = fields.into_iter().collect();
    let mut json = String::from("{");
    for (key, value) in fields {
        if json.len() > 1 {
            json.push(',');
        }
        text(&mut json, key);
        json.push(':');
        match value {
            Value::Text(value) => text(&mut json, value),
            Value::Integer(value) => json.push_str(&value.to_string()),
            Value::Texts(values) => {
                json.push('[');
                for (index, value) in values.iter().enumerate() {
                    if index > 0 {
                        json.push(',');
                    }
                    text(&mut json, value);
                }
                json.push(']');
            }
        }
    }
    json.push('}');
    json
}

fn text(json: &mut String, text: &str) {
    json.push('"');
    for char in text.chars() {
        match char {
            '"' => json.push_str("\\\""),
            '\\' => json.push_str("\\\\"),
            '\n' => json.push_str("\\n"),
            '\r' => json.push_str("\\r"),
            '\t' => json.push_str("\\t"),
            control if control < ' ' => {
                let code = format!("\\u{:04x}", u32::from(control));
                json.push_str(&code);
            }
            other => json.push(other),
        }
    }
    json.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_in_order_and_texts_escaped_in_one_way() {
        let list = ["x".to_owned(), "y".to_owned()];
        let json = object([
            ("b", Value::Text("a\"\\\n\u{1}é")),
            ("a", Value::Integer(-7)),
            ("c", Value::Texts(&list)),
            ("d", Value::Texts(&[])),
        ]);
        assert_eq!(
            json,
            r#"{"a":-7,"b":"a\"\\\n\u0001é","c":["x","y"],"d":[]}"#
        );
        assert_eq!(object([]), "{}");
    }
}
