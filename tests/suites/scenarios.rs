//! Every folder of `tests/scenarios`, played with the real component in its sandbox. Each is a test of its own.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::{Arc, Mutex, PoisonError};

use koalr_tests::scenario::{Scenario, Stage, discover};
use koalr_tests::workspace;
use libtest_mimic::{Arguments, Failed, Trial};
use tokio::runtime::Runtime;
use tokio::sync::OnceCell;

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let folders = discover(&workspace::root().join("tests/scenarios"))
        .unwrap_or_else(|error| panic!("{error}"));
    let table = Arc::new(Table::default());
    let trials = folders.into_iter().map(|folder| trial(folder, &table));
    let conclusion = libtest_mimic::run(&arguments, trials.collect());
    if !arguments.list {
        table.print();
    }
    conclusion.exit_code()
}

fn trial(folder: PathBuf, table: &Arc<Table>) -> Trial {
    let name = folder.file_name().unwrap_or_default().to_string_lossy();
    let name = format!("scenario::{name}");
    let table = Arc::clone(table);
    Trial::test(name, move || {
        Runtime::new()?.block_on(check(&folder, &table))
    })
}

async fn check(folder: &Path, table: &Table) -> Result<(), Failed> {
    // The first to come compiles the component, and the others wait for it.
    static STAGE: OnceCell<Stage> = OnceCell::const_new();
    let artifacts = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("artifacts");
    let stage = STAGE.get_or_try_init(|| Stage::build(artifacts)).await?;
    let played = match Scenario::load(folder) {
        Ok(scenario) => scenario.play(stage).await,
        Err(error) => Err(error),
    };
    let (judgements, mismatches) = match played {
        Ok(played) => (played.judgements, played.mismatches),
        Err(error) => (0, vec![error]),
    };
    table.add(judgements, mismatches.len());
    if mismatches.is_empty() {
        return Ok(());
    }
    Err(format!("\n  {}", mismatches.join("\n  ")).into())
}

/// What ran.
#[derive(Default)]
struct Table(Mutex<[usize; 3]>);

impl Table {
    fn add(&self, judgements: usize, mismatches: usize) {
        let mut sums = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for (sum, more) in sums.iter_mut().zip([1, judgements, mismatches]) {
            *sum += more;
        }
    }

    fn print(&self) {
        let sums = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let [scenarios, judgements, mismatches] = *sums;
        println!(
            "scenarios   {scenarios:>5}\njudgements  {judgements:>5}\nmismatches  {mismatches:>5}"
        );
    }
}
