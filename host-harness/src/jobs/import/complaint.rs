//! What is wrong in a file to import, and where.

use schemars::JsonSchema;
use serde::Serialize;
use thiserror::Error;

use crate::report::plain;

/// Something wrong at a place of the file.
#[derive(Debug, Clone, PartialEq, Eq, Error, Serialize, JsonSchema)]
#[error("line {line}: {}{problem}", place(.path))]
pub struct Complaint {
    /// Line, counted from 1.
    pub line: usize,
    /// Where in the document, for example `changes[3].merged-at`, lists counted from 0; empty for the document itself.
    pub path: String,
    /// What is wrong, and the way out.
    pub problem: String,
}

fn place(path: &str) -> String {
    if path.is_empty() {
        return String::new();
    }
    format!("`{}`: ", plain(path))
}

/// Collects complaints about one text.
pub(super) struct Complaints {
    /// Bytes at which lines begin; the first is 0.
    starts: Vec<usize>,
    found: Vec<Complaint>,
    /// How many were not kept.
    more: usize,
}

impl Complaints {
    pub(super) fn about(text: &str) -> Self {
        let breaks = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
        Self {
            starts: std::iter::once(0)
                .chain(breaks.map(|(at, _)| at + 1))
                .collect(),
            found: Vec::new(),
            more: 0,
        }
    }

    /// The line of a byte, counted from 1.
    pub(super) fn line(&self, at: usize) -> usize {
        self.starts.partition_point(|start| *start <= at).max(1)
    }

    pub(super) fn add(&mut self, at: usize, path: &str, problem: impl Into<String>) {
        self.add_in(self.line(at), path, problem);
    }

    /// The same for a line, counted from 1.
    pub(super) fn add_in(&mut self, line: usize, path: &str, problem: impl Into<String>) {
        if self.found.len() == MOST {
            self.more += 1;
            return;
        }
        self.found.push(Complaint {
            line,
            path: path.to_owned(),
            problem: problem.into(),
        });
    }

    pub(super) fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    /// All of them, in the order of the file. Empty if it is flawless.
    pub(super) fn finish(mut self) -> Vec<Complaint> {
        self.found.sort_by_key(|one| one.line);
        if self.more > 0 {
            self.found.push(Complaint {
                line: self.found.last().map_or(1, |one| one.line),
                path: String::new(),
                problem: format!(
                    "{} more problems are not shown; correct these first",
                    self.more
                ),
            });
        }
        self.found
    }
}

/// Complaints as the end of a sentence, one a line.
pub(crate) fn listed(complaints: &[Complaint]) -> String {
    let lines = complaints.iter().map(|one| format!("\n  {one}"));
    lines.collect()
}

/// More than anybody reads at once, and few enough that a hostile file costs nothing.
const MOST: usize = 100;
