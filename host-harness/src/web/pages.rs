//! Pages for people: signed in by a one-time link, shown as HTML, changed by forms.
//!
//! Nothing here needs a script: forms are posted, and answered with a page or with the way to one. Whoever is not signed
//! in sees how to be, and nothing else.

mod assets;
mod changes;
mod cookie;
mod correlation;
mod dashboard;
mod findings;
mod form;
mod headers;
mod news;
mod policy;
mod route;
mod settings;

use std::sync::Arc;

use axum::Router;
use axum::extract::rejection::RawPathParamsRejection;
use axum::extract::{RawPathParams, Request, State};
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::{MethodFilter, get, on};
use http::request::Parts;
use http::{HeaderMap, Method, StatusCode};
use koalr_store::Visitor;

use super::api::Query;
use super::api::{Listening, Streams};
use super::body::Bodies;
use super::limits::Limits;
use super::problem::Problem;
use crate::HostError;
use crate::report::html::{self, Frame, Page};
use crate::ticket::Ticket;
use route::{Given, Read, Route};

pub use changes::{ChangesForm, ChangesPage};
pub use correlation::CorrelationPage;
pub use dashboard::DashboardPage;
pub use findings::FindingsPage;
pub use policy::PolicyForm;
pub use route::{FormAsk, PageAsk};
pub use settings::{SettingsForm, SettingsPage};

/// Who makes the pages. A request that is under way is answered even if its sender has hung up.
pub trait Pages: Send + Sync + 'static {
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
pub enum Acted {
    /// It was done; this page of ours shows it.
    Go(String),
    /// There was nothing to do but to answer.
    Told(Page),
    /// It was not: the page with what is wrong.
    Stay(Page),
}

/// Everything that people look at.
pub(super) fn router<P: Pages>(pages: Arc<P>, bodies: Bodies, limits: &Limits) -> Router {
    let mut router = Router::new();
    for route in route::routes() {
        let Ok(method) = MethodFilter::try_from(route.method.clone()) else {
            continue;
        };
        let answer = async move |State(room): State<Room<P>>,
                                 params: Result<RawPathParams, RawPathParamsRejection>,
                                 request: Request| {
            let id = params.map(|all| all.iter().map(|(_, value)| value).collect());
            let answered = room.receive(route, id.ok(), request).await;
            headers::guarded(answered.unwrap_or_else(refused))
        };
        router = router.route(route.path, on(method, answer));
    }
    router
        .route("/sign-in/{link}", get(invite::<P>).post(begin::<P>))
        .route("/sign-out", axum::routing::post(end::<P>))
        .route(news::PATH, get(news::listen::<P>))
        .with_state(Room {
            pages,
            bodies,
            streams: Arc::new(Streams::new(limits)),
        })
        .merge(assets::router())
}

struct Room<P> {
    pages: Arc<P>,
    bodies: Bodies,
    /// Beside those of the API.
    streams: Arc<Streams>,
}

impl<P: Pages> Room<P> {
    async fn receive(
        &self,
        route: &'static Route,
        id: Option<String>,
        request: Request,
    ) -> Result<Response, Problem> {
        let (head, body) = request.into_parts();
        let Some((visit, visitor)) = self.visitor(&head.headers).await? else {
            return Ok(stranger(&head));
        };
        let id = id.ok_or_else(|| {
            let detail = "the address is not UTF-8, percent-encoded";
            Problem::new(StatusCode::BAD_REQUEST, detail)
        })?;
        let query = Query::read(&form::filled(&head.uri), route.query)?;
        let frame = Frame {
            tenant: visitor.tenant.to_string(),
            login: visitor.login.clone(),
            mark: visit.form_mark(),
            path: head.uri.path().to_owned(),
        };
        let given = Given { id, query };
        let pages = Arc::clone(&self.pages);
        match route.read {
            Read::Page(read) => {
                let ask = read(given);
                let shown = tokio::spawn(pages.show(visitor, frame.clone(), ask)).await;
                let page = shown.map_err(|_| Problem::busy())?.map_err(problem)?;
                let page = page.ok_or_else(not_found)?;
                Ok(Html(html::whole(&frame, &page)).into_response())
            }
            Read::Form(read) => {
                let body = self.bodies.read(body, FORM_BYTES).await?;
                let form = form::own(&head.headers, &body.bytes, &visit)?;
                let ask = read(given, form);
                let done = tokio::spawn(pages.act(visitor, frame.clone(), ask)).await;
                match done.map_err(|_| Problem::busy())?.map_err(problem)? {
                    Some(Acted::Go(path)) => Ok(Redirect::to(&path).into_response()),
                    Some(Acted::Told(page)) => Ok(Html(html::whole(&frame, &page)).into_response()),
                    Some(Acted::Stay(page)) => {
                        let page = Html(html::whole(&frame, &page));
                        Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
                    }
                    None => Err(not_found()),
                }
            }
        }
    }

    /// Who is there.
    async fn visitor(&self, headers: &HeaderMap) -> Result<Option<(Ticket, Visitor)>, Problem> {
        let Some(visit) = cookie::read(headers) else {
            return Ok(None);
        };
        let asked = Arc::clone(&self.pages).visitor(visit.again());
        let visitor = asked.await.map_err(problem)?;
        Ok(visitor.map(|visitor| (visit, visitor)))
    }
}

impl<P> Clone for Room<P> {
    fn clone(&self) -> Self {
        Self {
            pages: Arc::clone(&self.pages),
            bodies: self.bodies.clone(),
            streams: Arc::clone(&self.streams),
        }
    }
}

/// Asks whether to sign in: a preview of a link, which nobody pressed, must not use it up.
async fn invite<P: Pages>(
    State(room): State<Room<P>>,
    axum::extract::Path(link): axum::extract::Path<String>,
) -> Response {
    let invited = async {
        let link = Ticket::parse(&link).ok_or_else(used_up)?;
        let visitor = room.pages.invited(link).await.map_err(problem)?;
        visitor.ok_or_else(used_up)
    };
    headers::guarded(match invited.await {
        Ok(visitor) => {
            Html(html::invitation(&visitor.login, visitor.tenant.as_str())).into_response()
        }
        Err(problem) => refused(problem),
    })
}

/// Signs in.
async fn begin<P: Pages>(
    State(room): State<Room<P>>,
    axum::extract::Path(link): axum::extract::Path<String>,
    headers: HeaderMap,
) -> Response {
    let begun = async {
        form::of_this_site(&headers)?;
        let link = Ticket::parse(&link).ok_or_else(used_up)?;
        let visit = room.pages.sign_in(link).await.map_err(problem)?;
        visit.ok_or_else(used_up)
    };
    headers::guarded(match begun.await {
        Ok(visit) => ([cookie::set(&visit)], Redirect::to("/")).into_response(),
        Err(problem) => refused(problem),
    })
}

/// Signs out.
async fn end<P: Pages>(State(room): State<Room<P>>, request: Request) -> Response {
    let ended = async {
        let (head, body) = request.into_parts();
        if let Some(visit) = cookie::read(&head.headers) {
            let body = room.bodies.read(body, FORM_BYTES).await?;
            form::own(&head.headers, &body.bytes, &visit)?;
            room.pages.sign_out(visit).await.map_err(problem)?;
        }
        Ok(([cookie::clear()], Redirect::to("/")).into_response())
    };
    headers::guarded(ended.await.unwrap_or_else(refused))
}

/// What somebody sees who is not signed in. Where they wanted to go stands in the address that they have.
fn stranger(head: &Parts) -> Response {
    let page = Html(html::stranger());
    if head.method == Method::GET {
        (StatusCode::UNAUTHORIZED, page).into_response()
    } else {
        (StatusCode::UNAUTHORIZED, [cookie::clear()], page).into_response()
    }
}

/// A problem as a page.
fn refused(problem: Problem) -> Response {
    let page = Html(html::problem(
        problem.status(),
        problem.title(),
        problem.detail(),
        problem.reasons(),
    ));
    (problem.status(), page).into_response()
}

/// What of an error is for who asked. The rest is for the log.
fn problem(error: HostError) -> Problem {
    super::api::problem(error)
}

fn not_found() -> Problem {
    let detail = "there is nothing at this address, or not any more";
    Problem::new(StatusCode::NOT_FOUND, detail)
}

fn used_up() -> Problem {
    let detail = "this link was used already, is older than ten minutes, or is incomplete; make a new one with `koalr sign-in`";
    Problem::new(StatusCode::GONE, detail)
}

/// Largest form, in bytes: a policy is the longest thing that people paste.
const FORM_BYTES: usize = 256 << 10;
