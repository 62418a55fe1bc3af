//! Stretches from the rows of findings and their steps.

use koalr_platform::model::common::Timestamp;
use koalr_platform::model::record::RemediationStep;
use koalr_platform::spell::{Chapter, Life};
use rusqlite::types::ValueRef;
use rusqlite::{Connection, Row, Statement, params};

use super::repositories::Numbers;
use super::segment::{Record, place_of};
use crate::cell::Parameter;
use crate::error::Fault;
use crate::fields::word;
use crate::fix::known;
use crate::reimport::IMPORTED_AGAIN;

/// Reads rows, with statements that are prepared once.
pub(super) struct Rows<'c> {
    findings: Statement<'c>,
    steps: Statement<'c>,
    former: Statement<'c>,
    former_steps: Statement<'c>,
}

impl<'c> Rows<'c> {
    pub(super) fn open(database: &'c Connection) -> Result<Self, Fault> {
        let steps = |which| {
            format!(
                "SELECT finding, step, at FROM remediations
                 WHERE {which} AND step <> 'first-seen'
                   AND (step <> 'vanished' OR source <> '{IMPORTED_AGAIN}') ORDER BY finding"
            )
        };
        Ok(Self {
            findings: database.prepare(&findings())?,
            steps: database.prepare(&steps("finding BETWEEN ?1 AND ?2"))?,
            former: database.prepare(FORMER)?,
            former_steps: database.prepare(&steps("finding = ?1"))?,
        })
    }

    /// Hands over what the findings from one row to another tell, with their rows. One that another finding continues is
    /// told with that one.
    pub(super) fn read<N: Numbers>(
        &mut self,
        (first, last): (i64, i64),
        numbers: &mut N,
        each: &mut dyn FnMut(&N, i64, &Record),
    ) -> Result<(), Fault> {
        let Self {
            findings,
            steps,
            former,
            former_steps,
        } = self;
        let mut findings = findings.query([first, last])?;
        let mut steps = steps.query([first, last])?;
        let mut step = steps.next()?;
        while let Some(row) = findings.next()? {
            let finding: i64 = row.get(0)?;
            let mut life = life(row, numbers)?;
            while let Some(next) = step {
                let of: i64 = next.get(0)?;
                if of > finding {
                    break;
                }
                if of == finding {
                    life.own.steps.push(read_step(next)?);
                }
                step = steps.next()?;
            }
            let connection: i64 = row.get(1)?;
            let organization = row.get_ref(2)?;
            let mut continues: Option<String> = row.get(3)?;
            let mut seen = Vec::new();
            while let Some(id) = continues.take() {
                let mut rows = former.query(params![connection, Parameter(organization), id])?;
                let Some(row) = rows.next()? else {
                    break;
                };
                let former: i64 = row.get(0)?;
                if seen.contains(&former) {
                    break;
                }
                seen.push(former);
                let mut chapter = chapter(row, 2)?;
                let mut steps = former_steps.query([former])?;
                while let Some(step) = steps.next()? {
                    chapter.steps.push(read_step(step)?);
                }
                life.former.push(chapter);
                continues = row.get(1)?;
            }
            for spell in life.spells() {
                let record = Record {
                    connection,
                    place: place_of(finding),
                    spell,
                };
                each(numbers, finding, &record);
            }
        }
        Ok(())
    }
}

fn life(row: &Row<'_>, numbers: &mut impl Numbers) -> Result<Life, Fault> {
    let repository = row
        .get_ref(8)?
        .as_str_or_null()
        .map_err(rusqlite::Error::from)?;
    Ok(Life {
        own: chapter(row, 4)?,
        former: Vec::new(),
        repository: repository.map(|name| numbers.number(name)).transpose()?,
        class: word(row, 9)?,
        severity: match row.get_ref(10)? {
            ValueRef::Null => None,
            _ => Some(word(row, 10)?),
        },
        cvss: row.get(11)?,
        fix: word(row, 12)?,
        exploited: row.get(13)?,
        open: row.get(14)?,
        ignored: row.get(15)?,
        updated_at: row.get(16)?,
        disclosed_at: row.get(17)?,
        vanished_at: row.get(18)?,
    })
}

/// The chapter that stands in a row, from a column on.
fn chapter(row: &Row<'_>, first: usize) -> rusqlite::Result<Chapter> {
    Ok(Chapter {
        project_created_at: row.get(first)?,
        created_at: row.get(first + 1)?,
        introduced_at: row.get(first + 2)?,
        resolved_at: row.get(first + 3)?,
        steps: Vec::new(),
    })
}

fn read_step(row: &Row<'_>) -> Result<(RemediationStep, Timestamp), Fault> {
    Ok((word(row, 1)?, row.get(2)?))
}

/// The findings of a segment. A fix is told as [`Tally`](crate::Tally) counts it.
fn findings() -> String {
    let package = [
        "findings.connection",
        "findings.organization",
        "findings.vulnerability",
        "packages ->> '$[0].name'",
        "packages ->> '$[0].version'",
        "packages ->> '$[0].ecosystem'",
    ];
    format!(
        "SELECT findings.row, findings.connection, findings.organization, findings.continues,
                projects.created_at, findings.created_at, introduced_at, resolved_at,
                repository, findings.class, severity, selected ->> '$.score',
                CASE WHEN fix = 'unknown' AND json_array_length(packages) = 1
                  THEN ifnull(({}), fix) ELSE fix END,
                exploit IN ('functional', 'attacked'), open, ignored, updated_at, disclosed_at, vanished_at
         FROM findings LEFT JOIN projects
           ON  projects.connection = findings.connection
           AND projects.organization = findings.organization AND projects.id = findings.project
         WHERE findings.row BETWEEN ?1 AND ?2
           AND (vanished_at IS NULL OR NOT EXISTS (
             SELECT 1 FROM findings AS heir
             WHERE heir.connection = findings.connection AND heir.organization = findings.organization
               AND heir.continues = findings.id))
         ORDER BY findings.row",
        known("state", package)
    )
}

/// A finding that is continued. Once it is listed again, it is told for itself.
const FORMER: &str = "
    SELECT findings.row, findings.continues,
           projects.created_at, findings.created_at, introduced_at, resolved_at
    FROM findings LEFT JOIN projects
      ON  projects.connection = findings.connection
      AND projects.organization = findings.organization AND projects.id = findings.project
    WHERE findings.connection = ?1 AND findings.organization = ?2 AND findings.id = ?3
      AND vanished_at IS NOT NULL";
