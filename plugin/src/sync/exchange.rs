//! Rounds of requests within one call's budget.

mod alone;

use std::collections::BTreeMap;

use koalr_integration_kit::model::record::Entry;
use koalr_integration_kit::model::walk::{Batch, Diagnostic, Progress, SyncError};

use crate::snyk::error::{Outcome, outcome};
use crate::transport::{Base, Transport};

/// What one call may use, and what it has met.
pub(super) struct Exchange<'a> {
    pub(super) base: Base<'a>,
    transport: &'a mut dyn Transport,
    budget: u32,
    sent: u32,
    answered: bool,
    failure: Option<String>,
    pause_secs: Option<u32>,
}

impl<'a> Exchange<'a> {
    pub(super) fn new(base: Base<'a>, transport: &'a mut dyn Transport, budget: u32) -> Self {
        Self {
            base,
            transport,
            budget,
            sent: 0,
            answered: false,
            failure: None,
            pause_secs: None,
        }
    }

    /// Sends one round: as many of the requests as the budget allows, the first ones first. False if nothing was sent:
    /// nothing was asked, the budget is used up, or Snyk wants a pause.
    ///
    /// `each` gets the index of the request and what became of it, in any order; what asks for a pause it does not get.
    ///
    /// # Errors
    ///
    /// [`SyncError::BadCredential`], after the round's last answer.
    pub(super) fn round(
        &mut self,
        paths: &[String],
        each: &mut dyn FnMut(usize, Outcome<'_>),
    ) -> Result<bool, SyncError> {
        if paths.is_empty() || self.sent == self.budget || self.pause_secs.is_some() {
            return Ok(false);
        }
        for (ticket, path) in paths.iter().enumerate() {
            if self.sent == self.budget {
                break;
            }
            self.sent += 1;
            self.transport.send(ticket, path.clone());
        }
        let mut unauthorized = false;
        while let Some((ticket, reply)) = self.transport.next() {
            let Some(path) = paths.get(ticket) else {
                continue;
            };
            match &reply {
                Ok(_) => self.answered = true,
                Err(failure) => self.failure = Some(failure.to_string()),
            }
            match outcome(&reply, path) {
                Outcome::Unauthorized => unauthorized = true,
                Outcome::Limited(secs) => self.pause_secs = self.pause_secs.max(Some(secs)),
                outcome => each(ticket, outcome),
            }
        }
        if unauthorized {
            return Err(SyncError::BadCredential);
        }
        Ok(true)
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
