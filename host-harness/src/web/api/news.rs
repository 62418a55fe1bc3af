//! News of a tenant, as server-sent events.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::response::sse::{Event, Sse};
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use koalr_platform::access::Scope;
use koalr_platform::decision::Decision;
use koalr_platform::model::common::Tenths;
use koalr_store::ApiKeyRecord;
use schemars::JsonSchema;
use serde::Serialize;
use tokio::sync::broadcast::{self, error::RecvError};
use tokio::sync::mpsc;
use tokio::time::{Instant, interval_at, timeout};
use tokio_stream::wrappers::ReceiverStream;

use super::super::limits::Limits;
use super::super::problem::Problem;
use super::refusal::{not_stored, problem};
use super::route::{Answer, Route, SMALL, nothing, shape};
use super::turns::{Turn, Turns};
use super::{Api, Ask};
use crate::jobs::{Estimate, Outcome};

/// Something that happened. `event` is the name of the server-sent event too.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(
    tag = "event",
    rename_all = "kebab-case",
    rename_all_fields = "kebab-case"
)]
pub enum News {
    /// A sync is under way.
    SyncProgress(SyncNews),
    /// A sync ended.
    SyncEnded {
        /// The integration.
        integration: String,
        /// How it ended.
        outcome: Outcome,
        /// Records that it read.
        records: u64,
        /// Requests that it sent.
        requests: u64,
        /// Findings stored for the connection.
        issues: u64,
        /// Seconds that the upstream asked to wait before the next sync; none if it did not.
        resume_after_secs: Option<u32>,
    },
    /// A change was decided.
    ChangeDecided {
        /// Id of the change.
        change: String,
        /// The head that was judged.
        head_sha: String,
        /// What binds, under the policy's mode.
        decision: Decision,
        /// The joined score, in tenths, 0 to 1000.
        score: Tenths,
    },
    /// A job was given up; `GET /api/v1/jobs` says why.
    JobFailed {
        /// Its number.
        job: i64,
        /// What was to be done, for example `judge`.
        kind: &'static str,
        /// What it is about.
        key: String,
    },
    /// Something happened that is not told here any more; ask for what you need to know.
    Lagged,
}

/// How far a sync is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct SyncNews {
    /// The integration.
    pub integration: String,
    /// Pages read since its walk began, earlier runs included.
    pub pages: u32,
    /// Pages in all, as far as can be told; none while it is unknown.
    pub total: Option<u32>,
    /// Records read by this run.
    pub records: u64,
    /// Requests sent by this run.
    pub requests: u64,
    /// What it will take; none for an increment, and while it is unknown.
    pub estimate: Option<Estimate>,
    /// For how long it waits for the upstream, in seconds; none if it does not wait.
    pub paused_secs: Option<u32>,
    /// What was read last, for people, for example `findings of Acme`; none before the first batch.
    pub reading: Option<String>,
    /// Requests a minute on average since this run began; none while that is unknown.
    pub requests_per_minute: Option<u64>,
    /// Seconds until all pages are read at that pace; none while that is unknown.
    pub left_secs: Option<u64>,
}

/// Something that happened, as it is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewsItem {
    /// Where it stands among the news of its tenant; none if it stands nowhere.
    pub id: Option<String>,
    /// Its kind.
    pub event: &'static str,
    /// The document.
    pub data: String,
}

/// What somebody who listens hears.
pub struct Listening {
    /// At once.
    pub first: Vec<Arc<NewsItem>>,
    /// Then. It ends with the server.
    pub then: broadcast::Receiver<Arc<NewsItem>>,
}

pub(super) const ROUTES: &[Route] = &[Route {
    method: Method::GET,
    path: "/api/v1/events",
    scope: Scope::Read,
    summary: "Tell what happens as it happens: how far syncs are, what is decided, which jobs fail.",
    query: &[],
    body: None,
    most_bytes: SMALL,
    answer: Answer::News(shape::<News>),
    read: |given| {
        nothing(given.body)?;
        Ok(Ask::News)
    },
}];

impl News {
    /// Its word.
    #[must_use]
    pub fn event(&self) -> &'static str {
        match self {
            Self::SyncProgress(_) => "sync-progress",
            Self::SyncEnded { .. } => "sync-ended",
            Self::ChangeDecided { .. } => "change-decided",
            Self::JobFailed { .. } => "job-failed",
            Self::Lagged => "lagged",
        }
    }

    /// As it is sent.
    #[must_use]
    pub fn item(&self, id: Option<String>) -> NewsItem {
        NewsItem {
            id,
            event: self.event(),
            // Texts and numbers are always JSON.
            data: serde_json::to_string(self).unwrap_or_default(),
        }
    }
}

/// All who listen.
pub(crate) struct Streams {
    all: Turns<()>,
    hearers: Turns<String>,
    most: usize,
    most_of_a_hearer: usize,
    keep_alive: Duration,
}

/// Somebody who may listen: the holder of a key, or a visitor of the pages.
pub(crate) trait Hearer: Send + Sync + 'static {
    /// What a refusal calls them.
    const WHO: &str;

    /// Which of them it is.
    fn id(&self) -> String;

    /// Begins, from behind the item with this id on.
    fn listen(
        &self,
        after: Option<String>,
    ) -> impl Future<Output = Result<Listening, Problem>> + Send;

    /// Whether they still may.
    fn may_listen(&self) -> impl Future<Output = bool> + Send;
}

/// The holder of a key.
pub(super) struct KeyHolder<A> {
    pub(super) api: Arc<A>,
    pub(super) caller: ApiKeyRecord,
}

impl<A: Api> Hearer for KeyHolder<A> {
    const WHO: &str = "this key";

    fn id(&self) -> String {
        self.caller.id.clone()
    }

    async fn listen(&self, after: Option<String>) -> Result<Listening, Problem> {
        let listening = Arc::clone(&self.api).listen(self.caller.clone(), after);
        listening.await.map_err(problem)?.ok_or_else(not_stored)
    }

    async fn may_listen(&self) -> bool {
        Arc::clone(&self.api).still_holds(self.caller.clone()).await
    }
}

impl Streams {
    pub(crate) fn new(limits: &Limits) -> Self {
        Self {
            all: Turns::new(),
            hearers: Turns::new(),
            most: limits.streams,
            most_of_a_hearer: limits.streams_of_a_key,
            keep_alive: limits.keep_alive,
        }
    }

    pub(crate) async fn open<H: Hearer>(
        &self,
        hearer: Arc<H>,
        headers: &HeaderMap,
    ) -> Result<Response, Problem> {
        let own = self.hearers.take(&hearer.id(), self.most_of_a_hearer);
        let own = own.ok_or_else(|| {
            let detail = format!(
                "{} listens {} times already; end one of them first",
                H::WHO,
                self.most_of_a_hearer
            );
            Problem::new(StatusCode::TOO_MANY_REQUESTS, detail).later(RETRY_AFTER_SECS)
        })?;
        let turn = self.all.take(&(), self.most).ok_or_else(Problem::busy)?;
        let after = headers
            .get(LAST)
            .map(|id| String::from_utf8_lossy(id.as_bytes()).into_owned());
        let listening = hearer.listen(after).await?;
        let (sender, receiver) = mpsc::channel(QUEUED);
        let reader = Reader {
            sender,
            keep_alive: self.keep_alive,
            _turns: (own, turn),
        };
        tokio::spawn(reader.tell(hearer, listening));
        let mut response = Sse::new(ReceiverStream::new(receiver)).into_response();
        let headers = response.headers_mut();
        // A proxy that gathers answers would keep the news to itself.
        headers.insert(BUFFERING, HeaderValue::from_static("no"));
        Ok(response)
    }
}

/// Somebody who listens. What they do not read in time they miss, and nobody waits for them.
struct Reader {
    sender: mpsc::Sender<Result<Event, Infallible>>,
    keep_alive: Duration,
    _turns: (Turn<String>, Turn<()>),
}

impl Reader {
    /// Tells until they hang up, the news end, or they may not listen any more.
    async fn tell<H: Hearer>(self, hearer: Arc<H>, listening: Listening) {
        let Listening { first, mut then } = listening;
        for item in first {
            if !self.send(written(&item)).await {
                return;
            }
        }
        let mut tick = interval_at(Instant::now() + self.keep_alive, self.keep_alive);
        loop {
            let event = tokio::select! {
                () = self.sender.closed() => return,
                heard = then.recv() => match heard {
                    Ok(item) => written(&item),
                    Err(RecvError::Lagged(_)) => written(&News::Lagged.item(None)),
                    Err(RecvError::Closed) => return,
                },
                _ = tick.tick() => {
                    if !hearer.may_listen().await {
                        return;
                    }
                    Event::default().comment("")
                }
            };
            if !self.send(event).await {
                return;
            }
        }
    }

    /// Whether they took it in time.
    async fn send(&self, event: Event) -> bool {
        let sent = timeout(self.keep_alive, self.sender.send(Ok(event))).await;
        matches!(sent, Ok(Ok(())))
    }
}

fn written(item: &NewsItem) -> Event {
    let event = Event::default().event(item.event).data(&item.data);
    match &item.id {
        Some(id) => event.id(id),
        None => event,
    }
}

/// The last item that somebody heard before they were cut off.
const LAST: HeaderName = HeaderName::from_static("last-event-id");
const BUFFERING: HeaderName = HeaderName::from_static("x-accel-buffering");

/// Items on their way to one reader, beside those that wait for all.
const QUEUED: usize = 8;

/// When to listen again, in seconds.
const RETRY_AFTER_SECS: u64 = 10;
