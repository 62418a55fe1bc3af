//! What a mock GitHub serves.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::checks::CheckRun;
use super::repository::Repository;
use super::review::Review;
use crate::clock;
use crate::data::Timestamp;
use crate::fault::{Fault, Faults, Occurrence};
use crate::world::Token;

/// What a mock GitHub serves, whom it lets in, how fast it may be asked, and how it misbehaves.
///
/// Every request needs `Authorization: Bearer …` and a `User-Agent`.
///
/// A secondary rate limit is `Fault::Status(403, Some("2".to_owned()))`; an exhausted primary one is
/// `Fault::Limited(Hint::Reset(2))`. A fault with a status refuses before anything is stored; a fault that spoils the
/// answer does so after.
#[derive(Debug)]
pub struct GitHub {
    pub(super) token: Option<Token>,
    pub(super) reader: Option<Token>,
    pub(super) faults: Faults,
    pub(super) latency: Duration,
    pub(super) limit: u32,
    pub(super) rows_per_page: usize,
    date: Option<Timestamp>,
    state: Mutex<State>,
}

/// What changes while it is served.
#[derive(Debug, Default)]
pub(super) struct State {
    pub(super) repositories: Vec<Repository>,
    pub(super) checks: Vec<CheckRun>,
    pub(super) reviews: Vec<Review>,
    /// The hour that requests are counted in, since 1970, and their number.
    window: (i64, u32),
}

/// What the headers say about the primary rate limit.
#[derive(Debug, Clone, Copy)]
pub(super) struct Allowance {
    /// Requests an hour.
    pub(super) limit: u32,
    /// Requests in this hour, this one included.
    pub(super) used: u32,
    /// End of the hour, in seconds since 1970.
    pub(super) reset: i64,
}

impl GitHub {
    /// A repository to serve, without commits.
    #[must_use]
    pub fn repository(full_name: &str) -> Repository {
        Repository::new(full_name)
    }

    /// Accepts only this token. Without it, any token that is not empty.
    #[must_use]
    pub fn token(mut self, token: impl Into<String>) -> Self {
        self.token = Some(Token(token.into()));
        self
    }

    /// Lets this token read, and refuses with 403 what it writes.
    #[must_use]
    pub fn read_only_token(mut self, token: impl Into<String>) -> Self {
        self.reader = Some(Token(token.into()));
        self
    }

    /// Switches a fault on for requests whose path, as sent, begins with the prefix.
    #[must_use]
    pub fn fault(self, prefix: &str, occurrence: Occurrence, fault: Fault) -> Self {
        self.faults.add(prefix, occurrence, fault);
        self
    }

    /// Lets every answer take this long.
    #[must_use]
    pub fn with_latency(mut self, latency: Duration) -> Self {
        self.latency = latency;
        self
    }

    /// Takes this as the time, in place of the machine's clock.
    #[must_use]
    pub fn with_date(mut self, date: Timestamp) -> Self {
        self.date = Some(date);
        self
    }

    /// Refuses what goes over so many requests in an hour. 5,000, if this is not called.
    #[must_use]
    pub fn with_limit(mut self, requests: u32) -> Self {
        self.limit = requests;
        self
    }

    /// Splits a comparison into pages of so many rows, led to by `link`, where the request says nothing of pages.
    /// Without this it is one page: GitHub documents no pages for it, and its own action follows them all the same.
    #[must_use]
    pub fn with_rows_per_page(mut self, rows: usize) -> Self {
        self.rows_per_page = rows.max(1);
        self
    }

    /// The time of this GitHub.
    pub(super) fn now(&self) -> Timestamp {
        self.date.unwrap_or_else(clock::now)
    }

    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts a request.
    pub(super) fn spend(&self) -> Allowance {
        let hour = self.now().div_euclid(HOUR);
        let mut state = self.state();
        if state.window.0 != hour {
            state.window = (hour, 0);
        }
        state.window.1 = state.window.1.saturating_add(1);
        Allowance {
            limit: self.limit,
            used: state.window.1,
            reset: (hour + 1) * HOUR / 1_000,
        }
    }
}

impl State {
    /// The repository of this owner and name, in any case.
    pub(super) fn repository(&self, owner: &str, name: &str) -> Option<&Repository> {
        let full_name = format!("{owner}/{name}");
        let mut repositories = self.repositories.iter();
        repositories.find(|item| item.full_name.eq_ignore_ascii_case(&full_name))
    }
}

impl From<Vec<Repository>> for GitHub {
    fn from(repositories: Vec<Repository>) -> Self {
        Self {
            token: None,
            reader: None,
            faults: Faults::default(),
            latency: Duration::ZERO,
            limit: 5_000,
            rows_per_page: usize::MAX,
            date: None,
            state: Mutex::new(State {
                repositories,
                ..State::default()
            }),
        }
    }
}

impl From<Repository> for GitHub {
    fn from(repository: Repository) -> Self {
        vec![repository].into()
    }
}

/// Milliseconds in an hour.
const HOUR: i64 = 3_600_000;
