//! What is wrong with the configuration, and where.

use std::fmt;
use std::path::PathBuf;

use koalr_platform::complaint::Problem;

/// Where a value was given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// In the file.
    File {
        /// Its name.
        path: PathBuf,
        /// Line, counted from 1.
        line: usize,
        /// Column in characters, counted from 1.
        column: usize,
    },
    /// In this variable of the environment.
    Variable(String),
    /// In this flag.
    Flag(&'static str),
    /// Nowhere: a default is part of it.
    Default,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File { path, line, column } => {
                write!(f, "`{}`, line {line}, column {column}", path.display())
            }
            Self::Variable(name) => write!(f, "environment variable `{name}`"),
            Self::Flag(name) => write!(f, "flag `{name}`"),
            Self::Default => f.write_str("default"),
        }
    }
}

/// Something wrong at a place.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {problem}")]
pub struct Complaint {
    /// Where.
    pub place: Place,
    /// What, and the way out.
    pub problem: Problem,
}

/// Why a configuration cannot be used: everything that is wrong with it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the configuration cannot be used:{}", listed(.complaints))]
pub struct ConfigError {
    /// The file's first, in its order. Not empty.
    pub complaints: Vec<Complaint>,
}

fn listed(complaints: &[Complaint]) -> String {
    let lines = complaints.iter().map(|one| format!("\n  {one}"));
    lines.collect()
}
