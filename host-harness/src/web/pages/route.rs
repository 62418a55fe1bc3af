//! What pages and forms there are.

use http::Method;

use super::super::api::{Parameter, Query};
use super::changes::{self, ChangesForm, ChangesPage};
use super::correlation::{self, CorrelationPage};
use super::dashboard::{self, DashboardPage};
use super::findings::{self, FindingsPage};
use super::form::Form;
use super::policy::{self, PolicyForm};
use super::settings::{self, SettingsForm, SettingsPage};

/// One address of a page or a form.
pub(super) struct Route {
    pub(super) method: Method,
    /// Where it is; at most one part of it is in braces.
    pub(super) path: &'static str,
    /// What may stand in its query.
    pub(super) query: &'static [Parameter],
    pub(super) read: Read,
}

/// How what is asked for is read.
pub(super) enum Read {
    Page(fn(Given) -> PageAsk),
    Form(fn(Given, Form) -> FormAsk),
}

/// What is given with a request.
pub(super) struct Given {
    /// The part of the path that is in braces; empty if none is.
    pub(super) id: String,
    pub(super) query: Query,
}

/// A page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum PageAsk {
    /// What there is to look at, and what to do next.
    Home,
    /// How delivery goes, and what is owed.
    Dashboard(DashboardPage),
    /// Changes.
    Changes(ChangesPage),
    /// Whether vulnerabilities are followed by incidents.
    Correlation(CorrelationPage),
    /// What is open, and what became of it.
    Findings(FindingsPage),
    /// The gate's policy, and the waivers.
    Policy,
    /// Settings.
    Settings(SettingsPage),
}

/// What a form asks for.
#[derive(Debug)]
pub(crate) enum FormAsk {
    /// Changes.
    Changes(ChangesForm),
    /// The policy and waivers.
    Policy(PolicyForm),
    /// Settings.
    Settings(SettingsForm),
}

/// All of them.
pub(super) fn routes() -> impl Iterator<Item = &'static Route> {
    [
        ROUTES,
        dashboard::ROUTES,
        changes::ROUTES,
        correlation::ROUTES,
        findings::ROUTES,
        policy::ROUTES,
        settings::ROUTES,
    ]
    .into_iter()
    .flatten()
}

/// Whether there is a page at an address, and not a form alone.
pub(super) fn is_page(path: &str) -> bool {
    routes().any(|route| route.path == path && route.method == Method::GET)
}

const ROUTES: &[Route] = &[Route {
    method: Method::GET,
    path: "/",
    query: &[],
    read: Read::Page(|_| PageAsk::Home),
}];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::web::pages::{entry, news};

    #[test]
    fn the_page_about_pages_has_every_address_and_no_other() {
        let beside = [entry::LINK, entry::END, news::PATH];
        let there: BTreeSet<&str> = routes().map(|route| route.path).chain(beside).collect();
        let page = include_str!("../../../../docs/pages.md");
        let told = page.split('`').filter(|text| text.starts_with('/'));
        assert_eq!(told.collect::<BTreeSet<_>>(), there);
    }

    #[test]
    fn the_page_about_pages_names_every_filter() {
        let page = include_str!("../../../../docs/pages.md");
        for route in routes().filter(|route| route.method == Method::GET) {
            let begins = format!("| `{}` |", route.path);
            let rows = page.lines().filter(|line| line.starts_with(&begins));
            let rows: Vec<_> = rows.collect();
            let own = route.query.iter().map(|one| one.name);
            for name in own.filter(|name| !["cursor", "done"].contains(name)) {
                let named = format!("`{name}`");
                assert!(
                    rows.iter().any(|row| row.contains(&named)),
                    "{begins} {name}"
                );
            }
        }
    }
}
