//! The dependency list of a change: handed in by a person, or compared by GitHub. It is stored for one head, with its
//! source.

use std::pin::Pin;

use koalr_platform::evidence::ListState;
use koalr_platform::model::common::{Change, DependencyChange, Timestamp};
use koalr_platform::sbom::{Changes, compare_rows};
use koalr_store::{ChangeRecord, ChangeState, DependencyList, Tenant};
use schemars::JsonSchema;
use serde::Serialize;

use crate::HostError;
use crate::report::plain;

/// Who compares the dependencies of two commits.
pub trait Compare: Sync {
    /// GitHub's comparison.
    fn compare<'a>(&'a self, repository: &'a str, base: &'a str, head: &'a str) -> Compared<'a>;
}

/// A comparison under way.
pub type Compared<'a> = Pin<Box<dyn Future<Output = Result<Comparison, CompareError>> + Send + 'a>>;

/// What was compared.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Comparison {
    /// The rows, page by page.
    pub pages: Vec<Vec<u8>>,
    /// Why rows are missing, in GitHub's words; none if it does not say so.
    pub warning: Option<String>,
}

/// Why there is no comparison.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CompareError {
    /// There will be none: the dependency graph is off, or the token may not read it. What a person is told.
    #[error("{0}")]
    Refused(String),
    /// There may be one later.
    #[error("{reason}")]
    Later {
        /// What a person is told.
        reason: String,
        /// When to ask again, in seconds.
        after_secs: u32,
    },
}

/// What is known of the dependencies of a head.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Listed {
    /// A list, perhaps with holes.
    List(DependencyList),
    /// It was asked for and may still come.
    Awaited {
        /// Why it is not there.
        reason: String,
        /// When to ask again, in seconds.
        after_secs: u32,
    },
    /// Who was asked does not give one: why.
    Refused(String),
    /// Nobody was asked.
    NotAsked,
}

impl Listed {
    /// The dependencies; none without a list.
    pub(super) fn changes(&self) -> Option<&[DependencyChange]> {
        match self {
            Self::List(list) => Some(&list.changes),
            _ => None,
        }
    }

    /// How they are known.
    pub(super) fn state(&self) -> ListState<'_> {
        match self {
            Self::List(list) if list.complete => ListState::Complete,
            Self::List(list) => ListState::Partial(&list.detail),
            Self::Awaited { reason, .. } => ListState::Awaited(reason),
            Self::Refused(reason) => ListState::Refused(reason),
            Self::NotAsked => ListState::NotAsked,
        }
    }
}

/// What was stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct DependenciesReport {
    /// Id of the change.
    pub change: String,
    /// The head that the list is of.
    pub head_sha: String,
    /// Where it comes from: `cyclonedx`, `spdx`, `list` or `github`.
    pub source: String,
    /// Whether nothing was left out.
    pub complete: bool,
    /// What was left out, by input and reason. Text from outside.
    pub left_out: Vec<String>,
    /// The dependencies that the change touches.
    pub dependencies: Vec<DependencyChange>,
}

/// Which head of which change a list is of.
#[derive(Debug, Clone, Copy)]
pub struct Head<'a> {
    /// Id of the change.
    pub change: &'a str,
    /// Repository of a change that is not stored yet; none means that it must be.
    pub repository: Option<&'a str>,
    /// The head; none means the stored one.
    pub sha: Option<&'a str>,
}

/// Stores a list that was handed in. A change that is not stored is made, if its repository and head are given.
///
/// # Errors
/// - the change is not stored, and its repository or its head is missing
/// - the change is stored, and of another repository
/// - the store failed
pub fn hand_in(
    tenant: &mut Tenant,
    head: Head<'_>,
    (source, changes): (&str, Changes),
    at: Timestamp,
) -> Result<DependenciesReport, HostError> {
    let change = place(tenant, head, at)?;
    let report = DependenciesReport {
        change: change.id.clone(),
        head_sha: change.head_sha.clone(),
        source: source.to_owned(),
        complete: !changes.is_partial(),
        left_out: changes.left_out.iter().map(ToString::to_string).collect(),
        dependencies: changes.rows.clone(),
    };
    tenant.save_dependencies(
        &change.id,
        &change.head_sha,
        &list(&change, source, changes),
        at,
    )?;
    Ok(report)
}

/// Nothing is known of a change, and nothing that would make it one was given.
pub(crate) fn not_stored(id: &str) -> HostError {
    HostError::Change(format!(
        "`{}` is no stored change; name its `--repository` and `--head-sha`, and it becomes one",
        plain(id)
    ))
}

/// Asks GitHub what a change does to dependencies, and stores the answer.
///
/// # Errors
/// - the store failed; what GitHub does not tell is no error, but a state of the list
pub async fn fetch(
    tenant: &mut Tenant,
    github: &dyn Compare,
    change: &Change,
    at: Timestamp,
) -> Result<Listed, HostError> {
    let base = change
        .base_sha
        .as_deref()
        .or(change.target_branch.as_deref());
    let Some(base) = base else {
        return Ok(Listed::Refused(NO_BASE.to_owned()));
    };
    let compared = github.compare(&change.repository, base, &change.head_sha);
    let Comparison { pages, warning } = match compared.await {
        Ok(comparison) => comparison,
        Err(CompareError::Refused(reason)) => return Ok(Listed::Refused(reason)),
        Err(CompareError::Later { reason, after_secs }) => {
            return Ok(Listed::Awaited { reason, after_secs });
        }
    };
    let changes = match compare_rows("GitHub's comparison", &pages) {
        Ok(changes) => changes,
        Err(error) => return Ok(Listed::Refused(error.to_string())),
    };
    let mut list = list(change, "github", changes);
    if let Some(warning) = warning {
        list.complete = false;
        let said = format!("GitHub says: {warning}");
        let details = [std::mem::take(&mut list.detail), said];
        let told = details.into_iter().filter(|detail| !detail.is_empty());
        list.detail = told.collect::<Vec<_>>().join("; ");
    }
    tenant.save_dependencies(&change.id, &change.head_sha, &list, at)?;
    Ok(Listed::List(list))
}

/// The list of the present head that is stored; else what GitHub says, if it can be asked.
pub(super) async fn find(
    tenant: &mut Tenant,
    github: Option<&dyn Compare>,
    change: &Change,
    at: Timestamp,
) -> Result<Listed, HostError> {
    if let Some(list) = tenant.dependencies(&change.id, &change.head_sha)? {
        return Ok(Listed::List(list));
    }
    match github {
        Some(github) => fetch(tenant, github, change, at).await,
        None => Ok(Listed::NotAsked),
    }
}

/// The change with the head that is meant.
fn place(tenant: &mut Tenant, head: Head<'_>, at: Timestamp) -> Result<Change, HostError> {
    let Head {
        change: id,
        repository,
        sha,
    } = head;
    if let Some(stored) = tenant.change(id)? {
        let mut change = stored.change;
        if let Some(other) = repository.filter(|one| *one != change.repository) {
            return Err(HostError::Change(format!(
                "`{}` is a change of `{}`, not of `{}`",
                plain(id),
                plain(&change.repository),
                plain(other)
            )));
        }
        if let Some(sha) = sha {
            sha.clone_into(&mut change.head_sha);
        }
        return Ok(change);
    }
    let given = |text: Option<&str>| {
        text.map(str::trim)
            .filter(|text| !text.is_empty())
            .map(str::to_owned)
    };
    let (Some(repository), Some(head_sha)) = (given(repository), given(sha)) else {
        return Err(not_stored(id));
    };
    let change = Change {
        id: id.to_owned(),
        repository,
        number: None,
        head_sha,
        base_sha: None,
        source_branch: None,
        target_branch: None,
    };
    tenant.save_change(&ChangeRecord {
        change: change.clone(),
        title: String::new(),
        author: None,
        opened_at: None,
        state: ChangeState::Unknown,
        merged_at: None,
        merge_sha: None,
        base_score: None,
        updated_at: at,
        source: "api".to_owned(),
    })?;
    Ok(change)
}

pub(super) fn list(change: &Change, source: &str, changes: Changes) -> DependencyList {
    let left_out = changes.left_out.iter().map(ToString::to_string);
    DependencyList {
        source: source.to_owned(),
        base_sha: change.base_sha.clone(),
        complete: !changes.is_partial(),
        detail: left_out.collect::<Vec<_>>().join("; "),
        changes: changes.rows,
    }
}

const NO_BASE: &str = "it is not known what the change is compared with";
