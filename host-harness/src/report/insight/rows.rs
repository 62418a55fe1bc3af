//! The rows behind a figure.

use super::{counted, head, millis, span};
use crate::jobs::{CountedFigure, FigureRow, FigureRows};
use crate::report::escape::{name, plain};
use crate::report::instant::utc;
use crate::report::layout::{cut, item, rest};

/// A line for each row, and how many more there are, in eighty columns.
#[must_use]
pub fn rows_text(report: &FigureRows) -> String {
    let mut text = String::new();
    let (one, several) = noun(report.figure);
    let n = counted(u32::try_from(report.n).unwrap_or(u32::MAX), one, several);
    head(&mut text, &n, (report.from, report.as_of), &report.scope);
    for row in &report.rows {
        item(&mut text, &line(row));
    }
    rest(&mut text, report.n, report.rows.len(), "; see `--limit`");
    text
}

fn line(row: &FigureRow) -> String {
    match row {
        FigureRow::Deployment {
            id,
            service,
            at,
            incident,
            ..
        } => {
            let followed = match incident {
                Some(true) => ", followed by an incident",
                Some(false) => "",
                None => ", too young to tell",
            };
            format!("{} {} {}{followed}", utc(*at), name(service), name(id))
        }
        FigureRow::Change {
            id,
            service,
            merged_at,
            lead_ms,
            ..
        } => {
            let (id, service) = (name(id), name(service));
            let lead = span(millis(*lead_ms));
            format!("{} {id} to {service} after {lead}", utc(*merged_at))
        }
        FigureRow::Incident {
            id,
            title,
            started_at,
            lasted_ms,
            ..
        } => {
            let lasted =
                lasted_ms.map_or_else(|| "not known to be over".to_owned(), |ms| span(millis(ms)));
            let title = cut(&plain(title), 40);
            format!("{} {} \"{title}\", {lasted}", utc(*started_at), name(id))
        }
    }
}

pub(in crate::report) fn noun(figure: CountedFigure) -> (&'static str, &'static str) {
    match figure {
        CountedFigure::Deployments => ("deployment", "deployments"),
        CountedFigure::FailedDeployments => ("failed deployment", "failed deployments"),
        CountedFigure::Changes => ("deployed change", "deployed changes"),
        CountedFigure::Incidents => ("incident", "incidents"),
        CountedFigure::RestoredIncidents => ("resolved incident", "resolved incidents"),
        CountedFigure::Exposed => ("exposed deployment", "exposed deployments"),
        CountedFigure::Others => ("other deployment", "other deployments"),
    }
}
