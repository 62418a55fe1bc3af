//! The answer to a deployment protection rule.

use http::{Method, Uri};
use serde::Serialize;
use serde_json::json;

use super::GitHub;
use super::address::Repository;
use super::error::{Deed, GitHubError};
use super::refusal::About;

/// What becomes of a deployment that waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ProtectionState {
    /// It may go on, as far as this rule is concerned.
    Approved,
    /// It ends here.
    Rejected,
}

impl GitHub {
    /// Answers the deployment to an environment that waits, at the address its webhook named. Without a state it goes on
    /// waiting, and people read the comment; a comment may be empty beside a state.
    ///
    /// # Errors
    ///
    /// An address elsewhere, or of something else; nothing to say; no such run; the token; a limit; no answer.
    pub async fn answer_protection(
        &self,
        callback_url: &str,
        environment: &str,
        state: Option<ProtectionState>,
        comment: &str,
    ) -> Result<(), GitHubError> {
        let elsewhere = || GitHubError::Callback {
            origin: self.origin.to_string(),
        };
        let uri: Uri = callback_url.parse().map_err(|_| elsewhere())?;
        let path = self.origin.own(&uri).ok_or_else(elsewhere)?;
        let repository = repository(path).ok_or_else(elsewhere)?;
        if state.is_none() && comment.is_empty() {
            return Err(GitHubError::NothingToSay);
        }
        let mut answer = json!({"environment_name": environment});
        if let Some(members) = answer.as_object_mut() {
            if let Some(state) = state {
                members.insert("state".to_owned(), json!(state));
            }
            if !comment.is_empty() {
                members.insert("comment".to_owned(), json!(comment));
            }
        }
        let about = About {
            deed: Deed::Protection,
            repository: Repository::parse(repository)?,
        };
        self.write(about, Method::POST, path, &answer).await?;
        Ok(())
    }
}

/// The `owner/name` in the path of a rule's answer; none if it is another path.
fn repository(path: &str) -> Option<&str> {
    let rest = path.strip_prefix("/repos/")?;
    let (rest, run) = rest
        .strip_suffix("/deployment_protection_rule")?
        .rsplit_once('/')?;
    let repository = rest.strip_suffix("/actions/runs")?;
    let is_number = !run.is_empty() && run.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then_some(repository)
}
