//! Settings: integrations, and their connections.

use http::Method;
use koalr_runtime::{Secret, SecretError};

use super::super::api::{Kind, Parameter};
use super::form::Form;
use super::route::{FormAsk, Given, PageAsk, Read, Route};

/// A page of the settings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum SettingsPage {
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
    /// The form that connects it, or gives a connection another token.
    Connect {
        /// Its id.
        integration: String,
    },
    /// Whether to take its connection away.
    Disconnect {
        /// Its id.
        integration: String,
    },
    /// The loaded components.
    Plugins,
}

/// What a form of the settings asks for.
#[derive(Debug)]
pub(crate) enum SettingsForm {
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
        /// Domain suffixes that files may be downloaded from. Empty means none.
        downloads: Vec<String>,
    },
    /// Take the connection away.
    Disconnect {
        /// The integration.
        integration: String,
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
        method: Method::GET,
        path: "/settings/integrations/{integration}/connect",
        query: &[],
        read: Read::Page(|given| {
            let integration = given.id;
            PageAsk::Settings(SettingsPage::Connect { integration })
        }),
    },
    Route {
        method: Method::POST,
        path: "/settings/integrations/{integration}/connect",
        query: &[],
        read: Read::Form(connect),
    },
    Route {
        method: Method::GET,
        path: "/settings/integrations/{integration}/disconnect",
        query: &[],
        read: Read::Page(|given| {
            let integration = given.id;
            PageAsk::Settings(SettingsPage::Disconnect { integration })
        }),
    },
    Route {
        method: Method::POST,
        path: "/settings/integrations/{integration}/disconnect",
        query: &[],
        read: Read::Form(|given, _| {
            let integration = given.id;
            FormAsk::Settings(SettingsForm::Disconnect { integration })
        }),
    },
    Route {
        method: Method::GET,
        path: "/settings/plugins",
        query: &[],
        read: Read::Page(|_| PageAsk::Settings(SettingsPage::Plugins)),
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
    let region = form.text("region");
    FormAsk::Settings(SettingsForm::Connect {
        integration: given.id,
        token: Secret::parse(form.secret("token").trim()),
        // Who gives an address means it, whatever region is chosen above.
        upstream: form.text("address").or(region),
        organizations: names(&mut form, "organizations"),
        downloads: names(&mut form, "downloads"),
    })
}

/// What stands in a field with commas, blanks or lines between.
fn names(form: &mut Form, field: &str) -> Vec<String> {
    let text = form.text(field).unwrap_or_default();
    let names = text.split([',', ' ', '\n', '\r', '\t']);
    let names = names.filter(|name| !name.is_empty());
    names.map(str::to_owned).collect()
}
