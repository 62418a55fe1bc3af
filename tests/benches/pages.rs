//! What pages cost over what is stored: the first one after a start, warm, and after something changed; beside the style,
//! which the same server sends without asking anything, and how much there is to send. After something changed, the first
//! figure is how long the answer takes, and the second until it holds what changed.
//!
//! `KOALR_PAGES_FINDINGS` bounds the largest tenant: 10000 takes seconds. With `-- pages --browser`, Chromium and
//! chromedriver on the path tell when they first paint.

mod browser;
mod visit;

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use koalr_host::jobs::{InsightAsked, debt, invite};
use koalr_host::queue::WallClock;
use koalr_host::serve::{ServeSettings, Server};
use koalr_host::web::Limits;
use koalr_host::{Host, HostSettings};
use koalr_platform::debt::DebtSettings;
use koalr_platform::ledger::Scope;
use koalr_store::DataDir;
use tokio::runtime::Runtime;

use crate::reports::company::{Company, NOW};
use crate::sheet::{Sheet, Unit, seconds, timed};
use visit::Visit;

pub(crate) fn run(sheet: &mut Sheet) {
    let largest = match std::env::var("KOALR_PAGES_FINDINGS") {
        Ok(largest) => largest.parse().expect("it is a number of findings"),
        Err(_) if sheet.is_short() => 1_000,
        Err(_) => u64::MAX,
    };
    let sizes = [1_000, 10_000, 1_000_000];
    let smallest = usize::from(largest >= sizes[1]);
    for size in sizes[smallest..].iter().filter(|size| **size <= largest) {
        let directory = tempfile::tempdir().unwrap();
        let mut company = Company::new(DataDir::open(directory.path()).unwrap(), *size).reopen();
        // As a sync does at its end.
        let asked = InsightAsked {
            scope: &Scope::default(),
            from: NOW - 1,
            as_of: NOW,
        };
        debt(&mut company.tenant, "snyk", &DebtSettings::default(), asked).unwrap();
        measure(directory.path(), company, *size, sheet);
    }
}

/// Adds the rows of each page.
fn measure(path: &Path, mut company: Company, size: u64, sheet: &mut Sheet) {
    let first: Vec<Duration> = PAGES
        .iter()
        .map(|(_, page)| {
            let served = Served::start(path);
            let visit = served.visit(&mut company);
            let (_, took) = visit.get(page);
            served.stop();
            took
        })
        .collect();
    let served = Served::start(path);
    let visit = served.visit(&mut company);
    let (shown, _) = visit.get("/dashboard");
    if std::env::args().any(|argument| argument == "--browser") {
        let address = format!("http://{}", served.server.address());
        let painted = browser::first_paints(&address, &visit.cookie, PAINTS);
        let painted = painted.iter().map(|millis| millis / 1e3).collect();
        sheet
            .row("dashboard, first contentful paint", Unit::Seconds, painted)
            .size(size);
    }
    let style = asset(&shown, "css");
    for ((name, page), first) in PAGES.iter().zip(first) {
        let bytes = visit.get(page).0.len();
        let (mut warm, mut floor, began) = (Vec::new(), Vec::new(), Instant::now());
        for _ in 0..sheet.rounds(ROUNDS) {
            floor.push(visit.get(&style).1);
            warm.push(visit.get(page).1);
            if began.elapsed() > MOST {
                break;
            }
        }
        let [one, thousand] = [1, 1_000].map(|findings| {
            company.change(findings);
            company.deploy();
            timed(|| {
                // Where much is to be counted, it says so until that is done.
                while visit.get(page).0.contains("being counted") {
                    std::thread::sleep(Duration::from_millis(20));
                }
            })
        });
        let row = sheet.row(*name, Unit::Seconds, seconds(&warm));
        row.size(size)
            .over("style sheet", &seconds(&floor))
            .at_most(50e-3);
        row.note(format!(
            "{bytes} bytes; first after a start {:.1} ms; with what changed after {:.1} ms if it is one finding, after {:.1} ms if a thousand",
            first.as_secs_f64() * 1e3, one * 1e3, thousand * 1e3
        ));
    }
    served.stop();
}

/// A server on a company's data, as after a start.
struct Served {
    runtime: Runtime,
    server: Server,
}

impl Served {
    fn start(path: &Path) -> Self {
        let runtime = crate::runtime();
        let server = runtime.block_on(async {
            let host = Host::open(HostSettings::default()).await.unwrap();
            let settings = ServeSettings {
                limits: Limits {
                    requests_per_minute: u32::MAX,
                    burst: u32::MAX,
                    ..Limits::default()
                },
                ..ServeSettings::on_loopback(Arc::new(WallClock(|| NOW))).unwrap()
            };
            let data = DataDir::open(path).unwrap();
            Server::start(host, data, settings).await.unwrap()
        });
        Self { runtime, server }
    }

    /// Somebody who is signed in, and has a connection that is open.
    fn visit(&self, company: &mut Company) -> Visit {
        let link = invite(&company.data, &mut company.tenant, "ada", NOW).unwrap();
        Visit::begin(self.server.address(), link.reveal())
    }

    fn stop(self) {
        self.runtime.block_on(self.server.stop());
    }
}

/// Where a page says that its style or script is.
fn asset(page: &str, ending: &str) -> String {
    let ending = format!(".{ending}\"");
    let (before, _) = page.split_once(&ending).expect("a page names it");
    let (_, path) = before.rsplit_once('"').expect("a page names it");
    format!("{path}{}", ending.trim_end_matches('"'))
}

const PAGES: [(&str, &str); 12] = [
    ("dashboard", "/dashboard"),
    ("dashboard of a year", "/dashboard?days=365"),
    (
        "dashboard of a repository",
        "/dashboard?repository=acme/repository-7",
    ),
    ("dashboard of a service", "/dashboard?service=service-7"),
    (
        "deployments of the dashboard",
        "/dashboard/rows/deployments",
    ),
    ("incidents of the dashboard", "/dashboard/rows/incidents"),
    ("findings", "/findings"),
    (
        "critical findings of a repository",
        "/findings?severity=critical&repository=acme/repository-7",
    ),
    ("changes", "/changes"),
    ("correlation", "/correlation"),
    ("policy", "/policy"),
    ("settings", "/settings/integrations"),
];

const ROUNDS: usize = 25;
/// Rounds of a page that is slow end early.
const MOST: Duration = Duration::from_secs(5);
const PAINTS: usize = 9;
