//! How far each route got.

use super::branch::Branches;
use super::{CHECKS, DEPENDENCIES, Known, PACKAGES, check, package_subject};
use crate::model::common::{Coverage, CoverageState};

/// The tried routes, and what the dependency list itself says: without a list it is unknown, and where no package needs
/// a lookup none is missing.
pub(super) fn coverage(known: &Known<'_>, branches: &Branches<'_>) -> Vec<Coverage> {
    let mut rows: Vec<Coverage> = known
        .coverage
        .iter()
        .filter(|row| match row.route.as_str() {
            DEPENDENCIES | CHECKS => false,
            PACKAGES => is_of_the_change(&row.subject, known),
            _ => true,
        })
        .cloned()
        .collect();
    rows.push(dependencies(known));
    match known.dependencies {
        Some(list) if list.iter().all(|dependency| dependency.after.is_none()) => {
            rows.push(Coverage {
                as_of: Some(known.as_of),
                ..row(known, PACKAGES, CoverageState::Complete, "")
            });
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
                        ..row(known, PACKAGES, CoverageState::NotAsked, NOT_LOOKED_UP)
                    });
                }
            }
        }
        None => {}
    }
    rows.push(check::coverage(known));
    rows.push(branches.source_coverage());
    rows
}

/// What the dependency list itself says.
pub(super) fn dependencies(known: &Known<'_>) -> Coverage {
    match known.dependencies {
        Some(_) => Coverage {
            as_of: Some(known.as_of),
            ..row(known, DEPENDENCIES, CoverageState::Complete, "")
        },
        None => row(known, DEPENDENCIES, CoverageState::NotAsked, NO_LIST),
    }
}

/// A row about the change that was true at no time yet.
pub(super) fn row(
    known: &Known<'_>,
    route: &str,
    state: CoverageState,
    detail: impl Into<String>,
) -> Coverage {
    Coverage {
        route: route.to_owned(),
        subject: known.change.id.clone(),
        state,
        as_of: None,
        detail: detail.into(),
    }
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

const NO_LIST: &str = "no dependency list of this change was given";

const NOT_LOOKED_UP: &str = "this package version was not looked up";
