//! Integrations: what is connected, and how far it is synced.

use std::sync::Arc;

use koalr_store::{ApiKeyRecord, Tenant};
use serde_json::json;

use super::super::desk::Desk;
use super::super::routine;
use super::{blocking, done, queued};
use crate::HostError;
use crate::jobs::status;
use crate::web::{IntegrationsAsk, Reply};

pub(super) async fn answer(
    desk: Arc<Desk>,
    caller: ApiKeyRecord,
    ask: IntegrationsAsk,
) -> Result<Option<Reply>, HostError> {
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
    match ask {
        IntegrationsAsk::Connections => {
            let integration = &desk.host.manifest().id;
            let connections = match tenant.connection(integration)? {
                Some(_) => vec![status(tenant, integration)?],
                None => Vec::new(),
            };
            done(&json!({ "connections": connections }))
        }
        IntegrationsAsk::Sync { integration } => desk.sync(tenant, &integration),
    }
}

impl Desk {
    fn sync(&self, tenant: &mut Tenant, integration: &str) -> Result<Option<Reply>, HostError> {
        let is_loaded = integration == self.host.manifest().id;
        if !is_loaded || tenant.connection(integration)?.is_none() {
            return Ok(None);
        }
        let task = routine::due(self, tenant)?;
        self.push(tenant, &task, self.now())?;
        let body = json!({ "integration": integration, "sync": task.kind() });
        Ok(Some(queued(body)))
    }
}
