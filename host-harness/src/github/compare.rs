//! What changed in the dependencies between two commits.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::HeaderValue;
use koalr_runtime::Secret;
use serde::de::IgnoredAny;

use super::GitHub;
use super::address::{Repository, Sha};
use super::error::{Deed, GitHubError};
use super::refusal::{About, quoted};

/// GitHub's comparison of the dependencies of two commits, whole as far as GitHub has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comparison {
    /// Every page, in order: each a JSON list of rows as GitHub sends it, for `koalr_platform::sbom::compare_rows`. Never
    /// empty; a page may be.
    pub pages: Vec<Bytes>,
    /// Why the comparison is partial, in GitHub's words: dependencies that a build submits are missing for one of the
    /// commits. None if GitHub says nothing of the kind.
    pub warning: Option<String>,
}

impl GitHub {
    /// Asks what changed between the merge base of two commits and the second: all pages, or an error.
    ///
    /// # Errors
    ///
    /// A name that is none; no dependency graph; no such repository or commit; the token; a limit; no answer, or an odd
    /// one.
    pub async fn compare(
        &self,
        repository: &str,
        base_sha: &str,
        head_sha: &str,
    ) -> Result<Comparison, GitHubError> {
        let (repository, base, head) = (
            Repository::parse(repository)?,
            Sha::parse(base_sha)?,
            Sha::parse(head_sha)?,
        );
        let about = About {
            deed: Deed::Compare,
            repository,
        };
        let path = format!("/repos/{repository}/dependency-graph/compare/{base}...{head}");
        let answers = self.pages(about, path).await?;
        let mut comparison = Comparison {
            pages: Vec::with_capacity(answers.len()),
            warning: None,
        };
        for answer in answers {
            let (head, page) = answer.into_parts();
            let rows: Result<Vec<IgnoredAny>, _> = serde_json::from_slice(&page);
            if rows.is_err() {
                let number = comparison.pages.len() + 1;
                return Err(about.odd(format!("page {number} is no list of rows")));
            }
            if comparison.warning.is_none() {
                let warning = head.headers.get(SNAPSHOT_WARNINGS);
                comparison.warning = warning.map(|value| decoded(value, &self.token));
            }
            comparison.pages.push(page);
        }
        Ok(comparison)
    }
}

/// The sentence in the header. What cannot be read is a warning still.
fn decoded(value: &HeaderValue, token: &Secret) -> String {
    let bytes = STANDARD.decode(value.as_bytes().trim_ascii()).ok();
    let text = bytes.and_then(|bytes| String::from_utf8(bytes).ok());
    let text = text.map(|text| quoted(&text, token));
    text.filter(|text| !text.is_empty())
        .unwrap_or_else(|| UNREADABLE.to_owned())
}

/// Base64 of a text for people, where a commit has no snapshot of submitted dependencies.
const SNAPSHOT_WARNINGS: &str = "x-github-dependency-graph-snapshot-warnings";
const UNREADABLE: &str =
    "GitHub warns that dependency snapshots are missing, in words that cannot be read";
