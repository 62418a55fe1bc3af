//! From bytes to a format's own types.

use serde::Deserialize;
use serde::de::IgnoredAny;

use super::{MAX_DOCUMENT_BYTES, MAX_OBJECTS, SbomError};
use crate::complaint::shown;

/// A format that is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    CycloneDx,
    Spdx,
    /// SPDX under `sbom`, as GitHub exports it.
    Wrapped,
}

/// The bytes without a byte order mark, if they are not too many and do not tell too much.
pub(super) fn bounded<'b>(name: &str, bytes: &'b [u8]) -> Result<&'b [u8], SbomError> {
    if bytes.len() > MAX_DOCUMENT_BYTES {
        return Err(SbomError::TooLarge {
            name: shown(name),
            bytes: bytes.len(),
            limit: MAX_DOCUMENT_BYTES,
        });
    }
    for (what, mark, limit) in [("objects", b'{', MAX_OBJECTS), ("values", b',', MAX_VALUES)] {
        let count = bytes.iter().map(|byte| usize::from(*byte == mark)).sum();
        if count > limit {
            return Err(SbomError::TooMany {
                name: shown(name),
                what,
                count,
                limit,
            });
        }
    }
    Ok(bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes))
}

/// Which format a document is of.
pub(super) fn detect(name: &str, bytes: &[u8]) -> Result<Form, SbomError> {
    let start = bytes.trim_ascii_start();
    let start = start.get(..START_BYTES).unwrap_or(start);
    let start = String::from_utf8_lossy(start);
    let form = if start.starts_with('<') && start.contains("cyclonedx.org") {
        Some("CycloneDX as XML")
    } else if start.starts_with('<') {
        Some("XML")
    } else if start.lines().any(|line| line.starts_with("SPDXVersion:")) {
        Some("SPDX as tags and values")
    } else {
        None
    };
    if let Some(form) = form {
        let name = shown(name);
        return Err(SbomError::Form { name, form });
    }
    if start.starts_with(['[', '"']) {
        parse::<IgnoredAny>(name, bytes)?;
        return Err(SbomError::NoFormat { name: shown(name) });
    }
    let marks: Marks = parse(name, bytes)?;
    let wrapped = marks.sbom.and_then(|inner| inner.spdx_version);
    let refused = |format, given: &str, read| {
        Err(SbomError::Version {
            name: shown(name),
            format,
            given: format!("`{}`", shown(given)),
            read,
        })
    };
    match (
        marks.bom_format.as_deref(),
        marks.spdx_version.as_deref().or(wrapped.as_deref()),
    ) {
        (Some("CycloneDX"), _) => match marks.spec_version.as_deref() {
            Some("1.2" | "1.3" | "1.4" | "1.5" | "1.6" | "1.7") => Ok(Form::CycloneDx),
            given => refused(
                "CycloneDX",
                given.unwrap_or_default(),
                "`specVersion` 1.2 to 1.7",
            ),
        },
        (_, Some("SPDX-2.2" | "SPDX-2.3")) if wrapped.is_some() => Ok(Form::Wrapped),
        (_, Some("SPDX-2.2" | "SPDX-2.3")) => Ok(Form::Spdx),
        (_, Some(given)) => refused("SPDX", given, "`SPDX-2.2` or `SPDX-2.3`"),
        // Its third version has no such key, but names its vocabulary.
        _ if marks.context.is_some() && start.contains("spdx.org/rdf/3") => {
            refused("SPDX", "3", "`SPDX-2.2` or `SPDX-2.3`")
        }
        _ => Err(SbomError::NoFormat { name: shown(name) }),
    }
}

/// A whole text as a type.
pub(super) fn parse<'b, T: Deserialize<'b>>(name: &str, bytes: &'b [u8]) -> Result<T, SbomError> {
    serde_json::from_slice(bytes).map_err(|error| {
        let (name, line, column) = (shown(name), error.line(), error.column());
        let place = format!(" at line {line} column {column}");
        let problem = error.to_string();
        let problem = problem.strip_suffix(&place).unwrap_or(&problem);
        let clean = |char: char| if char.is_control() { '\u{fffd}' } else { char };
        let problem = problem.chars().take(PROBLEM_CHARS).map(clean).collect();
        // The parser calls a number where a word should be an error of syntax.
        if serde_json::from_slice::<IgnoredAny>(bytes).is_ok() {
            SbomError::Shape {
                name,
                line,
                column,
                problem,
            }
        } else {
            SbomError::NotJson {
                name,
                line,
                column,
                problem,
            }
        }
    })
}

/// A whole text as a list.
pub(super) fn parse_list<'b, T: Deserialize<'b>>(
    name: &str,
    bytes: &'b [u8],
) -> Result<Vec<T>, SbomError> {
    if bytes.trim_ascii_start().starts_with(b"[") {
        return parse(name, bytes);
    }
    parse::<IgnoredAny>(name, bytes)?;
    Err(SbomError::NoList { name: shown(name) })
}

/// What tells the formats apart.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Marks {
    bom_format: Option<String>,
    spec_version: Option<String>,
    spdx_version: Option<String>,
    sbom: Option<Inner>,
    #[serde(rename = "@context")]
    context: Option<IgnoredAny>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Inner {
    spdx_version: Option<String>,
}

/// Most values of a document that is read, as counted by the commas between them.
const MAX_VALUES: usize = 5 * MAX_OBJECTS;

/// How much of a document's start is looked at, in bytes. Its first lines tell.
const START_BYTES: usize = 4096;

/// How much of the parser's sentence is repeated, in characters: it may quote the document.
const PROBLEM_CHARS: usize = 200;

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn refused(text: &str) -> String {
        detect("base.json", text.as_bytes())
            .unwrap_err()
            .to_string()
    }

    #[test]
    fn a_format_is_told_by_its_content() {
        for (text, form) in [
            (
                r#"{"bomFormat": "CycloneDX", "specVersion": "1.2"}"#,
                Form::CycloneDx,
            ),
            (r#"{"spdxVersion": "SPDX-2.3"}"#, Form::Spdx),
            (r#"{"sbom": {"spdxVersion": "SPDX-2.3"}}"#, Form::Wrapped),
        ] {
            assert_eq!(detect("base.json", text.as_bytes()), Ok(form), "{text}");
        }
    }

    #[test]
    fn another_form_of_a_known_format_is_named() {
        let xml = "<?xml version=\"1.0\"?><bom xmlns=\"http://cyclonedx.org/schema/bom/1.5\"/>";
        assert_eq!(
            refused(xml),
            "reading `base.json`: CycloneDX as XML is not read; write the document as JSON, CycloneDX or SPDX"
        );
        assert!(refused("<rdf/>").contains(": XML is not read;"));
        assert!(refused("# made\nSPDXVersion: SPDX-2.3\n").contains("SPDX as tags and values"));
    }

    #[test]
    fn another_version_names_those_that_are_read() {
        assert_eq!(
            refused(r#"{"bomFormat": "CycloneDX", "specVersion": "2.0"}"#),
            "reading `base.json`: CycloneDX `2.0` is not read; write it as `specVersion` 1.2 to 1.7"
        );
        assert_eq!(
            refused(r#"{"spdxVersion": "SPDX-2.1"}"#),
            "reading `base.json`: SPDX `SPDX-2.1` is not read; write it as `SPDX-2.2` or `SPDX-2.3`"
        );
        let third = r#"{"@context": "https://spdx.org/rdf/3.0.1/spdx-context.jsonld"}"#;
        assert!(refused(third).contains(": SPDX `3` is not read;"));
    }

    #[test]
    fn what_is_no_format_says_what_would_be_one() {
        for text in ["{}", "[]", r#"{"lockfileVersion": 3}"#] {
            assert_eq!(
                refused(text),
                "reading `base.json`: neither CycloneDX nor SPDX; the one has `bomFormat`, the other `spdxVersion`"
            );
        }
    }

    #[test]
    fn what_is_no_json_names_its_place() {
        assert_eq!(
            refused("{\n  \"bomFormat\": ]"),
            "reading `base.json`: line 2, column 16: not JSON: expected value"
        );
        assert!(refused("").contains("line 1, column 0: not JSON: EOF"));
        assert!(refused("plain").contains("not JSON"));
    }

    #[test]
    fn small_components_without_number_are_refused_before_they_take_memory() {
        let many = "{}".repeat(MAX_OBJECTS + 1);
        assert_eq!(
            bounded("base.json", many.as_bytes())
                .unwrap_err()
                .to_string(),
            "reading `base.json`: it has 4000001 objects; at most 4000000 are read"
        );
        let many = ",".repeat(MAX_VALUES + 1);
        let error = bounded("base.json", many.as_bytes()).unwrap_err();
        assert!(error.to_string().contains("20000001 values"), "{error}");
    }

    #[test]
    fn a_byte_order_mark_is_no_content() {
        assert_eq!(bounded("base.json", b"\xef\xbb\xbf{}"), Ok(&b"{}"[..]));
    }
}
