//! What reports and lists cost over what is stored, and how that grows with it: warm, as the first one after the store
//! was opened, and after something changed; beside `SQLite`, which only counts the rows of findings.
//!
//! `KOALR_REPORTS_FINDINGS` bounds the largest tenant: 10000 takes seconds.

pub(crate) mod company;

use std::path::Path;

use company::{Company, NOW, YEARS};
use koalr_host::jobs::{InsightAsked, calibration, correlation, debt, dora, status};
use koalr_platform::correlation::CorrelationSettings;
use koalr_platform::debt::DebtSettings;
use koalr_platform::dora::DoraSettings;
use koalr_platform::ledger::Scope;
use koalr_platform::merge::Bands;
use koalr_platform::model::common::Severity;
use koalr_store::{DataDir, FindingList, Slice, Tenant};

use crate::sheet::{Sheet, Unit};

pub(crate) fn run(sheet: &mut Sheet) {
    let largest = match std::env::var("KOALR_REPORTS_FINDINGS") {
        Ok(largest) => largest.parse().expect("it is a number of findings"),
        Err(_) if sheet.is_short() => 1_000,
        Err(_) => u64::MAX,
    };
    let sizes = [1_000, 10_000, 100_000, 1_000_000];
    let smallest = usize::from(largest >= sizes[1]);
    for size in sizes[smallest..].iter().filter(|size| **size <= largest) {
        let directory = tempfile::tempdir().unwrap();
        let data = DataDir::open(directory.path()).unwrap();
        let mut company = None;
        let stored = crate::sheet::timed(|| company = Some(Company::new(data, *size)));
        sheet
            .row("store all of it", Unit::Seconds, vec![stored])
            .size(*size);
        measure(directory.path(), company.unwrap(), *size, sheet);
    }
}

/// Adds the rows of each report.
fn measure(path: &Path, mut company: Company, size: u64, sheet: &mut Sheet) {
    let first = REPORTS.map(|(_, _, report)| report(&mut company.tenant));
    let file = path.join("tenants/acme.db");
    for ((name, news, report), counted) in REPORTS.iter().zip(first) {
        company = company.reopen();
        let opened = timed(&mut company, *report);
        let database = rusqlite::Connection::open(&file).unwrap();
        let (mut warm, mut floor) = (Vec::new(), Vec::new());
        for _ in 0..sheet.rounds(ROUNDS) {
            floor.push(crate::sheet::timed(|| count(&database)));
            warm.push(timed(&mut company, *report));
        }
        drop(database);
        let (after, what) = match news {
            News::Findings => {
                company.change(1_000);
                (timed(&mut company, *report), "a thousand findings changed")
            }
            News::Deployment => {
                company.deploy();
                (timed(&mut company, *report), "a deployment")
            }
        };
        let row = sheet.row(*name, Unit::Seconds, warm);
        row.size(size)
            .over("SQLite counts the findings", &floor)
            .at_most(50e-3)
            .note(format!(
                "counts {counted}; first after opening {:.1} ms",
                opened * 1e3
            ));
        let row = sheet.row(format!("{name}, after {what}"), Unit::Seconds, vec![after]);
        row.size(size);
    }
}

fn count(database: &rusqlite::Connection) -> i64 {
    let count = database.query_row("SELECT count(*) FROM findings", [], |row| row.get(0));
    count.unwrap()
}

/// How long a report takes, in seconds.
fn timed(company: &mut Company, report: fn(&mut Tenant) -> u32) -> f64 {
    crate::sheet::timed(|| assert!(report(&mut company.tenant) > 0, "it counts something"))
}

fn asked(scope: &Scope) -> InsightAsked<'_> {
    InsightAsked {
        scope,
        from: NOW - YEARS,
        as_of: NOW,
    }
}

fn page(tenant: &Tenant, list: &FindingList) -> u32 {
    let connection = tenant.connection("snyk").unwrap().unwrap();
    let slice = Slice {
        after: None,
        limit: 50,
    };
    let page = tenant.list_findings(&connection, list, &slice).unwrap();
    u32::try_from(page.len()).unwrap()
}

/// What changes before it is made again.
enum News {
    Findings,
    Deployment,
}

/// Its name, and how it is made: it gives the rows that it counts.
type Report = (&'static str, News, fn(&mut Tenant) -> u32);

const REPORTS: [Report; 8] = [
    ("dora", News::Deployment, |tenant| {
        let scope = Scope::default();
        let report = dora(tenant, &DoraSettings::default(), asked(&scope));
        report.unwrap().frequency.deployments
    }),
    ("dora of a former time", News::Deployment, |tenant| {
        let scope = Scope::default();
        let asked = InsightAsked {
            as_of: NOW - YEARS / 3,
            ..asked(&scope)
        };
        let report = dora(tenant, &DoraSettings::default(), asked);
        report.unwrap().frequency.deployments
    }),
    ("debt", News::Findings, |tenant| {
        let scope = Scope::default();
        let report = debt(tenant, "snyk", &DebtSettings::default(), asked(&scope));
        report.unwrap().debt.counted
    }),
    ("correlation", News::Deployment, |tenant| {
        let scope = Scope::default();
        let report = correlation(tenant, &CorrelationSettings::default(), asked(&scope));
        let observed = report.unwrap().observed;
        let table = observed.headline.table;
        let arms = [table.exposed().of, table.unexposed().of];
        assert!(arms.iter().all(|arm| *arm > 0), "it compares something");
        observed.deployments
    }),
    ("calibration", News::Deployment, |tenant| {
        let scope = Scope::default();
        let report = calibration(tenant, Bands::default(), asked(&scope));
        report.unwrap().observed.changes.of
    }),
    ("status of an integration", News::Findings, |tenant| {
        let status = status(tenant, "snyk").unwrap();
        u32::try_from(status.connection.issues).unwrap()
    }),
    ("first findings", News::Findings, |tenant| {
        page(tenant, &FindingList::default())
    }),
    (
        "critical findings of a repository",
        News::Findings,
        |tenant| {
            let list = FindingList {
                repository: Some("acme/repository-7".to_owned()),
                severity: Some(Severity::Critical),
                ..FindingList::default()
            };
            page(tenant, &list)
        },
    ),
];

const ROUNDS: usize = 15;
