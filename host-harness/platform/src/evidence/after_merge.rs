//! What came into the target branch after a merge: the only trace of a change that nobody judged while it was open.

use std::collections::BTreeMap;

use super::branch::Branches;
use super::coverage::{self, row};
use super::debt::debt;
use super::fact::{Facts, Sighting};
use super::lookup::LookedUp;
use super::past::came;
use super::touch::{Rows, is_listed, rows, subjects};
use super::{AFTER_MERGE, Known, PACKAGES, package_subject};
use crate::model::common::{Coverage, CoverageState, DependencyChange, Timestamp};
use crate::model::evidence::{Evidence, Observation, Presence};
use crate::model::record::{Finding, Project, ProjectClass};

/// Rebuilds evidence from what is stored, most of all from the target branch: findings that came in after `merged_at` and
/// not after `until`, in packages at the versions that the change brought. Without a dependency list, in any package.
///
/// One that was public before the merge was not in the base. Of a later one that cannot be told: old code gets it too.
/// Projects that were added after the merge tell nothing, as all they have came in later. What is open in `known` is taken
/// to have been so at the merge. A version that nobody looked up counts as looked up where the target branch tells what it
/// has. The observation is `reconstructed`.
#[must_use]
pub fn introduced_after(known: &Known<'_>, merged_at: Timestamp, until: Timestamp) -> Evidence {
    let looked_up = LookedUp::new(known);
    let branches = Branches::new(known);
    let rows = Rows::new(known);
    let after = After {
        known,
        branches: &branches,
        merged_at,
        until,
    };
    let mut facts = Facts::new(known, &looked_up, &branches, &rows);
    after.add(&mut facts, &rows);
    facts.add_stored();
    facts.add_branch();
    facts.add_disclosed();
    let evidence = facts.into_evidence(Observation::Reconstructed);
    let target = after.coverage();
    let mut coverage = coverage::coverage(known, &branches);
    after.fill(&mut coverage, &target, &rows);
    coverage.push(target);
    Evidence {
        debt: debt(known, &branches, &evidence.findings),
        coverage,
        ..evidence
    }
}

/// The time after a merge.
struct After<'k, 'a> {
    known: &'k Known<'a>,
    branches: &'k Branches<'a>,
    merged_at: Timestamp,
    until: Timestamp,
}

impl<'a> After<'_, 'a> {
    fn add(&self, facts: &mut Facts<'a>, rows: &'a Rows<'a>) {
        let stored = self.known.stored.iter();
        for finding in stored.filter(|one| self.is_later(one) && came(one) <= self.until) {
            let touched = rows.touched(finding);
            let touched = touched.filter(|((_, version), (_, row))| brings(row, version));
            let mut seen: Vec<_> = touched.map(|(package, row)| (package, Some(row))).collect();
            if self.known.dependencies.is_none() && is_listed(finding) {
                seen.extend(subjects(finding).map(|package| (package, None)));
            }
            for (package, touched_by) in seen {
                let in_base =
                    touched_by.is_some_and(|(_, row)| self.branches.has_in_base(finding, row));
                facts.add(Sighting {
                    route: AFTER_MERGE,
                    finding,
                    package,
                    head: Presence::Present,
                    base: match (in_base, self.was_public(finding)) {
                        (true, _) => Presence::Present,
                        (false, true) => Presence::Absent,
                        (false, false) => Presence::Unknown,
                    },
                    touched_by,
                });
            }
        }
    }

    /// How far the findings of the target branch were listed.
    fn coverage(&self) -> Coverage {
        let known = self.known;
        let Some(target) = known.change.target_branch.as_deref() else {
            let detail = "the target branch is unknown";
            return row(known, AFTER_MERGE, CoverageState::NotAsked, detail);
        };
        let none = format!("no project scanned branch `{target}` before the merge");
        let listing = self.branches.listing(AFTER_MERGE, self.projects(), none);
        if listing.state == CoverageState::Complete && listing.as_of < Some(self.until) {
            return Coverage {
                state: CoverageState::Partial,
                detail: "the findings were listed before the time in question ended".to_owned(),
                ..listing
            };
        }
        listing
    }

    /// What the target branch tells of package versions that were not looked up.
    fn fill(&self, coverage: &mut [Coverage], target: &Coverage, touching: &Rows<'_>) {
        let mut brought: BTreeMap<String, Vec<&DependencyChange>> = BTreeMap::new();
        for (_, row) in rows(self.known) {
            if let Some(after) = &row.after {
                let subject = package_subject(&row.ecosystem, &row.name, after);
                brought.entry(subject).or_default().push(row);
            }
        }
        let gaps = coverage.iter_mut();
        let gaps = gaps.filter(|row| row.route == PACKAGES && row.state == CoverageState::NotAsked);
        for gap in gaps {
            let Some(rows) = brought.get(&gap.subject) else {
                continue;
            };
            let (state, detail) = if target.state == CoverageState::Complete {
                let unclear = rows.iter().find_map(|row| self.unclear(row, touching));
                unclear.map_or((CoverageState::Complete, TOLD_AFTER), |why| {
                    (CoverageState::Partial, why)
                })
            } else {
                (target.state, target.detail.as_str())
            };
            gap.state = state;
            gap.as_of = target.as_of;
            detail.clone_into(&mut gap.detail);
        }
    }

    /// Why the target branch does not tell all about what a dependency change brings; none if it does.
    fn unclear(&self, row: &DependencyChange, touching: &Rows<'_>) -> Option<&'static str> {
        let Some(manifest) = row.manifest.as_deref() else {
            return Some(MANIFEST_UNKNOWN);
        };
        let is_place = |project: &Project| {
            let file = project.file.as_deref();
            project.class == ProjectClass::OpenSource
                && file.is_some_and(|file| directory(file) == directory(manifest))
        };
        if !self.projects().any(is_place) {
            return Some(MANIFEST_UNSCANNED);
        }
        let mut late = self.known.stored.iter().filter(|finding| {
            self.is_later(finding) && came(finding) > self.until && self.was_public(finding)
        });
        let is_late = late.any(|finding| {
            let mut touched = touching.touched(finding);
            touched.any(|((_, version), (_, touched))| touched == row && brings(row, version))
        });
        is_late.then_some(CAME_LATE)
    }

    /// Whether a finding came into the target branch after the merge, so that the merge may have brought it.
    fn is_later(&self, finding: &Finding) -> bool {
        came(finding) > self.merged_at
            && self
                .branches
                .project_of(finding)
                .is_some_and(|project| self.was_scanned(project))
    }

    fn was_public(&self, finding: &Finding) -> bool {
        finding.disclosed_at.is_some_and(|at| at <= self.merged_at)
    }

    fn projects(&self) -> impl Iterator<Item = &'a Project> {
        let projects = self.known.projects.iter();
        projects.filter(|project| self.was_scanned(project))
    }

    fn was_scanned(&self, project: &Project) -> bool {
        self.branches.is_target(project)
            && project.created_at.is_some_and(|at| at <= self.merged_at)
    }
}

fn brings(row: &DependencyChange, version: &str) -> bool {
    row.after.as_deref() == Some(version)
}

fn directory(file: &str) -> &str {
    file.rsplit_once('/').map_or("", |(directory, _)| directory)
}

const TOLD_AFTER: &str = "told by what came into the target branch after the merge";

const MANIFEST_UNKNOWN: &str = "the dependency list does not say which manifest it is in, so that no project is known to scan it";

const MANIFEST_UNSCANNED: &str =
    "no project scanned its manifest on the target branch before the merge";

const CAME_LATE: &str =
    "a vulnerability of it came into the target branch only after the next merge";
