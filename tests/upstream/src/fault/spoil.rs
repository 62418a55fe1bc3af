//! The one place where answers are spoiled.

use std::time::Duration;

use super::{Fault, Hint, page};
use crate::answer::Answer;
use crate::asked::Asked;
use crate::clock;
use crate::data::Timestamp;
use crate::pace::Limit;

/// An answer with what was done to it.
#[derive(Debug)]
pub(crate) struct Spoiled {
    /// What is sent.
    pub(crate) answer: Answer,
    /// Where the connection ends.
    pub(crate) cut: Cut,
    /// How long to wait first.
    pub(crate) delay: Duration,
    /// How long its receiver is told to wait.
    pub(crate) told: Option<Duration>,
}

/// Where a connection ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cut {
    /// Where it should.
    Nowhere,
    /// In the middle of the body.
    Body,
    /// Before the answer begins.
    Head,
}

/// Where and when an answer is given.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Moment<'a> {
    /// The address of this upstream.
    pub(crate) base: &'a str,
    /// The upstream's time.
    pub(crate) now: Timestamp,
}

/// Does to an answer what the faults say.
pub(crate) fn spoil(
    faults: &[Fault],
    asked: &Asked,
    moment: Moment<'_>,
    answer: Answer,
) -> Spoiled {
    let mut spoiled = Spoiled {
        answer,
        cut: Cut::Nowhere,
        delay: Duration::ZERO,
        told: None,
    };
    for fault in faults {
        match fault {
            Fault::Status(status, retry_after) => {
                spoiled.answer = Answer::error(*status, DETAIL);
                if let Some(wait) = retry_after {
                    spoiled.told = wait.parse().ok().map(Duration::from_secs);
                    spoiled.answer = spoiled.answer.header(RETRY_AFTER, wait);
                }
            }
            Fault::Limited(hint) => limit(*hint, moment, &mut spoiled),
            Fault::Truncated => {
                let half = spoiled.answer.body.len() / 2;
                spoiled.answer.body.truncate(half);
            }
            Fault::Html => {
                spoiled.answer.status = 200;
                spoiled.answer.media_type = "text/html; charset=utf-8";
                spoiled.answer.body = WEB_PAGE.as_bytes().to_vec();
            }
            Fault::EmptyBody => {
                spoiled.answer.status = 200;
                spoiled.answer.body.clear();
            }
            Fault::CutConnection => spoiled.cut = Cut::Body,
            Fault::ClosedConnection => spoiled.cut = Cut::Head,
            Fault::Slow(millis) => spoiled.delay += Duration::from_millis(*millis),
            Fault::Deprecated => {
                spoiled.answer.stage = "deprecated";
                let since = clock::rfc3339(moment.now - 30 * clock::DAY);
                let end = clock::date(moment.now + 60 * clock::DAY);
                let headers = &mut spoiled.answer.headers;
                headers.extend([("deprecation", since), ("sunset", end)]);
            }
            // Done where the answer is made.
            Fault::RaisedSeverity
            | Fault::ExportRefused
            | Fault::ExportErrored
            | Fault::ExportExpired
            | Fault::ExportTruncated
            | Fault::ExportShort => {}
            _ => page::rewrite(fault, asked, moment.base, &mut spoiled.answer),
        }
    }
    spoiled
}

/// 429 with a hint at how long to wait.
fn limit(hint: Hint, moment: Moment<'_>, spoiled: &mut Spoiled) {
    let answer = Answer::error(429, DETAIL);
    let (seconds, answer) = match hint {
        Hint::None => (None, answer),
        Hint::Seconds(wait) => (Some(wait), answer.header(RETRY_AFTER, wait.to_string())),
        Hint::Date(wait) => {
            // Rounded up, since the header has no fractions.
            let until = moment.now + i64::from(wait) * 1_000 + 999;
            let date = clock::http_date(until);
            (Some(wait), answer.header(RETRY_AFTER, date))
        }
        Hint::Reset(wait) => (Some(wait), answer.header(RESET, wait.to_string())),
        Hint::List(wait) => {
            let list = USUAL_LIMIT.header();
            let answer = answer.header("x-ratelimit-limit", list);
            (Some(wait), answer.header(RESET, wait.to_string()))
        }
    };
    spoiled.told = seconds.map(|seconds| Duration::from_secs(seconds.into()));
    spoiled.answer = answer;
}

/// What error documents of faults say.
const DETAIL: &str = "Injected by the mock";
const RETRY_AFTER: &str = "retry-after";
const RESET: &str = "x-ratelimit-reset";
/// The windows that were seen in the field.
const USUAL_LIMIT: Limit = Limit {
    per_second: 160,
    per_minute: 1_620,
    retry_after: false,
};
/// What a proxy may send in place of an answer.
const WEB_PAGE: &str =
    "<!doctype html><title>Sign in</title><p>Sign in to the network to go on.</p>";
