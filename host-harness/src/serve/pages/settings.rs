//! Settings: integrations, their connections, and the components.

use std::sync::Arc;

use koalr_platform::team::Act;
use koalr_runtime::{Secret, SecretError};
use koalr_store::{Tenant, Visitor};

use super::super::desk::Desk;
use super::super::routine;
use super::refused;
use crate::HostError;
use crate::jobs::{
    SYNC_KEY, connection_status, disconnect_as, inspect, is_first_sync, jobs, permitted,
};
use crate::report::html::settings::{self, Attempt, Card, Syncing, Wrong};
use crate::report::html::{Frame, Page};
use crate::web::{Acted, ConnectBody, SettingsForm, SettingsPage, Token};

pub(super) async fn show(
    desk: Arc<Desk>,
    visitor: Visitor,
    frame: Frame,
    ask: SettingsPage,
) -> Result<Option<Page>, HostError> {
    desk.aside(move |desk| {
        let Some(tenant) = desk.tenant(&visitor.tenant)? else {
            return Ok(None);
        };
        let card = || card(desk, &tenant, &visitor);
        let is_loaded = |name: &str| name == desk.integration();
        Ok(match ask {
            SettingsPage::Integrations { search } => {
                let cards = [card()?].into_iter();
                let shown = cards.filter(|card| card.holds(search.as_deref()));
                let cards: Vec<Card> = shown.collect();
                Some(settings::integrations(&cards, search.as_deref()))
            }
            SettingsPage::Integration { integration } if is_loaded(&integration) => {
                Some(settings::integration(&frame, &card()?, &Attempt::default()))
            }
            SettingsPage::Connect { integration } if is_loaded(&integration) => {
                Some(settings::connecting(&frame, &card()?, None))
            }
            SettingsPage::Disconnect { integration } if is_loaded(&integration) => {
                Some(settings::disconnect(&frame, &card()?))
            }
            SettingsPage::Plugins => {
                let (since, calls) = (desk.metrics.started_ms, desk.metrics.tally.rows());
                let mut swaps = desk.data.swaps(Some(desk.integration()), SWAPS)?;
                // Which other tenants have a version of their own is nobody's business.
                let own = tenant.id().as_str();
                swaps.retain(|swap| swap.moved.tenant.as_deref().is_none_or(|of| of == own));
                let all = [inspect(&desk.serving(&tenant))];
                let paused = desk.host.paused();
                Some(settings::plugins(
                    &all,
                    &calls,
                    since,
                    (&swaps, paused.as_ref()),
                ))
            }
            SettingsPage::Integration { .. }
            | SettingsPage::Connect { .. }
            | SettingsPage::Disconnect { .. } => None,
        })
    })
    .await
}

/// A page of figures, which says so if less was read than there is.
pub(super) async fn marked(
    desk: Arc<Desk>,
    visitor: Visitor,
    page: Page,
) -> Result<Option<Page>, HostError> {
    desk.aside(move |desk| {
        let Some(tenant) = desk.tenant(&visitor.tenant)? else {
            return Ok(None);
        };
        if !is_first_sync(&desk.serving(&tenant), &tenant)? {
            return Ok(Some(page));
        }
        let syncing = syncing(desk, &tenant)?;
        Ok(Some(settings::marked(
            desk.serving(&tenant).manifest(),
            &syncing,
            page,
        )))
    })
    .await
}

pub(super) async fn act(
    desk: Arc<Desk>,
    visitor: Visitor,
    frame: Frame,
    ask: SettingsForm,
) -> Result<Option<Acted>, HostError> {
    let (SettingsForm::Connect { integration, .. }
    | SettingsForm::Disconnect { integration }
    | SettingsForm::Sync { integration }) = &ask;
    if *integration != desk.integration() {
        return Ok(None);
    }
    let own = settings::path(integration);
    match ask {
        SettingsForm::Connect {
            token,
            upstream,
            organizations,
            downloads,
            ..
        } => {
            let attempt = Attempt {
                upstream,
                organizations,
                downloads,
                wrong: None,
            };
            desk.connect_visitor(visitor, frame, token, attempt).await
        }
        SettingsForm::Disconnect { integration } => {
            desk.aside(move |desk| {
                let Some(mut tenant) = desk.tenant(&visitor.tenant)? else {
                    return Ok(None);
                };
                permitted(&tenant, &visitor.login, Act::Connect, None)?;
                match disconnect_as(&mut tenant, &integration, &visitor.login, desk.now()) {
                    Ok(_) => desk.freshness.forget(tenant.id()),
                    // It was pressed twice.
                    Err(HostError::NotConnected { .. }) => {}
                    Err(error) => return Err(error),
                }
                Ok(Some(Acted::Go(own)))
            })
            .await
        }
        SettingsForm::Sync { integration } => {
            desk.aside(move |desk| {
                let Some(mut tenant) = desk.tenant(&visitor.tenant)? else {
                    return Ok(None);
                };
                permitted(&tenant, &visitor.login, Act::Connect, None)?;
                // One that was taken away meanwhile is shown as it is.
                if tenant.connection(&integration)?.is_some() {
                    let task = routine::due(desk, &tenant)?;
                    desk.push(&mut tenant, &task, desk.now())?;
                }
                Ok(Some(Acted::Go(own)))
            })
            .await
        }
    }
}

impl Desk {
    /// Connects as the visitor, whose roles decide whether they may; then everything is read.
    async fn connect_visitor(
        self: Arc<Self>,
        visitor: Visitor,
        frame: Frame,
        token: Result<Secret, SecretError>,
        attempt: Attempt,
    ) -> Result<Option<Acted>, HostError> {
        let Some(mut tenant) = self.tenant(&visitor.tenant)? else {
            return Ok(None);
        };
        permitted(&tenant, &visitor.login, Act::Connect, None)?;
        let wrong = match token {
            Ok(secret) => {
                let body = ConnectBody {
                    token: Token(secret),
                    upstream: attempt.upstream.clone(),
                    organizations: attempt.organizations.clone(),
                    downloads: attempt.downloads.clone(),
                };
                match self.connect_as(&mut tenant, &visitor.login, body).await {
                    Ok(_) => None,
                    Err(error) => Some(Wrong::of(error, self.serving(&tenant).manifest())?),
                }
            }
            Err(error) => Some(Wrong {
                field: Some("token"),
                text: error.to_string(),
            }),
        };
        let integration = self.integration();
        Ok(Some(match wrong {
            None => Acted::Go(settings::path(integration)),
            Some(wrong) => {
                let attempt = Attempt {
                    wrong: Some(wrong),
                    ..attempt
                };
                let card = card(&self, &tenant, &visitor)?;
                Acted::Stay(settings::connecting(&frame, &card, Some(attempt)))
            }
        }))
    }
}

fn card(desk: &Desk, tenant: &Tenant, visitor: &Visitor) -> Result<Card, HostError> {
    let manifest = desk.serving(tenant).manifest().clone();
    let connection = match tenant.connection(&manifest.id)? {
        Some(_) => Some(connection_status(tenant, &manifest.id)?),
        None => None,
    };
    Ok(Card {
        manifest,
        connection,
        refused: refused(tenant, &visitor.login, Act::Connect, None)?,
        syncing: syncing(desk, tenant)?,
    })
}

fn syncing(desk: &Desk, tenant: &Tenant) -> Result<Syncing, HostError> {
    let mut syncs = jobs(tenant)?;
    syncs.retain(|job| job.key == SYNC_KEY);
    Ok(Syncing {
        running: desk.news.running(tenant.id()),
        jobs: syncs,
        share: desk.host.rate_share(),
        days: desk.window_days,
        now: desk.now(),
    })
}

/// Rows of the history of versions that are looked at.
const SWAPS: u32 = 50;
