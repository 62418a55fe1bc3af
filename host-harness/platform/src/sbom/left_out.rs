//! What a dependency list leaves out, and why.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use crate::complaint::shown;

/// What could not be used of one input, for one reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftOut {
    /// Name of the input.
    pub input: String,
    /// Why.
    pub reason: Reason,
    /// How many. At least 1.
    pub count: usize,
    /// Names of the first, shortened, in the order of the input. Not empty, at most 3.
    pub first: Vec<String>,
}

/// Why something could not be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Reason {
    /// A component with a version and without a purl: nobody knows its ecosystem.
    NoPurl,
    /// A purl that is none.
    UnreadablePurl,
    /// No version on any side.
    NoVersion,
    /// A range, a branch or a tag, which may be another version tomorrow.
    NotAVersion,
    /// A row of a comparison that is neither added nor removed.
    UnknownChange,
}

impl Reason {
    /// What is wrong, after a number of components.
    fn predicate(self, one: bool) -> &'static str {
        match (self, one) {
            (Self::NoPurl, true) => "has no purl",
            (Self::NoPurl, false) => "have no purl",
            (Self::UnreadablePurl, true) => "has a purl that cannot be read",
            (Self::UnreadablePurl, false) => "have a purl that cannot be read",
            (Self::NoVersion, true) => "has no version",
            (Self::NoVersion, false) => "have no version",
            (Self::NotAVersion, true) => "has a range, branch or tag for a version",
            (Self::NotAVersion, false) => "have a range, branch or tag for a version",
            (Self::UnknownChange, true) => "is neither added nor removed",
            (Self::UnknownChange, false) => "are neither added nor removed",
        }
    }

    /// Whether the same text on both sides tells that nothing changed.
    fn is_settled(self) -> bool {
        matches!(self, Self::NoPurl | Self::UnreadablePurl)
    }
}

impl fmt::Display for LeftOut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let one = self.count == 1;
        let noun = if one { "component" } else { "components" };
        let predicate = self.reason.predicate(one);
        write!(f, "{}: {} {noun} {predicate}: ", self.input, self.count)?;
        let first: Vec<String> = self.first.iter().map(|name| format!("`{name}`")).collect();
        f.write_str(&first.join(", "))?;
        match self.count.saturating_sub(self.first.len()) {
            0 => Ok(()),
            more => write!(f, " and {more} more"),
        }
    }
}

/// One component that could not be used.
#[derive(Debug)]
pub(super) struct Hole {
    pub(super) reason: Reason,
    /// What people know it by; the same on both sides if it is the same.
    pub(super) label: String,
}

/// What is left out between two sides. What both have at the same version has not changed.
pub(super) fn between(base: (&str, &[Hole]), head: (&str, &[Hole])) -> Vec<LeftOut> {
    let settled = |holes: &'_ [Hole]| -> BTreeSet<String> {
        let settled = holes.iter().filter(|hole| hole.reason.is_settled());
        settled.map(|hole| hole.label.clone()).collect()
    };
    let (in_base, in_head) = (settled(base.1), settled(head.1));
    let counts = |hole: &&Hole, other: &BTreeSet<String>| {
        !(hole.reason.is_settled() && other.contains(&hole.label))
    };
    let of_base = base.1.iter().filter(|hole| counts(hole, &in_head));
    let of_head = head.1.iter().filter(|hole| counts(hole, &in_base));
    if base.0 == head.0 {
        return by_reason(base.0, of_base.chain(of_head));
    }
    let mut all = by_reason(base.0, of_base);
    all.extend(by_reason(head.0, of_head));
    all
}

/// Counts by reason.
pub(super) fn by_reason<'a>(input: &str, holes: impl Iterator<Item = &'a Hole>) -> Vec<LeftOut> {
    let mut reasons: BTreeMap<Reason, (usize, Vec<String>)> = BTreeMap::new();
    for hole in holes {
        let (count, first) = reasons.entry(hole.reason).or_default();
        *count += 1;
        let name = shown(&hole.label);
        if first.len() < FIRST && !first.contains(&name) {
            first.push(name);
        }
    }
    let left_out = reasons.into_iter().map(|(reason, (count, first))| LeftOut {
        input: shown(input),
        reason,
        count,
        first,
    });
    left_out.collect()
}

/// Names that are told for each reason. Enough to find the rest.
const FIRST: usize = 3;

#[cfg(test)]
mod tests {
    use super::*;

    fn hole(reason: Reason, label: &str) -> Hole {
        Hole {
            reason,
            label: label.to_owned(),
        }
    }

    fn sentences(base: &[Hole], head: &[Hole]) -> Vec<String> {
        let left_out = between(("base.json", base), ("head.json", head));
        left_out.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn the_first_names_stand_for_all() {
        let holes = ["a@1", "b@1", "c@1", "d@1"].map(|label| hole(Reason::NoPurl, label));
        assert_eq!(
            sentences(&[], &holes),
            ["head.json: 4 components have no purl: `a@1`, `b@1`, `c@1` and 1 more"]
        );
        assert_eq!(
            sentences(&[hole(Reason::NoVersion, "a")], &[]),
            ["base.json: 1 component has no version: `a`"]
        );
    }

    #[test]
    fn what_both_sides_have_at_one_version_has_not_changed() {
        let side = || {
            [
                hole(Reason::NoPurl, "a@1"),
                hole(Reason::UnreadablePurl, "pkg:x"),
            ]
        };
        assert_eq!(sentences(&side(), &side()), [""; 0]);
    }

    #[test]
    fn what_has_no_version_may_have_changed_though_both_sides_have_it() {
        let side = || {
            [
                hole(Reason::NoVersion, "a"),
                hole(Reason::NotAVersion, "b@^1"),
            ]
        };
        assert_eq!(sentences(&side(), &side()).len(), 4);
    }
}
