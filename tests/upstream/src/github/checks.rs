//! Check runs: written, kept, listed.

use std::collections::BTreeSet;
use std::time::Instant;

use serde_json::{Value, json};

use super::content::State;
use super::refusal::{document, not_found, refuse};
use super::{page, payload};
use crate::answer::Answer;
use crate::asked::Asked;
use crate::clock;
use crate::data::Timestamp;

/// A check run as it stands, with how it came to that.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckRun {
    /// From 1, in order of creation, over all repositories.
    pub id: u64,
    /// `owner/name`, as the repository writes it.
    pub repository: String,
    /// Name of the check.
    pub name: String,
    /// The commit that is checked.
    pub head_sha: String,
    /// `queued`, `in_progress` or `completed`.
    pub status: String,
    /// None until it is completed.
    pub conclusion: Option<String>,
    /// The writer's own reference; none if it gave none.
    pub external_id: Option<String>,
    /// Where the details are; none if the writer gave none.
    pub details_url: Option<String>,
    /// RFC 3339.
    pub started_at: String,
    /// RFC 3339; none until it is completed.
    pub completed_at: Option<String>,
    /// Title of the output; none if there is none.
    pub title: Option<String>,
    /// Markdown; none if there is none.
    pub summary: Option<String>,
    /// Markdown; none if there is none.
    pub text: Option<String>,
    /// All annotations so far: every write adds its own.
    pub annotations: Vec<Value>,
    /// The buttons, as last written.
    pub actions: Vec<Value>,
    /// What was written, oldest first; never empty.
    pub writes: Vec<Write>,
}

/// One accepted POST or PATCH of a check run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Write {
    /// When it arrived, on this machine's monotonic clock.
    pub at: Instant,
    /// The status that the run had after it.
    pub status: String,
    /// The body as sent.
    pub body: Value,
}

impl CheckRun {
    /// When the write arrived that first gave the run this status; none if none did.
    #[must_use]
    pub fn first(&self, status: &str) -> Option<Instant> {
        let mut writes = self.writes.iter();
        writes
            .find(|write| write.status == status)
            .map(|write| write.at)
    }

    fn apply(&mut self, body: &Value, now: Timestamp, at: Instant) {
        let text = |of: &Value, name: &str| of.get(name)?.as_str().map(str::to_owned);
        if let Some(name) = text(body, "name") {
            self.name = name;
        }
        if let Some(started_at) = text(body, "started_at") {
            self.started_at = started_at;
        }
        self.external_id = text(body, "external_id").or(self.external_id.take());
        self.details_url = text(body, "details_url").or(self.details_url.take());
        // A conclusion completes the run, whatever status comes with it.
        if let Some(conclusion) = text(body, "conclusion") {
            "completed".clone_into(&mut self.status);
            self.conclusion = Some(conclusion);
            let completed_at = text(body, "completed_at");
            self.completed_at = Some(completed_at.unwrap_or_else(|| clock::rfc3339(now)));
        } else if let Some(status) = text(body, "status") {
            self.status = status;
            self.conclusion = None;
            self.completed_at = None;
        }
        if let Some(output) = body.get("output") {
            self.title = text(output, "title").or(self.title.take());
            self.summary = text(output, "summary").or(self.summary.take());
            self.text = text(output, "text").or(self.text.take());
            let annotations = output.get("annotations").and_then(Value::as_array);
            self.annotations
                .extend(annotations.into_iter().flatten().cloned());
        }
        if let Some(actions) = body.get("actions").and_then(Value::as_array) {
            self.actions.clone_from(actions);
        }
        self.writes.push(Write {
            at,
            status: self.status.clone(),
            body: body.clone(),
        });
    }

    fn document(&self, base_url: &str) -> Value {
        let Self { id, repository, .. } = self;
        let url = format!("{base_url}/repos/{repository}/check-runs/{id}");
        json!({
            "id": id,
            "node_id": format!("CR_{id}"),
            "name": self.name,
            "head_sha": self.head_sha,
            "external_id": self.external_id.as_deref().unwrap_or_default(),
            "url": url,
            "html_url": format!("https://github.com/{repository}/runs/{id}"),
            "details_url": self.details_url,
            "status": self.status,
            "conclusion": self.conclusion,
            "started_at": self.started_at,
            "completed_at": self.completed_at,
            "output": {
                "title": self.title,
                "summary": self.summary,
                "text": self.text,
                "annotations_count": self.annotations.len(),
                "annotations_url": format!("{url}/annotations"),
            },
            "check_suite": {"id": 1},
            "app": null,
            "pull_requests": [],
        })
    }
}

/// Where and when a request is answered.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place<'a> {
    /// The repository's owner, as asked.
    pub(super) owner: &'a str,
    /// The repository's name, as asked.
    pub(super) name: &'a str,
    /// The address of this mock.
    pub(super) base_url: &'a str,
    /// The mock's time.
    pub(super) now: Timestamp,
    /// When the request arrived.
    pub(super) at: Instant,
}

/// Takes a new run.
pub(super) fn create(state: &mut State, place: Place<'_>, body: &Value) -> Result<Answer, Answer> {
    let repository = state.repository(place.owner, place.name);
    let repository = repository.ok_or_else(|| not_found(CREATE))?;
    payload::check(body, true, CREATE)?;
    let text = |name: &str| body.get(name).and_then(Value::as_str).unwrap_or_default();
    let head_sha = text("head_sha");
    if !repository.commits.iter().any(|(sha, _)| sha == head_sha) {
        let message = format!("No commit found for SHA: {head_sha}");
        return Err(refuse(422, &message, CREATE));
    }
    let mut run = CheckRun {
        id: state.checks.len() as u64 + 1,
        repository: repository.full_name.clone(),
        name: text("name").to_owned(),
        head_sha: head_sha.to_owned(),
        status: "queued".to_owned(),
        conclusion: None,
        external_id: None,
        details_url: None,
        started_at: clock::rfc3339(place.now),
        completed_at: None,
        title: None,
        summary: None,
        text: None,
        annotations: Vec::new(),
        actions: Vec::new(),
        writes: Vec::new(),
    };
    run.apply(body, place.now, place.at);
    let answer = document(201, &run.document(place.base_url));
    state.checks.push(run);
    Ok(answer)
}

/// Changes a run, or shows it where there is no body.
pub(super) fn at(
    state: &mut State,
    place: Place<'_>,
    id: &str,
    body: Option<&Value>,
) -> Result<Answer, Answer> {
    let missing = || not_found(UPDATE);
    let repository = state.repository(place.owner, place.name);
    let repository = repository.ok_or_else(missing)?.full_name.clone();
    let id: u64 = id.parse().map_err(|_| missing())?;
    let mut runs = state.checks.iter_mut();
    let run = runs.find(|run| run.id == id && run.repository == repository);
    let run = run.ok_or_else(missing)?;
    if let Some(body) = body {
        payload::check(body, false, UPDATE)?;
        run.apply(body, place.now, place.at);
    }
    Ok(document(200, &run.document(place.base_url)))
}

/// Lists the runs of a commit, the newest first.
pub(super) fn list(
    state: &State,
    place: Place<'_>,
    reference: &str,
    asked: &Asked,
) -> Result<Answer, Answer> {
    let known = ["check_name", "status", "filter", "per_page", "page"];
    page::check(asked, &known)?;
    let filter = asked.text("filter").unwrap_or("latest");
    if !["latest", "all"].contains(&filter) {
        return Err(refuse(422, "'filter' must be latest or all", LIST));
    }
    let repository = state.repository(place.owner, place.name);
    let repository = repository.ok_or_else(|| not_found(LIST))?;
    let Some((sha, _)) = repository.resolve(reference) else {
        let message = format!("No commit found for SHA: {reference}");
        return Err(refuse(422, &message, LIST));
    };
    let mut seen = BTreeSet::new();
    let runs = state.checks.iter().rev().filter(|run| {
        let here = run.repository == repository.full_name && run.head_sha == *sha;
        here && (filter == "all" || seen.insert(run.name.as_str()))
    });
    let wanted = |name: &str, value: &str| asked.text(name).is_none_or(|text| text == value);
    let runs = runs
        .filter(|run| wanted("check_name", &run.name) && wanted("status", &run.status))
        .map(|run| run.document(place.base_url));
    let runs: Vec<_> = runs.collect();
    let total = runs.len();
    let page = page::cut(runs, USUAL_PER_PAGE, asked, place.base_url)?;
    let answer = document(
        200,
        &json!({"total_count": total, "check_runs": page.items}),
    );
    Ok(match page.link {
        Some(link) => answer.header("link", link),
        None => answer,
    })
}

const CREATE: &str = "/checks/runs#create-a-check-run";
const UPDATE: &str = "/checks/runs#update-a-check-run";
const LIST: &str = "/checks/runs#list-check-runs-for-a-git-reference";
/// Items of a page where the request does not say.
const USUAL_PER_PAGE: usize = 30;
