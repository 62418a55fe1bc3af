//! What is known about fixes beside the listings.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use koalr_platform::model::common::{FixState, Tenths, Timestamp};
use koalr_platform::model::record::{Finding, PackageVersion};
use rusqlite::{Connection, Statement, params};

use crate::connection::StoredConnection;
use crate::error::{Fault, StoreError};
use crate::tenant::Tenant;

impl Tenant {
    /// Package versions whose fixes are worth a look-up, the worst first, then by name.
    ///
    /// They are affected by an open, heeded vulnerability of severity high or critical, or of CVSS 7.0 and more, of which
    /// nobody knows whether a fix exists; and they were not looked up since `as_of - ttl_ms`.
    ///
    /// # Errors
    /// - the database cannot be read
    pub fn fix_gaps(
        &self,
        connection: &StoredConnection,
        as_of: Timestamp,
        ttl_ms: i64,
        limit: usize,
    ) -> Result<Vec<PackageVersion>, StoreError> {
        self.database.read(|database| {
            let mut fixes = Fixes::open(database, connection.id)?;
            let mut statement = database.prepare(URGENT)?;
            let mut rows = statement.query([connection.id])?;
            let mut gaps = BTreeMap::new();
            while let Some(row) = rows.next()? {
                let (organization, vulnerability): (String, String) = (row.get(0)?, row.get(1)?);
                let packages: Vec<PackageVersion> =
                    serde_json::from_str(&row.get::<_, String>(2)?)?;
                let urgency: (u8, Tenths) = (row.get(3)?, row.get(4)?);
                let known = fixes.of(&organization, &vulnerability, &packages)?;
                if join(&known).is_some() {
                    continue;
                }
                for (package, known) in packages.into_iter().zip(known) {
                    if let (Some(ecosystem), Some(version), None) =
                        (package.ecosystem, package.version, known)
                    {
                        let most = gaps
                            .entry((package.name, ecosystem, version))
                            .or_insert(urgency);
                        *most = urgency.max(*most);
                    }
                }
            }
            let mut gaps: Vec<_> = gaps.into_iter().collect();
            // Stable: what is equally urgent stays in order of names.
            gaps.sort_by_key(|(_, urgency)| Reverse(*urgency));
            let mut looked_up = database.prepare(LOOKED_UP)?;
            let since = as_of.saturating_sub(ttl_ms);
            let mut packages = Vec::new();
            for ((name, ecosystem, version), _) in gaps {
                if packages.len() >= limit {
                    break;
                }
                let subject = format!("{ecosystem}:{name}@{version}");
                if !looked_up.exists(params![connection.id, subject, since])? {
                    packages.push(PackageVersion {
                        ecosystem: Some(ecosystem),
                        name,
                        version: Some(version),
                    });
                }
            }
            Ok(packages)
        })
    }
}

/// Reads what is known about fixes of one connection.
pub(crate) struct Fixes<'c> {
    connection: i64,
    statement: Statement<'c>,
}

/// What is known about fixes of one package version.
pub(crate) struct Known {
    state: FixState,
    versions: Vec<String>,
    source: String,
}

impl<'c> Fixes<'c> {
    pub(crate) fn open(database: &'c Connection, connection: i64) -> rusqlite::Result<Self> {
        let key = ["?1", "?2", "?3", "?4", "?5", "?6"];
        let statement = database.prepare(&known("state, versions, source", key))?;
        Ok(Self {
            connection,
            statement,
        })
    }

    /// Fills in what is known about all packages of a finding, where its listing knows nothing or of a part only.
    ///
    /// That no fix exists is never said against a listing that has one for a part.
    pub(crate) fn overlay(&mut self, finding: &mut Finding) -> Result<(), Fault> {
        if !matches!(finding.fix, FixState::Unknown | FixState::Partial) {
            return Ok(());
        }
        let known = self.of(
            &finding.organization,
            &finding.vulnerability,
            &finding.packages,
        )?;
        match join(&known) {
            Some(joined) if (finding.fix, joined.state) != (FixState::Partial, FixState::None) => {
                finding.fix = joined.state;
                finding.fix_source = joined.source;
                finding.fixed_in = joined.versions;
            }
            _ => {}
        }
        Ok(())
    }

    /// What is known of each package, in the order given.
    fn of(
        &mut self,
        organization: &str,
        vulnerability: &str,
        packages: &[PackageVersion],
    ) -> Result<Vec<Option<Known>>, Fault> {
        let mut known = Vec::with_capacity(packages.len());
        for package in packages {
            let mut rows = self.statement.query(params![
                self.connection,
                organization,
                vulnerability,
                package.name,
                package.version,
                package.ecosystem,
            ])?;
            known.push(match rows.next()? {
                None => None,
                Some(row) => Some(Known {
                    state: serde_json::from_value(row.get::<_, String>(0)?.into())?,
                    versions: serde_json::from_str(&row.get::<_, String>(1)?)?,
                    source: row.get(2)?,
                }),
            });
        }
        Ok(known)
    }
}

/// What follows for a finding: a fix for all of it, for a part, or none for any of it; none if nothing follows.
fn join(known: &[Option<Known>]) -> Option<Known> {
    let all = |state| {
        known
            .iter()
            .all(|one| one.as_ref().is_some_and(|known| known.state == state))
    };
    let is_fixed = |known: &&Known| matches!(known.state, FixState::Available | FixState::Partial);
    let told = || known.iter().flatten();
    let (state, first) = if all(FixState::None) {
        (FixState::None, told().next()?)
    } else if all(FixState::Available) {
        (FixState::Available, told().next()?)
    } else {
        (FixState::Partial, told().find(is_fixed)?)
    };
    let mut versions = Vec::new();
    for version in told().flat_map(|known| &known.versions) {
        if !versions.contains(version) {
            versions.push(version.clone());
        }
    }
    Some(Known {
        state,
        versions,
        source: first.source.clone(),
    })
}

/// Selects columns of the newest row about a package version, given by expressions; first one of the same ecosystem and
/// organization: what one organization was told holds in another.
pub(crate) fn known(
    columns: &str,
    [
        connection,
        organization,
        vulnerability,
        package,
        version,
        ecosystem,
    ]: [&str; 6],
) -> String {
    format!(
        "SELECT {columns} FROM fixes
         WHERE fixes.connection = {connection} AND fixes.vulnerability = {vulnerability}
           AND fixes.package = {package} AND ifnull(fixes.version, '') = ifnull({version}, '')
           AND (fixes.ecosystem IS NULL OR {ecosystem} IS NULL OR fixes.ecosystem = {ecosystem})
         ORDER BY fixes.ecosystem IS NULL, fixes.organization <> {organization}, fixes.as_of DESC,
                  fixes.ecosystem, fixes.organization
         LIMIT 1"
    )
}

/// Findings that hurry, with their severity's rank and their score.
const URGENT: &str = "
    SELECT organization, vulnerability, packages,
           CASE severity WHEN 'critical' THEN 2 WHEN 'high' THEN 1 ELSE 0 END,
           ifnull(selected ->> 'score', 0)
    FROM findings INDEXED BY findings_without_fix
    WHERE connection = ?1 AND open = 1 AND vanished_at IS NULL AND fix = 'unknown' AND packages <> '[]'
      AND ignored = 0 AND class = 'package-vulnerability'
      AND (severity IN ('high', 'critical') OR selected ->> 'score' >= 70)";

const LOOKED_UP: &str = "
    SELECT 1 FROM coverage
    WHERE connection = ?1 AND route = 'packages' AND subject = ?2 AND as_of > ?3";

#[cfg(test)]
mod tests;
