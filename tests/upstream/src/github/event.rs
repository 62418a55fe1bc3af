//! The events that GitHub tells webhooks.

use serde_json::{Value, json};

use super::checks::CheckRun;
use super::delivery::Delivery;
use crate::clock;
use crate::data::Timestamp;
use crate::id;
use crate::render::put;

/// Something that happened, before it is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// The body. A test may change it before it is signed, to send what the sender never would.
    pub body: Value,
    pub(super) source: Source,
}

/// Who tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Source {
    /// GitHub, of an event of this name.
    GitHub(&'static str),
    /// `PagerDuty`, version 3.
    PagerDuty,
}

impl Event {
    /// An event of GitHub with any body.
    #[must_use]
    pub fn github(name: &'static str, body: Value) -> Self {
        Self {
            body,
            source: Source::GitHub(name),
        }
    }

    /// An event of `PagerDuty` with any body.
    #[must_use]
    pub fn pager_duty(body: Value) -> Self {
        Self {
            body,
            source: Source::PagerDuty,
        }
    }

    /// Signs it. The delivery's id comes from the body, so that equal events have equal deliveries.
    #[must_use]
    pub fn deliver(&self, secret: &str) -> Delivery {
        Delivery::of(self, secret)
    }
}

/// A pull request, as its events show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PullRequest {
    /// `owner/name`.
    pub repository: String,
    /// Number in the repository.
    pub number: u64,
    /// Title.
    pub title: String,
    /// Login of its author.
    pub author: String,
    /// The commit it proposes.
    pub head_sha: String,
    /// The branch it comes from.
    pub head_ref: String,
    /// The tip of the branch it goes to.
    pub base_sha: String,
    /// The branch it goes to.
    pub base_ref: String,
    /// Whether it is not ready for review.
    pub draft: bool,
    /// When it was opened.
    pub created_at: Timestamp,
}

impl PullRequest {
    /// A pull request of a branch named after its number into `main`, by `mia`. Its fields may be changed.
    #[must_use]
    pub fn new(
        repository: &str,
        number: u64,
        base_sha: &str,
        head_sha: &str,
        created_at: Timestamp,
    ) -> Self {
        Self {
            repository: repository.to_owned(),
            number,
            title: format!("Change {number}"),
            author: "mia".to_owned(),
            head_sha: head_sha.to_owned(),
            head_ref: format!("change-{number}"),
            base_sha: base_sha.to_owned(),
            base_ref: "main".to_owned(),
            draft: false,
            created_at,
        }
    }

    /// `opened`, by the author.
    #[must_use]
    pub fn opened(&self) -> Event {
        self.event("opened", &self.author, self.created_at, None)
    }

    /// `synchronize`: the branch moved to [`head_sha`](Self::head_sha) from this commit.
    #[must_use]
    pub fn synchronized(&self, before: &str, at: Timestamp) -> Event {
        let mut event = self.event("synchronize", &self.author, at, None);
        put(&mut event.body, "before", json!(before));
        put(&mut event.body, "after", json!(self.head_sha));
        event
    }

    /// `reopened`, by the author.
    #[must_use]
    pub fn reopened(&self, at: Timestamp) -> Event {
        self.event("reopened", &self.author, at, None)
    }

    /// `closed` without a merge, by the author.
    #[must_use]
    pub fn closed(&self, at: Timestamp) -> Event {
        self.event("closed", &self.author, at, None)
    }

    /// `closed` by a merge.
    #[must_use]
    pub fn merged(&self, merge_sha: &str, by: &str, at: Timestamp) -> Event {
        self.event("closed", by, at, Some(merge_sha))
    }

    fn event(&self, action: &str, sender: &str, at: Timestamp, merge: Option<&str>) -> Event {
        let closed = action == "closed";
        let time = clock::rfc3339(at);
        let side = |reference: &str, sha: &str| {
            json!({
                "label": format!("{}:{reference}", owner(&self.repository)),
                "ref": reference,
                "sha": sha,
                "repo": {"full_name": self.repository},
            })
        };
        // Of what is not merged, GitHub names the commit of a merge that it only tried.
        let tried = || id::uuid(&self.head_sha).replace('-', "") + "00000000";
        let pull_request = json!({
            "id": number_of(&format!("{}#{}", self.repository, self.number)),
            "number": self.number,
            "state": if closed { "closed" } else { "open" },
            "title": self.title,
            "user": user(&self.author),
            "draft": self.draft,
            "head": side(&self.head_ref, &self.head_sha),
            "base": side(&self.base_ref, &self.base_sha),
            "created_at": clock::rfc3339(self.created_at),
            "updated_at": time,
            "closed_at": closed.then_some(&time),
            "merged": merge.is_some(),
            "merged_at": merge.map(|_| &time),
            "merged_by": merge.map(|_| user(sender)),
            "merge_commit_sha": merge.map_or_else(tried, str::to_owned),
            "html_url": format!("https://github.com/{}/pull/{}", self.repository, self.number),
        });
        let mut body = json!({"number": self.number, "pull_request": pull_request});
        frame(&mut body, action, &self.repository, sender);
        Event::github("pull_request", body)
    }
}

/// A deployment, as its events show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deployment {
    /// `owner/name`.
    pub repository: String,
    /// GitHub's id.
    pub id: u64,
    /// The commit that is deployed.
    pub sha: String,
    /// Branch or tag.
    pub reference: String,
    /// Where to, for example `production`.
    pub environment: String,
    /// Login of who deploys.
    pub creator: String,
    /// When it was made.
    pub created_at: Timestamp,
}

impl Deployment {
    /// A deployment of `main` to `production` by `mia`. Its fields may be changed.
    #[must_use]
    pub fn new(repository: &str, id: u64, sha: &str, created_at: Timestamp) -> Self {
        Self {
            repository: repository.to_owned(),
            id,
            sha: sha.to_owned(),
            reference: "main".to_owned(),
            environment: "production".to_owned(),
            creator: "mia".to_owned(),
            created_at,
        }
    }

    /// `deployment_status`: `queued`, `pending`, `in_progress`, `success`, `failure`, `error` or `inactive`.
    #[must_use]
    pub fn status(&self, state: &str, at: Timestamp) -> Event {
        let mut body = json!({
            "deployment": self.document(),
            "deployment_status": {
                "id": number_of(&format!("{}{state}{at}", self.id)),
                "state": state,
                "environment": self.environment,
                "description": "",
                "creator": user(&self.creator),
                "created_at": clock::rfc3339(at),
                "updated_at": clock::rfc3339(at),
            },
        });
        frame(&mut body, "created", &self.repository, &self.creator);
        Event::github("deployment_status", body)
    }

    /// `deployment_protection_rule`: a workflow run waits for an answer, which `base_url`, a mock GitHub's, takes.
    #[must_use]
    pub fn protection_rule(&self, run_id: u64, base_url: &str) -> Event {
        let path = format!("repos/{}/actions/runs/{run_id}", self.repository);
        let mut body = json!({
            "environment": self.environment,
            "event": "push",
            "deployment_callback_url": format!("{base_url}/{path}/deployment_protection_rule"),
            "deployment": self.document(),
            "pull_requests": [],
        });
        frame(&mut body, "requested", &self.repository, &self.creator);
        Event::github("deployment_protection_rule", body)
    }

    fn document(&self) -> Value {
        json!({
            "id": self.id,
            "sha": self.sha,
            "ref": self.reference,
            "task": "deploy",
            "original_environment": self.environment,
            "environment": self.environment,
            "description": null,
            "creator": user(&self.creator),
            "created_at": clock::rfc3339(self.created_at),
            "updated_at": clock::rfc3339(self.created_at),
        })
    }
}

/// `check_run` with `requested_action`: someone pressed a button of a run that this mock holds.
#[must_use]
pub fn check_run_action(run: &CheckRun, identifier: &str, sender: &str) -> Event {
    let mut body = json!({
        "check_run": {
            "id": run.id,
            "name": run.name,
            "head_sha": run.head_sha,
            "external_id": run.external_id.as_deref().unwrap_or_default(),
            "status": run.status,
            "conclusion": run.conclusion,
            "started_at": run.started_at,
            "completed_at": run.completed_at,
            "pull_requests": [],
        },
        "requested_action": {"identifier": identifier},
    });
    frame(&mut body, "requested_action", &run.repository, sender);
    Event::github("check_run", body)
}

/// Adds what every event has.
fn frame(body: &mut Value, action: &str, repository: &str, sender: &str) {
    let name = repository
        .split_once('/')
        .map_or(repository, |(_, name)| name);
    put(body, "action", json!(action));
    let repository = json!({
        "id": number_of(repository),
        "name": name,
        "full_name": repository,
        "private": true,
        "owner": user(owner(repository)),
        "default_branch": "main",
        "html_url": format!("https://github.com/{repository}"),
    });
    put(body, "repository", repository);
    put(body, "sender", user(sender));
    put(body, "installation", json!({"id": 1}));
}

fn user(login: &str) -> Value {
    json!({"login": login, "id": number_of(login), "type": "User", "site_admin": false})
}

fn owner(repository: &str) -> &str {
    repository.split('/').next().unwrap_or_default()
}

/// An id that is always the same for the same text.
fn number_of(text: &str) -> u32 {
    id::tag(text)
}
