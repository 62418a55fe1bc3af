//! Minutes of everything at once: tenants that are synced from upstreams that misbehave, pull requests, deployments and
//! incidents that come twice or out of order, versions of the integration that take each other's place, and a server that
//! is killed and started again. Afterwards nothing is lost, nothing is there twice, and nothing leaks.
//!
//! `KOALR_SOAK_SECS` says how long; all chance comes from `KOALR_SOAK_SEED`. In the last third nobody is killed: there
//! the server's memory is watched. It leaks if from the second quarter of that time to the last one the middle of what it
//! had grew by more than [`GROWTH`] beyond what the tenants' files did, of which it holds the newest pages; in the first
//! quarter it fills its caches.

mod chaos;
mod check;
mod company;
mod server;
mod traffic;
mod wire;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use koalr_upstream::{Dice, Upstream};

use crate::sheet::{Sheet, Unit, quantile};
use crate::{now, runtime};
use chaos::Done;
use check::Found;
use company::Company;
use server::{Sample, Server};
use traffic::{Counts, Sender, Told};

/// How it is run.
struct Plan {
    tenants: usize,
    length: Duration,
    /// Milliseconds between two kills, at least and at most.
    kills: (u64, u64),
    seed: u64,
}

pub(crate) fn run(sheet: &mut Sheet) {
    let usual = |full, short| if sheet.is_short() { short } else { full };
    let plan = Plan {
        tenants: usize::try_from(number("KOALR_SOAK_TENANTS", usual(40, 4))).unwrap(),
        length: Duration::from_secs(number("KOALR_SOAK_SECS", usual(240, 4))),
        kills: if sheet.is_short() {
            (500, 1_500)
        } else {
            (3_000, 12_000)
        },
        seed: number("KOALR_SOAK_SEED", 7),
    };
    let directory = tempfile::tempdir().unwrap();
    let company = runtime().block_on(Company::found(directory.path(), plan.tenants));
    let server = Server::new(&company, &directory.path().join("log"));
    install(&server, directory.path());
    server.start();
    let began = Instant::now();
    let (told, done) = disturb(&plan, &company, &server);
    let took = began.elapsed();
    let since = now();
    if sheet.is_short() {
        // A start syncs everybody at once.
        server.kill();
        server.start();
    }
    let drained = drain(&company, &server, since);
    server.sample();
    let samples = server.samples_of_last_start();
    let ended_at = now();
    let code = server.end();
    let mut found = Found {
        ended_at,
        ..Found::default()
    };
    found.complaints.extend(done.complaints.iter().cloned());
    found.complaints.extend(drained.err());
    for (tenant, told) in company.tenants.iter().zip(&told) {
        check::look(&company, tenant, told, &mut found);
    }
    check::search(directory.path(), &mut found);
    if code != Some(0) {
        let complaint = format!("told to end, the server ended with {code:?}");
        found.complaints.push(complaint);
    }
    for complaint in &found.complaints {
        eprintln!("{complaint}");
    }
    let counts = traffic(&told);
    sheet
        .count("lost, doubled, left undone or told", found.complaints.len())
        .at_most(0.0)
        .note(format!(
            "{} tenants, {:.0} s, seed {}: {}",
            plan.tenants,
            took.as_secs_f64(),
            plan.seed,
            told_of(&told, counts)
        ));
    sheet
        .count("requests that were answered", counts.answered)
        .note(format!(
            "{} webhooks taken, {} of them known already; {} had no answer and were sent again; {} refused",
            counts.webhooks, counts.duplicates, counts.unanswered, counts.refused
        ));
    sheet.count("kills", done.kills).note(format!(
        "{} swaps, {} changes of issues upstream",
        done.swaps, done.changes
    ));
    let (spoiled, words) = upstreams(&company);
    sheet
        .count("answers that were spoiled", spoiled)
        .note(words);
    sheet.count("decisions", found.decisions).note(format!(
        "{} heads superseded before theirs; {} findings, {} audit entries",
        found.superseded, found.findings, found.audited
    ));
    sheet
        .count("jobs given up", found.dead.len())
        .note(reasons(&found));
    if !sheet.is_short() {
        memory(sheet, &samples);
    }
    assert!(
        !sheet.is_short() || found.complaints.is_empty(),
        "see above"
    );
}

/// Traffic and trouble at once.
fn disturb(plan: &Plan, company: &Company, server: &Server) -> (Vec<Told>, Done) {
    let (is_over, is_calm) = (AtomicBool::new(false), AtomicBool::new(false));
    let dice = |number: u64| Dice::new(plan.seed.wrapping_mul(1_000).wrapping_add(number));
    thread::scope(|scope| {
        let mut trouble = vec![
            scope.spawn(|| chaos::trouble_upstreams(company, &is_over, dice(1))),
            scope.spawn(|| chaos::swap_versions(server, &is_over, dice(2))),
            scope.spawn(|| chaos::kill(server, &is_calm, plan.kills, dice(3))),
        ];
        let share = company.tenants.len().div_ceil(SENDERS);
        let shares = company.tenants.chunks(share).zip(10..);
        let senders: Vec<_> = shares
            .map(|(tenants, number)| {
                let (mut dice, is_over) = (dice(number), &is_over);
                scope.spawn(move || send(company, server, tenants, is_over, &mut dice))
            })
            .collect();
        let began = Instant::now();
        while began.elapsed() < plan.length {
            if began.elapsed() > plan.length * 2 / 3 {
                is_calm.store(true, Ordering::Relaxed);
            }
            server.sample();
            thread::sleep(LOOK);
        }
        is_calm.store(true, Ordering::Relaxed);
        is_over.store(true, Ordering::Relaxed);
        let mut done = Done::default();
        for part in trouble.drain(..) {
            let part = part.join().unwrap();
            done.kills += part.kills;
            done.swaps += part.swaps;
            done.changes += part.changes;
            done.complaints.extend(part.complaints);
        }
        let told = senders
            .into_iter()
            .flat_map(|sender| sender.join().unwrap());
        (told.collect(), done)
    })
}

/// Sends about some tenants, one after the other.
fn send(
    company: &Company,
    server: &Server,
    tenants: &[company::Tenant],
    is_over: &AtomicBool,
    dice: &mut Dice,
) -> Vec<Told> {
    let mut senders: Vec<Sender<'_>> = tenants
        .iter()
        .map(|tenant| Sender {
            company,
            tenant,
            server,
            told: Told::default(),
        })
        .collect();
    while !is_over.load(Ordering::Relaxed) {
        let at = dice.place(senders.len());
        senders[at].go_on(dice);
        thread::sleep(Duration::from_millis(dice.below(2 * PAUSE_MS)));
    }
    senders.into_iter().map(|sender| sender.told).collect()
}

/// Waits until everything that was asked for is done, and all tenants are synced once more.
fn drain(company: &Company, server: &Server, since: i64) -> Result<(), String> {
    let began = Instant::now();
    for tenant in &company.tenants {
        let store = check::open(company, tenant);
        loop {
            let left = check::unfinished(&store, now());
            if left.is_empty() && check::is_synced_since(&store, since) {
                break;
            }
            if began.elapsed() > LONGEST_DRAIN {
                return Err(format!(
                    "{}: after {LONGEST_DRAIN:?} there is still to do: {left:?}",
                    tenant.name
                ));
            }
            server.sample();
            thread::sleep(LOOK);
        }
    }
    Ok(())
}

/// Puts a second version beside the one that serves.
fn install(server: &Server, directory: &std::path::Path) {
    let component = std::fs::read(koalr_host::component_path().unwrap()).unwrap();
    let other = directory.join("other.wasm");
    std::fs::write(&other, koalr_guests::with_version(&component, chaos::OTHER)).unwrap();
    let output = server
        .command(&["plugin", "install", other.to_str().unwrap()])
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

fn traffic(told: &[Told]) -> Counts {
    let mut all = Counts::default();
    for one in told {
        all.add(one.counts);
    }
    all
}

fn told_of(told: &[Told], counts: Counts) -> String {
    let sum = |count: fn(&Told) -> usize| told.iter().map(count).sum::<usize>();
    format!(
        "{} pull requests with {} heads, {} deployments, {} incidents in {} webhooks",
        sum(|one| one.changes.len()),
        sum(|one| one.changes.values().map(|change| change.heads.len()).sum()),
        sum(|one| one.deployments.len()),
        sum(|one| one.incidents.len()),
        counts.webhooks,
    )
}

/// How many answers were spoiled, and how many of each kind.
fn upstreams(company: &Company) -> (usize, String) {
    let snyk = company.tenants.iter().map(|tenant| &tenant.snyk);
    let served: usize = snyk.clone().map(Upstream::request_count).sum();
    let mut faults = company.github.faults_hit();
    for (name, count) in snyk.flat_map(Upstream::faults_hit) {
        *faults.entry(name).or_insert(0) += count;
    }
    let kinds = faults.iter().map(|(name, count)| format!("{name} {count}"));
    let kinds: Vec<String> = kinds.collect();
    let github = company.github.request_count();
    let words = format!(
        "of {served} by Snyk and {github} by GitHub: {}",
        kinds.join(", ")
    );
    (faults.values().sum(), words)
}

fn reasons(found: &Found) -> String {
    let mut reasons = BTreeMap::new();
    for reason in &found.dead {
        // Names aside.
        let words: Vec<&str> = reason.split('`').step_by(2).collect();
        *reasons.entry(words.join("…")).or_insert(0) += 1;
    }
    let reasons = reasons
        .iter()
        .map(|(reason, count)| format!("{count} × {reason}"));
    reasons.collect::<Vec<_>>().join("; ")
}

/// Rows about what the server had while nobody killed it.
fn memory(sheet: &mut Sheet, samples: &[Sample]) {
    let quarter = samples.len() / 4;
    let early = &samples[quarter..2 * quarter];
    let late = &samples[samples.len() - quarter..];
    let middle = |samples: &[Sample], of: fn(&Sample) -> f64| {
        let figures: Vec<f64> = samples.iter().map(of).collect();
        quantile(&figures, 50)
    };
    let bytes = [early, late].map(|samples| middle(samples, |one| one.bytes));
    let stored = [early, late].map(|samples| middle(samples, |one| one.stored));
    let grown = (bytes[1] - bytes[0]) - (stored[1] - stored[0]);
    let mib = |bytes: f64| bytes / f64::from(1 << 20);
    let row = sheet.row(
        "memory grown beyond the data, while nobody kills it",
        Unit::Bytes,
        vec![grown.max(0.0)],
    );
    row.at_most(GROWTH).note(format!(
        "{:.0} MiB when it began, {:.0} MiB in the second quarter of {:.0} s, {:.0} MiB in the last; \
         {:.0} MiB and {:.0} MiB were stored then: {:+.1} MiB a minute beyond that",
        mib(samples[0].bytes),
        mib(bytes[0]),
        samples[samples.len() - 1].age,
        mib(bytes[1]),
        mib(stored[0]),
        mib(stored[1]),
        mib(grown) * 60.0 / (late[0].age - early[0].age),
    ));
    let (before, after) = (middle(early, |one| one.open), middle(late, |one| one.open));
    let last = samples[samples.len() - 1];
    sheet
        .row("descriptors open in the end", Unit::Count, vec![last.open])
        .at_most(DESCRIPTORS)
        .note(format!(
            "{before:.0} in the second quarter, {after:.0} in the last; {} of removed files",
            last.removed
        ));
}

fn number(variable: &str, usual: u64) -> u64 {
    std::env::var(variable).map_or(usual, |text| text.parse().unwrap())
}

/// Threads that send.
const SENDERS: usize = 8;
/// What each waits between two things, on average, in milliseconds.
const PAUSE_MS: u64 = 250;
/// Between two looks at the server.
const LOOK: Duration = Duration::from_millis(250);
/// Waits of jobs that failed double from a second on.
const LONGEST_DRAIN: Duration = Duration::from_mins(2);
/// What memory may grow by, in bytes, beyond what is stored more.
const GROWTH: f64 = 8.0 * 1_048_576.0;
/// Of each tenant that is kept open three files, of as many requests upstream as jobs run, and some.
const DESCRIPTORS: f64 = 200.0;
