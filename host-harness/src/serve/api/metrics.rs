//! How delivery goes and what is owed, in figures, and the rows behind them.

mod figures;
mod lists;
mod risk;

pub(in crate::serve) use figures::asked;

use std::sync::Arc;

use koalr_store::{ApiKeyRecord, Tenant};

use super::super::desk::Desk;
use super::blocking;
use crate::HostError;
use crate::web::{MetricsAsk, Reply};

pub(super) async fn answer(
    desk: Arc<Desk>,
    caller: ApiKeyRecord,
    ask: MetricsAsk,
) -> Result<Option<Reply>, HostError> {
    if let MetricsAsk::Risk { change, manifests } = ask {
        return desk.risk(&caller, change, &manifests).await;
    }
    blocking(move || {
        let Some(tenant) = &mut desk.tenant(&caller.tenant)? else {
            return Ok(None);
        };
        answer_now(&desk, tenant, ask)
    })
    .await
}

fn answer_now(
    desk: &Desk,
    tenant: &mut Tenant,
    ask: MetricsAsk,
) -> Result<Option<Reply>, HostError> {
    match ask {
        MetricsAsk::Dora(about) => figures::dora(tenant, &about, desk.now()),
        MetricsAsk::Dashboard { about, dashboard } => figures::dashboard(
            &desk.serving(tenant),
            tenant,
            (&about, &dashboard),
            desk.now(),
        ),
        MetricsAsk::Rows {
            about,
            figure,
            dora,
            correlation,
            limit,
        } => {
            let settings = (&dora, &correlation);
            figures::rows(tenant, (&about, figure), settings, limit, desk.now())
        }
        MetricsAsk::PullRequests {
            repository,
            state,
            from,
            to,
            page,
        } => {
            let integration = desk.integration();
            let window = (from, to);
            lists::pull_requests(tenant, integration, (repository, state), window, &page)
        }
        MetricsAsk::Deployments {
            service,
            environment,
            from,
            to,
            page,
        } => {
            let of = (service, environment);
            lists::deployments(tenant, of, (from, to), &page, desk.now())
        }
        MetricsAsk::Risk { .. } => Ok(None),
    }
}
