//! Rows of the data set `issues`, for what they say about fixes.

use std::collections::BTreeSet;

use koalr_integration_kit::model::common::{FixState, Timestamp};
use koalr_integration_kit::model::record::{Entry, Fix, PackageVersion};

use super::Row;
use crate::snyk::ecosystem;

/// Columns without which a row says nothing.
pub(super) const REQUIRED: &[&str] = &[PROBLEM, PACKAGE, AVAILABLE, VERSION];

/// Columns asked for.
pub(super) const COLUMNS: &[&str] = &[PROBLEM, PACKAGE, AVAILABLE, VERSION, STATUS];

/// What a row says about a fix; none if it says nothing new: an issue without a package, a resolved one, one without a
/// statement, or one that was told before.
pub(super) fn read(
    row: Row<'_>,
    organization: &str,
    as_of: Timestamp,
    known: &mut BTreeSet<String>,
) -> Option<Entry> {
    let available = row.flag(AVAILABLE)?;
    let vulnerability = row.cell(PROBLEM)?;
    let package = row.cell(PACKAGE)?;
    let resolved = row
        .cell(STATUS)
        .is_some_and(|status| status.eq_ignore_ascii_case("resolved"));
    // A scope begins with the sign too.
    let (name, version) = package
        .rsplit_once('@')
        .filter(|(name, _)| !name.is_empty())?;
    if resolved || version.is_empty() || !known.insert(format!("{vulnerability} {package}")) {
        return None;
    }
    let mut versions: Vec<String> = Vec::new();
    for version in row
        .cell(VERSION)
        .filter(|_| available)
        .into_iter()
        .flat_map(split)
    {
        if !versions.iter().any(|one| one == version) {
            versions.push(version.to_owned());
        }
    }
    Some(Entry::Fix(Fix {
        organization: organization.to_owned(),
        vulnerability: vulnerability.to_owned(),
        affected: PackageVersion {
            ecosystem: ecosystem::of(vulnerability).map(str::to_owned),
            name: name.to_owned(),
            version: Some(version.to_owned()),
        },
        state: if available {
            FixState::Available
        } else {
            FixState::None
        },
        versions,
        source: SOURCE.to_owned(),
        as_of,
    }))
}

/// Versions of a cell: separated by commas or blanks, or a list in JSON.
fn split(cell: &str) -> impl Iterator<Item = &str> {
    cell.split([',', ';', ' ', '[', ']', '"', '\n'])
        .filter(|version| !version.is_empty())
}

/// Coverage route.
const SOURCE: &str = "fixes";

const PROBLEM: &str = "PROBLEM_ID";
const PACKAGE: &str = "PACKAGE_NAME_AND_VERSION";
const AVAILABLE: &str = "FIXED_IN_AVAILABLE";
const VERSION: &str = "FIXED_IN_VERSION";
const STATUS: &str = "ISSUE_STATUS";
