//! What is known now about the findings that a waiver would let pass.

use std::collections::{BTreeMap, BTreeSet};

use super::Waiver;
use crate::model::common::{FixState, Tenths};
use crate::model::evidence::{Evidence, FindingFact, Presence};
use crate::policy::CvssSource;

/// Findings of the head by vulnerability, and by package and version where a waiver may ask for them.
pub(super) struct Facts<'a> {
    by_match: BTreeMap<Match<'a>, Fact>,
}

/// Vulnerability, package and version; none means any.
type Match<'a> = (&'a str, Option<&'a str>, Option<&'a str>);

/// What all matching findings come to.
#[derive(Debug, Clone, Copy)]
pub(super) struct Fact {
    /// The highest base score; none if one of the findings has none.
    pub(super) cvss: Option<Tenths>,
    /// The state that ends a waiver soonest: available, then unknown, then none.
    pub(super) fix: FixState,
}

impl<'a> Facts<'a> {
    /// Facts for the waivers that have conditions.
    pub(super) fn of(
        evidence: &'a Evidence,
        source: CvssSource,
        waivers: impl Iterator<Item = &'a Waiver>,
    ) -> Self {
        let wanted: BTreeSet<&str> = waivers.map(|waiver| &*waiver.vulnerability).collect();
        let mut names: BTreeMap<usize, Vec<&str>> = BTreeMap::new();
        for row in &evidence.aliases {
            if let Ok(finding) = usize::try_from(row.finding) {
                let aliases = row.values.iter().map(String::as_str);
                names.entry(finding).or_default().extend(aliases);
            }
        }
        let candidates: BTreeSet<u32> = evidence
            .fix_candidates
            .iter()
            .map(|candidate| candidate.finding)
            .collect();
        let mut by_match: BTreeMap<Match<'_>, Fact> = BTreeMap::new();
        for (index, finding) in (0_u32..).zip(&evidence.findings) {
            if finding.head == Presence::Absent {
                continue;
            }
            let aliases = usize::try_from(index)
                .ok()
                .and_then(|index| names.get(&index));
            let names: BTreeSet<&str> = std::iter::once(&*finding.vulnerability)
                .chain(aliases.into_iter().flatten().copied())
                .filter(|name| wanted.contains(name))
                .collect();
            let fact = Fact::of(finding, source, candidates.contains(&index));
            for name in names {
                for package in [None, Some(&*finding.package)] {
                    for version in [None, Some(&*finding.version)] {
                        by_match
                            .entry((name, package, version))
                            .and_modify(|known| *known = known.and(fact))
                            .or_insert(fact);
                    }
                }
            }
        }
        Self { by_match }
    }

    /// The findings that the gate would match; none if there are none.
    pub(super) fn matching(&self, waiver: &Waiver) -> Option<Fact> {
        let version = waiver.version.as_deref();
        self.get(waiver, version)
    }

    /// Findings of the waiver's vulnerability and package at any version.
    pub(super) fn at_any_version(&self, waiver: &Waiver) -> Option<Fact> {
        self.get(waiver, None)
    }

    fn get(&self, waiver: &Waiver, version: Option<&str>) -> Option<Fact> {
        let package = waiver.package.as_deref();
        let key = (&*waiver.vulnerability, package, version);
        self.by_match.get(&key).copied()
    }
}

impl Fact {
    fn of(finding: &FindingFact, source: CvssSource, has_candidate: bool) -> Self {
        Self {
            cvss: match source {
                CvssSource::Selected => finding.cvss_selected,
                CvssSource::Highest => finding.cvss_highest,
            },
            fix: match finding.fix {
                _ if has_candidate => FixState::Available,
                FixState::Partial => FixState::Available,
                other => other,
            },
        }
    }

    fn and(self, other: Self) -> Self {
        let order = |fix: &FixState| match fix {
            FixState::None => 0,
            FixState::Unknown => 1,
            FixState::Partial | FixState::Available => 2,
        };
        Self {
            cvss: self.cvss.zip(other.cvss).map(|(one, two)| one.max(two)),
            fix: [self.fix, other.fix]
                .into_iter()
                .max_by_key(order)
                .unwrap_or(FixState::Unknown),
        }
    }
}
