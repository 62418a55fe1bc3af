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

    /// Asks for one path; posts a document there if there is one. None if that could not be done in this call, or Snyk
    /// wants a pause.
    ///
    /// # Errors
    ///
    /// [`SyncError::BadCredential`].
    pub(in crate::sync) fn ask(
        &mut self,
        path: &str,
        document: Option<&str>,
    ) -> Result<Option<Reply>, SyncError> {
        if self.left() == 0 {
            return Ok(None);
        }
        self.sent += 1;
        let reply = if let Some(json) = document {
            let post = Request::Post { path, json };
            Some(self.transport.carry_out(post, &mut |_| ()))
        } else {
            self.transport.send(0, path.to_owned());
            self.transport.next().map(|(_, reply)| reply)
        };
        if let Some(reply) = &reply {
            self.note(reply, path);
        }
        match reply.as_ref().map(|reply| outcome(reply, path)) {
            Some(Outcome::Unauthorized) => Err(SyncError::BadCredential),
            Some(Outcome::Limited(secs)) => {
                self.pause_secs = Some(secs);
                Ok(None)
            }
            _ => Ok(reply),
        }
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
}
