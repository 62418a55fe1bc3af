//! What is open, and what became of it.

use std::collections::BTreeSet;
use std::sync::Arc;

use koalr_store::{
    FindingList, FindingPlace, ListedFinding, Slice, StoredConnection, StoredWaiver, Tenant,
    Visitor,
};

use super::super::desk::Desk;
use crate::HostError;
use crate::report::html::Page;
use crate::report::html::findings::{self, Listed, Traced};
use crate::web::FindingsPage;

pub(super) async fn show(
    desk: Arc<Desk>,
    visitor: Visitor,
    ask: FindingsPage,
) -> Result<Option<Page>, HostError> {
    desk.aside(move |desk| {
        let Some(tenant) = desk.tenant(&visitor.tenant)? else {
            return Ok(None);
        };
        let connection = tenant.last_connection(desk.integration())?;
        match (ask, connection) {
            (FindingsPage::List { .. }, None) => Ok(Some(findings::unconnected())),
            (FindingsPage::Timeline { .. }, None) => Ok(None),
            (FindingsPage::List { wanted, slice }, Some(connection)) => {
                let listed = list(&tenant, &connection, wanted, &slice)?;
                Ok(Some(findings::list(&listed)))
            }
            (FindingsPage::Timeline { vulnerability }, Some(connection)) => {
                let traced = trace(&tenant, &connection, &vulnerability)?;
                if traced.is_empty() {
                    return Ok(None);
                }
                let waivers = waivers(&tenant, &vulnerability, &traced)?;
                let now = desk.now();
                Ok(Some(findings::timeline(
                    &vulnerability,
                    &traced,
                    &waivers,
                    now,
                )))
            }
        }
    })
    .await
}

fn list(
    tenant: &Tenant,
    connection: &StoredConnection,
    wanted: FindingList,
    slice: &Slice<FindingPlace>,
) -> Result<Listed, HostError> {
    let one_more = Slice {
        after: slice.after,
        limit: slice.limit.saturating_add(1),
    };
    let mut items = tenant.list_findings(connection, &wanted, &one_more)?;
    let limit = usize::try_from(slice.limit).unwrap_or(usize::MAX);
    let more = items.len() > limit;
    items.truncate(limit);
    Ok(Listed {
        next: items.last().filter(|_| more).map(ListedFinding::place),
        is_first: slice.after.is_none(),
        items,
        wanted,
    })
}

fn trace(
    tenant: &Tenant,
    connection: &StoredConnection,
    vulnerability: &str,
) -> Result<Vec<Traced>, HostError> {
    let found = tenant.findings_of(connection, vulnerability, findings::MOST_TRACED)?;
    let traced = found.into_iter().map(|listed| {
        let finding = &listed.finding;
        let steps = tenant.timeline(connection, &finding.organization, &finding.id)?;
        Ok(Traced { listed, steps })
    });
    traced.collect()
}

/// The waivers about a vulnerability, by any of its names.
fn waivers(
    tenant: &Tenant,
    vulnerability: &str,
    traced: &[Traced],
) -> Result<Vec<StoredWaiver>, HostError> {
    let names = traced.iter().flat_map(|one| &one.listed.finding.aliases);
    let names: BTreeSet<&str> = names.map(String::as_str).chain([vulnerability]).collect();
    let names: Vec<&str> = names.into_iter().collect();
    Ok(tenant.waivers_about(&names)?)
}
