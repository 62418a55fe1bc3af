//! Whose a finding is: the change's, or not.
//!
//! Findings are keyed by vulnerability, package and version; the base is asked for vulnerability and package at *any*
//! version. So an upgrade that keeps a vulnerability carries it, and a second path to a known one introduces nothing.

use std::collections::BTreeMap;

use crate::group::Groups;
use crate::model::assessment::{Attribution, Bump};
use crate::model::common::{DependencyChange, FindingClass};
use crate::model::evidence::{Evidence, FindingFact, Presence};
use crate::module::{Moves, base};

/// What can be said about one finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Attributed {
    /// Whose it is.
    pub attribution: Attribution,
    /// How its package's version moves; unknown where the dependency list is.
    pub bump: Bump,
    /// True if the change upgrades the package and the vulnerability stays.
    pub kept_by_upgrade: bool,
}

/// Attributes every finding, in the order of the evidence.
#[must_use]
pub fn attribute(evidence: &Evidence) -> Vec<Attributed> {
    let rows = evidence.dependencies.as_deref();
    let moves = Moves::of(rows.unwrap_or_default());
    let bumps: Vec<Bump> = (0..rows.map_or(0, <[_]>::len))
        .map(|row| moves.bump(row))
        .collect();
    let anywhere = Anywhere::of(&evidence.findings, &moves);
    let before = rows.unwrap_or_default().iter().map(|row| {
        let known = row.before.is_some();
        known.then_some((row.ecosystem.as_str(), row.name.as_str(), ""))
    });
    let before = Groups::of(before);
    evidence
        .findings
        .iter()
        .map(|fact| {
            let row = touching(fact, rows);
            let bump = match (row, rows) {
                (Some((index, _)), _) => bumps.get(index).copied().unwrap_or(Bump::Unknown),
                (None, Some(_)) => Bump::Unchanged,
                (None, None) => Bump::Unknown,
            };
            // A package that is new as a whole cannot have been in the base at any version.
            let new = row.is_some_and(|(index, row)| {
                row.before.is_none()
                    && moves.counterpart(index).is_none()
                    && before.positions((&row.ecosystem, &row.name, "")).is_empty()
            });
            let row = row.map(|(_, row)| row);
            let known = anywhere.of_fact(fact, &moves);
            let attribution = attribute_one(fact, known, new, touched(fact, row, rows));
            Attributed {
                attribution,
                bump,
                kept_by_upgrade: attribution == Attribution::Carried && is_upgrade(bump),
            }
        })
        .collect()
}

/// The dependency change that a finding refers to, with its index.
pub(crate) fn touching<'a>(
    fact: &FindingFact,
    rows: Option<&'a [DependencyChange]>,
) -> Option<(usize, &'a DependencyChange)> {
    let index = usize::try_from(fact.dependency?).ok()?;
    Some((index, rows?.get(index)?))
}

fn attribute_one(
    fact: &FindingFact,
    anywhere: Presences,
    new: bool,
    touched: Option<bool>,
) -> Attribution {
    let base = match anywhere.base {
        Presence::Unknown if new => Presence::Absent,
        base => base,
    };
    match (fact.head, base) {
        (Presence::Present, Presence::Present) => Attribution::Carried,
        (Presence::Present, Presence::Absent) => match touched {
            Some(true) => Attribution::Introduced,
            Some(false) if fact.seen_before => Attribution::ReOpened,
            Some(false) => Attribution::DisclosedSince,
            None => Attribution::Unknown,
        },
        (Presence::Absent, Presence::Present) => match anywhere.head {
            Presence::Present => Attribution::Carried,
            Presence::Absent => Attribution::Removed,
            Presence::Unknown => Attribution::Unknown,
        },
        _ => Attribution::Unknown,
    }
}

/// Whether the change touches the package of a finding; none if that cannot be told.
fn touched(
    fact: &FindingFact,
    row: Option<&DependencyChange>,
    rows: Option<&[DependencyChange]>,
) -> Option<bool> {
    match (row, rows) {
        (Some(row), _) => Some(row.before != row.after),
        (None, Some(_)) if is_listed(fact.class) => Some(false),
        _ => None,
    }
}

/// Whether a dependency list would show it if a change touched what this class of finding is about.
fn is_listed(class: FindingClass) -> bool {
    matches!(
        class,
        FindingClass::PackageVulnerability | FindingClass::License
    )
}

fn is_upgrade(bump: Bump) -> bool {
    matches!(
        bump,
        Bump::Patch | Bump::Minor | Bump::ZeroMinor | Bump::Major | Bump::Unknown
    )
}

/// Presence of a vulnerability in a package, at any version.
#[derive(Clone, Copy)]
struct Presences {
    head: Presence,
    base: Presence,
}

/// Presence of every vulnerability and package.
struct Anywhere<'a>(BTreeMap<(&'a str, &'a str), Presences>);

impl<'a> Anywhere<'a> {
    fn of(findings: &'a [FindingFact], moves: &Moves<'_>) -> Self {
        let mut map: BTreeMap<(&str, &str), Presences> = BTreeMap::new();
        for fact in findings {
            let seen = map.entry(key(fact, moves)).or_insert(Presences {
                head: Presence::Absent,
                base: Presence::Absent,
            });
            seen.head = surer(seen.head, fact.head);
            seen.base = surer(seen.base, fact.base);
        }
        Self(map)
    }

    fn of_fact(&self, fact: &FindingFact, moves: &Moves<'_>) -> Presences {
        self.0.get(&key(fact, moves)).copied().unwrap_or(Presences {
            head: fact.head,
            base: fact.base,
        })
    }
}

/// A Go module that moves to another path is one package under both.
fn key<'a>(fact: &'a FindingFact, moves: &Moves<'_>) -> (&'a str, &'a str) {
    let row = fact.dependency.and_then(|row| usize::try_from(row).ok());
    let package = match row.and_then(|row| moves.counterpart(row)) {
        Some(_) => base(&fact.package),
        None => &fact.package,
    };
    (&fact.vulnerability, package)
}

/// One sighting is enough to be present; one gap is enough not to be absent.
fn surer(a: Presence, b: Presence) -> Presence {
    let rank = |presence| match presence {
        Presence::Absent => 0,
        Presence::Unknown => 1,
        Presence::Present => 2,
    };
    if rank(a) >= rank(b) { a } else { b }
}

#[cfg(test)]
mod tests;
