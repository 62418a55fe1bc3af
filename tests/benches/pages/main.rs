//! What pages cost over what is stored: the first one after a start, warm, and after something changed; beside the style,
//! which the same server sends without asking anything, and how much there is to send. After something changed, the first
//! figure is how long the answer takes, and the second until it holds what changed.
//!
//! Run by `cargo bench -p koalr-tests --bench pages`. `KOALR_PAGES_FINDINGS` bounds the largest tenant: 10000 takes seconds.
//! With `-- --browser`, Chromium and chromedriver on the path tell when they first paint.

mod browser;
#[path = "../reports/company.rs"]
mod company;
mod visit;

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use company::{Company, NOW};
use koalr_host::jobs::{InsightAsked, debt, invite};
use koalr_host::queue::WallClock;
use koalr_host::serve::{ServeSettings, Server};
use koalr_host::web::Limits;
use koalr_host::{Host, HostSettings};
use koalr_platform::debt::DebtSettings;
use koalr_platform::ledger::Scope;
use koalr_store::DataDir;
use tokio::runtime::Runtime;

use visit::Visit;

fn main() {
    // `cargo test --benches` passes no such flag: then one small round proves that the bench still runs.
    let has = |flag: &str| std::env::args().any(|argument| argument == flag);
    let is_bench = has("--bench");
    let largest = match std::env::var("KOALR_PAGES_FINDINGS") {
        Ok(largest) => largest.parse().expect("it is a number of findings"),
        Err(_) if is_bench => u64::MAX,
        Err(_) => 1_000,
    };
    let sizes = [1_000, 10_000, 1_000_000];
    let smallest = usize::from(largest >= sizes[1]);
    for size in sizes[smallest..].iter().filter(|size| **size <= largest) {
        let directory = tempfile::tempdir().unwrap();
        let began = Instant::now();
        let mut company = Company::new(DataDir::open(directory.path()).unwrap(), *size).reopen();
        // As a sync does at its end.
        let asked = InsightAsked {
            scope: &Scope::default(),
            from: NOW - 1,
            as_of: NOW,
        };
        debt(&mut company.tenant, "snyk", &DebtSettings::default(), asked).unwrap();
        println!(
            "{size} findings, stored in {:.1} s",
            began.elapsed().as_secs_f64()
        );
        let rounds = if is_bench { ROUNDS } else { 1 };
        measure(directory.path(), company, rounds, has("--browser"));
    }
}

/// Prints a row for each page.
fn measure(path: &Path, mut company: Company, rounds: usize, is_painted: bool) {
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
    let [style, script] = ["css", "js"].map(|ending| visit.get(&asset(&shown, ending)).0.len());
    println!("style {style} bytes, script {script} bytes");
    if is_painted {
        let address = format!("http://{}", served.server.address());
        let painted = browser::first_paints(&address, &visit.cookie, PAINTS);
        println!("first contentful paint of /dashboard in ms: {painted:?}");
    }
    println!(
        "{:<44} {:>8} {:>9} {:>9} {:>9} {:>7} {:>16} {:>16}",
        "page",
        "bytes",
        "first ms",
        "median ms",
        "p95 ms",
        "x floor",
        "after 1 ms",
        "after 1000 ms"
    );
    let style = asset(&shown, "css");
    let mut floor = Vec::new();
    for ((name, page), first) in [("(the style: the floor)", &*style)]
        .into_iter()
        .chain(PAGES)
        .zip([Duration::ZERO].into_iter().chain(first))
    {
        let bytes = visit.get(page).0.len();
        let (mut warm, began) = (Vec::new(), Instant::now());
        for _ in 0..rounds {
            floor.push(visit.get(&style).1);
            warm.push(visit.get(page).1);
            if began.elapsed() > MOST {
                break;
            }
        }
        let mut after = |findings| {
            // What changed would be counted while the next page is measured.
            if page == style {
                return String::new();
            }
            company.change(findings);
            company.deploy();
            let began = Instant::now();
            let (mut shown, answered) = visit.get(page);
            // Where much is to be counted, it says so until that is done.
            while shown.contains("being counted") {
                std::thread::sleep(Duration::from_millis(20));
                shown = visit.get(page).0;
            }
            let counted = began.elapsed();
            format!("{:.1} / {:.0}", millis(answered), millis(counted))
        };
        let [one, thousand] = [1, 1_000].map(&mut after);
        println!(
            "{name:<44} {bytes:>8} {:>9.1} {:>9.2} {:>9.2} {:>7.1} {one:>16} {thousand:>16}",
            millis(first),
            millis(at(&mut warm, 50)),
            millis(at(&mut warm, 95)),
            millis(at(&mut warm, 50)) / millis(at(&mut floor, 50)),
        );
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
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .enable_all()
            .event_interval(1)
            .build()
            .unwrap();
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

fn at(times: &mut [Duration], percent: usize) -> Duration {
    times.sort_unstable();
    times[(times.len() * percent).div_ceil(100).max(1) - 1]
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
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
