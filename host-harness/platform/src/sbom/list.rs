//! A plain list of rows.

use super::left_out::{Hole, Reason, by_reason};
use super::{Changes, SbomError, diff, version};
use crate::complaint::shown;
use crate::model::common::DependencyChange;

/// The rows that change something.
pub(super) fn read(name: &str, given: Vec<DependencyChange>) -> Result<Changes, SbomError> {
    let mut rows = Vec::with_capacity(given.len());
    let mut holes = Vec::new();
    for (index, row) in given.into_iter().enumerate() {
        for (key, text, way_out) in [
            (
                "ecosystem",
                Some(&row.ecosystem),
                "write a purl type, for example `npm`",
            ),
            ("name", Some(&row.name), "write the package's name"),
            (
                "before",
                row.before.as_ref(),
                "leave it out for a new dependency",
            ),
            (
                "after",
                row.after.as_ref(),
                "leave it out for a removed dependency",
            ),
        ] {
            if text.is_some_and(|text| text.trim().is_empty()) {
                return Err(SbomError::Empty {
                    name: shown(name),
                    row: index + 1,
                    key,
                    way_out,
                });
            }
        }
        let versions = [&row.before, &row.after].map(|side| side.as_deref());
        let is_version = |version| version::exact(&row.ecosystem, version) == Some(version);
        let reason = match versions {
            [None, None] => Some(Reason::NoVersion),
            _ if !versions.into_iter().flatten().all(is_version) => Some(Reason::NotAVersion),
            _ => None,
        };
        match reason {
            Some(reason) => holes.push(Hole {
                reason,
                label: row.name,
            }),
            None if row.before != row.after => rows.push(row),
            None => {}
        }
    }
    Ok(Changes {
        rows: diff::sorted(rows),
        left_out: by_reason(name, holes.iter()),
    })
}

#[cfg(test)]
mod tests {
    use super::super::list;

    fn left_out(text: &str) -> Vec<String> {
        let changes = list("list.json", text.as_bytes()).unwrap();
        changes.left_out.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn rows_are_those_of_a_change_s_file() {
        let text = r#"[
            { "ecosystem": "npm", "name": "b", "before": "1.0.0", "after": "1.0.0" },
            { "ecosystem": "npm", "name": "minimist", "before": null, "after": "1.2.5", "direct": true },
            { "ecosystem": "npm", "name": "a", "before": "1.0.0", "manifest": "yarn.lock" }]"#;
        let changes = list("list.json", text.as_bytes()).unwrap();
        let names: Vec<&str> = changes.rows.iter().map(|row| row.name.as_str()).collect();
        assert_eq!(names, ["a", "minimist"]);
        assert_eq!(changes.rows[1].direct, Some(true));
        assert!(!changes.is_partial());
    }

    #[test]
    fn a_row_without_any_version_makes_the_list_partial() {
        assert_eq!(
            left_out(
                r#"[{ "ecosystem": "npm", "name": "a" }, { "ecosystem": "npm", "name": "b", "after": "^1" }]"#
            ),
            [
                "list.json: 1 component has no version: `a`",
                "list.json: 1 component has a range, branch or tag for a version: `b`"
            ]
        );
    }

    #[test]
    fn what_is_wrong_in_a_list_names_its_place() {
        let error = |text: &str| list("list.json", text.as_bytes()).unwrap_err().to_string();
        assert_eq!(
            error(r#"[{ "ecosystem": "npm", "name": "a", "after": "" }]"#),
            "reading `list.json`: row 1: `after` is empty; leave it out for a removed dependency"
        );
        assert_eq!(
            error("[\n  { \"ecosystem\": \"npm\", \"version\": \"1\" }]"),
            "reading `list.json`: line 2, column 33: unknown field `version`, expected one of `ecosystem`, `name`, `before`, `after`, `direct`, `manifest`"
        );
    }
}
