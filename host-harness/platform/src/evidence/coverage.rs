//! How far each route got.

use std::collections::BTreeSet;

use super::branch::Branches;
use super::touch::rows;
use super::{CHECKS, DEPENDENCIES, Known, PACKAGES, check, package_subject};
use crate::model::common::{Change, Coverage, CoverageState};

/// How the dependency list of a change is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ListState<'a> {
    /// All of it.
    Complete,
    /// With holes, which this names: no change passes on it.
    Partial(&'a str),
    /// It was asked for and may still come: from whom, and why it is not there.
    Awaited(&'a str),
    /// Nobody asked for one.
    NotAsked,
    /// Who was asked does not give one: why.
    Refused(&'a str),
}

/// The tried routes, and what the dependency list itself says: without a list it is unknown, and where no package needs
/// a lookup none is missing.
pub(super) fn coverage(known: &Known<'_>, branches: &Branches<'_>) -> Vec<Coverage> {
    // A fix candidate that could not be looked up says nothing about the change itself.
    let of_the_change: BTreeSet<String> = rows(known)
        .flat_map(|(_, row)| {
            let versions = row.before.iter().chain(&row.after);
            versions.map(|version| package_subject(&row.ecosystem, &row.name, version))
        })
        .collect();
    let tried = known.coverage.iter();
    let mut coverage: Vec<Coverage> = tried
        .filter(|row| match row.route.as_str() {
            DEPENDENCIES | CHECKS => false,
            PACKAGES => of_the_change.contains(&row.subject),
            _ => true,
        })
        .cloned()
        .collect();
    let mut told: BTreeSet<String> = coverage
        .iter()
        .filter(|row| row.route == PACKAGES)
        .map(|row| row.subject.clone())
        .collect();
    coverage.push(dependencies(known));
    let brought: Vec<String> = rows(known)
        .filter_map(|(_, row)| {
            let after = row.after.as_deref()?;
            Some(package_subject(&row.ecosystem, &row.name, after))
        })
        .collect();
    if known.dependencies.is_some() && brought.is_empty() {
        coverage.push(Coverage {
            as_of: Some(known.as_of),
            ..row(known, PACKAGES, CoverageState::Complete, "")
        });
    }
    for subject in brought {
        if told.insert(subject.clone()) {
            coverage.push(Coverage {
                subject,
                ..row(known, PACKAGES, CoverageState::NotAsked, NOT_LOOKED_UP)
            });
        }
    }
    coverage.push(check::coverage(known));
    coverage.push(branches.source_coverage());
    coverage
}

/// What the dependency list itself says.
pub(super) fn dependencies(known: &Known<'_>) -> Coverage {
    let (state, detail) = match known.list {
        // A list that is not there is not known, whatever is said of it.
        ListState::Complete | ListState::Partial(_) if known.dependencies.is_none() => {
            (CoverageState::NotAsked, NO_LIST)
        }
        ListState::Complete => (CoverageState::Complete, ""),
        ListState::Partial(detail) => (CoverageState::Partial, detail),
        ListState::Awaited(detail) => (CoverageState::Awaited, detail),
        ListState::NotAsked => (CoverageState::NotAsked, NO_LIST),
        ListState::Refused(detail) => (CoverageState::Refused, detail),
    };
    Coverage {
        as_of: known.dependencies.is_some().then_some(known.as_of),
        ..row(known, DEPENDENCIES, state, detail)
    }
}

/// A row about the change that was true at no time yet.
pub(super) fn row(
    known: &Known<'_>,
    route: &str,
    state: CoverageState,
    detail: impl Into<String>,
) -> Coverage {
    row_of(known.change, route, state, detail)
}

/// The same of a change of which nothing else is known.
pub(super) fn row_of(
    change: &Change,
    route: &str,
    state: CoverageState,
    detail: impl Into<String>,
) -> Coverage {
    Coverage {
        route: route.to_owned(),
        subject: change.id.clone(),
        state,
        as_of: None,
        detail: detail.into(),
    }
}

const NO_LIST: &str = "no dependency list of this change was given";

const NOT_LOOKED_UP: &str = "this package version was not looked up";
