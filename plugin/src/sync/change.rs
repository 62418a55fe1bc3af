//! The walk over one change's dependencies.

use koalr_integration_kit::model::common::{Coverage, CoverageState, DependencyChange, Timestamp};
use koalr_integration_kit::model::walk::{Batch, ChangeScope, Progress, SyncError, SyncRequest};
use serde::Serialize;

use super::exchange::{Exchange, Output};
use super::lookup::Lookup;
use super::{DEPENDENCIES, cursor};
use crate::json::{fields, words};
use crate::snyk::error::Outcome;

pub(super) fn sync(
    request: &SyncRequest,
    scope: &ChangeScope,
    organization: &str,
    mut exchange: Exchange<'_>,
) -> Result<Batch, SyncError> {
    let mut output = Output::default();
    let Some(dependencies) = &scope.dependencies else {
        return Ok(Batch {
            done: true,
            coverage: vec![unknown_dependencies()],
            ..exchange.batch(output)?
        });
    };
    let fresh = Walk::new(scope, dependencies, request.as_of);
    let stored = cursor::read(request.cursor.as_ref(), |walk: &Walk| walk.follows(&fresh))?;
    let mut walk = stored.unwrap_or(fresh);
    loop {
        walk.widen(dependencies);
        let waiting: Vec<usize> = walk.waiting().collect();
        let paths = waiting.iter().filter_map(|&index| walk.lookups.get(index));
        let paths: Vec<_> = paths.map(|lookup| lookup.path(organization)).collect();
        let mut take = |ticket: usize, outcome: Outcome<'_>| {
            let index = waiting.get(ticket).copied().unwrap_or_default();
            if let Some(lookup) = walk.lookups.get_mut(index) {
                lookup.take(
                    outcome,
                    (organization, &scope.change.id, (0, index)),
                    &mut output,
                );
            }
        };
        if !exchange.round(&paths, &mut take)? {
            break;
        }
    }
    let done = walk.waiting().next().is_none();
    let over = walk
        .lookups
        .iter()
        .filter(|lookup| lookup.is_over())
        .count();
    Ok(Batch {
        cursor: (!done).then(|| cursor::write(&walk)).transpose()?,
        done,
        progress: Progress {
            done: u32::try_from(over).unwrap_or(u32::MAX),
            total: None,
        },
        coverage: walk
            .lookups
            .iter()
            .filter_map(|lookup| lookup.coverage(walk.began))
            .collect(),
        ..exchange.batch(output)?
    })
}

/// A walk over package versions. Its JSON is the cursor.
#[derive(Debug, Default, Serialize)]
struct Walk {
    began: Timestamp,
    change: String,
    head: String,
    stage: Stage,
    /// Each package version once, in the order in which they were found worth asking.
    lookups: Vec<Lookup>,
}

fields!(Walk { began change head stage lookups });

/// How far the list of lookups has grown.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
enum Stage {
    /// The versions the change brings.
    #[default]
    After,
    /// What they replace, where they have issues: that tells a new issue from one that was there before.
    Before,
    /// What would fix the worst of those issues, so that nobody upgrades to something as bad.
    Candidates,
}

words!(Stage { After = "after" Before = "before" Candidates = "candidates" });

impl Walk {
    fn new(scope: &ChangeScope, dependencies: &[DependencyChange], began: Timestamp) -> Self {
        let mut walk = Self {
            began,
            change: scope.change.id.clone(),
            head: scope.change.head_sha.clone(),
            stage: Stage::After,
            lookups: Vec::new(),
        };
        for dependency in dependencies {
            if let Some(after) = &dependency.after {
                walk.add(dependency, after);
            }
        }
        walk
    }

    /// Whether this walk began as that one: the same head of the same change, with the same dependencies.
    fn follows(&self, fresh: &Self) -> bool {
        let subjects = |walk: &Self| {
            walk.lookups
                .iter()
                .map(|one| one.subject.clone())
                .collect::<Vec<_>>()
        };
        self.change == fresh.change
            && self.head == fresh.head
            && subjects(self).starts_with(&subjects(fresh))
    }

    fn waiting(&self) -> impl Iterator<Item = usize> {
        let all = self.lookups.iter().enumerate();
        all.filter(|(_, lookup)| !lookup.is_over())
            .map(|(index, _)| index)
    }

    /// Adds what the answers so far make worth asking, once nothing is waiting.
    fn widen(&mut self, dependencies: &[DependencyChange]) {
        while self.waiting().next().is_none() {
            let vulnerable = dependencies.iter().filter_map(|dependency| {
                let after = Lookup::new(dependency, dependency.after.as_deref()?);
                let known = self
                    .lookups
                    .iter()
                    .find(|lookup| lookup.subject == after.subject)?;
                (known.found > 0).then(|| (dependency, known.fixes.clone()))
            });
            let vulnerable: Vec<_> = vulnerable.collect();
            match self.stage {
                Stage::After => {
                    self.stage = Stage::Before;
                    for (dependency, _) in vulnerable {
                        if let Some(before) = &dependency.before {
                            self.add(dependency, before);
                        }
                    }
                }
                Stage::Before => {
                    self.stage = Stage::Candidates;
                    let most = self.lookups.len() + MAX_CANDIDATES;
                    for (dependency, fixes) in vulnerable {
                        for version in fixes {
                            if self.lookups.len() < most {
                                self.add(dependency, &version);
                            }
                        }
                    }
                }
                Stage::Candidates => return,
            }
        }
    }

    fn add(&mut self, dependency: &DependencyChange, version: &str) {
        let lookup = Lookup::new(dependency, version);
        if !self
            .lookups
            .iter()
            .any(|known| known.subject == lookup.subject)
        {
            self.lookups.push(lookup);
        }
    }
}

fn unknown_dependencies() -> Coverage {
    Coverage {
        route: DEPENDENCIES.to_owned(),
        subject: "change".to_owned(),
        state: CoverageState::NotAsked,
        as_of: None,
        detail: "the dependencies that the change touches are unknown, so no package was looked up"
            .to_owned(),
    }
}

/// Most candidate fix versions looked up for one change.
const MAX_CANDIDATES: usize = 10;
