//! The small components that the suites load, as they were built.
