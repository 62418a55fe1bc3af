//! CVSS vectors with scores by others.
//!
//! A column of base scores is held against our wrapper. A column of full scores, with threat and environment, is held
//! against the crate under the wrapper, because the wrapper computes base scores alone.

use std::fs;
use std::path::{Path, PathBuf};

use koalr_integration_kit::cvss::base_score;
use libtest_mimic::{Failed, Trial};
use serde_json::Value;

use super::{absent, conclude};

/// One trial for each file of the folder.
pub(crate) fn trials(folder: &Path) -> Vec<Trial> {
    let Ok(entries) = fs::read_dir(folder) else {
        return vec![absent("cvss", folder)];
    };
    entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .map(|path| {
            let file = path.file_name().unwrap_or_default().to_string_lossy();
            let suite = format!("cvss::{file}");
            Trial::test(format!("reference::{suite}"), move || check(&suite, &path))
        })
        .collect()
}

/// What somebody says of a vector. Scores are in tenths.
enum Truth {
    Base(u16),
    Full(u16),
    Invalid,
}

struct Case {
    vector: String,
    truth: Truth,
}

fn check(suite: &str, path: &PathBuf) -> Result<(), Failed> {
    let text = fs::read_to_string(path)?;
    let cases = match path.extension().and_then(|extension| extension.to_str()) {
        Some("tsv") => table(&text)?,
        Some("jsonl") => worked_examples(&text)?,
        Some("hex") => enumeration(&text)?,
        Some("txt") => invalid(&text),
        _ => return Err("no reader for files of this kind".into()),
    };
    let mismatches: Vec<String> = cases.iter().filter_map(mismatch).collect();
    conclude(suite, cases.len(), &mismatches)
}

fn mismatch(case: &Case) -> Option<String> {
    let vector = &case.vector;
    let (ours, theirs) = match case.truth {
        Truth::Base(tenths) => (
            base_score(vector).map(|score| score.tenths).ok(),
            Some(tenths),
        ),
        Truth::Full(tenths) => (full_score(vector), Some(tenths)),
        Truth::Invalid => (base_score(vector).map(|score| score.tenths).ok(), None),
    };
    (ours != theirs).then(|| format!("{vector}: {ours:?} here, {theirs:?} there, in tenths"))
}

fn full_score(vector: &str) -> Option<u16> {
    let score = vector.parse::<cvss::Cvss>().ok()?.score();
    tenths(&format!("{score:.1}"))
}

/// Tab-separated, with a `#` before the header. A base score column counts; without one, the first score column.
fn table(text: &str) -> Result<Vec<Case>, Failed> {
    let mut lines = text.lines();
    let header = lines.next().and_then(|line| line.strip_prefix('#'));
    let names: Vec<&str> = header.ok_or("no header")?.split('\t').collect();
    let base = names
        .iter()
        .position(|name| matches!(*name, "base" | "baseScore" | "recomputed_base"));
    let full = names.iter().position(|name| name.starts_with("score"));
    let (column, truth): (usize, fn(u16) -> Truth) = match (base, full) {
        (Some(column), _) => (column, Truth::Base),
        (None, Some(column)) => (column, Truth::Full),
        (None, None) => return Err("the header names no score".into()),
    };
    let case = |line: &str| {
        let cells: Vec<&str> = line.split('\t').collect();
        let vector = (*cells.first()?).to_owned();
        let truth = truth(tenths(cells.get(column)?)?);
        Some(Case { vector, truth })
    };
    lines
        // Nobody scored these.
        .filter(|line| !matches!(line.split('\t').nth(column), None | Some("" | "-")))
        .map(|line| case(line).ok_or_else(|| format!("not a case: `{line}`").into()))
        .collect()
}

/// One JSON object a line, with `base`, or with `score` where only the base metrics are given.
fn worked_examples(text: &str) -> Result<Vec<Case>, Failed> {
    text.lines()
        .map(|line| {
            let example: Value = serde_json::from_str(line)?;
            let score = example.get("base").or_else(|| example.get("score"));
            let truth = score.and_then(|score| tenths(&score.to_string()));
            let vector = example.get("vector").and_then(Value::as_str);
            let (Some(vector), Some(truth)) = (vector, truth) else {
                return Err(format!("not a case: `{line}`").into());
            };
            Ok(Case {
                vector: vector.to_owned(),
                truth: Truth::Base(truth),
            })
        })
        .collect()
}

/// All base vectors of version 4.0 in the order that the comment gives, the last metric fastest, two hexadecimal digits
/// a score.
fn enumeration(text: &str) -> Result<Vec<Case>, Failed> {
    let (comment, digits) = text.split_once('\n').ok_or("no comment")?;
    let metrics = comment
        .split_whitespace()
        .filter_map(|word| word.split_once(':'))
        .filter(|(key, _)| key.chars().all(char::is_uppercase));
    let mut vectors = vec!["CVSS:4.0".to_owned()];
    for (key, values) in metrics.filter(|(key, _)| *key != "CVSS") {
        vectors = vectors
            .iter()
            .flat_map(|vector| {
                values
                    .chars()
                    .map(move |value| format!("{vector}/{key}:{value}"))
            })
            .collect();
    }
    let digits: Vec<u8> = digits.bytes().filter(u8::is_ascii_hexdigit).collect();
    if digits.len() != 2 * vectors.len() {
        return Err(format!("{} vectors, {} digits", vectors.len(), digits.len()).into());
    }
    vectors
        .into_iter()
        .zip(digits.chunks(2))
        .map(|(vector, pair)| {
            let truth = u16::from_str_radix(str::from_utf8(pair)?, 16)?;
            Ok(Case {
                vector,
                truth: Truth::Base(truth),
            })
        })
        .collect()
}

fn invalid(text: &str) -> Vec<Case> {
    text.lines()
        .map(|line| Case {
            vector: line.to_owned(),
            truth: Truth::Invalid,
        })
        .collect()
}

/// `9.8` as 98, without a float in between.
fn tenths(text: &str) -> Option<u16> {
    let (whole, tenth) = text.split_once('.').unwrap_or((text, "0"));
    Some(10 * whole.parse::<u16>().ok()? + tenth.parse::<u16>().ok().filter(|tenth| *tenth < 10)?)
}
