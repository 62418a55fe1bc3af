//! The host harness: emulates the Koalr platform around an integration that runs in a sandbox.
//!
//! [`Host`] holds a sandbox engine, a data directory and one loaded plugin. [`jobs`] are what it does with them;
//! [`inbox`] reads webhooks, which [`web`] takes; [`queue`] says when a job runs, and [`serve`] puts all of them together.
//! [`registry`] says which version of an integration that is, and [`recording`] writes calls down and makes them again.
//! [`config`] is what an operator sets, and [`observe`] is what an operator sees. [`report`] is how results look; [`github`]
//! is where they are posted; [`cli`] is the command line `koalr`.

mod api_key;
mod breach;
pub mod check;
pub mod cli;
mod component;
pub mod config;
mod contract;
mod error;
pub mod github;
mod host;
pub mod inbox;
pub mod jobs;
pub mod observe;
pub mod queue;
pub mod recording;
pub mod registry;
pub mod report;
pub mod serve;
mod ticket;
pub mod web;

pub use api_key::ApiKey;
pub use component::component_path;
pub use error::HostError;
pub use host::{Host, HostSettings, RateShare, Versions};
pub use ticket::Ticket;
