//! What the contract says in words and its types cannot hold: ranges, indexes, ids, sums, and values that contradict each
//! other.
//!
//! A *breach* is such a value. A host refuses the whole answer that holds one and stores nothing of it: whoever breaks one
//! promise may have broken others that nobody can see. Each function reads its value once.

mod assessment;
mod batch;
mod breach;
mod check;
mod connection;
mod finding;
mod manifest;
mod parameter;
mod place;
mod record;
mod verdict;

pub use assessment::check_assessment;
pub use batch::check_batch;
pub use breach::Breaches;
pub use connection::check_connection;
pub use manifest::check_manifest;
pub use verdict::{Terms, check_verdict};

/// Name of the verb `describe` in a sentence.
const DESCRIBE: &str = "describe";
/// Name of the verb `connect` in a sentence.
const CONNECT: &str = "connect";
/// Name of the verb `sync` in a sentence.
const SYNC: &str = "sync";
/// Name of the verb `score` in a sentence.
const SCORE: &str = "score";
/// Name of the verb `gate` in a sentence.
const GATE: &str = "gate";

#[cfg(test)]
mod tests;
