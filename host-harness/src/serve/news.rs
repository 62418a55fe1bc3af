//! What happens at tenants, told to those who listen. Nobody waits for who listens, and a tenant of whom nothing was told
//! lately takes no room.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use koalr_platform::model::common::Timestamp;
use koalr_store::TenantId;
use tokio::sync::broadcast;

use crate::jobs::SyncEvent;
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
        };
        if let Some(desk) = self.state().of(tenant, now) {
            desk.sync = Some(begun.clone());
            desk.tell(&News::SyncProgress(begun));
        }
        SyncTeller {
            newsroom: self,
            tenant: tenant.clone(),
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
    pub(super) fn tell(&self, event: &SyncEvent) {
        let mut state = self.newsroom.state();
        let Some(desk) = state.desks.get_mut(&self.tenant) else {
            return;
        };
        let Some(sync) = &mut desk.sync else {
            return;
        };
        match *event {
            SyncEvent::Estimated(estimate) => sync.estimate = Some(estimate),
            SyncEvent::Progress {
                pages,
                total,
                records,
                requests,
            } => {
                *sync = SyncNews {
                    pages,
                    total,
                    records,
                    requests,
                    paused_secs: None,
                    ..sync.clone()
                };
            }
            SyncEvent::Paused { secs } => sync.paused_secs = Some(secs),
            // Nothing that anybody sees moved.
            SyncEvent::Committed => return,
        }
        let news = News::SyncProgress(sync.clone());
        desk.tell(&news);
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

/// How long they are kept when nobody listens and nothing happens, in milliseconds.
const IDLE_MS: Timestamp = 60_000;

#[cfg(test)]
mod tests {
    use super::*;

    fn acme() -> TenantId {
        TenantId::parse("acme").unwrap()
    }

    fn failed(job: i64) -> News {
        News::JobFailed {
            job,
            kind: "judge",
            key: String::new(),
        }
    }

    /// Numbers of jobs, or the event's word.
    fn heard(items: &[Arc<NewsItem>]) -> Vec<String> {
        let word = |item: &Arc<NewsItem>| {
            let data: serde_json::Value = serde_json::from_str(&item.data).unwrap();
            data["job"].as_i64().map(|job| job.to_string())
        };
        let words = items
            .iter()
            .map(|item| word(item).unwrap_or_else(|| item.event.to_owned()));
        words.collect()
    }

    fn told(newsroom: &Newsroom, jobs: std::ops::Range<i64>) -> Vec<String> {
        let mut listening = newsroom.listen(&acme(), None, 0).unwrap();
        let ids = jobs.map(|job| {
            newsroom.tell(&acme(), &failed(job), 0);
            listening.then.try_recv().unwrap().id.clone().unwrap()
        });
        ids.collect()
    }

    fn first(newsroom: &Newsroom, after: Option<&str>, now: Timestamp) -> Vec<String> {
        heard(&newsroom.listen(&acme(), after, now).unwrap().first)
    }

    #[test]
    fn who_comes_back_hears_what_they_missed() {
        let newsroom = Newsroom::default();
        let ids = told(&newsroom, 0..3);
        assert_eq!(first(&newsroom, Some(&ids[0]), 0), ["1", "2"]);
        assert_eq!(first(&newsroom, Some(&ids[2]), 0), [""; 0]);
        assert_eq!(first(&newsroom, None, 0), [""; 0]);
    }

    #[test]
    fn who_comes_back_too_late_is_told_so() {
        let newsroom = Newsroom::default();
        let ids = told(&newsroom, 0..102);
        assert_eq!(first(&newsroom, Some(&ids[0]), 0), ["lagged"]);
        assert_eq!(first(&newsroom, Some(&ids[1]), 0).len(), 100);
        for unknown in ["", "1", "x-1", "0-103", "-1-1"] {
            assert_eq!(first(&newsroom, Some(unknown), 0), ["lagged"], "{unknown}");
        }
    }

    #[test]
    fn who_was_told_that_they_are_too_late_goes_on_from_there() {
        let newsroom = Newsroom::default();
        told(&newsroom, 0..1);
        let lagged = newsroom.listen(&acme(), Some("0-9"), 0).unwrap().first;
        newsroom.tell(&acme(), &failed(1), 0);
        assert_eq!(first(&newsroom, lagged[0].id.as_deref(), 0), ["1"]);
    }

    #[test]
    fn the_first_that_somebody_hears_is_how_far_a_sync_is() {
        let newsroom = Newsroom::default();
        let teller = newsroom.sync(&acme(), "sample", 0);
        let progress = SyncEvent::Progress {
            pages: 7,
            total: Some(9),
            records: 700,
            requests: 8,
        };
        teller.tell(&progress);
        let listening = newsroom.listen(&acme(), None, 0).unwrap();
        let expected = serde_json::json!({
            "event": "sync-progress", "integration": "sample", "pages": 7, "total": 9,
            "records": 700, "requests": 8, "estimate": null, "paused-secs": null,
        });
        let data: serde_json::Value = serde_json::from_str(&listening.first[0].data).unwrap();
        assert_eq!(data, expected);
        drop(teller);
        assert_eq!(first(&newsroom, None, 0), [""; 0]);
    }

    #[test]
    fn a_long_sync_does_not_push_out_what_else_happened() {
        let newsroom = Newsroom::default();
        let ids = told(&newsroom, 0..2);
        let teller = newsroom.sync(&acme(), "sample", 0);
        for secs in 0..200 {
            teller.tell(&SyncEvent::Paused { secs });
        }
        assert_eq!(first(&newsroom, Some(&ids[0]), 0), ["1", "sync-progress"]);
    }

    #[test]
    fn a_slow_reader_misses_the_oldest_and_keeps_nobody_waiting() {
        let newsroom = Newsroom::default();
        let mut slow = newsroom.listen(&acme(), None, 0).unwrap().then;
        for job in 0..1_000 {
            newsroom.tell(&acme(), &failed(job), 0);
        }
        let missed = slow.try_recv().unwrap_err();
        assert!(matches!(
            missed,
            broadcast::error::TryRecvError::Lagged(missed) if missed > 0
        ));
        assert!(slow.try_recv().is_ok());
    }

    #[test]
    fn a_tenant_hears_nothing_of_another() {
        let newsroom = Newsroom::default();
        let mut listening = newsroom.listen(&acme(), None, 0).unwrap();
        let rival = TenantId::parse("rival").unwrap();
        newsroom.tell(&rival, &failed(1), 0);
        assert!(listening.then.is_empty() && listening.then.try_recv().is_err());
        assert_eq!(first(&newsroom, None, 0), [""; 0]);
    }

    #[test]
    fn a_tenant_of_whom_nothing_was_told_lately_takes_no_room() {
        let newsroom = Newsroom::default();
        let ids = told(&newsroom, 0..2);
        let rival = TenantId::parse("rival").unwrap();
        newsroom.tell(&rival, &failed(1), IDLE_MS);
        assert_eq!(newsroom.state().desks.len(), 1);
        assert_eq!(first(&newsroom, Some(&ids[0]), IDLE_MS), ["lagged"]);
    }

    #[test]
    fn who_listens_when_it_closes_is_let_go() {
        let newsroom = Newsroom::default();
        let mut listening = newsroom.listen(&acme(), None, 0).unwrap();
        newsroom.close();
        assert_eq!(
            listening.then.try_recv().unwrap_err(),
            broadcast::error::TryRecvError::Closed
        );
        assert!(newsroom.listen(&acme(), None, 0).is_none());
    }
}
