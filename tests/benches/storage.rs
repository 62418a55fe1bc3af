//! What it costs to store a batch of findings, and how that grows with the file, beside what `SQLite` alone needs for the
//! same rows: plain inserts into one table that has the same unique key and no other index.

use std::path::Path;

use koalr_platform::model::common::{ExploitMaturity, FindingClass, FixState, Timestamp};
use koalr_platform::model::connection::Organization;
use koalr_platform::model::record::{CvssRating, Entry, Finding, PackageVersion, SelectedCvss};
use koalr_platform::model::walk::{Batch, Cursor, Progress, Scope};
use koalr_store::{DataDir, StoredConnection, Tenant, TenantId};
use koalr_upstream::Dice;
use rusqlite::types::Value;
use rusqlite::{Connection as Sqlite, params_from_iter};

use crate::sheet::{Sheet, Unit, timed};
use crate::stored;

pub(crate) fn run(sheet: &mut Sheet) {
    let directory = tempfile::tempdir().unwrap();
    let mut store = Store::new(directory.path());
    let sizes = if sheet.is_short() { &SIZES[..1] } else { SIZES };
    for size in sizes {
        store.fill(*size);
        let plain = Plain::copy_of(directory.path());
        let (mut figures, mut floors) = (Vec::new(), Vec::new());
        for _ in 0..sheet.rounds(ROUNDS) {
            let batch = store.batch(BATCH);
            let thousands = f64::from(BATCH) / 1e3;
            figures.push(timed(|| store.apply(&batch)) / thousands);
            let rows = plain.newest(BATCH);
            floors.push(timed(|| plain.insert(&rows)) / thousands);
        }
        let row = sheet.row("1,000 findings stored", Unit::Seconds, figures);
        row.size(*size).over("plain inserts", &floors);
    }
}

/// A tenant with findings.
struct Store {
    tenant: Tenant,
    connection: StoredConnection,
    stored: u32,
}

impl Store {
    fn new(directory: &Path) -> Self {
        let data = DataDir::open(directory).unwrap();
        let id = TenantId::parse(TENANT).unwrap();
        let mut tenant = data.tenant(&id, true).unwrap();
        let mut connection = stored::connection("snyk", NOW);
        connection.connection.organizations.push(Organization {
            id: ORGANIZATION.to_owned(),
            slug: None,
            name: "Shop".to_owned(),
        });
        let connection = tenant.save_connection(&connection, "a token").unwrap();
        Self {
            tenant,
            connection,
            stored: 0,
        }
    }

    fn fill(&mut self, size: u32) {
        while self.stored < size {
            let batch = self.batch(FILL.min(size - self.stored));
            self.apply(&batch);
        }
    }

    /// The next findings, as a batch in the middle of a walk.
    fn batch(&mut self, findings: u32) -> Batch {
        let first = self.stored;
        self.stored += findings;
        let records = first..self.stored;
        let records = records.map(|number| Entry::Finding(finding(number.into())));
        Batch {
            cursor: Some(Cursor {
                format: 1,
                bytes: self.stored.to_le_bytes().to_vec(),
            }),
            done: false,
            progress: Progress {
                done: self.stored / 100,
                total: None,
            },
            requests: findings.div_ceil(100),
            ..stored::batch(records.collect())
        }
    }

    fn apply(&mut self, batch: &Batch) {
        let scope = Scope::Organizations(vec![ORGANIZATION.to_owned()]);
        let stored = (self.tenant).apply_batch(&self.connection, &scope, batch, NOW);
        assert_eq!(stored.unwrap().inserted, batch.records.len() as u64);
    }
}

/// The same findings in a file with one table.
struct Plain {
    database: Sqlite,
}

impl Plain {
    fn copy_of(directory: &Path) -> Self {
        let path = directory.join("plain.db");
        let _ = std::fs::remove_file(&path);
        let database = Sqlite::open(path).unwrap();
        let tenant = directory.join(format!("tenants/{TENANT}.db"));
        let tenant = tenant.to_str().unwrap();
        database.execute("ATTACH ?1 AS tenant", [tenant]).unwrap();
        database
            .execute_batch(
                "PRAGMA journal_mode = wal;
                 CREATE TABLE plain AS SELECT * FROM tenant.findings;
                 CREATE UNIQUE INDEX plain_key ON plain (connection, organization, id);",
            )
            .unwrap();
        Self { database }
    }

    /// The rows that the store took last, in the order in which it did.
    fn newest(&self, count: u32) -> Vec<Vec<Value>> {
        let query = "SELECT * FROM (SELECT * FROM tenant.findings ORDER BY row DESC LIMIT ?1)
                     ORDER BY row";
        let mut statement = self.database.prepare(query).unwrap();
        let width = statement.column_count();
        let rows = statement.query_map([count], |row| {
            (0..width).map(|place| row.get(place)).collect()
        });
        rows.unwrap().map(Result::unwrap).collect()
    }

    fn insert(&self, rows: &[Vec<Value>]) {
        let transaction = self.database.unchecked_transaction().unwrap();
        let holes = vec!["?"; rows[0].len()].join(", ");
        let insert = format!("INSERT INTO plain VALUES ({holes})");
        let mut statement = transaction.prepare(&insert).unwrap();
        for row in rows {
            statement.execute(params_from_iter(row)).unwrap();
        }
        drop(statement);
        transaction.commit().unwrap();
    }
}

/// A finding as large as those of the upstream: its id is random, and its project, vulnerability and package are those of
/// others too.
fn finding(number: u64) -> Finding {
    let high = mixed(number);
    let (project, problem) = (mixed(high) % 10_000, mixed(high ^ 1) % 150_000);
    let at = NOW - Timestamp::try_from(high % 10_000_000_000).unwrap();
    let vulnerability = format!("SNYK-JS-PACKAGE-{problem}");
    let score = 10 + u16::try_from(problem % 90).unwrap();
    Finding {
        id: id(high),
        key: vulnerability.clone(),
        organization: ORGANIZATION.to_owned(),
        project: id(project),
        class: FindingClass::PackageVulnerability,
        kind: "package_vulnerability".to_owned(),
        title: "Deserialization of untrusted data".to_owned(),
        vulnerability,
        aliases: vec![format!("CVE-2026-{problem}")],
        weaknesses: vec!["CWE-502".to_owned()],
        packages: vec![PackageVersion {
            ecosystem: Some("npm".to_owned()),
            name: format!("package-{}", problem % 20_000),
            version: Some("1.0.0".to_owned()),
        }],
        cvss: vec![CvssRating {
            source: "Snyk".to_owned(),
            version: "3.1".to_owned(),
            vector: Some("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H".to_owned()),
            score: Some(score),
        }],
        selected: Some(SelectedCvss {
            score,
            highest: score,
            rating: 0,
            reason: "the upstream's own, of the newest version".to_owned(),
        }),
        exploit: ExploitMaturity::ProofOfConcept,
        fix: FixState::Available,
        fix_source: "feed-flags".to_owned(),
        disclosed_at: Some(at),
        ..stored::finding(at)
    }
}

/// An id in the form of a UUID.
fn id(number: u64) -> String {
    let low = mixed(number);
    format!(
        "{:08x}-{:04x}-4000-8000-{:012x}",
        number >> 32,
        number & 0xffff,
        low >> 16
    )
}

/// Another number, the same for the same one.
fn mixed(number: u64) -> u64 {
    Dice::new(number).draw()
}

const NOW: Timestamp = 1_790_000_000_000;
const TENANT: &str = "acme";
const ORGANIZATION: &str = "37436b56-2380-8bf5-a74d-d22d23f035f2";

/// Findings that are stored before a batch is.
const SIZES: &[u32] = &[10_000, 100_000, 1_000_000];
/// Findings of a batch of 32 requests.
const BATCH: u32 = 3_200;
/// Findings of a batch that is not measured: the larger, the sooner it is done.
const FILL: u32 = 20_000;
const ROUNDS: usize = 10;
