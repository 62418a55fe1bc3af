//! The score of a change that is only described.

use std::time::Duration;

use koalr_store::ApiKeyRecord;
use tokio::time::timeout;

use super::super::super::desk::Desk;
use super::super::done;
use crate::HostError;
use crate::jobs::{Glanced, glance};
use crate::report::{KoalrScore, plain};
use crate::web::Reply;

impl Desk {
    pub(super) async fn risk(
        &self,
        caller: &ApiKeyRecord,
        change: Glanced,
        manifests: &[String],
    ) -> Result<Option<Reply>, HostError> {
        let Some(mut tenant) = self.tenant(&caller.tenant)? else {
            return Ok(None);
        };
        let turn = timeout(LONGEST_WAIT, self.glances.take(&caller.tenant)).await;
        let _turn = turn.map_err(|_| HostError::Crowded)??;
        let mut unknowns: Vec<String> = unsaid(&change, manifests).into_iter().collect();
        let host = self.serving(&tenant);
        let glanced = glance(&host, &mut tenant, change, LONGEST_LOOK, self.now());
        let (report, unasked) = glanced.await.map_err(|error| match error {
            // It is about what was sent, not about the server.
            error @ HostError::Refused { .. } => HostError::NotPossible(error.to_string()),
            error => error,
        })?;
        unknowns.extend(unasked.map(|why| format!("the upstream was not asked: {why}")));
        done(&KoalrScore::of(&report, unknowns))
    }
}

/// What cannot be told because it was not said.
fn unsaid(change: &Glanced, manifests: &[String]) -> Option<String> {
    if change.dependencies.is_some() {
        let no_base = "no `repository` was given: nothing is known of what its base has already";
        return change.repository.is_none().then(|| no_base.to_owned());
    }
    let shown: Vec<String> = manifests
        .iter()
        .take(MOST_SHOWN)
        .map(|path| format!("`{}`", plain(path)))
        .collect();
    let more = manifests.len() - shown.len();
    Some(match (&*shown, more) {
        ([], _) => "no `dependencies` were given, which may be empty: nothing is known of security"
            .to_owned(),
        (shown, 0) => format!(
            "it changes {}, and no `dependencies` say how: nothing is known of security",
            shown.join(", ")
        ),
        (shown, more) => format!(
            "it changes {} and {more} more, and no `dependencies` say how: nothing is known of security",
            shown.join(", ")
        ),
    })
}

/// Longest wait for others that ask for the same.
const LONGEST_WAIT: Duration = Duration::from_secs(10);

/// Longest look at the upstream: with the wait before, less than senders usually have patience for.
const LONGEST_LOOK: Duration = Duration::from_secs(10);

/// Files that are named.
const MOST_SHOWN: usize = 3;
