//! What an upstream serves.

use std::sync::{PoisonError, RwLock};
use std::time::Duration;

use crate::answer::Answer;
use crate::asked::Asked;
use crate::clock;
use crate::data::{Organization, Severity, Timestamp};
use crate::export::{Call, Exports, Sent};
use crate::fault::{Fault, Faults, Occurrence};
use crate::feed::{self, Feed};
use crate::generated::{Generated, Generator};
use crate::pace::{Limit, Pace};
use crate::replay::Replay;
use crate::rest;

/// What an upstream serves, whom it lets in, how fast it may be asked, and how it misbehaves.
///
/// Made of [`Organization`]s, of a [`Replay`], or [`generated`](Self::generated).
#[derive(Debug)]
pub struct World {
    source: Source,
    pub(crate) token: Option<Token>,
    pub(crate) faults: Faults,
    pub(crate) pace: Pace,
    pub(crate) latency: Duration,
    pub(crate) exports: Exports,
    date: Option<Timestamp>,
}

/// A token that is not printed.
pub(crate) struct Token(pub(crate) String);

impl std::fmt::Debug for Token {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("…")
    }
}

#[derive(Debug)]
enum Source {
    Organizations(RwLock<Vec<Organization>>),
    Generated(Generator),
    Replay(Replay),
}

impl World {
    /// A Snyk of any size. Its issues are made when they are asked for.
    #[must_use]
    pub fn generated(of: Generated) -> Self {
        Source::Generated(Generator::new(of)).into()
    }

    /// Accepts only this token. Without it, any token that is not empty.
    #[must_use]
    pub fn token(mut self, token: impl Into<String>) -> Self {
        self.token = Some(Token(token.into()));
        self
    }

    /// Switches a fault on for requests whose path, as sent, begins with the prefix.
    #[must_use]
    pub fn fault(self, prefix: &str, occurrence: Occurrence, fault: Fault) -> Self {
        self.faults.add(prefix, occurrence, fault);
        self
    }

    /// Lets every answer take this long. Answers to requests that came together are sent together.
    #[must_use]
    pub fn with_latency(mut self, latency: Duration) -> Self {
        self.latency = latency;
        self
    }

    /// Takes this as the time of every `date` header and of every export, in place of the machine's clock.
    #[must_use]
    pub fn with_date(mut self, date: Timestamp) -> Self {
        self.date = Some(date);
        self
    }

    /// Refuses, with 429, what goes over these windows: once over one, everything until as many seconds are over as
    /// the refusal says in `x-ratelimit-reset`. Every answer has `x-ratelimit-limit` in Snyk's structured form.
    #[must_use]
    pub fn with_limit(mut self, per_second: u32, per_minute: u32) -> Self {
        self.pace.set(Limit {
            per_second,
            per_minute,
            retry_after: false,
        });
        self
    }

    /// Adds `retry-after` to the refusals of [`with_limit`](Self::with_limit), which must come first.
    #[must_use]
    pub fn with_retry_after(mut self) -> Self {
        if let Some(limit) = self.pace.limit() {
            self.pace.set(Limit {
                retry_after: true,
                ..limit
            });
        }
        self
    }

    /// Lets so many requests for the state of an export find it unfinished. One, if this is not called.
    #[must_use]
    pub fn with_export_polls(mut self, polls: u32) -> Self {
        self.exports.polls = polls;
        self
    }

    /// Splits the rows of an export into files of so many. 10,000, if this is not called.
    #[must_use]
    pub fn with_export_rows_per_file(mut self, rows: usize) -> Self {
        self.exports.rows_per_file = rows;
        self
    }

    /// The time of this world.
    pub(crate) fn now(&self) -> Timestamp {
        self.date.unwrap_or_else(clock::now)
    }

    /// Answers a GET.
    pub(crate) fn read(&self, call: &Call<'_>) -> Answer {
        if let Source::Replay(replay) = &self.source {
            return replay.answer(call.asked);
        }
        if let Some(answer) = self.exports.read(call) {
            return answer.unwrap_or_else(|refusal| refusal);
        }
        let answer = self.with_feed(|feed| rest::answer(feed, call.asked));
        let answer = answer.unwrap_or_else(|| Answer::not_found("Path"));
        if call.hits.contains(&Fault::RaisedSeverity) && answer.status == 200 {
            self.raise(call.asked);
        }
        answer
    }

    /// Answers a POST. None if nothing may be posted there.
    pub(crate) fn create(&self, call: &Call<'_>, body: &[u8]) -> Option<Answer> {
        let answer = self.with_feed(|feed| self.exports.create(feed, call, body))??;
        Some(answer.unwrap_or_else(|refusal| refusal))
    }

    /// Answers a request for a file of an export.
    pub(crate) fn download(&self, path: &str, query: &str, credential: bool) -> Option<Sent> {
        self.with_feed(|feed| self.exports.download(feed, path, query, credential))
    }

    /// Changes the organizations. None if they are not typed ones.
    pub(crate) fn change<T>(&self, change: impl FnOnce(&mut Vec<Organization>) -> T) -> Option<T> {
        let Source::Organizations(organizations) = &self.source else {
            return None;
        };
        let mut organizations = organizations
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        let changed = change(&mut organizations);
        feed::sort(&mut organizations);
        Some(changed)
    }

    fn with_feed<T>(&self, ask: impl FnOnce(&dyn Feed) -> T) -> Option<T> {
        match &self.source {
            Source::Organizations(organizations) => {
                let organizations = organizations.read();
                Some(ask(&*organizations.unwrap_or_else(PoisonError::into_inner)))
            }
            Source::Generated(generator) => Some(ask(generator)),
            Source::Replay(_) => None,
        }
    }

    /// Makes the last open issue of a listing that was just read critical.
    fn raise(&self, asked: &Asked) {
        let ["rest", "orgs", id, "issues"] = asked.segments()[..] else {
            return;
        };
        let now = self.now();
        self.change(|organizations| {
            let organization = organizations.iter_mut().find(|item| item.id == id);
            let issues = organization.map_or(&mut [][..], |item| &mut item.issues);
            let mut open = issues
                .iter_mut()
                .rev()
                .filter(|item| item.status() == "open");
            if let Some(last) = open.find(|item| item.severity < Severity::Critical) {
                last.severity = Severity::Critical;
                last.updated_at = now;
            }
        });
    }
}

impl From<Source> for World {
    fn from(source: Source) -> Self {
        Self {
            source,
            token: None,
            faults: Faults::default(),
            pace: Pace::default(),
            latency: Duration::ZERO,
            exports: Exports::default(),
            date: None,
        }
    }
}

impl From<Vec<Organization>> for World {
    fn from(mut organizations: Vec<Organization>) -> Self {
        feed::sort(&mut organizations);
        Source::Organizations(RwLock::new(organizations)).into()
    }
}

impl From<Organization> for World {
    fn from(organization: Organization) -> Self {
        vec![organization].into()
    }
}

impl From<Replay> for World {
    fn from(replay: Replay) -> Self {
        Source::Replay(replay).into()
    }
}
