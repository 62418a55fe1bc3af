//! A mock Snyk on loopback, for tests, benches and the demo.
//!
//! [`Upstream`] serves a [`World`]: [`Organization`]s of typed data, from which every answer is rendered; a
//! [`Generated`] Snyk of any size; or a [`Replay`] of recorded answers, served byte for byte. A [`Fault`] spoils chosen
//! answers. What was asked is kept for assertions; the credential never is.
//!
//! Beside it, [`github`] is a mock GitHub and a sender of webhooks.
//!
//! The mock is stricter than Snyk where Snyk's behaviour is not documented: a parameter it does not know,
//! or that is given twice, is refused with 400, so that a client that sends one is found out here.

mod answer;
mod asked;
mod check;
mod clock;
mod data;
mod dice;
mod error;
mod export;
mod fault;
mod feed;
mod generated;
pub mod github;
mod id;
mod journal;
mod pace;
mod page;
mod purl;
mod render;
mod replay;
mod rest;
pub mod sample;
mod serve;
#[cfg(test)]
mod tests;
mod upstream;
mod world;

pub use check::{CheckError, CheckState, Finding, PullRequestCheck, Test};
pub use data::{
    Exploit, Issue, Organization, Package, Project, Rating, Severity, State, Subject, Target,
    Timestamp, Vulnerability,
};
pub use dice::Dice;
pub use error::Error;
pub use export::Download;
pub use fault::{Fault, Hint, Occurrence};
pub use generated::Generated;
pub use journal::{Authorization, Request};
pub use replay::{Listing, Replay};
pub use upstream::Upstream;
pub use world::World;
