//! `koalr sync`.

use std::io::{IsTerminal as _, Write as _};
use std::process::ExitCode;

use koalr_platform::model::walk::Progress;
use koalr_store::StoreError;

use super::args::{Common, Format, Sync};
use super::{FAILED, now, open_host, open_tenant, print};
use crate::HostError;
use crate::jobs::{Outcome, SyncReport, sync};
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
    let (data, mut tenant) = open_tenant(common, false).map_err(|error| match error {
        HostError::Store(StoreError::TenantUnknown { tenant, .. }) => HostError::NotConnected {
            integration: options.integration.clone(),
            tenant,
        },
        error => error,
    })?;
    let host = open_host(common, &data).await?;
    host.check_integration(&options.integration)?;
    let mut line = ProgressLine::new();
    let report = sync(
        &host,
        &mut tenant,
        options.window.days(),
        now(),
        |progress| line.show(progress),
    )
    .await;
    line.clear();
    report
}

/// One line on standard error that is written over, only where a person looks at it.
struct ProgressLine {
    visible: bool,
}

impl ProgressLine {
    fn new() -> Self {
        Self {
            visible: std::io::stderr().is_terminal(),
        }
    }

    fn show(&mut self, progress: &Progress) {
        if self.visible {
            let total = progress
                .total
                .map(|total| format!(" of {total}"))
                .unwrap_or_default();
            // Progress that cannot be shown is not worth failing a sync for.
            let _ = write!(std::io::stderr(), "\r{} pages{total} read", progress.done);
        }
    }

    fn clear(&mut self) {
        if self.visible {
            let _ = write!(std::io::stderr(), "\r{:60}\r", "");
        }
    }
}

/// Exit code of a sync that misses something.
const PARTIAL: u8 = 1;
