//! When a failed job is tried again.

/// Attempts before a job is given up.
pub const MAX_ATTEMPTS: u32 = 8;

/// Milliseconds to wait after this attempt, from 1.
///
/// By itself: 1 second, doubled by every further attempt, at most 5 minutes; up to a quarter less, which the key and the
/// attempt decide, so that jobs that failed together do not come back together. A wait that was asked for is kept in
/// full, a day at most, with up to a second more.
pub(super) fn wait_ms(key: &str, attempt: u32, asked_secs: Option<u64>) -> i64 {
    let spread = spread(key, attempt);
    if let Some(secs) = asked_secs {
        let secs = i64::try_from(secs).unwrap_or(i64::MAX).min(MAX_ASKED_SECS);
        return secs * 1000 + 1000 * spread / SPREAD;
    }
    let doubled = 1_i64
        .checked_shl(attempt.saturating_sub(1))
        .filter(|doubled| (1..MAX_WAIT_MS / FIRST_WAIT_MS).contains(doubled));
    let full = doubled.map_or(MAX_WAIT_MS, |doubled| FIRST_WAIT_MS * doubled);
    full - full / 4 * spread / SPREAD
}

/// From 0 up to [`SPREAD`], which is not reached: FNV-1a over key and attempt.
fn spread(key: &str, attempt: u32) -> i64 {
    let bytes = key.bytes().chain(attempt.to_be_bytes());
    let hash = bytes.fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    // The low bits of FNV mix least; fold the upper half in.
    i64::try_from((hash ^ (hash >> 32)) & 0xffff).unwrap_or(0)
}

/// The wait after the first attempt, in milliseconds.
const FIRST_WAIT_MS: i64 = 1000;
/// The longest wait of our own, in milliseconds: 5 minutes.
const MAX_WAIT_MS: i64 = 300_000;
/// The longest wait that is taken from outside, in seconds: a day.
const MAX_ASKED_SECS: i64 = 86_400;
/// Steps of the spread.
const SPREAD: i64 = 1 << 16;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_five_minutes_less_a_quarter_at_most() {
        let full = [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300].map(|secs| secs * 1000);
        for (attempt, full) in (1..).zip(full) {
            let wait = wait_ms("pull 7", attempt, None);
            assert!(
                full * 3 / 4 <= wait && wait <= full,
                "{attempt}: {wait} of {full}"
            );
        }
        assert!(wait_ms("pull 7", u32::MAX, None) <= MAX_WAIT_MS);
    }

    #[test]
    fn jobs_that_failed_together_come_back_apart() {
        let waits: std::collections::BTreeSet<i64> = (0..100)
            .map(|pull| wait_ms(&format!("pull {pull}"), 4, None))
            .collect();
        assert!(waits.len() > 90, "{}", waits.len());
        let width = waits.last().unwrap() - waits.first().unwrap();
        assert!(width > 1500, "{width} of 2000 milliseconds are used");
    }

    #[test]
    fn the_same_attempt_of_the_same_job_waits_the_same() {
        assert_eq!(wait_ms("pull 7", 3, None), wait_ms("pull 7", 3, None));
        assert_ne!(wait_ms("pull 7", 3, Some(0)), wait_ms("pull 8", 3, Some(0)));
    }

    #[test]
    fn a_wait_that_was_asked_for_is_never_cut_short() {
        for attempt in 1..=MAX_ATTEMPTS {
            let wait = wait_ms("pull 7", attempt, Some(90));
            assert!((90_000..91_000).contains(&wait), "{wait}");
        }
    }

    #[test]
    fn a_senseless_wait_ends_after_a_day() {
        let wait = wait_ms("pull 7", 1, Some(u64::MAX));
        assert!((86_400_000..86_401_000).contains(&wait), "{wait}");
    }
}
