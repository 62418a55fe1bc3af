//! The small components that the suites load, as they were built.
//!
//! A hostile guest is a file in `hostile/examples`, and here a constant of its name. [`foreach_guest`] names them all.

pub mod upstream;

mod variant;

use std::fs;

pub use variant::with_version;

include!(concat!(env!("OUT_DIR"), "/guests.rs"));

/// A component that does one thing a host must survive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Guest {
    /// Its file's name without the ending.
    pub name: &'static str,
    path: &'static str,
}

impl Guest {
    /// The component.
    #[must_use]
    pub fn wasm(&self) -> Vec<u8> {
        read(self.path)
    }
}

/// The second integration.
#[must_use]
pub fn sonarqube() -> Vec<u8> {
    read(SONARQUBE)
}

fn read(path: &str) -> Vec<u8> {
    fs::read(path).unwrap_or_else(|error| panic!("reading the guest `{path}`: {error}"))
}
