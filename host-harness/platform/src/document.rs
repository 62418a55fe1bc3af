//! A TOML file under reading: what is in it, and everything that is wrong with it.

mod instant;
mod lines;
mod value;

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::complaint::{Complaint, Problem, shown, way_out};
pub(crate) use instant::rfc3339;
use lines::Lines;
pub(crate) use value::decimal;

/// A value of a file with its place.
pub type Value<'t> = Spanned<DeValue<'t>>;

/// A file and the complaints about it so far.
pub struct Document<'t> {
    text: &'t str,
    lines: Lines<'t>,
    /// Lines the parser complained about: what was made of them is a guess.
    broken: Vec<usize>,
    complaints: Vec<Complaint>,
    more: usize,
}

impl<'t> Document<'t> {
    /// Reads a file as far as it can be read, which may be not at all.
    #[must_use]
    pub fn open(text: &'t str, limit_bytes: usize) -> (Self, DeTable<'t>) {
        let mut document = Self {
            text,
            lines: Lines::of(text),
            broken: Vec::new(),
            complaints: Vec::new(),
            more: 0,
        };
        if text.len() > limit_bytes {
            let problem = Problem::TooLarge {
                bytes: text.len(),
                limit: limit_bytes,
            };
            document.complain(&(0..0), problem);
            return (document, DeTable::new());
        }
        let (root, errors) = if text.len() <= RECOVERED_BYTES {
            DeTable::parse_recoverable(text)
        } else {
            match DeTable::parse(text) {
                Ok(root) => (root, Vec::new()),
                Err(error) => (Spanned::new(0..0, DeTable::new()), vec![error]),
            }
        };
        let mut broken: Vec<usize> = Vec::new();
        for error in errors {
            let span = error.span().unwrap_or_default();
            document.complain(&span, Problem::Syntax(shown_message(error.message())));
            broken.push(document.lines.line(span.start));
            broken.push(document.lines.line(span.end));
        }
        broken.sort_unstable();
        broken.dedup();
        document.broken = broken;
        (document, root.into_inner())
    }

    /// Whether the parser understood all of it. If not, a key that seems missing may be there.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.broken.is_empty()
    }

    /// Line and column of the beginning of a place, both counted from 1.
    #[must_use]
    pub fn place(&self, at: &Range<usize>) -> (usize, usize) {
        self.lines.place(at.start)
    }

    /// How many complaints there are so far.
    pub(crate) fn count(&self) -> usize {
        self.complaints.len() + self.more
    }

    /// Notes what is wrong at a place, unless the parser has already complained about that line.
    pub fn complain(&mut self, at: &Range<usize>, problem: Problem) {
        if self.complaints.len() >= MAX_COMPLAINTS {
            self.more += 1;
            return;
        }
        let (line, column) = self.lines.place(at.start);
        if self.broken.binary_search(&line).is_ok() {
            return;
        }
        self.complaints.push(Complaint {
            line,
            column,
            problem,
        });
    }

    /// A key that nothing reads.
    pub fn unknown_key<'a>(
        &mut self,
        key: &str,
        at: &Range<usize>,
        known: impl Iterator<Item = &'a str> + Clone,
    ) {
        if self.complaints.len() >= MAX_COMPLAINTS {
            self.more += 1;
            return;
        }
        let problem = Problem::UnknownKey {
            key: shown(key),
            way_out: way_out(key, known),
        };
        self.complain(at, problem);
    }

    /// A value that is not what is expected.
    pub fn wrong(&mut self, key: &str, value: &Value<'_>, way_out: impl Into<String>) {
        let written = self.text.get(value.span()).unwrap_or_default();
        let problem = Problem::WrongValue {
            key: shown(key),
            given: shown(written),
            way_out: way_out.into(),
        };
        self.complain(&value.span(), problem);
    }

    /// All complaints, in the order of the file; empty if it is flawless.
    #[must_use]
    pub fn finish(mut self) -> Vec<Complaint> {
        self.complaints.sort_by_key(|one| (one.line, one.column));
        if self.more > 0
            && let Some(last) = self.complaints.last()
        {
            let more = Complaint {
                problem: Problem::More(self.more),
                ..last.clone()
            };
            self.complaints.push(more);
        }
        self.complaints
    }
}

/// A text as a basic string: one line, whatever is in it.
#[must_use]
pub fn quoted(text: &str) -> String {
    let mut written = String::from("\"");
    for char in text.chars() {
        match char {
            '"' | '\\' => written.extend(['\\', char]),
            char if char.is_control() => {
                let escaped = format!("\\u{:04X}", u32::from(char));
                written.push_str(&escaped);
            }
            char => written.push(char),
        }
    }
    written.push('"');
    written
}

/// The parser's own sentence, on one line.
fn shown_message(message: &str) -> String {
    message.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Complaints that are told at once. More than anybody reads, and few enough that a hostile file costs nothing.
const MAX_COMPLAINTS: usize = 100;

/// Largest file that is read on after a mistake, in bytes: each mistake of a larger one could cost memory.
const RECOVERED_BYTES: usize = 1 << 18;
