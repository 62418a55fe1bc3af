//! What lookups are still to come, and how many have come.

use std::collections::BTreeSet;

use super::coverage::row_of;
use super::module::base;
use super::touch::Versions;
use super::{GO, PACKAGES, package_subject};
use crate::model::common::{Change, Coverage, CoverageState, DependencyChange};
use crate::model::evidence::Evidence;
use crate::model::record::Finding;

/// Rows of the package versions that an interrupted walk over a change has not told about yet: those that the change
/// brings, and where all of them are told, those that a vulnerable one replaces. `lookups` and `told` are the findings
/// and the coverage so far, and `detail` says why it waits.
#[must_use]
pub fn awaited(
    change: &Change,
    dependencies: &[DependencyChange],
    (lookups, told): (&[Finding], &[Coverage]),
    detail: &str,
) -> Vec<Coverage> {
    let told: BTreeSet<&str> = told
        .iter()
        .filter(|row| row.route == PACKAGES)
        .map(|row| row.subject.as_str())
        .collect();
    let subject = |one: &DependencyChange, version: &Option<String>| {
        let version = version.as_deref()?;
        let subject = package_subject(&one.ecosystem, &one.name, version);
        (!told.contains(subject.as_str())).then_some(subject)
    };
    let brought = dependencies.iter();
    let mut missing: BTreeSet<String> =
        brought.filter_map(|one| subject(one, &one.after)).collect();
    if missing.is_empty() {
        let found = Versions::new(lookups);
        let vulnerable: BTreeSet<(&str, &str)> = dependencies
            .iter()
            .filter(|one| {
                let mut versions = found.of(one).map(|(_, version)| version);
                versions.any(|version| one.after.as_deref() == Some(version))
            })
            .map(package)
            .collect();
        let replaced = dependencies.iter();
        missing = replaced
            .filter(|one| vulnerable.contains(&package(one)))
            .filter_map(|one| subject(one, &one.before))
            .collect();
    }
    let rows = missing.into_iter();
    rows.map(|subject| Coverage {
        subject,
        ..row_of(change, PACKAGES, CoverageState::Awaited, detail)
    })
    .collect()
}

/// How many package versions of a change are looked up, and how many there are to look up so far. None without a list.
#[must_use]
pub fn looked_up(evidence: &Evidence) -> Option<(u32, u32)> {
    let list = evidence.dependencies.as_ref()?;
    let versions: BTreeSet<String> = list
        .iter()
        .flat_map(|one| {
            let versions = one.before.iter().chain(&one.after);
            versions.map(|version| package_subject(&one.ecosystem, &one.name, version))
        })
        .collect();
    let rows = evidence.coverage.iter();
    let rows = rows.filter(|row| row.route == PACKAGES && versions.contains(&row.subject));
    let (all, come) = rows.fold((0, 0), |(all, come), row| {
        let has_come = row.state != CoverageState::Awaited;
        (all + 1, come + u32::from(has_come))
    });
    Some((come, all))
}

/// What tells a package from others. A Go module's major versions are one.
fn package(one: &DependencyChange) -> (&str, &str) {
    let name = if one.ecosystem == GO {
        base(&one.name)
    } else {
        &one.name
    };
    (&one.ecosystem, name)
}
