//! Members of a body, by their paths.

use http::HeaderMap;
use koalr_platform::model::common::Timestamp;
use serde_json::{Map, Value};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::refused::Refused;

/// An object of the body. A member that is null counts as absent.
#[derive(Debug)]
pub(super) struct Fields<'a> {
    /// Its path with a dot at the end; empty for the body itself.
    path: String,
    members: &'a Map<String, Value>,
}

/// Reads a body.
pub(super) fn parse(body: &[u8]) -> Result<Value, Refused> {
    serde_json::from_slice(body).map_err(|error| Refused::NotJson(error.to_string()))
}

/// A short header of visible characters.
pub(super) fn header<'a>(headers: &'a HeaderMap, name: &str) -> Result<&'a str, Refused> {
    let problem = |problem| Refused::Field {
        field: name.to_owned(),
        problem,
    };
    let value = headers.get(name).ok_or_else(|| problem("is missing"))?;
    let text = value.to_str().unwrap_or_default();
    if (1..=MAX_NAME_BYTES).contains(&text.len()) {
        Ok(text)
    } else {
        Err(problem("is empty, too long, or not of visible characters"))
    }
}

impl<'a> Fields<'a> {
    /// The body's.
    pub(super) fn of(body: &'a Value) -> Result<Self, Refused> {
        let members = body.as_object();
        let members = members.ok_or_else(|| Refused::NotJson("it is another value".to_owned()))?;
        Ok(Self {
            path: String::new(),
            members,
        })
    }

    /// An object in this one.
    pub(super) fn within(&self, name: &str) -> Result<Self, Refused> {
        self.needed(name, self.maybe_within(name)?)
    }

    /// [`within`](Self::within); none if it is absent.
    pub(super) fn maybe_within(&self, name: &str) -> Result<Option<Self>, Refused> {
        let members = self.typed(name, "is no object", Value::as_object)?;
        Ok(members.map(|members| Self {
            path: format!("{}{name}.", self.path),
            members,
        }))
    }

    /// A text that is not blank.
    pub(super) fn text(&self, name: &str) -> Result<&'a str, Refused> {
        let text = self.needed(name, self.maybe_text(name)?)?;
        if text.trim().is_empty() {
            return Err(self.wrong(name, "is blank"));
        }
        Ok(text)
    }

    /// A text; none if it is absent.
    pub(super) fn maybe_text(&self, name: &str) -> Result<Option<&'a str>, Refused> {
        self.typed(name, "is no text", Value::as_str)
    }

    /// A whole number from 0.
    pub(super) fn count(&self, name: &str) -> Result<u64, Refused> {
        self.needed(name, self.typed(name, "is no whole number", Value::as_u64)?)
    }

    /// Yes or no.
    pub(super) fn flag(&self, name: &str) -> Result<bool, Refused> {
        self.needed(
            name,
            self.typed(name, "is neither true nor false", Value::as_bool)?,
        )
    }

    /// An instant with its offset.
    pub(super) fn instant(&self, name: &str) -> Result<Timestamp, Refused> {
        instant(self.text(name)?).ok_or_else(|| self.wrong(name, "is no time of RFC 3339"))
    }

    /// What is wrong with a member.
    pub(super) fn wrong(&self, name: &str, problem: &'static str) -> Refused {
        Refused::Field {
            field: format!("{}{name}", self.path),
            problem,
        }
    }

    fn typed<T>(
        &self,
        name: &str,
        problem: &'static str,
        read: impl Fn(&'a Value) -> Option<T>,
    ) -> Result<Option<T>, Refused> {
        let value = self.members.get(name).filter(|value| !value.is_null());
        let read = |value| read(value).ok_or_else(|| self.wrong(name, problem));
        value.map(read).transpose()
    }

    fn needed<T>(&self, name: &str, value: Option<T>) -> Result<T, Refused> {
        value.ok_or_else(|| self.wrong(name, "is missing"))
    }
}

/// Milliseconds since 1970, from RFC 3339.
fn instant(text: &str) -> Option<Timestamp> {
    let nanos = OffsetDateTime::parse(text, &Rfc3339)
        .ok()?
        .unix_timestamp_nanos();
    Timestamp::try_from(nanos.div_euclid(NANOS_PER_MILLI)).ok()
}

/// Longest name of an event and id of a delivery, in bytes. Both senders use at most 36.
pub(super) const MAX_NAME_BYTES: usize = 128;
const NANOS_PER_MILLI: i128 = 1_000_000;
