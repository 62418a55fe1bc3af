//! What an export is asked to hold. Anything that is not known is refused, so that a client that sends it is found out.

use std::time::Duration;

use serde_json::{Map, Value};

use super::columns::{self, Set};
use crate::answer::Answer;
use crate::data::Timestamp;
use crate::rest::Range;

/// What an export holds.
#[derive(Debug)]
pub(super) struct Order {
    pub(super) set: Set,
    /// In the order they are written.
    pub(super) columns: Vec<&'static str>,
    introduced: Option<Between>,
    updated: Option<Between>,
    /// Columns that must hold one of some values.
    filters: Vec<(&'static str, Vec<String>)>,
    /// How long the address of a file lives.
    pub(super) url_lives: Duration,
}

/// A range of times, its begin included.
#[derive(Debug, Clone, Copy, Default)]
struct Between {
    from: Option<Timestamp>,
    to: Option<Timestamp>,
}

impl Between {
    fn holds(self, at: Timestamp) -> bool {
        self.from.is_none_or(|from| at >= from) && self.to.is_none_or(|to| at < to)
    }
}

impl Order {
    /// Reads a body.
    ///
    /// # Errors
    /// 400 naming what is missing, unknown or out of its form.
    pub(super) fn parse(body: &[u8]) -> Result<Self, Answer> {
        let Ok(whole) = serde_json::from_slice::<Value>(body) else {
            return Err(Answer::error(400, "The body is not JSON"));
        };
        let data = member(members(&whole, "", &["data"])?, "data")?;
        let data = members(data, "/data", &["type", "attributes"])?;
        if data.get("type").and_then(Value::as_str) != Some("resource") {
            return Err(refuse("/data/type", "must be `resource`"));
        }
        let known = [
            "dataset",
            "formats",
            "columns",
            "filters",
            "url_expiration_seconds",
        ];
        let attributes = members(member(data, "attributes")?, ATTRIBUTES, &known)?;
        let dataset = member(attributes, "dataset")?;
        let Some(set) = dataset.as_str().and_then(Set::parse) else {
            return Err(refuse("/data/attributes/dataset", "is not a data set"));
        };
        if texts(member(attributes, "formats")?) != Some(vec!["csv"]) {
            return Err(refuse("/data/attributes/formats", "must be `csv`"));
        }
        let lives = attributes.get("url_expiration_seconds");
        let lives = lives.map_or(Some(MAX_LIFE), Value::as_u64);
        let Some(lives) = lives.filter(|seconds| *seconds <= MAX_LIFE) else {
            let pointer = "/data/attributes/url_expiration_seconds";
            return Err(refuse(pointer, "must be at most 3600"));
        };
        let mut order = Self {
            set,
            columns: columns(set, attributes.get("columns"))?,
            introduced: None,
            updated: None,
            filters: Vec::new(),
            url_lives: Duration::from_secs(lives),
        };
        let filters = attributes.get("filters").and_then(Value::as_object);
        for (name, value) in filters.into_iter().flatten() {
            order.filter(name, value)?;
        }
        if order.introduced.is_none() && order.updated.is_none() {
            let detail = "needs a range of `introduced` or `updated`";
            return Err(refuse(FILTERS, detail));
        }
        Ok(order)
    }

    /// Whether a row is asked for.
    pub(super) fn holds(
        &self,
        introduced: Timestamp,
        updated: Timestamp,
        value: impl Fn(&str) -> String,
    ) -> bool {
        self.introduced.is_none_or(|range| range.holds(introduced))
            && self.updated.is_none_or(|range| range.holds(updated))
            && self.filters.iter().all(|(column, values)| {
                let held = value(column);
                values.contains(&held)
            })
    }

    fn filter(&mut self, name: &str, value: &Value) -> Result<(), Answer> {
        let pointer = format!("{FILTERS}/{name}");
        match name {
            "introduced" => self.introduced = Some(range(value, &pointer)?),
            "updated" => self.updated = Some(range(value, &pointer)?),
            _ => {
                let column = columns::of_filter(self.set, name)
                    .ok_or_else(|| refuse(&pointer, "is not a filter of this data set"))?;
                let values =
                    texts(value).ok_or_else(|| refuse(&pointer, "must be a list of texts"))?;
                let values = values.into_iter().map(str::to_owned).collect();
                self.filters.push((column, values));
            }
        }
        Ok(())
    }
}

fn columns(set: Set, asked: Option<&Value>) -> Result<Vec<&'static str>, Answer> {
    let pointer = "/data/attributes/columns";
    let known = set.columns();
    let Some(asked) = asked else {
        return Ok(known.to_vec());
    };
    let asked = texts(asked).filter(|list| !list.is_empty());
    let asked = asked.ok_or_else(|| refuse(pointer, "must be a list of names"))?;
    asked
        .into_iter()
        .map(|name| {
            let mut known = known.iter().copied();
            known.find(|column| *column == name).ok_or_else(|| {
                refuse(
                    pointer,
                    &format!("names no column of this data set: `{name}`"),
                )
            })
        })
        .collect()
}

fn range(value: &Value, pointer: &str) -> Result<Between, Answer> {
    let members = members(value, pointer, &["from", "to"])?;
    let bound = |name: &str| {
        let Some(text) = members.get(name) else {
            return Ok(None);
        };
        let at = text.as_str().and_then(Range::parse);
        at.map(Some)
            .ok_or_else(|| refuse(pointer, "must have RFC 3339 times"))
    };
    let range = Between {
        from: bound("from")?,
        to: bound("to")?,
    };
    let empty = range.from.zip(range.to).is_some_and(|(from, to)| from > to);
    if empty || (range.from.is_none() && range.to.is_none()) {
        return Err(refuse(pointer, "must begin before it ends"));
    }
    Ok(range)
}

fn members<'a>(
    value: &'a Value,
    pointer: &str,
    known: &[&str],
) -> Result<&'a Map<String, Value>, Answer> {
    let Some(members) = value.as_object() else {
        return Err(refuse(pointer, "must be an object"));
    };
    for name in members.keys() {
        if !known.contains(&name.as_str()) {
            return Err(refuse(&format!("{pointer}/{name}"), "is not known"));
        }
    }
    Ok(members)
}

fn member<'a>(members: &'a Map<String, Value>, name: &str) -> Result<&'a Value, Answer> {
    members.get(name).ok_or_else(|| refuse(name, "is missing"))
}

fn texts(value: &Value) -> Option<Vec<&str>> {
    value.as_array()?.iter().map(Value::as_str).collect()
}

fn refuse(pointer: &str, what: &str) -> Answer {
    Answer::error(400, &format!("The body is refused: `{pointer}` {what}"))
}

const ATTRIBUTES: &str = "/data/attributes";
const FILTERS: &str = "/data/attributes/filters";
/// Longest life of a file's address, and the usual one, in seconds.
const MAX_LIFE: u64 = 3_600;
