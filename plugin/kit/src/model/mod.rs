//! The contract's nouns as plain Rust, named as in `wit/`: `finding-fact` is [`FindingFact`](evidence::FindingFact).

pub mod assessment;
pub mod common;
pub mod connection;
pub mod evidence;
pub mod manifest;
pub mod record;
pub mod verdict;
pub mod walk;
