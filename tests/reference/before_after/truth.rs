//! What two outputs say of each issue, without the kit's attribution, score and gate.

use std::collections::{BTreeMap, BTreeSet};

use koalr_integration_kit::cvss::base_score;
use koalr_integration_kit::model::assessment::Attribution;
use koalr_integration_kit::model::common::{FindingClass, Severity, Tenths};
use koalr_integration_kit::model::verdict::Decision;

use super::output::{Issue, Output};

/// One issue in one package at one version, and what the two outputs say of it.
pub(super) struct Truth<'a> {
    pub(super) issue: &'a Issue,
    pub(super) head: bool,
    pub(super) base: bool,
    pub(super) whose: Attribution,
    pub(super) tenths: Option<Tenths>,
}

pub(super) fn truths<'a>(base: &'a Output, head: &'a Output) -> Vec<Truth<'a>> {
    let (in_base, in_head) = (base.pairs(), head.pairs());
    let mut distinct: BTreeMap<(&str, &str, &str), &Issue> = BTreeMap::new();
    for issue in head.issues.iter().chain(&base.issues) {
        let key = (&*issue.id, &*issue.package, &*issue.version);
        distinct.entry(key).or_insert(issue);
    }
    distinct
        .into_values()
        .map(|issue| {
            let pair = issue.pair();
            let moved = !base.versions(&issue.package).contains(&issue.version)
                && head.versions(&issue.package).contains(&issue.version);
            let at = |side: &BTreeMap<_, BTreeSet<String>>| {
                let versions = side.get(&pair);
                versions.is_some_and(|versions| versions.contains(&issue.version))
            };
            Truth {
                issue,
                head: at(&in_head),
                base: at(&in_base),
                whose: match (in_base.contains_key(&pair), in_head.contains_key(&pair)) {
                    (true, true) => Attribution::Carried,
                    (true, false) => Attribution::Removed,
                    (false, _) if moved => Attribution::Introduced,
                    (false, _) => Attribution::DisclosedSince,
                },
                tenths: effective(issue),
            }
        })
        .collect()
}

/// The vector's base score or the printed one, whichever is larger; without either what the severity stands for.
fn effective(issue: &Issue) -> Option<Tenths> {
    if issue.class != FindingClass::PackageVulnerability {
        return None;
    }
    let base = issue.vector.as_deref().and_then(|v| base_score(v).ok());
    let rated = issue.published.max(base.map(|base| base.tenths));
    rated.or(match issue.severity? {
        Severity::Info | Severity::Low => Some(30),
        Severity::Medium => Some(55),
        Severity::High => Some(80),
        Severity::Critical => Some(90),
    })
}

/// The default gate: blocks what is new from 9.0, warns of what is new or became known from 7.0 and of what nobody rated.
pub(super) fn expected(truths: &[Truth<'_>]) -> Decision {
    let of = |truth: &Truth<'_>| match (truth.whose, truth.tenths) {
        (Attribution::Introduced, Some(90..)) => Decision::Block,
        (Attribution::Introduced | Attribution::DisclosedSince, Some(70..)) => Decision::Warn,
        (Attribution::Introduced, None) if truth.issue.class != FindingClass::License => {
            Decision::Warn
        }
        _ => Decision::Pass,
    };
    truths.iter().map(of).max().unwrap_or(Decision::Pass)
}
