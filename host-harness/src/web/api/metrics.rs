//! How delivery goes and what is owed, in figures, and the rows behind them.

pub(in crate::web) mod about;
mod dashboards;
mod lists;
mod risk;

use koalr_platform::correlation::CorrelationSettings;
use koalr_platform::debt::DebtSettings;
use koalr_platform::dora::DoraSettings;
use koalr_platform::ledger::Scope;
use koalr_platform::model::common::Timestamp;
use koalr_store::ChangeState;

use super::page::Page;
use super::route::Route;
use crate::jobs::{CountedFigure, Glanced};

pub use risk::RiskBody;

/// What is asked for in figures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MetricsAsk {
    /// The four figures of delivery in Koalr's form.
    Dora(About),
    /// A page of pull requests in Koalr's form.
    PullRequests {
        /// Only of this repository.
        repository: Option<String>,
        /// Only in this state.
        state: Option<ChangeState>,
        /// Only opened then or later.
        from: Option<Timestamp>,
        /// Only opened then or earlier.
        to: Option<Timestamp>,
        /// Which page.
        page: Page,
    },
    /// A page of deployments in Koalr's form.
    Deployments {
        /// Only of this service.
        service: Option<String>,
        /// Only to this environment.
        environment: Option<String>,
        /// Only of then or later.
        from: Option<Timestamp>,
        /// Only of then or earlier.
        to: Option<Timestamp>,
        /// Which page.
        page: Page,
    },
    /// The score of a change that is described, in Koalr's form.
    Risk {
        /// The change.
        change: Glanced,
        /// Whether a file that it changes says what is depended on.
        manifests: Vec<String>,
    },
    /// A report as the command line prints it.
    Dashboard {
        /// What it is about.
        about: About,
        /// Which one.
        dashboard: Dashboard,
    },
    /// The rows behind a figure of a report.
    Rows {
        /// What they are about.
        about: About,
        /// The figure.
        figure: CountedFigure,
        /// How delivery counts.
        dora: DoraSettings,
        /// How exposure counts.
        correlation: CorrelationSettings,
        /// At most so many.
        limit: u32,
    },
}

/// What figures are about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct About {
    /// When their window begins; none for 90 days before its end.
    pub from: Option<Timestamp>,
    /// When it ends; none for now.
    pub to: Option<Timestamp>,
    /// Which rows.
    pub scope: Scope,
}

/// A report, and what it depends on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Dashboard {
    /// How often, how fast and how safely is delivered.
    Dora(DoraSettings),
    /// What is owed, and what the gate did about it.
    Debt(DebtSettings),
    /// Whether vulnerable deployments are followed by more incidents.
    Correlation(CorrelationSettings),
    /// How often a score of each band was followed by an incident.
    Calibration,
}

/// By noun.
pub(super) const ROUTES: [&[Route]; 3] = [lists::ROUTES, risk::ROUTES, dashboards::ROUTES];
