//! Support for the suites: what they drive, and what they drive it with.
//!
//! Everything here panics with a sentence where a test should fail.

pub mod attack;
pub mod attacks;
pub mod component;
pub mod contract;
pub mod facts;
pub mod faults;
pub mod fuzz;
pub mod guests;
pub mod sandbox;
pub mod scenario;
pub mod shadowed;
pub mod stage;
pub mod swaps;
pub mod tls;
pub mod workspace;
