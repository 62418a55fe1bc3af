//! The repository's projects by branch: those of the source branch show the head, those of the target branch the base.

use std::collections::{BTreeMap, BTreeSet};

use super::coverage::row;
use super::{BRANCH_PROJECTS, ISSUES, Known};
use crate::model::common::{Coverage, CoverageState};
use crate::model::evidence::Presence;
use crate::model::record::{Finding, Project};

/// Projects of both branches, and what those of the target branch have.
pub(super) struct Branches<'a> {
    known: Known<'a>,
    projects: BTreeMap<(&'a str, &'a str), &'a Project>,
    bases: BTreeMap<Manifest<'a>, Base<'a>>,
}

/// What two branches have in common: file and kind.
type Manifest<'a> = (Option<&'a str>, &'a str);

/// What the target branch has in one manifest.
struct Base<'a> {
    complete: bool,
    /// Vulnerability and package of open findings.
    problems: BTreeSet<(&'a str, &'a str)>,
}

impl<'a> Branches<'a> {
    pub(super) fn new(known: &Known<'a>) -> Self {
        let projects = known.projects.iter();
        let mut branches = Self {
            known: *known,
            projects: projects
                .map(|project| {
                    (
                        (project.organization.as_str(), project.id.as_str()),
                        project,
                    )
                })
                .collect(),
            bases: BTreeMap::new(),
        };
        branches.read_target();
        branches
    }

    fn read_target(&mut self) {
        for project in self.known.projects {
            if !self.is_target(project) {
                continue;
            }
            let complete = self
                .listed(&project.organization)
                .is_some_and(|row| row.state == CoverageState::Complete);
            let base = self.bases.entry(manifest(project)).or_insert(Base {
                complete: true,
                problems: BTreeSet::new(),
            });
            base.complete &= complete;
        }
        for finding in self.known.stored.iter().filter(|finding| finding.open) {
            let project = self.project_of(finding).filter(|one| self.is_target(one));
            let base = project.and_then(|project| self.bases.get_mut(&manifest(project)));
            if let Some(base) = base {
                let problems = packages(finding).map(|name| (finding.vulnerability.as_str(), name));
                base.problems.extend(problems);
            }
        }
    }

    /// Whether a project scans the target branch.
    pub(super) fn is_target(&self, project: &Project) -> bool {
        is_scanned(project, self.known.change.target_branch.as_deref())
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
    pub(super) fn base_of(&self, project: &Project, problem: (&str, &str)) -> Presence {
        match self.bases.get(&manifest(project)) {
            Some(base) if base.problems.contains(&problem) => Presence::Present,
            Some(base) if base.complete => Presence::Absent,
            _ => Presence::Unknown,
        }
    }

    /// Whether the target branch has a problem in any manifest; never absent.
    pub(super) fn base_anywhere(&self, problem: (&str, &str)) -> Presence {
        let mut bases = self.bases.values();
        if bases.any(|base| base.problems.contains(&problem)) {
            Presence::Present
        } else {
            Presence::Unknown
        }
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
        self.listing(BRANCH_PROJECTS, projects, none)
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
            let Some(listed) = self.listed(organization) else {
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

    fn listed(&self, organization: &str) -> Option<&'a Coverage> {
        let mut rows = self.known.coverage.iter();
        rows.find(|row| row.route == ISSUES && row.subject == organization)
    }
}

/// Names of the packages a finding is about; one empty name where it is about none.
fn packages(finding: &Finding) -> impl Iterator<Item = &str> {
    let none = finding.packages.is_empty().then_some("");
    let names = finding.packages.iter().map(|package| package.name.as_str());
    names.chain(none)
}

fn is_scanned(project: &Project, branch: Option<&str>) -> bool {
    project.active && branch.is_some() && project.reference.as_deref() == branch
}

fn manifest(project: &Project) -> Manifest<'_> {
    (project.file.as_deref(), &project.kind)
}
