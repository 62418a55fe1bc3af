//! The life of a finding, as two of its states tell it.
//!
//! An upstream keeps the last transition only; what is compared here at every sync stays.

use crate::model::common::Timestamp;
use crate::model::record::{Finding, Remediation, RemediationStep};

/// Steps that lead from the stored state of a finding to a new one, in the order of their making. None may be known.
///
/// `old` is none at the first sight. `new` is never an earlier state than `old`.
#[must_use]
pub fn steps(old: Option<&Finding>, new: &Finding, as_of: Timestamp) -> Vec<Remediation> {
    let mut steps = Vec::new();
    let mut push = |step, (at, source): (Timestamp, &str)| {
        steps.push(Remediation {
            organization: new.organization.clone(),
            finding: new.id.clone(),
            step,
            at,
            source: source.to_owned(),
        });
    };
    let Some(old) = old else {
        push(
            RemediationStep::FirstSeen,
            (as_of, "first sync that had it"),
        );
        if new.ignored {
            let source = "already ignored when first seen";
            push(RemediationStep::Ignored, (as_of, source));
        }
        return steps;
    };
    // A change that does not move the upstream's own time happened some time before it was seen.
    let changed = if new.updated_at > old.updated_at {
        (new.updated_at, "updated-at")
    } else {
        (as_of, "sync that saw it change")
    };
    match (old.ignored, new.ignored) {
        (false, true) => push(RemediationStep::Ignored, changed),
        (true, false) => push(RemediationStep::UnIgnored, changed),
        _ => {}
    }
    match (old.open, new.open) {
        (true, false) => {
            let stated = new.resolved_at.map(|at| (at, "resolved-at"));
            push(RemediationStep::Resolved, stated.unwrap_or(changed));
        }
        (false, true) => {
            let stated = new
                .introduced_at
                .filter(|at| old.resolved_at.is_some_and(|resolved| *at > resolved))
                .map(|at| (at, "introduced-at"));
            push(RemediationStep::ReIntroduced, stated.unwrap_or(changed));
        }
        _ => {}
    }
    steps
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::common::{ExploitMaturity, FindingClass, FixState, Reachability};
    use RemediationStep::{FirstSeen, Ignored, ReIntroduced, Resolved, UnIgnored};

    fn finding(updated_at: Timestamp) -> Finding {
        Finding {
            id: "f".to_owned(),
            key: "k".to_owned(),
            organization: "o".to_owned(),
            project: "p".to_owned(),
            class: FindingClass::PackageVulnerability,
            kind: "package_vulnerability".to_owned(),
            title: "t".to_owned(),
            vulnerability: "v".to_owned(),
            aliases: vec![],
            weaknesses: vec![],
            packages: vec![],
            severity: None,
            cvss: vec![],
            selected: None,
            exploit: ExploitMaturity::Unknown,
            risk: None,
            reachability: Reachability::Unknown,
            fix: FixState::Unknown,
            fix_source: String::new(),
            fixed_in: vec![],
            license: None,
            location: None,
            open: true,
            ignored: false,
            created_at: 1,
            updated_at,
            introduced_at: Some(1),
            resolved_at: None,
            disclosed_at: None,
            extra: vec![],
        }
    }

    fn resolved(updated_at: Timestamp, resolved_at: Option<Timestamp>) -> Finding {
        Finding {
            open: false,
            resolved_at,
            ..finding(updated_at)
        }
    }

    fn ignored(updated_at: Timestamp) -> Finding {
        Finding {
            ignored: true,
            ..finding(updated_at)
        }
    }

    /// Steps as (step, time, source), at time 1,000.
    fn told(old: Option<&Finding>, new: &Finding) -> Vec<(RemediationStep, Timestamp, String)> {
        let steps = steps(old, new, 1_000).into_iter();
        steps.map(|one| (one.step, one.at, one.source)).collect()
    }

    fn one(
        step: RemediationStep,
        at: Timestamp,
        source: &str,
    ) -> Vec<(RemediationStep, Timestamp, String)> {
        vec![(step, at, source.to_owned())]
    }

    #[test]
    fn a_finding_is_first_seen_at_the_time_of_the_sync() {
        let seen = one(FirstSeen, 1_000, "first sync that had it");
        assert_eq!(told(None, &finding(10)), seen);
        assert_eq!(told(None, &resolved(10, Some(9))), seen);
    }

    #[test]
    fn a_finding_that_is_ignored_at_first_sight_was_so_before() {
        let steps = told(None, &ignored(10));
        let expected = one(Ignored, 1_000, "already ignored when first seen");
        assert_eq!(steps.get(1..), Some(&expected[..]));
    }

    #[test]
    fn an_unchanged_finding_makes_no_step() {
        assert!(told(Some(&finding(10)), &finding(20)).is_empty());
    }

    #[test]
    fn ignoring_and_heeding_again_are_steps_at_the_upstreams_time() {
        let (open, ignored) = (finding(10), ignored(20));
        assert_eq!(told(Some(&open), &ignored), one(Ignored, 20, "updated-at"));
        let heeded = told(Some(&ignored), &finding(30));
        assert_eq!(heeded, one(UnIgnored, 30, "updated-at"));
    }

    #[test]
    fn a_change_that_does_not_move_the_upstreams_time_is_dated_by_the_sync() {
        let steps = told(Some(&finding(10)), &ignored(10));
        assert_eq!(steps, one(Ignored, 1_000, "sync that saw it change"));
    }

    #[test]
    fn a_resolution_is_dated_by_its_own_time_or_else_by_the_last_change() {
        let open = finding(10);
        let stated = told(Some(&open), &resolved(20, Some(15)));
        assert_eq!(stated, one(Resolved, 15, "resolved-at"));
        let unstated = told(Some(&open), &resolved(20, None));
        assert_eq!(unstated, one(Resolved, 20, "updated-at"));
    }

    #[test]
    fn a_return_is_dated_by_its_introduction_only_if_that_is_later_than_the_resolution() {
        let gone = resolved(20, Some(15));
        let back = |introduced_at| Finding {
            introduced_at,
            ..finding(40)
        };
        let stated = told(Some(&gone), &back(Some(30)));
        assert_eq!(stated, one(ReIntroduced, 30, "introduced-at"));
        for introduced_at in [Some(15), None] {
            let steps = told(Some(&gone), &back(introduced_at));
            assert_eq!(steps, one(ReIntroduced, 40, "updated-at"));
        }
    }
}
