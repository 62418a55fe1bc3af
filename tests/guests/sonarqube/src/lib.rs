//! A SonarQube-like integration.
