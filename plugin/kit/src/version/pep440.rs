//! Python's order, PEP 440: epoch, release, pre-release, post-release, development release, local version.

use super::part::{Digits, Part, Run, number, rank, runs, word};

/// None for what PEP 440 does not read. The text is in lower case.
pub(super) fn parts(version: &str) -> Option<Vec<Part<'_>>> {
    let (public, local) = match version.split_once('+') {
        Some((public, local)) => (public, Some(local)),
        None => (version, None),
    };
    let runs = runs(public, b".-_!");
    let mut rest = runs.as_slice();
    if let [Run::Word("v"), tail @ ..] = rest {
        rest = tail;
    }
    let mut parts = Vec::new();
    if let [Run::Number(epoch), Run::Mark(b'!'), tail @ ..] = rest {
        parts.push(number(RELEASE, *epoch));
        rest = tail;
    } else {
        parts.push(number(RELEASE, Digits::ZERO));
    }
    push_release(&mut parts, &mut rest)?;
    let pre = suffix(&mut rest, &PRE);
    let post = implicit_post(&mut rest).or_else(|| suffix(&mut rest, &POST));
    let dev = suffix(&mut rest, &DEV);
    parts.push(match (pre, post, dev) {
        (Some(pre), ..) => pre,
        (None, None, Some(_)) => rank(0),
        _ => rank(NO_PRE),
    });
    parts.push(post.unwrap_or(rank(0)));
    parts.push(dev.unwrap_or(rank(NO_DEV)));
    if let Some(local) = local {
        push_local(&mut parts, local)?;
    }
    rest.is_empty().then_some(parts)
}

/// Zeros at the end say nothing.
fn push_release<'a>(parts: &mut Vec<Part<'a>>, rest: &mut &[Run<'a>]) -> Option<()> {
    let [Run::Number(first), tail @ ..] = *rest else {
        return None;
    };
    parts.push(number(RELEASE, *first));
    *rest = tail;
    while let [Run::Mark(b'.'), Run::Number(next), tail @ ..] = *rest {
        parts.push(number(RELEASE, *next));
        *rest = tail;
    }
    while parts.len() > 1 && parts.last() == Some(&number(RELEASE, Digits::ZERO)) {
        parts.pop();
    }
    Some(())
}

/// Takes one of these words with the number behind it, if it comes next.
fn suffix<'a>(rest: &mut &[Run<'a>], words: &[(&str, u8)]) -> Option<Part<'a>> {
    let [Run::Word(text), tail @ ..] = behind_mark(rest) else {
        return None;
    };
    let (_, rank) = words.iter().find(|(word, _)| word == text)?;
    let tail = behind_mark(tail);
    let (digits, tail) = match tail {
        [Run::Number(digits), tail @ ..] => (*digits, tail),
        _ => (Digits::ZERO, tail),
    };
    *rest = tail;
    Some(number(*rank, digits))
}

/// `1.0-1` is `1.0.post1`.
fn implicit_post<'a>(rest: &mut &[Run<'a>]) -> Option<Part<'a>> {
    let [Run::Mark(b'-'), Run::Number(digits), tail @ ..] = *rest else {
        return None;
    };
    *rest = tail;
    Some(number(IS_POST, *digits))
}

fn behind_mark<'r, 'a>(rest: &'r [Run<'a>]) -> &'r [Run<'a>] {
    match rest {
        [Run::Mark(b'.' | b'-' | b'_'), tail @ ..] => tail,
        _ => rest,
    }
}

fn push_local<'a>(parts: &mut Vec<Part<'a>>, local: &'a str) -> Option<()> {
    for text in local.split(['.', '-', '_']) {
        if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            return None;
        }
        parts.push(match Digits::parse(text) {
            Some(digits) => number(1, digits),
            None => word(0, text),
        });
    }
    Some(())
}

/// Words of a pre-release with their ranks; a development release without one ranks below them.
const PRE: [(&str, u8); 8] = [
    ("a", 1),
    ("alpha", 1),
    ("b", 2),
    ("beta", 2),
    ("c", 3),
    ("rc", 3),
    ("pre", 3),
    ("preview", 3),
];

const NO_PRE: u8 = 4;

const POST: [(&str, u8); 3] = [("post", IS_POST), ("rev", IS_POST), ("r", IS_POST)];

const IS_POST: u8 = 1;

const DEV: [(&str, u8); 1] = [("dev", 0)];

const NO_DEV: u8 = 1;

/// Above every rank that can stand where a shorter release has ended.
const RELEASE: u8 = 5;
