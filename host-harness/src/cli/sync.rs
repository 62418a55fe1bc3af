//! `koalr sync`.

use std::io::Write as _;
use std::process::ExitCode;

use koalr_platform::model::common::Timestamp;
use koalr_store::Tenant;

use super::args::{Common, Enrichment, Format, Sync};
use super::progress::Progress;
use super::{FAILED, connected_tenant, now, open_host, print};
use crate::jobs::{Outcome, SyncOptions, SyncReport, enrich, sync};
use crate::report::{enrich_text, sync_text};
use crate::{Host, HostError};

pub(super) async fn run(common: &Common, options: Sync) -> Result<ExitCode, HostError> {
    let as_of = now(common);
    match pull(common, &options, as_of).await {
        Ok((host, mut tenant, report)) => {
            print(options.format, &report, sync_text)?;
            // Who asks to wait is not asked for more.
            if options.enrichment == Enrichment::On && report.resume_after_secs.is_none() {
                beside(&host, &mut tenant, &options, as_of).await;
            }
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

async fn pull(
    common: &Common,
    options: &Sync,
    as_of: Timestamp,
) -> Result<(Host, Tenant, SyncReport), HostError> {
    let mut tenant = connected_tenant(common, &options.integration)?;
    let host = open_host(
        common,
        options.rate_share.unwrap_or(common.settings.rate_share),
    )
    .await?;
    host.check_integration(&options.integration)?;
    let wanted = SyncOptions {
        window_days: options.window.days(),
        full: options.full,
    };
    let progress = Progress::new("projects and issues");
    let tell = |event: &_| progress.show(event);
    let report = sync(&host, &mut tenant, wanted, as_of, tell).await;
    progress.clear();
    Ok((host, tenant, report?))
}

/// Asks for what no listing tells. The sync is over, so that nothing here changes how it ended.
async fn beside(host: &Host, tenant: &mut Tenant, options: &Sync, as_of: Timestamp) {
    let progress = Progress::new("fixes and checks");
    let tell = |event: &_| progress.show(event);
    let enriched = enrich(host, tenant, options.window.days(), as_of, tell).await;
    progress.clear();
    let sentence = match enriched {
        Ok(report) if progress.is_visible() => enrich_text(&report),
        Ok(report) => {
            tracing::info!("{}", enrich_text(&report));
            return;
        }
        Err(error) => {
            format!("koalr: fixes and checks of pull requests were not brought up to date: {error}")
        }
    };
    // There is nowhere to say that standard error failed.
    let _ = writeln!(std::io::stderr(), "{sentence}");
}

/// Exit code of a sync that misses something.
const PARTIAL: u8 = 1;
