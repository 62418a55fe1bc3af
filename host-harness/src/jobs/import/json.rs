//! JSON with the place of every value, so that a complaint can name its line.

use serde::de::{Error as _, IgnoredAny};

/// A value, and where it begins.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Node<'t> {
    /// Byte of the text.
    pub(super) at: usize,
    /// The value.
    pub(super) json: Json<'t>,
}

/// What a value is.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Json<'t> {
    /// Nothing.
    Null,
    /// Yes or no.
    Flag(bool),
    /// A number as it is written.
    Number(&'t str),
    /// A text.
    Text(String),
    /// A list.
    List(Vec<Node<'t>>),
    /// An object, its keys in the order of the text, each with its place. A key may be there twice.
    Object(Vec<(usize, String, Node<'t>)>),
}

impl Json<'_> {
    /// What it is, for people.
    pub(super) fn noun(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Flag(_) => "true or false",
            Self::Number(_) => "a number",
            Self::Text(_) => "a text",
            Self::List(_) => "a list",
            Self::Object(_) => "an object",
        }
    }
}

/// Reads one document.
///
/// # Errors
///
/// The parser's sentence with line and column, for text that is not one JSON document, or nests too deep.
pub(super) fn read(text: &str) -> Result<Node<'_>, serde_json::Error> {
    serde_json::from_str::<IgnoredAny>(text)?;
    // That parser goes through what it ignores at any depth, and the reader takes stack for each.
    if depth(text) > DEEPEST {
        return Err(serde_json::Error::custom("it nests too deep for an import"));
    }
    let mut reader = Reader { text, at: 0 };
    Ok(reader.value())
}

/// How deep lists and objects nest.
fn depth(text: &str) -> usize {
    let (mut depth, mut deepest) = (0_usize, 0);
    let (mut in_text, mut escaped) = (false, false);
    for byte in text.bytes() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => in_text = !in_text,
            b'[' | b'{' if !in_text => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b']' | b'}' if !in_text => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}

/// Walks over text that is known to be JSON.
struct Reader<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Reader<'t> {
    fn value(&mut self) -> Node<'t> {
        self.skip_space();
        let at = self.at;
        let json = match self.peek() {
            b'{' => Json::Object(self.object()),
            b'[' => Json::List(self.list()),
            b'"' => Json::Text(self.string()),
            b't' => {
                self.at += "true".len();
                Json::Flag(true)
            }
            b'f' => {
                self.at += "false".len();
                Json::Flag(false)
            }
            b'n' => {
                self.at += "null".len();
                Json::Null
            }
            _ => Json::Number(self.number()),
        };
        Node { at, json }
    }

    fn object(&mut self) -> Vec<(usize, String, Node<'t>)> {
        let mut entries = Vec::new();
        self.at += 1;
        while self.next_is_not(b'}') {
            let at = self.at;
            let key = self.string();
            self.skip_space();
            // The colon.
            self.at += 1;
            entries.push((at, key, self.value()));
        }
        entries
    }

    fn list(&mut self) -> Vec<Node<'t>> {
        let mut items = Vec::new();
        self.at += 1;
        while self.next_is_not(b']') {
            items.push(self.value());
        }
        items
    }

    /// Steps to the next item of a list or object, or behind its end.
    fn next_is_not(&mut self, end: u8) -> bool {
        self.skip_space();
        if self.peek() == b',' {
            self.at += 1;
            self.skip_space();
        }
        let ends = self.peek() == end || self.at >= self.text.len();
        if ends {
            self.at += 1;
        }
        !ends
    }

    fn string(&mut self) -> String {
        let start = self.at;
        self.at += 1;
        while self.peek() != b'"' && self.at < self.text.len() {
            self.at += if self.peek() == b'\\' { 2 } else { 1 };
        }
        self.at += 1;
        let quoted = self.text.get(start..self.at).unwrap_or_default();
        let inside = quoted.get(1..quoted.len().saturating_sub(1));
        match inside {
            Some(plain) if !plain.contains('\\') => plain.to_owned(),
            // It was read before, without being kept.
            _ => serde_json::from_str(quoted).unwrap_or_default(),
        }
    }

    fn number(&mut self) -> &'t str {
        let start = self.at;
        while matches!(self.peek(), b'0'..=b'9' | b'+' | b'-' | b'.' | b'e' | b'E') {
            self.at += 1;
        }
        self.text.get(start..self.at).unwrap_or_default()
    }

    fn skip_space(&mut self) {
        while matches!(self.peek(), b' ' | b'\t' | b'\r' | b'\n') {
            self.at += 1;
        }
    }

    /// The next byte; 0 at the end.
    fn peek(&self) -> u8 {
        self.text.as_bytes().get(self.at).copied().unwrap_or(0)
    }
}

/// A dependency of a change lies five deep.
const DEEPEST: usize = 64;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::Value;

    use super::*;

    /// The value without places, as the other parser has it.
    fn plain(node: &Node<'_>) -> Value {
        match &node.json {
            Json::Null => Value::Null,
            Json::Flag(flag) => (*flag).into(),
            Json::Number(number) => serde_json::from_str(number).unwrap(),
            Json::Text(text) => text.as_str().into(),
            Json::List(items) => items.iter().map(plain).collect(),
            Json::Object(entries) => {
                let entries = entries.iter();
                entries
                    .map(|(_, key, node)| (key.clone(), plain(node)))
                    .collect()
            }
        }
    }

    fn any_json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<f64>().prop_map(Value::from),
            any::<String>().prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 32, 6, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
                prop::collection::btree_map(any::<String>(), inner, 0..6)
                    .prop_map(|map| map.into_iter().collect()),
            ]
        })
    }

    proptest! {
        #[test]
        fn every_document_is_read_as_the_other_parser_reads_it(json in any_json()) {
            for text in [json.to_string(), serde_json::to_string_pretty(&json).unwrap()] {
                let expected: Value = serde_json::from_str(&text).unwrap();
                prop_assert_eq!(plain(&read(&text).unwrap()), expected);
            }
        }

        #[test]
        fn no_text_makes_it_panic(text in "[\\[\\]{}\":,\\\\a0 ntfeul.\\-\n]{0,40}") {
            let _ = read(&text);
        }
    }

    #[test]
    fn every_value_and_key_has_its_place() {
        let node = read("{\n  \"a\": [1, \"\\u00e9\"]\n}").unwrap();
        let Json::Object(entries) = &node.json else {
            panic!("{node:?}")
        };
        let (key_at, _, list) = &entries[0];
        let Json::List(items) = &list.json else {
            panic!("{list:?}")
        };
        let places = [node.at, *key_at, list.at, items[0].at, items[1].at];
        assert_eq!(places, [0, 4, 9, 10, 13]);
        assert_eq!(items[1].json, Json::Text("é".to_owned()));
    }

    #[test]
    fn a_document_that_nests_without_end_is_refused() {
        assert!(read(&"[".repeat(100_000)).is_err());
        assert!(
            read(&format!(
                "{}{}",
                "[".repeat(1_000_000),
                "]".repeat(1_000_000)
            ))
            .is_err()
        );
    }
}
