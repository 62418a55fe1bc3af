//! What one server bears.

use std::time::Duration;

/// What one server bears.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Most connections at a time, and with them requests: a connection has one. Further ones wait to be accepted.
    pub connections: usize,
    /// Longest wait for the head of a request, also of the next one on a connection.
    pub head_timeout: Duration,
    /// Most headers of a request.
    pub headers: usize,
    /// Longest time for a body to arrive.
    pub body_timeout: Duration,
    /// Most bytes of bodies that are held at a time, of all requests together.
    pub bodies_bytes: usize,
    /// Longest wait for requests that are under way when the server stops.
    pub grace: Duration,
}

impl Default for Limits {
    /// GitHub gives up after 10 seconds and sends about 15 headers. Two of its largest bodies fit, or thousands of usual
    /// ones.
    fn default() -> Self {
        Self {
            connections: 256,
            head_timeout: Duration::from_secs(10),
            headers: 64,
            body_timeout: Duration::from_secs(10),
            bodies_bytes: 64 << 20,
            grace: Duration::from_secs(10),
        }
    }
}
