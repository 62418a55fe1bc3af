//! Response bodies: counted, capped and timed.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use hyper::body::Incoming;
use tokio::time::{Instant, Sleep, sleep};
use wasmtime_wasi_http::Error;

use super::complaint::Complaints;
use super::echo::Listener;
use super::responder::AnsweredBody;
use super::reuse::Keeper;
use super::ticket::Collector;
use super::transcript::{Outcome, Transcript};
use super::transport::TransportError;
use crate::limits::Limit;
use crate::meter::Meter;

/// A response body that ends with an error after too many bytes, or too long a silence, and writes its size to the
/// transcript.
pub(crate) struct ResponseBody {
    inner: Source,
    limit: Limit,
    read: u64,
    silence: Pin<Box<Sleep>>,
    /// Whether nothing more is handed over.
    ended: bool,
    /// Why the rest is withheld; none if it is not.
    failed: Option<TransportError>,
    record: Record,
    readers: Readers,
}

/// Who sees a body before the guest does.
pub(crate) struct Readers {
    pub(crate) listener: Option<Listener>,
    pub(crate) collector: Option<Collector>,
    pub(crate) keeper: Option<Keeper>,
}

/// Where a body comes from.
pub(crate) enum Source {
    Upstream(Incoming),
    Responder(AnsweredBody),
}

impl Body for Source {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        match &mut *self {
            Self::Upstream(body) => {
                (Pin::new(body).poll_frame(context)).map_err(|_| Error::HttpResponseIncomplete)
            }
            Self::Responder(body) => Pin::new(body).poll_frame(context),
        }
    }

    fn is_end_stream(&self) -> bool {
        match self {
            Self::Upstream(body) => body.is_end_stream(),
            Self::Responder(body) => body.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Upstream(body) => body.size_hint(),
            Self::Responder(body) => body.size_hint(),
        }
    }
}

/// Where the size of a body is written.
pub(crate) struct Record {
    pub(crate) complaints: Complaints,
    pub(crate) host: String,
    pub(crate) transcript: Transcript,
    pub(crate) row: Option<usize>,
    pub(crate) status: u16,
    pub(crate) meter: Option<Arc<dyn Meter>>,
}

impl ResponseBody {
    /// Refuses at once a body that announces to be too large.
    pub(crate) fn new(
        inner: Source,
        limit: Limit,
        record: Record,
        readers: Readers,
    ) -> Result<Self, TransportError> {
        let announced = inner.size_hint().lower();
        let mut body = Self {
            inner,
            limit,
            read: 0,
            silence: Box::pin(sleep(LONGEST_SILENCE)),
            ended: false,
            failed: None,
            record,
            readers,
        };
        if announced > limit.value {
            body.failed = Some(body.over_limit());
            return Err(TransportError::Announced {
                host: body.record.host.clone(),
                bytes: announced,
            });
        }
        Ok(body)
    }

    /// What the guest may see of a piece; none if it must not see the rest of the body.
    fn hear(&mut self, piece: Bytes) -> Option<Bytes> {
        let Some(listener) = &mut self.readers.listener else {
            return Some(piece);
        };
        let heard = listener.piece(piece)?;
        if self.inner.is_end_stream() && listener.holds() {
            return Some([heard, listener.rest()].concat().into());
        }
        Some(heard)
    }

    /// Lets the collectors see what the guest is about to see.
    fn collect(&mut self, data: &[u8]) {
        let Readers {
            collector, keeper, ..
        } = &mut self.readers;
        *collector = collector.take().and_then(|collector| collector.piece(data));
        *keeper = keeper.take().and_then(|keeper| keeper.piece(data));
        // A guest may know the length, and never ask for the end.
        if self.inner.is_end_stream() {
            self.complete();
        }
    }

    fn complete(&mut self) {
        if let Some(collector) = self.readers.collector.take() {
            collector.finish();
        }
        if let Some(keeper) = self.readers.keeper.take() {
            keeper.finish();
        }
    }

    fn over_limit(&self) -> TransportError {
        TransportError::OverLimit {
            host: self.record.host.clone(),
            limit: self.limit.to_string(),
        }
    }

    fn holds(&self) -> bool {
        self.readers.listener.as_ref().is_some_and(Listener::holds)
    }

    fn fail(&mut self, error: Error) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        self.ended = true;
        Poll::Ready(Some(Err(error)))
    }
}

impl Body for ResponseBody {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        while !self.ended {
            match Pin::new(&mut self.inner).poll_frame(context) {
                Poll::Ready(Some(Ok(frame))) => {
                    // Trailers are dropped: no guest needs them, and nobody listens to them.
                    let Ok(piece) = frame.into_data() else {
                        continue;
                    };
                    self.read += piece.len() as u64;
                    if self.read > self.limit.value {
                        let read = self.read;
                        self.failed = Some(self.over_limit());
                        return self.fail(Error::HttpResponseBodySize(Some(read)));
                    }
                    self.silence
                        .as_mut()
                        .reset(Instant::now() + LONGEST_SILENCE);
                    let Some(piece) = self.hear(piece) else {
                        let host = self.record.host.clone();
                        self.failed = Some(TransportError::Echo { host });
                        return self.fail(Error::HttpResponseIncomplete);
                    };
                    self.collect(&piece);
                    if !piece.is_empty() {
                        return Poll::Ready(Some(Ok(Frame::data(piece))));
                    }
                }
                Poll::Ready(Some(Err(error))) => return self.fail(error),
                Poll::Ready(None) => {
                    self.ended = true;
                    let rest = self.readers.listener.as_mut().map(Listener::rest);
                    let rest = rest.unwrap_or_default();
                    self.collect(&rest);
                    self.complete();
                    if !rest.is_empty() {
                        return Poll::Ready(Some(Ok(Frame::data(rest))));
                    }
                }
                Poll::Pending => {
                    return match self.silence.as_mut().poll(context) {
                        Poll::Ready(()) => self.fail(Error::ConnectionReadTimeout),
                        Poll::Pending => Poll::Pending,
                    };
                }
            }
        }
        Poll::Ready(None)
    }

    fn is_end_stream(&self) -> bool {
        self.ended || (self.inner.is_end_stream() && !self.holds())
    }

    fn size_hint(&self) -> SizeHint {
        if self.holds() {
            SizeHint::default()
        } else {
            self.inner.size_hint()
        }
    }
}

impl Drop for ResponseBody {
    fn drop(&mut self) {
        if let Some(meter) = &self.record.meter {
            meter.received(self.read);
        }
        let outcome = match self.failed.take() {
            Some(cause) => {
                self.record.complaints.tell(WITHHELD, &cause);
                Outcome::Failed(cause)
            }
            None => Outcome::Answered {
                status: self.record.status,
                bytes: self.read,
            },
        };
        self.record.transcript.set(self.record.row, outcome);
    }
}

/// What happened to an answer that a guest does not get.
pub(crate) const WITHHELD: &str = "was refused an answer";
/// Time between two pieces of a body.
const LONGEST_SILENCE: Duration = Duration::from_secs(30);
