//! An inbox that remembers.

use std::collections::{BTreeSet, HashMap};
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use http::StatusCode;
use koalr_platform::model::common::Timestamp;
use koalr_store::{ApiKeyRecord, Once, OnceAnswer, TenantId, Visitor};
use serde_json::json;
use tokio::sync::{Semaphore, broadcast};
use zeroize::Zeroizing;

use super::super::{
    Acted, Api, Ask, FormAsk, Inbox, Listening, News, NewsItem, OnceKey, PageAsk, Pages, Pulse,
    Reply, Taken, Unready,
};
use super::SECRET;
use crate::error::HostError;
use crate::inbox::{Received, Source};
use crate::observe::{Metrics, Scene};
use crate::report::html::{Frame, Page};
use crate::{ApiKey, Ticket};

/// Knows tenant `acme`, by its secret, and `globex`, by another one; `silent` has none.
#[derive(Default)]
pub(super) struct Fake {
    pub(super) taken: Mutex<Vec<(TenantId, Source, Received)>>,
    pub(super) seen: Mutex<BTreeSet<(TenantId, Source, String)>>,
    /// Keys by the hash of each.
    pub(super) keys: Vec<(ApiKeyRecord, [u8; 32])>,
    /// What was asked by API, and by whom.
    pub(super) asked: Mutex<Vec<(TenantId, Ask)>>,
    /// What counts its requests.
    pub(super) metrics: Arc<Metrics>,
    /// What is kept of requests that are done once: what was asked, and what was answered.
    pub(super) once: Mutex<HashMap<(String, String), Kept>>,
    pub(super) news: Newsroom,
    /// Every key was taken back since it was looked at.
    pub(super) revoked: AtomicBool,
    pub(super) now: AtomicI64,
    /// It fails.
    pub(super) broken: bool,
    /// What its answers to the API fail with; none if they do not.
    pub(super) fails: Option<fn() -> HostError>,
    /// Visits of `ines`, of `acme`, that are under way.
    pub(super) visits: Vec<Ticket>,
    /// How many pages and forms were asked for.
    pub(super) looked: AtomicUsize,
    pub(super) acted: AtomicUsize,
    /// Where taking waits until it may go on.
    pub(super) gate: Option<Gate>,
}

/// What was asked, and what was answered.
type Kept = ([u8; 32], Option<OnceAnswer>);

/// One tenant's news.
pub(super) struct Newsroom(Mutex<Option<broadcast::Sender<Arc<NewsItem>>>>);

impl Default for Newsroom {
    fn default() -> Self {
        Self(Mutex::new(Some(broadcast::Sender::new(2))))
    }
}

impl Newsroom {
    /// Tells those who listen; how many do.
    pub(super) fn tell(&self, item: NewsItem) -> usize {
        let sender = self.0.lock().unwrap();
        sender.as_ref().unwrap().send(Arc::new(item)).unwrap_or(0)
    }

    pub(super) fn close(&self) {
        self.0.lock().unwrap().take();
    }
}

pub(super) struct Gate {
    /// One permit for each that waits.
    pub(super) arrived: Semaphore,
    /// One permit for each that may go on.
    pub(super) open: Semaphore,
}

impl Fake {
    pub(super) fn gated() -> Self {
        let gate = Gate {
            arrived: Semaphore::new(0),
            open: Semaphore::new(0),
        };
        Self {
            gate: Some(gate),
            ..Self::default()
        }
    }

    pub(super) fn knowing(record: ApiKeyRecord, key: &ApiKey) -> Self {
        Self {
            keys: vec![(record, key.hash())],
            ..Self::default()
        }
    }

    pub(super) fn broken() -> Self {
        Self {
            broken: true,
            ..Self::default()
        }
    }

    fn works(&self) -> Result<(), HostError> {
        if self.broken {
            return Err(HostError::Manifest("canary".to_owned()));
        }
        Ok(())
    }
}

impl Inbox for Fake {
    async fn secret(
        &self,
        tenant: &TenantId,
        _: Source,
    ) -> Result<Option<Zeroizing<Vec<u8>>>, HostError> {
        self.works()?;
        let secret = match tenant.as_str() {
            "acme" => Some(SECRET),
            "globex" => Some("another one"),
            _ => None,
        };
        Ok(secret.map(|secret| Zeroizing::new(secret.as_bytes().to_vec())))
    }

    async fn take(
        &self,
        tenant: &TenantId,
        source: Source,
        received: Received,
    ) -> Result<Taken, HostError> {
        if let Some(gate) = &self.gate {
            gate.arrived.add_permits(1);
            gate.open.acquire().await.unwrap().forget();
        }
        let key = (tenant.clone(), source, received.id.clone());
        let duplicate = !self.seen.lock().unwrap().insert(key);
        if !duplicate {
            let taken = (tenant.clone(), source, received);
            self.taken.lock().unwrap().push(taken);
        }
        Ok(Taken { duplicate })
    }
}

impl Pulse for Fake {
    async fn ready(&self) -> Result<(), Unready> {
        self.works().map_err(|_| Unready::Data)
    }

    fn metrics(&self) -> &Arc<Metrics> {
        &self.metrics
    }

    fn scene(&self) -> Scene {
        Scene::default()
    }
}

impl Api for Fake {
    async fn authenticate(self: Arc<Self>, key: ApiKey) -> Result<Option<ApiKeyRecord>, HostError> {
        self.works()?;
        let mut keys = self.keys.iter();
        Ok(keys.find(|(_, hash)| key.is(hash)).map(|one| one.0.clone()))
    }

    async fn answer(
        self: Arc<Self>,
        caller: ApiKeyRecord,
        ask: Ask,
    ) -> Result<Option<Reply>, HostError> {
        if let Some(gate) = &self.gate {
            gate.arrived.add_permits(1);
            gate.open.acquire().await.unwrap().forget();
        }
        self.asked.lock().unwrap().push((caller.tenant, ask));
        if let Some(fails) = self.fails {
            return Err(fails());
        }
        let body = json!({ "key": caller.id });
        let status = StatusCode::OK;
        Ok(Some(Reply { status, body }))
    }

    async fn begin_once(
        self: Arc<Self>,
        caller: ApiKeyRecord,
        once: OnceKey,
    ) -> Result<Once, HostError> {
        let mut kept = self.once.lock().unwrap();
        Ok(match kept.get(&(caller.id.clone(), once.key.clone())) {
            Some((asked, _)) if *asked != once.fingerprint => Once::Other,
            Some((_, None)) => Once::UnderWay,
            Some((_, Some(answer))) => Once::Done(answer.clone()),
            None => {
                kept.insert((caller.id, once.key), (once.fingerprint, None));
                Once::Begun
            }
        })
    }

    async fn end_once(
        self: Arc<Self>,
        caller: ApiKeyRecord,
        once: OnceKey,
        answer: Option<OnceAnswer>,
    ) -> Result<(), HostError> {
        let mut kept = self.once.lock().unwrap();
        let place = (caller.id, once.key);
        match answer {
            Some(answer) => _ = kept.insert(place, (once.fingerprint, Some(answer))),
            None => _ = kept.remove(&place),
        }
        Ok(())
    }

    async fn listen(
        self: Arc<Self>,
        _: ApiKeyRecord,
        after: Option<String>,
    ) -> Result<Option<Listening>, HostError> {
        let sender = self.news.0.lock().unwrap();
        Ok(sender.as_ref().map(|sender| Listening {
            first: vec![Arc::new(News::Lagged.item(after))],
            then: sender.subscribe(),
        }))
    }

    async fn still_holds(self: Arc<Self>, _: ApiKeyRecord) -> bool {
        !self.revoked.load(Ordering::SeqCst)
    }

    fn now(&self) -> Timestamp {
        self.now.load(Ordering::SeqCst)
    }
}

impl Pages for Fake {
    async fn invited(self: Arc<Self>, _: Ticket) -> Result<Option<Visitor>, HostError> {
        self.works()?;
        Ok(None)
    }

    async fn sign_in(self: Arc<Self>, _: Ticket) -> Result<Option<Ticket>, HostError> {
        self.works()?;
        Ok(None)
    }

    async fn visitor(self: Arc<Self>, visit: Ticket) -> Result<Option<Visitor>, HostError> {
        self.works()?;
        let mut visits = self.visits.iter();
        let found = visits.any(|one| one.hash() == visit.hash());
        Ok(found.then(|| Visitor {
            tenant: TenantId::parse("acme").unwrap(),
            login: "ines".to_owned(),
        }))
    }

    async fn sign_out(self: Arc<Self>, _: Ticket) -> Result<(), HostError> {
        self.works()
    }

    async fn show(
        self: Arc<Self>,
        _: Visitor,
        _: Frame,
        _: PageAsk,
    ) -> Result<Option<Page>, HostError> {
        self.looked.fetch_add(1, Ordering::SeqCst);
        Ok(None)
    }

    async fn act(
        self: Arc<Self>,
        _: Visitor,
        _: Frame,
        _: FormAsk,
    ) -> Result<Option<Acted>, HostError> {
        self.acted.fetch_add(1, Ordering::SeqCst);
        Ok(None)
    }

    async fn news(
        self: Arc<Self>,
        _: Visitor,
        _: String,
        _: Option<String>,
    ) -> Result<Option<Listening>, HostError> {
        Ok(None)
    }
}
