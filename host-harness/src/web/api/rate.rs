//! How often a key may ask, and how often somebody without one may try.

use std::collections::HashMap;
use std::hash::Hash;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Mutex, MutexGuard, PoisonError};

use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use koalr_platform::model::common::Timestamp;

use super::super::limits::Limits;
use super::super::problem::Problem;

/// The rates of all keys and addresses.
#[derive(Debug)]
pub(super) struct Rate {
    asked: Bucket,
    failed: Bucket,
    state: Mutex<State>,
}

/// How a key stands after a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Standing {
    bucket: Bucket,
    /// Requests that it may send at once.
    remaining: i64,
    /// Until it may send as many as ever, in seconds, rounded up.
    reset_secs: i64,
    /// When it may send the next one, in seconds, rounded up; none if it might send this one.
    retry_secs: Option<u64>,
}

/// A key by its hash: only who has it gets a bucket.
type Key = [u8; 32];

#[derive(Debug, Default)]
struct State {
    keys: Buckets<Key>,
    peers: Buckets<IpAddr>,
}

impl Rate {
    pub(super) fn new(limits: &Limits) -> Self {
        Self {
            asked: Bucket::new(limits.requests_per_minute, limits.burst),
            failed: Bucket::new(limits.failures_per_minute, limits.failures_per_minute),
            state: Mutex::default(),
        }
    }

    /// Lets somebody show a key. Who showed too many wrong ones may only show one that was right within the last minutes:
    /// others at the same address, as behind a proxy, are not locked out with them.
    pub(super) fn knock(&self, peer: IpAddr, key: &Key, now: Timestamp) -> Result<(), Problem> {
        let mut state = self.state();
        if state.keys.is_known(key, now) {
            return Ok(());
        }
        let peer = state.place(peer, now);
        match self
            .failed
            .take(state.peers.get(&peer, self.failed, now), now)
        {
            Ok(_) => Ok(()),
            Err(wait_us) => {
                let detail = "too many requests without a valid key came from this address";
                let problem = Problem::new(StatusCode::TOO_MANY_REQUESTS, detail);
                Err(problem.later(secs(wait_us).unsigned_abs()))
            }
        }
    }

    /// Counts a request without a valid key.
    pub(super) fn failed(&self, peer: IpAddr, now: Timestamp) {
        let mut state = self.state();
        let peer = state.place(peer, now);
        if let Ok(until) = self
            .failed
            .take(state.peers.get(&peer, self.failed, now), now)
        {
            state.peers.put(peer, until);
        }
    }

    /// Counts a request with a valid key, unless it is one too many.
    pub(super) fn asked(&self, key: &Key, now: Timestamp) -> Standing {
        let mut state = self.state();
        let until = state.keys.get(key, self.asked, now);
        let (until, retry_secs) = match self.asked.take(until, now) {
            Ok(until) => (until, None),
            Err(wait_us) => (until, Some(secs(wait_us).unsigned_abs())),
        };
        if !state.keys.holds(key) {
            state.keys.sweep(now);
        }
        state.keys.put(*key, until);
        let bucket = self.asked;
        let owed_us = (until - now.saturating_mul(US_PER_MS)).clamp(0, bucket.full_us());
        Standing {
            bucket,
            remaining: (bucket.full_us() - owed_us) / bucket.each_us,
            reset_secs: secs(owed_us),
            retry_secs,
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Whose bucket an address has.
    fn place(&mut self, peer: IpAddr, now: Timestamp) -> IpAddr {
        let peer = place(peer);
        if self.peers.holds(&peer) || self.peers.sweep(now) < MOST {
            return peer;
        }
        // Whoever else comes shares one.
        Ipv6Addr::UNSPECIFIED.into()
    }
}

impl Standing {
    /// Says no to one request too many.
    pub(super) fn check(&self) -> Result<(), Problem> {
        let Some(secs) = self.retry_secs else {
            return Ok(());
        };
        let detail = format!("this key asks too often; ask again in {secs} s");
        Err(Problem::new(StatusCode::TOO_MANY_REQUESTS, detail).later(secs))
    }

    /// Writes down the rate as draft-ietf-httpapi-ratelimit-headers has it.
    pub(super) fn write(&self, headers: &mut HeaderMap) {
        let Bucket { burst, .. } = self.bucket;
        let window = secs(self.bucket.full_us());
        let texts = [
            (POLICY, format!("\"key\";q={burst};w={window}")),
            (
                STANDING,
                format!("\"key\";r={};t={}", self.remaining, self.reset_secs),
            ),
        ];
        for (name, text) in texts {
            if let Ok(text) = HeaderValue::try_from(text) {
                headers.insert(name, text);
            }
        }
    }
}

/// A bucket that so many requests fit into, and that one runs out of every so often.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Bucket {
    /// Time that a request takes up, in microseconds. At least 1.
    each_us: i64,
    burst: u32,
}

impl Bucket {
    fn new(per_minute: u32, burst: u32) -> Self {
        Self {
            each_us: (MINUTE_US / i64::from(per_minute.max(1))).max(1),
            burst: burst.max(1),
        }
    }

    fn full_us(self) -> i64 {
        self.each_us.saturating_mul(self.burst.into())
    }

    /// When it is empty again if it is full now, in microseconds since 1970.
    fn full_at(self, now: Timestamp) -> i64 {
        now.saturating_mul(US_PER_MS).saturating_add(self.full_us())
    }

    /// Puts a request in. `until` is when the bucket is empty again, in microseconds; so is the answer. If it does not fit,
    /// the error says for how long not.
    fn take(self, until: i64, now: Timestamp) -> Result<i64, i64> {
        let full = self.full_at(now);
        let after = until
            .max(now.saturating_mul(US_PER_MS))
            .saturating_add(self.each_us);
        if after <= full {
            Ok(after)
        } else {
            Err(after - full)
        }
    }
}

/// When each bucket is empty again, in microseconds since 1970.
#[derive(Debug)]
struct Buckets<K> {
    until: HashMap<K, i64>,
    /// How many there may be before those that were not used lately are dropped.
    sweep_at: usize,
}

impl<K: Hash + Eq> Buckets<K> {
    /// It is never fuller than full, even if the clock was put back.
    fn get(&mut self, whose: &K, bucket: Bucket, now: Timestamp) -> i64 {
        let full = bucket.full_at(now);
        match self.until.get_mut(whose) {
            Some(until) => {
                *until = full.min(*until);
                *until
            }
            None => i64::MIN,
        }
    }

    fn put(&mut self, whose: K, until: i64) {
        self.until.insert(whose, until);
    }

    fn holds(&self, whose: &K) -> bool {
        self.until.contains_key(whose)
    }

    /// Whether it was used lately.
    fn is_known(&self, whose: &K, now: Timestamp) -> bool {
        let until = self.until.get(whose);
        until.is_some_and(|until| is_late(*until, now))
    }

    /// Drops those that were not used lately, if there are many; how many there are then.
    fn sweep(&mut self, now: Timestamp) -> usize {
        if self.until.len() >= self.sweep_at {
            self.until.retain(|_, until| is_late(*until, now));
            self.sweep_at = (2 * self.until.len()).clamp(SWEEP, MOST);
        }
        self.until.len()
    }
}

impl<K> Default for Buckets<K> {
    fn default() -> Self {
        Self {
            until: HashMap::new(),
            sweep_at: SWEEP,
        }
    }
}

fn is_late(until: i64, now: Timestamp) -> bool {
    until.saturating_add(KNOWN_US) > now.saturating_mul(US_PER_MS)
}

/// Whose address it is: a site has a 64-bit prefix of IPv6 to choose from.
fn place(peer: IpAddr) -> IpAddr {
    match peer.to_canonical() {
        IpAddr::V6(address) => {
            let prefix = address.to_bits() >> 64 << 64;
            Ipv6Addr::from_bits(prefix).into()
        }
        address @ IpAddr::V4(_) => address,
    }
}

fn secs(us: i64) -> i64 {
    let whole = us / US_PER_S;
    whole + i64::from(us % US_PER_S > 0)
}

const POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");
const STANDING: HeaderName = HeaderName::from_static("ratelimit");

const US_PER_MS: i64 = 1_000;
const US_PER_S: i64 = 1_000_000;
const MINUTE_US: i64 = 60 * US_PER_S;

/// For how long a key that was right is known, in microseconds: ten minutes.
const KNOWN_US: i64 = 10 * MINUTE_US;

/// Buckets before the first sweep.
const SWEEP: usize = 1024;

/// Most addresses that have a bucket of their own. More keys than that are swept each time that one comes.
const MOST: usize = 10_000;

#[cfg(test)]
mod tests;
