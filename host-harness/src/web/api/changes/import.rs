//! Documents of changes, deployments, incidents and services.

use http::{Method, StatusCode};
use koalr_platform::access::Scope;

use super::super::super::problem::Problem;
use super::super::Ask;
use super::super::route::{Answer, Given, LARGE, Route, shape};
use super::ChangesAsk;
use crate::jobs::{ImportDocument, ImportReport};

pub(super) const ROUTES: &[Route] = &[Route {
    method: Method::POST,
    path: "/api/v1/imports",
    scope: Scope::Import,
    summary: "Store changes, deployments, incidents and services from a document.",
    query: &[],
    body: Some(shape::<ImportDocument>),
    most_bytes: LARGE,
    answer: Answer::Done(shape::<ImportReport>),
    read: |given| import(&given),
}];

fn import(given: &Given<'_>) -> Result<Ask, Problem> {
    let text = str::from_utf8(given.body)
        .map_err(|_| Problem::new(StatusCode::BAD_REQUEST, "the body is not UTF-8"))?;
    let text = text.to_owned();
    Ok(Ask::Changes(ChangesAsk::Import { text }))
}
