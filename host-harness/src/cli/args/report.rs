//! Arguments of `koalr report`.

use clap::{Subcommand, ValueEnum};

use super::Format;

#[derive(Debug, Subcommand)]
pub(crate) enum ReportCommand {
    /// How often, how fast and how safely is delivered.
    ///
    /// Exit codes: 0 reported, 2 failed.
    Dora {
        #[command(flatten)]
        about: About,
        /// Hours after a deployment within which an incident makes it a failed one.
        #[arg(long, value_name = "HOURS", default_value_t = 4)]
        cfr_window: u32,
        /// The table of tiers of the change failure rate.
        #[arg(long, value_enum, default_value_t)]
        tiers: TierTable,
    },
    /// What is open, how soon it is fixed, who is late, and what the gate did.
    ///
    /// Exit codes: 0 reported, 2 failed.
    Debt {
        #[command(flatten)]
        about: About,
        /// The integration.
        #[arg(default_value = "snyk")]
        integration: String,
        /// Days to fix what is critical, high, medium and low.
        #[arg(long, value_name = "DAYS", value_delimiter = ',', default_values_t = [7, 30, 90, 120])]
        sla: Vec<u32>,
    },
    /// Whether deployments that introduced vulnerabilities are followed by more incidents than others.
    ///
    /// Exit codes: 0 reported, whatever it says; 2 failed.
    Correlation {
        #[command(flatten)]
        about: About,
        /// How long after a deployment an incident counts.
        #[arg(long, value_enum, default_value_t)]
        window: OutcomeWindow,
    },
    /// List the rows behind a figure, as the reports count them.
    ///
    /// Exit codes: 0 listed, 2 failed.
    Rows {
        /// The figure.
        #[arg(value_enum)]
        figure: Figure,
        #[command(flatten)]
        about: About,
        /// Hours after a deployment within which an incident makes it a failed one.
        #[arg(long, value_name = "HOURS", default_value_t = 4)]
        cfr_window: u32,
        /// How long after a deployment an incident counts for exposed ones and others.
        #[arg(long, value_enum, default_value_t)]
        window: OutcomeWindow,
        /// List at most so many, and count the rest.
        #[arg(long, value_name = "ROWS", default_value_t = 50)]
        limit: usize,
    },
    /// How often a score of each band was followed by an incident. Changes no score.
    ///
    /// Exit codes: 0 reported, 2 failed.
    Calibration {
        #[command(flatten)]
        about: About,
    },
}

/// What a report is about.
#[derive(Debug, clap::Args)]
pub(crate) struct About {
    /// Days that it looks back.
    #[arg(long, value_name = "DAYS", default_value_t = 90, value_parser = clap::value_parser!(u32).range(1..=3650))]
    pub(crate) days: u32,
    /// Only of this repository, as `owner/name`.
    #[arg(long, value_name = "NAME")]
    pub(crate) repository: Option<String>,
    /// Only of this service.
    #[arg(long, value_name = "NAME")]
    pub(crate) service: Option<String>,
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: Format,
    /// Say below the figures what each of them counts. JSON always does.
    #[arg(long)]
    pub(crate) explain: bool,
}

/// A figure whose rows can be listed.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum Figure {
    /// Deployments of the frequency.
    Deployments,
    /// Those that count as failed.
    FailedDeployments,
    /// Changes of the lead time.
    Changes,
    /// Incidents that began in the window.
    Incidents,
    /// Those that the time to restore is of.
    RestoredIncidents,
    /// Exposed deployments of the correlation's headline.
    Exposed,
    /// Its others.
    Others,
}

/// The two tables that Koalr publishes.
#[derive(Debug, Clone, Copy, Default, ValueEnum)]
pub(crate) enum TierTable {
    /// That of docs.koalr.com.
    #[default]
    Docs,
    /// That of koalr.com.
    Site,
}

/// How long after a deployment an incident counts.
#[derive(Debug, Clone, Copy, Default, ValueEnum)]
pub(crate) enum OutcomeWindow {
    /// Four hours.
    #[value(name = "4h")]
    Hours4,
    /// Seven days.
    #[value(name = "7d")]
    Days7,
    /// Fourteen days.
    #[default]
    #[value(name = "14d")]
    Days14,
    /// Thirty days.
    #[value(name = "30d")]
    Days30,
}
