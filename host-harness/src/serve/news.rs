//! What happens at tenants, told to those who listen. Nobody waits for who listens, and a tenant of whom nothing was told
//! lately takes no room.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use koalr_platform::model::common::Timestamp;
use koalr_store::TenantId;
use tokio::sync::broadcast;

use crate::jobs::{Pace, SyncEvent};
use crate::web::{Listening, News, NewsItem, SyncNews};

/// What happens at tenants.
#[derive(Default)]
pub(super) struct Newsroom {
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    desks: HashMap<TenantId, TenantNews>,
    is_closed: bool,
}

/// News of one tenant.
struct TenantNews {
    /// When it began, which tells its items from those of the time before.
    since: Timestamp,
    /// Items told.
    told: u64,
    /// The newest items with their numbers, oldest first. Of a sync that is under way only the newest is here.
    kept: VecDeque<(u64, Arc<NewsItem>)>,
    /// The last number that is not kept any more, and whose item was not followed by a newer one of the same sync.
    lost: u64,
    /// The sync that is under way; none if none is.
    sync: Option<SyncNews>,
    sender: broadcast::Sender<Arc<NewsItem>>,
    /// When something was told or somebody began to listen.
    used_at: Timestamp,
}

/// A sync that is under way, until it is dropped.
pub(super) struct SyncTeller<'a> {
    newsroom: &'a Newsroom,
    tenant: TenantId,
    began_at: Timestamp,
}

impl Newsroom {
    /// Listens to a tenant from behind the item with this id on. None once it is closed.
    pub(super) fn listen(
        &self,
        tenant: &TenantId,
        after: Option<&str>,
        now: Timestamp,
    ) -> Option<Listening> {
        let mut state = self.state();
        let news = state.of(tenant, now)?;
        Some(Listening {
            first: news.first(after),
            then: news.sender.subscribe(),
        })
    }

    /// How far a tenant's sync is that this server runs; none if it runs none.
    pub(super) fn running(&self, tenant: &TenantId) -> Option<SyncNews> {
        let state = self.state();
        state.desks.get(tenant).and_then(|desk| desk.sync.clone())
    }

    /// Tells what happened.
    pub(super) fn tell(&self, tenant: &TenantId, news: &News, now: Timestamp) {
        if let Some(desk) = self.state().of(tenant, now) {
            desk.tell(news);
        }
    }

    /// Tells how far a sync is, from its begin on.
    pub(super) fn sync(
        &self,
        tenant: &TenantId,
        integration: &str,
        now: Timestamp,
    ) -> SyncTeller<'_> {
        let begun = SyncNews {
            integration: integration.to_owned(),
            pages: 0,
            total: None,
            records: 0,
            requests: 0,
            estimate: None,
            paused_secs: None,
            reading: None,
            requests_per_minute: None,
            left_secs: None,
        };
        if let Some(desk) = self.state().of(tenant, now) {
            desk.sync = Some(begun.clone());
            desk.tell(&News::SyncProgress(begun));
        }
        SyncTeller {
            newsroom: self,
            tenant: tenant.clone(),
            began_at: now,
        }
    }

    /// Ends all that listen; nobody listens from then on.
    pub(super) fn close(&self) {
        let mut state = self.state();
        state.is_closed = true;
        state.desks.clear();
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn of(&mut self, tenant: &TenantId, now: Timestamp) -> Option<&mut TenantNews> {
        if self.is_closed {
            return None;
        }
        if !self.desks.contains_key(tenant) {
            self.desks.retain(|_, desk| desk.is_used(now));
        }
        let desk = self.desks.entry(tenant.clone());
        let desk = desk.or_insert_with(|| TenantNews::new(now));
        desk.used_at = desk.used_at.max(now);
        Some(desk)
    }
}

impl TenantNews {
    fn new(now: Timestamp) -> Self {
        Self {
            since: now,
            told: 0,
            kept: VecDeque::new(),
            lost: 0,
            sync: None,
            sender: broadcast::Sender::new(KEPT),
            used_at: now,
        }
    }

    fn is_used(&self, now: Timestamp) -> bool {
        self.sync.is_some()
            || self.sender.receiver_count() > 0
            || now < self.used_at.saturating_add(IDLE_MS)
    }

    fn tell(&mut self, news: &News) {
        self.told += 1;
        let id = format!("{}-{}", self.since, self.told);
        let item = Arc::new(news.item(Some(id)));
        let is_progress = |(_, kept): &(u64, Arc<NewsItem>)| kept.event == item.event;
        if matches!(news, News::SyncProgress(_)) {
            // Who comes back hears the newest alone.
            if let Some(older) = self.kept.iter().rposition(is_progress) {
                self.kept.remove(older);
            }
        }
        self.kept.push_back((self.told, Arc::clone(&item)));
        if self.kept.len() > KEPT
            && let Some((number, _)) = self.kept.pop_front()
        {
            self.lost = number;
        }
        // Nobody may listen.
        let _ = self.sender.send(item);
    }

    /// What somebody hears at once: what they missed, or else how far a sync is.
    fn first(&self, after: Option<&str>) -> Vec<Arc<NewsItem>> {
        let mut first = Vec::new();
        let id = || Some(format!("{}-{}", self.since, self.told));
        if let Some(after) = after {
            match self.number(after) {
                Some(after) if after >= self.lost => {
                    let missed = self.kept.iter().filter(|(number, _)| *number > after);
                    return missed.map(|(_, item)| Arc::clone(item)).collect();
                }
                _ => first.push(Arc::new(News::Lagged.item(id()))),
            }
        }
        if let Some(sync) = &self.sync {
            let news = News::SyncProgress(sync.clone());
            first.push(Arc::new(news.item(id())));
        }
        first
    }

    /// The number of an item that was told here.
    fn number(&self, id: &str) -> Option<u64> {
        let (since, number) = id.rsplit_once('-')?;
        let number = number.parse().ok()?;
        (since == self.since.to_string() && number <= self.told).then_some(number)
    }
}

impl SyncTeller<'_> {
    /// Tells what the sync says of itself.
    pub(super) fn tell(&self, event: &SyncEvent, now: Timestamp) {
        self.change(|sync| match event {
            SyncEvent::Estimated(estimate) => {
                sync.estimate = Some(*estimate);
                true
            }
            SyncEvent::Progress {
                pages,
                total,
                records,
                requests,
                reading,
            } => {
                let pace = self.pace(event, now);
                *sync = SyncNews {
                    integration: sync.integration.clone(),
                    pages: *pages,
                    total: *total,
                    records: *records,
                    requests: *requests,
                    estimate: sync.estimate,
                    paused_secs: None,
                    reading: reading.clone().or_else(|| sync.reading.take()),
                    requests_per_minute: pace.map(|pace| pace.per_minute),
                    left_secs: pace.and_then(|pace| pace.seconds_left),
                };
                true
            }
            SyncEvent::Paused { secs } => {
                sync.paused_secs = Some(*secs);
                true
            }
            // Nothing that anybody sees moved.
            SyncEvent::Committed => false,
        });
    }

    /// Tells for how long nothing may leave; none if everything may.
    pub(super) fn held(&self, secs: Option<u32>) {
        self.change(|sync| {
            let is_news = sync.paused_secs != secs;
            sync.paused_secs = secs;
            is_news
        });
    }

    /// The first seconds say nothing about the rest.
    fn pace(&self, event: &SyncEvent, now: Timestamp) -> Option<Pace> {
        let elapsed = u64::try_from(now.saturating_sub(self.began_at)).ok()?;
        let pace = Pace::of(event, Duration::from_millis(elapsed));
        pace.filter(|_| elapsed >= SETTLED_MS)
    }

    /// Changes how far the sync is, and tells it if that is news.
    fn change(&self, change: impl FnOnce(&mut SyncNews) -> bool) {
        let mut state = self.newsroom.state();
        let Some(desk) = state.desks.get_mut(&self.tenant) else {
            return;
        };
        let Some(sync) = &mut desk.sync else {
            return;
        };
        if change(sync) {
            let news = News::SyncProgress(sync.clone());
            desk.tell(&news);
        }
    }
}

impl Drop for SyncTeller<'_> {
    fn drop(&mut self) {
        if let Some(desk) = self.newsroom.state().desks.get_mut(&self.tenant) {
            desk.sync = None;
        }
    }
}

/// Items of a tenant that are kept for who comes back, and that a slow reader may be behind.
const KEPT: usize = 100;

/// How long a sync runs before its pace says something, in milliseconds.
const SETTLED_MS: u64 = 2_000;

/// How long they are kept when nobody listens and nothing happens, in milliseconds.
const IDLE_MS: Timestamp = 60_000;

#[cfg(test)]
mod tests;
