//! Facts under way: each is a vulnerability in a package at a version, by whatever route it came.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use super::branch::Branches;
use super::lookup::LookedUp;
use super::past::{Past, came_since};
use super::touch::{Row, Rows, Versions, is_beyond, rows, subjects};
use super::{BRANCH_PROJECTS, ISSUES, Known, PACKAGES, TEST_FINDINGS};
use crate::model::common::{DependencyChange, Tenths, Timestamp};
use crate::model::evidence::{
    Evidence, FindingFact, FindingTexts, FixCandidate, Observation, Presence,
};
use crate::model::record::{ChangeFinding, Finding};

/// Facts by vulnerability, package and version.
pub(super) struct Facts<'a> {
    known: Known<'a>,
    looked_up: &'a LookedUp<'a>,
    branches: &'a Branches<'a>,
    rows: &'a Rows<'a>,
    past: Past<'a>,
    by_identity: BTreeMap<(String, String, String), Gathered<'a>>,
}

struct Gathered<'a> {
    fact: FindingFact,
    finding: &'a Finding,
    candidates: Vec<(String, Option<Tenths>)>,
    routes: BTreeSet<&'a str>,
}

/// Where a route sees a finding.
#[derive(Clone, Copy)]
pub(super) struct Sighting<'a> {
    pub(super) route: &'a str,
    pub(super) finding: &'a Finding,
    /// Package and version; empty where the finding is about none.
    pub(super) package: (&'a str, &'a str),
    pub(super) head: Presence,
    pub(super) base: Presence,
    /// The dependency change that touches the package, with its index.
    pub(super) touched_by: Option<Row<'a>>,
}

impl<'a> Facts<'a> {
    pub(super) fn new(
        known: &Known<'a>,
        looked_up: &'a LookedUp<'a>,
        branches: &'a Branches<'a>,
        rows: &'a Rows<'a>,
    ) -> Self {
        Self {
            known: *known,
            looked_up,
            branches,
            rows,
            past: Past::new(known, branches),
            by_identity: BTreeMap::new(),
        }
    }

    /// What lookups say about the versions before and after.
    pub(super) fn add_lookups(&mut self) {
        for (index, dependency) in rows(&self.known) {
            let knows_base = self.looked_up.knows_base(dependency);
            for (finding, version) in self.looked_up.versions_of(dependency) {
                let in_head = dependency.after.as_deref() == Some(version);
                let in_base = dependency.before.as_deref() == Some(version);
                if !in_head && !in_base {
                    continue;
                }
                let base = if in_base || self.branches.has_in_base(finding, dependency) {
                    Presence::Present
                } else if knows_base {
                    Presence::Absent
                } else {
                    Presence::Unknown
                };
                self.add(Sighting {
                    route: PACKAGES,
                    finding,
                    package: (&dependency.name, version),
                    head: seen(in_head),
                    base,
                    touched_by: Some((index, dependency)),
                });
            }
        }
    }

    /// What the repository's own projects say about the version before.
    pub(super) fn add_stored(&mut self) {
        let stored = Versions::new(self.known.stored);
        for (index, dependency) in rows(&self.known) {
            for (finding, version) in stored.of(dependency) {
                if !finding.open || dependency.before.as_deref() != Some(version) {
                    continue;
                }
                self.add(Sighting {
                    route: ISSUES,
                    finding,
                    package: (&dependency.name, version),
                    head: seen(dependency.after.as_deref() == Some(version)),
                    base: Presence::Present,
                    touched_by: Some((index, dependency)),
                });
            }
        }
    }

    /// What the upstream's tests of this head found in touched packages.
    pub(super) fn add_tests(&mut self) {
        let rows = self.rows;
        for finding in self.known.tests {
            for (package, touched_by) in rows.touched(finding) {
                self.add(Sighting {
                    route: TEST_FINDINGS,
                    finding,
                    package,
                    head: Presence::Present,
                    base: if self.branches.has_in_base(finding, touched_by.1) {
                        Presence::Present
                    } else {
                        Presence::Unknown
                    },
                    touched_by: Some(touched_by),
                });
            }
        }
    }

    /// What the upstream tied to this head by a route of its own. The head has it; of the base the finding itself tells.
    ///
    /// Several of one identity are one fact: with the worst severity, and ignored only if all of them are.
    pub(super) fn add_tied(&mut self) {
        let mut tied: Vec<&ChangeFinding> = self.known.tied.iter().collect();
        tied.sort_by_key(|one| (one.finding.ignored, Reverse(one.finding.severity)));
        let rows = self.rows;
        for ChangeFinding { route, finding, .. } in tied {
            for package in subjects(finding) {
                if finding.ignored && self.by_identity.contains_key(&identity(finding, package)) {
                    continue;
                }
                let mut touched = rows.touched(finding);
                self.add(Sighting {
                    route,
                    finding,
                    package,
                    head: Presence::Present,
                    base: base_told(finding),
                    touched_by: (touched.find(|(about, _)| *about == package)).map(|(_, row)| row),
                });
            }
        }
    }

    /// What the projects of the source branch have. They may have scanned an earlier commit of it, so that a touched
    /// package counts only at the version that the dependency list states.
    pub(super) fn add_branch(&mut self) {
        let (rows, known) = (self.rows, self.known);
        for (finding, project) in self.branches.findings() {
            let touched = rows.touched(finding);
            let touched = touched
                .filter(|((_, version), (_, row))| row.after.as_deref() == Some(version))
                .map(|(package, touched_by)| (package, Some(touched_by)));
            let beyond = subjects(finding)
                .filter(|_| is_beyond(&known, finding))
                .map(|package| (package, None));
            for (package, touched_by) in touched.chain(beyond) {
                let in_base =
                    touched_by.is_some_and(|(_, row)| self.branches.has_in_base(finding, row));
                self.add(Sighting {
                    route: BRANCH_PROJECTS,
                    finding,
                    package,
                    head: Presence::Present,
                    base: if in_base {
                        Presence::Present
                    } else {
                        let problem = (finding.vulnerability.as_str(), package.0);
                        self.branches.base_of(project, problem)
                    },
                    touched_by,
                });
            }
        }
    }

    /// What came into the base since the change was first assessed, in packages it does not touch.
    pub(super) fn add_disclosed(&mut self) {
        let Some(since) = self.known.assessed_at else {
            return;
        };
        let base = if self.branches.is_base_listed() {
            Presence::Absent
        } else {
            Presence::Unknown
        };
        for finding in came_since(&self.known, self.branches, self.rows, since) {
            for package in subjects(finding) {
                let sighting = Sighting {
                    route: ISSUES,
                    finding,
                    package,
                    head: Presence::Present,
                    base,
                    touched_by: None,
                };
                self.add_seen(sighting, |first| first <= since);
            }
        }
    }

    /// Adds a finding that counts as seen before wherever the repository has a record of it.
    pub(super) fn add(&mut self, sighting: Sighting<'a>) {
        self.add_seen(sighting, |_| true);
    }

    /// Keeps the first of several with one identity; a later one only adds where the finding is seen. `is_before` says of
    /// the time when the repository first had it whether that was before.
    fn add_seen(&mut self, sighting: Sighting<'a>, is_before: impl Fn(Timestamp) -> bool) {
        let (package, version) = sighting.package;
        let finding = sighting.finding;
        let identity = identity(finding, sighting.package);
        let first = self.past.first((&finding.vulnerability, package));
        let brings = |row: &DependencyChange| row.after.as_deref() == Some(version);
        let new = || Gathered {
            fact: fact(sighting, first.is_some_and(is_before)),
            finding,
            candidates: match sighting.touched_by {
                Some((_, row)) if brings(row) && sighting.route != ISSUES => {
                    self.looked_up.candidates(finding, row)
                }
                _ => Vec::new(),
            },
            routes: BTreeSet::new(),
        };
        let kept = self.by_identity.entry(identity).or_insert_with(new);
        kept.fact.ignored |= finding.ignored;
        kept.fact.head = stronger(kept.fact.head, sighting.head);
        kept.fact.base = stronger(kept.fact.base, sighting.base);
        kept.routes.insert(sighting.route);
    }

    pub(super) fn into_evidence(self, observation: Observation) -> Evidence {
        let mut evidence = Evidence {
            observation,
            dependencies: self.known.dependencies.map(<[DependencyChange]>::to_vec),
            findings: Vec::new(),
            aliases: Vec::new(),
            licenses: Vec::new(),
            fix_candidates: Vec::new(),
            debt: Vec::new(),
            measurements: Vec::new(),
            coverage: Vec::new(),
            extra: Vec::new(),
        };
        let mut routes: BTreeMap<&str, Vec<String>> = BTreeMap::new();
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
            if let (true, Some(location)) =
                (entry.finding.packages.is_empty(), &entry.finding.location)
            {
                let key = format!("location:{index}");
                evidence.extra.push((key, location.clone()));
            }
            for route in entry.routes {
                routes.entry(route).or_default().push(index.to_string());
            }
            evidence.findings.push(entry.fact);
        }
        let routes = routes.into_iter();
        evidence
            .extra
            .extend(routes.map(|(route, indexes)| (format!("route:{route}"), indexes.join(" "))));
        evidence
    }
}

fn fact(sighting: Sighting<'_>, seen_before: bool) -> FindingFact {
    let finding = sighting.finding;
    FindingFact {
        vulnerability: finding.vulnerability.clone(),
        package: sighting.package.0.to_owned(),
        version: sighting.package.1.to_owned(),
        class: finding.class,
        severity: finding.severity,
        cvss_selected: finding.selected.as_ref().map(|selected| selected.score),
        cvss_highest: finding.selected.as_ref().map(|selected| selected.highest),
        head: sighting.head,
        base: sighting.base,
        dependency: sighting.touched_by.map(|(index, _)| index),
        seen_before,
        disclosed_at: finding.disclosed_at,
        exploit: finding.exploit,
        reachability: finding.reachability,
        fix: finding.fix,
        ignored: finding.ignored,
    }
}

/// What makes facts of several routes one: vulnerability, package and version.
fn identity(finding: &Finding, (package, version): (&str, &str)) -> (String, String, String) {
    let vulnerability = finding.vulnerability.clone();
    (vulnerability, package.to_owned(), version.to_owned())
}

/// What a finding that is tied to a change says of the change's base.
fn base_told(finding: &Finding) -> Presence {
    let mut extra = finding.extra.iter();
    match extra.find(|(key, _)| key == BASE) {
        Some((_, word)) if word == "present" => Presence::Present,
        Some((_, word)) if word == "absent" => Presence::Absent,
        _ => Presence::Unknown,
    }
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

/// Key of a tied finding's `extra` that tells whether the base has it too: `present` or `absent`.
const BASE: &str = "base";
