//! Bodies of requests, which together take no more room than there is.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use http::StatusCode;
use http_body::Body as _;
use http_body_util::BodyExt;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, TryAcquireError};
use tokio::time::timeout;

use super::limits::Limits;
use super::problem::Problem;
use crate::inbox::Refused;

/// The room for bodies. Each takes as much of it as has arrived, so that many slow senders cannot fill it.
#[derive(Debug, Clone)]
pub(super) struct Bodies {
    room: Arc<Semaphore>,
    timeout: Duration,
}

/// A body in memory. Dropping it makes room.
#[derive(Debug)]
pub(super) struct Held {
    pub(super) bytes: Vec<u8>,
    room: OwnedSemaphorePermit,
}

impl Bodies {
    pub(super) fn new(limits: &Limits) -> Self {
        Self {
            room: Arc::new(Semaphore::new(limits.bodies_bytes)),
            timeout: limits.body_timeout,
        }
    }

    /// Reads a body of at most so many bytes, if it arrives in time and there is room.
    pub(super) async fn read(&self, body: Body, limit: usize) -> Result<Held, Problem> {
        let read = timeout(self.timeout, self.collect(body, limit)).await;
        read.unwrap_or_else(|_| {
            let detail = "the body did not arrive in time";
            Err(Problem::new(StatusCode::REQUEST_TIMEOUT, detail))
        })
    }

    async fn collect(&self, mut body: Body, limit: usize) -> Result<Held, Problem> {
        let stated = usize::try_from(body.size_hint().lower()).unwrap_or(usize::MAX);
        fits(stated, limit)?;
        let mut held = Held {
            bytes: Vec::new(),
            room: self.reserve(0)?,
        };
        while let Some(frame) = body.frame().await {
            let cut = |_| Problem::new(StatusCode::BAD_REQUEST, "the body ended early");
            let Ok(data) = frame.map_err(cut)?.into_data() else {
                continue;
            };
            fits(held.bytes.len() + data.len(), limit)?;
            held.room.merge(self.reserve(data.len())?);
            held.bytes.extend_from_slice(&data);
        }
        Ok(held)
    }

    fn reserve(&self, bytes: usize) -> Result<OwnedSemaphorePermit, Problem> {
        let bytes = u32::try_from(bytes).map_err(|_| Problem::busy())?;
        let reserved = Arc::clone(&self.room).try_acquire_many_owned(bytes);
        reserved.map_err(|_: TryAcquireError| Problem::busy())
    }
}

fn fits(bytes: usize, limit: usize) -> Result<(), Problem> {
    if bytes <= limit {
        return Ok(());
    }
    let refused = Refused::TooLarge { limit };
    Err(Problem::new(refused.status(), refused.to_string()))
}
