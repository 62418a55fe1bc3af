//! The four figures that are known as DORA's.

use koalr_platform::dora::{Absent, Dora, OfService, Point, Step, Tier};
use maud::{Markup, html};

use super::super::figure::{Column, columns, marked_columns};
use super::super::part::{badge, table};
use super::filter::DashboardFilter;
use super::{sentence, tile, whole};
use crate::jobs::CountedFigure;
use crate::report::escape::plain;
use crate::report::insight::{counted, millis, percent, span, why};
use crate::report::instant::utc;
use crate::report::pace::grouped;

/// The figures.
pub(super) fn tiles(dora: &Dora, filter: &DashboardFilter) -> Markup {
    html! { div.tiles { (frequency(dora, filter)) (lead_time(dora, filter)) (failures(dora, filter)) (restore(dora, filter)) } }
}

/// Their course, the services, and what is left out.
pub(super) fn section(dora: &Dora, filter: &DashboardFilter) -> Markup {
    html! {
        (course(dora))
        (services(&dora.services, filter))
        (left_out(dora))
    }
}

fn frequency(dora: &Dora, filter: &DashboardFilter) -> Markup {
    let one = &dora.frequency;
    let basis = html! {
        a href=(filter.rows(CountedFigure::Deployments, dora.as_of)) {
            (counted(one.deployments, "successful deployment", "successful deployments"))
        }
        " to production in " (span(one.days * DAY))
    };
    figure(
        "Deployment frequency",
        one.phrase(),
        (one.tier, one.absent),
        &basis,
    )
}

fn lead_time(dora: &Dora, filter: &DashboardFilter) -> Markup {
    let one = &dora.lead_time;
    let basis = html! {
        "Median from merge to deployment of "
        a href=(filter.rows(CountedFigure::Changes, dora.as_of)) { (counted(one.changes, "change", "changes")) }
        @if let (Some(p75), Some(p90)) = (one.p75_ms, one.p90_ms) {
            "; 75 % within " (span(p75)) ", 90 % within " (span(p90))
        }
    };
    figure(
        "Lead time",
        one.median_ms.map(span),
        (one.tier, one.absent),
        &basis,
    )
}

fn failures(dora: &Dora, filter: &DashboardFilter) -> Markup {
    let one = &dora.change_failure_rate;
    let basis = html! {
        a href=(filter.rows(CountedFigure::FailedDeployments, dora.as_of)) { (grouped(one.rate.count.into())) }
        " of " (counted(one.rate.of, "deployment", "deployments"))
        " had an incident within " (span(millis(dora.settings.cfr_window_ms)))
        @if let Some(share) = one.rate.interval {
            "; 95 % interval " (format!("{:.1}", share.low * 100.0)) " to " (percent(share.high))
        }
    };
    let rate = one.rate.interval.map(|share| percent(share.share));
    figure("Change failure rate", rate, (one.tier, one.absent), &basis)
}

fn restore(dora: &Dora, filter: &DashboardFilter) -> Markup {
    let one = &dora.time_to_restore;
    let basis = html! {
        "Median of "
        a href=(filter.rows(CountedFigure::RestoredIncidents, dora.as_of)) {
            (counted(one.resolved, "resolved incident", "resolved incidents"))
        }
        " of "
        a href=(filter.rows(CountedFigure::Incidents, dora.as_of)) { (grouped(one.incidents.into())) }
        " that began in this time"
        @if let Some(mean) = one.mean_minutes { "; mean " (span(mean * MINUTE)) }
    };
    let median = one.median_minutes.map(|minutes| span(minutes * MINUTE));
    figure("Time to restore", median, (one.tier, one.absent), &basis)
}

fn figure(
    label: &str,
    value: Option<String>,
    (tier, absent): (Option<Tier>, Option<Absent>),
    basis: &Markup,
) -> Markup {
    let value = html! { @match value { Some(value) => (value), None => "not known" } };
    let basis = html! {
        @if let Some(absent) = absent { p { strong { (sentence(why(absent))) } } }
        p { (basis) }
    };
    let tier = tier.map(|tier| {
        let kind = match tier {
            Tier::Elite | Tier::High => "good",
            Tier::Medium => "warn",
            Tier::Low => "bad",
        };
        badge(kind, tier.word())
    });
    tile(label, &value, tier, &basis)
}

fn course(dora: &Dora) -> Markup {
    let points = &dora.series.points;
    if dora.frequency.deployments == 0 {
        return html! {};
    }
    let step = match dora.series.step {
        Step::Day => "day",
        Step::Week => "week",
    };
    let column = |point: &Point, value: Option<f64>, told: String| Column {
        when: day(point.begins_at),
        value,
        told,
        link: None,
    };
    let deployments = points.iter().map(|point| {
        let told = counted(point.deployments, "deployment", "deployments");
        let told = match (point.deployments, point.settled) {
            (0, _) => told,
            (_, 0) => format!("{told}, too young to tell whether they failed"),
            (_, settled) => format!("{told}, {} of {settled} failed", point.failed),
        };
        column(point, Some(f64::from(point.deployments)), told)
    });
    let deployments: Vec<Column> = deployments.collect();
    let failed: Vec<_> = points
        .iter()
        .map(|point| (point.settled > 0).then_some(f64::from(point.failed)))
        .collect();
    let leads = points.iter().map(|point| {
        let hours = point.median_lead_ms.map(|ms| ms / HOUR);
        let told = point.median_lead_ms.map(|ms| {
            let n = counted(point.changes, "change", "changes");
            format!("{}, the median of {n}", span(ms))
        });
        column(point, hours, told.unwrap_or_default())
    });
    let leads: Vec<Column> = leads.collect();
    html! {
        div.halves {
            div.card {
                (marked_columns("Deployments, those that failed in red", &format!("deployments a {step}"), &deployments, &failed, whole))
            }
            div.card { (columns("Lead time", &format!("hours, the median of each {step}"), &leads, whole)) }
        }
    }
}

fn services(services: &[OfService], filter: &DashboardFilter) -> Markup {
    if services.is_empty() {
        return html! {};
    }
    let rows = html! {
        @for one in services {
            tr {
                th scope="row" { a href=(filter.of_service(&one.service).path()) { (plain(&one.service)) } }
                td { (grouped(one.frequency.deployments.into())) }
                td { (one.frequency.phrase().unwrap_or_else(|| "not deployed".to_owned())) }
                td { (one.lead_time.median_ms.map_or_else(|| "not known".to_owned(), span)) }
                td { @if one.change_failure_rate.rate.of == 0 { "not known" } @else {
                    (grouped(one.change_failure_rate.rate.count.into())) " of " (grouped(one.change_failure_rate.rate.of.into()))
                } }
            }
        }
    };
    let heads = ["Service", "Deployments", "Frequency", "Lead time", "Failed"];
    html! { div.card.counts { (table("Services", &heads, rows)) } }
}

fn left_out(dora: &Dora) -> Markup {
    if dora.left_out.is_empty() && dora.unlinked.is_empty() {
        return html! {};
    }
    html! {
        details {
            summary { "What these figures leave out" }
            ul {
                @for one in &dora.left_out { li { (grouped(one.count.into())) " " (one.why.phrase(one.count)) } }
                @for one in &dora.unlinked {
                    @let noun = plain(&one.kind);
                    li { (counted(one.count, &noun, &format!("{noun}s"))) ", of all that is stored, tied to no deployment: " (plain(&one.why)) }
                }
            }
        }
    }
}

/// The day of a time.
fn day(at: i64) -> String {
    let mut text = utc(at);
    if let Some(end) = text.find('T') {
        text.truncate(end);
    }
    text
}

/// Milliseconds of a minute, an hour and a day.
const MINUTE: f64 = 60_000.0;
const HOUR: f64 = 60.0 * MINUTE;
const DAY: f64 = 24.0 * HOUR;
