//! Everything that bounds a guest, in one type.

use std::time::Duration;

/// What one session and each of its calls may use.
///
/// [`Default`] is the standard; every number can be printed by [`Limits::list`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Linear memory of one instance, in bytes.
    pub memory_bytes: usize,
    /// Computing time of one call, in ticks of [`Limits::TICK`]. Waiting uses none.
    pub cpu_ticks: u64,
    /// Time one call may take by the clock. Waiting for a quota is not counted.
    pub wall: Duration,
    /// Core instances of one session; a std-built component has about six.
    pub instances: usize,
    /// Tables of one session.
    pub tables: usize,
    /// Elements of one table.
    pub table_elements: usize,
    /// Handles a guest may hold at once: requests, streams, pollables.
    pub handles: usize,
    /// Bytes of strings and lists a guest may hand to the host in one host call, and at the end of a verb.
    pub hostcall_bytes: usize,
    /// Requests one call may start. Those the host sends again are not counted.
    pub requests: u32,
    /// Body of one request, in bytes.
    pub request_bytes: usize,
    /// Body of one response, in bytes.
    pub response_bytes: u64,
    /// Body of one downloaded file, in bytes.
    pub download_bytes: u64,
    /// Log text of one call, in bytes; what exceeds it is dropped.
    pub log_bytes: usize,
    /// One log message, in bytes; a longer one is cut.
    pub log_message_bytes: usize,
    /// Standard output and error kept of one call, in bytes; what exceeds it is dropped.
    pub stdio_bytes: usize,
}

impl Limits {
    /// Length of a CPU tick.
    pub const TICK: Duration = Duration::from_millis(10);

    /// Every limit with its value and unit, for people.
    #[must_use]
    pub fn list(&self) -> Vec<Limit> {
        let row = |name, value, unit| Limit { name, value, unit };
        vec![
            row("memory", self.memory_bytes as u64, "bytes"),
            row("cpu", self.cpu_ticks, "ticks of 10 ms a call"),
            row("wall", self.wall.as_secs(), "seconds a call"),
            row("instances", self.instances as u64, "core instances"),
            row("tables", self.tables as u64, "tables"),
            row(
                "table-elements",
                self.table_elements as u64,
                "elements a table",
            ),
            row("handles", self.handles as u64, "handles"),
            row(
                "hostcall",
                self.hostcall_bytes as u64,
                "bytes a crossing to the host",
            ),
            row("requests", u64::from(self.requests), "requests a call"),
            row("request-body", self.request_bytes as u64, "bytes a request"),
            row("response-body", self.response_bytes, "bytes a response"),
            row("download", self.download_bytes, "bytes a file"),
            row("log", self.log_bytes as u64, "bytes a call"),
            row(
                "log-message",
                self.log_message_bytes as u64,
                "bytes a message",
            ),
            row("stdio", self.stdio_bytes as u64, "bytes a call"),
        ]
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            memory_bytes: MEMORY_BYTES,
            cpu_ticks: CPU_TICKS,
            wall: WALL,
            instances: INSTANCES,
            tables: TABLES,
            table_elements: TABLE_ELEMENTS,
            handles: HANDLES,
            hostcall_bytes: HOSTCALL_BYTES,
            requests: REQUESTS,
            request_bytes: REQUEST_BYTES,
            response_bytes: RESPONSE_BYTES,
            download_bytes: DOWNLOAD_BYTES,
            log_bytes: LOG_BYTES,
            log_message_bytes: LOG_MESSAGE_BYTES,
            stdio_bytes: STDIO_BYTES,
        }
    }
}

/// One limit, for people.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limit {
    /// Kebab-case name.
    pub name: &'static str,
    /// Its value.
    pub value: u64,
    /// Unit of the value.
    pub unit: &'static str,
}

/// Bytes: a window of pages and the batch made of them need a tenth.
const MEMORY_BYTES: usize = 128 << 20;
/// Ticks: 20 s. A batch of a hundred full pages needs less than one.
const CPU_TICKS: u64 = 2_000;
/// A batch of slow pages ends well within it.
const WALL: Duration = Duration::from_mins(2);
/// Core instances.
const INSTANCES: usize = 16;
/// Tables.
const TABLES: usize = 16;
/// Elements: Rust components have a few hundred.
const TABLE_ELEMENTS: usize = 10_000;
/// Handles.
const HANDLES: usize = 10_000;
/// Bytes: about a hundred thousand findings.
const HOSTCALL_BYTES: usize = 96 << 20;
/// Requests.
const REQUESTS: u32 = 1_000;
/// Bytes: all we send are small JSON documents.
const REQUEST_BYTES: usize = 1 << 20;
/// Bytes: a page of a hundred issues has a third of a mebibyte; fifty times that is no page.
const RESPONSE_BYTES: u64 = 16 << 20;
/// Bytes: a quarter of a million rows of a KiB. A file streams, so that it needs no memory.
const DOWNLOAD_BYTES: u64 = 256 << 20;
/// Bytes.
const LOG_BYTES: usize = 64 << 10;
/// Bytes.
const LOG_MESSAGE_BYTES: usize = 4 << 10;
/// Bytes: a panic with its message.
const STDIO_BYTES: usize = 8 << 10;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_listed_limit_has_a_name_of_its_own_and_a_value() {
        let list = Limits::default().list();
        let names: std::collections::BTreeSet<_> = list.iter().map(|limit| limit.name).collect();
        assert_eq!(names.len(), list.len());
        assert!(list.iter().all(|limit| limit.value > 0));
    }
}
