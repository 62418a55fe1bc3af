//! What another version of an integration decides, beside the one that serves: both judge again what was judged. Sends no
//! request and stores nothing.

mod compare;
mod cost;
mod recordings;
mod report;
mod side;
mod tally;

use koalr_platform::model::common::{Change, Timestamp};
use koalr_platform::rollout::{ContentHash, Release};
use koalr_store::{
    DataDir, DecisionFilter, DecisionPlace, DecisionRecord, StoreError, Tenant, TenantId,
};

use super::bench::Case;
use super::judge::JudgeOptions;
use super::sync::DAY_MS;
use crate::{Host, HostError};

use compare::compared;
pub use cost::{ShadowCost, Spent};
pub(crate) use recordings::RECORDINGS;
use recordings::Replays;
pub use recordings::{RecordingChange, ShadowRecordings};
pub use report::{
    Conclusion, Judgement, LeftOut, ShadowChanges, ShadowReport, ShadowTenants, Side, Turn,
    UnjudgedChange, VerdictChange,
};
use side::{Answer, Judging};
use tally::Tally;

/// Lets both versions judge every stored decision of the last `days` again, on its stored evidence and for its own time,
/// by the policy and the waivers that are stored now.
///
/// Calls that a server recorded are made again by both, too.
///
/// Both start from the same evidence and none from what was decided then: by a policy that was changed since, both decide
/// otherwise.
///
/// # Errors
///
/// Both are not the same integration; a tenant is not known; the store or the sandbox failed. What a version does in a
/// call is no error.
pub async fn shadow(
    data: &DataDir,
    (serving, candidate): (&Host, &Host),
    tenants: &[TenantId],
    days: u32,
    as_of: Timestamp,
) -> Result<ShadowReport, HostError> {
    let integration = &serving.manifest().id;
    candidate.check_integration(integration)?;
    let from = as_of.saturating_sub(Timestamp::from(days) * DAY_MS);
    let mut tally = Tally::default();
    let mut replays = Replays::default();
    for id in tenants {
        if tally.stopped() {
            break;
        }
        tally.begin(id);
        let tenant = match data.tenant(id, false) {
            Ok(tenant) => tenant,
            Err(error @ StoreError::TenantSuspended { .. }) => {
                tally.leave_out(error.to_string(), false);
                continue;
            }
            Err(error) => return Err(error.into()),
        };
        let sides = (serving, candidate);
        look_at(&tenant, sides, (from, as_of), &mut tally).await?;
        replays.look_at(data, id, sides).await?;
    }
    let releases = (release(serving)?, release(candidate)?);
    Ok(tally.report(integration, releases, (from, as_of), replays.counts()))
}

/// Judges everything of one tenant.
async fn look_at(
    tenant: &Tenant,
    (serving, candidate): (&Host, &Host),
    (from, to): (Timestamp, Timestamp),
    tally: &mut Tally,
) -> Result<(), HostError> {
    let terms = (
        JudgeOptions::stored(serving, tenant),
        JudgeOptions::stored(candidate, tenant),
    );
    let terms = match terms {
        (Ok(serving), Ok(candidate)) => (serving, candidate),
        (Err(error @ HostError::Complaints { .. }), _) => {
            tally.leave_out(error.to_string(), false);
            return Ok(());
        }
        (_, Err(error @ HostError::Complaints { .. })) => {
            tally.leave_out(error.to_string(), true);
            return Ok(());
        }
        (Err(error), _) | (_, Err(error)) => return Err(error),
    };
    let mut sides = (
        Judging::new(serving, &terms.0),
        Judging::new(candidate, &terms.1),
    );
    let filter = DecisionFilter {
        integration: serving.manifest().id.clone(),
        observation: None,
        from: Some(from),
        to: Some(to),
    };
    let mut after: Option<DecisionPlace> = None;
    // Evidence is large, and nobody needs all of it at once.
    'all: loop {
        let page = tenant.decisions_after(&filter, after.as_ref(), PAGE)?;
        let Some(last) = page.last() else { break };
        after = Some(last.place());
        for record in &page {
            if tally.stopped() {
                break 'all;
            }
            judge(tenant, record, &mut sides, tally).await?;
        }
    }
    tally.spent(sides.0.spent(), sides.1.spent());
    Ok(())
}

/// Lets both judge one head of a change.
async fn judge(
    tenant: &Tenant,
    record: &DecisionRecord,
    (serving, candidate): &mut (Judging<'_>, Judging<'_>),
    tally: &mut Tally,
) -> Result<(), HostError> {
    let Some(change) = tenant.change(&record.change)? else {
        tally.orphan();
        return Ok(());
    };
    let head = Change {
        head_sha: record.head_sha.clone(),
        ..change.change
    };
    let case = Case {
        change: &head,
        author: change.author.as_deref(),
        // Who let it pass in spite of what was judged is no matter of the version.
        overrides: &[],
        base: record.settled.score.base,
        evidence: &record.evidence,
        asked_at: record.asked_at,
        as_of: record.as_of,
    };
    // Neither always finds what the other has warmed up.
    let answers = if tally.is_even() {
        let before = serving.judge(&case).await?;
        (before, candidate.judge(&case).await?)
    } else {
        let after = candidate.judge(&case).await?;
        (serving.judge(&case).await?, after)
    };
    match answers {
        (Answer::Judged(before), Answer::Judged(after)) => {
            tally.compared(record, &compared(&before, &after));
        }
        (Answer::Failed(before), Answer::Failed(after)) => tally.both_failed(&before, &after),
        (Answer::Failed(failure), Answer::Judged(_)) => {
            tally.failed(record, Side::Serving, failure);
        }
        (Answer::Judged(_), Answer::Failed(failure)) => {
            tally.failed(record, Side::Candidate, failure);
        }
    }
    Ok(())
}

fn release(host: &Host) -> Result<Release, HostError> {
    let hash = ContentHash::try_from(host.plugin().content_hash().to_owned());
    Ok(Release {
        version: host.manifest().version.clone(),
        hash: hash.map_err(|error| HostError::NotPossible(error.to_string()))?,
    })
}

/// How far back decisions count where nobody says, in days.
pub const SHADOW_DAYS: u32 = 30;

/// Decisions that are read at once.
const PAGE: u32 = 32;
