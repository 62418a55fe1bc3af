//! The four figures that are known as DORA's.

use std::fmt::Write as _;

use koalr_platform::dora::{Absent, Dora, OfService, Step, Tier};

use super::{DAY, counted, each, figure, head, millis, part, percent, span, unlinked};
use crate::report::chart::{line, together};
use crate::report::escape::plain;
use crate::report::layout::{WIDTH, columns, cut, item, rest};
use crate::report::pace::grouped;

/// The figures with what they were counted of, a chart, the services, and what is left out, in eighty columns.
#[must_use]
pub fn dora_text(report: &Dora) -> String {
    let mut text = String::new();
    head(
        &mut text,
        "DORA",
        (report.from, report.as_of),
        &report.scope,
    );
    text.push('\n');
    figures(&mut text, report);
    chart(&mut text, report);
    services(&mut text, &report.services);
    if !report.left_out.is_empty() {
        part(&mut text, "Left out");
        for one in &report.left_out {
            let line = format!(
                "{} {}",
                grouped(one.count.into()),
                one.why.phrase(one.count)
            );
            item(&mut text, &line);
        }
    }
    unlinked(&mut text, &report.unlinked);
    text
}

fn figures(text: &mut String, report: &Dora) {
    let frequency = &report.frequency;
    figure(
        text,
        "Deployment frequency",
        &with_tier(frequency.phrase(), frequency.tier, frequency.absent),
        &format!(
            "{} to production in {}",
            counted(
                frequency.deployments,
                "successful deployment",
                "successful deployments"
            ),
            span(frequency.days * DAY)
        ),
    );
    let lead = &report.lead_time;
    let mut basis = format!(
        "median from merge to deployment of n = {}",
        counted(lead.changes, "change", "changes")
    );
    if let (Some(p75), Some(p90)) = (lead.p75_ms, lead.p90_ms) {
        let _ = write!(
            basis,
            "; 75 % within {}, 90 % within {}",
            span(p75),
            span(p90)
        );
    }
    let value = lead.median_ms.map(span);
    figure(
        text,
        "Lead time",
        &with_tier(value, lead.tier, lead.absent),
        &basis,
    );
    let failed = &report.change_failure_rate;
    let rate = failed.rate.interval.map(|share| percent(share.share));
    let mut basis = format!(
        "{} of {} had an incident within {}",
        grouped(failed.rate.count.into()),
        counted(failed.rate.of, "deployment", "deployments"),
        span(millis(report.settings.cfr_window_ms))
    );
    if let Some(share) = failed.rate.interval {
        let _ = write!(
            basis,
            "; 95 % interval {:.1} to {}",
            share.low * 100.0,
            percent(share.high)
        );
    }
    let value = with_tier(rate, failed.tier, failed.absent);
    figure(text, "Change failure rate", &value, &basis);
    let restore = &report.time_to_restore;
    let mut basis = format!(
        "median of n = {} of {} that began in this time",
        counted(restore.resolved, "resolved incident", "resolved incidents"),
        grouped(restore.incidents.into())
    );
    if let Some(mean) = restore.mean_minutes {
        let _ = write!(basis, "; mean {}", span(mean * MINUTE));
    }
    let value = restore.median_minutes.map(|minutes| span(minutes * MINUTE));
    let value = with_tier(value, restore.tier, restore.absent);
    figure(text, "Time to restore", &value, &basis);
}

fn with_tier(value: Option<String>, tier: Option<Tier>, absent: Option<Absent>) -> String {
    let value = value.unwrap_or_else(|| "not known".to_owned());
    match (tier, absent) {
        (Some(tier), _) => format!("{value:<20}{}", tier.word()),
        (None, Some(absent)) => format!("{value}: {}", why(absent)),
        (None, None) => value,
    }
}

/// Why a figure is absent, as a clause.
pub(crate) fn why(absent: Absent) -> &'static str {
    match absent {
        Absent::NoDeployments => "nothing was deployed",
        Absent::WindowUnderADay => "the window is shorter than a day",
        Absent::NoChanges => "no deployment brought a known change",
        Absent::AllYoung => "every deployment is too young to tell",
        Absent::BeyondTheTable => "beyond the table of tiers",
        Absent::NoIncidents => "no incident began",
        Absent::NoneResolved => "no incident is resolved",
    }
}

fn chart(text: &mut String, report: &Dora) {
    if report.frequency.deployments == 0 {
        return;
    }
    let points = &report.series.points;
    let unit = match report.series.step {
        Step::Day => "day",
        Step::Week => "week",
    };
    let together = together(points.len(), CHART);
    part(text, &each(unit, together));
    let lines = [
        (
            "deployments",
            points
                .iter()
                .map(|point| Some(f64::from(point.deployments)))
                .collect::<Vec<_>>(),
        ),
        (
            "failed",
            points
                .iter()
                .map(|point| (point.settled > 0).then_some(f64::from(point.failed)))
                .collect(),
        ),
    ];
    for (label, values) in lines {
        let (drawn, top) = line(&values, CHART);
        let _ = writeln!(text, "  {label:<13}{drawn}  at most {top:.0}");
        if drawn.contains('·') {
            item(text, "·: no deployment, or none old enough to tell");
        }
    }
}

fn services(text: &mut String, services: &[OfService]) {
    if services.is_empty() {
        return;
    }
    part(text, "Services");
    let shown = services.iter().take(MOST_SERVICES);
    for one in shown {
        let frequency = one
            .frequency
            .phrase()
            .unwrap_or_else(|| "not deployed".to_owned());
        let lead = one.lead_time.median_ms.map_or_else(
            || "lead not known".to_owned(),
            |ms| format!("lead {}", span(ms)),
        );
        let rate = &one.change_failure_rate.rate;
        let failed = format!("failed {} of {}", rate.count, rate.of);
        let rest = format!(
            "n = {:<6} {frequency:<14} {lead:<18} {failed}",
            one.frequency.deployments
        );
        let room = WIDTH - 3 - columns(&rest);
        let name = cut(&plain(&one.service), room);
        let _ = writeln!(
            text,
            "  {name}{:space$} {rest}",
            "",
            space = room - columns(&name)
        );
    }
    rest(
        text,
        services.len(),
        services.len().min(MOST_SERVICES),
        " in the JSON",
    );
}

/// Columns of the chart.
const CHART: usize = 48;

/// Services on a screen.
const MOST_SERVICES: usize = 20;

/// Milliseconds of a minute.
const MINUTE: f64 = 60_000.0;
