//! Semantic versions, and the orders that are nearly theirs.

use super::part::{Digits, Part, number, rank, word};

/// How an ecosystem departs from the specification.
#[derive(Clone, Copy)]
pub(super) struct Dialect {
    /// Numbers there must be; those left out are zero.
    pub(super) least: usize,
    /// Numbers there may be.
    pub(super) most: usize,
    /// Whether a number may begin with a zero.
    pub(super) leading_zeros: bool,
    /// Whether what follows the `+` is compared.
    pub(super) build_counts: bool,
}

/// Three numbers.
pub(super) const STRICT: Dialect = Dialect {
    least: 3,
    most: 3,
    leading_zeros: false,
    build_counts: false,
};

/// `v1` is a version, and `v1-pre` is none.
pub(super) fn go(version: &str) -> Option<Vec<Part<'_>>> {
    let least = if version.contains(['-', '+']) { 3 } else { 1 };
    parts(version, Dialect { least, ..STRICT })
}

/// A `v` or `=` before the numbers, as npm allows and tags have it, is not part of the version.
pub(super) fn parts(version: &str, dialect: Dialect) -> Option<Vec<Part<'_>>> {
    let version = version.trim_start_matches(['v', 'V', '=', ' ']);
    let (version, build) = cut(version, '+');
    let (core, pre) = cut(version, '-');
    let mut parts = Vec::new();
    for text in core.split('.') {
        parts.push(number(0, numeric(text, dialect)?));
    }
    if !(dialect.least..=dialect.most).contains(&parts.len()) {
        return None;
    }
    parts.resize(dialect.most, number(0, Digits::ZERO));
    match pre {
        Some(pre) => push(&mut parts, pre, |text| numeric(text, dialect))?,
        None => parts.push(rank(RELEASE)),
    }
    parts.push(rank(END));
    if let Some(build) = build {
        let release = parts.len();
        push(&mut parts, build, Digits::parse)?;
        if !dialect.build_counts {
            parts.truncate(release);
        }
    }
    Some(parts)
}

fn cut(text: &str, at: char) -> (&str, Option<&str>) {
    text.split_once(at)
        .map_or((text, None), |(head, tail)| (head, Some(tail)))
}

fn numeric(text: &str, dialect: Dialect) -> Option<Digits<'_>> {
    let leading_zero = text.len() > 1 && text.starts_with('0');
    Digits::parse(text).filter(|_| dialect.leading_zeros || !leading_zero)
}

/// Adds identifiers between dots.
fn push<'a>(
    parts: &mut Vec<Part<'a>>,
    identifiers: &'a str,
    numeric: impl Fn(&'a str) -> Option<Digits<'a>>,
) -> Option<()> {
    for text in identifiers.split('.') {
        let known = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
        let digits = text.bytes().all(|byte| byte.is_ascii_digit());
        parts.push(match digits {
            true => number(NUMBER, numeric(text)?),
            false if text.bytes().all(known) => word(WORD, text),
            false => return None,
        });
    }
    Some(())
}

/// Ranks behind the numbers, least first: where a list ends, what it holds, and no pre-release at all.
const END: u8 = 0;
const NUMBER: u8 = 1;
const WORD: u8 = 2;
const RELEASE: u8 = 3;
