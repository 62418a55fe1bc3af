//! Bump classes against Dependabot's own update types.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use koalr_integration_kit::bump::bump;
use koalr_integration_kit::model::assessment::Bump;
use libtest_mimic::{Failed, Trial};

use super::{absent, conclude};

/// One trial for each table of updates.
pub(crate) fn trials(folder: &Path) -> Vec<Trial> {
    let Ok(entries) = fs::read_dir(folder) else {
        return vec![absent("bumps", folder)];
    };
    entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.extension().is_some_and(|extension| extension == "tsv"))
        .map(|path| {
            let table = path.file_stem().unwrap_or_default().to_string_lossy();
            let suite = format!("bumps::{table}");
            Trial::test(format!("reference::{suite}"), move || check(&suite, &path))
        })
        .collect()
}

struct Update<'a> {
    line: &'a str,
    ecosystem: &'a str,
    name: &'a str,
    from: &'a str,
    to: &'a str,
    /// Dependabot's update type.
    distance: &'a str,
    repository: &'a str,
    commit: &'a str,
}

fn check(suite: &str, path: &PathBuf) -> Result<(), Failed> {
    let text = fs::read_to_string(path)?;
    let updates = text
        .lines()
        .filter(|line| !line.starts_with('#'))
        .map(|line| update(line).ok_or_else(|| format!("not a case: `{line}`")))
        .collect::<Result<Vec<_>, _>>()?;
    let mut mismatches = Vec::new();
    let mut left_out: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for update in &updates {
        let class = bump(update.ecosystem, Some(update.from), Some(update.to));
        if is_type(class, update) {
            continue;
        }
        match exception(class, update, &updates) {
            Some(reason) => left_out.entry(reason).or_default().push(update.line),
            None => mismatches.push(format!("{}: {class:?} here", update.line)),
        }
    }
    for (reason, lines) in left_out {
        println!(
            "{suite}: {} {reason}, for example `{}`",
            lines.len(),
            lines[0]
        );
    }
    conclude(suite, updates.len(), &mismatches)
}

fn update(line: &str) -> Option<Update<'_>> {
    let [
        ecosystem,
        name,
        from,
        to,
        _,
        distance,
        repository,
        commit,
        ..,
    ] = *line.split('\t').collect::<Vec<_>>()
    else {
        return None;
    };
    Some(Update {
        line,
        ecosystem,
        name,
        from,
        to,
        distance,
        repository,
        commit,
    })
}

/// Whether a class is what Dependabot says. It calls the step of a second number behind a zero minor too.
fn is_type(class: Bump, update: &Update<'_>) -> bool {
    let zero = ["0.", "v0."]
        .iter()
        .any(|zero| update.from.starts_with(zero));
    match update.distance {
        "semver-major" => class == Bump::Major,
        "semver-minor" if zero => class == Bump::ZeroMinor,
        "semver-minor" => class == Bump::Minor,
        "semver-patch" => class == Bump::Patch,
        _ => false,
    }
}

/// Why a mismatch is none.
fn exception(class: Bump, update: &Update<'_>, updates: &[Update<'_>]) -> Option<&'static str> {
    let is_hash = |version: &str| {
        version.len() >= SHORT_HASH && version.bytes().all(|byte| byte.is_ascii_hexdigit())
    };
    if is_hash(update.from) && is_hash(update.to) {
        return matches!(class, Bump::Unknown | Bump::Unchanged)
            .then_some("between commits, which have no class here and are patches there");
    }
    if class == Bump::Downgrade && leading(update.from) > leading(update.to) {
        return Some("steps back, which are a class of their own here");
    }
    // A commit that moves a package twice names one of its steps, and its message another.
    let step = |other: &&Update<'_>| {
        other.line != update.line
            && (other.repository, other.name) == (update.repository, update.name)
            && other.distance == update.distance
            && (other.commit == update.commit || other.from == update.from || other.to == update.to)
    };
    updates
        .iter()
        .any(|other| step(&other))
        .then_some("in commits of two steps, named after one of them")
}

/// The numbers a version begins with.
fn leading(version: &str) -> Vec<u64> {
    version
        .trim_start_matches('v')
        .split(|c: char| !c.is_ascii_digit())
        .map_while(|number| number.parse().ok())
        .collect()
}

/// Length of git's usual short hash.
const SHORT_HASH: usize = 7;
