//! Bytes: the headers `Retry-After`, `X-RateLimit-Reset` and `Date`, a line each. A wait is one second to a day, and the
//! stated one where that is a number.

use http::{HeaderMap, HeaderValue};
use koalr_runtime::asked_wait;

pub(super) fn run(bytes: &[u8]) {
    let mut lines = bytes.split(|byte| *byte == b'\n');
    let mut headers = HeaderMap::new();
    for name in ["retry-after", "x-ratelimit-reset", "date"] {
        let line = lines.next().unwrap_or_default();
        if let (false, Ok(value)) = (line.is_empty(), HeaderValue::from_bytes(line)) {
            headers.insert(name, value);
        }
    }
    // Without a date of its own an answer is of now, and a body has no clock.
    headers
        .entry("date")
        .or_insert(HeaderValue::from_static(DATE));
    let wait = asked_wait(&headers).map(|wait| wait.as_secs());
    assert!(
        wait.is_none_or(|secs| (1..=DAY).contains(&secs)),
        "a wait of {wait:?} s"
    );
    let stated = headers
        .get("retry-after")
        .and_then(|value| value.to_str().ok());
    if let Some(secs) = stated.and_then(|text| text.trim().parse::<i64>().ok()) {
        let expected = u64::try_from(secs).ok().filter(|secs| *secs > 0);
        assert_eq!(wait, expected.map(|secs| secs.min(DAY)));
    }
}

const DATE: &str = "Thu, 15 Jan 2026 00:00:00 GMT";

/// A day in seconds.
const DAY: u64 = 86_400;
