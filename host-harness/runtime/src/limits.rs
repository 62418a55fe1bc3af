//! Everything that bounds a guest, in one type.

use std::fmt;
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
    /// The same for `describe`: a manifest is kept as long as the plugin.
    pub manifest_bytes: usize,
    /// Requests one call may start, those that are denied among them. Those the host sends again are not counted.
    pub requests: u32,
    /// Requests of one session that are under way, or whose answer is still held. Each is a connection of this machine.
    pub open_requests: usize,
    /// Method, host, path and headers of one request: each of the first three, and all headers together, in bytes.
    pub request_head_bytes: usize,
    /// Body of one request, in bytes.
    pub request_bytes: usize,
    /// Body of one response, in bytes.
    pub response_bytes: u64,
    /// Body of one downloaded file, in bytes.
    pub download_bytes: u64,
    /// Log text of one call, in bytes; what exceeds it is dropped, and that is said once.
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
        LimitName::ALL.map(|name| self.of(name)).to_vec()
    }

    /// A limit by its name.
    #[must_use]
    pub fn of(&self, name: LimitName) -> Limit {
        // Without `..`: a limit that has no name, and so no row and no attack, does not compile.
        let Self {
            memory_bytes,
            cpu_ticks,
            wall,
            instances,
            tables,
            table_elements,
            handles,
            hostcall_bytes,
            manifest_bytes,
            requests,
            open_requests,
            request_head_bytes,
            request_bytes,
            response_bytes,
            download_bytes,
            log_bytes,
            log_message_bytes,
            stdio_bytes,
        } = self;
        let (value, unit) = match name {
            LimitName::Memory => (*memory_bytes as u64, "bytes"),
            LimitName::Cpu => (*cpu_ticks, "ticks of 10 ms a call"),
            LimitName::Wall => (wall.as_secs(), "seconds a call"),
            LimitName::Instances => (*instances as u64, "core instances"),
            LimitName::Tables => (*tables as u64, "tables"),
            LimitName::TableElements => (*table_elements as u64, "elements a table"),
            LimitName::Handles => (*handles as u64, "handles"),
            LimitName::Hostcall => (*hostcall_bytes as u64, "bytes a crossing to the host"),
            LimitName::Manifest => (*manifest_bytes as u64, "bytes a manifest"),
            LimitName::Requests => (u64::from(*requests), "requests a call"),
            LimitName::OpenRequests => (*open_requests as u64, "requests at once"),
            LimitName::RequestHead => (*request_head_bytes as u64, "bytes a request"),
            LimitName::RequestBody => (*request_bytes as u64, "bytes a request"),
            LimitName::ResponseBody => (*response_bytes, "bytes a response"),
            LimitName::Download => (*download_bytes, "bytes a file"),
            LimitName::Log => (*log_bytes as u64, "bytes a call"),
            LimitName::LogMessage => (*log_message_bytes as u64, "bytes a message"),
            LimitName::Stdio => (*stdio_bytes as u64, "bytes a call"),
        };
        Limit { name, value, unit }
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
            manifest_bytes: MANIFEST_BYTES,
            requests: REQUESTS,
            open_requests: OPEN_REQUESTS,
            request_head_bytes: REQUEST_HEAD_BYTES,
            request_bytes: REQUEST_BYTES,
            response_bytes: RESPONSE_BYTES,
            download_bytes: DOWNLOAD_BYTES,
            log_bytes: LOG_BYTES,
            log_message_bytes: LOG_MESSAGE_BYTES,
            stdio_bytes: STDIO_BYTES,
        }
    }
}

/// What a limit bounds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LimitName {
    /// Linear memory.
    Memory,
    /// Computing time.
    Cpu,
    /// Time by the clock.
    Wall,
    /// Core instances.
    Instances,
    /// Tables.
    Tables,
    /// Elements of a table.
    TableElements,
    /// Handles held at once.
    Handles,
    /// Data handed to the host.
    Hostcall,
    /// Data of a manifest.
    Manifest,
    /// Requests started.
    Requests,
    /// Requests and answers held at once.
    OpenRequests,
    /// Method, host, path and headers.
    RequestHead,
    /// Body of a request.
    RequestBody,
    /// Body of an answer.
    ResponseBody,
    /// Body of a downloaded file.
    Download,
    /// Log text.
    Log,
    /// One log message.
    LogMessage,
    /// Standard output and error.
    Stdio,
}

impl LimitName {
    /// All, in the order in which they are listed.
    pub const ALL: [Self; 18] = [
        Self::Memory,
        Self::Cpu,
        Self::Wall,
        Self::Instances,
        Self::Tables,
        Self::TableElements,
        Self::Handles,
        Self::Hostcall,
        Self::Manifest,
        Self::Requests,
        Self::OpenRequests,
        Self::RequestHead,
        Self::RequestBody,
        Self::ResponseBody,
        Self::Download,
        Self::Log,
        Self::LogMessage,
        Self::Stdio,
    ];

    /// Kebab-case name, as messages have it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Memory => "memory",
            Self::Cpu => "cpu",
            Self::Wall => "wall",
            Self::Instances => "instances",
            Self::Tables => "tables",
            Self::TableElements => "table-elements",
            Self::Handles => "handles",
            Self::Hostcall => "hostcall",
            Self::Manifest => "manifest",
            Self::Requests => "requests",
            Self::OpenRequests => "open-requests",
            Self::RequestHead => "request-head",
            Self::RequestBody => "request-body",
            Self::ResponseBody => "response-body",
            Self::Download => "download",
            Self::Log => "log",
            Self::LogMessage => "log-message",
            Self::Stdio => "stdio",
        }
    }
}

impl fmt::Display for LimitName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// One limit, for people.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limit {
    /// What it bounds.
    pub name: LimitName,
    /// Its value.
    pub value: u64,
    /// Unit of the value.
    pub unit: &'static str,
}

impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, value, unit } = self;
        write!(f, "{value} {unit} (limit `{name}`)")
    }
}

/// The host's reason to end a call from inside: the guest wanted more than this limit.
#[derive(Debug, Clone, Copy, thiserror::Error)]
#[error("more than the limit `{0}`")]
pub(crate) struct Exceeded(pub(crate) LimitName);

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
/// Handles: sixteen requests in flight have about a hundred. What the host keeps for each is bounded by the head of a
/// request, so that all together stay below a guest's memory.
const HANDLES: usize = 2_000;
/// Bytes: about a hundred thousand findings.
const HOSTCALL_BYTES: usize = 96 << 20;
/// Bytes: a manifest of a hundred rules has a twentieth.
const MANIFEST_BYTES: usize = 1 << 20;
/// Requests.
const REQUESTS: u32 = 1_000;
/// Requests: four times a plugin's window.
const OPEN_REQUESTS: usize = 64;
/// Bytes: an address with a cursor has a few thousand.
const REQUEST_HEAD_BYTES: usize = 16 << 10;
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
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_listed_limit_has_a_name_of_its_own_and_a_value() {
        let list = Limits::default().list();
        let words: BTreeSet<_> = list.iter().map(|limit| limit.name.word()).collect();
        assert_eq!(words.len(), list.len());
        assert!(list.iter().all(|limit| limit.value > 0));
    }
}
