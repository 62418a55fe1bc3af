//! A request as the answers see it.

use std::fmt::Write;

use crate::answer::Answer;

/// Path and query of a request.
#[derive(Debug)]
pub(crate) struct Asked {
    /// Path as sent.
    pub(crate) path: String,
    /// Query as sent, without the question mark. May be empty.
    pub(crate) query: String,
    segments: Vec<String>,
    parameters: Vec<(String, String)>,
}

impl Asked {
    /// Takes a path and a query apart. An escaped slash stays inside its segment.
    pub(crate) fn new(path: &str, query: &str) -> Self {
        let segments = path.split('/').skip(1).map(|part| decode(part, false));
        let parameters = query.split('&').filter(|pair| !pair.is_empty());
        Self {
            path: path.to_owned(),
            query: query.to_owned(),
            segments: segments.collect(),
            parameters: parameters
                .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
                .map(|(name, value)| (decode(name, true), decode(value, true)))
                .collect(),
        }
    }

    /// The decoded segments of the path.
    pub(crate) fn segments(&self) -> Vec<&str> {
        self.segments.iter().map(String::as_str).collect()
    }

    /// The value of a parameter; none if it is absent.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        let mut found = self.parameters.iter().filter(|(key, _)| key == name);
        found.next().map(|(_, value)| value.as_str())
    }

    /// Whether a comma-separated parameter is absent or holds the value.
    pub(crate) fn admits(&self, name: &str, value: &str) -> bool {
        self.text(name)
            .is_none_or(|list| list.split(',').any(|item| item == value))
    }

    /// Refuses a missing or malformed `version`, and parameters that are repeated or not among `known`.
    pub(crate) fn check(&self, known: &[&str]) -> Result<(), Answer> {
        for (index, (name, _)) in self.parameters.iter().enumerate() {
            if name != "version" && !known.contains(&name.as_str()) {
                let detail = format!("Unknown query parameter '{name}'");
                return Err(Answer::bad_parameter(&detail, name));
            }
            if self
                .parameters
                .iter()
                .take(index)
                .any(|(key, _)| key == name)
            {
                let detail = format!("Query parameter '{name}' must be given once");
                return Err(Answer::bad_parameter(&detail, name));
            }
        }
        self.check_version()
    }

    /// Refuses a missing or malformed `version`.
    pub(crate) fn check_version(&self) -> Result<(), Answer> {
        match self.text("version") {
            Some(version) if is_version(version) => Ok(()),
            _ => Err(Answer::bad_parameter(
                "Query parameter 'version' must be YYYY-MM-DD with an optional stage",
                "version",
            )),
        }
    }

    /// The query as sent, without one parameter.
    pub(crate) fn query_without(&self, name: &str) -> String {
        let pairs = self.query.split('&').filter(|pair| {
            let key = pair.split('=').next().unwrap_or_default();
            !pair.is_empty() && decode(key, true) != name
        });
        pairs.collect::<Vec<_>>().join("&")
    }
}

/// Whether a text is a date with an optional stage, as in `2024-10-15~beta`.
fn is_version(text: &str) -> bool {
    let (date, stage) = text.split_once('~').unwrap_or((text, "ga"));
    let digits = |part: &str, length: usize| {
        part.len() == length && part.bytes().all(|byte| byte.is_ascii_digit())
    };
    let parts: Vec<&str> = date.split('-').collect();
    matches!(parts.as_slice(), [year, month, day]
        if digits(year, 4) && digits(month, 2) && digits(day, 2))
        && ["experimental", "beta", "ga"].contains(&stage)
}

/// Undoes percent-encoding, and in queries the plus sign for a space. A malformed escape stays as it is.
pub(crate) fn decode(text: &str, plus: bool) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, tail)) = rest.split_first() {
        let escaped = tail
            .get(..2)
            .and_then(|pair| std::str::from_utf8(pair).ok())
            .and_then(|pair| u8::from_str_radix(pair, 16).ok());
        match (first, escaped) {
            (b'%', Some(byte)) => {
                bytes.push(byte);
                rest = tail.get(2..).unwrap_or_default();
            }
            (b'+', _) if plus => {
                bytes.push(b' ');
                rest = tail;
            }
            _ => {
                bytes.push(first);
                rest = tail;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Percent-encodes all but unreserved characters.
pub(crate) fn encode(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            // Writing to a text cannot fail.
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_escaped_slash_does_not_end_a_segment() {
        let asked = Asked::new("/rest/orgs/o/packages/pkg%3Anpm%2Fejs%403.1.6/issues", "");
        assert_eq!(asked.segments()[4], "pkg:npm/ejs@3.1.6");
    }

    #[test]
    fn encoding_and_decoding_agree() {
        let text = "pkg:npm/%40acme/a b+c@1.0.0";
        assert_eq!(decode(&encode(text), true), text);
        assert_eq!(decode("100%", true), "100%");
    }

    #[test]
    fn a_version_is_a_date_with_an_optional_stage() {
        for good in ["2024-10-15", "2024-10-15~beta"] {
            assert!(is_version(good), "{good}");
        }
        for bad in ["", "2024-10", "2024-10-1x", "2024-10-15~alpha"] {
            assert!(!is_version(bad), "{bad}");
        }
    }
}
