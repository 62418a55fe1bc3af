//! Settings: integrations, and their connections.

use http::Method;
use koalr_runtime::{Secret, SecretError};

use super::super::api::{Kind, Parameter};
use super::form::Form;
use super::route::{FormAsk, Given, PageAsk, Read, Route};

/// A page of the settings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SettingsPage {
    /// Integrations of which a word is this; none means all.
    Integrations {
        /// What is searched for.
        search: Option<String>,
    },
    /// One integration: what it is, and its connection.
    Integration {
        /// Its id.
        integration: String,
    },
}

/// What a form of the settings asks for.
#[derive(Debug)]
pub enum SettingsForm {
    /// Check a token and store the connection.
    Connect {
        /// The integration.
        integration: String,
        /// The token, or why it cannot be one.
        token: Result<Secret, SecretError>,
        /// Region or address; none means what the token says.
        upstream: Option<String>,
        /// Organizations by id or short name. Empty means all.
        organizations: Vec<String>,
    },
    /// Read what changed.
    Sync {
        /// The integration.
        integration: String,
    },
}

pub(super) const ROUTES: &[Route] = &[
    Route {
        method: Method::GET,
        path: "/settings/integrations",
        query: &[Parameter {
            name: "search",
            about: "Words of a name or summary; absent for all.",
            kind: Kind::Text,
        }],
        read: Read::Page(|mut given| {
            let search = given.query.text("search");
            PageAsk::Settings(SettingsPage::Integrations { search })
        }),
    },
    Route {
        method: Method::GET,
        path: "/settings/integrations/{integration}",
        query: &[],
        read: Read::Page(|given| {
            let integration = given.id;
            PageAsk::Settings(SettingsPage::Integration { integration })
        }),
    },
    Route {
        method: Method::POST,
        path: "/settings/integrations/{integration}/connect",
        query: &[],
        read: Read::Form(connect),
    },
    Route {
        method: Method::POST,
        path: "/settings/integrations/{integration}/sync",
        query: &[],
        read: Read::Form(|given, _| {
            let integration = given.id;
            FormAsk::Settings(SettingsForm::Sync { integration })
        }),
    },
];

fn connect(given: Given, mut form: Form) -> FormAsk {
    let organizations = form.text("organizations").unwrap_or_default();
    let organizations = organizations.split([',', ' ', '\n', '\r']);
    FormAsk::Settings(SettingsForm::Connect {
        integration: given.id,
        token: Secret::parse(&form.secret("token")),
        upstream: form.text("upstream"),
        organizations: organizations
            .filter(|name| !name.is_empty())
            .map(str::to_owned)
            .collect(),
    })
}
