//! Findings, CVSS, versions, attribution, score and gate: pure, and without any upstream.
//!
//! The path of one request: [`attribution`] says whose a finding is, [`rating`] which CVSS counts, [`hazard`] what it
//! weighs, [`mod@score`] adds it up, [`mod@gate`] decides by the [`rules`].

pub mod apportion;
pub mod attribution;
pub mod bump;
mod counterfactual;
pub mod cvss;
mod evidence;
pub mod gate;
mod group;
pub mod hazard;
pub mod model;
pub mod module;
pub mod purl;
mod rank;
pub mod rating;
pub mod rules;
pub mod score;
pub mod version;
mod waiver;

#[cfg(test)]
mod testing;
