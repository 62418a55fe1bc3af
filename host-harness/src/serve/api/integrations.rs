//! Integrations: which there are, what is connected and how far it is synced, and the jobs that do it.

mod jobs;

use std::sync::Arc;

use koalr_store::{ApiKeyRecord, Tenant};

use super::super::desk::Desk;
use super::super::routine;
use super::{actor, blocking, done, queued_as};
use crate::HostError;
use crate::jobs::{
    ConnectOptions, ConnectReport, QueuedSync, connect_as, disconnect, inspect, integration,
};
use crate::web::{ConnectBody, IntegrationsAsk, Items, Reply};

pub(super) async fn answer(
    desk: Arc<Desk>,
    caller: ApiKeyRecord,
    ask: IntegrationsAsk,
) -> Result<Option<Reply>, HostError> {
    if let IntegrationsAsk::Connect { integration, body } = ask {
        return desk.connect(&caller, &integration, body).await;
    }
    blocking(move || answer_now(&desk, &caller, ask)).await
}

fn answer_now(
    desk: &Desk,
    caller: &ApiKeyRecord,
    ask: IntegrationsAsk,
) -> Result<Option<Reply>, HostError> {
    let Some(tenant) = &mut desk.tenant(&caller.tenant)? else {
        return Ok(None);
    };
    let is_loaded = |name: &str| name == desk.integration();
    match ask {
        IntegrationsAsk::All => done(&all(integration(&desk.serving(tenant), tenant)?)),
        IntegrationsAsk::One { integration: name } if is_loaded(&name) => {
            done(&integration(&desk.serving(tenant), tenant)?)
        }
        IntegrationsAsk::Disconnect { integration: name } if is_loaded(&name) => {
            desk.disconnect(tenant, caller, &name)
        }
        IntegrationsAsk::Sync { integration: name } if is_loaded(&name) => desk.sync(tenant, name),
        IntegrationsAsk::Plugins => done(&all(inspect(&desk.serving(tenant)))),
        IntegrationsAsk::Plugin { plugin } if is_loaded(&plugin) => {
            done(&inspect(&desk.serving(tenant)))
        }
        IntegrationsAsk::Jobs { state, page } => jobs::list(desk, tenant, state, &page),
        IntegrationsAsk::Replay { job } => jobs::replay(desk, tenant, caller, &job),
        _ => Ok(None),
    }
}

impl Desk {
    /// Connects as the key's holder, and reads everything from then on.
    async fn connect(
        &self,
        caller: &ApiKeyRecord,
        integration: &str,
        body: ConnectBody,
    ) -> Result<Option<Reply>, HostError> {
        if integration != self.integration() {
            return Ok(None);
        }
        let Some(mut tenant) = self.tenant(&caller.tenant)? else {
            return Ok(None);
        };
        done(&self.connect_as(&mut tenant, &actor(caller), body).await?)
    }

    /// Connects in somebody's name, and reads everything from then on.
    pub(in crate::serve) async fn connect_as(
        &self,
        tenant: &mut Tenant,
        by: &str,
        body: ConnectBody,
    ) -> Result<ConnectReport, HostError> {
        let options = ConnectOptions {
            upstream: body.upstream,
            allow_loopback: self.allow_loopback,
            secret: body.token.0,
            organizations: body.organizations,
            roots: None,
            downloads: body.downloads,
        };
        let _turn = self.connects.take(tenant.id()).await?;
        let report = connect_as(&self.serving(tenant), tenant, by, options, self.now()).await?;
        routine::plan(self, tenant, self.now())?;
        Ok(report)
    }

    /// Syncs that wait or run find nothing to do.
    fn disconnect(
        &self,
        tenant: &mut Tenant,
        caller: &ApiKeyRecord,
        integration: &str,
    ) -> Result<Option<Reply>, HostError> {
        match disconnect(tenant, integration, &actor(caller), self.now()) {
            Ok(report) => {
                self.freshness.forget(tenant.id());
                done(&report)
            }
            Err(HostError::NotConnected { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn sync(&self, tenant: &mut Tenant, integration: String) -> Result<Option<Reply>, HostError> {
        if tenant.connection(&integration)?.is_none() {
            return Ok(None);
        }
        let task = routine::due(self, tenant)?;
        self.push(tenant, &task, self.now())?;
        let sync = task.kind();
        queued_as(&QueuedSync { integration, sync })
    }
}

/// All that there are of what there is one of.
fn all<T>(one: T) -> Items<T> {
    Items {
        items: vec![one],
        next_cursor: None,
    }
}
