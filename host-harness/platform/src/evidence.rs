//! Gathers what is known about a change into the evidence that score and gate judge.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::common::{
    Change, Coverage, CoverageState, DependencyChange, Severity, Tenths, Timestamp,
};
use crate::model::evidence::{
    Debt, Evidence, FindingFact, FindingTexts, FixCandidate, Observation, Presence,
};
use crate::model::record::Finding;

/// Route of the dependency list.
pub const DEPENDENCIES: &str = "dependencies";

/// Route of package lookups.
pub const PACKAGES: &str = "packages";

/// What is known about a change before it is put in order.
#[derive(Debug, Clone, Copy)]
pub struct Known<'a> {
    /// The change.
    pub change: &'a Change,
    /// Dependencies it touches; none means unknown, empty means that it touches none.
    pub dependencies: Option<&'a [DependencyChange]>,
    /// Findings of looked-up package versions, each with what was looked up in its packages.
    pub lookups: &'a [Finding],
    /// Findings stored for the change's repository, open or not. May be empty.
    pub stored: &'a [Finding],
    /// Coverage of the routes that were tried for this change.
    pub coverage: &'a [Coverage],
    /// The time the evidence is for.
    pub as_of: Timestamp,
}

/// Subject of a coverage row about one package version, as the contract words it.
#[must_use]
pub fn package_subject(ecosystem: &str, name: &str, version: &str) -> String {
    format!("{ecosystem}:{name}@{version}")
}

/// Puts what is known in order: one fact for each vulnerability, package and version, in that order.
#[must_use]
pub fn gather(known: &Known<'_>) -> Evidence {
    let looked_up = LookedUp::new(known);
    let mut facts = Facts::default();
    for (index, dependency) in known.dependencies.unwrap_or_default().iter().enumerate() {
        facts.add_dependency(u32::try_from(index).ok(), dependency, known, &looked_up);
    }
    let mut evidence = facts.into_evidence();
    evidence.dependencies = known.dependencies.map(<[DependencyChange]>::to_vec);
    evidence.debt = debt(known);
    evidence.coverage = coverage(known);
    evidence
}

/// Which package versions were looked up to the end.
struct LookedUp {
    complete: BTreeSet<String>,
}

impl LookedUp {
    fn new(known: &Known<'_>) -> Self {
        let complete = known
            .coverage
            .iter()
            .filter(|row| row.route == PACKAGES && row.state == CoverageState::Complete)
            .map(|row| row.subject.clone())
            .collect();
        Self { complete }
    }

    fn is_complete(&self, dependency: &DependencyChange, version: &str) -> bool {
        self.complete.contains(&package_subject(
            &dependency.ecosystem,
            &dependency.name,
            version,
        ))
    }
}

/// Facts under way, by identity.
#[derive(Default)]
struct Facts<'a> {
    by_identity: BTreeMap<(String, String, String), Gathered<'a>>,
}

struct Gathered<'a> {
    fact: FindingFact,
    finding: &'a Finding,
    candidates: Vec<(String, Option<Tenths>)>,
}

impl<'a> Facts<'a> {
    fn add_dependency(
        &mut self,
        index: Option<u32>,
        dependency: &DependencyChange,
        known: &Known<'a>,
        looked_up: &LookedUp,
    ) {
        let base_known = match dependency.before.as_deref() {
            None => true,
            Some(before) => looked_up.is_complete(dependency, before),
        };
        for (finding, version) in versions_of(known.lookups, dependency) {
            let in_head = dependency.after.as_deref() == Some(version);
            let in_base = dependency.before.as_deref() == Some(version);
            if !in_head && !in_base {
                continue;
            }
            let base = match (in_base, base_known) {
                (true, _) => Presence::Present,
                (false, true) => Presence::Absent,
                (false, false) => Presence::Unknown,
            };
            let mut fact = fact(finding, &dependency.name, version, seen(in_head), base);
            fact.dependency = index;
            fact.seen_before = known
                .stored
                .iter()
                .any(|stored| is_same_problem(stored, finding, &dependency.name));
            let candidates = if in_head {
                candidates(finding, dependency, known, looked_up)
            } else {
                Vec::new()
            };
            self.insert(Gathered {
                fact,
                finding,
                candidates,
            });
        }
        self.add_stored(index, dependency, known);
    }

    /// What the repository's own projects say about the version before.
    fn add_stored(&mut self, index: Option<u32>, dependency: &DependencyChange, known: &Known<'a>) {
        for (finding, version) in versions_of(known.stored, dependency) {
            if !finding.open || dependency.before.as_deref() != Some(version) {
                continue;
            }
            let stays = dependency.after.as_deref() == Some(version);
            let name = &dependency.name;
            let mut fact = fact(finding, name, version, seen(stays), Presence::Present);
            fact.dependency = index;
            fact.seen_before = true;
            self.insert(Gathered {
                fact,
                finding,
                candidates: Vec::new(),
            });
        }
    }

    /// Keeps the first of several with one identity; a later one only adds where the finding is seen.
    fn insert(&mut self, new: Gathered<'a>) {
        let identity = (
            new.fact.vulnerability.clone(),
            new.fact.package.clone(),
            new.fact.version.clone(),
        );
        self.by_identity
            .entry(identity)
            .and_modify(|old| {
                old.fact.head = stronger(old.fact.head, new.fact.head);
                old.fact.base = stronger(old.fact.base, new.fact.base);
                old.fact.seen_before |= new.fact.seen_before;
            })
            .or_insert(new);
    }

    fn into_evidence(self) -> Evidence {
        let mut evidence = Evidence {
            observation: Observation::Observed,
            dependencies: None,
            findings: Vec::new(),
            aliases: Vec::new(),
            licenses: Vec::new(),
            fix_candidates: Vec::new(),
            debt: Vec::new(),
            measurements: Vec::new(),
            coverage: Vec::new(),
            extra: Vec::new(),
        };
        for (index, entry) in (0_u32..).zip(self.by_identity.into_values()) {
            if !entry.finding.aliases.is_empty() {
                evidence.aliases.push(FindingTexts {
                    finding: index,
                    values: entry.finding.aliases.clone(),
                });
            }
            if let Some(license) = &entry.finding.license {
                evidence.licenses.push(FindingTexts {
                    finding: index,
                    values: vec![license.clone()],
                });
            }
            for (version, worst) in entry.candidates {
                evidence.fix_candidates.push(FixCandidate {
                    finding: index,
                    version,
                    worst,
                });
            }
            evidence.findings.push(entry.fact);
        }
        evidence
    }
}

/// Findings about a dependency's package, each with the version it is about.
///
/// A package of no stated ecosystem is taken for this one: a name that two ecosystems share can then only add to what is
/// known of the base.
fn versions_of<'a>(
    findings: &'a [Finding],
    dependency: &DependencyChange,
) -> impl Iterator<Item = (&'a Finding, &'a str)> {
    findings.iter().flat_map(|finding| {
        finding
            .packages
            .iter()
            .filter(|package| {
                let ecosystem = package.ecosystem.as_ref();
                package.name == dependency.name
                    && ecosystem.is_none_or(|ecosystem| *ecosystem == dependency.ecosystem)
            })
            .filter_map(move |package| Some((finding, package.version.as_deref()?)))
    })
}

fn is_same_problem(stored: &Finding, finding: &Finding, package: &str) -> bool {
    stored.vulnerability == finding.vulnerability
        && stored.packages.iter().any(|stored| stored.name == package)
}

fn fact(
    finding: &Finding,
    package: &str,
    version: &str,
    head: Presence,
    base: Presence,
) -> FindingFact {
    FindingFact {
        vulnerability: finding.vulnerability.clone(),
        package: package.to_owned(),
        version: version.to_owned(),
        class: finding.class,
        severity: finding.severity,
        cvss_selected: finding.selected.as_ref().map(|selected| selected.score),
        cvss_highest: finding.selected.as_ref().map(|selected| selected.highest),
        head,
        base,
        dependency: None,
        seen_before: false,
        disclosed_at: finding.disclosed_at,
        exploit: finding.exploit,
        reachability: finding.reachability,
        fix: finding.fix,
        ignored: finding.ignored,
    }
}

/// Versions that fix a finding, with the worst that is known about each.
fn candidates(
    finding: &Finding,
    dependency: &DependencyChange,
    known: &Known<'_>,
    looked_up: &LookedUp,
) -> Vec<(String, Option<Tenths>)> {
    let worst = |candidate: &str| {
        looked_up.is_complete(dependency, candidate).then(|| {
            versions_of(known.lookups, dependency)
                .filter(|(_, version)| *version == candidate)
                .map(|(finding, _)| {
                    finding
                        .selected
                        .as_ref()
                        .map_or(MAX_TENTHS, |selected| selected.highest)
                })
                .max()
                .unwrap_or(0)
        })
    };
    finding
        .fixed_in
        .iter()
        .map(|candidate| (candidate.clone(), worst(candidate)))
        .collect()
}

/// Presence where a complete list was looked at.
fn seen(is_there: bool) -> Presence {
    if is_there {
        Presence::Present
    } else {
        Presence::Absent
    }
}

fn stronger(left: Presence, right: Presence) -> Presence {
    match (left, right) {
        (Presence::Present, _) | (_, Presence::Present) => Presence::Present,
        (Presence::Absent, _) | (_, Presence::Absent) => Presence::Absent,
        (Presence::Unknown, Presence::Unknown) => Presence::Unknown,
    }
}

/// Open findings of the repository in packages that the change does not touch. One without a severity counts as
/// medium: unknown is not zero.
fn debt(known: &Known<'_>) -> Vec<Debt> {
    let touched: BTreeSet<&str> = known
        .dependencies
        .unwrap_or_default()
        .iter()
        .map(|dependency| dependency.name.as_str())
        .collect();
    let mut counts: BTreeMap<Severity, u32> = BTreeMap::new();
    for finding in known.stored {
        let is_touched = finding
            .packages
            .iter()
            .any(|package| touched.contains(package.name.as_str()));
        if finding.open && !finding.ignored && !is_touched {
            *counts
                .entry(finding.severity.unwrap_or(Severity::Medium))
                .or_default() += 1;
        }
    }
    counts
        .into_iter()
        .map(|(severity, count)| Debt { severity, count })
        .collect()
}

/// The tried routes, and what the dependency list itself says: without a list it is unknown, and where no package needs
/// a lookup none is missing.
fn coverage(known: &Known<'_>) -> Vec<Coverage> {
    let mut rows: Vec<Coverage> = known
        .coverage
        .iter()
        .filter(|row| match row.route.as_str() {
            DEPENDENCIES => false,
            PACKAGES => is_of_the_change(&row.subject, known),
            _ => true,
        })
        .cloned()
        .collect();
    let (state, detail) = match known.dependencies {
        Some(_) => (CoverageState::Complete, ""),
        None => (CoverageState::NotAsked, NO_LIST),
    };
    let row = |route: &str, state, detail: &str| Coverage {
        route: route.to_owned(),
        subject: known.change.id.clone(),
        state,
        as_of: (state == CoverageState::Complete).then_some(known.as_of),
        detail: detail.to_owned(),
    };
    rows.push(row(DEPENDENCIES, state, detail));
    match known.dependencies {
        Some(list) if list.iter().all(|dependency| dependency.after.is_none()) => {
            rows.push(row(PACKAGES, CoverageState::Complete, ""));
        }
        Some(list) => {
            for dependency in list {
                let Some(after) = &dependency.after else {
                    continue;
                };
                let subject = package_subject(&dependency.ecosystem, &dependency.name, after);
                if !rows
                    .iter()
                    .any(|row| row.route == PACKAGES && row.subject == subject)
                {
                    rows.push(Coverage {
                        subject,
                        ..row(PACKAGES, CoverageState::NotAsked, NOT_LOOKED_UP)
                    });
                }
            }
        }
        None => {}
    }
    rows
}

/// A fix candidate that could not be looked up says nothing about the change itself.
fn is_of_the_change(subject: &str, known: &Known<'_>) -> bool {
    known
        .dependencies
        .unwrap_or_default()
        .iter()
        .any(|dependency| {
            let versions = [dependency.before.as_deref(), dependency.after.as_deref()];
            versions.into_iter().flatten().any(|version| {
                subject == package_subject(&dependency.ecosystem, &dependency.name, version)
            })
        })
}

/// What an unscored vulnerability of a fix candidate counts as: never an upgrade to recommend.
const MAX_TENTHS: Tenths = 100;

const NO_LIST: &str = "no dependency list of this change was given";

const NOT_LOOKED_UP: &str = "this package version was not looked up";

#[cfg(test)]
mod tests;
