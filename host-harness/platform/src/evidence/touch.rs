//! Which packages of a finding bear on the change.

use std::collections::BTreeMap;

use super::Known;
use crate::model::common::{DependencyChange, FindingClass};
use crate::model::record::{Finding, PackageVersion};

/// A dependency change with its index.
pub(super) type Row<'a> = (u32, &'a DependencyChange);

/// Dependency changes with their indexes.
pub(super) fn rows<'a>(known: &Known<'a>) -> impl Iterator<Item = Row<'a>> + use<'a> {
    (0..).zip(known.dependencies.unwrap_or_default())
}

/// Dependency changes by the names of their packages.
pub(super) struct Rows<'a>(BTreeMap<&'a str, Vec<Row<'a>>>);

/// A package with its version, and the dependency change that touches it.
pub(super) type Touched<'a> = ((&'a str, &'a str), Row<'a>);

impl<'a> Rows<'a> {
    pub(super) fn new(known: &Known<'a>) -> Self {
        let mut by_name: BTreeMap<&str, Vec<Row<'_>>> = BTreeMap::new();
        for row in rows(known) {
            by_name.entry(&row.1.name).or_default().push(row);
        }
        Self(by_name)
    }

    /// Whether the change touches one of a finding's packages.
    pub(super) fn touches(&self, finding: &Finding) -> bool {
        let mut packages = finding.packages.iter();
        packages.any(|package| self.about(package).next().is_some())
    }

    /// Touched packages that a vulnerability or licence finding is about. Of several changes of one package the one that
    /// brings the version.
    pub(super) fn touched(&self, finding: &'a Finding) -> impl Iterator<Item = Touched<'a>> {
        let packages = finding.packages.iter().filter(|_| is_listed(finding));
        packages.filter_map(|package| {
            let version = package.version.as_deref()?;
            let mut about = self.about(package);
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

    fn about(&self, package: &PackageVersion) -> impl Iterator<Item = Row<'a>> {
        let named = self.0.get(package.name.as_str()).into_iter().flatten();
        named.copied().filter(|(_, row)| is_about(package, row))
    }
}

/// Findings by the names of their packages.
pub(super) struct Versions<'a>(BTreeMap<&'a str, Vec<(&'a Finding, &'a PackageVersion)>>);

impl<'a> Versions<'a> {
    pub(super) fn new(findings: &'a [Finding]) -> Self {
        let mut by_name: BTreeMap<&str, Vec<_>> = BTreeMap::new();
        for finding in findings {
            for package in &finding.packages {
                by_name
                    .entry(&package.name)
                    .or_default()
                    .push((finding, package));
            }
        }
        Self(by_name)
    }

    /// Findings about a dependency's package, each with the version it is about.
    pub(super) fn of(
        &self,
        dependency: &DependencyChange,
    ) -> impl Iterator<Item = (&'a Finding, &'a str)> {
        let named = self.0.get(dependency.name.as_str()).into_iter().flatten();
        let about = named.filter(|(_, package)| is_about(package, dependency));
        about.filter_map(|&(finding, package)| Some((finding, package.version.as_deref()?)))
    }
}

/// Whether a dependency list would show it if a change touched what the finding is about.
pub(super) fn is_listed(finding: &Finding) -> bool {
    matches!(
        finding.class,
        FindingClass::PackageVulnerability | FindingClass::License
    )
}

/// What a finding is about, by package and version; empty where it is about none, and where none is stated.
pub(super) fn subjects(finding: &Finding) -> impl Iterator<Item = (&str, &str)> {
    let packages = finding.packages.iter().map(|package| {
        (
            package.name.as_str(),
            package.version.as_deref().unwrap_or_default(),
        )
    });
    let none = finding.packages.is_empty().then_some(("", ""));
    packages.chain(none)
}

/// Whether container and infrastructure findings are wanted, and this is one.
pub(super) fn is_beyond(known: &Known<'_>, finding: &Finding) -> bool {
    known.beyond_packages
        && matches!(
            finding.class,
            FindingClass::Container | FindingClass::Infrastructure
        )
}

/// A package of no stated ecosystem is taken for this one: a name that two ecosystems share can then only add to what is
/// known of the base.
fn is_about(package: &PackageVersion, dependency: &DependencyChange) -> bool {
    let ecosystem = package.ecosystem.as_ref();
    package.name == dependency.name
        && ecosystem.is_none_or(|ecosystem| *ecosystem == dependency.ecosystem)
}
