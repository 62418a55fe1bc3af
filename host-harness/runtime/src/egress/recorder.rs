//! Writes a session's exchanges down as they end.

use std::collections::BTreeMap;
use std::fmt;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};

use bytes::Bytes;
use http::header::{CONTENT_ENCODING, CONTENT_LENGTH};
use http::{HeaderMap, HeaderValue, Request, Response};
use http_body::{Body, Frame, SizeHint};
use http_body_util::BodyExt;
use wasmtime_wasi_http::{Error, WasiBody};

use super::recorded::{CameTo, Content, Ending, Giver, Recorded};
use super::redactor::Redactor;
use super::responder::Cut;

/// Writes the exchanges of one session down, each when it has ended, redacted. Clones write the same.
#[derive(Clone)]
pub struct Recorder(Arc<Mutex<State>>);

/// Takes what is written down. What it cannot keep is a sentence, and ends the recording.
pub type Sink = Box<dyn FnMut(&Recorded) -> Result<(), String> + Send>;

struct State {
    redactor: Redactor,
    sink: Sink,
    open: BTreeMap<u64, Draft>,
    next: u64,
    written: u32,
    bytes: usize,
    cut: Option<String>,
    finished: bool,
}

/// An exchange that has not ended.
struct Draft {
    recorded: Recorded,
    headers: HeaderMap,
    body: Vec<u8>,
}

/// What was written down.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// Exchanges.
    pub exchanges: u32,
    /// Why some are missing, as a sentence; none if all are there.
    pub cut: Option<String>,
}

impl Recorder {
    /// Writes to this sink.
    #[must_use]
    pub fn new(redactor: Redactor, sink: Sink) -> Self {
        Self(Arc::new(Mutex::new(State {
            redactor,
            sink,
            open: BTreeMap::new(),
            next: 0,
            written: 0,
            bytes: 0,
            cut: None,
            finished: false,
        })))
    }

    /// Writes what is under way as it stands, and nothing after it.
    #[must_use]
    pub fn finish(&self) -> Written {
        let mut state = self.state();
        while let Some((_, draft)) = state.open.pop_first() {
            state.end(draft, Ending::Unread);
        }
        state.finished = true;
        Written {
            exchanges: state.written,
            cut: state.cut.clone(),
        }
    }

    /// A request is under way.
    pub(super) fn begin<B>(&self, request: &Request<B>, occurrence: u32, body: &[u8]) -> Taking {
        let mut state = self.state();
        let number = state.next;
        state.next += 1;
        if state.takes() {
            let redactor = &state.redactor;
            let draft = Draft {
                recorded: Recorded {
                    method: request.method().to_string(),
                    url: redactor.address(request.method(), request.uri()),
                    occurrence,
                    sent: Content::of(redactor.body(body)),
                    came_to: CameTo::Unanswered,
                },
                headers: HeaderMap::new(),
                body: Vec::new(),
            };
            state.open.insert(number, draft);
        }
        Taking {
            recorder: self.clone(),
            number,
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Recorder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Recorder")
    }
}

impl State {
    fn takes(&self) -> bool {
        self.cut.is_none() && !self.finished
    }

    fn cut(&mut self, why: String) {
        self.cut.get_or_insert(why);
        self.open.clear();
    }

    fn piece(&mut self, number: u64, data: &[u8]) {
        let Some(draft) = self.open.get_mut(&number) else {
            return;
        };
        draft.body.extend_from_slice(data);
        self.bytes += data.len();
        let mib = |bytes: usize| bytes >> 20;
        if draft.body.len() > MOST_BODY_BYTES {
            let (method, url) = (&draft.recorded.method, &draft.recorded.url);
            let most = mib(MOST_BODY_BYTES);
            let why = format!("the answer to {method} {url} has more than {most} MiB");
            self.cut(why);
        } else if self.bytes > MOST_BYTES {
            let most = mib(MOST_BYTES);
            self.cut(format!("the answers have more than {most} MiB in all"));
        }
    }

    /// Writes an exchange; an answer with the body as far as it came.
    fn end(&mut self, draft: Draft, ended: Ending) {
        let Draft {
            mut recorded,
            headers: mut map,
            body: raw,
        } = draft;
        if let CameTo::Answered {
            headers,
            body,
            ending,
            ..
        } = &mut recorded.came_to
        {
            *ending = ended;
            let plain = self.redactor.body(&raw);
            if plain.len() != raw.len() && map.contains_key(CONTENT_LENGTH) {
                map.insert(CONTENT_LENGTH, HeaderValue::from(plain.len()));
            }
            *headers = self.headers(&map);
            *body = Content::of(plain);
        }
        self.write(&recorded);
    }

    fn headers(&self, map: &HeaderMap) -> Vec<(String, Content)> {
        let plain = |value: &HeaderValue| Content::of(self.redactor.body(value.as_bytes()));
        map.iter()
            .map(|(name, value)| (name.to_string(), plain(value)))
            .collect()
    }

    fn write(&mut self, recorded: &Recorded) {
        if !self.takes() {
            return;
        }
        if self.written >= MOST_EXCHANGES {
            self.cut(format!("there were more than {MOST_EXCHANGES} requests"));
            return;
        }
        match (self.sink)(recorded) {
            Ok(()) => self.written += 1,
            Err(why) => self.cut(why),
        }
    }
}

/// One request that is being written down. Dropped, it is written as it stands.
pub(super) struct Taking {
    recorder: Recorder,
    number: u64,
}

impl Taking {
    /// There is no answer: this instead.
    pub(super) fn end(self, came_to: CameTo) {
        let mut state = self.recorder.state();
        if let Some(mut draft) = state.open.remove(&self.number) {
            draft.recorded.came_to = came_to;
            state.end(draft, Ending::Complete);
        }
    }

    /// The answer's head is there; its body is taken as the guest reads it.
    pub(super) fn answered(self, response: Response<WasiBody>, by: Giver) -> Response<WasiBody> {
        let (parts, body) = response.into_parts();
        {
            let mut state = self.recorder.state();
            let coded = parts.headers.get(CONTENT_ENCODING);
            let coded = coded.filter(|coding| *coding != "identity");
            if let Some(draft) = state.open.get_mut(&self.number) {
                draft.headers = parts.headers.clone();
                draft.recorded.came_to = CameTo::Answered {
                    by,
                    status: parts.status.as_u16(),
                    headers: Vec::new(),
                    body: Content::default(),
                    ending: Ending::Complete,
                };
                if coded.is_some() {
                    let (method, url) = (&draft.recorded.method, &draft.recorded.url);
                    let why = format!(
                        "the answer to {method} {url} is compressed, so that secrets in it cannot be found"
                    );
                    state.cut(why);
                }
            }
        }
        let over = body.is_end_stream();
        let mut body = TakenBody {
            inner: body,
            taking: Some(self),
        };
        if over {
            body.ended(Ending::Complete);
        }
        Response::from_parts(parts, body.boxed_unsync())
    }

    fn ended(self, ending: Ending) {
        let mut state = self.recorder.state();
        if let Some(draft) = state.open.remove(&self.number) {
            state.end(draft, ending);
        }
    }
}

impl Drop for Taking {
    fn drop(&mut self) {
        let mut state = self.recorder.state();
        if let Some(draft) = state.open.remove(&self.number) {
            state.end(draft, Ending::Unread);
        }
    }
}

/// A body that is written down as the guest reads it.
struct TakenBody {
    inner: WasiBody,
    /// None once it has ended.
    taking: Option<Taking>,
}

impl TakenBody {
    fn ended(&mut self, ending: Ending) {
        if let Some(taking) = self.taking.take() {
            taking.ended(ending);
        }
    }
}

impl Body for TakenBody {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        let polled = Pin::new(&mut self.inner).poll_frame(context);
        match &polled {
            Poll::Ready(Some(Ok(frame))) => {
                if let (Some(data), Some(taking)) = (frame.data_ref(), &self.taking) {
                    taking.recorder.state().piece(taking.number, data);
                }
                // A guest may know the length, and never ask for the end.
                if self.inner.is_end_stream() {
                    self.ended(Ending::Complete);
                }
            }
            Poll::Ready(Some(Err(error))) => self.ended(Ending::Cut(Cut::of(error))),
            Poll::Ready(None) => self.ended(Ending::Complete),
            Poll::Pending => {}
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}

/// Bytes of one body: as much as an answer of an upstream may have. Files may be larger.
const MOST_BODY_BYTES: usize = 16 << 20;
/// Bytes of all bodies of a recording.
const MOST_BYTES: usize = 256 << 20;
/// Exchanges of a recording; a call may start a thousand requests.
const MOST_EXCHANGES: u32 = 5_000;

#[cfg(test)]
mod tests;
