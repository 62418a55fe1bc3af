//! The command line as a person or a script meets it: the real process, the real component, a mock Snyk on loopback.

// `cfg(test)` tells clippy that helpers outside `#[test]` are tests too.
#[cfg(test)]
mod api;
#[cfg(test)]
mod audit;
#[cfg(test)]
mod canary;
#[cfg(test)]
mod change;
#[cfg(test)]
mod check_run;
#[cfg(test)]
mod component;
#[cfg(test)]
mod config;
#[cfg(test)]
mod connect;
#[cfg(test)]
mod crash;
#[cfg(test)]
mod data;
#[cfg(test)]
mod demo;
#[cfg(test)]
mod dependencies;
#[cfg(test)]
mod deploy;
#[cfg(test)]
mod deployment;
#[cfg(test)]
mod disconnect;
#[cfg(test)]
mod docs;
#[cfg(test)]
mod enrichment;
#[cfg(test)]
mod events;
#[cfg(test)]
mod explain;
#[cfg(test)]
mod flags;
#[cfg(test)]
mod gate;
#[cfg(test)]
mod history;
#[cfg(test)]
mod hot_swap;
#[cfg(test)]
mod import;
#[cfg(test)]
mod insight_pages;
#[cfg(test)]
mod interruption;
#[cfg(test)]
mod network;
#[cfg(test)]
mod observe;
#[cfg(test)]
mod pages;
#[cfg(test)]
mod partial;
#[cfg(test)]
mod plugin_check;
#[cfg(test)]
mod plugins;
#[cfg(test)]
mod policy;
#[cfg(test)]
mod pull_request;
#[cfg(test)]
mod readme;
#[cfg(test)]
mod replay;
#[cfg(test)]
mod report;
#[cfg(test)]
mod schema;
#[cfg(test)]
mod second_integration;
#[cfg(test)]
mod serve;
#[cfg(test)]
mod shutdown;
#[cfg(test)]
mod status;
#[cfg(test)]
mod support;
#[cfg(test)]
mod sync;
#[cfg(test)]
mod team;
#[cfg(test)]
mod tenant;
#[cfg(test)]
mod tls;
#[cfg(test)]
mod token;
#[cfg(test)]
mod visitor;
#[cfg(test)]
mod waiver;
