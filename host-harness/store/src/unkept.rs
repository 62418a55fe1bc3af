//! How much of what reports read is not kept.

use koalr_platform::model::common::Timestamp;

use crate::error::StoreError;
use crate::ledger::is_kept;
use crate::spell::unkept;
use crate::tenant::Tenant;

/// What reports would read from rows first, since what was kept of them is not theirs any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unkept {
    /// Of findings.
    pub spells: UnkeptSpells,
    /// Changes and deployments of the ledger; 0 if it is kept.
    pub delivered: u32,
}

/// How much of findings is not kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UnkeptSpells {
    /// Segments, of 512 findings each.
    pub segments: u32,
    /// Findings that changed in segments that are kept.
    pub findings: u32,
}

impl Tenant {
    /// How much is not kept for reports of a time. Nothing is kept by asking.
    ///
    /// # Errors
    /// - the database cannot be read
    pub fn unkept(&self, as_of: Timestamp) -> Result<Unkept, StoreError> {
        self.database.read(|database| {
            let delivered = if is_kept(database, as_of)? {
                0
            } else {
                database.query_row(DELIVERED, [], |row| row.get(0))?
            };
            Ok(Unkept {
                spells: unkept(database)?,
                delivered,
            })
        })
    }

    /// How much of findings is not kept. Nothing is kept by asking.
    ///
    /// # Errors
    /// - the database cannot be read
    pub fn unkept_spells(&self) -> Result<UnkeptSpells, StoreError> {
        self.database.read(unkept)
    }
}

const DELIVERED: &str = "
    SELECT min((SELECT count(*) FROM changes) + (SELECT count(*) FROM deployments), 0xffffffff)";

#[cfg(test)]
mod tests {
    use koalr_platform::model::record::{Deployment, DeploymentState, Entry};

    use super::*;
    use crate::fixture::{batch, connected, finding, organizations};

    #[test]
    fn what_is_kept_is_not_read_from_rows_until_it_changes() {
        let (_directory, mut tenant, connection) = connected();
        let scope = organizations();
        let records = vec![
            Entry::Finding(finding("f1")),
            Entry::Deployment(Deployment {
                id: "d1".to_owned(),
                service: "shop".to_owned(),
                environment: None,
                sha: None,
                state: DeploymentState::Succeeded,
                at: 1,
                extra: Vec::new(),
            }),
        ];
        tenant
            .apply_batch(&connection, &scope, &batch(records), 5)
            .unwrap();
        let spells = |segments, findings| UnkeptSpells { segments, findings };
        let both = Unkept {
            spells: spells(1, 0),
            delivered: 1,
        };
        assert_eq!(tenant.unkept(100).unwrap(), both);
        tenant.refresh_spells(u32::MAX).unwrap();
        tenant.ledger(100).unwrap();
        let none = Unkept {
            spells: spells(0, 0),
            delivered: 0,
        };
        assert_eq!(tenant.unkept(100).unwrap(), none);
        let mut changed = finding("f1");
        changed.open = !changed.open;
        let records = vec![Entry::Finding(changed)];
        tenant
            .apply_batch(&connection, &scope, &batch(records), 6)
            .unwrap();
        let findings = Unkept {
            spells: spells(0, 1),
            delivered: 0,
        };
        assert_eq!(tenant.unkept(100).unwrap(), findings);
    }
}
