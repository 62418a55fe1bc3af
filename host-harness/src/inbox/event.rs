//! What a webhook tells.

use koalr_platform::model::common::{Change, Timestamp};
use koalr_platform::model::record::{Deployment, Incident};

/// A delivery whose signature is right.
#[derive(Debug, Clone, PartialEq)]
pub struct Received {
    /// The sender's id. A redelivery has the same. At most 128 visible ASCII characters.
    pub id: String,
    /// What happened. Empty for a ping, and for what is ignored.
    pub events: Vec<Event>,
    /// What was ignored, in the sender's words, for example `pull_request labeled`; none if nothing was.
    pub ignored: Option<String>,
}

/// Something that happened.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// A pull request was opened, moved or closed.
    PullRequest {
        /// The change, with the id `owner/name#number`.
        change: Change,
        /// Title.
        title: String,
        /// Login of its author; none if the account is gone.
        author: Option<String>,
        /// When it was opened.
        opened_at: Timestamp,
        /// When it last changed, which orders its events.
        updated_at: Timestamp,
        /// Where it stands.
        state: PullState,
        /// Whether it is not ready for review.
        draft: bool,
        /// What was done.
        action: PullAction,
    },
    /// A deployment began or came to another state.
    Deployment {
        /// Repository as `owner/name`.
        repository: String,
        /// The deployment, with the id `github:` and GitHub's number. GitHub knows no service: it is empty.
        deployment: Deployment,
    },
    /// An incident began, changed or ended.
    Incident {
        /// The incident as it is now, with the name of its service. Its times are those this event tells: one that an
        /// earlier event told is none here, and still holds.
        incident: Incident,
        /// When that happened, which orders its events.
        updated_at: Timestamp,
    },
    /// Somebody pressed a button of a check run. GitHub does not say when: it was just now.
    Action {
        /// Repository as `owner/name`.
        repository: String,
        /// The commit that the run judges.
        head_sha: String,
        /// What the run's author called it; none if nothing. Runs of other authors are told too.
        external_id: Option<String>,
        /// What they ask for.
        asked: Asked,
        /// Login of who pressed it.
        login: String,
    },
    /// A deployment waits for an answer. GitHub does not say since when: since just now.
    Protection {
        /// Repository as `owner/name`.
        repository: String,
        /// Where it is deployed to.
        environment: String,
        /// The commit that is deployed.
        sha: String,
        /// Where the answer goes, as it was told: whoever sends a credential there first makes sure that it is GitHub.
        deployment_callback_url: String,
        /// The workflow run that waits.
        run_id: u64,
    },
}

/// Where a pull request stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PullState {
    /// It is open.
    Open,
    /// It was merged.
    Merged {
        /// When.
        at: Timestamp,
        /// The commit that the merge made.
        sha: String,
    },
    /// It was closed without a merge.
    Closed,
}

/// What was done to a pull request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PullAction {
    /// It is new.
    Opened,
    /// It was closed, and is open again.
    Reopened,
    /// Its head moved.
    Synchronized,
    /// Its title, text or target branch changed.
    Edited,
    /// It was merged or given up.
    Closed,
    /// It is no draft any more.
    ReadyForReview,
}

/// What the button of a check run asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Asked {
    /// The run once more.
    Rerun,
    /// The action with this identifier, as the run named it.
    Button(String),
}
