//! Suites on data that others made: published scores, oracles' answers, recorded upstream answers.
//!
//! The data is not part of the project. `KOALR_REFERENCE_DATA` names its folder, by default `../shared` beside the
//! workspace. Files and cases are discovered, never listed here. Where the data is absent its suites are shown as
//! ignored, never as passed. `cargo test --release -p koalr-tests reference` runs them and nothing else.

mod before_after;
mod bumps;
mod cvss;
mod lockfiles;
mod model;
mod purl;
mod snyk_answers;
mod statistics;
mod survival;
mod versions;

use std::env;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use koalr_tests::workspace;
use libtest_mimic::{Arguments, Failed, Trial};

fn main() -> ExitCode {
    let data = data();
    let mut trials = Vec::new();
    trials.extend(cvss::trials(&data.join("scoring/data/cvss")));
    trials.extend(model::trials(&data.join("scoring/data")));
    trials.extend(statistics::trials(&data.join("scoring/data")));
    trials.extend(versions::trials(&data.join("scoring/data/versions")));
    trials.extend(purl::trials(&data.join("scoring/data/purl")));
    trials.extend(bumps::trials(&data.join("scoring/data/bumps")));
    trials.extend(lockfiles::trials(&data.join("scoring/data")));
    trials.extend(before_after::trials(&data.join("scoring/data/snyk")));
    trials.extend(survival::trials(&data.join("scoring/data")));
    trials.extend(snyk_answers::trials(&data.join("snyk-api/fixtures")));
    libtest_mimic::run(&Arguments::from_args(), trials).exit_code()
}

fn data() -> PathBuf {
    env::var_os("KOALR_REFERENCE_DATA")
        .map_or_else(|| workspace::root().join("../shared"), PathBuf::from)
}

/// A suite whose data is not there.
fn absent(suite: &str, path: &Path) -> Trial {
    let sentence = format!(
        "no data at `{}`; `KOALR_REFERENCE_DATA` names its folder",
        path.display()
    );
    Trial::test(format!("reference::{suite}"), move || Err(sentence.into())).with_ignored_flag(true)
}

/// Says how many cases ran and how many mismatched, and fails with the first of these.
fn conclude(suite: &str, cases: usize, mismatches: &[String]) -> Result<(), Failed> {
    println!("{suite}: {cases} cases, {} mismatched", mismatches.len());
    if cases == 0 {
        return Err("the file holds no case".into());
    }
    if mismatches.is_empty() {
        return Ok(());
    }
    let shown = &mismatches[..mismatches.len().min(SHOWN)];
    Err(format!(
        "{} of {cases}, first:\n  {}",
        mismatches.len(),
        shown.join("\n  ")
    )
    .into())
}

/// Mismatches printed of one suite.
const SHOWN: usize = 10;
