//! Hazard of one issue, factor by factor.

use crate::apportion::to_thousandths;
use crate::cvss::MAX_TENTHS;
use crate::model::assessment::Bump;
use crate::model::common::{
    ExploitMaturity, FindingClass, FixState, Reachability, Severity, Tenths,
};
use crate::rating::{fallback, has_cvss};

/// What the model knows of one introduced finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Issue {
    /// What it is. Classes without CVSS weigh by their severity, and less than 7.0.
    pub class: FindingClass,
    /// Base score in tenths, 0 to 100, more counts as 100; none if it has no rating.
    pub tenths: Option<Tenths>,
    /// Severity, which stands in for a missing rating; none if unknown.
    pub severity: Option<Severity>,
    /// How its package's version moves.
    pub bump: Bump,
    /// How far exploits go.
    pub exploit: ExploitMaturity,
    /// Whether a fix exists.
    pub fix: FixState,
    /// Whether the vulnerable code is reached.
    pub reachability: Reachability,
    /// Whether the repository names the package itself.
    pub relation: Relation,
}

/// Whether the repository names a package itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Relation {
    /// Another dependency brings it.
    Transitive,
    /// It cannot be told.
    Unknown,
    /// The repository names it.
    Direct,
}

/// Hazard of one issue, factor by factor.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Hazard {
    /// Hazard from the CVSS score alone.
    pub base: f64,
    /// Multiplier of the version bump.
    pub bump: f64,
    /// Multiplier of the exploit maturity.
    pub exploit: f64,
    /// Multiplier of the fix state.
    pub fix: f64,
    /// Multiplier of the reachability.
    pub reachability: f64,
    /// Multiplier of the relation.
    pub relation: f64,
    /// The base times the product of the multipliers, which counts as 3 at most.
    pub value: f64,
    /// Whether it counts among the findings from 7.0, which do not saturate.
    pub high: bool,
}

impl Issue {
    /// The hazard of this issue on its own.
    #[must_use]
    pub fn hazard(&self) -> Hazard {
        let tenths = self.weighed();
        let base = base_hazard(tenths);
        let bump = bump_multiplier(self.bump);
        let exploit = exploit_multiplier(self.exploit);
        let fix = fix_multiplier(self.fix);
        let reachability = reachability_multiplier(self.reachability);
        let relation = relation_multiplier(self.relation);
        let product = bump * exploit * fix * reachability * relation;
        Hazard {
            base,
            bump,
            exploit,
            fix,
            reachability,
            relation,
            value: base * product.min(PRODUCT_CAP),
            high: tenths >= HIGH_FROM,
        }
    }

    /// Score in tenths that the model weighs; never missing, for unknown is not zero.
    fn weighed(&self) -> Tenths {
        let stand_in = self.severity.map_or(UNRATED, fallback);
        if has_cvss(self.class) {
            self.tenths.unwrap_or(stand_in).min(MAX_TENTHS)
        } else {
            stand_in.min(HIGH_FROM - 1)
        }
    }
}

impl Hazard {
    /// The arithmetic in thousandths, for people, in the order of [`TERMS`].
    #[must_use]
    pub fn terms(&self) -> Vec<u32> {
        [
            self.base,
            self.bump,
            self.exploit,
            self.fix,
            self.reachability,
            self.relation,
        ]
        .map(to_thousandths)
        .into()
    }
}

/// Names of the terms of a hazard: the base, and what multiplies it.
pub const TERMS: [&str; 6] = ["base", "bump", "exploit", "fix", "reachability", "relation"];

/// Hazard of a CVSS score in tenths: linear between the anchors of its pool.
pub(super) fn base_hazard(tenths: Tenths) -> f64 {
    let anchors: &[(Tenths, f64)] = if tenths < HIGH_FROM {
        &ANCHORS_BELOW_7
    } else {
        &ANCHORS_FROM_7
    };
    let mut below = anchors.first().copied().unwrap_or((0, 0.0));
    for &above in anchors {
        if tenths <= above.0 {
            let width = f64::from(above.0 - below.0);
            let share = if above.0 == below.0 {
                0.0
            } else {
                f64::from(tenths.saturating_sub(below.0)) / width
            };
            return below.1 + (above.1 - below.1) * share;
        }
        below = above;
    }
    below.1
}

/// Choice: a major bump of the package that brings the finding means code nobody here has run yet.
fn bump_multiplier(bump: Bump) -> f64 {
    match bump {
        Bump::Unchanged
        | Bump::Patch
        | Bump::Minor
        | Bump::Downgrade
        | Bump::Removed
        | Bump::Unknown => 1.0,
        Bump::New => 1.15,
        // Cargo's and npm's caret ranges treat it as breaking, although it is called minor.
        Bump::ZeroMinor => 1.25,
        Bump::Major => 1.5,
    }
}

/// Choice: rises with what an attacker need not do any more.
fn exploit_multiplier(exploit: ExploitMaturity) -> f64 {
    match exploit {
        ExploitMaturity::Unknown | ExploitMaturity::NoneKnown => 1.0,
        ExploitMaturity::ProofOfConcept => 1.15,
        ExploitMaturity::Functional => 1.4,
        ExploitMaturity::Attacked => 1.6,
    }
}

/// Choice: without a fix the only way out is not to merge. Unknown lies between.
fn fix_multiplier(fix: FixState) -> f64 {
    match fix {
        FixState::Available => 1.0,
        FixState::Partial | FixState::Unknown => 1.05,
        FixState::None => 1.1,
    }
}

/// Choice: a proven path weighs most; unknown weighs a little more than proven absence.
fn reachability_multiplier(reachability: Reachability) -> f64 {
    match reachability {
        Reachability::NotReachable => 1.0,
        Reachability::Unknown => 1.05,
        Reachability::Potentially => 1.15,
        Reachability::Reachable => 1.3,
    }
}

/// Choice: a package the repository names is one its code calls. Unknown lies between.
fn relation_multiplier(relation: Relation) -> f64 {
    match relation {
        Relation::Transitive => 1.0,
        Relation::Unknown => 1.05,
        Relation::Direct => 1.15,
    }
}

/// Score from which findings do not saturate, in tenths: CVSS calls it high.
const HIGH_FROM: Tenths = 70;

/// Score in tenths of a finding with neither rating nor severity. Choice: a medium, for unknown is not zero; the gate
/// warns of it besides.
const UNRATED: Tenths = 55;

/// CVSS in tenths and hazard. Choice: three points short of 7.0 still give a fifth of the scale at most.
const ANCHORS_BELOW_7: [(Tenths, f64); 3] = [(0, 0.0), (40, 0.06), (69, 0.25)];

/// CVSS in tenths and hazard. Choice: jumps at 7.0 (over 50 points alone) and at 9.0 (over 75), where CVSS changes its word.
const ANCHORS_FROM_7: [(Tenths, f64); 4] = [(70, 0.70), (89, 1.15), (90, 1.40), (100, 1.90)];

/// Most that all multipliers together count. Choice: circumstances never outweigh the vulnerability itself for long.
const PRODUCT_CAP: f64 = 3.0;

#[cfg(test)]
mod page;
