//! Figures of a window of time.

use koalr_platform::correlation::CorrelationSettings;
use koalr_platform::dora::DoraSettings;
use koalr_platform::model::common::Timestamp;
use koalr_store::Tenant;

use super::super::done;
use crate::jobs::{self, CountedFigure, InsightAsked, JudgeOptions};
use crate::report::{Explained, KoalrDora, utc};
use crate::web::{About, Dashboard, Reply};
use crate::{Host, HostError};

/// The figures of delivery in Koalr's form.
pub(super) fn dora(
    tenant: &mut Tenant,
    about: &About,
    now: Timestamp,
) -> Result<Option<Reply>, HostError> {
    let report = jobs::dora(tenant, &DoraSettings::default(), asked(about, now)?)?;
    done(&KoalrDora::of(&report))
}

/// A report as the command line prints it.
pub(super) fn dashboard(
    host: &Host,
    tenant: &mut Tenant,
    (about, dashboard): (&About, &Dashboard),
    now: Timestamp,
) -> Result<Option<Reply>, HostError> {
    let asked = asked(about, now)?;
    match dashboard {
        Dashboard::Dora(settings) => done(&Explained::new(jobs::dora(tenant, settings, asked)?)),
        Dashboard::Debt(settings) => {
            let report = jobs::debt(tenant, &host.manifest().id, settings, asked)?;
            done(&Explained::new(report))
        }
        Dashboard::Correlation(settings) => {
            let report = jobs::correlation(tenant, settings, asked)?;
            done(&Explained::new(report))
        }
        Dashboard::Calibration => {
            let bands = JudgeOptions::stored_policy(host, tenant)?.bands;
            done(&Explained::new(jobs::calibration(tenant, bands, asked)?))
        }
    }
}

/// The rows behind a figure.
pub(super) fn rows(
    tenant: &mut Tenant,
    (about, figure): (&About, CountedFigure),
    settings: (&DoraSettings, &CorrelationSettings),
    limit: u32,
    now: Timestamp,
) -> Result<Option<Reply>, HostError> {
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let asked = asked(about, now)?;
    done(&jobs::figure_rows(tenant, figure, settings, asked, limit)?)
}

/// What is asked about. Of what comes nothing is known: a window ends now at the latest.
pub(in crate::serve) fn asked(
    about: &About,
    now: Timestamp,
) -> Result<InsightAsked<'_>, HostError> {
    let as_of = about.to.unwrap_or(now).min(now);
    let from = about.from.unwrap_or(as_of.saturating_sub(WINDOW_MS));
    let refused = |why: &str| {
        let (from, as_of) = (utc(from), utc(as_of));
        HostError::NotPossible(format!("a window from `{from}` to `{as_of}` {why}"))
    };
    if from >= as_of {
        return Err(refused("covers no time; let it begin earlier"));
    }
    if as_of.saturating_sub(from) > LONGEST_MS {
        return Err(refused("covers more than ten years; let it begin later"));
    }
    Ok(InsightAsked {
        scope: &about.scope,
        from,
        as_of,
    })
}

/// 90 days, in milliseconds: as on the command line.
const WINDOW_MS: Timestamp = 90 * DAY_MS;

/// Ten years of 365 days, in milliseconds: as on the command line.
const LONGEST_MS: Timestamp = 3_650 * DAY_MS;

/// A day, in milliseconds.
const DAY_MS: Timestamp = 86_400_000;
