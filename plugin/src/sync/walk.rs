//! State of a walk: per organization its projects first, then its issues.

mod chain;

use koalr_integration_kit::model::common::{Coverage, CoverageState, Timestamp};
use koalr_integration_kit::model::record::{Entry, ProjectClass};
use koalr_integration_kit::model::walk::Progress;
use serde::Serialize;

use self::chain::{Chain, Listing};
use super::exchange::{Output, Place};
use super::{ISSUES, PROJECTS};
use crate::json::fields;
use crate::snyk::error::Outcome;
use crate::snyk::{issue, project};
use crate::transport::Base;

/// A walk over organizations. Its JSON is the cursor.
#[derive(Debug, Default, Serialize)]
pub(super) struct Walk {
    /// When it began: what it says of completeness was true then.
    began: Timestamp,
    /// Oldest resolution wanted. That of the first call: a host may move its window on between calls.
    since: Option<Timestamp>,
    organizations: Vec<Organization>,
}

fields!(Walk { began since organizations });

#[derive(Debug, Default, Serialize)]
struct Organization {
    id: String,
    projects: Route,
    /// Read after the projects, which say what is a container.
    issues: Route,
    /// Ids of container projects in order, until the issues are read. Where the projects are refused or broken it lacks
    /// some, and their vulnerabilities count as those of packages.
    containers: Vec<String>,
}

fields!(Organization { id projects issues containers });

/// The chains of one route, and whether their end was announced.
#[derive(Debug, Default, Serialize)]
struct Route {
    chains: Vec<Chain>,
    announced: bool,
}

fields!(Route { chains announced });

impl Walk {
    /// A walk that has not begun.
    pub(super) fn new(ids: &[String], since: Option<Timestamp>, began: Timestamp) -> Self {
        let organization = |id: &String| Organization {
            id: id.clone(),
            projects: Route::new(&[Listing::Projects]),
            issues: Route::new(&[Listing::Issues]),
            containers: Vec::new(),
        };
        Self {
            began,
            since,
            organizations: ids.iter().map(organization).collect(),
        }
    }

    /// Whether this is a walk over exactly these organizations.
    pub(super) fn covers(&self, ids: &[String]) -> bool {
        let listings = |route: &Route| {
            route
                .chains
                .iter()
                .map(|chain| chain.listing)
                .collect::<Vec<_>>()
        };
        let fresh = Self::new(ids, self.since, self.began);
        self.organizations.len() == ids.len()
            && self
                .organizations
                .iter()
                .zip(&fresh.organizations)
                .all(|(one, new)| {
                    one.id == new.id
                        && listings(&one.projects) == listings(&new.projects)
                        && listings(&one.issues) == listings(&new.issues)
                })
    }

    /// Chains whose next page can be asked for: organization, and chain counted from the projects'.
    pub(super) fn ready(&self) -> Vec<Place> {
        let mut ready = Vec::new();
        for (index, organization) in self.organizations.iter().enumerate() {
            let waits = !organization.projects.is_over();
            for (number, chain) in organization.chains().enumerate() {
                let allowed = chain.listing == Listing::Projects || !waits;
                if allowed && !chain.is_over() {
                    ready.push((index, number));
                }
            }
        }
        ready
    }

    /// Address of a chain's next page.
    pub(super) fn path(&self, (index, number): Place) -> Option<String> {
        let organization = self.organizations.get(index)?;
        let chain = organization.chains().nth(number)?;
        Some(chain.path(&organization.id))
    }

    /// Takes what became of a chain's next page.
    pub(super) fn take(
        &mut self,
        place: Place,
        outcome: Outcome<'_>,
        base: Base<'_>,
        output: &mut Output,
    ) {
        let Some(organization) = self.organizations.get_mut(place.0) else {
            return;
        };
        let Organization {
            id,
            projects,
            issues,
            containers,
        } = organization;
        let mut chains = projects.chains.iter_mut().chain(&mut issues.chains);
        let Some(chain) = chains.nth(place.1) else {
            return;
        };
        let since = self.since;
        match (chain.listing, outcome) {
            (Listing::Projects, Outcome::Good(body)) => {
                let page = project::projects(body, id);
                chain.page(page, (id, place, base), output, |project, records| {
                    if project.class == ProjectClass::Container {
                        let place = containers.binary_search(&project.id);
                        if let Err(place) = place {
                            containers.insert(place, project.id.clone());
                        }
                    }
                    records.push(Entry::Project(project));
                });
            }
            (Listing::Issues, Outcome::Good(body)) => {
                let page = issue::findings(body, id, containers);
                chain.page(page, (id, place, base), output, |issue, records| {
                    let (finding, steps) = issue;
                    // A resolution without a date may be a recent one.
                    let old = !finding.open
                        && finding
                            .resolved_at
                            .is_some_and(|at| since.is_some_and(|since| at < since));
                    if !old {
                        records.push(Entry::Finding(finding));
                        records.extend(steps.into_iter().map(Entry::Remediation));
                    }
                });
            }
            (_, outcome) => chain.fail(outcome, (id, place), output),
        }
    }

    /// Announces listings that have ended since, each once.
    pub(super) fn announce(&mut self, output: &mut Output) {
        for (index, organization) in self.organizations.iter_mut().enumerate() {
            let Organization {
                id,
                projects,
                issues,
                containers,
            } = organization;
            let last = issues.chains.len();
            for (name, route, place) in [
                (PROJECTS, projects, (index, 0)),
                (ISSUES, issues, (index, last)),
            ] {
                if route.is_over() && !route.announced {
                    route.announced = true;
                    output
                        .records(place)
                        .extend(chain::end(&route.chains, name, id));
                    if name == ISSUES {
                        containers.clear();
                    }
                }
            }
        }
    }

    /// Whether every listing has ended, one way or the other.
    pub(super) fn is_over(&self) -> bool {
        self.organizations
            .iter()
            .all(|one| one.chains().all(Chain::is_over))
    }

    /// Pages read since the walk began.
    pub(super) fn progress(&self) -> Progress {
        let chains = self.organizations.iter().flat_map(Organization::chains);
        Progress {
            done: chains.map(Chain::pages).fold(0, u32::saturating_add),
            total: None,
        }
    }

    /// Rows of all listings that have ended.
    pub(super) fn coverage(&self) -> Vec<Coverage> {
        let mut rows = Vec::new();
        for organization in &self.organizations {
            for (name, route) in [
                (PROJECTS, &organization.projects),
                (ISSUES, &organization.issues),
            ] {
                if route.is_over() {
                    let (state, detail) = chain::coverage(&route.chains);
                    rows.push(Coverage {
                        route: name.to_owned(),
                        subject: organization.id.clone(),
                        state,
                        as_of: (state != CoverageState::Refused).then_some(self.began),
                        detail,
                    });
                }
            }
        }
        rows
    }
}

impl Organization {
    fn chains(&self) -> impl Iterator<Item = &Chain> {
        self.projects.chains.iter().chain(&self.issues.chains)
    }
}

impl Route {
    fn new(listings: &[Listing]) -> Self {
        Self {
            chains: listings.iter().copied().map(Chain::new).collect(),
            announced: false,
        }
    }

    fn is_over(&self) -> bool {
        self.chains.iter().all(Chain::is_over)
    }
}
