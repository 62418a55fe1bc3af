//! Koalr's side of the integration, pure: changes, evidence, policy, merge.

pub mod model;
