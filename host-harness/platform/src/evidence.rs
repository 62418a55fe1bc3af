//! Gathers what is known about a change into the evidence that score and gate judge.
//!
//! Each route adds what it can tell, and a coverage row that says how far it got. Facts of several routes about the same
//! vulnerability, package and version are one fact; what any route saw is seen.

mod after_merge;
mod awaited;
mod branch;
mod check;
mod coverage;
mod debt;
mod fact;
mod lookup;
mod module;
mod past;
mod touch;

use crate::model::common::{Change, Coverage, DependencyChange, Measurement, Timestamp};
use crate::model::evidence::{Evidence, Observation};
use crate::model::record::{ChangeCheck, ChangeFinding, Finding, Project};

pub use after_merge::introduced_after;
pub use awaited::{awaited, looked_up};
use branch::Branches;
pub use check::is_of_head;
pub use coverage::ListState;
use fact::Facts;
use lookup::LookedUp;
use touch::Rows;

/// Route of the dependency list.
pub const DEPENDENCIES: &str = "dependencies";

/// Route of package lookups.
pub const PACKAGES: &str = "packages";

/// Route of an organization's listed findings.
pub const ISSUES: &str = "issues";

/// Route of the upstream's own checks of changes. They tell a result, and no findings.
pub const CHECKS: &str = "pr-checks";

/// Route of the findings of such a check's test.
pub const TEST_FINDINGS: &str = "test-findings";

/// Route of the projects that scan the change's source branch.
pub const BRANCH_PROJECTS: &str = "branch-projects";

/// Route of what came into the target branch after the merge.
pub const AFTER_MERGE: &str = "after-merge";

/// What is known about a change before it is put in order.
#[derive(Debug, Clone, Copy)]
pub struct Known<'a> {
    /// The change.
    pub change: &'a Change,
    /// Dependencies it touches; none means unknown, empty means that it touches none.
    pub dependencies: Option<&'a [DependencyChange]>,
    /// How that list is known.
    pub list: ListState<'a>,
    /// Findings of looked-up package versions, each with what was looked up in its packages.
    pub lookups: &'a [Finding],
    /// Findings of the tests behind the upstream's checks of this head. May be empty.
    pub tests: &'a [Finding],
    /// Findings that the upstream itself tied to this head, by any other route. May be empty.
    pub tied: &'a [ChangeFinding],
    /// Measurements that bear on the change, handed on as they are. May be empty.
    pub measurements: &'a [Measurement],
    /// The upstream's checks of this change, of any head, newest first. May be empty.
    pub checks: &'a [ChangeCheck],
    /// Findings stored for the change's repository, open or not. May be empty.
    pub stored: &'a [Finding],
    /// Projects of the change's repository, of any branch. May be empty.
    pub projects: &'a [Project],
    /// Coverage of the routes that were tried for this change, and of the organizations that hold its repository.
    pub coverage: &'a [Coverage],
    /// Whether container and infrastructure findings of the source branch are facts too. For the policy to set; false
    /// leaves them out.
    pub beyond_packages: bool,
    /// When this change was first assessed, or opened if that was earlier. What came into the base after it, in packages
    /// the change does not touch, is a fact of its own. None if this is the first look: nothing has appeared since.
    pub assessed_at: Option<Timestamp>,
    /// The time the evidence is for.
    pub as_of: Timestamp,
}

/// Subject of a coverage row about one package version, as the contract words it.
#[must_use]
pub fn package_subject(ecosystem: &str, name: &str, version: &str) -> String {
    format!("{ecosystem}:{name}@{version}")
}

/// Puts what is known in order: one fact for each vulnerability, package and version, in that order.
///
/// `extra` tells the routes each fact came by: `route:packages` with the indexes of its findings, parted by spaces.
#[must_use]
pub fn gather(known: &Known<'_>) -> Evidence {
    let looked_up = LookedUp::new(known);
    let branches = Branches::new(known);
    let rows = Rows::new(known);
    let mut facts = Facts::new(known, &looked_up, &branches, &rows);
    facts.add_lookups();
    facts.add_stored();
    facts.add_tests();
    facts.add_tied();
    facts.add_branch();
    facts.add_disclosed();
    let evidence = facts.into_evidence(Observation::Observed);
    Evidence {
        measurements: known.measurements.to_vec(),
        debt: debt::debt(known, &branches, &evidence.findings),
        coverage: coverage::coverage(known, &branches),
        ..evidence
    }
}

/// Purl type of Go modules.
const GO: &str = "golang";

#[cfg(test)]
mod tests;
