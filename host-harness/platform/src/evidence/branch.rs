//! The repository's projects by branch: those of the source branch show the head, those of the target branch the base.

use std::collections::{BTreeMap, BTreeSet};

use super::coverage::row;
use super::touch::subjects;
use super::{BRANCH_PROJECTS, ISSUES, Known};
use crate::model::common::{Coverage, CoverageState, DependencyChange};
use crate::model::evidence::Presence;
use crate::model::record::{Finding, Project, ProjectClass};

/// Projects of both branches, and what those of the target branch have.
pub(super) struct Branches<'a> {
    known: Known<'a>,
    /// Whether any project states the branch it scans.
    is_by_branch: bool,
    projects: BTreeMap<(&'a str, &'a str), &'a Project>,
    /// How far the findings of each organization were listed.
    listings: BTreeMap<&'a str, &'a Coverage>,
    bases: BTreeMap<Manifest<'a>, Base<'a>>,
    /// Files and versions in which the target branch has a problem.
    places: BTreeMap<Problem<'a>, Vec<Place<'a>>>,
}

/// What two branches have in common: file and kind. Where no file is stated, as for an image, it is the name.
type Manifest<'a> = (&'a str, &'a str);

/// A vulnerability in a package at any version.
type Problem<'a> = (&'a str, &'a str);

/// A file, if it is stated, and the version in it.
type Place<'a> = (Option<&'a str>, &'a str);

/// What the target branch has in one manifest.
struct Base<'a> {
    complete: bool,
    /// Of open findings.
    problems: BTreeSet<Problem<'a>>,
}

impl<'a> Branches<'a> {
    pub(super) fn new(known: &Known<'a>) -> Self {
        let projects = known.projects.iter();
        let mut branches = Self {
            known: *known,
            is_by_branch: projects.clone().any(|one| one.reference.is_some()),
            projects: projects
                .map(|project| {
                    (
                        (project.organization.as_str(), project.id.as_str()),
                        project,
                    )
                })
                .collect(),
            listings: known
                .coverage
                .iter()
                .filter(|row| row.route == ISSUES)
                .map(|row| (row.subject.as_str(), row))
                .collect(),
            bases: BTreeMap::new(),
            places: BTreeMap::new(),
        };
        branches.read_target();
        branches
    }

    fn read_target(&mut self) {
        for project in self.known.projects {
            if !self.is_target(project) {
                continue;
            }
            let complete = self.is_listed(project);
            let base = self.bases.entry(manifest(project)).or_insert(Base {
                complete: true,
                problems: BTreeSet::new(),
            });
            base.complete &= complete;
        }
        for finding in self.known.stored.iter().filter(|finding| finding.open) {
            let project = self.project_of(finding).filter(|one| self.is_target(one));
            let Some(project) = project else { continue };
            for (package, version) in subjects(finding) {
                let problem = (finding.vulnerability.as_str(), package);
                let place = (project.file.as_deref(), version);
                self.places.entry(problem).or_default().push(place);
                if let Some(base) = self.bases.get_mut(&manifest(project)) {
                    base.problems.insert(problem);
                }
            }
        }
    }

    /// Whether a project scans the target branch.
    pub(super) fn is_target(&self, project: &Project) -> bool {
        is_scanned(project, self.known.change.target_branch.as_deref())
    }

    /// Whether a project shows the base: it scans the target branch or, where that is unknown or no project states a
    /// branch, any that is not the source branch.
    pub(super) fn is_base(&self, project: &Project) -> bool {
        if self.known.change.target_branch.is_some() && self.is_by_branch {
            return self.is_target(project);
        }
        project.active
            && (project.reference.is_none() || project.reference.as_deref() != self.source())
    }

    /// Whether the findings of all projects that show the base were listed to the end.
    pub(super) fn is_base_listed(&self) -> bool {
        let mut base = self.known.projects.iter().filter(|one| self.is_base(one));
        base.all(|project| self.is_listed(project))
    }

    fn is_listed(&self, project: &Project) -> bool {
        self.listings
            .get(project.organization.as_str())
            .is_some_and(|row| row.state == CoverageState::Complete)
    }

    /// The source branch where it can be told from the target: a fork's branch may have the same name.
    fn source(&self) -> Option<&'a str> {
        let change = self.known.change;
        let source = change.source_branch.as_deref();
        source.filter(|source| change.target_branch.as_deref() != Some(source))
    }

    pub(super) fn project_of(&self, finding: &Finding) -> Option<&'a Project> {
        let id = (finding.organization.as_str(), finding.project.as_str());
        self.projects.get(&id).copied()
    }

    /// Whether a finding is the source branch's own, whether or not it is scanned any more.
    pub(super) fn is_of_source(&self, finding: &Finding) -> bool {
        self.source().is_some()
            && self
                .project_of(finding)
                .is_some_and(|project| project.reference.as_deref() == self.source())
    }

    /// Open findings of the projects that scan the source branch.
    pub(super) fn findings(&self) -> impl Iterator<Item = (&'a Finding, &'a Project)> {
        let open = self.known.stored.iter().filter(|finding| finding.open);
        open.filter_map(|finding| {
            let project = self.project_of(finding)?;
            is_scanned(project, self.source()).then_some((finding, project))
        })
    }

    /// Whether the target branch has a problem in the manifest of a source project.
    pub(super) fn base_of(&self, project: &Project, problem: Problem<'_>) -> Presence {
        match self.bases.get(&manifest(project)) {
            Some(base) if base.problems.contains(&problem) => Presence::Present,
            Some(base) if base.complete => Presence::Absent,
            _ => Presence::Unknown,
        }
    }

    /// Whether the target branch has a finding's problem in a row's package, at any version and in any manifest.
    ///
    /// The version that the row brings does not count where the row may be about the same place: the listing may be older
    /// than the base, and the revert of a fix would look harmless.
    pub(super) fn has_in_base(&self, finding: &Finding, row: &DependencyChange) -> bool {
        let problem = (finding.vulnerability.as_str(), row.name.as_str());
        let mut places = self.places.get(&problem).into_iter().flatten();
        places.any(|&(file, version)| {
            let directories = row
                .manifest
                .as_deref()
                .map(directory)
                .zip(file.map(directory));
            row.after.as_deref() != Some(version)
                || directories.map_or(row.before.is_none(), |(row, place)| row != place)
        })
    }

    /// How much is known about the source branch.
    pub(super) fn source_coverage(&self) -> Coverage {
        let known = &self.known;
        let not_asked = |detail| row(known, BRANCH_PROJECTS, CoverageState::NotAsked, detail);
        let Some(branch) = known.change.source_branch.as_deref() else {
            return not_asked("the source branch is unknown".to_owned());
        };
        if self.source().is_none() {
            return not_asked(format!(
                "source and target branch are both named `{branch}`"
            ));
        }
        let projects = known.projects.iter();
        let projects = projects.filter(|project| is_scanned(project, Some(branch)));
        let none = format!("no project scans branch `{branch}`");
        let listing = self.listing(BRANCH_PROJECTS, projects.clone(), none);
        let scanned: BTreeSet<_> = projects.map(manifest).collect();
        let unscanned = known.projects.iter().find(|project| {
            known.beyond_packages
                && is_beyond(project)
                && self.is_target(project)
                && !scanned.contains(&manifest(project))
        });
        match unscanned {
            Some(project) if listing.state == CoverageState::Complete => Coverage {
                state: CoverageState::Partial,
                detail: format!(
                    "no project scans `{}` on branch `{branch}`",
                    manifest(project).0
                ),
                ..listing
            },
            _ => listing,
        }
    }

    /// How far the findings of these projects were listed: complete only where all of them were. `none` is the reason
    /// where there are no such projects.
    pub(super) fn listing<'p>(
        &self,
        route: &str,
        projects: impl Iterator<Item = &'p Project>,
        none: String,
    ) -> Coverage {
        let known = &self.known;
        let not_asked = |detail| row(known, route, CoverageState::NotAsked, detail);
        let holders: BTreeSet<&str> = projects.map(|one| one.organization.as_str()).collect();
        let mut whole: Option<Coverage> = None;
        for organization in holders {
            let Some(&listed) = self.listings.get(organization) else {
                return not_asked(format!(
                    "the findings of organization `{organization}` were not listed"
                ));
            };
            let row = Coverage {
                route: route.to_owned(),
                subject: known.change.id.clone(),
                ..listed.clone()
            };
            if row.state != CoverageState::Complete {
                return row;
            }
            if whole.as_ref().is_none_or(|whole| row.as_of < whole.as_of) {
                whole = Some(row);
            }
        }
        whole.unwrap_or_else(|| not_asked(none))
    }
}

fn is_scanned(project: &Project, branch: Option<&str>) -> bool {
    project.active && branch.is_some() && project.reference.as_deref() == branch
}

fn manifest(project: &Project) -> Manifest<'_> {
    let file = project.file.as_deref();
    (file.unwrap_or(&project.name), &project.kind)
}

/// Whether a project holds what no dependency list shows, and evidence can.
fn is_beyond(project: &Project) -> bool {
    matches!(
        project.class,
        ProjectClass::Container | ProjectClass::Infrastructure
    )
}

fn directory(file: &str) -> &str {
    file.rsplit_once('/').map_or("", |(directory, _)| directory)
}
