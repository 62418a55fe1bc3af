//! What the pages show, and what their forms do.

mod policy;
mod settings;

use std::sync::Arc;

use koalr_store::Visitor;
use maud::html;

use super::desk::Desk;
use crate::HostError;
use crate::report::html::{Frame, Page, Place};
use crate::ticket::Ticket;
use crate::web::{Acted, FormAsk, PageAsk, Pages};

impl Pages for Desk {
    async fn invited(self: Arc<Self>, link: Ticket) -> Result<Option<Visitor>, HostError> {
        self.aside(move |desk| Ok(desk.data.sign_in(&link.hash(), desk.now())?))
            .await
    }

    async fn sign_in(self: Arc<Self>, link: Ticket) -> Result<Option<Ticket>, HostError> {
        self.aside(move |desk| {
            let visit = Ticket::random()?;
            let begun = (desk.data).begin_visit(&link.hash(), &visit.hash(), desk.now())?;
            Ok(begun.map(|_| visit))
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
        match ask {
            PageAsk::Home => Ok(Some(Page {
                title: "Home".to_owned(),
                place: Place::Elsewhere,
                body: html! {},
            })),
            PageAsk::Policy => policy::show(self, visitor, frame).await,
            PageAsk::Settings(ask) => settings::show(self, visitor, frame, ask).await,
        }
    }

    async fn act(
        self: Arc<Self>,
        visitor: Visitor,
        frame: Frame,
        ask: FormAsk,
    ) -> Result<Option<Acted>, HostError> {
        match ask {
            FormAsk::Policy(ask) => policy::act(self, visitor, frame, ask).await,
            FormAsk::Settings(ask) => settings::act(self, visitor, frame, ask).await,
        }
    }
}

impl Desk {
    /// Waits for a disk where nobody else waits with it.
    async fn aside<T: Send + 'static>(
        self: Arc<Self>,
        work: impl FnOnce(&Self) -> Result<T, HostError> + Send + 'static,
    ) -> Result<T, HostError> {
        let done = tokio::task::spawn_blocking(move || work(&self)).await;
        done.map_err(|_| HostError::Ended)?
    }
}
