//! What a check run may be written as: GitHub's schema, read strictly.

use serde_json::{Map, Value};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::refusal::{failed, invalid};
use crate::answer::Answer;

/// Reads a body and gathers what is wrong with it.
#[derive(Debug, Default)]
pub(super) struct Reader(Vec<String>);

/// Refuses what GitHub would refuse of a check run. A run that is `new` needs a name and a commit, and its output a
/// title.
pub(super) fn check(body: &Value, new: bool, page: &str) -> Result<(), Answer> {
    let mut reader = Reader::default();
    reader.run(body, new);
    if let Some(complaints) = reader.complaints() {
        return Err(invalid(complaints, page));
    }
    // Beside characters, which the schema limits, GitHub counts bytes.
    for field in ["summary", "text"] {
        let text = body.get("output").and_then(|output| output.get(field));
        if text.and_then(Value::as_str).map_or(0, str::len) > MAX_TEXT {
            let message = format!("{field} exceeds a maximum bytesize of {MAX_TEXT}");
            return Err(failed("CheckRun", field, &message, page));
        }
    }
    Ok(())
}

impl Reader {
    /// What is wrong; none if nothing is.
    pub(super) fn complaints(&self) -> Option<&[String]> {
        (!self.0.is_empty()).then_some(&self.0)
    }

    pub(super) fn complain(&mut self, complaint: String) {
        self.0.push(complaint);
    }

    /// Complains of a value that is no object, of members it may not have, and of members it lacks.
    pub(super) fn members(&mut self, value: &Value, at: &str, known: &[&str], needed: &[&str]) {
        let Some(members) = value.as_object() else {
            return self.complain(format!("For '{at}', {value} is not an object."));
        };
        for name in members.keys() {
            if !known.contains(&name.as_str()) {
                self.complain(format!("\"{name}\" is not a permitted key."));
            }
        }
        self.needed(members, needed);
    }

    /// A text of at most so many characters.
    pub(super) fn text<'a>(
        &mut self,
        of: &'a Value,
        at: &str,
        name: &str,
        most: usize,
    ) -> Option<&'a str> {
        let value = of.get(name)?;
        let Some(text) = value.as_str() else {
            self.complain(format!("For '{at}/{name}', {value} is not a string."));
            return None;
        };
        self.at_most(text.chars().count(), most, "Only", "characters");
        Some(text)
    }

    /// A text that is one of these.
    pub(super) fn word<'a>(
        &mut self,
        of: &'a Value,
        at: &str,
        name: &str,
        words: &[&str],
    ) -> Option<&'a str> {
        let text = self.text(of, at, name, usize::MAX)?;
        if !words.contains(&text) {
            let complaint = format!("For '{at}/{name}', \"{text}\" is not a member of {words:?}.");
            self.complain(complaint);
        }
        Some(text)
    }

    fn run(&mut self, body: &Value, new: bool) {
        let needed: &[&str] = if new { &["name", "head_sha"] } else { &[] };
        let known: &[&str] = if new { &CREATED } else { &UPDATED };
        self.members(body, "", known, needed);
        for name in ["name", "head_sha", "details_url", "external_id"] {
            self.text(body, "", name, usize::MAX);
        }
        let status = self.word(body, "", "status", &STATUSES);
        let conclusion = self.word(body, "", "conclusion", &CONCLUSIONS);
        for name in ["started_at", "completed_at"] {
            let text = self.text(body, "", name, usize::MAX);
            if let Some(text) = text.filter(|text| OffsetDateTime::parse(text, &Rfc3339).is_err()) {
                self.complain(format!("For '/{name}', \"{text}\" is not a date-time."));
            }
        }
        let completed = status == Some("completed") || body.get("completed_at").is_some();
        if completed && conclusion.is_none() {
            self.complain("\"conclusion\" wasn't supplied.".to_owned());
        }
        if let Some(output) = body.get("output") {
            self.output(output, new);
        }
        for action in self.list(body, "", "actions", MAX_ACTIONS) {
            let known = ["label", "description", "identifier"];
            self.members(action, "/actions", &known, &known);
            self.text(action, "/actions", "label", 20);
            self.text(action, "/actions", "description", 40);
            self.text(action, "/actions", "identifier", 20);
        }
    }

    fn output(&mut self, output: &Value, new: bool) {
        let at = "/output";
        let known = ["title", "summary", "text", "annotations", "images"];
        let needed: &[&str] = if new {
            &["title", "summary"]
        } else {
            &["summary"]
        };
        self.members(output, at, &known, needed);
        self.text(output, at, "title", usize::MAX);
        self.text(output, at, "summary", MAX_TEXT);
        self.text(output, at, "text", MAX_TEXT);
        for annotation in self.list(output, at, "annotations", MAX_ANNOTATIONS) {
            self.annotation(annotation);
        }
        for image in self.list(output, at, "images", usize::MAX) {
            let known = ["alt", "image_url", "caption"];
            self.members(image, "/output/images", &known, &["alt", "image_url"]);
        }
    }

    fn annotation(&mut self, annotation: &Value) {
        let at = "/output/annotations";
        let needed = [
            "path",
            "start_line",
            "end_line",
            "annotation_level",
            "message",
        ];
        let optional = ["start_column", "end_column", "title", "raw_details"];
        self.members(annotation, at, &[&needed[..], &optional].concat(), &needed);
        self.text(annotation, at, "path", usize::MAX);
        self.word(annotation, at, "annotation_level", &LEVELS);
        self.text(annotation, at, "title", 255);
        for name in ["message", "raw_details"] {
            let text = self.text(annotation, at, name, usize::MAX);
            self.at_most(text.map_or(0, str::len), 64 << 10, "Only", "bytes");
        }
        let [start, end, from, to] = ["start_line", "end_line", "start_column", "end_column"]
            .map(|name| self.count(annotation, at, name));
        if start.zip(end).is_some_and(|(start, end)| end < start) {
            self.complain(format!("For '{at}', end_line is before start_line."));
        }
        if start != end && (from.is_some() || to.is_some()) {
            self.complain(format!("For '{at}', columns need one line."));
        }
    }

    /// A number that counts from 1.
    fn count(&mut self, of: &Value, at: &str, name: &str) -> Option<u64> {
        let value = of.get(name)?;
        let count = value.as_u64().filter(|count| *count > 0);
        if count.is_none() {
            self.complain(format!(
                "For '{at}/{name}', {value} is not a number from 1."
            ));
        }
        count
    }

    /// A list of at most so many items. Empty if it is absent.
    fn list<'a>(&mut self, of: &'a Value, at: &str, name: &str, most: usize) -> &'a [Value] {
        let Some(value) = of.get(name) else {
            return &[];
        };
        let Some(items) = value.as_array() else {
            self.complain(format!("For '{at}/{name}', {value} is not an array."));
            return &[];
        };
        self.at_most(items.len(), most, "No more than", "items");
        items
    }

    fn at_most(&mut self, count: usize, most: usize, words: &str, unit: &str) {
        if count > most {
            let complaint = format!("{words} {most} {unit} are allowed; {count} were supplied.");
            self.complain(complaint);
        }
    }

    fn needed(&mut self, members: &Map<String, Value>, needed: &[&str]) {
        let absent = needed.iter().filter(|name| !members.contains_key(**name));
        let absent: Vec<String> = absent.map(|name| format!("\"{name}\"")).collect();
        match absent.as_slice() {
            [] => {}
            [name] => self.complain(format!("{name} wasn't supplied.")),
            names => self.complain(format!("{} weren't supplied.", names.join(", "))),
        }
    }
}

/// What may be said of a new run.
const CREATED: [&str; 10] = [
    "name",
    "head_sha",
    "details_url",
    "external_id",
    "status",
    "started_at",
    "conclusion",
    "completed_at",
    "output",
    "actions",
];
/// What may be said of a run that exists.
const UPDATED: [&str; 9] = [
    "name",
    "details_url",
    "external_id",
    "status",
    "started_at",
    "conclusion",
    "completed_at",
    "output",
    "actions",
];
/// The others are for GitHub's own runs.
const STATUSES: [&str; 3] = ["queued", "in_progress", "completed"];
/// `stale` is for GitHub itself.
const CONCLUSIONS: [&str; 7] = [
    "action_required",
    "cancelled",
    "failure",
    "neutral",
    "success",
    "skipped",
    "timed_out",
];
const LEVELS: [&str; 3] = ["notice", "warning", "failure"];
/// Longest summary and text, in characters and in bytes.
const MAX_TEXT: usize = 65_535;
const MAX_ANNOTATIONS: usize = 50;
const MAX_ACTIONS: usize = 3;
