//! The fields of an object, read strictly: what does not fit is complained about and read as nothing.

use koalr_platform::model::common::{Tenths, Timestamp};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::complaint::Complaints;
use super::json::{Json, Node};
use crate::report::{plain, utc};

/// What is read, and what is wrong with it so far.
pub(super) struct Reading {
    pub(super) complaints: Complaints,
    /// No time lies after this one.
    pub(super) now: Timestamp,
}

/// The fields of one object.
pub(super) struct Fields<'n, 't> {
    /// Where the object begins.
    pub(super) at: usize,
    path: String,
    entries: &'n [(usize, String, Node<'t>)],
    /// Keys that were asked for.
    known: Vec<&'static str>,
}

impl Reading {
    /// An object's fields; none if it is no object.
    pub(super) fn fields<'n, 't>(
        &mut self,
        path: String,
        node: &'n Node<'t>,
    ) -> Option<Fields<'n, 't>> {
        let Json::Object(entries) = &node.json else {
            let noun = node.json.noun();
            let problem = format!("expected an object, and it is {noun}");
            self.complaints.add(node.at, &path, problem);
            return None;
        };
        Some(Fields {
            at: node.at,
            path,
            entries,
            known: Vec::new(),
        })
    }

    /// A text that says something, without spaces around it.
    fn text(&mut self, path: &str, node: &Node<'_>) -> Option<String> {
        match &node.json {
            Json::Text(text) if !text.trim().is_empty() => Some(text.trim().to_owned()),
            Json::Text(_) => {
                self.wrong(path, node, "it is empty; leave it out if it is not known");
                None
            }
            json => {
                let problem = format!("expected a text, and it is {}", json.noun());
                self.wrong(path, node, problem);
                None
            }
        }
    }

    fn instant(&mut self, path: &str, node: &Node<'_>) -> Option<Timestamp> {
        let instant = match &node.json {
            Json::Number(digits) => match digits.parse::<Timestamp>() {
                Ok(ms) if ms.abs() >= FIRST_MS => Some(ms),
                Ok(_) => {
                    let problem = format!(
                        "{digits} is in 1970, counted in milliseconds; write milliseconds, not seconds"
                    );
                    self.wrong(path, node, problem);
                    return None;
                }
                Err(_) => None,
            },
            Json::Text(text) => OffsetDateTime::parse(text, &Rfc3339)
                .ok()
                .and_then(|time| Timestamp::try_from(time.unix_timestamp_nanos() / 1_000_000).ok()),
            _ => None,
        };
        match instant {
            None => self.wrong(
                path,
                node,
                "expected a time such as \"2026-01-15T09:30:00Z\", or milliseconds since 1970",
            ),
            Some(at) if at > self.now => {
                let problem = format!(
                    "{} is later than now, {}; correct the clock that told it, or say what time it is with `--now`",
                    utc(at),
                    utc(self.now)
                );
                self.wrong(path, node, problem);
                return None;
            }
            Some(_) => {}
        }
        instant
    }

    /// One of these words, with what it stands for.
    pub(super) fn word<T: Copy>(
        &mut self,
        path: &str,
        node: &Node<'_>,
        words: &[(&str, T)],
    ) -> Option<T> {
        let found = match &node.json {
            Json::Text(text) => words.iter().find(|(word, _)| word == text),
            _ => None,
        };
        if found.is_none() {
            self.wrong(path, node, one_of(words.iter().map(|(word, _)| *word)));
        }
        found.map(|(_, meaning)| *meaning)
    }

    fn wrong(&mut self, path: &str, node: &Node<'_>, problem: impl Into<String>) {
        self.complaints.add(node.at, path, problem);
    }
}

impl<'n, 't> Fields<'n, 't> {
    /// The path of one field; of the object itself for an empty key.
    pub(super) fn path(&self, key: &str) -> String {
        match (self.path.is_empty(), key.is_empty()) {
            (true, _) => key.to_owned(),
            (_, true) => self.path.clone(),
            _ => format!("{}.{key}", self.path),
        }
    }

    /// Where a field's value begins; where the object does if it has no such field.
    pub(super) fn place(&self, key: &str) -> usize {
        self.find(key).map_or(self.at, |node| node.at)
    }

    /// A field; none if it is not there or null.
    pub(super) fn field(&mut self, key: &'static str) -> Option<&'n Node<'t>> {
        if !self.known.contains(&key) {
            self.known.push(key);
        }
        self.find(key)
    }

    fn find(&self, key: &str) -> Option<&'n Node<'t>> {
        let mut entries = self.entries.iter();
        let (_, _, node) = entries.find(|(_, known, _)| known == key)?;
        (node.json != Json::Null).then_some(node)
    }

    /// A text; none if it is not there or not one.
    pub(super) fn text(&mut self, reading: &mut Reading, key: &'static str) -> Option<String> {
        let node = self.field(key)?;
        reading.text(&self.path(key), node)
    }

    /// A text that must be there. `why` ends the sentence that says it is missing.
    pub(super) fn required(
        &mut self,
        reading: &mut Reading,
        key: &'static str,
        why: &str,
    ) -> Option<String> {
        let given = self.field(key).is_some();
        if !given {
            self.missing(reading, key, why);
        }
        self.text(reading, key)
    }

    /// Says that a field is missing.
    pub(super) fn missing(&self, reading: &mut Reading, key: &str, why: &str) {
        let problem = format!("it is missing; {why}");
        reading.complaints.add(self.at, &self.path(key), problem);
    }

    /// A time that is not later than now.
    pub(super) fn instant(
        &mut self,
        reading: &mut Reading,
        key: &'static str,
    ) -> Option<Timestamp> {
        let node = self.field(key)?;
        reading.instant(&self.path(key), node)
    }

    /// Yes or no.
    pub(super) fn flag(&mut self, reading: &mut Reading, key: &'static str) -> Option<bool> {
        let node = self.field(key)?;
        if let Json::Flag(flag) = node.json {
            return Some(flag);
        }
        reading.wrong(&self.path(key), node, "expected true or false");
        None
    }

    /// A whole number from 0 on.
    pub(super) fn number(&mut self, reading: &mut Reading, key: &'static str) -> Option<u32> {
        let node = self.field(key)?;
        if let Json::Number(digits) = node.json
            && let Ok(number) = digits.parse()
        {
            return Some(number);
        }
        reading.wrong(&self.path(key), node, "expected a whole number from 0 on");
        None
    }

    /// A score from 0 to 100, in tenths.
    pub(super) fn score(&mut self, reading: &mut Reading, key: &'static str) -> Option<Tenths> {
        let node = self.field(key)?;
        let score = match node.json {
            Json::Number(digits) => digits.parse::<f64>().ok(),
            _ => None,
        };
        let Some(score) = score.filter(|score| (0.0..=100.0).contains(score)) else {
            reading.wrong(&self.path(key), node, "expected a number from 0 to 100");
            return None;
        };
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "it is within 0 and 1000"
        )]
        Some((score * 10.0).round() as Tenths)
    }

    /// One of these words, with what it stands for.
    pub(super) fn word<T: Copy>(
        &mut self,
        reading: &mut Reading,
        key: &'static str,
        words: &[(&str, T)],
    ) -> Option<T> {
        let node = self.field(key)?;
        reading.word(&self.path(key), node, words)
    }

    /// Complains if the later of two times is the earlier one.
    pub(super) fn order(
        &self,
        reading: &mut Reading,
        (first_key, first): (&str, Timestamp),
        (key, at): (&str, Option<Timestamp>),
    ) {
        if let Some(at) = at.filter(|at| *at < first) {
            let problem = format!(
                "{} is before `{first_key}`, {}; correct one of the two",
                utc(at),
                utc(first)
            );
            let path = self.path(key);
            reading.complaints.add(self.place(key), &path, problem);
        }
    }

    /// A text as it is given; none if it is not there or no text.
    pub(super) fn given(&self, key: &str) -> Option<&'n str> {
        match &self.find(key)?.json {
            Json::Text(text) if !text.trim().is_empty() => Some(text.trim()),
            _ => None,
        }
    }

    /// A list's items with their paths; none if it is not there or no list.
    pub(super) fn items(
        &mut self,
        reading: &mut Reading,
        key: &'static str,
    ) -> Option<impl Iterator<Item = (String, &'n Node<'t>)> + use<'n, 't>> {
        let node = self.field(key)?;
        let path = self.path(key);
        let Json::List(items) = &node.json else {
            let problem = format!("expected a list, and it is {}", node.json.noun());
            reading.wrong(&path, node, problem);
            return None;
        };
        let items = items.iter().enumerate();
        Some(items.map(move |(index, item)| (format!("{path}[{index}]"), item)))
    }

    /// A list of texts; none if it is not there.
    pub(super) fn texts(
        &mut self,
        reading: &mut Reading,
        key: &'static str,
    ) -> Option<Vec<String>> {
        let items = self.items(reading, key)?;
        let texts = items.filter_map(|(path, node)| reading.text(&path, node));
        Some(texts.collect())
    }

    /// Complains about every key that nothing asked for, and every one that is there again.
    pub(super) fn end(self, reading: &mut Reading) {
        let mut seen = Vec::new();
        for (at, key, _) in self.entries {
            let key = key.as_str();
            if !self.known.contains(&key) {
                let way_out = one_of(self.known.iter().copied());
                let problem = format!("no key is called so; {way_out}");
                reading.complaints.add(*at, &self.path(key), problem);
            } else if seen.contains(&key) {
                let problem = "it is there twice; leave one of them out";
                reading.complaints.add(*at, &self.path(key), problem);
            } else {
                seen.push(key);
            }
        }
    }
}

/// What may stand somewhere.
pub(super) fn one_of<'a>(words: impl Iterator<Item = &'a str>) -> String {
    let mut words: Vec<String> = words.map(|word| format!("`{}`", plain(word))).collect();
    match (words.pop(), words.is_empty()) {
        (None, _) => "nothing is expected".to_owned(),
        (Some(last), true) => format!("expected {last}"),
        (Some(last), false) => format!("expected {} or {last}", words.join(", ")),
    }
}

/// A year: nothing that is imported happened in 1970, but seconds taken for milliseconds did.
const FIRST_MS: Timestamp = 366 * 86_400_000;
