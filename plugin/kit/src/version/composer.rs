//! Composer's order: a version is filled up to four numbers, then a stability with numbers of its own.

use super::part::{Digits, Part, Run, number, rank, runs};

/// None for a branch, and for what Composer's normaliser refuses. The text is in lower case.
pub(super) fn parts(version: &str) -> Option<Vec<Part<'_>>> {
    let version = version.strip_prefix('v').unwrap_or(version);
    let version = version
        .split_once('+')
        .map_or(version, |(release, _)| release);
    let runs = runs(version, b".-_:");
    read(&runs, &CLASSIC).or_else(|| read(&runs, &DATE))
}

/// How the numbers are written.
struct Shape {
    marks: &'static [u8],
    /// Digits of the first number.
    shortest: usize,
    longest: usize,
    /// How many numbers there may be.
    most: usize,
    /// How many numbers there are after filling up with zeros.
    filled: usize,
}

fn read<'a>(runs: &[Run<'a>], shape: &Shape) -> Option<Vec<Part<'a>>> {
    let [Run::Number(first), rest @ ..] = runs else {
        return None;
    };
    let mut rest = rest;
    let mut parts = vec![number(NUMBER, *first)];
    if !(shape.shortest..=shape.longest).contains(&first.length()) {
        return None;
    }
    while let [Run::Mark(mark), Run::Number(next), tail @ ..] = rest
        && shape.marks.contains(mark)
        && parts.len() < shape.most
    {
        parts.push(number(NUMBER, *next));
        rest = tail;
    }
    parts.resize(parts.len().max(shape.filled), number(NUMBER, Digits::ZERO));
    if let [Run::Mark(_), Run::Word(text), tail @ ..] | [Run::Word(text), tail @ ..] = rest
        && let Some((_, stability)) = STABILITIES.iter().find(|(name, _)| name == text)
    {
        rest = tail;
        parts.push(rank(*stability));
        while let [Run::Mark(b'.' | b'-'), Run::Number(next), tail @ ..]
        | [Run::Number(next), tail @ ..] = rest
        {
            parts.push(number(NUMBER, *next));
            rest = tail;
        }
    }
    if let [Run::Mark(b'.' | b'-'), Run::Word("stable")] | [Run::Word("stable")] = rest {
        rest = &[];
    }
    if let [Run::Mark(b'.' | b'-'), Run::Word("dev")] | [Run::Word("dev")] = rest {
        parts.push(rank(DEV));
        rest = &[];
    }
    parts.push(rank(END));
    rest.is_empty().then_some(parts)
}

const CLASSIC: Shape = Shape {
    marks: b".",
    shortest: 0,
    longest: 5,
    most: 4,
    filled: 4,
};

/// A date, and perhaps a time.
const DATE: Shape = Shape {
    marks: b".:-",
    shortest: 4,
    longest: usize::MAX,
    most: 9,
    filled: 1,
};

/// Words with their ranks.
const STABILITIES: [(&str, u8); 8] = [
    ("a", 1),
    ("alpha", 1),
    ("b", 2),
    ("beta", 2),
    ("rc", 3),
    ("p", PATCH),
    ("pl", PATCH),
    ("patch", PATCH),
];

/// Other ranks: a word makes a version older or newer than where it ends.
const DEV: u8 = 0;
const END: u8 = 4;
const NUMBER: u8 = 5;
const PATCH: u8 = 6;
