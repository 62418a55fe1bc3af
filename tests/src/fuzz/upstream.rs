//! An upstream that answers whatever it is told, and counts.

use std::collections::VecDeque;

use koalr_integration_kit::model::common::Endpoint;
use koalr_integration_kit::model::record::Entry;
use koalr_integration_kit::model::walk::{Batch, Scope, SyncError, SyncRequest};
use koalr_snyk_plugin::sync::sync;
use koalr_snyk_plugin::transport::{Answer, Headers, Reply, Request, Transport};

/// An answer of status 200.
pub(super) fn good(body: &[u8]) -> Answer {
    Answer {
        status: 200,
        headers: Headers::default(),
        body: body.to_vec(),
    }
}

/// Answers by method and address, and hands out files in pieces.
pub(super) struct Upstream<F> {
    answer: F,
    waiting: VecDeque<(usize, String)>,
    /// Size of the pieces of a file, in bytes.
    piece: usize,
    /// Requests so far.
    pub(super) asked: u32,
}

impl<F: FnMut(&str) -> Answer> Upstream<F> {
    /// One whose answers this function makes of `GET path`, `POST path` or `FILE address`.
    pub(super) fn new(answer: F) -> Self {
        Self {
            answer,
            waiting: VecDeque::new(),
            piece: 4096,
            asked: 0,
        }
    }

    /// The same, with files in pieces of this size.
    pub(super) fn in_pieces_of(self, piece: usize) -> Self {
        Self { piece, ..self }
    }
}

impl<F: FnMut(&str) -> Answer> Transport for Upstream<F> {
    fn send(&mut self, ticket: usize, path: String) {
        self.asked += 1;
        self.waiting.push_back((ticket, path));
    }

    fn next(&mut self) -> Option<(usize, Reply)> {
        let (ticket, path) = self.waiting.pop_front()?;
        Some((ticket, Ok((self.answer)(&format!("GET {path}")))))
    }

    fn carry_out(&mut self, request: Request<'_>, take: &mut dyn FnMut(&[u8])) -> Reply {
        self.asked += 1;
        match request {
            Request::Post { path, .. } => Ok((self.answer)(&format!("POST {path}"))),
            Request::Download(address) => {
                let mut answer = (self.answer)(&format!("FILE {address}"));
                answer.body.chunks(self.piece).for_each(take);
                answer.body.clear();
                Ok(answer)
            }
        }
    }
}

/// A request at a fixed time, with room for any walk.
pub(super) fn request(scope: Scope) -> SyncRequest {
    SyncRequest {
        endpoint: Endpoint {
            origin: "US-01".to_owned(),
            base: "https://api.snyk.io".to_owned(),
        },
        scope,
        since: None,
        cursor: None,
        settings: Vec::new(),
        request_budget: 1_000,
        as_of: AS_OF,
    }
}

/// One call, whose batch keeps its promises whatever was answered.
///
/// # Errors
///
/// As [`sync`].
pub(super) fn call<F: FnMut(&str) -> Answer>(
    request: &SyncRequest,
    upstream: &mut Upstream<F>,
) -> Result<Batch, SyncError> {
    let before = upstream.asked;
    let batch = sync(request, upstream)?;
    let asked = upstream.asked - before;
    assert_eq!(batch.requests, asked, "the batch counts its requests wrong");
    assert!(
        asked <= request.request_budget,
        "{asked} requests exceed the budget"
    );
    assert!(
        batch.done || batch.cursor.is_some(),
        "a walk that goes on has no cursor"
    );
    if let Some(total) = batch.progress.total {
        assert!(batch.progress.done <= total, "more is done than there is");
    }
    batch.records.iter().for_each(check);
    Ok(batch)
}

/// Calls until the walk is done, and moves the time on as the batches ask.
///
/// # Errors
///
/// As [`sync`].
pub(super) fn walk<F: FnMut(&str) -> Answer>(
    request: &mut SyncRequest,
    upstream: &mut Upstream<F>,
) -> Result<Vec<Batch>, SyncError> {
    let mut batches = Vec::new();
    while batches.len() < MOST_CALLS {
        let batch = call(request, upstream)?;
        request.cursor.clone_from(&batch.cursor);
        request.as_of += 1_000 * i64::from(batch.resume_after_secs.unwrap_or_default());
        let done = batch.done;
        batches.push(batch);
        if done {
            return Ok(batches);
        }
    }
    panic!("the walk does not end within {MOST_CALLS} calls");
}

fn check(entry: &Entry) {
    let finding = match entry {
        Entry::Project(project) => {
            assert!(!project.id.is_empty(), "a project has no id");
            return;
        }
        Entry::Finding(finding) => finding,
        Entry::ChangeFinding(one) => &one.finding,
        _ => return,
    };
    assert!(!finding.id.is_empty(), "a finding has no id");
    assert!(!finding.key.is_empty(), "a finding has no key");
    assert!(
        !finding.vulnerability.is_empty(),
        "a finding has no vulnerability"
    );
    if let Some(selected) = &finding.selected {
        assert!(
            selected.score <= selected.highest,
            "the chosen score is above the highest"
        );
        assert!(selected.highest <= 100, "a CVSS score is above 10.0");
        let rating = finding.cvss.get(selected.rating as usize);
        assert!(rating.is_some(), "the chosen rating is not there");
    }
    if let Some(risk) = finding.risk {
        assert!(risk <= 1_000, "a risk score is above 1,000");
    }
}

/// 2026-01-01T00:00:00Z.
pub(super) const AS_OF: i64 = 1_767_225_600_000;

/// Calls after which a walk over one short page must have ended.
const MOST_CALLS: usize = 200;
