//! Requests of somebody who may be signed in.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::response::{Html, IntoResponse, Redirect, Response};
use http::{HeaderMap, StatusCode, Uri, header};
use koalr_store::Visitor;
use tracing::{Instrument as _, Span};

use super::super::api::{self, Query, Streams};
use super::super::body::Bodies;
use super::super::problem::Problem;
use super::form::Form;
use super::route::{Given, Read, Route};
use super::{Acted, Pages, cookie, form};
use crate::HostError;
use crate::report::html::{self, Frame};
use crate::ticket::Ticket;

pub(super) struct Room<P> {
    pub(super) pages: Arc<P>,
    pub(super) bodies: Bodies,
    /// Beside those of the API.
    pub(super) streams: Arc<Streams>,
    /// It is served over TLS.
    pub(super) is_sealed: bool,
}

impl<P: Pages> Room<P> {
    /// Answers with a page. Whoever is not signed in sees how to be.
    pub(super) async fn receive(
        &self,
        route: &'static Route,
        id: Option<String>,
        request: Request,
    ) -> Response {
        let (head, body) = request.into_parts();
        let (visit, visitor) = match self.visitor(&head.headers).await {
            Ok(Some(signed_in)) => signed_in,
            Ok(None) => return stranger(),
            Err(problem) => return refused(None, &problem),
        };
        Span::current().record("tenant", visitor.tenant.as_str());
        let frame = frame(&visit, &visitor);
        let answered = async {
            let id = id.ok_or_else(|| {
                let detail = "the address is not UTF-8, percent-encoded";
                Problem::new(StatusCode::BAD_REQUEST, detail)
            })?;
            let query = Query::read(&form::filled(&head.uri), route.query).map_err(unclear)?;
            let given = Given { id, query };
            match route.read {
                Read::Page(read) => self.show(visitor, &frame, read(given)).await,
                Read::Form(read) => {
                    let form = self.form(&head.headers, body, &visit).await?;
                    self.act(visitor, &frame, read(given, form)).await
                }
            }
        };
        answered
            .await
            .unwrap_or_else(|problem| refused(Some(&frame), &problem))
    }

    async fn show(
        &self,
        visitor: Visitor,
        frame: &Frame,
        ask: super::PageAsk,
    ) -> Result<Response, Problem> {
        let shown = Arc::clone(&self.pages).show(visitor, frame.clone(), ask);
        let page = tokio::spawn(shown.in_current_span())
            .await
            .map_err(|_| Problem::busy())?;
        let page = page.map_err(problem)?.ok_or_else(not_found)?;
        Ok(Html(html::whole(frame, &page)).into_response())
    }

    async fn act(
        &self,
        visitor: Visitor,
        frame: &Frame,
        ask: super::FormAsk,
    ) -> Result<Response, Problem> {
        let done = Arc::clone(&self.pages).act(visitor, frame.clone(), ask);
        let done = tokio::spawn(done.in_current_span())
            .await
            .map_err(|_| Problem::busy())?;
        let whole = |page| Html(html::whole(frame, page));
        Ok(match done.map_err(problem)?.ok_or_else(not_found)? {
            Acted::Go(path) => Redirect::to(&path).into_response(),
            Acted::Told(page) => whole(&page).into_response(),
            Acted::Stay(page) => (StatusCode::UNPROCESSABLE_ENTITY, whole(&page)).into_response(),
        })
    }

    /// Reads a form that a page of this visit made.
    pub(super) async fn form(
        &self,
        headers: &HeaderMap,
        body: Body,
        visit: &Ticket,
    ) -> Result<Form, Problem> {
        let body = self.bodies.read(body, FORM_BYTES).await?;
        form::own(headers, &body.bytes, visit)
    }

    /// Who is there.
    pub(super) async fn visitor(
        &self,
        headers: &HeaderMap,
    ) -> Result<Option<(Ticket, Visitor)>, Problem> {
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
            is_sealed: self.is_sealed,
        }
    }
}

/// What is answered where nothing is: a page to a person, a problem document to a program.
pub(super) async fn nowhere<P: Pages>(
    State(room): State<Room<P>>,
    uri: Uri,
    head: HeaderMap,
) -> Response {
    let nothing = Problem::new(StatusCode::NOT_FOUND, "there is nothing at this address");
    unserved(&room, &uri, &head, nothing).await
}

/// What is answered where something is, but not so.
pub(super) async fn wrong_method<P: Pages>(
    State(room): State<Room<P>>,
    uri: Uri,
    head: HeaderMap,
) -> Response {
    let detail = "this address does not take this method";
    let wrong = Problem::new(StatusCode::METHOD_NOT_ALLOWED, detail);
    unserved(&room, &uri, &head, wrong).await
}

async fn unserved<P: Pages>(
    room: &Room<P>,
    uri: &Uri,
    head: &HeaderMap,
    problem: Problem,
) -> Response {
    let accepted = head
        .get(header::ACCEPT)
        .and_then(|value| value.to_str().ok());
    if uri.path().starts_with("/api/") || !accepted.is_some_and(|types| types.contains("text/html"))
    {
        return problem.into_response();
    }
    match room.visitor(head).await {
        Ok(Some((visit, visitor))) => refused(Some(&frame(&visit, &visitor)), &problem),
        Ok(None) | Err(_) => refused(None, &problem),
    }
}

/// The page that a form is on: where the browser goes if it is told to open the form's own address, as after an answer
/// that says what is wrong.
///
/// It is made of the address as it is served, not as it was asked for: so it leads to no other site.
pub(super) fn back(form: &str, id: Option<String>) -> Redirect {
    let (page, _) = form.rsplit_once('/').unwrap_or_default();
    let Some((before, (_, after))) = page
        .split_once('{')
        .and_then(|(before, rest)| Some((before, rest.split_once('}')?)))
    else {
        return Redirect::to(page);
    };
    match id {
        Some(id) => Redirect::to(&format!("{before}{}{after}", html::segment(&id))),
        None => Redirect::to("/"),
    }
}

/// What is wrong with an address, for people.
fn unclear(problem: Problem) -> Problem {
    let detail = "this page does not understand what its address asks for; open it without that";
    match problem.reasons() {
        [] => problem,
        reasons => Problem::new(problem.status(), detail).because(reasons.to_vec()),
    }
}

/// What somebody sees who is not signed in. Where they wanted to go stands in the address that they have.
fn stranger() -> Response {
    (StatusCode::UNAUTHORIZED, Html(html::stranger())).into_response()
}

/// A problem as a page, with the way to the others for who is signed in.
pub(super) fn refused(frame: Option<&Frame>, problem: &Problem) -> Response {
    let page = html::problem(
        frame,
        (problem.status(), problem.title()),
        problem.detail(),
        problem.reasons(),
    );
    (problem.status(), Html(page)).into_response()
}

fn frame(visit: &Ticket, visitor: &Visitor) -> Frame {
    Frame {
        tenant: visitor.tenant.to_string(),
        login: visitor.login.clone(),
        mark: visit.form_mark(),
    }
}

/// What of an error is for who asked. The rest is for the log.
pub(super) fn problem(error: HostError) -> Problem {
    api::problem(error)
}

pub(super) fn not_found() -> Problem {
    let detail = "there is nothing at this address, or not any more";
    Problem::new(StatusCode::NOT_FOUND, detail)
}

/// Largest form, in bytes: a policy is the longest thing that people paste.
const FORM_BYTES: usize = 256 << 10;
