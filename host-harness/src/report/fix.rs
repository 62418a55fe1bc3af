//! The smallest set of upgrades that turns a block, as commands.

mod command;
mod cover;

use std::collections::{BTreeMap, BTreeSet};

use koalr_platform::model::assessment::{Assessment, Counterfactual};
use koalr_platform::model::common::{DependencyChange, FindingClass, Tenths};
use koalr_platform::model::evidence::Evidence;
use koalr_platform::model::verdict::{Decision, Verdict};

use super::change::{ChangeReport, Names};
use super::escape::name;
use super::noun::what;
use cover::{Choice, cover};

/// Commands that remove every finding a blocking rule fired on; empty if no known upgrade does, because half a fix
/// leaves the change blocked. No version is in them that is vulnerable itself or that nobody looked up, and one version
/// of a dependency at most.
pub(crate) fn fixes(
    evidence: &Evidence,
    assessment: &Assessment,
    verdict: &Verdict,
) -> Vec<String> {
    let blocking = blocking(verdict);
    let sound = sound(evidence);
    let candidates: Vec<&Counterfactual> = assessment
        .counterfactuals
        .iter()
        .filter(|one| one.verified && sound.contains(&(one.dependency, one.version.as_str())))
        .take(MOST_CHOICES)
        .collect();
    let choices: Vec<Choice> = candidates
        .iter()
        .map(|one| Choice {
            dependency: one.dependency,
            removes: removes(evidence, one, &blocking),
        })
        .collect();
    let Some(chosen) = cover(&blocking, &choices) else {
        return Vec::new();
    };
    let mut commands = Vec::new();
    for one in chosen.into_iter().filter_map(|index| candidates.get(index)) {
        let Some(dependency) = dependency(evidence, one.dependency) else {
            continue;
        };
        for line in [
            Some(command::upgrade(dependency, &one.version)),
            elsewhere(evidence, dependency),
        ] {
            commands.extend(line.filter(|line| !commands.contains(line)));
        }
    }
    commands
}

/// How many findings would still block after one upgrade alone; none where nobody looked that version up, where it is
/// vulnerable itself, or where a rule blocks for no finding.
pub(super) fn left(report: &ChangeReport, upgrade: &Counterfactual) -> Option<usize> {
    let version = (upgrade.dependency, upgrade.version.as_str());
    let is_sound = upgrade.verified && sound(&report.evidence).contains(&version);
    let mut fired = report.verdict.fired.iter();
    let is_of_findings =
        fired.all(|one| one.decision != Decision::Block || !one.findings.is_empty());
    let blocking = blocking(&report.verdict);
    let removed = removes(&report.evidence, upgrade, &blocking);
    (is_sound && is_of_findings).then(|| blocking.difference(&removed).count())
}

/// Indexes of the findings that a blocking rule fired on.
pub(super) fn blocking(verdict: &Verdict) -> BTreeSet<u32> {
    let fired = verdict.fired.iter();
    fired
        .filter(|fired| fired.decision == Decision::Block)
        .flat_map(|fired| fired.findings.iter().copied())
        .collect()
}

/// Whether a line of [`fixes`] is to be typed as it is. Sentences quote names, commands never do.
pub(super) fn is_command(fix: &str) -> bool {
    !fix.contains('`')
}

/// What is possible where no upgrade is known.
pub(super) fn otherwise(report: &ChangeReport, names: &Names<'_>) -> String {
    let findings = blocking(&report.verdict);
    let mut lines = findings.iter().filter_map(|index| report.line(*index));
    let Some(line) = lines.next() else {
        return "no upgrade is known to do it; the rule that blocks says why".to_owned();
    };
    let package = name(&line.fact.package);
    let remove = match (line.fact.class, package.is_empty()) {
        (FindingClass::PackageVulnerability | FindingClass::License, false) => {
            format!("remove {package}")
        }
        _ => "correct what it is about".to_owned(),
    };
    let more = match lines.count() {
        0 => String::new(),
        more => format!("; {more} more block as well"),
    };
    format!(
        "no set of upgrades is known to do it: {remove}, or let somebody waive {}{more}",
        what(names, &line)
    )
}

/// Dependencies with the versions of them that somebody looked up and that have no vulnerability of their own.
fn sound(evidence: &Evidence) -> BTreeSet<(u32, &str)> {
    let mut worst: BTreeMap<(u32, &str), Option<Tenths>> = BTreeMap::new();
    for candidate in &evidence.fix_candidates {
        let fact = usize::try_from(candidate.finding)
            .ok()
            .and_then(|index| evidence.findings.get(index));
        let Some(dependency) = fact.and_then(|fact| fact.dependency) else {
            continue;
        };
        let known = worst
            .entry((dependency, candidate.version.as_str()))
            .or_insert(Some(0));
        *known = known
            .zip(candidate.worst)
            .map(|(one, other)| one.max(other));
    }
    let sound = worst.into_iter().filter(|(_, worst)| *worst == Some(0));
    sound.map(|(key, _)| key).collect()
}

/// Blocking findings that an upgrade removes: those it is a fix of, and the other vulnerabilities of its package, because
/// it has none.
fn removes(
    evidence: &Evidence,
    upgrade: &Counterfactual,
    blocking: &BTreeSet<u32>,
) -> BTreeSet<u32> {
    let stated: BTreeSet<u32> = upgrade.removes.iter().copied().collect();
    let of_package = |finding: &u32| {
        usize::try_from(*finding)
            .ok()
            .and_then(|index| evidence.findings.get(index))
            .is_some_and(|fact| {
                fact.class == FindingClass::PackageVulnerability
                    && fact.dependency == Some(upgrade.dependency)
            })
    };
    let removed = blocking.iter().copied();
    removed
        .filter(|finding| stated.contains(finding) || of_package(finding))
        .collect()
}

fn dependency(evidence: &Evidence, index: u32) -> Option<&DependencyChange> {
    evidence
        .dependencies
        .as_ref()?
        .get(usize::try_from(index).ok()?)
}

/// Other manifests that bring the same version; none if there are none.
fn elsewhere(evidence: &Evidence, dependency: &DependencyChange) -> Option<String> {
    let rows = evidence.dependencies.iter().flatten();
    let same = rows.filter(|row| {
        (&row.ecosystem, &row.name, &row.after)
            == (&dependency.ecosystem, &dependency.name, &dependency.after)
    });
    let manifests: BTreeSet<&str> = same.filter_map(|row| row.manifest.as_deref()).collect();
    if manifests.len() < 2 {
        return None;
    }
    let shown: Vec<String> = manifests
        .iter()
        .take(MOST_MANIFESTS)
        .map(|manifest| format!("`{}`", name(manifest)))
        .collect();
    let more = match manifests.len() - shown.len() {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let shown = shown.join(", ");
    Some(format!(
        "the same for every manifest that has it: {shown}{more}"
    ))
}

/// Most upgrades that are combined, in the integration's order, best first.
const MOST_CHOICES: usize = 64;

/// Most manifests of one package that are named.
const MOST_MANIFESTS: usize = 10;

#[cfg(test)]
mod tests;
