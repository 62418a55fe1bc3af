//! Changes, what they do to dependencies, and what is decided about them.

mod change;
mod decision;
mod policy;
mod waiver;

use std::sync::Arc;

use koalr_platform::model::common::Timestamp;
use koalr_store::{ApiKeyRecord, Slice, Tenant};
use serde::de::DeserializeOwned;

use super::super::desk::Desk;
use super::super::work::Task;
use super::{blocking, done, queued_as};
use crate::HostError;
use crate::jobs::{connected, import_without_people};
use crate::web::{ChangesAsk, Page, Reply};

pub(super) async fn answer(
    desk: Arc<Desk>,
    caller: ApiKeyRecord,
    ask: ChangesAsk,
) -> Result<Option<Reply>, HostError> {
    if let ChangesAsk::Deployment {
        sha,
        service,
        environment,
    } = ask
    {
        return desk.deployment(&caller, (sha, service, environment)).await;
    }
    blocking(move || answer_now(&desk, &caller, ask)).await
}

fn answer_now(
    desk: &Desk,
    caller: &ApiKeyRecord,
    ask: ChangesAsk,
) -> Result<Option<Reply>, HostError> {
    let Some(tenant) = &mut desk.tenant(&caller.tenant)? else {
        return Ok(None);
    };
    match ask {
        ChangesAsk::Import { text } => {
            let name = format!("api key {}", caller.id);
            done(&import_without_people(tenant, &name, &text, desk.now())?)
        }
        ChangesAsk::Decisions(ask) => desk.decisions(tenant, ask),
        ChangesAsk::Waivers(ask) => desk.waivers(tenant, caller, ask),
        ChangesAsk::Policy(ask) => desk.policy(tenant, caller, ask),
        ask => desk.change(tenant, caller, ask),
    }
}

impl Desk {
    /// Without a connection no change can be judged, however often it is tried.
    fn connected(&self, tenant: &Tenant) -> Result<(), HostError> {
        connected(tenant, self.integration()).map(drop)
    }
}

/// Whose key it is: only a person approves.
fn person(caller: &ApiKeyRecord) -> Result<&str, HostError> {
    caller.login.as_deref().ok_or_else(|| {
        HostError::Forbidden(
            "this key is nobody's in particular, and only a person may approve something"
                .to_owned(),
        )
    })
}

fn judge(change: &str) -> Task {
    Task::Judge {
        change: change.to_owned(),
    }
}

/// The slice of a store's list that a page shows, and one item more, which tells whether there is another page. `key` makes
/// the place of an item of the time and the id that its cursor holds.
fn slice<T: DeserializeOwned, K>(
    page: &Page,
    key: impl Fn(Timestamp, T) -> K,
) -> Result<Slice<K>, HostError> {
    let after = page.after.as_ref().map(|after| {
        let id = serde_json::from_str(&after.id).map_err(|_| {
            let problem =
                "no page of this list ended at this `cursor`; give `next-cursor` as it came";
            HostError::NotPossible(problem.to_owned())
        })?;
        Ok::<_, HostError>(key(after.at, id))
    });
    Ok(Slice {
        after: after.transpose()?,
        limit: page.limit.saturating_add(1),
    })
}

/// The id of a cursor.
fn id(id: &impl serde::Serialize) -> String {
    // Texts and numbers always become JSON.
    serde_json::to_string(id).unwrap_or_default()
}
