//! Which changes a commit brings to a service.

use std::collections::BTreeMap;

use super::{Asked, UnknownCommit};
use crate::delivery::Merge;
use crate::links::counts;
use crate::model::record::Deployment;

/// The changes that a commit brings, and since when.
pub(super) struct Span<'a> {
    /// In the order of their merges.
    pub(super) changes: Vec<&'a Merge>,
    pub(super) since: Option<String>,
    pub(super) unplaced: Vec<String>,
}

impl<'a> Span<'a> {
    pub(super) fn of(asked: &Asked<'a>) -> Result<Self, UnknownCommit> {
        let merges = asked.merges.iter();
        let mut merges: Vec<&Merge> = merges
            .filter(|one| one.merged_at <= asked.as_of && asked.service.holds(&one.repository))
            .collect();
        merges.sort_by_key(|one| (one.merged_at, &one.change));
        let candidate = candidate(asked.sha, &merges)?;
        // Only the commit of a merge holds what was merged before it: a head may have left the branch long ago.
        let mut made_by: BTreeMap<String, &Merge> = BTreeMap::new();
        for merge in &merges {
            if let Some(sha) = &merge.merge_sha {
                made_by.entry(key(sha)).or_insert(merge);
            }
        }
        let mut deployments: Vec<&Deployment> = asked.deployments.iter().collect();
        deployments.retain(|one| asked.service.is_named(&one.service) && counts(one, asked.as_of));
        deployments.sort_by_key(|one| (one.at, &one.id));
        let mut since = None;
        let mut unplaced = Vec::new();
        for deployment in deployments.iter().rev() {
            let sha = deployment.sha.as_deref().map(key);
            match sha.and_then(|sha| made_by.get(&sha)) {
                Some(merge) if same_repository(merge, candidate) => {
                    since = Some((*merge, deployment));
                    break;
                }
                // It brought another repository of the service.
                Some(_) => {}
                None => unplaced.push(deployment.id.clone()),
            }
        }
        unplaced.reverse();
        let mut changes = merges;
        // Of changes that were merged at one time nobody knows the order: rather one too many.
        changes.retain(|one| {
            same_repository(one, candidate)
                && one.merged_at <= candidate.merged_at
                && since.is_none_or(|(last, _)| {
                    one.merged_at >= last.merged_at && one.change != last.change
                })
        });
        Ok(Self {
            changes,
            since: since.map(|(_, deployment)| deployment.id.clone()),
            unplaced,
        })
    }
}

/// The last change whose merge made the commit, or whose head it is. A head brings no more than its merge.
fn candidate<'a>(sha: &str, merges: &[&'a Merge]) -> Result<&'a Merge, UnknownCommit> {
    let sha = key(sha);
    let mut by_sha: BTreeMap<String, &Merge> = BTreeMap::new();
    for merge in merges {
        let shas = [merge.merge_sha.as_deref(), Some(&*merge.head_sha)];
        by_sha.extend(shas.into_iter().flatten().map(|sha| (key(sha), *merge)));
    }
    if sha.len() < MIN_SHA_BYTES {
        return Err(UnknownCommit::NotMerged(sha));
    }
    if let Some(merge) = by_sha.get(&sha) {
        return Ok(merge);
    }
    let mut found = by_sha.range(sha.clone()..);
    let mut next = || found.next().filter(|(found, _)| found.starts_with(&sha));
    match (next(), next()) {
        (None, _) => Err(UnknownCommit::NotMerged(sha)),
        (Some((_, one)), None) => Ok(one),
        (Some(_), Some(_)) => Err(UnknownCommit::Several(sha)),
    }
}

fn key(sha: &str) -> String {
    sha.trim().to_ascii_lowercase()
}

fn same_repository(left: &Merge, right: &Merge) -> bool {
    left.repository.eq_ignore_ascii_case(&right.repository)
}

/// The shortest beginning of a commit that people write.
const MIN_SHA_BYTES: usize = 7;
