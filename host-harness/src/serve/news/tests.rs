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
        reading: Some("findings of Acme".to_owned()),
    };
    teller.tell(&progress, 4_000);
    let listening = newsroom.listen(&acme(), None, 0).unwrap();
    let expected = serde_json::json!({
        "event": "sync-progress", "integration": "sample", "pages": 7, "total": 9,
        "records": 700, "requests": 8, "estimate": null, "paused-secs": null,
        "reading": "findings of Acme", "requests-per-minute": 120, "left-secs": 1,
    });
    let data: serde_json::Value = serde_json::from_str(&listening.first[0].data).unwrap();
    assert_eq!(data, expected);
    drop(teller);
    assert_eq!(first(&newsroom, None, 0), [""; 0]);
}

#[test]
fn a_closed_window_is_told_as_it_runs_out_and_once_when_it_is_open() {
    let newsroom = Newsroom::default();
    let teller = newsroom.sync(&acme(), "sample", 0);
    let mut then = newsroom.listen(&acme(), None, 0).unwrap().then;
    for secs in [None, Some(2), Some(2), Some(1), None, None] {
        teller.held(secs);
    }
    let told = std::iter::from_fn(|| then.try_recv().ok());
    let told: Vec<serde_json::Value> = told
        .map(|item| serde_json::from_str(&item.data).unwrap())
        .map(|mut data: serde_json::Value| data["paused-secs"].take())
        .collect();
    assert_eq!(told, [2.into(), 1.into(), serde_json::Value::Null]);
}

#[test]
fn a_long_sync_does_not_push_out_what_else_happened() {
    let newsroom = Newsroom::default();
    let ids = told(&newsroom, 0..2);
    let teller = newsroom.sync(&acme(), "sample", 0);
    for secs in 0..200 {
        teller.tell(&SyncEvent::Paused { secs }, 0);
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
