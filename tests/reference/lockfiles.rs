//! Real changes of lock files: what moves, how far, and whose the vulnerabilities of published advisories are then.
//!
//! Lock files and advisories are read here and nowhere else: the product is handed a dependency list and the answers of an
//! upstream.

mod advisory;
mod made_up;
mod patch;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use koalr_integration_kit::attribution::attribute;
use koalr_integration_kit::model::assessment::{Attribution, Bump};
use koalr_integration_kit::model::common::{
    DependencyChange, ExploitMaturity, FindingClass, FixState, Reachability,
};
use koalr_integration_kit::model::evidence::{Evidence, FindingFact, Observation, Presence};
use koalr_integration_kit::module::Moves;
use koalr_integration_kit::version::compare;
use libtest_mimic::{Failed, Trial};

use self::advisory::{Advisory, advisories};
use self::patch::Patch;
pub(crate) use self::patch::Side;
use super::{absent, conclude};

/// One trial for each file of advisories that enumerates affected versions, and one for all patches.
pub(crate) fn trials(data: &Path) -> Vec<Trial> {
    let (patches, published) = (data.join("bumps/lockdiffs"), data.join("advisories"));
    let (Some(patches), Some(published)) = (files(&patches), files(&published)) else {
        return vec![absent("lockfiles", data)];
    };
    let mut trials: Vec<Trial> = published
        .iter()
        .cloned()
        .map(|path| {
            let file = path.file_stem().unwrap_or_default().to_string_lossy();
            let suite = format!("lockfiles::advisories::{file}");
            Trial::test(format!("reference::{suite}"), move || {
                check_ranges(&suite, &path)
            })
        })
        .collect();
    let all = published.clone();
    trials.push(Trial::test("reference::lockfiles::moves", move || {
        check_moves(&published)
    }));
    trials.push(Trial::test("reference::lockfiles::patches", move || {
        check_patches(&patches, &all)
    }));
    trials
}

pub(crate) fn files(folder: &Path) -> Option<Vec<PathBuf>> {
    let entries = fs::read_dir(folder).ok()?;
    let mut files: Vec<PathBuf> = entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.is_file())
        .collect();
    files.sort();
    Some(files)
}

/// Every version that an advisory lists is in its ranges, and what fixes a range is not in that range.
fn check_ranges(suite: &str, path: &Path) -> Result<(), Failed> {
    let mut cases = 0;
    let mut untold = Vec::new();
    let mut mismatches = Vec::new();
    for advisory in advisories(path)? {
        let listed = advisory.listed.iter().map(|version| (version, true));
        let fixes = advisory.fixes().map(|version| (version, false));
        for (version, expected) in listed.chain(fixes) {
            if expected && advisory.ranges.is_empty() {
                continue;
            }
            cases += 1;
            match advisory.in_ranges(version) {
                None => untold.push(version.clone()),
                Some(inside) if inside == expected => {}
                // Another range goes on where one ends.
                Some(true) if advisory.ranges.len() > 1 => {}
                Some(inside) => mismatches.push(format!(
                    "{} of {}: {version} is {}in its ranges here",
                    advisory.id,
                    advisory.package,
                    if inside { "" } else { "not " }
                )),
            }
        }
    }
    if let Some(version) = untold.first() {
        println!(
            "{suite}: {} not told, for example `{version}`",
            untold.len()
        );
    }
    conclude(suite, cases, &mismatches)
}

/// Advisories by ecosystem and package.
type Known = BTreeMap<(String, String), Vec<Advisory>>;

fn known(published: &[PathBuf]) -> Result<Known, Failed> {
    let mut known = Known::new();
    for path in published {
        for advisory in advisories(path)? {
            let key = (advisory.ecosystem.clone(), advisory.package.clone());
            // One advisory may name a package once for each of its ranges.
            let of_package: &mut Vec<Advisory> = known.entry(key).or_default();
            match of_package.iter_mut().find(|other| other.id == advisory.id) {
                Some(other) => other.merge(advisory),
                None => of_package.push(advisory),
            }
        }
    }
    Ok(known)
}

/// Moves among the versions that advisories name: into a range, out of it, and within.
fn check_moves(published: &[PathBuf]) -> Result<(), Failed> {
    let known = known(published)?;
    let (mut moves, mut facts) = (0, 0);
    let mut mismatches = Vec::new();
    for ((ecosystem, package), advisories) in &known {
        let edges = advisories
            .iter()
            .flat_map(|advisory| advisory.ranges.iter().flatten())
            .map(|(_, version)| version);
        let listed = advisories.iter().flat_map(|advisory| {
            let ends = [advisory.listed.first(), advisory.listed.last()];
            ends.into_iter().flatten()
        });
        let versions: BTreeSet<&String> = edges.chain(listed).collect();
        let side =
            |version: &String| Side::from([(package.clone(), BTreeSet::from([version.clone()]))]);
        for before in &versions {
            for after in versions.iter().filter(|after| *after != before) {
                let rows = rows(ecosystem, &side(before), &side(after));
                let (count, wrong) = check_attribution(ecosystem, rows, &known);
                moves += 1;
                facts += count;
                mismatches.extend(wrong);
            }
        }
    }
    println!("lockfiles::moves: {moves} moves, {facts} attributions");
    conclude("lockfiles::moves", facts, &mismatches)
}

/// Each patch as it is, and as its revert.
fn check_patches(patches: &[PathBuf], published: &[PathBuf]) -> Result<(), Failed> {
    let known = known(published)?;
    let mut mismatches = Vec::new();
    let (mut moves, mut facts, mut made) = (0, 0, 0);
    let mut several = 0;
    let mut asked = BTreeSet::new();
    for path in patches {
        let file = path.file_name().unwrap_or_default().to_string_lossy();
        let patch =
            Patch::read(&fs::read_to_string(path)?).map_err(|fault| format!("{file}: {fault}"))?;
        for reverted in [false, true] {
            let mut sides = [&patch.before, &patch.after];
            if reverted {
                sides.reverse();
            }
            let [from, to] = sides;
            let rows = rows(&patch.ecosystem, from, to);
            moves += rows.len();
            asked.extend(
                rows.iter()
                    .map(|row| (row.ecosystem.clone(), row.name.clone())),
            );
            let classes = classes(&patch, &rows);
            let expected = if reverted {
                Bump::Downgrade
            } else {
                Bump::Major
            };
            let beside = |class: &Bump| matches!(class, Bump::New | Bump::Removed);
            if !classes.contains(&expected) {
                if classes.iter().any(beside) {
                    several += 1;
                } else {
                    mismatches.push(format!(
                        "{file}{}: {} moves by {classes:?} here",
                        if reverted { ", reverted" } else { "" },
                        patch.package
                    ));
                }
            }
            let (count, wrong) = made_up::check(rows.clone());
            made += count;
            let (of_advisories, other) = check_attribution(&patch.ecosystem, rows, &known);
            facts += of_advisories;
            let wrong = wrong.into_iter().chain(other);
            mismatches.extend(wrong.map(|wrong| format!("{file}: {wrong}")));
        }
    }
    println!(
        "lockfiles::patches: {} patches, each with its revert: {moves} moves, {facts} attributions by advisories, {made} by made-up ones",
        patches.len()
    );
    let asked = asked
        .iter()
        .filter(|&package| known.contains_key(package))
        .count();
    println!(
        "lockfiles::patches: {asked} of the packages that move are named by an advisory{}",
        if facts == 0 {
            ", and none at a version that it affects"
        } else {
            ""
        }
    );
    if several > 0 {
        println!("lockfiles::patches: {several} where one version comes or goes beside another");
    }
    conclude("lockfiles::patches", moves + facts + made, &mismatches)
}

/// Classes of the moves of the package that a patch is named after; a lock file may hold several versions of it.
fn classes(patch: &Patch, rows: &[DependencyChange]) -> Vec<Bump> {
    let moves = Moves::of(rows);
    (0..rows.len())
        .filter(|index| rows[*index].name == patch.package)
        .map(|index| moves.bump(index))
        .collect()
}

/// The dependency list: of each name the versions that go and those that come, in their order.
pub(crate) fn rows(ecosystem: &str, before: &Side, after: &Side) -> Vec<DependencyChange> {
    let names: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    let mut rows = Vec::new();
    for name in names {
        let only = |side: &Side, other: &Side| {
            let empty = BTreeSet::new();
            let other = other.get(name).unwrap_or(&empty);
            let side = side.get(name).unwrap_or(&empty);
            let mut versions: Vec<String> = side.difference(other).cloned().collect();
            versions.sort_by(|a, b| compare(ecosystem, a, b).unwrap_or_else(|| a.cmp(b)));
            versions
        };
        let (gone, come) = (only(before, after), only(after, before));
        for index in 0..gone.len().max(come.len()) {
            rows.push(DependencyChange {
                ecosystem: ecosystem.to_owned(),
                name: name.clone(),
                before: gone.get(index).cloned(),
                after: come.get(index).cloned(),
                direct: None,
                manifest: None,
            });
        }
    }
    rows
}

/// Hands over what an upstream would say of each version, and holds the attributions against the advisories' ranges.
fn check_attribution(
    ecosystem: &str,
    rows: Vec<DependencyChange>,
    known: &Known,
) -> (usize, Vec<String>) {
    let mut findings = Vec::new();
    let mut truth = Vec::new();
    for (index, row) in (0..).zip(&rows) {
        let key = (ecosystem.to_owned(), row.name.clone());
        for advisory in known.get(&key).into_iter().flatten() {
            let has = |version: &Option<String>| {
                version
                    .as_deref()
                    .is_some_and(|version| advisory.affects(version) == Some(true))
            };
            let side = |version: fn(&DependencyChange) -> &Option<String>| {
                rows.iter()
                    .filter(|other| other.name == row.name)
                    .any(|other| has(version(other)))
            };
            let whose = match (side(|row| &row.before), side(|row| &row.after)) {
                (true, true) => Attribution::Carried,
                (false, true) => Attribution::Introduced,
                (true, false) => Attribution::Removed,
                (false, false) => continue,
            };
            for (version, in_head) in [(&row.before, false), (&row.after, true)] {
                if let Some(version) = version.as_ref().filter(|_| has(version)) {
                    findings.push(fact(&advisory.id, (&row.name, version), index, in_head));
                    truth.push(whose);
                }
            }
        }
    }
    held(rows, findings, &truth)
}

/// Attributes the findings, and holds what comes out against the truth.
fn held(
    rows: Vec<DependencyChange>,
    findings: Vec<FindingFact>,
    truth: &[Attribution],
) -> (usize, Vec<String>) {
    let evidence = Evidence {
        observation: Observation::Observed,
        dependencies: Some(rows),
        findings,
        aliases: Vec::new(),
        licenses: Vec::new(),
        fix_candidates: Vec::new(),
        debt: Vec::new(),
        measurements: Vec::new(),
        coverage: Vec::new(),
        extra: Vec::new(),
    };
    let ours = attribute(&evidence);
    let wrong = ours
        .iter()
        .zip(truth)
        .zip(&evidence.findings)
        .filter(|((ours, truth), _)| ours.attribution != **truth)
        .map(|((ours, truth), fact)| {
            format!(
                "{} in {} {}: {:?} here, {truth:?} by the versions",
                fact.vulnerability, fact.package, fact.version, ours.attribution
            )
        });
    (truth.len(), wrong.collect())
}

fn fact(
    vulnerability: &str,
    (package, version): (&str, &str),
    dependency: u32,
    in_head: bool,
) -> FindingFact {
    let seen = |there| {
        if there {
            Presence::Present
        } else {
            Presence::Absent
        }
    };
    FindingFact {
        vulnerability: vulnerability.to_owned(),
        package: package.to_owned(),
        version: version.to_owned(),
        class: FindingClass::PackageVulnerability,
        severity: None,
        cvss_selected: None,
        cvss_highest: None,
        head: seen(in_head),
        base: seen(!in_head),
        dependency: Some(dependency),
        seen_before: false,
        disclosed_at: None,
        exploit: ExploitMaturity::Unknown,
        reachability: Reachability::Unknown,
        fix: FixState::Unknown,
        ignored: false,
    }
}
