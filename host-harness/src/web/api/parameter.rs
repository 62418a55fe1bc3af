//! The query of a request. What may stand in it is declared; all that is wrong with it is said at once.

use std::collections::BTreeMap;

use axum::extract::Query as Pairs;
use http::{StatusCode, Uri};
use koalr_platform::model::common::Timestamp;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::super::problem::Problem;
use super::page::{After, Page};
use crate::jobs::Complaint;
use crate::report::plain;

/// What may stand in a query.
pub(crate) struct Parameter {
    pub(crate) name: &'static str,
    /// What it says, and what its absence means.
    pub(crate) about: &'static str,
    pub(crate) kind: Kind,
}

/// What a parameter's value is.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Kind {
    /// A text that is not blank.
    Text,
    /// A time as in RFC 3339, or a day as in `2026-01-15`, which is its first moment in UTC.
    Time,
    /// A whole number from the first to the second.
    Whole(u32, u32),
    /// One of these words.
    Word(&'static [&'static str]),
    /// Where the page before ended.
    Cursor,
}

/// What stands in a query.
#[derive(Debug, Default)]
pub(crate) struct Query {
    values: BTreeMap<&'static str, Value>,
}

#[derive(Debug, Clone)]
enum Value {
    Text(String),
    Time(Timestamp),
    Whole(u32),
    Word(&'static str),
    Cursor(After),
}

impl Query {
    /// Reads a query.
    pub(crate) fn read(uri: &Uri, known: &'static [Parameter]) -> Result<Self, Problem> {
        let Ok(Pairs(pairs)) = Pairs::<Vec<(String, String)>>::try_from_uri(uri) else {
            let detail = "the query cannot be taken apart";
            return Err(Problem::new(StatusCode::BAD_REQUEST, detail));
        };
        let mut query = Self::default();
        let mut complaints = Vec::new();
        for (name, text) in &pairs {
            let read = match known.iter().find(|one| one.name == name) {
                None => Err(unknown(known)),
                Some(one) if query.values.contains_key(one.name) => {
                    Err("it is there twice; leave one of them out".to_owned())
                }
                Some(one) => Value::read(one.kind, text).map(|value| (one.name, value)),
            };
            match read {
                Ok((name, value)) => _ = query.values.insert(name, value),
                Err(problem) => complaints.push(Complaint {
                    line: 1,
                    path: plain(name),
                    problem,
                }),
            }
        }
        if complaints.is_empty() {
            return Ok(query);
        }
        let detail = "nothing was done; `errors` says what is wrong with the query";
        Err(Problem::new(StatusCode::BAD_REQUEST, detail).because(complaints))
    }

    pub(crate) fn text(&mut self, name: &'static str) -> Option<String> {
        match self.values.remove(name) {
            Some(Value::Text(text)) => Some(text),
            _ => None,
        }
    }

    /// In milliseconds since 1970.
    pub(crate) fn time(&mut self, name: &'static str) -> Option<Timestamp> {
        match self.values.remove(name) {
            Some(Value::Time(time)) => Some(time),
            _ => None,
        }
    }

    pub(crate) fn whole(&mut self, name: &'static str) -> Option<u32> {
        match self.values.remove(name) {
            Some(Value::Whole(number)) => Some(number),
            _ => None,
        }
    }

    pub(crate) fn word(&mut self, name: &'static str) -> Option<&'static str> {
        match self.values.remove(name) {
            Some(Value::Word(word)) => Some(word),
            _ => None,
        }
    }

    /// Which page is asked for, by the parameters of [`PAGE`].
    pub(crate) fn page(&mut self) -> Page {
        let after = match self.values.remove("cursor") {
            Some(Value::Cursor(after)) => Some(after),
            _ => None,
        };
        Page {
            after,
            limit: self.whole("limit").unwrap_or(LIMIT),
        }
    }
}

impl Value {
    fn read(kind: Kind, text: &str) -> Result<Self, String> {
        match kind {
            Kind::Text if text.trim().is_empty() => Err("it is empty".to_owned()),
            Kind::Text if text.chars().count() > MAX_TEXT_CHARS => {
                Err(format!("it has more than {MAX_TEXT_CHARS} characters"))
            }
            // What is not UTF-8 was replaced with this when the query was taken apart.
            Kind::Text if text.contains(char::REPLACEMENT_CHARACTER) => {
                Err("it is not UTF-8, percent-encoded".to_owned())
            }
            Kind::Text => Ok(Self::Text(text.to_owned())),
            Kind::Time => time(text)
                .map(Self::Time)
                .ok_or_else(|| "write it as in 2026-01-15T09:30:00Z, or 2026-01-15".to_owned()),
            Kind::Whole(least, most) => match text.parse() {
                Ok(number) if (least..=most).contains(&number) => Ok(Self::Whole(number)),
                _ => Err(format!("it must be a whole number from {least} to {most}")),
            },
            Kind::Word(words) => words
                .iter()
                .find(|word| **word == text)
                .map(|word| Self::Word(word))
                .ok_or_else(|| format!("it must be one of `{}`", words.join("`, `"))),
            Kind::Cursor => After::read(text)
                .map(Self::Cursor)
                .ok_or_else(|| "no page ended there; give `next-cursor` as it came".to_owned()),
        }
    }
}

/// A time as in RFC 3339, or a day.
pub(crate) fn time(text: &str) -> Option<Timestamp> {
    let day = format!("{text}T00:00:00Z");
    let parse = |text: &str| OffsetDateTime::parse(text, &Rfc3339).ok();
    let time = parse(text).or_else(|| parse(&day))?;
    Timestamp::try_from(time.unix_timestamp_nanos() / 1_000_000).ok()
}

fn unknown(known: &[Parameter]) -> String {
    let names: Vec<&str> = known.iter().map(|one| one.name).collect();
    match names.as_slice() {
        [] => "nothing reads it; this address takes nothing in its query".to_owned(),
        names => format!("nothing reads it; known are `{}`", names.join("`, `")),
    }
}

/// Where a page begins.
pub(crate) const CURSOR: Parameter = Parameter {
    name: "cursor",
    about: "Where the page before ended, as its `next-cursor` says; absent for the first page.",
    kind: Kind::Cursor,
};

/// How long a page is.
pub(crate) const PAGE_LIMIT: Parameter = Parameter {
    name: "limit",
    about: "Most items of a page; 50 if absent.",
    kind: Kind::Whole(1, MAX_LIMIT),
};

/// Items of a page if nobody says how many.
const LIMIT: u32 = 50;

/// A page is made in a few milliseconds.
const MAX_LIMIT: u32 = 200;

/// Longest text: names and ids.
pub(crate) const MAX_TEXT_CHARS: usize = 1_000;

#[cfg(test)]
mod tests {
    use serde_json::Value as Json;

    use super::*;

    const KNOWN: &[Parameter] = &[
        CURSOR,
        PAGE_LIMIT,
        Parameter {
            name: "from",
            about: "",
            kind: Kind::Time,
        },
        Parameter {
            name: "state",
            about: "",
            kind: Kind::Word(&["OPEN", "MERGED"]),
        },
        Parameter {
            name: "repository",
            about: "",
            kind: Kind::Text,
        },
    ];

    fn read(query: &str) -> Result<Query, Json> {
        let uri = format!("/api?{query}").parse().unwrap();
        Query::read(&uri, KNOWN).map_err(|problem| serde_json::to_value(problem).unwrap())
    }

    #[test]
    fn what_is_declared_is_read() {
        let mut query =
            read("from=2026-01-15&state=MERGED&repository=acme%2Fshop&limit=200").unwrap();
        assert_eq!(query.time("from"), Some(1_768_435_200_000));
        assert_eq!(query.word("state"), Some("MERGED"));
        assert_eq!(query.text("repository").as_deref(), Some("acme/shop"));
        let page = query.page();
        assert_eq!((page.limit, page.after), (200, None));
        assert_eq!(read("").unwrap().page().limit, 50);
    }

    #[test]
    fn all_that_is_wrong_with_a_query_is_said_at_once() {
        let said =
            read("form=1&from=yesterday&state=open&repository=+&limit=201&limit=0&cursor=x&limit=3&limit=4")
                .unwrap_err();
        assert_eq!(said["status"], 400);
        let said: Vec<_> = said["errors"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| {
                (
                    one["path"].as_str().unwrap(),
                    one["problem"].as_str().unwrap(),
                )
            })
            .collect();
        assert_eq!(
            said,
            [
                (
                    "form",
                    "nothing reads it; known are `cursor`, `limit`, `from`, `state`, `repository`"
                ),
                ("from", "write it as in 2026-01-15T09:30:00Z, or 2026-01-15"),
                ("state", "it must be one of `OPEN`, `MERGED`"),
                ("repository", "it is empty"),
                ("limit", "it must be a whole number from 1 to 200"),
                ("limit", "it must be a whole number from 1 to 200"),
                (
                    "cursor",
                    "no page ended there; give `next-cursor` as it came"
                ),
                ("limit", "it is there twice; leave one of them out"),
            ]
        );
    }

    #[test]
    fn a_text_that_is_not_utf_8_is_refused() {
        let said = read("repository=%ff").unwrap_err();
        let problem = "it is not UTF-8, percent-encoded";
        assert_eq!(said["errors"][0]["problem"], problem);
    }
}
