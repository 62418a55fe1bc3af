//! Whether single findings are still there.

use koalr_integration_kit::model::record::{Entry, Remediation, RemediationStep};
use koalr_integration_kit::model::walk::{Batch, FindingsScope, Progress, SyncError, SyncRequest};
use serde::Serialize;

use super::cursor;
use super::exchange::{Exchange, Output};
use crate::json::fields;
use crate::snyk::error::Outcome;
use crate::snyk::{endpoint, issue};

/// Asks for each finding once, all at the same time. One that is not found has vanished. One that is there brings no
/// record: without the list of its organization's projects nobody knows whether it is a container's, and a listing tells
/// everything else. Any other answer is noted, and nothing is concluded from it.
pub(super) fn sync(
    request: &SyncRequest,
    scope: &FindingsScope,
    mut exchange: Exchange<'_>,
) -> Result<Batch, SyncError> {
    let fresh = Walk {
        organization: scope.organization.clone(),
        findings: count(scope.ids.len()),
        asked: 0,
    };
    let fits = |walk: &Walk| {
        (&walk.organization, walk.findings) == (&fresh.organization, fresh.findings)
            && walk.asked <= walk.findings
    };
    let mut walk = cursor::read(request.cursor.as_ref(), fits)?.unwrap_or(fresh);
    let waiting = scope.ids.get(walk.asked as usize..).unwrap_or_default();
    let paths = waiting.iter();
    let paths: Vec<_> = paths
        .map(|id| endpoint::issue(&scope.organization, id))
        .collect();
    let mut answered = vec![false; waiting.len()];
    let mut output = Output::default();
    exchange.run(&paths, &mut |ticket, outcome, now| {
        let (id, answered) = (waiting.get(ticket)?, answered.get_mut(ticket)?);
        *answered = true;
        let place = (0, ticket);
        let odd = match outcome {
            Outcome::NotFound(_) => {
                output.records(place).push(Entry::Remediation(Remediation {
                    organization: scope.organization.clone(),
                    finding: id.clone(),
                    step: RemediationStep::Vanished,
                    at: now,
                    source: "a direct request answered 404".to_owned(),
                }));
                return None;
            }
            Outcome::Good(body) if issue::is(body, id) => return None,
            Outcome::Good(_) => "the answer is not this finding".to_owned(),
            Outcome::Refused(text) | Outcome::Again(text) | Outcome::Hopeless(text) => text,
            Outcome::Unauthorized | Outcome::Limited(_) => return None,
        };
        let message = format!("whether finding `{id}` is still there is unknown: {odd}");
        output.note(place, "check-failed", id.clone(), message);
        None
    })?;
    // What comes after the first that has to be asked again is asked again too: that changes nothing.
    walk.asked += count(
        answered
            .into_iter()
            .take_while(|answered| *answered)
            .count(),
    );
    let done = walk.asked == walk.findings;
    Ok(Batch {
        cursor: (!done).then(|| cursor::write(&walk)).transpose()?,
        done,
        progress: Progress {
            done: walk.asked,
            total: Some(walk.findings),
        },
        ..exchange.batch(output)?
    })
}

fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

/// How far the list was asked. Its JSON is the cursor.
#[derive(Debug, Default, Serialize)]
struct Walk {
    organization: String,
    findings: u32,
    asked: u32,
}

fields!(Walk { organization findings asked });
