//! Bytes: a list of components, of any form. A document has not changed against itself, and against nothing every package
//! of it is new.

use koalr_platform::sbom::{self, Changes, Document};

use super::is_one_line;

pub(super) fn run(bytes: &[u8]) {
    let document = match sbom::read("bom.json", bytes) {
        Ok(document) => document,
        Err(error) => return is_one_line(&error.to_string()),
    };
    let none = sbom::read("none", NONE).unwrap_or_else(|error| panic!("{error}"));
    let same = sbom::diff(&document, &document);
    assert_eq!(same.rows, [], "it has changed against itself");
    let (new, gone) = (sbom::diff(&none, &document), sbom::diff(&document, &none));
    check(&new, &document, |row| {
        (row.after.is_some(), row.before.is_none())
    });
    check(&gone, &document, |row| {
        (row.before.is_some(), row.after.is_none())
    });
}

fn check(
    changes: &Changes,
    document: &Document,
    sides: fn(&koalr_platform::model::common::DependencyChange) -> (bool, bool),
) {
    assert_eq!(changes.rows.len(), document.packages(), "packages are lost");
    assert_eq!(changes.is_partial(), !changes.left_out.is_empty());
    for row in &changes.rows {
        assert_eq!(sides(row), (true, true), "{row:?}");
        assert!(!row.ecosystem.is_empty() && !row.name.is_empty(), "{row:?}");
    }
    for one in &changes.left_out {
        assert!(one.count >= one.first.len().max(1), "{one:?}");
    }
}

const NONE: &[u8] = br#"{"bomFormat":"CycloneDX","specVersion":"1.5","components":[]}"#;
