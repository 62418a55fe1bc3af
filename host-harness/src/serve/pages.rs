//! What the pages show, and what their forms do.

mod changes;
mod correlation;
mod dashboard;
mod findings;
mod policy;
mod settings;

use std::sync::Arc;

use koalr_platform::audit::Event;
use koalr_platform::team::Act;
use koalr_store::{Tenant, Visitor};

use super::api::blocking;
use super::desk::Desk;
use crate::HostError;
use crate::jobs::permitted;
use crate::report::html::{Frame, Page};
use crate::ticket::Ticket;
use crate::web::{Acted, DashboardPage, FormAsk, Listening, PageAsk, Pages};

impl Pages for Desk {
    async fn invited(self: Arc<Self>, link: Ticket) -> Result<Option<Visitor>, HostError> {
        self.aside(move |desk| Ok(desk.data.sign_in(&link.hash(), desk.now())?))
            .await
    }

    async fn sign_in(self: Arc<Self>, link: Ticket) -> Result<Option<Ticket>, HostError> {
        self.aside(move |desk| {
            let visit = Ticket::random()?;
            let now = desk.now();
            let Some(visitor) = desk.data.begin_visit(&link.hash(), &visit.hash(), now)? else {
                return Ok(None);
            };
            let Some(mut tenant) = desk.tenant(&visitor.tenant)? else {
                return Ok(None);
            };
            tenant.append_audit(now, &visitor.login, "", &Event::SignedIn)?;
            Ok(Some(visit))
        })
        .await
    }

    async fn visitor(self: Arc<Self>, visit: Ticket) -> Result<Option<Visitor>, HostError> {
        self.aside(move |desk| Ok(desk.data.visitor(&visit.hash(), desk.now())?))
            .await
    }

    async fn sign_out(self: Arc<Self>, visit: Ticket) -> Result<(), HostError> {
        self.aside(move |desk| Ok(desk.data.end_visit(&visit.hash())?))
            .await
    }

    async fn show(
        self: Arc<Self>,
        visitor: Visitor,
        frame: Frame,
        ask: PageAsk,
    ) -> Result<Option<Page>, HostError> {
        let has_figures = !matches!(ask, PageAsk::Policy | PageAsk::Settings(_));
        let (beside, owner) = (Arc::clone(&self), visitor.clone());
        let page = match ask {
            PageAsk::Home => dashboard::show(self, visitor, DashboardPage::default()).await,
            PageAsk::Policy => policy::show(self, visitor, frame).await,
            PageAsk::Correlation(ask) => correlation::show(self, visitor, ask).await,
            PageAsk::Findings(ask) => findings::show(self, visitor, ask).await,
            PageAsk::Changes(ask) => changes::show(self, visitor, frame, ask).await,
            PageAsk::Dashboard(ask) => dashboard::show(self, visitor, ask).await,
            PageAsk::Settings(ask) => settings::show(self, visitor, frame, ask).await,
        }?;
        match page {
            Some(page) if has_figures => settings::marked(beside, owner, page).await,
            page => Ok(page),
        }
    }

    async fn act(
        self: Arc<Self>,
        visitor: Visitor,
        frame: Frame,
        ask: FormAsk,
    ) -> Result<Option<Acted>, HostError> {
        match ask {
            FormAsk::Changes(ask) => changes::act(self, visitor, frame, ask).await,
            FormAsk::Policy(ask) => policy::act(self, visitor, frame, ask).await,
            FormAsk::Settings(ask) => settings::act(self, visitor, frame, ask).await,
        }
    }

    async fn news(
        self: Arc<Self>,
        visitor: Visitor,
        integration: String,
        after: Option<String>,
    ) -> Result<Option<Listening>, HostError> {
        self.aside(move |desk| {
            if integration != desk.integration() || desk.tenant(&visitor.tenant)?.is_none() {
                return Ok(None);
            }
            Ok((desk.news).listen(&visitor.tenant, after.as_deref(), desk.now()))
        })
        .await
    }
}

/// Why somebody may not; none if they may.
fn refused(
    tenant: &Tenant,
    login: &str,
    act: Act,
    author: Option<&str>,
) -> Result<Option<String>, HostError> {
    match permitted(tenant, login, act, author) {
        Ok(_) => Ok(None),
        Err(HostError::Forbidden(why)) => Ok(Some(why)),
        Err(error) => Err(error),
    }
}

impl Desk {
    async fn aside<T: Send + 'static>(
        self: Arc<Self>,
        work: impl FnOnce(&Self) -> Result<T, HostError> + Send + 'static,
    ) -> Result<T, HostError> {
        blocking(move || work(&self)).await
    }
}
