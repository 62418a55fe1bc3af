//! Pages for people: signed in by a one-time link, shown as HTML, changed by forms.
//!
//! Nothing here needs a script: forms are posted, and answered with a page or with the way to one. Whoever is not signed
//! in sees how to be, and nothing else.

mod assets;
mod changes;
mod cookie;
mod correlation;
mod dashboard;
mod entry;
mod findings;
mod form;
mod headers;
mod news;
mod policy;
mod room;
mod route;
mod settings;

use std::sync::Arc;

use axum::Router;
use axum::extract::rejection::RawPathParamsRejection;
use axum::extract::{RawPathParams, Request, State};
use axum::middleware::map_response;
use axum::response::{IntoResponse as _, Response};
use axum::routing::{MethodFilter, get, on, post};
use http::Method;
use koalr_store::Visitor;

use super::api::{Listening, Streams};
use super::body::Bodies;
use super::limits::Limits;
use crate::HostError;
use crate::report::html::{Frame, Page};
use crate::ticket::Ticket;
use room::{Room, nowhere, wrong_method};

pub(crate) use changes::{ChangesForm, ChangesPage};
pub(crate) use correlation::CorrelationPage;
pub(crate) use dashboard::DashboardPage;
pub(crate) use findings::FindingsPage;
pub(crate) use policy::PolicyForm;
pub(crate) use route::{FormAsk, PageAsk};
pub(crate) use settings::{SettingsForm, SettingsPage};

/// Who makes the pages. A request that is under way is answered even if its sender has hung up.
pub(crate) trait Pages: Send + Sync + 'static {
    /// Whom a link would sign in; none if it was used, is too old, or never was.
    ///
    /// # Errors
    ///
    /// It cannot be told now.
    fn invited(
        self: Arc<Self>,
        link: Ticket,
    ) -> impl Future<Output = Result<Option<Visitor>, HostError>> + Send;

    /// Uses a link up, and gives the visit that begins; none as above.
    ///
    /// # Errors
    ///
    /// It cannot be told now.
    fn sign_in(
        self: Arc<Self>,
        link: Ticket,
    ) -> impl Future<Output = Result<Option<Ticket>, HostError>> + Send;

    /// Whose visit this is; none if it is over or never was.
    ///
    /// # Errors
    ///
    /// It cannot be told now.
    fn visitor(
        self: Arc<Self>,
        visit: Ticket,
    ) -> impl Future<Output = Result<Option<Visitor>, HostError>> + Send;

    /// Ends a visit.
    ///
    /// # Errors
    ///
    /// It cannot be done now.
    fn sign_out(
        self: Arc<Self>,
        visit: Ticket,
    ) -> impl Future<Output = Result<(), HostError>> + Send;

    /// Makes a page; none if what it is about is not stored.
    ///
    /// # Errors
    ///
    /// Why it cannot be made now.
    fn show(
        self: Arc<Self>,
        visitor: Visitor,
        frame: Frame,
        ask: PageAsk,
    ) -> impl Future<Output = Result<Option<Page>, HostError>> + Send;

    /// Does what a form asks for; none if what it is about is not stored.
    ///
    /// # Errors
    ///
    /// Why it cannot be done. Nothing was.
    fn act(
        self: Arc<Self>,
        visitor: Visitor,
        frame: Frame,
        ask: FormAsk,
    ) -> impl Future<Output = Result<Option<Acted>, HostError>> + Send;

    /// Listens to what happens at the visitor's tenant, from behind the item with this id on; none means from now on. None
    /// if there is no such integration, or no news any more.
    ///
    /// # Errors
    ///
    /// It cannot be told now.
    fn news(
        self: Arc<Self>,
        visitor: Visitor,
        integration: String,
        after: Option<String>,
    ) -> impl Future<Output = Result<Option<Listening>, HostError>> + Send;
}

/// What a form led to.
#[derive(Debug)]
pub(crate) enum Acted {
    /// It was done; this page of ours shows it.
    Go(String),
    /// There was nothing to do but to answer.
    Told(Page),
    /// It was not: the page with what is wrong.
    Stay(Page),
}

/// Everything that people look at, and what is answered where nothing is. `is_sealed`: it is served over TLS.
pub(super) fn router<P: Pages>(
    pages: Arc<P>,
    bodies: Bodies,
    limits: &Limits,
    is_sealed: bool,
) -> Router {
    let mut router = Router::new();
    for route in route::routes() {
        let Ok(method) = MethodFilter::try_from(route.method.clone()) else {
            continue;
        };
        let answer = async move |State(room): State<Room<P>>,
                                 params: Result<RawPathParams, RawPathParamsRejection>,
                                 request: Request| {
            let id = params.map(|all| all.iter().map(|(_, value)| value).collect());
            room.receive(route, id.ok(), request).await
        };
        router = router.route(route.path, on(method, answer));
        if route.method == Method::POST && !route::is_page(route.path) {
            let back = async move |params: Result<RawPathParams, RawPathParamsRejection>| {
                let id = params.map(|all| all.iter().map(|(_, value)| value).collect());
                room::back(route.path, id.ok()).into_response()
            };
            router = router.route(route.path, get(back));
        }
    }
    router
        .route(entry::LINK, get(entry::invite::<P>).post(entry::begin::<P>))
        .route(entry::END, post(entry::end::<P>))
        .route(news::PATH, get(news::listen::<P>))
        .merge(assets::router())
        .fallback(nowhere::<P>)
        .method_not_allowed_fallback(wrong_method::<P>)
        .with_state(Room {
            pages,
            bodies,
            streams: Arc::new(Streams::new(limits)),
            is_sealed,
        })
        // Around all of it: what a room or the router itself refuses is an answer too.
        .layer(map_response(async |answer: Response| {
            headers::guarded(answer)
        }))
}

/// Every address of a page or a form, with its method. What is in braces stands for itself.
#[cfg(test)]
pub(super) fn addresses() -> impl Iterator<Item = (Method, &'static str)> {
    route::routes().map(|one| (one.method.clone(), one.path))
}
