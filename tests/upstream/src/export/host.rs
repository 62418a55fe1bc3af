//! The host of files: another port, which must never see a credential.

use std::ops::Range;
use std::time::Instant;

use super::{Exports, csv, rows};
use crate::fault::Fault;
use crate::feed::Feed;
use crate::rest;

/// One request that the host of files got.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Download {
    /// Path without the signed query.
    pub path: String,
    /// HTTP status of the answer.
    pub status: u16,
    /// Whether `authorization`, a cookie or another credential came along. It never may.
    pub credential: bool,
}

/// The address of a file, good for one download.
#[derive(Debug)]
pub(super) struct Ticket {
    pub(super) path: String,
    pub(super) signature: String,
    pub(super) job: String,
    pub(super) rows: Range<usize>,
    pub(super) until: Instant,
    pub(super) used: bool,
    /// What hit the request that got it.
    pub(super) faults: Vec<Fault>,
}

/// What the host of files sends.
pub(crate) struct Sent {
    pub(crate) status: u16,
    pub(crate) media_type: &'static str,
    pub(crate) body: String,
}

impl Exports {
    /// Answers a request for a file and writes it down.
    pub(crate) fn download(
        &self,
        feed: &dyn Feed,
        path: &str,
        query: &str,
        credential: bool,
    ) -> Sent {
        let sent = if credential {
            refuse(400, "InvalidArgument")
        } else {
            self.file(feed, path, query)
                .unwrap_or_else(|| refuse(403, "AccessDenied"))
        };
        self.state().downloads.push(Download {
            path: path.to_owned(),
            status: sent.status,
            credential,
        });
        sent
    }

    /// All requests that the host of files got, in order of arrival.
    pub(crate) fn downloads(&self) -> Vec<Download> {
        self.state().downloads.clone()
    }

    /// A file; none if its address is not good, no longer good, or used up.
    fn file(&self, feed: &dyn Feed, path: &str, query: &str) -> Option<Sent> {
        let signature = query.strip_prefix("signature=")?;
        let mut state = self.state();
        let mut tickets = state.tickets.iter_mut();
        let ticket = tickets.find(|ticket| ticket.path == path && ticket.signature == signature)?;
        let hit = |fault: &Fault| ticket.faults.contains(fault);
        let gone = ticket.used || Instant::now() >= ticket.until;
        if gone || hit(&Fault::ExportExpired) {
            return None;
        }
        let (truncated, short) = (hit(&Fault::ExportTruncated), hit(&Fault::ExportShort));
        ticket.used = true;
        let (id, range) = (ticket.job.clone(), ticket.rows.clone());
        let job = state.jobs.iter().find(|job| job.id == id)?;
        let count = range.len() - usize::from(short);
        let mut body = csv::row(&job.order.columns);
        if let Some(held) = &job.rows {
            body.extend(held.iter().skip(range.start).take(count).cloned());
        } else {
            let at = rest::place(feed, &job.organization).ok()?;
            body.extend(rows(feed, at, &job.order).skip(range.start).take(count));
        }
        if truncated {
            let last_value = body.rfind(',').unwrap_or(0);
            body.truncate(last_value);
        }
        Some(Sent {
            status: 200,
            media_type: "text/csv",
            body,
        })
    }
}

/// An error as object stores send it.
fn refuse(status: u16, code: &str) -> Sent {
    Sent {
        status,
        media_type: "application/xml",
        body: format!("<?xml version=\"1.0\"?><Error><Code>{code}</Code></Error>"),
    }
}
