//! Coming in, by a link, and leaving.

use std::sync::Arc;

use axum::extract::{Path, Request, State};
use axum::response::{Html, IntoResponse, Redirect, Response};
use http::{HeaderMap, StatusCode};

use super::super::problem::Problem;
use super::room::{Room, problem, refused};
use super::{Pages, cookie, form};
use crate::report::html;
use crate::ticket::Ticket;

/// Asks whether to sign in: a preview of a link, which nobody pressed, must not use it up.
pub(super) async fn invite<P: Pages>(
    State(room): State<Room<P>>,
    Path(link): Path<String>,
) -> Response {
    let invited = async {
        let link = Ticket::parse(&link).ok_or_else(used_up)?;
        let visitor = room.pages.invited(link).await.map_err(problem)?;
        let visitor = visitor.ok_or_else(used_up)?;
        let page = html::invitation(&visitor.login, visitor.tenant.as_str());
        Ok(Html(page).into_response())
    };
    answered(invited.await)
}

/// Signs in.
pub(super) async fn begin<P: Pages>(
    State(room): State<Room<P>>,
    Path(link): Path<String>,
    headers: HeaderMap,
) -> Response {
    let begun = async {
        form::of_this_site(&headers)?;
        let link = Ticket::parse(&link).ok_or_else(used_up)?;
        let visit = room.pages.sign_in(link).await.map_err(problem)?;
        let visit = visit.ok_or_else(used_up)?;
        Ok(([cookie::set(&visit, room.is_sealed)], Redirect::to("/")).into_response())
    };
    answered(begun.await)
}

/// Signs out.
pub(super) async fn end<P: Pages>(State(room): State<Room<P>>, request: Request) -> Response {
    let ended = async {
        let (head, body) = request.into_parts();
        // Another site's form comes without a cookie, and must not take away the one that is there.
        let Some(visit) = cookie::read(&head.headers) else {
            return Ok(Redirect::to("/").into_response());
        };
        room.form(&head.headers, body, &visit).await?;
        let pages = Arc::clone(&room.pages);
        pages.sign_out(visit).await.map_err(problem)?;
        Ok(([cookie::clear()], Redirect::to("/")).into_response())
    };
    answered(ended.await)
}

fn answered(answer: Result<Response, Problem>) -> Response {
    answer.unwrap_or_else(|problem| refused(None, &problem))
}

fn used_up() -> Problem {
    let detail = "this link was used already, is older than ten minutes, or is incomplete; make a new one with `koalr sign-in`";
    Problem::new(StatusCode::GONE, detail)
}

/// Where a link leads.
pub(super) const LINK: &str = "/sign-in/{link}";

/// Where a visit is ended.
pub(super) const END: &str = "/sign-out";
