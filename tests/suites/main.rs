//! All suites, as one binary.
//!
//! No test here has the word `reference` in its name: that word selects the suites on other people's data, which are a
//! binary of their own.

mod attacks;
mod author_page;
mod bad_input;
mod check;
mod component;
mod contract;
mod faults;
mod fuzz;
mod licences;
mod load;
mod pull_requests;
mod recordings;
mod sandbox;
mod scenario_files;
mod second_integration;
mod swap;
mod tls;
mod walls;
