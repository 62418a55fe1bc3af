//! A finding.

use super::check::{Check, MOST_CVSS, MOST_POINTS};
use super::place::Place;
use super::record::Asked;
use crate::model::common::{FindingClass, FixState};
use crate::model::record::{Finding, PackageVersion};

/// Checks a finding; `listed` tells whether a listing brought it, which knows its project.
pub(super) fn check_finding(
    check: &mut Check,
    at: &Place<'_>,
    asked: &Asked<'_>,
    finding: &Finding,
    listed: bool,
) {
    check.named(&at.field("id"), &finding.id);
    check.named(&at.field("key"), &finding.key);
    asked.organization(check, &at.field("organization"), &finding.organization);
    if listed {
        check.named(&at.field("project"), &finding.project);
    }
    check.named(&at.field("vulnerability"), &finding.vulnerability);
    check.sorted(&at.field("aliases"), &finding.aliases);
    check.sorted(&at.field("weaknesses"), &finding.weaknesses);
    let packages = at.field("packages");
    for (index, package) in finding.packages.iter().enumerate() {
        check_package(check, &packages.item(index), package);
    }
    check_ratings(check, at, finding);
    check.perhaps_up_to(&at.field("risk"), finding.risk, MOST_POINTS);
    if finding.fix == FixState::Unknown && !finding.fix_source.is_empty() {
        check.breach(
            &at.field("fix-source"),
            format_args!("is not empty, and the fix is unknown"),
        );
    }
    if finding.license.is_some() && finding.class != FindingClass::License {
        check.breach(
            &at.field("license"),
            format_args!("is there, and the finding is not about a licence"),
        );
    }
    check.instant(&at.field("created-at"), finding.created_at);
    check.instant(&at.field("updated-at"), finding.updated_at);
    check.perhaps_instant(&at.field("introduced-at"), finding.introduced_at);
    check.perhaps_instant(&at.field("resolved-at"), finding.resolved_at);
    check.perhaps_instant(&at.field("disclosed-at"), finding.disclosed_at);
}

pub(super) fn check_package(check: &mut Check, at: &Place<'_>, package: &PackageVersion) {
    check.named(&at.field("name"), &package.name);
}

fn check_ratings(check: &mut Check, at: &Place<'_>, finding: &Finding) {
    let ratings = at.field("cvss");
    for (index, rating) in finding.cvss.iter().enumerate() {
        let at = ratings.item(index);
        check.perhaps_up_to(&at.field("score"), rating.score, MOST_CVSS);
    }
    let Some(selected) = &finding.selected else {
        return;
    };
    let at = at.field("selected");
    check.up_to(&at.field("score"), selected.score, MOST_CVSS);
    check.up_to(&at.field("highest"), selected.highest, MOST_CVSS);
    if selected.highest < selected.score {
        check.breach(
            &at.field("highest"),
            format_args!(
                "is {}, less than the score {}",
                selected.highest, selected.score
            ),
        );
    }
    let all = finding.cvss.len();
    check.index(&at.field("rating"), selected.rating, all, "ratings");
}
