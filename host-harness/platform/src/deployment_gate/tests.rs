use super::*;
use crate::model::record::DeploymentState;

/// Change `cN` of `acme/shop`, merged at that time as commit `mergedN`.
fn merge(number: u32) -> Merge {
    Merge {
        change: format!("c{number}"),
        repository: "acme/shop".to_owned(),
        number: Some(number),
        merge_sha: Some(format!("merged{number}")),
        head_sha: format!("head{number}"),
        merged_at: number.into(),
    }
}

fn deployment(id: &str, sha: Option<&str>, at: Timestamp) -> Deployment {
    Deployment {
        id: id.to_owned(),
        service: "shop".to_owned(),
        environment: None,
        sha: sha.map(str::to_owned),
        state: DeploymentState::Succeeded,
        at,
        extra: Vec::new(),
    }
}

fn decided(number: u32, judged: Decision) -> (String, Option<DecisionSummary>) {
    let summary = DecisionSummary {
        head_sha: format!("HEAD{number}"),
        judged,
        overridden_by: None,
        reasons: vec!["why".to_owned()],
        as_of: 100,
    };
    (format!("c{number}"), Some(summary))
}

struct World {
    merges: Vec<Merge>,
    deployments: Vec<Deployment>,
    decisions: Vec<(String, Option<DecisionSummary>)>,
}

/// Three changes, each with its decision; the service runs the first.
fn world(decisions: [Decision; 3]) -> World {
    World {
        merges: (1..=3).map(merge).collect(),
        deployments: vec![deployment("d1", Some("merged1"), 1)],
        decisions: (1..)
            .zip(decisions)
            .map(|(n, one)| decided(n, one))
            .collect(),
    }
}

impl World {
    fn ask(&self, sha: &str, mode: Mode) -> DeploymentVerdict {
        let service = Service {
            name: "shop".to_owned(),
            aliases: vec!["old-shop".to_owned()],
            repositories: vec!["acme/shop".to_owned(), "acme/lib".to_owned()],
        };
        decide(&Asked {
            service: &service,
            sha,
            merges: &self.merges,
            deployments: &self.deployments,
            decisions: &self.decisions,
            mode,
            max_age_ms: 50,
            as_of: 120,
        })
    }

    fn enforced(&self, sha: &str) -> DeploymentVerdict {
        self.ask(sha, Mode::Enforce)
    }
}

use Decision::{Block, Inconclusive, Pass, Pending, Warn};

#[test]
fn the_changes_are_those_since_the_last_deployment_until_the_commit() {
    let verdict = world([Block, Pass, Block]).enforced("merged2");
    assert_eq!(verdict.changes, ["c2"]);
    assert_eq!(
        (verdict.decision, verdict.answer()),
        (Pass, Answer::Approved)
    );
    assert_eq!(verdict.since.as_deref(), Some("d1"));
    assert_eq!(
        verdict.summary(),
        "Commit `merged2` brings 1 change to `shop` since deployment `d1`, and nothing speaks against them."
    );
}

#[test]
fn one_change_that_blocks_blocks() {
    let verdict = world([Pass, Block, Inconclusive]).enforced("merged3");
    assert_eq!(
        (verdict.decision, verdict.answer()),
        (Block, Answer::Rejected)
    );
    assert_eq!(verdict.blocking.first().unwrap().reasons, ["why"]);
    assert_eq!(
        verdict.summary(),
        "Commit `merged3` brings 2 changes to `shop` since deployment `d1`, and must not be deployed because of `c2`. \
         It cannot be told for `c3` (inconclusive); decide each of these changes with `koalr gate`, then ask again."
    );
}

#[test]
fn a_change_that_was_never_decided_is_inconclusive_and_named() {
    for absent in [true, false] {
        let mut world = world([Pass, Pass, Pass]);
        if absent {
            world.decisions.truncate(2);
        } else {
            world.decisions[2].1 = None;
        }
        let verdict = world.enforced("merged3");
        assert_eq!(
            (verdict.decision, verdict.answer()),
            (Inconclusive, Answer::Rejected)
        );
        let why = WhyUndecided::Never;
        let change = "c3".to_owned();
        assert_eq!(verdict.undecided, [Undecided { change, why }]);
    }
}

#[test]
fn what_only_waits_is_inconclusive_and_its_deployment_waits_on() {
    let verdict = world([Pass, Warn, Pending]).enforced("merged3");
    assert_eq!(
        (verdict.decision, verdict.answer()),
        (Inconclusive, Answer::Waiting)
    );
    assert_eq!(Answer::Waiting.state(), None);
    let verdict = world([Pass, Inconclusive, Pending]).enforced("merged3");
    assert_eq!(verdict.answer(), Answer::Rejected);
}

#[test]
fn a_change_that_warns_warns_and_is_approved() {
    let verdict = world([Pass, Pass, Warn]).enforced("merged3");
    assert_eq!(
        (verdict.decision, verdict.answer()),
        (Warn, Answer::Approved)
    );
    assert_eq!(
        verdict.summary(),
        "Commit `merged3` brings 2 changes to `shop` since deployment `d1`; look at `c3`."
    );
}

#[test]
fn an_override_of_the_merged_head_carries_and_stays_visible() {
    let mut world = world([Pass, Pass, Warn]);
    world.decisions[2].1.as_mut().unwrap().overridden_by = Some("ada".to_owned());
    let verdict = world.enforced("merged3");
    assert_eq!(verdict.decision, Warn);
    let (change, by) = ("c3".to_owned(), "ada".to_owned());
    assert_eq!(verdict.overridden, [Overridden { change, by }]);
    assert!(
        verdict
            .summary()
            .ends_with("Let pass by people: `c3` (`ada`).")
    );
}

#[test]
fn a_decision_about_another_head_or_of_another_time_lets_nothing_pass() {
    for (head_sha, as_of, why) in [
        ("head2", 100, WhyUndecided::OtherHead),
        ("head3", 69, WhyUndecided::Stale),
        ("head3", 121, WhyUndecided::Future),
    ] {
        let mut world = world([Pass, Pass, Pass]);
        let decision = world.decisions[2].1.as_mut().unwrap();
        decision.head_sha = head_sha.to_owned();
        decision.as_of = as_of;
        let verdict = world.enforced("merged3");
        assert_eq!(verdict.decision, Inconclusive);
        assert_eq!(verdict.undecided.first().unwrap().why, why);
    }
}

#[test]
fn an_old_block_still_blocks() {
    let mut world = world([Pass, Pass, Block]);
    world.decisions[2].1.as_mut().unwrap().as_of = 0;
    assert_eq!(world.enforced("merged3").decision, Block);
}

#[test]
fn a_commit_that_brings_nothing_passes_and_says_so() {
    for sha in ["merged1", "MERGED1"] {
        let verdict = world([Block, Block, Block]).enforced(sha);
        assert_eq!(verdict.decision, Pass);
        assert_eq!(
            verdict.summary(),
            format!("Commit `{sha}` brings no change that `shop` does not run already.")
        );
    }
}

#[test]
fn going_back_to_an_older_commit_brings_nothing() {
    let mut world = world([Pass, Block, Pass]);
    world
        .deployments
        .push(deployment("d3", Some("merged3"), 30));
    assert_eq!(world.enforced("merged2").changes, Vec::<String>::new());
}

#[test]
fn an_unknown_commit_is_inconclusive_with_the_way_out() {
    let verdict = world([Pass, Pass, Pass]).enforced("feedbeef");
    assert_eq!(
        (verdict.decision, verdict.answer()),
        (Inconclusive, Answer::Rejected)
    );
    assert_eq!(
        verdict.summary(),
        "It cannot be told what would be deployed: no known change was merged as commit `feedbeef`; import the merged \
         changes of the service's repositories, or deploy the commit of a merge."
    );
    assert!(world([Pass, Pass, Pass]).enforced("").unknown.is_some());
}

#[test]
fn a_commit_may_be_shortened_to_seven_digits_that_tell_it() {
    let mut world = world([Pass, Pass, Pass]);
    world.merges[1].merge_sha = Some("abcdef0123".to_owned());
    world.merges[2].merge_sha = Some("abcdef0456".to_owned());
    assert_eq!(world.enforced("ABCDEF01").changes, ["c2"]);
    let several = UnknownCommit::Several("abcdef0".to_owned());
    assert_eq!(world.enforced("abcdef0").unknown, Some(several));
    assert!(matches!(
        world.enforced("abcdef").unknown,
        Some(UnknownCommit::NotMerged(_))
    ));
}

#[test]
fn without_a_deployment_all_changes_count() {
    let mut world = world([Block, Pass, Pass]);
    world.deployments.clear();
    let verdict = world.enforced("merged3");
    assert_eq!((verdict.decision, verdict.since.as_deref()), (Block, None));
    assert_eq!(verdict.changes, ["c1", "c2", "c3"]);
}

#[test]
fn deployments_that_did_not_succeed_in_production_are_not_the_last() {
    let mut world = world([Pass, Block, Pass]);
    let failed = Deployment {
        state: DeploymentState::Failed,
        ..deployment("f", Some("merged2"), 2)
    };
    let staging = Deployment {
        environment: Some("staging".to_owned()),
        ..deployment("s", Some("merged2"), 2)
    };
    let later = deployment("l", Some("merged2"), 121);
    world.deployments.extend([failed, staging, later]);
    assert_eq!(world.enforced("merged3").changes, ["c2", "c3"]);
}

#[test]
fn a_later_deployment_of_an_unknown_commit_shortens_nothing_and_is_named() {
    let mut world = world([Pass, Pass, Block]);
    world.deployments.push(deployment("d2", None, 40));
    world
        .deployments
        .push(deployment("d3", Some("feedbeef"), 41));
    let verdict = world.enforced("merged3");
    assert_eq!(verdict.changes, ["c2", "c3"]);
    assert_eq!(verdict.unplaced, ["d2", "d3"]);
    assert!(
        verdict
            .summary()
            .contains("because the commit of `d2`, `d3` is not known")
    );
}

#[test]
fn changes_and_deployments_of_another_repository_do_not_count() {
    let mut world = world([Pass, Pass, Pass]);
    world.merges.push(Merge {
        repository: "acme/lib".to_owned(),
        ..merge(9)
    });
    world.merges.push(Merge {
        repository: "other/shop".to_owned(),
        ..merge(2)
    });
    world.merges[3].merged_at = 2;
    world
        .deployments
        .push(deployment("lib", Some("merged9"), 50));
    let verdict = world.enforced("merged3");
    assert_eq!(verdict.changes, ["c2", "c3"]);
    assert_eq!(
        (verdict.since.as_deref(), verdict.unplaced.len()),
        (Some("d1"), 0)
    );
}

#[test]
fn a_deployment_of_another_service_does_not_count_and_one_under_a_former_name_does() {
    let mut world = world([Pass, Pass, Pass]);
    for (name, since) in [("cart", "d1"), ("Old-Shop", "other")] {
        world.deployments.push(Deployment {
            service: name.to_owned(),
            ..deployment("other", Some("merged2"), 9)
        });
        assert_eq!(world.enforced("merged3").since.as_deref(), Some(since));
    }
}

#[test]
fn one_commit_that_merged_several_changes_brings_them_all() {
    let mut world = world([Pass, Pass, Block]);
    world.merges[1].merge_sha = Some("MERGED3".to_owned());
    assert_eq!(world.enforced("merged3").changes, ["c2", "c3"]);
}

#[test]
fn a_deployed_head_does_not_show_that_what_was_merged_before_it_runs() {
    let mut world = world([Pass, Block, Pass]);
    world
        .deployments
        .push(deployment("branch", Some("head3"), 50));
    let verdict = world.enforced("merged3");
    assert_eq!(verdict.changes, ["c2", "c3"]);
    assert_eq!(
        (verdict.decision, verdict.unplaced),
        (Block, vec!["branch".to_owned()])
    );
}

#[test]
fn of_changes_merged_at_one_time_rather_one_too_many_counts() {
    let mut world = world([Pass, Block, Pass]);
    world.merges[1].merged_at = 1;
    assert_eq!(world.enforced("merged3").decision, Block);
}

#[test]
fn a_mode_that_does_not_bind_says_what_it_would_have_been() {
    let world = world([Pass, Pass, Block]);
    let verdict = world.ask("merged3", Mode::Warn);
    assert_eq!((verdict.judged, verdict.decision), (Block, Warn));
    assert_eq!(verdict.answer(), Answer::Approved);
    assert!(
        verdict
            .summary()
            .ends_with("Enforced, this would be block; the policy only lets it warn.")
    );
    assert_eq!(world.ask("merged3", Mode::Observe).decision, Pass);
}
