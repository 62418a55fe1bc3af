//! What a component says when its upstream gives no usable answer: that, and never that all is well.

use std::sync::Arc;

use http::StatusCode;
use koalr_platform::conformance::check_batch;
use koalr_platform::model::common::CoverageState;
use koalr_platform::model::connection::ConnectError;
use koalr_platform::model::record::Entry;
use koalr_platform::model::walk::{Batch, ChangeScope, Scope, SyncError};
use koalr_runtime::{Plugin, Responder};

use super::Came;
use super::purity::{BUDGET, NO_ORIGIN};
use super::sample::{change, dependency};
use super::subject::{ORGANIZATION, Subject, listing};
use super::trouble::Trouble;

pub(super) async fn unauthorized(subject: &Subject) -> Came {
    let trouble = Trouble::status(StatusCode::UNAUTHORIZED);
    tried(subject, trouble, Expects::BadCredential).await
}

pub(super) async fn forbidden(subject: &Subject) -> Came {
    nothing(subject, Trouble::status(StatusCode::FORBIDDEN)).await
}

pub(super) async fn not_found(subject: &Subject) -> Came {
    nothing(subject, Trouble::status(StatusCode::NOT_FOUND)).await
}

pub(super) async fn too_many(subject: &Subject) -> Came {
    tried(subject, Trouble::pause(PAUSE_SECS), Expects::Pause).await
}

pub(super) async fn failing(subject: &Subject) -> Came {
    nothing(subject, Trouble::status(StatusCode::INTERNAL_SERVER_ERROR)).await
}

pub(super) async fn unavailable(subject: &Subject) -> Came {
    nothing(subject, Trouble::status(StatusCode::SERVICE_UNAVAILABLE)).await
}

pub(super) async fn empty(subject: &Subject) -> Came {
    nothing(subject, Trouble::body(JSON, "")).await
}

pub(super) async fn html(subject: &Subject) -> Came {
    let page = "<!doctype html><title>Sign in</title><p>Please sign in.</p>";
    nothing(subject, Trouble::body("text/html", page)).await
}

pub(super) async fn truncated(subject: &Subject) -> Came {
    nothing(subject, Trouble::body(JSON, r#"{"data":[{"id":"a","#)).await
}

pub(super) async fn shape(subject: &Subject) -> Came {
    nothing(
        subject,
        Trouble::body(JSON, r#"[null,{"unexpected":[[1]]},"text"]"#),
    )
    .await
}

pub(super) async fn redirect(subject: &Subject) -> Came {
    nothing(subject, Trouble::redirect()).await
}

pub(super) async fn refused(subject: &Subject) -> Came {
    nothing(subject, Trouble::Refused).await
}

pub(super) async fn timeout(subject: &Subject) -> Came {
    nothing(subject, Trouble::Timeout).await
}

/// Nothing was learned, whatever it is called.
async fn nothing(subject: &Subject, trouble: Trouble) -> Came {
    tried(subject, trouble, Expects::Nothing).await
}

/// What must be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Expects {
    /// An error, or coverage that is not complete.
    Nothing,
    /// The error `bad-credential`.
    BadCredential,
    /// The same as for nothing, or a pause that is long enough.
    Pause,
}

async fn tried(subject: &Subject, trouble: Trouble, expects: Expects) -> Came {
    if subject.pinned.is_none() {
        return Came::not_run(NO_ORIGIN);
    }
    let upstream = trouble.upstream();
    let mut wrong = Vec::new();
    wrong.extend(connects(subject, &upstream, expects).await.err());
    for (name, scope) in scopes() {
        let walked = walk(subject, &subject.plugin, &upstream, &scope, expects).await;
        wrong.extend(walked.err().map(|why| format!("sync of {name}: {why}")));
    }
    Came::Tried(wrong)
}

async fn connects(
    subject: &Subject,
    upstream: &Arc<dyn Responder>,
    expects: Expects,
) -> Result<(), String> {
    match subject.connect(&subject.plugin, upstream).await? {
        Ok(_) => Err("connect: gave a connection although no request was answered well".to_owned()),
        Err(ConnectError::BadCredential) => Ok(()),
        Err(error) if expects == Expects::BadCredential => Err(format!(
            "connect: ended with {error:?}; the upstream refused the credential, which is `bad-credential`"
        )),
        Err(_) => Ok(()),
    }
}

/// What is asked about, with its name.
fn scopes() -> [(&'static str, Scope); 2] {
    let change = ChangeScope {
        change: change(),
        organizations: vec![ORGANIZATION.to_owned()],
        dependencies: Some((0..3).map(dependency).collect()),
        checks: Vec::new(),
    };
    [
        ("an organization", listing()),
        ("a change", Scope::Change(change)),
    ]
}

/// Walks to the end, and looks at what every batch claims.
async fn walk(
    subject: &Subject,
    plugin: &Plugin,
    upstream: &Arc<dyn Responder>,
    scope: &Scope,
    expects: Expects,
) -> Result<(), String> {
    let mut cursor = None;
    for _ in 0..MOST_BATCHES {
        let request = subject.request_of(scope.clone(), BUDGET, cursor);
        let (batch, counted) = match subject.sync(plugin, upstream, request).await? {
            Ok(brought) => brought,
            Err(SyncError::BadCredential) => return Ok(()),
            Err(error) if expects == Expects::BadCredential => {
                return Err(format!(
                    "ended with {error:?}; the upstream refused the credential, which is `bad-credential`"
                ));
            }
            Err(_) => return Ok(()),
        };
        check_batch(scope, BUDGET, &batch, Some(counted)).map_err(|all| all.to_string())?;
        claims_nothing(&batch)?;
        if batch.done {
            return ends(&batch, counted, expects);
        }
        if let Some(secs) = batch.resume_after_secs.filter(|secs| *secs > 0) {
            return match expects {
                Expects::Pause if secs < PAUSE_SECS => Err(format!(
                    "wants to go on after {secs} s; the upstream asked for {PAUSE_SECS} s"
                )),
                Expects::BadCredential => Err(
                    "waits; the upstream refused the credential, which is `bad-credential`"
                        .to_owned(),
                ),
                _ => Ok(()),
            };
        }
        cursor = batch.cursor;
    }
    Err(format!(
        "has not ended after {MOST_BATCHES} batches although no request was answered well"
    ))
}

/// Nothing is complete that nobody answered for.
fn claims_nothing(batch: &Batch) -> Result<(), String> {
    let mut rows = batch.coverage.iter();
    if let Some(row) = rows.find(|row| row.state == CoverageState::Complete) {
        return Err(format!(
            "calls `{}` complete although no request was answered well",
            row.route
        ));
    }
    let completed = batch.records.iter().find_map(|record| match record {
        Entry::WalkCompleted(walk) => Some(walk),
        _ => None,
    });
    match completed {
        Some(walk) => Err(format!(
            "completed the listing `{}` although no request was answered well",
            walk.route
        )),
        None => Ok(()),
    }
}

/// How a walk may end that learned nothing.
fn ends(batch: &Batch, counted: u32, expects: Expects) -> Result<(), String> {
    if batch.coverage.is_empty() {
        return Err(
            "ended without an error and without a coverage row; whoever reads that takes it for clean"
                .to_owned(),
        );
    }
    // Who does not ask cannot notice.
    if expects == Expects::BadCredential && counted > 0 {
        return Err(
            "ended well; the upstream refused the credential, which is `bad-credential`".to_owned(),
        );
    }
    Ok(())
}

/// Type of most bodies.
const JSON: &str = "application/json";
/// The pause that the upstream asks for, in seconds.
const PAUSE_SECS: u32 = 37;
/// Batches until a walk that learns nothing must have ended: more than anybody tries again.
const MOST_BATCHES: u32 = 50;
