//! Findings, CVSS, versions, attribution, score and gate: pure, and without any upstream.

pub mod model;
