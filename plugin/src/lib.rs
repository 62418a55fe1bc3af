//! Koalr's Snyk integration.
//!
//! `component.rs` alone knows the contract's generated types, `snyk/` alone knows Snyk's JSON, `sync/` plans walks.
//! Everything but the component and its transport also compiles and is tested natively.

pub mod connect;
mod json;
pub mod manifest;
mod snyk;
pub mod sync;
pub mod transport;

#[cfg(target_family = "wasm")]
mod component;
