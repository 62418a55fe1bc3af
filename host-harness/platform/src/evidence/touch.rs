//! Which packages of a finding bear on the change.

use super::Known;
use crate::model::common::{DependencyChange, FindingClass};
use crate::model::record::{Finding, PackageVersion};

/// Dependency changes with their indexes.
pub(super) fn rows<'a>(
    known: &Known<'a>,
) -> impl Iterator<Item = (u32, &'a DependencyChange)> + use<'a> {
    (0..).zip(known.dependencies.unwrap_or_default())
}

/// Findings about a dependency's package, each with the version it is about.
pub(super) fn versions_of<'a>(
    findings: &'a [Finding],
    dependency: &DependencyChange,
) -> impl Iterator<Item = (&'a Finding, &'a str)> {
    findings.iter().flat_map(|finding| {
        finding
            .packages
            .iter()
            .filter(|package| is_about(package, dependency))
            .filter_map(move |package| Some((finding, package.version.as_deref()?)))
    })
}

/// A package of no stated ecosystem is taken for this one: a name that two ecosystems share can then only add to what is
/// known of the base.
fn is_about(package: &PackageVersion, dependency: &DependencyChange) -> bool {
    let ecosystem = package.ecosystem.as_ref();
    package.name == dependency.name
        && ecosystem.is_none_or(|ecosystem| *ecosystem == dependency.ecosystem)
}

/// A package with its version, and the dependency change that touches it.
pub(super) type Touched<'a> = ((&'a str, &'a str), (u32, &'a DependencyChange));

/// Touched packages that a vulnerability or licence finding is about. Of several changes of one package the one that
/// brings the version.
pub(super) fn touched<'a>(
    known: &Known<'a>,
    finding: &'a Finding,
) -> impl Iterator<Item = Touched<'a>> + use<'a> {
    let is_listed = matches!(
        finding.class,
        FindingClass::PackageVulnerability | FindingClass::License
    );
    let known = *known;
    let packages = finding.packages.iter().filter(move |_| is_listed);
    packages.filter_map(move |package| {
        let version = package.version.as_deref()?;
        let mut about = rows(&known).filter(|(_, row)| is_about(package, row));
        let first = about.next()?;
        let brings = |row: &DependencyChange| row.after.as_deref() == Some(version);
        let row = if brings(first.1) {
            first
        } else {
            about.find(|(_, row)| brings(row)).unwrap_or(first)
        };
        Some(((package.name.as_str(), version), row))
    })
}

/// What a container or infrastructure finding is about, where such findings are wanted.
pub(super) fn beyond<'a>(
    known: &Known<'_>,
    finding: &'a Finding,
) -> impl Iterator<Item = (&'a str, &'a str)> + use<'a> {
    let is_wanted = known.beyond_packages
        && matches!(
            finding.class,
            FindingClass::Container | FindingClass::Infrastructure
        );
    let packages = finding.packages.iter().map(|package| {
        (
            package.name.as_str(),
            package.version.as_deref().unwrap_or_default(),
        )
    });
    let none = finding.packages.is_empty().then_some(("", ""));
    packages.chain(none).filter(move |_| is_wanted)
}
