//! Requests that are carried out one at a time.

use koalr_integration_kit::model::walk::SyncError;

use super::Exchange;
use crate::snyk::error::{Outcome, outcome};
use crate::transport::{Reply, Request};

impl Exchange<'_> {
    /// How many requests this call may still send: none while Snyk wants a pause.
    pub(in crate::sync) fn left(&self) -> u32 {
        match self.pause_secs {
            Some(_) => 0,
            None => self.budget - self.sent,
        }
    }

    /// Asks for one path. None if it could not be asked for in this call, or Snyk wants a pause.
    ///
    /// # Errors
    ///
    /// [`SyncError::BadCredential`].
    pub(in crate::sync) fn get(&mut self, path: &str) -> Result<Option<Reply>, SyncError> {
        self.one(path, |this| {
            this.transport.send(0, path.to_owned());
            this.transport.next().map(|(_, reply)| reply)
        })
    }

    /// Posts a document. None as with [`Self::get`].
    ///
    /// # Errors
    ///
    /// [`SyncError::BadCredential`].
    pub(in crate::sync) fn post(
        &mut self,
        path: &str,
        json: &str,
    ) -> Result<Option<Reply>, SyncError> {
        self.one(path, |this| {
            let post = Request::Post { path, json };
            Some(this.transport.carry_out(post, &mut |_| ()))
        })
    }

    /// Fetches a file that Snyk named in this call; `take` gets it as it comes. None if the budget is used up.
    ///
    /// What another host answers is no answer of Snyk's: its refusals say nothing about the credential, and its limits
    /// nothing about Snyk's.
    pub(in crate::sync) fn download(
        &mut self,
        url: &str,
        take: &mut dyn FnMut(&[u8]),
    ) -> Option<Reply> {
        (self.left() > 0).then(|| {
            self.sent += 1;
            self.transport.carry_out(Request::Download(url), take)
        })
    }

    fn one(
        &mut self,
        path: &str,
        send: impl FnOnce(&mut Self) -> Option<Reply>,
    ) -> Result<Option<Reply>, SyncError> {
        if self.left() == 0 {
            return Ok(None);
        }
        self.sent += 1;
        let Some(reply) = send(self) else {
            return Ok(None);
        };
        match &reply {
            Ok(_) => self.answered = true,
            Err(failure) => self.failure = Some(failure.to_string()),
        }
        match outcome(&reply, path) {
            Outcome::Unauthorized => return Err(SyncError::BadCredential),
            Outcome::Limited(secs) => {
                self.pause_secs = Some(secs);
                return Ok(None);
            }
            _ => {}
        }
        Ok(Some(reply))
    }
}
