//! The fewest upgrades that remove all findings.

use std::collections::BTreeSet;

/// One version of one dependency.
#[derive(Debug, Clone)]
pub(super) struct Choice {
    /// Index of the dependency.
    pub(super) dependency: u32,
    /// Findings it removes.
    pub(super) removes: BTreeSet<u32>,
}

/// Positions of the choices that remove all findings together, with one choice of a dependency at most; none if none do
/// or nothing is to be removed. The fewest, trying earlier choices first; beyond [`EXACT`] dependencies
/// those that remove most first, which may be more than the fewest. Of 64 choices at most.
pub(super) fn cover(findings: &BTreeSet<u32>, choices: &[Choice]) -> Option<Vec<usize>> {
    if findings.is_empty() {
        return None;
    }
    // Findings that the same choices remove are one problem.
    let mut problems: BTreeSet<u64> = BTreeSet::new();
    for finding in findings {
        let mut by = 0_u64;
        for (position, choice) in choices.iter().enumerate().take(64) {
            by |= u64::from(choice.removes.contains(finding)) << position;
        }
        if by == 0 {
            return None;
        }
        problems.insert(by);
    }
    let problems: Vec<u64> = problems.into_iter().collect();
    let dependencies: BTreeSet<u32> = choices.iter().map(|choice| choice.dependency).collect();
    let mut chosen = if dependencies.len() <= EXACT {
        // One more each time, so that the first that is found has the fewest.
        (1..=dependencies.len()).find_map(|most| exact(&problems, choices, &[], most))?
    } else {
        greedy(problems, choices)?
    };
    chosen.sort_unstable();
    Some(chosen)
}

/// A cover with this many choices at most, beside those taken.
fn exact(problems: &[u64], choices: &[Choice], taken: &[usize], most: usize) -> Option<Vec<usize>> {
    // The problem with the fewest ways out leaves the least to try.
    let Some(hardest) = problems.iter().min_by_key(|by| by.count_ones()) else {
        return Some(taken.to_vec());
    };
    if most == 0 {
        return None;
    }
    ways_out(*hardest, choices, taken)
        .into_iter()
        .find_map(|position| {
            let left: Vec<u64> = left(problems, position);
            let taken = [taken, &[position]].concat();
            exact(&left, choices, &taken, most - 1)
        })
}

fn greedy(mut problems: Vec<u64>, choices: &[Choice]) -> Option<Vec<usize>> {
    let mut taken = Vec::new();
    while !problems.is_empty() {
        let best = ways_out(u64::MAX, choices, &taken)
            .into_iter()
            .min_by_key(|position| (left(&problems, *position).len(), *position))?;
        let rest = left(&problems, best);
        if rest.len() == problems.len() {
            return None;
        }
        problems = rest;
        taken.push(best);
    }
    Some(taken)
}

/// Positions among these bits whose dependency has no version yet.
fn ways_out(by: u64, choices: &[Choice], taken: &[usize]) -> Vec<usize> {
    let is_moved = |dependency| {
        let mut taken = taken.iter().filter_map(|position| choices.get(*position));
        taken.any(|choice| choice.dependency == dependency)
    };
    choices
        .iter()
        .enumerate()
        .take(64)
        .filter(|(position, choice)| by & (1 << position) != 0 && !is_moved(choice.dependency))
        .map(|(position, _)| position)
        .collect()
}

/// Problems that a choice leaves.
fn left(problems: &[u64], position: usize) -> Vec<u64> {
    let left = problems.iter().copied();
    left.filter(|by| by & (1 << position) == 0).collect()
}

/// Most dependencies for which the fewest upgrades are found: the tries double with each.
const EXACT: usize = 12;

#[cfg(test)]
mod tests {
    use super::*;

    fn choice(dependency: u32, removes: &[u32]) -> Choice {
        Choice {
            dependency,
            removes: removes.iter().copied().collect(),
        }
    }

    fn covered(findings: &[u32], choices: &[Choice]) -> Option<Vec<usize>> {
        cover(&findings.iter().copied().collect(), choices)
    }

    #[test]
    fn two_upgrades_win_over_three_that_look_better_one_by_one() {
        // The first removes most by itself, and is in no smallest set.
        let choices = [
            choice(0, &[1, 2, 3, 4]),
            choice(1, &[1, 2, 5]),
            choice(2, &[3, 4, 6]),
        ];
        assert_eq!(covered(&[1, 2, 3, 4, 5, 6], &choices), Some(vec![1, 2]));
    }

    #[test]
    fn a_dependency_moves_to_one_version_only() {
        let choices = [choice(0, &[1]), choice(0, &[2]), choice(0, &[1, 2])];
        assert_eq!(covered(&[1, 2], &choices), Some(vec![2]));
        assert_eq!(covered(&[1, 2], &choices[..2]), None);
    }

    #[test]
    fn of_equal_sets_the_first_in_the_integrations_order_is_taken() {
        let choices = [choice(0, &[1]), choice(0, &[1])];
        assert_eq!(covered(&[1], &choices), Some(vec![0]));
    }

    #[test]
    fn a_finding_that_nothing_removes_leaves_no_set() {
        assert_eq!(covered(&[1, 2], &[choice(0, &[1])]), None);
        assert_eq!(covered(&[], &[choice(0, &[1])]), None);
    }

    #[test]
    fn no_set_of_fewer_upgrades_exists_by_trying_all() {
        // A small generator of its own: a few hundred cases of four dependencies with two versions each.
        let mut state = 7_u64;
        let mut next = || {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            state >> 33
        };
        for _ in 0..300 {
            let choices: Vec<Choice> = (0..8)
                .map(|one| {
                    let bits = next();
                    let removes: Vec<u32> = (0..5).filter(|bit| bits >> bit & 1 == 1).collect();
                    choice(one / 2, &removes)
                })
                .collect();
            let findings: BTreeSet<u32> = (0..5).collect();
            let fewest = (0_u32..256)
                .filter(|set| {
                    let of: Vec<&Choice> = (0..8)
                        .filter(|bit| set >> bit & 1 == 1)
                        .map(|bit: usize| &choices[bit])
                        .collect();
                    let moved: BTreeSet<u32> = of.iter().map(|one| one.dependency).collect();
                    let removed: BTreeSet<u32> =
                        of.iter().flat_map(|one| one.removes.clone()).collect();
                    moved.len() == of.len() && removed.is_superset(&findings)
                })
                .map(u32::count_ones)
                .min();
            let found = cover(&findings, &choices).map(|found| u32::try_from(found.len()).unwrap());
            assert_eq!(found, fewest, "{choices:?}");
        }
    }

    #[test]
    fn many_dependencies_are_covered_too() {
        let choices: Vec<Choice> = (0..40).map(|one| choice(one, &[one])).collect();
        let all: Vec<u32> = (0..40).collect();
        assert_eq!(covered(&all, &choices).unwrap().len(), 40);
    }
}
