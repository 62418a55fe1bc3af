//! What came into the target branch after a merge: the only trace of a change that nobody judged while it was open.

use super::branch::Branches;
use super::coverage::{dependencies, row};
use super::fact::{Facts, Sighting};
use super::lookup::LookedUp;
use super::past::came;
use super::touch::Rows;
use super::{AFTER_MERGE, Known};
use crate::model::common::{Coverage, CoverageState, Timestamp};
use crate::model::evidence::{Evidence, Observation, Presence};
use crate::model::record::Project;

/// Rebuilds evidence from the target branch: findings that came in after `merged_at` and not after `until`, in packages
/// at the versions that the change brought.
///
/// One that was public before the merge was not in the base. Of a later one that cannot be told: old code gets it too.
/// Projects that were added after the merge tell nothing, as all they have came in later. The observation is
/// `reconstructed`.
#[must_use]
pub fn introduced_after(known: &Known<'_>, merged_at: Timestamp, until: Timestamp) -> Evidence {
    let looked_up = LookedUp::new(known);
    let branches = Branches::new(known);
    let rows = Rows::new(known);
    let mut facts = Facts::new(known, &looked_up, &branches, &rows);
    let was_there = |project: &Project| project.created_at.is_some_and(|at| at <= merged_at);
    for finding in known.stored {
        let came = came(finding);
        let project = branches.project_of(finding);
        let is_base = project.is_some_and(|one| branches.is_target(one) && was_there(one));
        if !is_base || came <= merged_at || came > until {
            continue;
        }
        let was_public = finding.disclosed_at.is_some_and(|at| at <= merged_at);
        for (package, touched_by) in rows.touched(finding) {
            if touched_by.1.after.as_deref() == Some(package.1) {
                facts.add(Sighting {
                    route: AFTER_MERGE,
                    finding,
                    package,
                    head: Presence::Present,
                    base: if was_public {
                        Presence::Absent
                    } else {
                        Presence::Unknown
                    },
                    touched_by: Some(touched_by),
                });
            }
        }
    }
    Evidence {
        coverage: vec![
            dependencies(known),
            coverage(known, &branches, was_there, until),
        ],
        ..facts.into_evidence(Observation::Reconstructed)
    }
}

fn coverage(
    known: &Known<'_>,
    branches: &Branches<'_>,
    was_there: impl Fn(&Project) -> bool,
    until: Timestamp,
) -> Coverage {
    let Some(target) = known.change.target_branch.as_deref() else {
        let detail = "the target branch is unknown";
        return row(known, AFTER_MERGE, CoverageState::NotAsked, detail);
    };
    let none = format!("no project scanned branch `{target}` before the merge");
    let projects = known.projects.iter();
    let projects = projects.filter(|one| branches.is_target(one) && was_there(one));
    let listing = branches.listing(AFTER_MERGE, projects, none);
    if listing.state == CoverageState::Complete && listing.as_of < Some(until) {
        return Coverage {
            state: CoverageState::Partial,
            detail: "the findings were listed before the time in question ended".to_owned(),
            ..listing
        };
    }
    listing
}
