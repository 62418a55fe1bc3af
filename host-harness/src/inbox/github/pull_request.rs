//! Pull requests.

use koalr_platform::model::common::Change;

use super::{Told, repository};
use crate::inbox::event::{Event, PullAction, PullState};
use crate::inbox::fields::Fields;
use crate::inbox::refused::Refused;

pub(super) fn read(body: &Fields<'_>, word: &str) -> Result<Told, Refused> {
    let action = match word {
        "opened" => PullAction::Opened,
        "reopened" => PullAction::Reopened,
        "synchronize" => PullAction::Synchronized,
        "edited" => PullAction::Edited,
        "closed" => PullAction::Closed,
        "ready_for_review" => PullAction::ReadyForReview,
        other => return Ok(Told::ignored(other)),
    };
    let pull = body.within("pull_request")?;
    let author = pull.maybe_within("user")?;
    let author = author.map(|user| user.text("login")).transpose()?;
    Ok(Told::event(Event::PullRequest {
        change: change(repository(body)?, &pull)?,
        title: pull.text("title")?.to_owned(),
        author: author.map(str::to_owned),
        opened_at: pull.instant("created_at")?,
        updated_at: pull.instant("updated_at")?,
        state: state(&pull)?,
        draft: pull.flag("draft")?,
        action,
    }))
}

fn change(repository: String, pull: &Fields<'_>) -> Result<Change, Refused> {
    let number = u32::try_from(pull.count("number")?);
    let number = number.map_err(|_| pull.wrong("number", "is larger than any pull request's"))?;
    let (head, base) = (pull.within("head")?, pull.within("base")?);
    Ok(Change {
        id: format!("{repository}#{number}"),
        repository,
        number: Some(number),
        head_sha: head.text("sha")?.to_owned(),
        base_sha: Some(base.text("sha")?.to_owned()),
        source_branch: Some(head.text("ref")?.to_owned()),
        target_branch: Some(base.text("ref")?.to_owned()),
    })
}

/// GitHub also names a `merge_commit_sha` where it only tried to merge: it counts only where it did.
fn state(pull: &Fields<'_>) -> Result<PullState, Refused> {
    if pull.flag("merged")? {
        return Ok(PullState::Merged {
            at: pull.instant("merged_at")?,
            sha: pull.text("merge_commit_sha")?.to_owned(),
        });
    }
    match pull.text("state")? {
        "open" => Ok(PullState::Open),
        "closed" => Ok(PullState::Closed),
        _ => Err(pull.wrong("state", "is neither `open` nor `closed`")),
    }
}
