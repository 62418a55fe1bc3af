//! Cursors that are not the component's, and questions that it does not know.

use http::StatusCode;
use koalr_platform::model::walk::{Cursor, Scope, SyncError};

use super::Came;
use super::purity::{BUDGET, NO_ORIGIN};
use super::subject::Subject;
use super::trouble::Trouble;

pub(super) async fn foreign(subject: &Subject) -> Came {
    if subject.pinned.is_none() {
        return Came::not_run(NO_ORIGIN);
    }
    // From a fixed rule, so that a failure can be seen again.
    let noise = |count: u8| (0..count).map(|step| step.wrapping_mul(167).wrapping_add(13));
    let cursors = [
        ("no bytes", 1, Vec::new()),
        ("bytes of nobody", 1, noise(64).collect()),
        ("bytes of nobody in a later format", 2, noise(64).collect()),
        ("the last format there is", u32::MAX, noise(8).collect()),
    ];
    let mut wrong = Vec::new();
    for (name, format, bytes) in cursors {
        wrong.extend(stale(subject, name, Cursor { format, bytes }).await.err());
    }
    Came::Tried(wrong)
}

pub(super) async fn damaged(subject: &Subject) -> Came {
    if subject.pinned.is_none() {
        return Came::not_run(NO_ORIGIN);
    }
    let own = match own_cursor(subject).await {
        Ok(Some(own)) => own,
        Ok(None) => {
            return Came::not_run("it gave no cursor; give a recording of `sync` that has one");
        }
        Err(why) => return Came::Tried(vec![why]),
    };
    let mut wrong = Vec::new();
    let raised = Cursor {
        format: own.format.saturating_add(1),
        bytes: own.bytes.clone(),
    };
    wrong.extend(
        stale(subject, "its own bytes in a later format", raised)
            .await
            .err(),
    );
    let length = own.bytes.len();
    for keep in [length / 2, length.saturating_sub(1)] {
        let cut = Cursor {
            format: own.format,
            bytes: own.bytes.iter().copied().take(keep).collect(),
        };
        let name = format!("the first {keep} of its own {length} bytes");
        wrong.extend(stale(subject, &name, cut).await.err());
    }
    Came::Tried(wrong)
}

pub(super) async fn unknown_scope(subject: &Subject) -> Came {
    if subject.pinned.is_none() {
        return Came::not_run(NO_ORIGIN);
    }
    let scope = Scope::Other(("koalr-check".to_owned(), "{}".to_owned()));
    let request = subject.request_of(scope, BUDGET, None);
    let upstream = Trouble::status(StatusCode::NOT_FOUND).upstream();
    Came::Tried(
        match subject.sync(&subject.plugin, &upstream, request).await {
            Ok(Err(SyncError::InvalidRequest(_))) => Vec::new(),
            Ok(Err(error)) => vec![format!(
                "sync: ended with {error:?}; a scope that is not known is `invalid-request`"
            )],
            Ok(Ok(_)) => vec![
                "sync: gave a batch; a scope that is not known is `invalid-request`".to_owned(),
            ],
            Err(why) => vec![why],
        },
    )
}

/// A cursor of the component's own: of a recording, or of a walk that could not get on.
async fn own_cursor(subject: &Subject) -> Result<Option<Cursor>, String> {
    if let Some(cursor) = subject.recorded.cursor() {
        return Ok(Some(cursor));
    }
    let upstream = Trouble::pause(1).upstream();
    let request = subject.request(1, None);
    let answer = subject.sync(&subject.plugin, &upstream, request).await?;
    Ok(answer.ok().and_then(|(batch, _)| batch.cursor))
}

async fn stale(subject: &Subject, name: &str, cursor: Cursor) -> Result<(), String> {
    let upstream = Trouble::status(StatusCode::NOT_FOUND).upstream();
    let request = subject.request(BUDGET, Some(cursor));
    let answer = subject.sync(&subject.plugin, &upstream, request).await;
    match answer.map_err(|why| format!("a cursor of {name}: {why}"))? {
        Err(SyncError::StaleCursor) => Ok(()),
        Err(error) => Err(format!(
            "sync: ended with {error:?} for a cursor of {name}; that is `stale-cursor`"
        )),
        Ok(_) => Err(format!(
            "sync: went on somewhere from a cursor of {name}; that is `stale-cursor`"
        )),
    }
}
