//! Package URLs against the test suite of the specification.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use koalr_integration_kit::purl::purl;
use libtest_mimic::{Failed, Trial};
use serde::Deserialize;
use serde_json::Value;

use super::{absent, conclude};

/// One trial for each file of cases.
pub(crate) fn trials(folder: &Path) -> Vec<Trial> {
    let Ok(entries) = fs::read_dir(folder) else {
        return vec![absent("purl", folder)];
    };
    entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "json")
        })
        .map(|path| {
            let file = path.file_stem().unwrap_or_default().to_string_lossy();
            let suite = format!("purl::{file}");
            Trial::test(format!("reference::{suite}"), move || check(&suite, &path))
        })
        .collect()
}

#[derive(Deserialize)]
struct Case {
    test_type: String,
    /// Parts to build from, or a text to read.
    input: Value,
    #[serde(default)]
    expected_output: Value,
    #[serde(default)]
    expected_failure: bool,
}

#[derive(Deserialize)]
struct Parts {
    #[serde(rename = "type")]
    ecosystem: Option<String>,
    namespace: Option<String>,
    name: Option<String>,
    version: Option<String>,
}

/// What is to become of the parts of a package.
struct Expected {
    parts: Parts,
    /// None where there is to be an error.
    canonical: Option<String>,
}

fn check(suite: &str, path: &PathBuf) -> Result<(), Failed> {
    let cases: Vec<Case> = serde_json::from_str(&fs::read_to_string(path)?)?;
    // What is read is written again in the form that the round trip of the same text has, and that form as it is.
    let canonical: BTreeMap<&str, &str> = cases
        .iter()
        .filter_map(|case| {
            let written = case.expected_output.as_str()?;
            Some([
                (case.input.as_str().unwrap_or(written), written),
                (written, written),
            ])
        })
        .flatten()
        .collect();
    let mut ran = 0;
    let mut mismatches = Vec::new();
    let mut left_out: BTreeMap<&str, usize> = BTreeMap::new();
    for case in &cases {
        let Expected { parts, canonical } = match expected(case, &canonical)? {
            Ok(expected) => expected,
            Err(reason) => {
                *left_out.entry(reason).or_default() += 1;
                continue;
            }
        };
        ran += 1;
        let ecosystem = parts.ecosystem.unwrap_or_default();
        let name = own_name(&ecosystem, parts.namespace, parts.name.unwrap_or_default());
        let ours = purl(&ecosystem, &name, parts.version.as_deref()).ok();
        if ours != canonical {
            mismatches.push(format!(
                "`{name}` of `{ecosystem}`: {ours:?} here, {canonical:?} there"
            ));
        }
    }
    for (reason, count) in left_out {
        println!("{suite}: {count} left out: {reason}");
    }
    conclude(suite, ran, &mismatches)
}

/// What a case says about writing, or why it says nothing about it.
fn expected(
    case: &Case,
    canonical: &BTreeMap<&str, &str>,
) -> Result<Result<Expected, &'static str>, Failed> {
    let (parts, text) = match case.test_type.as_str() {
        "build" => (&case.input, case.expected_output.as_str()),
        "parse" if case.expected_failure => return Ok(Err("a text to refuse; here nothing reads")),
        "parse" => {
            let text = case.input.as_str().unwrap_or_default();
            let Some(canonical) = canonical.get(text) else {
                return Ok(Err("read, and nowhere written again"));
            };
            (&case.expected_output, Some(*canonical))
        }
        _ => {
            return Ok(Err(
                "a text to write again; its parts are those of another case",
            ));
        }
    };
    let parts: Parts = serde_json::from_value(parts.clone())?;
    let ecosystem = parts.ecosystem.as_deref().unwrap_or_default();
    if !ecosystem.is_empty() && !ECOSYSTEMS.contains(&ecosystem.to_ascii_lowercase().as_str()) {
        return Ok(Err("of an ecosystem that is not looked up"));
    }
    if case.expected_failure && !case.input["qualifiers"].is_null() {
        return Ok(Err("to refuse for its qualifiers; here are none"));
    }
    // A lookup has neither qualifiers nor a path in the package.
    let canonical = text.and_then(|text| text.split(['?', '#']).next());
    let canonical = canonical.filter(|_| !case.expected_failure);
    Ok(Ok(Expected {
        canonical: canonical.map(str::to_owned),
        parts,
    }))
}

/// A package's name as its ecosystem writes it.
fn own_name(ecosystem: &str, namespace: Option<String>, name: String) -> String {
    let between = if ecosystem == "maven" { ':' } else { '/' };
    match namespace {
        Some(namespace) => format!("{namespace}{between}{name}"),
        None => name,
    }
}

/// Types of the packages that are looked up.
const ECOSYSTEMS: [&str; 13] = [
    "cargo",
    "cocoapods",
    "composer",
    "conan",
    "gem",
    "golang",
    "hex",
    "maven",
    "npm",
    "nuget",
    "pub",
    "pypi",
    "swift",
];
