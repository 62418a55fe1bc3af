//! `koalr sync`.

use std::process::ExitCode;

use super::args::{Common, Format, Sync};
use super::progress::Progress;
use super::{FAILED, connected_tenant, now, open_host, print};
use crate::HostError;
use crate::jobs::{Outcome, SyncOptions, SyncReport, sync};
use crate::report::sync_text;

pub(super) async fn run(common: &Common, options: Sync) -> Result<ExitCode, HostError> {
    match pull(common, &options).await {
        Ok(report) => {
            print(options.format, &report, sync_text)?;
            Ok(match report.outcome {
                Outcome::Ok => ExitCode::SUCCESS,
                Outcome::Partial => ExitCode::from(PARTIAL),
                Outcome::Error => ExitCode::from(FAILED),
            })
        }
        // A program that reads the last line finds the outcome there, whatever it is.
        Err(error) if options.format == Format::Json => {
            print(options.format, &SyncReport::failed(&error), sync_text)?;
            Err(error)
        }
        Err(error) => Err(error),
    }
}

async fn pull(common: &Common, options: &Sync) -> Result<SyncReport, HostError> {
    let mut tenant = connected_tenant(common, &options.integration)?;
    let host = open_host(common, options.rate_share).await?;
    host.check_integration(&options.integration)?;
    let wanted = SyncOptions {
        window_days: options.window.days(),
        full: options.full,
    };
    let progress = Progress::new();
    let report = sync(&host, &mut tenant, wanted, now(common), |event| {
        progress.show(event);
    })
    .await;
    progress.clear();
    report
}

/// Exit code of a sync that misses something.
const PARTIAL: u8 = 1;
