//! The dashboard, and the rows behind its figures.

use std::sync::Arc;

use koalr_platform::correlation::CorrelationSettings;
use koalr_platform::debt::DebtSettings;
use koalr_platform::dora::DoraSettings;
use koalr_platform::model::common::Timestamp;
use koalr_store::{Tenant, Visitor};

use super::super::desk::Desk;
use crate::HostError;
use crate::jobs::{self, CountedFigure, InsightAsked};
use crate::report::html::dashboard::{self, View};
use crate::report::html::{DashboardFilter, Page};
use crate::web::DashboardPage;

pub(super) async fn show(
    desk: Arc<Desk>,
    visitor: Visitor,
    ask: DashboardPage,
) -> Result<Option<Page>, HostError> {
    desk.aside(move |desk| {
        let Some(mut tenant) = desk.tenant(&visitor.tenant)? else {
            return Ok(None);
        };
        match ask {
            DashboardPage::Figures(filter) => {
                let view = view(&mut tenant, &desk.host.manifest().id, filter, desk.now())?;
                Ok(Some(dashboard::page(&view)))
            }
            DashboardPage::Rows { figure, filter } => {
                let mut figures = CountedFigure::ALL.into_iter();
                let Some(figure) = figures.find(|one| one.name() == figure) else {
                    return Ok(None);
                };
                let settings = (&DoraSettings::default(), &CorrelationSettings::default());
                let asked = asked(&filter, desk.now());
                let rows = jobs::figure_rows(&mut tenant, figure, settings, asked, MOST_ROWS)?;
                Ok(Some(dashboard::rows(&rows, &filter)))
            }
        }
    })
    .await
}

fn view(
    tenant: &mut Tenant,
    integration: &str,
    filter: DashboardFilter,
    now: Timestamp,
) -> Result<View, HostError> {
    let asked = asked(&filter, now);
    let services = tenant.services()?;
    let ledger = tenant.ledger(asked.as_of)?;
    let is_delivered = !ledger.deployments.is_empty()
        || !ledger.outages.is_empty()
        || !ledger.unlinked.is_empty()
        || ledger.merged > 0;
    let dora = possible(jobs::dora(tenant, &DoraSettings::default(), asked))?;
    let debt = match jobs::debt(tenant, integration, &DebtSettings::default(), asked) {
        Err(HostError::NotConnected { .. }) => None,
        debt => Some(possible(debt)?),
    };
    let mut repositories = ledger.repositories.clone();
    if let Some(Ok(debt)) = &debt {
        repositories.extend(debt.repositories.iter().map(|one| one.to_lowercase()));
    }
    repositories.sort_unstable();
    repositories.dedup();
    Ok(View {
        services: services.into_iter().map(|one| one.name).collect(),
        repositories,
        is_delivered,
        dora,
        debt,
        filter,
    })
}

/// A report, or what of the question is wrong, which the page says where the report would be.
fn possible<T>(report: Result<T, HostError>) -> Result<Result<T, String>, HostError> {
    match report {
        Ok(report) => Ok(Ok(report)),
        Err(HostError::NotPossible(why)) => Ok(Err(why)),
        Err(error) => Err(error),
    }
}

/// What is asked about. A window ends now at the latest, and at a whole second: an address says no more.
fn asked(filter: &DashboardFilter, now: Timestamp) -> InsightAsked<'_> {
    let as_of = filter.to.unwrap_or(now).min(now);
    let as_of = as_of - as_of.rem_euclid(1_000);
    InsightAsked {
        scope: &filter.scope,
        from: as_of.saturating_sub(Timestamp::from(filter.days) * DAY_MS),
        as_of,
    }
}

/// A day, in milliseconds.
const DAY_MS: Timestamp = 86_400_000;

/// Rows on a page.
const MOST_ROWS: usize = 500;
