//! What everything costs, side by side: one command, one table.
//!
//! `cargo bench -p koalr-tests` runs every bench and prints the table; `cargo bench -p koalr-tests -- calls sync` runs
//! some. Each bench is a process of its own, so that its memory and its threads are its own, and a failed one loses no
//! other. `cargo test -p koalr-tests --benches` runs one small round of each, which proves that it still runs.

mod attacks;
mod calls;
mod faults;
mod load;
mod pages;
mod parse;
mod procfs;
mod push;
mod reports;
mod shadow;
mod sheet;
mod size;
mod soak;
mod storage;
mod stored;
mod swap;
mod sync;
mod tenants;

use std::process::{Command, ExitCode};
use std::time::{SystemTime, UNIX_EPOCH};

use sheet::{Row, Sheet, table};

/// A bench: its name, and what it does.
type Bench = (&'static str, fn(&mut Sheet));

const BENCHES: &[Bench] = &[
    ("calls", calls::run),
    ("parse", parse::run),
    ("sync", sync::run),
    ("storage", storage::run),
    ("faults", faults::run),
    ("reports", reports::run),
    ("pages", pages::run),
    ("load", load::run),
    ("tenants", tenants::run),
    ("push", push::run),
    ("shadow", shadow::run),
    ("swap", swap::run),
    ("attacks", attacks::run),
    ("size", size::run),
    ("soak", soak::run),
];

/// What this program is when a bench starts it again.
const ROLES: &[(&str, fn())] = &[
    ("koalr", sync::koalr),
    ("upstream", sync::upstream),
    ("floor", sync::floor),
    ("native", sync::native),
    ("sandboxed", sync::sandboxed),
];

fn main() -> ExitCode {
    if let Ok(role) = std::env::var(ROLE) {
        return play(&role);
    }
    let asked: Vec<String> = std::env::args()
        .skip(1)
        .filter(|argument| !argument.starts_with('-'))
        .collect();
    let names = || BENCHES.iter().map(|(name, _)| *name);
    if let Some(other) = asked
        .iter()
        .find(|asked| names().all(|name| name != **asked))
    {
        let names: Vec<_> = names().collect();
        eprintln!(
            "there is no bench `{other}`; there are {}",
            names.join(", ")
        );
        return ExitCode::FAILURE;
    }
    println!("{}\n", machine());
    let mut rows = Vec::new();
    let mut failed = Vec::new();
    for name in names().filter(|name| asked.is_empty() || asked.iter().any(|asked| asked == name)) {
        match measure(name) {
            Some(measured) => {
                println!("{}", table(&measured));
                rows.extend(measured);
            }
            None => failed.push(name),
        }
    }
    if asked.len() != 1 {
        println!("{}", table(&rows));
    }
    let missed = rows
        .iter()
        .filter(|row| row.is_met() == Some(false))
        .count();
    println!("{} rows, {missed} beyond their target", rows.len());
    for name in &failed {
        println!("`{name}` failed");
    }
    ExitCode::from(u8::from(!failed.is_empty()))
}

/// Runs a bench in a process of its own; none if it failed.
fn measure(name: &str) -> Option<Vec<Row>> {
    let directory = tempfile::tempdir().unwrap();
    let rows = directory.path().join("rows.json");
    let status = Command::new(std::env::current_exe().unwrap())
        .args(
            std::env::args()
                .skip(1)
                .filter(|argument| argument.starts_with('-')),
        )
        .env(ROLE, name)
        .env(ROWS, &rows)
        .status();
    if !status.unwrap().success() {
        return None;
    }
    let text = std::fs::read_to_string(rows).unwrap();
    Some(serde_json::from_str(&text).unwrap())
}

/// This program again, as a part of a bench.
fn role(name: &str) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    // Of a `koalr` the environment is configuration, and it refuses variables that it does not know.
    command.env_clear().env(ROLE, name);
    command
}

fn play(role: &str) -> ExitCode {
    if let Some((_, run)) = ROLES.iter().find(|(name, _)| *name == role) {
        run();
        return ExitCode::SUCCESS;
    }
    let (name, run) = BENCHES.iter().find(|(name, _)| *name == role).unwrap();
    let is_short = !std::env::args().any(|argument| argument == "--bench");
    let mut sheet = Sheet::new(name, is_short);
    run(&mut sheet);
    let rows = serde_json::to_string(&sheet.into_rows()).unwrap();
    std::fs::write(std::env::var_os(ROWS).unwrap(), rows).unwrap();
    ExitCode::SUCCESS
}

/// What the figures were measured on.
fn machine() -> String {
    let about = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = about
        .lines()
        .find_map(|line| line.strip_prefix("model name"));
    let model = model.map_or("unknown processor", |model| {
        model.trim_start_matches([' ', '\t', ':'])
    });
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    format!("{model}, {cores} cores, {}", std::env::consts::OS)
}

/// A runtime as the program's own.
fn runtime() -> tokio::runtime::Runtime {
    let mut builder = tokio::runtime::Builder::new_multi_thread();
    builder.enable_all().event_interval(1).build().unwrap()
}

/// The clock's time in milliseconds since 1970.
fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    i64::try_from(since.as_millis()).unwrap()
}

/// Environment variable that says which bench or which part of one this process is.
const ROLE: &str = "KOALR_BENCH_ROLE";
/// Environment variable with the file that a bench leaves its rows in.
const ROWS: &str = "KOALR_BENCH_ROWS";
