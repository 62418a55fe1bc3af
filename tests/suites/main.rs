//! All suites, as one binary.
//!
//! No test here has the word `reference` in its name: that word selects the suites on other people's data, which are a
//! binary of their own.

mod author_page;
mod bad_input;
mod component;
mod contract;
mod faults;
mod licences;
mod load;
mod pull_requests;
mod sandbox;
mod scenario_files;
mod second_integration;
mod tls;
mod walls;
