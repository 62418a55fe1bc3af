//! The files of a finished export.

use koalr_integration_kit::model::walk::SyncError;

use super::super::super::exchange::Place;
use super::{Call, Export, Next, Phase, fault_of};
use crate::snyk::endpoint;
use crate::snyk::error::{Outcome, outcome};
use crate::snyk::export::{self, Counts, Files, Sheet};

impl Export {
    /// Reads the files. Their addresses hold in the call that was told them.
    pub(super) fn read(
        &mut self,
        call: &mut Call<'_, '_>,
        place: Place,
    ) -> Result<Next, SyncError> {
        if call.request.request_budget < 2 {
            let text = "a budget of 1 request a call reads no file; give at least 2";
            return Ok(self.partial(text.to_owned()));
        }
        loop {
            if call.exchange.left() < 2 || call.room == 0 {
                return Ok(Next::Now);
            }
            let path = endpoint::export(&self.organization, &self.id);
            let Some(reply) = call.exchange.ask(&path, None)? else {
                return Ok(Next::Now);
            };
            let body = match outcome(&reply, &path) {
                Outcome::Good(body) => body,
                Outcome::NotFound(text) => return self.forgotten(text, call),
                other => return Ok(self.failed(other)),
            };
            let next = match export::files(body) {
                Ok(files) => self.fetch(&files, call, place),
                Err(fault) => Some(self.again(&fault_of(&path, &fault))),
            };
            if let Some(next) = next {
                return Ok(next);
            }
        }
    }

    /// Fetches the files that were not read before. None if fresh addresses are wanted.
    fn fetch(&mut self, files: &Files, call: &mut Call<'_, '_>, place: Place) -> Option<Next> {
        let read = usize::try_from(self.files).unwrap_or(usize::MAX);
        for url in files.urls.iter().skip(read) {
            if call.room == 0 {
                return Some(Next::Now);
            }
            let before = call.output.records(place).len();
            let records = call.output.records(place);
            let subject = (self.organization.as_str(), self.until);
            let mut sheet = Sheet::new(self.set, subject, (self.skip, call.room), records);
            let reply = call.exchange.download(url, &mut |piece| sheet.feed(piece));
            let whole = matches!(&reply, Some(Ok(answer)) if answer.status == 200);
            // Of a file that broke off the last row may be half of one.
            let counts = if whole {
                sheet.finish()
            } else {
                Counts::default()
            };
            call.room -= (call.output.records(place).len() - before).min(call.room);
            let host = host(url);
            match reply {
                None => return Some(Next::Now),
                Some(Ok(answer)) if answer.status == 200 => {
                    if counts.headless && files.rows != Some(0) {
                        return Some(self.partial("a file of the export is empty".to_owned()));
                    }
                    if let Some(next) = self.take(counts, call, place) {
                        return Some(next);
                    }
                }
                Some(Ok(answer)) if matches!(answer.status, 401 | 403 | 404 | 410) => {
                    if !self.reissued {
                        self.reissued = true;
                        return None;
                    }
                    return Some(self.partial(format!(
                        "`{host}` answered {} to two addresses of the export; the next export gets new ones",
                        answer.status
                    )));
                }
                Some(Ok(answer)) => {
                    let status = answer.status;
                    return Some(self.again(&format!("`{host}` answered {status}")));
                }
                Some(Err(failure)) => {
                    return Some(self.partial(format!(
                        "the export's file at `{host}` could not be read: {failure}; if downloads from there are not \
                         allowed, the operator can allow them"
                    )));
                }
            }
        }
        Some(self.end(files))
    }

    /// Takes what was read of a file. None if it was read to its end and is sound.
    fn take(&mut self, counts: Counts, call: &mut Call<'_, '_>, place: Place) -> Option<Next> {
        if counts.unusable > 0 {
            let subject = format!("export of organization `{}`", self.organization);
            let message = format!(
                "a file has rows that cannot be used: {}; the first is {}",
                counts.unusable, counts.why
            );
            call.output.note(place, "row-skipped", subject, message);
        }
        self.unusable = self.unusable.saturating_add(counts.unusable);
        if let Some(fault) = counts.fault {
            return Some(self.partial(format!(
                "a file of the export is not used to its end: {fault}"
            )));
        }
        if counts.left > 0 {
            self.skip = counts.taken;
            return Some(Next::Now);
        }
        self.skip = 0;
        self.files = self.files.saturating_add(1);
        self.rows = self.rows.saturating_add(counts.taken);
        None
    }

    fn end(&mut self, files: &Files) -> Next {
        let announced = files.rows.unwrap_or_else(|| self.rows.into());
        if files.urls.is_empty() && files.rows != Some(0) {
            return self.partial("Snyk names no file of the finished export".to_owned());
        }
        if i64::from(self.rows) < announced {
            let text = format!("the files have {} rows of {announced}", self.rows);
            return self.partial(text);
        }
        if self.unusable > 0 {
            let text = format!("{} of {} rows could not be used", self.unusable, self.rows);
            return self.partial(text);
        }
        self.reached = Some(self.until);
        self.phase = Phase::Complete;
        Next::Over
    }
}

/// The host of an address, for messages: the rest of it is nobody's business.
fn host(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let authority = rest.get(..end).unwrap_or_default();
    authority
        .rsplit_once('@')
        .map_or(authority, |(_, host)| host)
}
