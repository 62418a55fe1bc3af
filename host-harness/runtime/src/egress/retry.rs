//! How long to wait before a request is sent again.

use std::hash::{BuildHasher, RandomState};
use std::time::Duration;

use http::header::{DATE, HeaderName, RETRY_AFTER};
use http::{HeaderMap, StatusCode};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc2822;

/// The wait an answer asks for: `Retry-After` (seconds or a date), else `X-RateLimit-Reset` (seconds left, alone or as
/// the first item of a structured list, or a time as seconds since 1970). None if it asks for none, or for nothing
/// above zero. At most a day.
#[must_use]
pub fn asked_wait(headers: &HeaderMap) -> Option<Duration> {
    let text = |name: &HeaderName| headers.get(name)?.to_str().ok().map(str::trim);
    // Counted from the answer's own date, so that the two clocks need not agree.
    let now = || {
        text(&DATE)
            .and_then(http_date)
            .unwrap_or_else(|| OffsetDateTime::now_utc().unix_timestamp())
    };
    let seconds = text(&RETRY_AFTER)
        .and_then(|value| match value.parse::<i64>() {
            Ok(seconds) => Some(seconds),
            Err(_) => http_date(value).map(|at| at - now()),
        })
        .or_else(|| {
            let reset = text(&RATE_LIMIT_RESET)?;
            let first = reset.split([',', ';']).next()?.trim().parse::<i64>().ok()?;
            Some(if first > LONGEST_SECS {
                first.saturating_sub(now())
            } else {
                first
            })
        })?;
    let seconds = u64::try_from(seconds.min(LONGEST_SECS)).ok()?;
    (seconds > 0).then(|| Duration::from_secs(seconds))
}

/// The wait before a request is sent again that a gateway could not pass on; none for any other answer.
///
/// `resent` is how often it was sent again already.
pub(crate) fn gateway_wait(
    status: StatusCode,
    headers: &HeaderMap,
    resent: u32,
) -> Option<Duration> {
    let passes = matches!(
        status,
        StatusCode::BAD_GATEWAY | StatusCode::SERVICE_UNAVAILABLE | StatusCode::GATEWAY_TIMEOUT
    );
    passes.then(|| asked_wait(headers).unwrap_or_else(|| backoff(resent)))
}

/// As [`gateway_wait`], for files: their host has no quota that others share.
pub(crate) fn download_wait(
    status: StatusCode,
    headers: &HeaderMap,
    resent: u32,
) -> Option<Duration> {
    let status = match status {
        StatusCode::TOO_MANY_REQUESTS => StatusCode::SERVICE_UNAVAILABLE,
        other => other,
    };
    gateway_wait(status, headers, resent)
}

/// The wait of 1, 2, 4 … 60 s after so many failures before, less up to a quarter, so that hosts that failed together
/// do not return together.
pub(crate) fn backoff(failures_before: u32) -> Duration {
    let whole = Duration::from_secs(1 << failures_before.min(LAST_DOUBLING)).min(LONGEST_BACKOFF);
    let random = u32::try_from(RandomState::new().hash_one(()) % u64::from(JITTER_STEPS));
    whole.saturating_sub(whole * random.unwrap_or_default() / (4 * JITTER_STEPS))
}

/// Seconds since 1970 of a date as HTTP writes it.
fn http_date(text: &str) -> Option<i64> {
    OffsetDateTime::parse(text, &Rfc2822)
        .ok()
        .map(OffsetDateTime::unix_timestamp)
}

/// The de-facto header; its name is written in any case.
const RATE_LIMIT_RESET: HeaderName = HeaderName::from_static("x-ratelimit-reset");
/// Seconds: a longer wait is not believed.
const LONGEST_SECS: i64 = 24 * 60 * 60;
/// Longest wait that an upstream did not ask for.
const LONGEST_BACKOFF: Duration = Duration::from_mins(1);
/// Doublings after which a second is more than the longest wait.
const LAST_DOUBLING: u32 = 6;
/// Steps into which a quarter of a wait is divided.
const JITTER_STEPS: u32 = 1_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn asked(headers: &[(&str, &str)]) -> Option<u64> {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.insert(HeaderName::try_from(*name).unwrap(), value.parse().unwrap());
        }
        asked_wait(&map).map(|wait| wait.as_secs())
    }

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        assert_eq!(asked(&[("retry-after", "7")]), Some(7));
        assert_eq!(
            asked(&[
                ("date", "Sun, 06 Nov 1994 08:49:37 GMT"),
                ("retry-after", "Sun, 06 Nov 1994 08:50:07 GMT"),
            ]),
            Some(30)
        );
    }

    #[test]
    fn retry_after_is_believed_before_the_rate_limit() {
        assert_eq!(
            asked(&[("retry-after", "7"), ("x-ratelimit-reset", "40")]),
            Some(7)
        );
    }

    #[test]
    fn a_rate_limit_reset_may_be_a_number_a_list_or_a_time() {
        assert_eq!(asked(&[("x-ratelimit-reset", "12")]), Some(12));
        assert_eq!(
            asked(&[("x-ratelimit-reset", "12, 1;w=1, 12;w=60")]),
            Some(12)
        );
        assert_eq!(
            asked(&[("x-ratelimit-reset", "3;w=60;name=\"x\"")]),
            Some(3)
        );
        assert_eq!(
            asked(&[
                ("date", "Sun, 06 Nov 1994 08:49:37 GMT"),
                ("x-ratelimit-reset", "784111787"),
            ]),
            Some(10)
        );
    }

    #[test]
    fn nonsense_asks_for_nothing_and_too_much_for_a_day() {
        assert_eq!(asked(&[]), None);
        assert_eq!(asked(&[("retry-after", "soon")]), None);
        assert_eq!(asked(&[("retry-after", "0")]), None);
        assert_eq!(asked(&[("retry-after", "-5")]), None);
        assert_eq!(
            asked(&[("retry-after", "9223372036854775807")]),
            Some(86_400)
        );
        let reset = ("x-ratelimit-reset", "9223372036854775807");
        let before_1970 = ("date", "Thu, 01 Jan 1903 00:00:00 GMT");
        assert_eq!(asked(&[reset, before_1970]), Some(86_400));
    }

    #[test]
    fn without_a_stated_wait_it_doubles_from_one_second_to_sixty() {
        for (before, whole) in [1, 2, 4, 8, 16, 32, 60, 60, 60].into_iter().enumerate() {
            let wait = backoff(u32::try_from(before).unwrap());
            let whole = Duration::from_secs(whole);
            assert!(
                wait <= whole && wait >= whole * 3 / 4,
                "{wait:?} for {whole:?}"
            );
        }
    }

    #[test]
    fn only_a_failing_gateway_is_asked_again() {
        let headers = HeaderMap::from_iter([(RETRY_AFTER, "7".parse().unwrap())]);
        for (status, wait) in [(502, 7), (503, 7), (504, 7), (500, 0), (429, 0), (200, 0)] {
            let status = StatusCode::from_u16(status).unwrap();
            let told = gateway_wait(status, &headers, 0).map_or(0, |wait| wait.as_secs());
            assert_eq!(told, wait, "{status}");
        }
    }
}
