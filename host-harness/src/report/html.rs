//! Pages as HTML. Every text is escaped where it is put in; nothing is inline that a strict policy of content forbids.

mod address;
mod asset;
pub(crate) mod changes;
pub(crate) mod correlation;
pub(crate) mod dashboard;
mod figure;
pub(crate) mod findings;
mod frame;
mod part;
pub(crate) mod policy;
pub(crate) mod settings;

pub(crate) use address::segment;
pub(crate) use asset::{ASSETS, Asset};
pub(crate) use frame::{Frame, Page, invitation, problem, stranger, whole};

pub(crate) use dashboard::{DashboardFilter, RowsPart};
