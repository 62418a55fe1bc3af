//! Requests within one call's budget.

mod alone;

use std::collections::BTreeMap;

use koalr_integration_kit::model::common::Timestamp;
use koalr_integration_kit::model::record::Entry;
use koalr_integration_kit::model::walk::{Batch, Diagnostic, Progress, SyncError};

use crate::snyk::error::{Outcome, outcome};
use crate::snyk::instant;
use crate::snyk::lifecycle::{Deprecated, deprecated};
use crate::transport::{Base, Reply, Transport};

/// What one call may use, and what it has met.
pub(super) struct Exchange<'a> {
    pub(super) base: Base<'a>,
    transport: &'a mut dyn Transport,
    budget: u32,
    as_of: Timestamp,
    sent: u32,
    answered: bool,
    failure: Option<String>,
    pause_secs: Option<u32>,
    /// Paths that will end, in order.
    deprecated: Vec<Deprecated>,
}

impl<'a> Exchange<'a> {
    pub(super) fn new(
        base: Base<'a>,
        transport: &'a mut dyn Transport,
        budget: u32,
        as_of: Timestamp,
    ) -> Self {
        Self {
            base,
            transport,
            budget,
            as_of,
            sent: 0,
            answered: false,
            failure: None,
            pause_secs: None,
            deprecated: Vec::new(),
        }
    }

    /// Sends one round: as many of the requests as the budget allows, the first ones first. False if nothing was sent:
    /// nothing was asked, the budget is used up, or Snyk wants a pause.
    ///
    /// `each` gets the index of the request, what became of it and how old the answer is in seconds, in any order; what
    /// asks for a pause it does not get.
    ///
    /// # Errors
    ///
    /// [`SyncError::BadCredential`], after the round's last answer.
    pub(super) fn round(
        &mut self,
        paths: &[String],
        each: &mut dyn FnMut(usize, Outcome<'_>, u32),
    ) -> Result<bool, SyncError> {
        self.drive(paths, &mut |ticket, outcome, (_, age_secs)| {
            each(ticket, outcome, age_secs);
            None
        })
    }

    /// Runs chains of requests side by side, each from its first address on. Each has an equal share of the requests
    /// that are left, so that what is asked does not depend on who is faster; where there are fewer than chains, the first
    /// chains have one each. False if nothing was sent: nothing was asked, the budget is used up, or Snyk wants a pause.
    ///
    /// `next` gets the index of a chain, what became of its request, and the time by Snyk's clock (by the host's if the
    /// answer does not tell); it says what to ask for next. The order between chains is any. What asks for a pause it
    /// does not get, and then nothing more is sent.
    ///
    /// # Errors
    ///
    /// [`SyncError::BadCredential`], after the last answer.
    pub(super) fn run(
        &mut self,
        paths: &[String],
        next: &mut dyn FnMut(usize, Outcome<'_>, Timestamp) -> Option<String>,
    ) -> Result<bool, SyncError> {
        self.drive(paths, &mut |ticket, outcome, (now, _)| {
            next(ticket, outcome, now)
        })
    }

    fn drive(
        &mut self,
        paths: &[String],
        next: &mut dyn FnMut(usize, Outcome<'_>, Told) -> Option<String>,
    ) -> Result<bool, SyncError> {
        let chains = u32::try_from(paths.len()).unwrap_or(u32::MAX);
        let left = self.budget - self.sent;
        if chains == 0 || left == 0 || self.pause_secs.is_some() {
            return Ok(false);
        }
        let share = (left / chains).max(1);
        let mut unauthorized = false;
        let mut flying: Vec<(&String, Option<String>, u32)> = Vec::new();
        for (ticket, path) in paths.iter().enumerate().take(left as usize) {
            flying.push((path, None, share - 1));
            self.send(ticket, path);
        }
        while let Some((ticket, reply)) = self.transport.next() {
            let Some((first, later, share)) = flying.get_mut(ticket) else {
                continue;
            };
            let path = later.as_ref().unwrap_or(first);
            let told = self.note(&reply, path);
            *later = match outcome(&reply, path) {
                Outcome::Unauthorized => {
                    unauthorized = true;
                    None
                }
                Outcome::Limited(secs) => {
                    self.pause_secs = self.pause_secs.max(Some(secs));
                    None
                }
                outcome => next(ticket, outcome, told),
            };
            if let Some(path) = later
                && *share > 0
                && self.pause_secs.is_none()
                && !unauthorized
            {
                *share -= 1;
                self.send(ticket, path);
            }
        }
        if unauthorized {
            return Err(SyncError::BadCredential);
        }
        Ok(true)
    }

    fn send(&mut self, ticket: usize, path: &str) {
        self.sent += 1;
        self.transport.send(ticket, path.to_owned());
    }

    /// Notes what an answer tells beside its body, and gives its time and age.
    fn note(&mut self, reply: &Reply, path: &str) -> Told {
        match reply {
            Ok(_) => self.answered = true,
            Err(failure) => self.failure = Some(failure.to_string()),
        }
        if let Some(one) = deprecated(reply, path) {
            let known = &mut self.deprecated;
            match known.binary_search_by(|known| known.path.cmp(&one.path)) {
                Err(place) => known.insert(place, one),
                // Of several messages the same one is kept, whichever came first.
                Ok(place) => {
                    if let Some(known) = known.get_mut(place).filter(|known| **known > one) {
                        *known = one;
                    }
                }
            }
        }
        let headers = reply.as_ref().ok().map(|answer| &answer.headers);
        let date = headers.and_then(|headers| instant::parse_http(headers.date.as_deref()?));
        let age = headers.and_then(|headers| headers.age.as_deref()?.parse().ok());
        (date.unwrap_or(self.as_of), age.unwrap_or(0))
    }

    /// A batch of what was collected: the caller adds cursor, progress and coverage.
    ///
    /// # Errors
    ///
    /// [`SyncError::Upstream`] if requests were sent and not one was answered: then nothing was learned.
    pub(super) fn batch(&self, output: Output) -> Result<Batch, SyncError> {
        if let (false, Some(failure)) = (self.answered, &self.failure) {
            return Err(SyncError::Upstream(format!(
                "`{}` gave no answer: {failure}",
                self.base.authority
            )));
        }
        let (mut records, mut diagnostics) = (Vec::new(), Vec::new());
        for (mut entries, mut notes) in output.0.into_values() {
            records.append(&mut entries);
            diagnostics.append(&mut notes);
        }
        let ending = self.deprecated.iter().map(|one| Diagnostic {
            code: "api-deprecated".to_owned(),
            subject: one.path.clone(),
            message: one.message.clone(),
        });
        diagnostics.extend(ending);
        Ok(Batch {
            records,
            cursor: None,
            done: false,
            progress: Progress {
                done: 0,
                total: None,
            },
            requests: self.sent,
            resume_after_secs: self.pause_secs,
            coverage: Vec::new(),
            diagnostics,
            extra: Vec::new(),
        })
    }
}

/// When an answer was made, by the upstream's clock, and how old it is by the host's, in seconds.
type Told = (Timestamp, u32);

/// What was read, by its place, so that the order of arrival does not show.
#[derive(Default)]
pub(super) struct Output(BTreeMap<Place, (Vec<Entry>, Vec<Diagnostic>)>);

/// Organization and chain, or lookup, by index.
pub(super) type Place = (usize, usize);

impl Output {
    /// The records of a place.
    pub(super) fn records(&mut self, place: Place) -> &mut Vec<Entry> {
        &mut self.0.entry(place).or_default().0
    }

    /// Notes something for people.
    pub(super) fn note(&mut self, place: Place, code: &str, subject: String, message: String) {
        self.0.entry(place).or_default().1.push(Diagnostic {
            code: code.to_owned(),
            subject,
            message,
        });
    }
}
