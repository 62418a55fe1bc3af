//! Why an input is no dependency list at all.

use thiserror::Error;

/// Why an input could not be read.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum SbomError {
    /// More bytes than are read.
    #[error("reading `{name}`: it has {bytes} bytes; at most {limit} are read")]
    TooLarge {
        /// Name of the input.
        name: String,
        /// Its size.
        bytes: usize,
        /// The limit.
        limit: usize,
    },
    /// More objects or values than are read.
    #[error("reading `{name}`: it has {count} {what}; at most {limit} are read")]
    TooMany {
        /// Name of the input.
        name: String,
        /// What is counted.
        what: &'static str,
        /// How many there are.
        count: usize,
        /// The limit.
        limit: usize,
    },
    /// Not JSON.
    #[error("reading `{name}`: line {line}, column {column}: not JSON: {problem}")]
    NotJson {
        /// Name of the input.
        name: String,
        /// Line, counted from 1; 0 if there is none.
        line: usize,
        /// Column in bytes, counted from 1; 0 if there is none.
        column: usize,
        /// What the parser says.
        problem: String,
    },
    /// JSON with a value of another type than the format has there.
    #[error("reading `{name}`: line {line}, column {column}: {problem}")]
    Shape {
        /// Name of the input.
        name: String,
        /// Line, counted from 1.
        line: usize,
        /// Column in bytes, counted from 1.
        column: usize,
        /// What the parser says.
        problem: String,
    },
    /// A known format in a form that is not read.
    #[error("reading `{name}`: {form} is not read; write the document as JSON, CycloneDX or SPDX")]
    Form {
        /// Name of the input.
        name: String,
        /// The form, for example `CycloneDX as XML`.
        form: &'static str,
    },
    /// A version of a format that is not read.
    #[error("reading `{name}`: {format} {given} is not read; write it as {read}")]
    Version {
        /// Name of the input.
        name: String,
        /// The format.
        format: &'static str,
        /// Its version as the document gives it.
        given: String,
        /// The versions that are read.
        read: &'static str,
    },
    /// JSON of no known format.
    #[error(
        "reading `{name}`: neither CycloneDX nor SPDX; the one has `bomFormat`, the other `spdxVersion`"
    )]
    NoFormat {
        /// Name of the input.
        name: String,
    },
    /// JSON that is not a list.
    #[error("reading `{name}`: expected a list of rows, beginning with `[`")]
    NoList {
        /// Name of the input.
        name: String,
    },
    /// A row of a list that says too little.
    #[error("reading `{name}`: row {row}: `{key}` is empty; {way_out}")]
    Empty {
        /// Name of the input.
        name: String,
        /// Which row, counted from 1.
        row: usize,
        /// The key.
        key: &'static str,
        /// What to write.
        way_out: &'static str,
    },
}
