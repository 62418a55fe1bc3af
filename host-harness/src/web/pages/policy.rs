//! The gate's policy, and the waivers.

use http::Method;

use super::form::Form;
use super::route::{FormAsk, Given, PageAsk, Read, Route};

/// What a form of the policy's page asks for.
#[derive(Debug)]
pub(crate) enum PolicyForm {
    /// Let a policy hold from now on.
    Set {
        /// Its text, as it was typed; empty for the default policy.
        text: String,
    },
    /// Say what a policy would have decided, and change nothing.
    Try {
        /// Its text, likewise.
        text: String,
    },
    /// Take a waiver back.
    Revoke {
        /// Its id; empty if the form had none.
        waiver: String,
    },
}

pub(super) const ROUTES: &[Route] = &[
    Route {
        method: Method::GET,
        path: "/policy",
        query: &[],
        read: Read::Page(|_| PageAsk::Policy),
    },
    Route {
        method: Method::POST,
        path: "/policy",
        query: &[],
        read: Read::Form(|_, form| set(form)),
    },
    Route {
        method: Method::POST,
        path: "/policy/try",
        query: &[],
        read: Read::Form(tried),
    },
    Route {
        method: Method::POST,
        path: "/policy/revoke",
        query: &[],
        read: Read::Form(|_, mut form| {
            let waiver = form.text("waiver").unwrap_or_default();
            FormAsk::Policy(PolicyForm::Revoke { waiver })
        }),
    },
];

fn set(form: Form) -> FormAsk {
    FormAsk::Policy(PolicyForm::Set { text: typed(form) })
}

fn tried(_: Given, form: Form) -> FormAsk {
    FormAsk::Policy(PolicyForm::Try { text: typed(form) })
}

/// Lines end as they do in a file: a browser ends them otherwise.
fn typed(mut form: Form) -> String {
    let text = form.text("policy").unwrap_or_default();
    text.replace("\r\n", "\n")
}
