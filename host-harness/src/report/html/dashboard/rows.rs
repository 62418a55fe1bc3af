//! The rows behind a figure.

use form_urlencoded::byte_serialize;
use koalr_platform::model::evidence::Observation;
use maud::{Markup, html};

use super::super::frame::{Page, Place};
use super::super::part::{badge, empty, table};
use super::filter::DashboardFilter;
use super::sentence;
use crate::jobs::{CountedFigure, FigureRow, FigureRows};
use crate::report::escape::plain;
use crate::report::insight::{counted, millis, noun, span};
use crate::report::instant::utc;
use crate::report::pace::grouped;

/// The rows, and how many more there are.
pub(crate) fn rows(report: &FigureRows, filter: &DashboardFilter) -> Page {
    let (one, several) = noun(report.figure);
    let n = u32::try_from(report.n).unwrap_or(u32::MAX);
    let scope = [
        ("repository", &report.scope.repository),
        ("service", &report.scope.service),
    ];
    let body = html! {
        p {
            "From " (utc(report.from)) " to " (utc(report.as_of))
            @for (name, value) in scope { @if let Some(value) = value { ", " (name) " " strong { (plain(value)) } } }
            ". " a href=(filter.path()) { "Back to the dashboard" }
        }
        @if report.rows.is_empty() {
            (empty("There is none", html! { p { "Choose a longer window, or another service or repository, on the " a href=(filter.path()) { "dashboard" } "." } }))
        } @else {
            div.card { (table(several, heads(report.figure), html! { @for one in &report.rows { (row(one)) } })) }
        }
        @if report.more > 0 {
            p { (grouped(u64::try_from(report.more).unwrap_or(u64::MAX))) " more. All: " code { "koalr report rows " (report.figure.name()) " --limit " (report.n) } }
        }
    };
    Page {
        title: sentence(&counted(n, one, several)),
        place: Place::Dashboard,
        body,
    }
}

fn heads(figure: CountedFigure) -> &'static [&'static str] {
    match figure {
        CountedFigure::Changes => &["Merged", "Change", "Service", "Lead time", "Deployment"],
        CountedFigure::Incidents | CountedFigure::RestoredIncidents => &[
            "Began",
            "Incident",
            "Title",
            "Service",
            "Lasted",
            "Deployment",
        ],
        CountedFigure::Deployments
        | CountedFigure::FailedDeployments
        | CountedFigure::Exposed
        | CountedFigure::Others => &[
            "Deployed",
            "Deployment",
            "Service",
            "Repository",
            "Incident",
            "Judged",
        ],
    }
}

fn row(row: &FigureRow) -> Markup {
    match row {
        FigureRow::Deployment {
            id,
            service,
            repository,
            at,
            incident,
            observation,
        } => html! {
            tr {
                td { (utc(*at)) } td { code { (plain(id)) } } td { (plain(service)) } td { (known(repository.as_deref())) }
                td { @match incident { Some(true) => (badge("bad", "followed by one")), Some(false) => "none", None => "too young to tell" } }
                td { @match observation { Some(Observation::Observed) => "at the time", Some(Observation::Reconstructed) => "rebuilt later", None => "does not matter" } }
            }
        },
        FigureRow::Change {
            id,
            service,
            deployment,
            merged_at,
            lead_ms,
        } => html! {
            tr {
                td { (utc(*merged_at)) } td { a href=(change(id)) { (plain(id)) } } td { (plain(service)) }
                td { (span(millis(*lead_ms))) } td { code { (plain(deployment)) } }
            }
        },
        FigureRow::Incident {
            id,
            title,
            service,
            deployment,
            started_at,
            lasted_ms,
        } => html! {
            tr {
                td { (utc(*started_at)) } td { code { (plain(id)) } } td { (plain(title)) } td { (known(service.as_deref())) }
                td { @match lasted_ms { Some(ms) => (span(millis(*ms))), None => "not known to be over" } }
                td { @match deployment { Some(id) => code { (plain(id)) }, None => "tied to none" } }
            }
        },
    }
}

/// Where a change's page is.
fn change(id: &str) -> String {
    // A path has no plus for a space.
    let id: String = byte_serialize(id.as_bytes()).collect();
    format!("/changes/{}", id.replace('+', "%20"))
}

fn known(name: Option<&str>) -> String {
    name.map_or_else(|| "not known".to_owned(), plain)
}
