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
    /// Requests a minute, over time, of one key of the API; at least 1.
    pub requests_per_minute: u32,
    /// Requests at once, after a time without any, of one key of the API; at least 1.
    pub burst: u32,
    /// Requests a minute, and at once, from one address that show no valid key of the API. Above that only keys that were
    /// used within the last minutes are looked at.
    pub failures_per_minute: u32,
    /// Most requests of one tenant to the API at a time, news apart.
    pub requests_of_a_tenant: usize,
    /// Longest wait for an answer of the API. What was asked for goes on.
    pub answer_timeout: Duration,
    /// Most streams of news at a time, of all keys together. Each has a connection.
    pub streams: usize,
    /// Most streams of news at a time of one key.
    pub streams_of_a_key: usize,
    /// How often something is sent on a stream of news on which there are none. Then it is looked whether its key still
    /// holds; and who takes nothing for as long is let go.
    pub keep_alive: Duration,
    /// Longest wait for requests that are under way when the server stops.
    pub grace: Duration,
}

impl Default for Limits {
    /// GitHub gives up after 10 seconds and sends about 15 headers. Two of its largest bodies fit, or thousands of usual
    /// ones. Koalr documents 60 requests a minute of a key.
    fn default() -> Self {
        Self {
            connections: 256,
            head_timeout: Duration::from_secs(10),
            headers: 64,
            body_timeout: Duration::from_secs(10),
            bodies_bytes: 64 << 20,
            requests_per_minute: 60,
            burst: 60,
            failures_per_minute: 30,
            requests_of_a_tenant: 16,
            answer_timeout: Duration::from_secs(30),
            streams: 64,
            streams_of_a_key: 4,
            keep_alive: Duration::from_secs(15),
            grace: Duration::from_secs(10),
        }
    }
}
