//! What a completed walk no longer shows: projects that are gone, findings that are missing, then vanished.
//!
//! Only a completed walk of organizations that listed everything concludes anything. A finding it does not show is
//! *missing*; it is *vanished* when a second one does not show it either, when it was asked for and is not there, or when
//! its project is gone. Whatever is shown again is back. Nothing is removed.

use koalr_platform::model::record::{Finding, Remediation, RemediationStep};
use koalr_platform::model::walk::Walk;
use rusqlite::{Connection, params};

use crate::sync_state::Turn;

/// Draws the conclusions of a walk's proper end, and says whether they concern projects.
pub(crate) fn conclude(database: &Connection, turn: &Turn, walk: &Walk) -> rusqlite::Result<bool> {
    if !turn.lists || walk.changed_since.is_some() {
        return Ok(false);
    }
    match walk.route.as_str() {
        "projects" => conclude_projects(database, turn, &walk.organization)?,
        "issues" => conclude_findings(database, turn, &walk.organization)?,
        _ => {}
    }
    Ok(walk.route == "projects")
}

/// Takes a direct answer that a finding is not there. It counts only for an open finding that a completed walk lacked.
pub(crate) fn confirm(
    database: &Connection,
    turn: &Turn,
    step: &Remediation,
) -> rusqlite::Result<bool> {
    let changed = database.execute(
        "UPDATE findings SET vanished_at = ?4
         WHERE connection = ?1 AND organization = ?2 AND id = ?3
           AND open = 1 AND missing_since IS NOT NULL AND vanished_at IS NULL",
        params![turn.connection, step.organization, step.finding, step.at],
    )?;
    Ok(changed > 0)
}

/// The step of a vanished finding that is listed again. One that comes back resolved is not back.
pub(crate) fn return_of(turn: &Turn, finding: &Finding) -> Option<Remediation> {
    finding.open.then(|| Remediation {
        organization: finding.organization.clone(),
        finding: finding.id.clone(),
        step: RemediationStep::ReIntroduced,
        at: turn.as_of,
        source: "it was listed again".to_owned(),
    })
}

fn conclude_projects(
    database: &Connection,
    turn: &Turn,
    organization: &str,
) -> rusqlite::Result<()> {
    let gone = "connection = ?1 AND organization = ?2 AND gone_at IS NULL AND seen_in < ?3";
    let of_gone = format!("project IN (SELECT id FROM projects WHERE {gone})");
    vanish(database, turn, organization, &of_gone, PROJECT_GONE)?;
    database.execute(
        &format!("UPDATE projects SET gone_at = ?4 WHERE {gone}"),
        params![turn.connection, organization, turn.walk, turn.as_of],
    )?;
    Ok(())
}

fn conclude_findings(
    database: &Connection,
    turn: &Turn,
    organization: &str,
) -> rusqlite::Result<()> {
    let lacked = "seen_in < ?3 AND missing_in < ?3";
    vanish(database, turn, organization, lacked, LACKED_TWICE)?;
    database.execute(
        "UPDATE findings SET missing_in = ?3, missing_since = ?4
         WHERE connection = ?1 AND organization = ?2 AND open = 1 AND vanished_at IS NULL
           AND seen_in < ?3 AND missing_in IS NULL",
        params![turn.connection, organization, turn.walk, turn.as_of],
    )?;
    Ok(())
}

/// Lets open findings of an organization vanish: those that `which` selects, where `?3` is the walk.
fn vanish(
    database: &Connection,
    turn: &Turn,
    organization: &str,
    which: &str,
    source: &str,
) -> rusqlite::Result<()> {
    let which = format!(
        "connection = ?1 AND organization = ?2 AND open = 1 AND vanished_at IS NULL AND {which}"
    );
    let insert = format!(
        "INSERT INTO remediations (finding, step, at, connection, first_seen, source)
         SELECT row, 'vanished', ?4, connection, ?4, ?5 FROM findings WHERE {which}
         ON CONFLICT DO NOTHING"
    );
    let (connection, walk, as_of) = (turn.connection, turn.walk, turn.as_of);
    database.execute(
        &insert,
        params![connection, organization, walk, as_of, source],
    )?;
    database.execute(
        &format!("UPDATE findings SET vanished_at = ?4 WHERE {which}"),
        params![connection, organization, walk, as_of],
    )?;
    Ok(())
}

/// Source of the step of findings that went with their project.
pub(crate) const PROJECT_GONE: &str = "its project is gone";

/// Source of the step of findings that the listing no longer has.
const LACKED_TWICE: &str = "two completed walks no longer had it";

#[cfg(test)]
mod tests;
