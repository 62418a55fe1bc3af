//! The dashboard: what is owed beside how delivery goes.

mod debt;
mod dora;
mod filter;
mod gate;
mod rows;

use std::collections::BTreeMap;

use koalr_platform::dora::Dora;
use maud::{Markup, html};

use super::frame::{Page, Place};
use super::part::{empty, notice};
use crate::jobs::DebtReport;
use crate::report::escape::plain;
use crate::report::insight::Define;

pub(crate) use filter::DashboardFilter;
pub(crate) use rows::rows;

/// What a dashboard shows.
#[derive(Debug)]
pub(crate) struct View {
    /// What it is about.
    pub(crate) filter: DashboardFilter,
    /// Services by name.
    pub(crate) services: Vec<String>,
    /// Repositories that are known.
    pub(crate) repositories: Vec<String>,
    /// Whether anything of delivery is known.
    pub(crate) is_delivered: bool,
    /// How delivery goes, or why it cannot be told.
    pub(crate) dora: Result<Dora, String>,
    /// What is owed, or why it cannot be told; none if nothing was ever connected.
    pub(crate) debt: Option<Result<DebtReport, String>>,
}

/// The dashboard.
pub(crate) fn page(view: &View) -> Page {
    let body = if !view.is_delivered && view.debt.is_none() {
        nothing()
    } else {
        html! {
            (filter::form(&view.filter, &view.services, &view.repositories))
            section.part aria-labelledby="delivery" {
                h2 #delivery { "Delivery" }
                @match &view.dora {
                    Ok(_) if !view.is_delivered => (undelivered()),
                    Ok(dora) => { (dora::section(dora, &view.filter)) (definitions(dora)) }
                    Err(why) => (refused(why)),
                }
            }
            section.part aria-labelledby="security" {
                h2 #security { "Security debt" }
                @match &view.debt {
                    None => (unconnected()),
                    Some(Ok(report)) => {
                        (debt::section(report, &view.filter))
                        (definitions(report))
                    }
                    Some(Err(why)) => (refused(why)),
                }
            }
        }
    };
    Page {
        title: "DevSecOps dashboard".to_owned(),
        place: Place::Dashboard,
        body,
    }
}

fn nothing() -> Markup {
    empty(
        "Nothing is known yet",
        html! {
            p { "Connect the scanner that knows your findings, then import what was merged, deployed and what went wrong." }
            p { a.button.main href="/settings/integrations" { "Connect" } }
            p { "Or on the machine that runs Koalr: " code { "koalr connect" } ", then " code { "koalr import FILE" } "." }
        },
    )
}

fn undelivered() -> Markup {
    empty(
        "No deployment, change or incident is known",
        html! {
            p { "Import them with " code { "koalr import FILE" } ", or let your pipeline send them to " code { "/api/v1/imports" } "." }
        },
    )
}

fn unconnected() -> Markup {
    empty(
        "Nothing is connected",
        html! {
            p { "Connect the scanner that knows your findings, to see what is open and how soon it is fixed." }
            p { a.button.main href="/settings/integrations" { "Connect" } }
        },
    )
}

fn refused(why: &str) -> Markup {
    notice(
        "warn",
        html! { p { (plain(why)) } p { a href="/dashboard" { "Show all" } } },
    )
}

/// What the figures count.
fn definitions(report: &impl Define) -> Markup {
    let all: BTreeMap<String, String> = report.definitions();
    html! {
        details {
            summary.quiet { "What these figures count" }
            dl.stacked { @for (figure, text) in &all { dt { (figure) } dd { (text) } } }
        }
    }
}

/// A figure in a card of its own: its label, itself, its class, and what it was counted of.
fn tile(label: &str, value: &Markup, badge: Option<Markup>, basis: &Markup) -> Markup {
    html! {
        div.card {
            h3 { (label) @if let Some(badge) = badge { " " (badge) } }
            p.figure { (value) }
            div.quiet { (basis) }
        }
    }
}

/// A column's number.
fn whole(value: f64) -> String {
    format!("{value}")
}

/// A clause as a sentence begins.
fn sentence(clause: &str) -> String {
    let mut letters = clause.chars();
    let first = letters.next().map(char::to_uppercase);
    first.into_iter().flatten().chain(letters).collect()
}

#[cfg(test)]
mod tests;
