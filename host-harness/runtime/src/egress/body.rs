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

use super::responder::AnsweredBody;
use super::reuse::Keeper;
use super::ticket::Collector;
use super::transcript::{Outcome, Transcript};
use crate::meter::Meter;

/// A response body that ends with an error after too many bytes, or too long a silence, and writes its size to the
/// transcript.
pub(crate) struct ResponseBody {
    inner: Source,
    most: u64,
    read: u64,
    silence: Pin<Box<Sleep>>,
    failed: bool,
    record: Record,
    collector: Option<Collector>,
    keeper: Option<Keeper>,
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
    pub(crate) transcript: Transcript,
    pub(crate) row: Option<usize>,
    pub(crate) status: u16,
    pub(crate) meter: Option<Arc<dyn Meter>>,
}

impl ResponseBody {
    /// Refuses at once a body that announces to be too large.
    pub(crate) fn new(
        inner: Source,
        most: u64,
        record: Record,
        (collector, keeper): (Option<Collector>, Option<Keeper>),
    ) -> Result<Self, Error> {
        let announced = inner.size_hint().lower();
        if announced > most {
            return Err(Error::HttpResponseBodySize(Some(announced)));
        }
        Ok(Self {
            inner,
            most,
            read: 0,
            silence: Box::pin(sleep(LONGEST_SILENCE)),
            failed: false,
            record,
            collector,
            keeper,
        })
    }

    /// Lets the collectors see what the guest is about to see.
    fn collect(&mut self, data: &[u8]) {
        self.collector = self
            .collector
            .take()
            .and_then(|collector| collector.piece(data));
        self.keeper = self.keeper.take().and_then(|keeper| keeper.piece(data));
        // A guest may know the length, and never ask for the end.
        if self.inner.is_end_stream() {
            self.complete();
        }
    }

    fn complete(&mut self) {
        if let Some(collector) = self.collector.take() {
            collector.finish();
        }
        if let Some(keeper) = self.keeper.take() {
            keeper.finish();
        }
    }

    fn fail(&mut self, error: Error) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        self.failed = true;
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
        if self.failed {
            return Poll::Ready(None);
        }
        match Pin::new(&mut self.inner).poll_frame(context) {
            Poll::Ready(Some(Ok(frame))) => {
                self.read += frame.data_ref().map_or(0, |data| data.len() as u64);
                if self.read > self.most {
                    let read = self.read;
                    return self.fail(Error::HttpResponseBodySize(Some(read)));
                }
                self.silence
                    .as_mut()
                    .reset(Instant::now() + LONGEST_SILENCE);
                if let Some(data) = frame.data_ref() {
                    self.collect(data);
                }
                Poll::Ready(Some(Ok(frame)))
            }
            Poll::Ready(Some(Err(error))) => self.fail(error),
            Poll::Ready(None) => {
                self.complete();
                Poll::Ready(None)
            }
            Poll::Pending => match self.silence.as_mut().poll(context) {
                Poll::Ready(()) => self.fail(Error::ConnectionReadTimeout),
                Poll::Pending => Poll::Pending,
            },
        }
    }

    fn is_end_stream(&self) -> bool {
        self.failed || self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}

impl Drop for ResponseBody {
    fn drop(&mut self) {
        let Record {
            transcript,
            row,
            status,
            meter,
        } = &self.record;
        if let Some(meter) = meter {
            meter.received(self.read);
        }
        transcript.set(
            *row,
            Outcome::Answered {
                status: *status,
                bytes: self.read,
            },
        );
    }
}

/// Time between two pieces of a body.
const LONGEST_SILENCE: Duration = Duration::from_secs(30);
