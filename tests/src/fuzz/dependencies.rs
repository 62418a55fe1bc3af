//! Bytes: a comparison of dependencies as GitHub answers it, and a list of rows as people write it. Every row moves, and
//! the rows as a list are the same rows.

use koalr_platform::sbom::{self, Changes, SbomError};

use super::is_one_line;

pub(super) fn run(bytes: &[u8]) {
    check(sbom::compare_rows("compare", &[bytes]));
    check(sbom::compare_rows("compare", &[bytes, bytes]));
    check(sbom::list("list", bytes));
}

fn check(read: Result<Changes, SbomError>) {
    let changes = match read {
        Ok(changes) => changes,
        Err(error) => return is_one_line(&error.to_string()),
    };
    for row in &changes.rows {
        assert_ne!(row.before, row.after, "it does not move: {row:?}");
        assert!(!row.ecosystem.is_empty() && !row.name.is_empty(), "{row:?}");
    }
    let written = serde_json::to_vec(&changes.rows).unwrap();
    let again = sbom::list("again", &written);
    assert_eq!(
        again.map(|list| list.rows),
        Ok(changes.rows),
        "written as a list"
    );
}
