//! Orders of versions against tables that the ecosystems' own tools made.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use koalr_integration_kit::version::compare;
use libtest_mimic::{Failed, Trial};

use super::{absent, conclude};

/// One trial for each table; those of ecosystems without an order here are shown as ignored.
pub(crate) fn trials(folder: &Path) -> Vec<Trial> {
    let Ok(entries) = fs::read_dir(folder) else {
        return vec![absent("versions", folder)];
    };
    entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.extension().is_some_and(|extension| extension == "tsv"))
        .map(|path| {
            let table = path.file_stem().unwrap_or_default().to_string_lossy();
            let suite = format!("versions::{table}");
            // The specification has no ecosystem of its own.
            let ecosystem = if table == "semver" { "cargo" } else { &table }.to_owned();
            let ordered = compare(&ecosystem, "1.0.0", "1.0.0").is_some();
            Trial::test(format!("reference::{suite}"), move || {
                check(&suite, &ecosystem, &path)
            })
            .with_ignored_flag(!ordered)
        })
        .collect()
}

fn check(suite: &str, ecosystem: &str, path: &PathBuf) -> Result<(), Failed> {
    let text = fs::read_to_string(path)?;
    let mut cases = 0;
    let mut mismatches = Vec::new();
    let mut left_out: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        let [a, operator, b, source] = *line.split('\t').collect::<Vec<_>>() else {
            return Err(format!("not a case: `{line}`").into());
        };
        let holds = operator_holds(operator).ok_or_else(|| format!("unknown `{operator}`"))?;
        cases += 1;
        match compare(ecosystem, a, b) {
            None => left_out.entry("not told").or_default().push(line),
            Some(order) if holds(order) => {}
            Some(order) => match exception(ecosystem, source, [a, b]) {
                Some(reason) => left_out.entry(reason).or_default().push(line),
                None => mismatches.push(format!("{line}: {order:?} here")),
            },
        }
    }
    for (reason, lines) in left_out {
        println!(
            "{suite}: {} {reason}, for example `{}`",
            lines.len(),
            lines[0]
        );
    }
    conclude(suite, cases, &mismatches)
}

fn operator_holds(operator: &str) -> Option<fn(Ordering) -> bool> {
    Some(match operator {
        "<" => Ordering::is_lt,
        "<=" => Ordering::is_le,
        "=" => Ordering::is_eq,
        "!=" => Ordering::is_ne,
        ">=" => Ordering::is_ge,
        ">" => Ordering::is_gt,
        _ => return None,
    })
}

/// Why a mismatch is none.
fn exception(ecosystem: &str, source: &str, versions: [&str; 2]) -> Option<&'static str> {
    // Composer fills up and folds a version before it compares; PHP's `version_compare` takes it as it is written.
    let as_php_writes = |version: &str| {
        let words = version.split(|c: char| !c.is_ascii_alphabetic());
        let mut words = words.filter(|word| !matches!(*word, "" | "v" | "V"));
        words.all(|word| PHP_STABILITIES.contains(&word))
    };
    let numbers = |version: &str| {
        let release = version.trim_start_matches(['v', 'V']);
        let end = release.find(|c: char| !c.is_ascii_digit() && c != '.');
        release[..end.unwrap_or(release.len())]
            .split('.')
            .filter(|number| !number.is_empty())
            .count()
    };
    let [a, b] = versions;
    let one_form = as_php_writes(a) && as_php_writes(b) && numbers(a) == numbers(b);
    (ecosystem == "composer" && source.starts_with("scalibr") && !one_form)
        .then_some("ordered by PHP's `version_compare` as Composer would never hand them to it")
}

/// Words with a place in the order of PHP's `version_compare`.
const PHP_STABILITIES: [&str; 9] = ["dev", "alpha", "a", "beta", "b", "RC", "rc", "pl", "p"];
