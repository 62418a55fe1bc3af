//! What was synced besides findings, read back.

use koalr_platform::model::common::{Change, Coverage};
use koalr_platform::model::record::{ChangeCheck, ChangeFinding, Project};
use koalr_platform::model::walk::Scope;
use rusqlite::{ToSql, params};
use serde::de::DeserializeOwned;

use crate::connection::StoredConnection;
use crate::error::StoreError;
use crate::fields::decode;
use crate::row::select_list;
use crate::sync_state::scope_key;
use crate::table::{CHANGE_CHECKS, CHANGE_FINDINGS, PROJECTS, Table};
use crate::tenant::Tenant;

impl Tenant {
    /// Projects by organization and id.
    ///
    /// # Errors
    /// - the database cannot be read
    pub fn projects(&self, connection: &StoredConnection) -> Result<Vec<Project>, StoreError> {
        let condition = "connection = ?1 ORDER BY organization, id";
        self.records(&PROJECTS, condition, &[&connection.id])
    }

    /// Checks the upstream ran on any head of `change`, newest first, those without a time last. The upstream names the
    /// repository in its own way, and the change by the host's id or by its number.
    ///
    /// # Errors
    /// - the database cannot be read
    pub fn change_checks(
        &self,
        connection: &StoredConnection,
        repository: &str,
        change: &Change,
    ) -> Result<Vec<ChangeCheck>, StoreError> {
        let number = change.number.map(|number| number.to_string());
        self.records(
            &CHANGE_CHECKS,
            "connection = ?1 AND repository = ?2 AND change IN (?3, ?4)
             ORDER BY at DESC NULLS LAST, organization, product, project, head_sha",
            &[&connection.id, &repository, &change.id, &number],
        )
    }

    /// What the upstream itself said about the change of `scope`, by change, route, organization and id.
    ///
    /// # Errors
    /// - the database cannot be read
    pub fn change_findings(
        &self,
        connection: &StoredConnection,
        scope: &Scope,
    ) -> Result<Vec<ChangeFinding>, StoreError> {
        let condition = "connection = ?1 AND scope = ?2 ORDER BY change, route, organization, id";
        self.records(
            &CHANGE_FINDINGS,
            condition,
            &[&connection.id, &scope_key(scope)],
        )
    }

    /// What the walks of `scope` know to be complete, partial or refused, by route and subject. May be empty.
    ///
    /// # Errors
    /// - the database cannot be read
    pub fn coverage(
        &self,
        connection: &StoredConnection,
        scope: &Scope,
    ) -> Result<Vec<Coverage>, StoreError> {
        self.database.read(|database| {
            let mut statement = database.prepare(
                "SELECT route, subject, state, as_of, detail FROM coverage
                 WHERE connection = ?1 AND scope = ?2 ORDER BY route, subject",
            )?;
            let mut rows = statement.query(params![connection.id, scope_key(scope)])?;
            let mut coverage = Vec::new();
            while let Some(row) = rows.next()? {
                coverage.push(Coverage {
                    route: row.get(0)?,
                    subject: row.get(1)?,
                    state: serde_json::from_value(row.get::<_, String>(2)?.into())?,
                    as_of: row.get(3)?,
                    detail: row.get(4)?,
                });
            }
            Ok(coverage)
        })
    }

    /// Records of a table that meet a condition, which may end in an order and a limit.
    pub(crate) fn records<T: DeserializeOwned>(
        &self,
        table: &Table,
        condition: &str,
        parameters: &[&dyn ToSql],
    ) -> Result<Vec<T>, StoreError> {
        let list = select_list(table);
        let query = format!("SELECT {list} FROM {} WHERE {condition}", table.name);
        self.database.read(|database| {
            let mut statement = database.prepare(&query)?;
            let mut rows = statement.query(parameters)?;
            let mut records = Vec::new();
            while let Some(row) = rows.next()? {
                records.push(decode(table, row)?);
            }
            Ok(records)
        })
    }
}

#[cfg(test)]
mod tests {
    use koalr_platform::model::record::Entry;

    use crate::fixture::{batch, change, change_check, connected, organizations, project};

    #[test]
    fn a_row_that_does_not_fit_the_model_is_told() {
        let (directory, mut tenant, connection) = connected();
        let batch = batch(vec![Entry::Project(project("p1", None))]);
        tenant
            .apply_batch(&connection, &organizations(), &batch, 5)
            .unwrap();
        tenant
            .database
            .write(|transaction| Ok(transaction.execute("UPDATE projects SET extra = '['", [])?))
            .unwrap();
        assert_eq!(
            tenant.projects(&connection).unwrap_err().to_string(),
            format!(
                "reading `{}`: EOF while parsing a list at line 1 column 1; restore it from a backup",
                directory.path().join("tenants/acme.db").display()
            )
        );
    }

    #[test]
    fn checks_of_a_change_are_found_by_id_or_number_and_come_newest_first() {
        let (_directory, mut tenant, connection) = connected();
        let check = |named: &str, head: Option<&str>, at| {
            let mut check = change_check();
            named.clone_into(&mut check.change);
            check.head_sha = head.map(str::to_owned);
            check.product = format!("{named} at {at:?}");
            check.at = at;
            Entry::ChangeCheck(check)
        };
        let batch = batch(vec![
            check("c1", Some("abc"), None),
            check("7", Some("older"), Some(4)),
            check("c1", Some("abc"), Some(6)),
            check("8", Some("abc"), Some(7)),
        ]);
        tenant
            .apply_batch(&connection, &organizations(), &batch, 5)
            .unwrap();
        let products = |repository| {
            let checks = tenant.change_checks(&connection, repository, &change());
            let checks = checks.unwrap().into_iter();
            checks.map(|check| check.product).collect::<Vec<_>>()
        };
        let expected = ["c1 at Some(6)", "7 at Some(4)", "c1 at None"];
        assert_eq!(products("shop/web"), expected);
        assert!(products("shop/api").is_empty());
    }
}
