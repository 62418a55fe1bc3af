//! `RubyGems`' order: a word makes a pre-release, and zeros at the end of numbers or words say nothing.

use super::part::{Digits, Part, Run, number, rank, runs, word};

/// None for a text that does not begin with a number, and for one with anything but letters, digits, dots and hyphens.
pub(super) fn parts(version: &str) -> Option<Vec<Part<'_>>> {
    let runs = runs(version, b".-");
    if !matches!(runs.first(), Some(Run::Number(_))) {
        return None;
    }
    let mut parts = Vec::new();
    for run in runs {
        match run {
            Run::Number(digits) => parts.push(number(NUMBER, digits)),
            Run::Mark(b'-') => push_word(&mut parts, "pre"),
            Run::Mark(_) => {}
            Run::Word(text) if text.bytes().all(|byte| byte.is_ascii_alphabetic()) => {
                push_word(&mut parts, text);
            }
            Run::Word(_) => return None,
        }
    }
    trim(&mut parts);
    parts.push(rank(END));
    Some(parts)
}

fn push_word<'a>(parts: &mut Vec<Part<'a>>, text: &'a str) {
    if parts.iter().all(|part| part.rank == NUMBER) {
        trim(parts);
    }
    parts.push(word(WORD, text));
}

fn trim(parts: &mut Vec<Part<'_>>) {
    while parts.last() == Some(&number(NUMBER, Digits::ZERO)) {
        parts.pop();
    }
}

/// Ranks, least first: what follows an end in another version makes that one older or newer.
const WORD: u8 = 0;
const END: u8 = 1;
const NUMBER: u8 = 2;
