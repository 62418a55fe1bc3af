//! How delivery goes and what is owed, in figures.

use super::route::Route;

/// What is asked for in figures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MetricsAsk {}

pub(super) const ROUTES: &[Route] = &[];
