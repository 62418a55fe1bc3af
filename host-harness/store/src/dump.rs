//! Everything a tenant stores, as a text that two equal states have in common.

use rusqlite::Connection;
use rusqlite::types::ValueRef;

use crate::error::{Fault, StoreError};
use crate::tenant::Tenant;

impl Tenant {
    /// Everything that is stored, one row a line: tables and rows in a fixed order, values behind their columns' names.
    /// What is unknown is left out.
    ///
    /// Two runs that ended in the same state have the same text, even if one was stopped and went on. Row ids, sealed
    /// credentials and secrets, the times of jobs, the cursors of walks that have not ended and what only follows from
    /// the rest are therefore left out.
    ///
    /// # Errors
    /// - the database cannot be read
    pub fn dump(&self) -> Result<String, StoreError> {
        self.database.read(|database| {
            let names = "SELECT name FROM sqlite_schema
                         WHERE type = 'table' AND name NOT LIKE 'sqlite^_%' ESCAPE '^'
                           AND name NOT LIKE 'spell^_%' ESCAPE '^'
                           AND name NOT IN ('credentials', 'secrets', 'derived', 'stamps', 'finding_counts',
                                           'finding_resolutions')
                         ORDER BY name";
            let mut statement = database.prepare(names)?;
            let names = statement.query_map([], |row| row.get::<_, String>(0))?;
            let mut text = String::new();
            for name in names {
                dump_table(database, &name?, &mut text)?;
            }
            Ok(text)
        })
    }
}

fn dump_table(database: &Connection, table: &str, text: &mut String) -> Result<(), Fault> {
    let mut statement =
        database.prepare("SELECT name FROM pragma_table_info(?1) ORDER BY pk = 0, pk, cid")?;
    let columns = statement
        .query_map([table], |row| row.get(0))?
        .collect::<rusqlite::Result<Vec<String>>>()?;
    let columns = columns.iter().filter_map(|name| {
        Some(match (table, name.as_str()) {
            ("connections", "id")
            | ("findings", "row")
            | ("jobs", "id" | "not_before" | "created_at") => return None,
            ("remediations", "finding") => format!("({FINDING}) AS finding"),
            ("sync_states", "cursor_bytes") => {
                format!("CASE WHEN done_at IS NOT NULL THEN hex({name}) END AS {name}")
            }
            (_, "connection") => format!("({CONNECTION}) AS connection"),
            (_, name) => name.to_owned(),
        })
    });
    let columns: Vec<String> = columns.collect();
    let order: Vec<String> = (1..=columns.len()).map(|place| place.to_string()).collect();
    let query = format!(
        "SELECT {} FROM {table} ORDER BY {}",
        columns.join(", "),
        order.join(", ")
    );
    let mut statement = database.prepare(&query)?;
    let names: Vec<String> = statement.column_names().map(ToString::to_string).collect();
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        text.push_str(table);
        for (place, name) in names.iter().enumerate() {
            let value = match row.get_ref(place)? {
                ValueRef::Null => continue,
                ValueRef::Integer(number) => number.to_string(),
                ValueRef::Real(number) => number.to_string(),
                ValueRef::Text(bytes) | ValueRef::Blob(bytes) => {
                    // Quoted, so that a row stays on its line.
                    serde_json::to_string(&String::from_utf8_lossy(bytes))?
                }
            };
            text.extend([" ", name, "=", &value]);
        }
        text.push('\n');
    }
    Ok(())
}

/// A connection by what it is, instead of its row.
const CONNECTION: &str = "
    SELECT integration || ' ' || base FROM connections WHERE connections.id = connection";

/// A finding by what it is, instead of its row.
const FINDING: &str =
    "SELECT organization || ' ' || id FROM findings WHERE findings.row = remediations.finding";

#[cfg(test)]
mod tests {
    use koalr_platform::model::common::Measurement;
    use koalr_platform::model::record::Entry;

    use crate::fixture::{
        CANARY, batch, completed, connected, connection, finding, measurement, open, organizations,
        project,
    };

    #[test]
    fn a_dump_names_every_value_and_stays_on_one_line_a_row() {
        let (_directory, mut tenant, connection) = connected();
        let mut odd = finding("f1");
        odd.title = "two\nlines \"quoted\"".to_owned();
        let batch = batch(vec![Entry::Finding(odd)]);
        tenant
            .apply_batch(&connection, &organizations(), &batch, 5)
            .unwrap();
        let dump = tenant.dump().unwrap();
        let line = dump.lines().find(|line| line.starts_with("findings "));
        let line = line.unwrap();
        assert!(
            line.starts_with(
                r#"findings connection="snyk https://api.eu.example.com" organization="o1" id="f1" first_seen=5"#
            ),
            "{line}"
        );
        assert!(line.contains(r#" title="two\nlines \"quoted\"""#), "{line}");
        assert!(!line.contains("missing_since"), "{line}");
    }

    #[test]
    fn a_dump_shows_no_credential_sealed_or_not() {
        let (_directory, tenant, _) = connected();
        let dump = tenant.dump().unwrap();
        assert!(!dump.contains(CANARY) && !dump.contains("sealed"), "{dump}");
    }

    #[test]
    fn equal_states_have_equal_dumps_whatever_the_rows_numbers_are() {
        let (_first_directory, first, _) = connected();
        let (_second_directory, mut second, _) = connected();
        let mut record = connection();
        record.integration = "sonarqube".to_owned();
        second.save_connection(&record, "token").unwrap();
        assert_ne!(first.dump().unwrap(), second.dump().unwrap());
        let forget = "DELETE FROM credentials;
                      DELETE FROM connections WHERE integration = 'sonarqube';
                      UPDATE connections SET id = 9";
        second
            .database
            .write(|transaction| Ok(transaction.execute_batch(forget)?))
            .unwrap();
        assert_eq!(first.dump().unwrap(), second.dump().unwrap());
    }

    #[test]
    fn a_walk_that_was_stopped_and_went_on_ends_in_the_same_state() {
        let batches = || {
            let records = [
                vec![Entry::Project(project("p1", None)), completed("projects")],
                vec![Entry::Finding(finding("f1"))],
                vec![Entry::Finding(finding("f2")), completed("issues")],
            ];
            let mut batches = records.map(batch);
            batches[2].done = true;
            batches
        };
        let (_undisturbed_directory, mut undisturbed, connection) = connected();
        for batch in batches() {
            undisturbed
                .apply_batch(&connection, &organizations(), &batch, 5)
                .unwrap();
        }
        let (directory, mut stopped, connection) = connected();
        for batch in batches() {
            let mut failing = batch.clone();
            failing.records.push(Entry::Measurement(Measurement {
                value: f64::NAN,
                ..measurement()
            }));
            let failed = stopped.apply_batch(&connection, &organizations(), &failing, 5);
            assert!(failed.is_err());
            stopped = open(directory.path());
            stopped
                .apply_batch(&connection, &organizations(), &batch, 5)
                .unwrap();
        }
        assert_eq!(stopped.dump().unwrap(), undisturbed.dump().unwrap());
    }

    #[test]
    fn only_the_cursor_of_an_ended_walk_is_shown() {
        let (_directory, mut tenant, connection) = connected();
        let mut batch = batch(vec![]);
        let mut shown = |done| {
            batch.done = done;
            tenant
                .apply_batch(&connection, &organizations(), &batch, 5)
                .unwrap();
            tenant.dump().unwrap().contains("cursor_bytes=\"00FF07\"")
        };
        assert!(!shown(false));
        assert!(shown(true));
    }
}
