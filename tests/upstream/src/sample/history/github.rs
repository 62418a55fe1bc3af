//! What GitHub holds of the history's open changes.

use super::rooms::ROOMS;
use super::{ChangeEnd, History, HistoryChange};
use crate::github::{Component, PullRequest, Repository};
use crate::sample::SampleDependency;

impl History {
    /// The demo's [repositories](Repository::sample), and in them base and head of every open change of the history
    /// whose dependencies are known, with a branch for each.
    #[must_use]
    pub fn repositories(&self) -> Vec<Repository> {
        let mut repositories = Repository::sample();
        for room in &ROOMS {
            let known = repositories
                .iter()
                .any(|item| item.full_name == room.repository);
            if !known {
                repositories.push(Repository::new(room.repository));
            }
        }
        for repository in &mut repositories {
            let open = self.changes.iter().filter(|change| {
                change.repository == repository.full_name && change.end == ChangeEnd::Open
            });
            let open: Vec<(&HistoryChange, &[SampleDependency])> = open
                .filter_map(|change| Some((change, change.dependencies.as_deref()?)))
                .collect();
            // Changes may share a base, so every base is whole before the first head is made.
            for (change, rows) in &open {
                begin(repository, change, rows);
            }
            for (change, rows) in &open {
                propose(repository, change, rows);
            }
        }
        repositories
    }
}

impl HistoryChange {
    /// The pull request as GitHub's events show it.
    #[must_use]
    pub fn pull_request(&self) -> PullRequest {
        let (base, head) = (&self.base_sha, &self.head_sha);
        let number = self.number.into();
        PullRequest {
            title: self.title.clone(),
            author: self.author.to_owned(),
            head_ref: self.source_branch(),
            ..PullRequest::new(self.repository, number, base, head, self.opened_at)
        }
    }
}

/// Adds to a change's base what the change begins with.
fn begin(repository: &mut Repository, change: &HistoryChange, rows: &[SampleDependency]) {
    let before = components(change, rows, |row| row.before);
    let mut commits = repository.commits.iter_mut();
    match commits.find(|(sha, _)| *sha == change.base_sha) {
        Some((_, held)) => held.extend(before),
        None => repository.commits.push((change.base_sha.clone(), before)),
    }
}

/// Adds a change's head: its base, with what the change touches replaced.
fn propose(repository: &mut Repository, change: &HistoryChange, rows: &[SampleDependency]) {
    let mut commits = repository.commits.iter();
    let base = commits.find(|(sha, _)| *sha == change.base_sha);
    let mut head = base.map(|(_, held)| held.clone()).unwrap_or_default();
    head.retain(|item| !rows.iter().any(|row| row.name == item.name));
    head.extend(components(change, rows, |row| row.after));
    repository.commits.push((change.head_sha.clone(), head));
    let branch = (change.source_branch(), change.head_sha.clone());
    repository.branches.push(branch);
}

/// What a change names on one of its two sides, with GitHub's names of the ecosystems.
fn components(
    change: &HistoryChange,
    rows: &[SampleDependency],
    version: impl Fn(&SampleDependency) -> Option<&'static str>,
) -> Vec<Component> {
    let named = rows.iter().filter_map(|row| {
        let ecosystem = match row.ecosystem {
            "pypi" => "pip",
            same => same,
        };
        let version = version(row)?;
        Some(Component::new(
            change.manifest,
            ecosystem,
            row.name,
            version,
        ))
    });
    named.collect()
}
