use proptest::prelude::*;
use proptest::sample::Index;

use super::*;

/// Up to twelve of each, at times up to 40, with commits that sometimes match.
fn any_world() -> impl Strategy<Value = (Vec<Merge>, Vec<Deployment>, Vec<Incident>)> {
    let changes = prop::collection::vec(0_i64..40, 0..12);
    let deployments = prop::collection::vec((0_i64..40, 0_usize..20, 0..4), 0..12);
    let incidents = prop::collection::vec((0_i64..40, 0_usize..20), 0..12);
    (changes, deployments, incidents).prop_map(|(changes, deployments, incidents)| {
        let merges = changes.iter().enumerate();
        let merges: Vec<Merge> = merges.map(|(n, at)| merge(&n.to_string(), *at)).collect();
        let deployments = deployments.iter().enumerate();
        let deployments = deployments.map(|(n, (at, of, state))| Deployment {
            state: match state {
                0 => DeploymentState::Failed,
                _ => DeploymentState::Succeeded,
            },
            ..deployment(
                &format!("d{n}"),
                merges.get(*of).and_then(|one| one.merge_sha.as_deref()),
                *at,
            )
        });
        let deployments = deployments.collect();
        let incidents = incidents.iter().enumerate();
        let incidents = incidents.map(|(n, (at, of))| {
            let named = merges.get(*of).map(|one| &*one.change);
            incident(&format!("i{n}"), named, *at)
        });
        let incidents = incidents.collect();
        (merges, deployments, incidents)
    })
}

proptest! {
    #[test]
    fn no_link_runs_backward_and_all_is_linked_or_named((changes, deployments, incidents) in any_world()) {
        let links = tied(&changes, &deployments, &incidents);
        prop_assert!(links.links.iter().all(|link| link.after_ms >= 0));
        let nodes = changes.iter().map(|one| change(&one.change));
        let nodes = nodes.chain(incidents.iter().map(|one| Node::Incident(one.id.clone())));
        for node in nodes {
            let to = from(&links, &node).into_iter();
            let linked = to.filter(|(to, _)| matches!(to, Node::Deployment(_))).count();
            let named = links.unlinked.iter().filter(|one| one.what == node).count();
            prop_assert_eq!(linked + named, 1);
        }
    }

    #[test]
    fn the_order_of_the_lists_does_not_matter(
        (changes, deployments, incidents) in any_world(), by: Index,
    ) {
        let turned = |length: usize| if length == 0 { 0 } else { by.index(length) };
        let (mut c, mut d, mut i) = (changes.clone(), deployments.clone(), incidents.clone());
        c.rotate_left(turned(changes.len()));
        d.rotate_left(turned(deployments.len()));
        d.reverse();
        i.reverse();
        prop_assert_eq!(tied(&c, &d, &i), tied(&changes, &deployments, &incidents));
    }

    #[test]
    fn the_sweep_finds_what_looking_at_every_pair_finds((changes, deployments, _) in any_world()) {
        let links = tied(&changes, &deployments, &[]);
        let mut good: Vec<&Deployment> = deployments.iter().filter(|one| counts(one, 100 * DAY)).collect();
        good.sort_by_key(|one| (one.at, &one.id));
        for one in &changes {
            let since = || good.iter().filter(|deployment| deployment.at >= one.merged_at);
            let own = since().find(|deployment| deployment.sha == one.merge_sha);
            let holds = |deployment: &Deployment| match &deployment.sha {
                None => true,
                sha => changes.iter().any(|of| of.merge_sha == *sha && of.merged_at >= one.merged_at),
            };
            let expected = own.or_else(|| since().find(|deployment| holds(deployment)));
            let found = from(&links, &change(&one.change));
            let found: Vec<&Node> = found.iter().map(|(to, _)| to).collect();
            let expected: Vec<Node> = expected.iter().map(|one| deployed(&one.id)).collect();
            prop_assert_eq!(found, expected.iter().collect::<Vec<_>>());
        }
    }
}
