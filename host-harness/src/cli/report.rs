//! `koalr report`.

use std::process::ExitCode;

use koalr_platform::correlation::CorrelationSettings;
use koalr_platform::debt::DebtSettings;
use koalr_platform::dora::{DoraSettings, Tiers};
use koalr_platform::ledger::Scope;
use koalr_platform::links::Window;
use koalr_platform::model::common::Timestamp;
use koalr_platform::sla::{Days, Windows};
use koalr_store::Tenant;
use serde::Serialize;

use super::args::{About, Common, Figure, OutcomeWindow, ReportCommand, TierTable};
use super::policy::stored;
use super::{data_path, find_tenant, now, open_host, print};
use crate::HostError;
use crate::jobs::{CountedFigure, InsightAsked, calibration, correlation, debt, dora, figure_rows};
use crate::report::{
    Define, Explained, calibration_text, correlation_text, debt_text, dora_text, plain, rows_text,
};

pub(super) async fn run(common: &Common, command: ReportCommand) -> Result<ExitCode, HostError> {
    let mut tenant = known(common)?;
    match command {
        ReportCommand::Dora {
            about,
            cfr_window,
            tiers,
        } => {
            let settings = DoraSettings {
                cfr_window_ms: Timestamp::from(cfr_window) * HOUR,
                tiers: match tiers {
                    TierTable::Docs => Tiers::Docs,
                    TierTable::Site => Tiers::Site,
                },
            };
            let scope = scope(&about);
            let report = dora(&mut tenant, &settings, asked(common, &about, &scope))?;
            show(&about, report, dora_text)?;
        }
        ReportCommand::Debt {
            about,
            integration,
            sla,
        } => {
            let settings = DebtSettings {
                sla: windows(&sla)?,
            };
            let scope = scope(&about);
            let asked = asked(common, &about, &scope);
            let report = debt(&mut tenant, &integration, &settings, asked)?;
            show(&about, report, debt_text)?;
        }
        ReportCommand::Correlation { about, window } => {
            let settings = within(window);
            let scope = scope(&about);
            let report = correlation(&mut tenant, &settings, asked(common, &about, &scope))?;
            show(&about, report, correlation_text)?;
        }
        ReportCommand::Calibration { about } => {
            let host = open_host(common, common.settings.rate_share).await?;
            let bands = stored(Some(&tenant), host.manifest())?.bands;
            let scope = scope(&about);
            let report = calibration(&mut tenant, bands, asked(common, &about, &scope))?;
            show(&about, report, calibration_text)?;
        }
        ReportCommand::Rows {
            figure,
            about,
            cfr_window,
            window,
            limit,
        } => {
            let settings = DoraSettings {
                cfr_window_ms: Timestamp::from(cfr_window) * HOUR,
                ..DoraSettings::default()
            };
            let scope = scope(&about);
            let asked = asked(common, &about, &scope);
            let settings = (&settings, &within(window));
            let rows = figure_rows(&mut tenant, counted(figure), settings, asked, limit)?;
            print(about.format, &rows, rows_text)?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Prints a report with its definitions.
fn show<T: Define + Serialize>(
    about: &About,
    report: T,
    text: impl FnOnce(&T) -> String,
) -> Result<(), HostError> {
    let explained = Explained::new(report);
    print(about.format, &explained, |report| {
        report.text(about.explain, text)
    })
}

fn within(window: OutcomeWindow) -> CorrelationSettings {
    CorrelationSettings {
        window: match window {
            OutcomeWindow::Hours4 => Window::Hours4,
            OutcomeWindow::Days7 => Window::Days7,
            OutcomeWindow::Days14 => Window::Days14,
            OutcomeWindow::Days30 => Window::Days30,
        },
        ..CorrelationSettings::default()
    }
}

fn counted(figure: Figure) -> CountedFigure {
    match figure {
        Figure::Deployments => CountedFigure::Deployments,
        Figure::FailedDeployments => CountedFigure::FailedDeployments,
        Figure::Changes => CountedFigure::Changes,
        Figure::Incidents => CountedFigure::Incidents,
        Figure::RestoredIncidents => CountedFigure::RestoredIncidents,
        Figure::Exposed => CountedFigure::Exposed,
        Figure::Others => CountedFigure::Others,
    }
}

/// The tenant, which must be there: an empty report of a mistyped name would be a lie.
fn known(common: &Common) -> Result<Tenant, HostError> {
    find_tenant(common)?.ok_or_else(|| {
        HostError::NotPossible(format!(
            "there is no tenant `{}` in `{}`; `koalr connect` or `koalr import` makes one",
            plain(&common.tenant),
            data_path(common).unwrap_or_default().display()
        ))
    })
}

fn scope(about: &About) -> Scope {
    Scope {
        repository: about.repository.clone(),
        service: about.service.clone(),
    }
}

fn asked<'a>(common: &Common, about: &About, scope: &'a Scope) -> InsightAsked<'a> {
    let as_of = now(common);
    InsightAsked {
        scope,
        from: as_of.saturating_sub(Timestamp::from(about.days) * 24 * HOUR),
        as_of,
    }
}

fn windows(days: &[u32]) -> Result<Windows, HostError> {
    let defaults = Days::default();
    let [critical, high, medium, low] = *days else {
        return Err(HostError::NotPossible(
            "`--sla` takes four numbers of days: critical, high, medium, low".to_owned(),
        ));
    };
    let days = Days {
        critical,
        high,
        medium,
        low,
        ..defaults
    };
    Windows::try_from(days).map_err(|error| HostError::NotPossible(format!("`--sla`: {error}")))
}

/// An hour, in milliseconds.
const HOUR: Timestamp = 3_600_000;
