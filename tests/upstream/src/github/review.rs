//! Answers to deployment protection rules.

use std::time::Instant;

use serde_json::Value;

use super::content::State;
use super::payload::Reader;
use super::refusal::{document, invalid, not_found};
use crate::answer::Answer;

/// What a deployment protection rule was answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Review {
    /// When the request arrived, on this machine's monotonic clock.
    pub at: Instant,
    /// `owner/name`, as the repository writes it.
    pub repository: String,
    /// The workflow run that waits.
    pub run_id: u64,
    /// The environment that it would deploy to.
    pub environment: String,
    /// `approved` or `rejected`; none for a comment that decides nothing.
    pub state: Option<String>,
    /// What people read; none if there is nothing to say.
    pub comment: Option<String>,
}

/// Takes an answer to the rule of a run that waits.
pub(super) fn take(
    state: &mut State,
    (owner, name): (&str, &str),
    run_id: &str,
    body: &Value,
    at: Instant,
) -> Result<Answer, Answer> {
    let missing = || not_found(DOCUMENTATION);
    let run_id = run_id.parse().map_err(|_| missing())?;
    let repository = state.repository(owner, name).ok_or_else(missing)?;
    let runs = &repository.waiting_runs;
    if !runs.iter().any(|(known, _)| *known == run_id) {
        return Err(missing());
    }
    let mut reader = Reader::default();
    reader.members(
        body,
        "",
        &["environment_name", "state", "comment"],
        &["environment_name"],
    );
    let environment = reader.text(body, "", "environment_name", usize::MAX);
    let comment = reader.text(body, "", "comment", usize::MAX);
    let verdict = reader.word(body, "", "state", &["approved", "rejected"]);
    if body.get("state").is_none() && comment.is_none() {
        reader.complain("\"state\" wasn't supplied.".to_owned());
    }
    let waits = |name: &str| runs.contains(&(run_id, name.to_owned()));
    if let Some(environment) = environment.filter(|name| !waits(name)) {
        let complaint = format!("No deployment to \"{environment}\" waits in this run.");
        reader.complain(complaint);
    }
    if let Some(complaints) = reader.complaints() {
        return Err(invalid(complaints, DOCUMENTATION));
    }
    let review = Review {
        at,
        repository: repository.full_name.clone(),
        run_id,
        environment: environment.unwrap_or_default().to_owned(),
        state: verdict.map(str::to_owned),
        comment: comment.map(str::to_owned),
    };
    state.reviews.push(review);
    let mut answer = document(204, &Value::Null);
    answer.body.clear();
    Ok(answer)
}

const DOCUMENTATION: &str =
    "/actions/workflow-runs#review-custom-deployment-protection-rules-for-a-workflow-run";
