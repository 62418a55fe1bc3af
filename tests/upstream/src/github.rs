//! A mock GitHub on loopback, and the webhooks that GitHub and `PagerDuty` send.
//!
//! [`GitHubUpstream`] serves a [`GitHub`] of [`Repository`]s: the comparison of dependencies, check runs and the
//! answer to a deployment protection rule, in the shapes of GitHub's REST API of version 2022-11-28. An [`Event`]
//! becomes a signed [`Delivery`], which the test sends.
//!
//! As everywhere in this crate, the mock is stricter than its model where that is not documented: a parameter or a
//! member that it does not know is refused.

mod checks;
mod compare;
mod content;
mod delivery;
mod event;
mod page;
mod pagerduty;
mod payload;
mod refusal;
mod repository;
mod review;
mod serve;
mod upstream;

pub use checks::{CheckRun, Write};
pub use content::GitHub;
pub use delivery::{Delivery, signature};
pub use event::{Deployment, Event, PullRequest, check_run_action};
pub use pagerduty::Incident;
pub use repository::{Advisory, Component, Repository, Usage};
pub use review::Review;
pub use upstream::GitHubUpstream;
