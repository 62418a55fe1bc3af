//! Why an upstream could not be set up.

use std::path::PathBuf;

/// Why an upstream could not be set up.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// No port on loopback, or no thread to serve it.
    #[error("starting a mock on 127.0.0.1: {0}; free a port and start again")]
    Start(#[source] std::io::Error),
    /// Only typed organizations can be changed.
    #[error(
        "changing the mock Snyk: its organizations are generated or replayed; serve typed ones"
    )]
    Fixed,
    /// A recording cannot be read.
    #[error("reading the recording `{}`: {source}; name a folder of recorded answers", path.display())]
    Read {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A recording is not JSON.
    #[error("reading the recording `{}`: {source}; record it again or remove it", path.display())]
    Json {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: serde_json::Error,
    },
    /// A folder holds nothing to replay.
    #[error("replaying `{}`: no file named `rest_*.json` in it; name a folder of recorded answers", .0.display())]
    Empty(PathBuf),
    /// A replay was asked for an organization document that it does not hold.
    #[error("replaying `{0}`: no such organization document; choose one of: {1}")]
    NoDocument(String, String),
}
