//! Maven's order: qualifiers of known rank, and parts that are null where a part ends.

use std::cmp::Ordering;

use super::part::{Digits, Part, Run, number, rank, runs, word};

/// The texts are in lower case. Every text is a version to Maven, yet none is the order where that depends on the age of
/// Maven: once a qualifier behind a dot went before what stands behind a hyphen, and zeros before it counted.
pub(super) fn compare(a: &str, b: &str) -> Option<Ordering> {
    let (a, b) = (parts(a)?, parts(b)?);
    let Some((a, b)) = a.iter().zip(&b).find(|(a, b)| a != b) else {
        return Some(Ordering::Equal);
    };
    let (a_dots, b_dots) = (a.rank / DOTTED, b.rank / DOTTED);
    let (a, b) = (a.at(a.rank % DOTTED), b.at(b.rank % DOTTED));
    let disputed = a_dots != b_dots && [a, b].iter().all(|part| BEHIND_HYPHEN.contains(&part.rank));
    (!disputed).then(|| a.cmp(&b))
}

/// None where a release qualifier stays in the middle, which later changed its place too.
fn parts(version: &str) -> Option<Vec<Part<'_>>> {
    let mut parts = Vec::new();
    // What stands before the next part; none right behind one.
    let mut before = Some(b'.');
    let runs = runs(version, b".-");
    for (index, run) in runs.iter().enumerate() {
        match *run {
            Run::Mark(mark) => {
                if let Some(before) = before {
                    push_number(&mut parts, before, Digits::ZERO);
                }
                before = Some(mark);
            }
            Run::Number(digits) => {
                push_number(&mut parts, before.unwrap_or(b'-'), digits);
                before = None;
            }
            Run::Word(text) => {
                let length = parts.len();
                trim(&mut parts);
                let zeros = u8::try_from(length - parts.len()).unwrap_or(u8::MAX);
                let numbered = matches!(runs.get(index + 1), Some(Run::Number(_)));
                let mut part = qualifier(text, numbered);
                if before == Some(b'.') && part.rank != NULL {
                    part.rank += DOTTED * (1 + zeros.min(MAX_ZEROS));
                }
                parts.push(part);
                before = None;
            }
        }
    }
    trim(&mut parts);
    let settled = parts.iter().all(|part| part.rank != NULL);
    parts.push(rank(NULL));
    settled.then_some(parts)
}

fn push_number<'a>(parts: &mut Vec<Part<'a>>, before: u8, digits: Digits<'a>) {
    if before == b'-' {
        trim(parts);
        parts.push(number(HYPHEN_NUMBER, digits));
    } else {
        parts.push(number(DOT_NUMBER, digits));
    }
}

fn qualifier(text: &str, numbered: bool) -> Part<'_> {
    let known = match text {
        "a" if numbered => "alpha",
        "b" if numbered => "beta",
        "m" if numbered => "milestone",
        "cr" => "rc",
        "ga" | "final" | "release" => return rank(NULL),
        other => other,
    };
    match QUALIFIERS.iter().position(|name| *name == known) {
        Some(position) => rank(u8::try_from(position).unwrap_or(NULL)),
        None if known == "sp" => rank(SERVICE_PACK),
        None => word(OTHER, known),
    }
}

/// What is null goes from the end, and from before each hyphen.
fn trim(parts: &mut Vec<Part<'_>>) {
    while parts
        .last()
        .is_some_and(|part| part.is_empty() && ZERO.contains(&part.rank))
    {
        parts.pop();
    }
}

/// Qualifiers older than the release, in their order; the position is the rank.
const QUALIFIERS: [&str; 5] = ["alpha", "beta", "milestone", "rc", "snapshot"];

/// Ranks from the release on, least first.
const NULL: u8 = 5;
const SERVICE_PACK: u8 = 6;
const OTHER: u8 = 7;
const HYPHEN_NUMBER: u8 = 8;
const DOT_NUMBER: u8 = 9;

/// Ranks that are null where nothing else is told.
const ZERO: [u8; 3] = [NULL, HYPHEN_NUMBER, DOT_NUMBER];

/// Ranks of what can stand behind a hyphen, or where digits and letters meet.
const BEHIND_HYPHEN: [u8; 8] = [0, 1, 2, 3, 4, SERVICE_PACK, OTHER, HYPHEN_NUMBER];

/// Added to the rank of a qualifier behind a dot, and once more for each zero before it.
const DOTTED: u8 = 16;

/// Zeros that are told apart: as many as fit.
const MAX_ZEROS: u8 = 13;
