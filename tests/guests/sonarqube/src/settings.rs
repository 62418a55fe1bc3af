//! Settings that a person may give at connect.

use crate::contract::types::{ParameterKind, ParameterValue, Setting, SettingEntry};

/// The settings of the manifest.
pub(crate) fn settings() -> Vec<Setting> {
    vec![Setting {
        key: CONTEXT_PATH.to_owned(),
        label: "Context path".to_owned(),
        help: "What stands before `/api` on your own server, for example `sonar`; empty if nothing does."
            .to_owned(),
        kind: ParameterKind::Text,
        default: Some(ParameterValue::Text(String::new())),
    }]
}

/// The context path without slashes: one segment, or empty.
///
/// # Errors
///
/// It is something else: the key, and what is expected.
pub fn context_path(given: &[SettingEntry]) -> Result<&str, (String, String)> {
    let wrong = || {
        let expected =
            "expected one path segment of letters, digits, `-`, `.` and `_`, for example `sonar`";
        (CONTEXT_PATH.to_owned(), expected.to_owned())
    };
    let Some(entry) = given.iter().find(|entry| entry.key == CONTEXT_PATH) else {
        return Ok("");
    };
    let ParameterValue::Text(text) = &entry.value else {
        return Err(wrong());
    };
    let segment = text.trim_matches('/');
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._".contains(&byte);
    let is_plain = segment.bytes().all(plain) && !matches!(segment, "." | "..");
    if is_plain { Ok(segment) } else { Err(wrong()) }
}

const CONTEXT_PATH: &str = "context-path";

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<String, (String, String)> {
        let value = ParameterValue::Text(text.to_owned());
        let key = CONTEXT_PATH.to_owned();
        context_path(&[SettingEntry { key, value }]).map(str::to_owned)
    }

    #[test]
    fn a_context_path_is_one_segment() {
        assert_eq!(read("/sonar/").unwrap(), "sonar");
        assert_eq!(read("").unwrap(), "");
        for odd in ["a/b", "..", "a?b"] {
            assert_eq!(read(odd).unwrap_err().0, "context-path", "{odd}");
        }
    }
}
