//! Issues: what they are, how bad, and whether a fix exists.

mod field;

use koalr_integration_kit::cvss;
use koalr_integration_kit::model::common::{FindingClass, FixState, Timestamp};
use koalr_integration_kit::model::record::{Finding, PackageVersion, Remediation};

use super::page::{self, Page, PageFault, Unusable};
use super::wire::{Issue, IssueAttributes, Record, ScanItem, Single, owned};
use super::{ecosystem, instant, remediation};
use crate::json::{self, Text};
pub(super) use field::tenths;

/// Reads a page of an organization's issues, each with the steps of its life. One without an id, a project, or a date
/// cannot be used.
///
/// `containers` are ids of the organization's container projects in order: Snyk has no issue type of that name.
///
/// # Errors
///
/// [`PageFault::Malformed`].
pub(crate) fn findings(
    body: &str,
    organization: &str,
    containers: &[String],
) -> Result<Page<(Finding, Vec<Remediation>)>, PageFault> {
    page::read(body, |wire| {
        let finding = finding(wire, organization, containers)?;
        let steps = remediation::steps(wire, &finding);
        Ok((finding, steps))
    })
}

/// Reads the issues of exactly one package version. One without an id or a date cannot be used.
///
/// # Errors
///
/// [`PageFault::Malformed`].
pub(crate) fn package_findings(
    body: &str,
    organization: &str,
    package: &PackageVersion,
) -> Result<Page<Finding>, PageFault> {
    page::read(body, |wire| package_finding(wire, organization, package))
}

/// Whether a document is this one issue.
pub(crate) fn is(body: &str, id: &str) -> bool {
    let single = json::read::<Single<'_>>(body).ok();
    let named = single.and_then(|single| single.data?.id);
    named.is_some_and(|named| *named == *id)
}

pub(super) fn finding(
    wire: &Issue<'_>,
    organization: &str,
    containers: &[String],
) -> Result<Finding, Unusable> {
    let item = wire
        .relationships
        .as_ref()
        .and_then(|all| all.scan_item.as_ref()?.data.as_ref());
    let project = item
        .and_then(|item| item.id.as_ref()?.filled())
        .ok_or("it names no project")?;
    let mut finding = read(wire, organization)?;
    project.clone_into(&mut finding.project);
    let in_container = containers.binary_search_by(|id| id.as_str().cmp(project));
    finding.class = class(&finding.kind, in_container.is_ok());
    if finding.class == FindingClass::License {
        finding.license = [&finding.vulnerability, &finding.key]
            .into_iter()
            .find_map(|id| ecosystem::license(id).map(str::to_owned));
    }
    finding.extra.extend(scan_item(item));
    Ok(finding)
}

fn package_finding(
    wire: &Issue<'_>,
    organization: &str,
    package: &PackageVersion,
) -> Result<Finding, Unusable> {
    let mut finding = read(wire, organization)?;
    finding.class = class(&finding.kind, false);
    finding.vulnerability.clone_from(&finding.id);
    finding.key = format!(
        "{}:{}:{}",
        finding.vulnerability,
        package.name,
        package.version.as_deref().unwrap_or_default()
    );
    // The same vulnerability of another version is another finding.
    finding.id.clone_from(&finding.key);
    finding.packages = vec![package.clone()];
    finding.location = None;
    Ok(finding)
}

fn read(wire: &Issue<'_>, organization: &str) -> Result<Finding, Unusable> {
    let id = wire.id().ok_or("it has no id")?;
    let none = IssueAttributes::default();
    let all = wire.attributes.as_ref().unwrap_or(&none);
    let created_at = date(all.created_at.as_ref(), "created_at")?;
    let updated_at = date(all.updated_at.as_ref(), "updated_at")?;
    let key = owned(all.key.as_ref()).unwrap_or_else(|| id.to_owned());
    let problems = field::problems(all);
    let vulnerability = problems.own.unwrap_or_else(|| key.clone());
    let packages = field::packages(all, &vulnerability);
    let fixed_in = field::fixed_in(all);
    let (fix, fix_source) = fix(all, &fixed_in);
    let cvss = field::ratings(all);
    Ok(Finding {
        id: id.to_owned(),
        organization: organization.to_owned(),
        project: String::new(),
        class: FindingClass::Other,
        kind: owned(all.kind.as_ref()).unwrap_or_default(),
        title: owned(all.title.as_ref()).unwrap_or_default(),
        vulnerability,
        key,
        aliases: problems.aliases.into_iter().collect(),
        weaknesses: problems.weaknesses.into_iter().collect(),
        location: field::location(all).filter(|_| packages.is_empty()),
        packages,
        severity: field::severity(all),
        selected: cvss::select(&cvss, "Snyk"),
        cvss,
        exploit: field::exploit(all),
        risk: field::risk(all),
        reachability: field::reachability(all),
        fix,
        fix_source: fix_source.to_owned(),
        fixed_in,
        license: None,
        open: all.status.as_deref() != Some("resolved"),
        ignored: all.ignored.unwrap_or(false),
        created_at,
        updated_at,
        introduced_at: field::latest(all, |coordinate| coordinate.last_introduced_at.as_ref()),
        resolved_at: resolved_at(all),
        disclosed_at: field::disclosed_at(all),
        extra: extra(all),
    })
}

fn date(text: Option<&Text<'_>>, field: &str) -> Result<Timestamp, Unusable> {
    let text = text.ok_or_else(|| format!("it has no `{field}`"))?;
    instant::parse(text)
        .ok_or_else(|| format!("its `{field}` is no date: `{}`", text.escape_debug()))
}

/// A package vulnerability of a container project is a container finding; a licence is one wherever it is found.
fn class(kind: &str, in_container: bool) -> FindingClass {
    match kind {
        "package_vulnerability" if in_container => FindingClass::Container,
        "package_vulnerability" => FindingClass::PackageVulnerability,
        "license" => FindingClass::License,
        "config" | "cloud" => FindingClass::Infrastructure,
        "code" => FindingClass::Code,
        _ => FindingClass::Other,
    }
}

/// A true flag or a named version means that a fix exists; false flags say only that Snyk cannot apply one.
fn fix(all: &IssueAttributes<'_>, fixed_in: &[String]) -> (FixState, &'static str) {
    let fixable = all.coordinates.iter().filter(|coordinate| {
        [
            coordinate.is_upgradeable,
            coordinate.is_pinnable,
            coordinate.is_patchable,
            coordinate.is_fixable_snyk,
        ]
        .contains(&Some(true))
    });
    match fixable.count() {
        0 if !fixed_in.is_empty() => (FixState::Available, "remedies"),
        0 => (FixState::Unknown, ""),
        count if count == all.coordinates.len() => (FixState::Available, "feed-flags"),
        _ => (FixState::Partial, "feed-flags"),
    }
}

fn resolved_at(all: &IssueAttributes<'_>) -> Option<Timestamp> {
    let stated = all
        .resolution
        .as_ref()
        .and_then(|resolution| resolution.resolved_at.as_deref());
    stated.and_then(instant::parse).or_else(|| {
        let resolved = all.status.as_deref() == Some("resolved");
        let latest = field::latest(all, |coordinate| coordinate.last_resolved_at.as_ref());
        latest.filter(|_| resolved)
    })
}

fn scan_item(item: Option<&ScanItem<'_>>) -> Option<(String, String)> {
    let kind = item?.kind.as_ref()?.filled()?;
    (kind != "project").then(|| ("scan-item".to_owned(), kind.to_owned()))
}

fn extra(all: &IssueAttributes<'_>) -> Vec<(String, String)> {
    let resolution = all
        .resolution
        .as_ref()
        .and_then(|resolution| owned(resolution.kind.as_ref()));
    let severity =
        owned(all.effective_severity_level.as_ref()).filter(|_| field::severity(all).is_none());
    let named = [("resolution", resolution), ("severity", severity)];
    named
        .into_iter()
        .filter_map(|(key, value)| Some((key.to_owned(), value?)))
        .collect()
}

#[cfg(test)]
mod tests;
