//! JSON written piece by piece, for what is rendered by the hundred thousand.

use std::fmt::Write;

use crate::clock;
use crate::data::Timestamp;

/// Writes an object.
pub(crate) fn object(out: &mut String, members: impl FnOnce(&mut Members<'_>)) {
    out.push('{');
    members(&mut Members { out, first: true });
    out.push('}');
}

/// Writes a list.
pub(crate) fn list<T>(
    out: &mut String,
    items: impl IntoIterator<Item = T>,
    mut item: impl FnMut(&mut String, T),
) {
    out.push('[');
    for (index, one) in items.into_iter().enumerate() {
        if index > 0 {
            out.push(',');
        }
        item(out, one);
    }
    out.push(']');
}

/// Writes a text.
pub(crate) fn text(out: &mut String, value: &str) {
    out.push('"');
    let mut plain = 0;
    for (at, byte) in value.bytes().enumerate() {
        if byte >= b' ' && byte != b'"' && byte != b'\\' {
            continue;
        }
        out.push_str(value.get(plain..at).unwrap_or_default());
        // Writing to a text cannot fail.
        let _ = write!(out, "\\u{byte:04x}");
        plain = at + 1;
    }
    out.push_str(value.get(plain..).unwrap_or_default());
    out.push('"');
}

/// The members of an object that is being written.
pub(crate) struct Members<'a> {
    out: &'a mut String,
    first: bool,
}

impl Members<'_> {
    /// Begins a member; its value must be written next.
    pub(crate) fn member(&mut self, name: &str) -> &mut String {
        if !self.first {
            self.out.push(',');
        }
        self.first = false;
        text(self.out, name);
        self.out.push(':');
        self.out
    }

    pub(crate) fn text(&mut self, name: &str, value: &str) {
        text(self.member(name), value);
    }

    pub(crate) fn flag(&mut self, name: &str, value: bool) {
        let word = if value { "true" } else { "false" };
        self.member(name).push_str(word);
    }

    pub(crate) fn time(&mut self, name: &str, at: Timestamp) {
        let out = self.member(name);
        out.push('"');
        clock::write_rfc3339(out, at);
        out.push('"');
    }

    pub(crate) fn number(&mut self, name: &str, value: impl std::fmt::Display) {
        let _ = write!(self.member(name), "{value}");
    }

    pub(crate) fn object(&mut self, name: &str, members: impl FnOnce(&mut Members<'_>)) {
        object(self.member(name), members);
    }

    pub(crate) fn list<T>(
        &mut self,
        name: &str,
        items: impl IntoIterator<Item = T>,
        item: impl FnMut(&mut String, T),
    ) {
        list(self.member(name), items, item);
    }
}

#[cfg(test)]
mod tests {
    use super::text;

    #[test]
    fn every_text_comes_back() {
        for sample in ["", "plain", "a \"quoted\" \\ path\n\tü\u{1}", "\"", "ü"] {
            let mut out = String::new();
            text(&mut out, sample);
            assert_eq!(serde_json::from_str::<String>(&out).unwrap(), sample);
        }
    }
}
