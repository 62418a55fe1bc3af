//! Spoiled answers: what can go wrong, where and when, and the one place that does it.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use serde_json::{Value, json};

use crate::answer::Answer;
use crate::asked::{Asked, decode, encode};
use crate::render::put;

/// What is done to an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// An error document with this status, and `retry-after` as given: seconds or a date.
    Status(u16, Option<String>),
    /// A well-framed body that ends in the middle of its JSON.
    Truncated,
    /// A web page with status 200, as proxies send.
    Html,
    /// Status 200 without a body.
    EmptyBody,
    /// The connection ends in the middle of the body.
    CutConnection,
    /// `links.next` leads to the page itself. A first page is left alone, since it has no cursor of its own.
    RepeatingCursor,
    /// `links.next` leads to another host. The last page is left alone.
    OffHostNext,
    /// `links.next` is `{href, meta}`. The last page is left alone.
    ObjectNext,
    /// `links.next` has scheme, host and port. The last page is left alone.
    AbsoluteNext,
    /// A page without items that leads to the page that was asked for: nothing is lost to who goes on.
    EmptyPageInMiddle,
    /// The answer comes after this many milliseconds.
    Slow(u64),
}

/// Which of the requests that match a prefix are hit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Occurrence {
    /// All.
    Every,
    /// The first so many.
    First(u32),
    /// Only this one, counted from 1.
    Nth(u32),
}

/// The faults that are switched on, with what they have counted.
#[derive(Debug, Default)]
pub(crate) struct Faults(Mutex<Vec<Switch>>);

#[derive(Debug)]
struct Switch {
    prefix: String,
    occurrence: Occurrence,
    fault: Fault,
    seen: u32,
}

impl Faults {
    /// Switches a fault on.
    pub(crate) fn add(&self, prefix: &str, occurrence: Occurrence, fault: Fault) {
        self.switches().push(Switch {
            prefix: prefix.to_owned(),
            occurrence,
            fault,
            seen: 0,
        });
    }

    /// Switches all faults off.
    pub(crate) fn clear(&self) {
        self.switches().clear();
    }

    /// Counts a request and says which faults hit it, in the order they were switched on.
    pub(crate) fn hits(&self, path: &str) -> Vec<Fault> {
        let mut hits = Vec::new();
        for switch in self.switches().iter_mut() {
            if path.starts_with(&switch.prefix) {
                switch.seen += 1;
                let hit = match switch.occurrence {
                    Occurrence::Every => true,
                    Occurrence::First(count) => switch.seen <= count,
                    Occurrence::Nth(number) => switch.seen == number,
                };
                if hit {
                    hits.push(switch.fault.clone());
                }
            }
        }
        hits
    }

    fn switches(&self) -> std::sync::MutexGuard<'_, Vec<Switch>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// An answer with what was done to it.
#[derive(Debug)]
pub(crate) struct Spoiled {
    /// What is sent.
    pub(crate) answer: Answer,
    /// Whether the connection ends in the middle of the body.
    pub(crate) cut: bool,
    /// How long to wait first.
    pub(crate) delay: Duration,
}

/// Does to an answer what the faults say. `base` is the address of this upstream.
pub(crate) fn spoil(faults: &[Fault], asked: &Asked, base: &str, answer: Answer) -> Spoiled {
    let mut spoiled = Spoiled {
        answer,
        cut: false,
        delay: Duration::ZERO,
    };
    for fault in faults {
        match fault {
            Fault::Status(status, retry_after) => {
                let failure = Answer::error(*status, "Injected by the mock");
                spoiled.answer = failure;
                spoiled.answer.retry_after.clone_from(retry_after);
            }
            Fault::Truncated => {
                let half = spoiled.answer.body.len() / 2;
                spoiled.answer.body.truncate(half);
            }
            Fault::Html => {
                spoiled.answer.status = 200;
                spoiled.answer.media_type = "text/html; charset=utf-8";
                spoiled.answer.body = WEB_PAGE.as_bytes().to_vec();
            }
            Fault::EmptyBody => spoiled.answer.body.clear(),
            Fault::CutConnection => spoiled.cut = true,
            Fault::Slow(millis) => spoiled.delay += Duration::from_millis(*millis),
            Fault::RepeatingCursor
            | Fault::OffHostNext
            | Fault::ObjectNext
            | Fault::AbsoluteNext
            | Fault::EmptyPageInMiddle => relink(fault, asked, base, &mut spoiled.answer),
        }
    }
    spoiled
}

/// The query without the marks that [`Fault::EmptyPageInMiddle`] left on its cursor.
pub(crate) fn unmark(path: &str, query: &str) -> Asked {
    let asked = Asked::new(path, query);
    let Some(marked) = asked.text("starting_after") else {
        return asked;
    };
    let cursor = marked.trim_end_matches(MARK);
    if cursor == marked {
        return asked;
    }
    let mut rest = asked.query_without("starting_after");
    if !cursor.is_empty() {
        rest = format!("{rest}&starting_after={}", encode(cursor));
    }
    Asked::new(path, &rest)
}

/// Rewrites `links.next`. Answers that are not documents of a listing stay as they are.
fn relink(fault: &Fault, asked: &Asked, base: &str, answer: &mut Answer) {
    let mut document = match serde_json::from_slice::<Value>(&answer.body) {
        Ok(document) if document.get("data").is_some_and(Value::is_array) => document,
        _ => return,
    };
    let own = asked.text("starting_after");
    let to = |cursor: &str| {
        let query = asked.query_without("starting_after");
        format!("{}?{query}&starting_after={}", asked.path, encode(cursor))
    };
    let next = document.pointer("/links/next").and_then(Value::as_str);
    let rooted = next.map(|next| next.strip_prefix("/rest").unwrap_or(next));
    let link = match fault {
        Fault::RepeatingCursor => own.map(|own| json!(to(own))),
        Fault::EmptyPageInMiddle => {
            let cursor = format!("{}{MARK}", own.unwrap_or_default());
            Some(json!(to(&cursor)))
        }
        Fault::OffHostNext => rooted.map(|next| json!(format!("{ELSEWHERE}/rest{next}"))),
        Fault::AbsoluteNext => rooted.map(|next| json!(format!("{base}/rest{next}"))),
        Fault::ObjectNext => next.map(|next| json!({"href": next, "meta": {}})),
        _ => None,
    };
    let Some(link) = link else {
        return;
    };
    put(&mut document, "links", json!({"next": link}));
    if *fault == Fault::EmptyPageInMiddle {
        put(&mut document, "data", json!([]));
    }
    answer.body = document.to_string().into_bytes();
}

/// The `starting_after` of a document's `links.next`, in text or object form.
pub(crate) fn next_cursor(document: &Value) -> Option<String> {
    let next = document.get("links")?.get("next")?;
    let href = next.as_str().or_else(|| next.get("href")?.as_str())?;
    let (_, query) = href.split_once('?')?;
    let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    let (_, cursor) = pairs.find(|(name, _)| *name == "starting_after")?;
    Some(decode(cursor, true))
}

/// Ends the cursor of an inserted empty page, so that it differs from the cursor it stands for.
const MARK: &str = "~again";
/// A host that no test may reach; the top-level domain is reserved.
const ELSEWHERE: &str = "https://api.elsewhere.invalid";
/// What a proxy may send in place of an answer.
const WEB_PAGE: &str =
    "<!doctype html><title>Sign in</title><p>Sign in to the network to go on.</p>";
