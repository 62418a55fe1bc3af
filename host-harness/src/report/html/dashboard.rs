//! The dashboard: what is owed beside how delivery goes.

mod debt;
mod dora;
mod filter;
mod flow;
mod gate;
mod links;
mod rows;
mod spells;
mod tiles;
mod times;

use std::collections::BTreeMap;

use koalr_platform::dora::Dora;
use koalr_platform::model::common::Timestamp;
use maud::{Markup, html};

use super::frame::{Page, Place};
use super::part::{empty, notice};
use crate::jobs::DebtReport;
use crate::report::escape::plain;
use crate::report::insight::Define;
use crate::report::instant::utc;

pub(crate) use filter::{DashboardFilter, RowsPart};
use links::Links;
pub(crate) use rows::rows;
pub(crate) use spells::{SpellsView, spells};

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
            section.part.glance aria-labelledby="delivery" {
                h2 #delivery { "Delivery" }
                @match &view.dora {
                    Ok(_) if !view.is_delivered => (undelivered()),
                    Ok(dora) => (dora::tiles(dora, &view.filter)),
                    Err(why) => (refused(why)),
                }
            }
            section.part aria-labelledby="security" {
                h2 #security { "Security debt" }
                @match &view.debt {
                    None => (unconnected()),
                    Some(Ok(report)) => (tiles::tiles(&report.debt, Links::of(report, &view.filter))),
                    Some(Err(why)) => (refused(why)),
                }
            }
            @if let Ok(dora) = &view.dora && view.is_delivered {
                section.part aria-labelledby="course" {
                    h2 #course { "Delivery over time" }
                    (dora::section(dora, &view.filter))
                    (definitions(dora))
                }
            }
            @if let Some(Ok(report)) = &view.debt {
                section.part aria-labelledby="owed" {
                    h2 #owed { "Security debt in detail" }
                    (debt::section(report, Links::of(report, &view.filter)))
                    (definitions(report))
                }
            }
        }
    };
    titled(body)
}

/// A dashboard that was counted at a time, while what changed since is being counted.
pub(crate) fn former(page: &Page, at: Timestamp, filter: &DashboardFilter) -> Page {
    titled(html! {
        (notice("warn", html! {
            p {
                "As of " strong { (utc(at)) } ": what changed since is being counted. "
                a href=(filter.path()) { "Look again" }
            }
        }))
        (page.body)
    })
}

/// What is shown while a dashboard is counted for the first time since much changed.
pub(crate) fn uncounted(filter: &DashboardFilter) -> Page {
    titled(empty(
        "The figures are being counted",
        html! {
            p { "Much changed since they were counted last, or nobody asked for them yet. It takes some seconds." }
            p { a.button.main href=(filter.path()) { "Look again" } }
            p { a href="/findings" { "See the findings meanwhile" } }
        },
    ))
}

fn titled(body: Markup) -> Page {
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
