//! Findings of a connection, counted by what they are.

use std::collections::BTreeMap;

use koalr_platform::model::common::{FindingClass, FixState, Timestamp};

use crate::connection::StoredConnection;
use crate::error::StoreError;
use crate::fields::word;
use crate::fix::known;
use crate::tenant::Tenant;

/// How many findings of each kind are stored. What is not in a map has none.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally {
    /// All findings by class, open or not.
    pub classes: BTreeMap<FindingClass, u64>,
    /// Open findings by whether a fix exists. Where the listing does not say, a looked-up fix of the one package does.
    pub fixes: BTreeMap<FixState, u64>,
    /// When the first of the stored resolutions was; none if none is stored.
    pub oldest_resolution: Option<Timestamp>,
}

impl Tenant {
    /// Counts a connection's findings without reading them.
    ///
    /// # Errors
    /// - the database cannot be read
    pub fn tally(&self, connection: &StoredConnection) -> Result<Tally, StoreError> {
        self.database.read(|database| {
            // One snapshot, whoever writes meanwhile.
            let snapshot = database.unchecked_transaction()?;
            let mut tally = Tally {
                oldest_resolution: snapshot.query_row(OLDEST, [connection.id], |row| row.get(0))?,
                ..Tally::default()
            };
            let mut statement = snapshot.prepare(COUNTED)?;
            let mut rows = statement.query([connection.id])?;
            while let Some(row) = rows.next()? {
                let count = row.get::<_, i64>(3)?.unsigned_abs();
                *tally.classes.entry(word(row, 0)?).or_default() += count;
                if row.get(2)? {
                    *tally.fixes.entry(word(row, 1)?).or_default() += count;
                }
            }
            let mut statement = snapshot.prepare(&looked_up())?;
            let mut rows = statement.query([connection.id])?;
            while let Some(row) = rows.next()? {
                let count = row.get::<_, i64>(1)?.unsigned_abs();
                if let Some(unknown) = tally.fixes.get_mut(&FixState::Unknown) {
                    *unknown = unknown.saturating_sub(count);
                }
                *tally.fixes.entry(word(row, 0)?).or_default() += count;
            }
            tally.fixes.retain(|_, count| *count > 0);
            Ok(tally)
        })
    }
}

/// Open findings about one package, of which their listing knows no fix, by the fix that is known of that package.
fn looked_up() -> String {
    let package = [
        "findings.connection",
        "findings.organization",
        "findings.vulnerability",
        "packages ->> '$[0].name'",
        "packages ->> '$[0].version'",
        "packages ->> '$[0].ecosystem'",
    ];
    format!(
        "SELECT known, count(*) FROM (
           SELECT ({}) AS known FROM findings INDEXED BY findings_without_fix
           WHERE connection = ?1 AND fix = 'unknown' AND open = 1 AND vanished_at IS NULL AND packages <> '[]'
             AND json_array_length(packages) = 1
             AND vulnerability IN (SELECT vulnerability FROM fixes WHERE connection = ?1))
         WHERE known IS NOT NULL GROUP BY 1",
        known("state", package)
    )
}

const COUNTED: &str = "
    SELECT class, fix, is_open AND NOT is_vanished, n FROM finding_counts WHERE connection = ?1 AND n > 0";

const OLDEST: &str = "SELECT min(oldest) FROM finding_resolutions WHERE connection = ?1";

#[cfg(test)]
mod tests {
    use koalr_platform::model::record::{Entry, Fix, PackageVersion};

    use super::*;
    use crate::FindingFilter;
    use crate::fixture::{batch, connected, finding, organizations};

    #[test]
    fn findings_are_counted_by_class_and_open_ones_by_fix() {
        let (_directory, mut tenant, connection) = connected();
        let mut one = finding("f1");
        one.class = FindingClass::License;
        one.fix = FixState::None;
        let mut two = finding("f2");
        two.class = FindingClass::License;
        (two.open, two.resolved_at) = (false, Some(7));
        let mut three = finding("f3");
        three.class = FindingClass::Container;
        three.fix = FixState::Unknown;
        three.packages = vec![PackageVersion {
            ecosystem: Some("npm".to_owned()),
            name: "minimist".to_owned(),
            version: Some("1.2.5".to_owned()),
        }];
        let records = [one, two, three].map(Entry::Finding).to_vec();
        tenant
            .apply_batch(&connection, &organizations(), &batch(records), 5)
            .unwrap();
        let tally = tenant.tally(&connection).unwrap();
        let classes = [(FindingClass::License, 2), (FindingClass::Container, 1)];
        assert_eq!(tally.classes, BTreeMap::from(classes));
        let fixes = [(FixState::None, 1), (FixState::Unknown, 1)];
        assert_eq!(tally.fixes, BTreeMap::from(fixes));
        assert_eq!(tally.oldest_resolution, Some(7));
    }

    #[test]
    fn a_fix_that_another_organization_was_told_counts_as_it_is_shown() {
        let (_directory, mut tenant, connection) = connected();
        let mut affected = finding("f1");
        affected.fix = FixState::Unknown;
        affected.packages.truncate(1);
        let fix = Fix {
            organization: "o0".to_owned(),
            vulnerability: affected.vulnerability.clone(),
            affected: affected.packages[0].clone(),
            state: FixState::Available,
            versions: Vec::new(),
            source: "packages".to_owned(),
            as_of: 4,
        };
        let records = batch(vec![Entry::Fix(fix), Entry::Finding(affected)]);
        tenant
            .apply_batch(&connection, &organizations(), &records, 5)
            .unwrap();
        let shown = tenant.findings(&connection, FindingFilter::default());
        assert_eq!(shown.unwrap()[0].finding.fix, FixState::Available);
        let tally = tenant.tally(&connection).unwrap();
        assert_eq!(tally.fixes, BTreeMap::from([(FixState::Available, 1)]));
    }

    #[test]
    fn a_connection_without_findings_counts_none() {
        let (_directory, tenant, connection) = connected();
        assert_eq!(tenant.tally(&connection).unwrap(), Tally::default());
    }
}
