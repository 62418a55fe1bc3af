//! Koalr's side of an integration, pure: what a change is, what is known about it, and what follows.
//!
//! Nothing here reads a clock, a file or the network; time is an argument. The pieces, in the order of the data:
//! [`evidence`] gathers what is known about a change, the plugin turns it into an assessment and a verdict, [`merge`]
//! joins the security score with Koalr's own, and [`decision`] says what follows under a [`policy`], its
//! [`waiver`]s, and what people of the [`team`] let pass. Beside them, [`timeline`] tells the life of a finding, and
//! [`sbom`] what a change does to dependencies.
//!
//! After the merge, [`delivery`] names services, [`links`] ties changes, deployments and incidents, [`deployment_gate`]
//! says whether a commit may be deployed, and [`audit`] keeps what was decided so that it cannot be altered unseen.
//! Looking back, [`reconstruct`] rebuilds the evidence of changes that nobody judged, and [`backtest`] says what another
//! policy would have decided; [`dora`] counts over the [`ledger`] how fast changes are delivered and how often that fails.

pub mod access;
pub mod audit;
pub mod backtest;
pub mod calibration;
pub mod complaint;
pub mod conformance;
pub mod correlation;
pub mod debt;
pub mod decision;
pub mod delivery;
pub mod deployment_gate;
pub mod document;
pub mod dora;
pub mod evidence;
pub mod ledger;
pub mod links;
pub mod merge;
pub mod model;
pub mod policy;
pub mod reconstruct;
pub mod rollout;
pub mod sbom;
pub mod sla;
pub mod spell;
pub mod stats;
pub mod team;
pub mod timeline;
pub mod waiver;
pub mod widening;
