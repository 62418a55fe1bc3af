//! Whether vulnerabilities are followed by incidents.

use http::Method;
use koalr_platform::links::Window;

use super::super::api::About;
use super::super::api::about::{FROM, REPOSITORY, SERVICE, TO, WINDOW, about, window};
use super::route::{Given, PageAsk, Read, Route};

/// The page of correlation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CorrelationPage {
    /// What it is about.
    pub about: About,
    /// How long after a deployment an incident counts.
    pub window: Window,
}

pub(super) const ROUTES: &[Route] = &[Route {
    method: Method::GET,
    path: "/correlation",
    query: &[FROM, TO, REPOSITORY, SERVICE, WINDOW],
    read: Read::Page(page),
}];

fn page(mut given: Given) -> PageAsk {
    PageAsk::Correlation(CorrelationPage {
        about: about(&mut given.query),
        window: window(&mut given.query).unwrap_or(Window::Days14),
    })
}
