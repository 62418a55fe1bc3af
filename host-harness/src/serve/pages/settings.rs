//! Settings: integrations, and their connections.

use std::sync::Arc;

use koalr_platform::team::Act;
use koalr_runtime::{Secret, SecretError};
use koalr_store::{Tenant, Visitor};

use super::super::desk::Desk;
use super::super::routine;
use crate::HostError;
use crate::jobs::{known_actor, status};
use crate::report::html::settings::{self, Attempt, Card};
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
        match ask {
            SettingsPage::Integrations { search } => {
                let card = card(desk, &tenant, &visitor)?;
                let cards = [card].into_iter();
                let shown = cards.filter(|card| card.holds(search.as_deref()));
                let cards: Vec<Card> = shown.collect();
                Ok(Some(settings::integrations(&cards, search.as_deref())))
            }
            SettingsPage::Integration { integration } => {
                let card = card(desk, &tenant, &visitor)?;
                let found = card.manifest.id == integration;
                Ok(found.then(|| settings::integration(&frame, &card, &Attempt::default())))
            }
        }
    })
    .await
}

pub(super) async fn act(
    desk: Arc<Desk>,
    visitor: Visitor,
    frame: Frame,
    ask: SettingsForm,
) -> Result<Option<Acted>, HostError> {
    match ask {
        SettingsForm::Connect {
            integration,
            token,
            upstream,
            organizations,
        } => {
            if integration != desk.host.manifest().id {
                return Ok(None);
            }
            let attempt = Attempt {
                upstream,
                organizations,
                wrong: None,
            };
            desk.connect_visitor(visitor, frame, token, attempt).await
        }
        SettingsForm::Sync { integration } => {
            desk.aside(move |desk| {
                let Some(mut tenant) = desk.tenant(&visitor.tenant)? else {
                    return Ok(None);
                };
                if tenant.connection(&integration)?.is_none() {
                    return Ok(None);
                }
                let task = routine::due(desk, &tenant)?;
                desk.push(&mut tenant, &task, desk.now())?;
                Ok(Some(Acted::Go(settings::path(&integration))))
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
        may(&tenant, &visitor)?;
        let integration = self.host.manifest().id.clone();
        let connected = match token {
            Ok(secret) => {
                let body = ConnectBody {
                    token: Token(secret),
                    upstream: attempt.upstream.clone(),
                    organizations: attempt.organizations.clone(),
                    downloads: Vec::new(),
                };
                let connected = self.connect_as(&mut tenant, &visitor.login, body).await;
                connected.map(drop)
            }
            Err(error) => Err(HostError::NotPossible(error.to_string())),
        };
        match connected {
            Ok(()) => Ok(Some(Acted::Go(settings::path(&integration)))),
            Err(error @ (HostError::Store(_) | HostError::Call(_))) => Err(error),
            Err(error) => {
                let attempt = Attempt {
                    wrong: Some(error.to_string()),
                    ..attempt
                };
                let card = card(&self, &tenant, &visitor)?;
                let page = settings::integration(&frame, &card, &attempt);
                Ok(Some(Acted::Stay(page)))
            }
        }
    }
}

fn card(desk: &Desk, tenant: &Tenant, visitor: &Visitor) -> Result<Card, HostError> {
    let manifest = desk.host.manifest().clone();
    let connection = match tenant.connection(&manifest.id)? {
        Some(_) => Some(status(tenant, &manifest.id)?),
        None => None,
    };
    Ok(Card {
        manifest,
        connection,
        refused: may(tenant, visitor).err().map(|error| error.to_string()),
    })
}

/// Whether somebody may connect and disconnect.
fn may(tenant: &Tenant, visitor: &Visitor) -> Result<(), HostError> {
    let actor = known_actor(tenant, &visitor.login)?;
    let may = actor.may(Act::Connect, None);
    may.map_err(|error| HostError::Forbidden(error.to_string()))
}
