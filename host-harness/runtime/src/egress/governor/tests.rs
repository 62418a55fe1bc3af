use std::sync::Arc;

use tokio::task::JoinSet;

use super::*;

fn quota(
    requests: u32,
    window_secs: u32,
    method: Option<describe::Method>,
    prefix: Option<&str>,
) -> describe::Quota {
    describe::Quota {
        id: "sample".to_owned(),
        requests,
        window_secs,
        method,
        path_prefix: prefix.map(str::to_owned),
    }
}

fn headers(list: &[(&'static str, &'static str)]) -> HeaderMap {
    list.iter()
        .map(|(name, value)| {
            (
                http::HeaderName::from_static(name),
                http::HeaderValue::from_static(value),
            )
        })
        .collect()
}

/// Settles a 429 with these headers; the wait.
fn refuse(governor: &Governor, list: &[(&'static str, &'static str)]) -> Duration {
    let wait = governor.settle(StatusCode::TOO_MANY_REQUESTS, &headers(list), 0);
    wait.unwrap()
}

const PATIENT: Duration = Duration::from_hours(2);

/// Whole seconds that pass while so many requests are admitted one after the other, and answered at once.
async fn seconds_for(governor: &Governor, requests: u32, method: Method, path: &str) -> u64 {
    let start = Instant::now();
    for _ in 0..requests {
        admit(governor, &method, path).await;
    }
    start.elapsed().as_secs()
}

async fn admit(governor: &Governor, method: &Method, path: &str) {
    let admitted = governor.admit(method, path, Priority::Backfill, PATIENT);
    admitted.await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_window_is_never_overfilled() {
    let governor = Governor::new(&[quota(10, 1, None, None)], 1.0);
    assert_eq!(seconds_for(&governor, 10, Method::GET, "/a").await, 0);
    assert_eq!(seconds_for(&governor, 1, Method::GET, "/a").await, 1);
    assert_eq!(seconds_for(&governor, 9, Method::GET, "/a").await, 0);
    assert_eq!(seconds_for(&governor, 20, Method::GET, "/a").await, 2);
}

#[tokio::test(start_paused = true)]
async fn a_share_leaves_the_rest_to_others() {
    let governor = Governor::new(&[quota(10, 60, None, None)], 0.8);
    assert_eq!(seconds_for(&governor, 8, Method::GET, "/a").await, 0);
    assert_eq!(seconds_for(&governor, 1, Method::GET, "/a").await, 60);
}

#[tokio::test(start_paused = true)]
async fn a_small_share_still_lets_one_request_out() {
    for share in [0.0, -1.0, f64::NAN, 0.001] {
        let governor = Governor::new(&[quota(10, 60, None, None)], share);
        assert_eq!(
            seconds_for(&governor, 2, Method::GET, "/a").await,
            60,
            "share {share}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_quota_counts_only_its_method_and_path() {
    let governor = Governor::new(
        &[
            quota(2, 60, None, Some("/rest/orgs/{org}/packages")),
            quota(1, 3600, Some(describe::Method::Post), None),
        ],
        1.0,
    );
    assert_eq!(
        seconds_for(&governor, 50, Method::GET, "/rest/orgs/o/issues").await,
        0
    );
    assert_eq!(
        seconds_for(&governor, 3, Method::GET, "/rest/orgs/o/packages/p/issues").await,
        60
    );
    assert_eq!(
        seconds_for(&governor, 2, Method::POST, "/rest/orgs/o/export").await,
        3600
    );
}

#[tokio::test(start_paused = true)]
async fn all_matching_quotas_apply() {
    let governor = Governor::new(&[quota(5, 1, None, None), quota(8, 60, None, None)], 1.0);
    assert_eq!(seconds_for(&governor, 8, Method::GET, "/a").await, 1);
    assert_eq!(seconds_for(&governor, 1, Method::GET, "/a").await, 59);
}

#[tokio::test(start_paused = true)]
async fn a_wait_beyond_patience_is_told_and_counts_nothing() {
    let governor = Governor::new(&[quota(1, 3600, None, None)], 1.0);
    let patience = Duration::from_mins(1);
    admit(&governor, &Method::GET, "/a").await;
    let told = governor.admit(&Method::GET, "/a", Priority::Change, patience);
    assert_eq!(told.await.unwrap_err(), Duration::from_hours(1));
    assert_eq!(seconds_for(&governor, 1, Method::GET, "/a").await, 3600);
    assert_eq!(governor.admitted(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_429_closes_every_path_for_as_long_as_it_says() {
    let governor = Governor::new(&[quota(100, 1, None, Some("/rest"))], 1.0);
    let wait = refuse(&governor, &[("retry-after", "30")]);
    assert_eq!(wait, Duration::from_secs(30));
    assert_eq!(governor.closed_for(), Some(wait));
    assert_eq!(
        seconds_for(&governor, 5, Method::GET, "/elsewhere").await,
        30
    );
    assert_eq!(governor.closed_for(), None);
}

#[tokio::test(start_paused = true)]
async fn a_waiting_request_respects_a_window_that_closes_meanwhile() {
    let governor = Governor::new(&[quota(1, 10, None, None)], 1.0);
    admit(&governor, &Method::GET, "/a").await;
    let start = Instant::now();
    tokio::join!(admit(&governor, &Method::GET, "/a"), async {
        tokio::time::sleep(Duration::from_secs(9)).await;
        refuse(&governor, &[("retry-after", "20")]);
    });
    assert_eq!(start.elapsed().as_secs(), 29);
}

#[tokio::test(start_paused = true)]
async fn a_later_answer_never_shortens_a_closed_window() {
    let governor = Governor::new(&[], 1.0);
    refuse(&governor, &[("retry-after", "30")]);
    refuse(&governor, &[("retry-after", "1")]);
    refuse(&governor, &[]);
    assert_eq!(seconds_for(&governor, 1, Method::GET, "/a").await, 30);
}

#[tokio::test(start_paused = true)]
async fn without_a_stated_wait_it_doubles_from_one_second_to_sixty() {
    let governor = Governor::new(&[], 1.0);
    for whole in [1, 2, 4, 8, 16, 32, 60, 60, 60] {
        let wait = refuse(&governor, &[]);
        let whole = Duration::from_secs(whole);
        assert!(
            wait <= whole && wait >= whole * 3 / 4,
            "{wait:?} for {whole:?}"
        );
        admit(&governor, &Method::GET, "/a").await;
    }
    governor.settle(StatusCode::OK, &headers(&[]), 0);
    let wait = refuse(&governor, &[]);
    assert!(wait <= Duration::from_secs(1), "a good answer begins anew");
}

#[tokio::test(start_paused = true)]
async fn several_refusals_of_one_burst_are_one_strike() {
    let governor = Governor::new(&[], 1.0);
    for _ in 0..16 {
        let wait = refuse(&governor, &[]);
        assert!(wait <= Duration::from_secs(1));
    }
}

#[tokio::test(start_paused = true)]
async fn a_failing_gateway_asks_to_be_asked_again_and_closes_nothing() {
    let governor = Governor::new(&[], 1.0);
    for status in [
        StatusCode::BAD_GATEWAY,
        StatusCode::SERVICE_UNAVAILABLE,
        StatusCode::GATEWAY_TIMEOUT,
    ] {
        assert!(governor.settle(status, &headers(&[]), 0).is_some());
    }
    assert_eq!(
        governor.settle(StatusCode::INTERNAL_SERVER_ERROR, &headers(&[]), 0),
        None
    );
    assert_eq!(seconds_for(&governor, 1, Method::GET, "/a").await, 0);
}

#[tokio::test(start_paused = true)]
async fn a_good_answer_from_before_the_pause_does_not_shorten_the_next() {
    let governor = Governor::new(&[], 1.0);
    refuse(&governor, &[]);
    governor.settle(StatusCode::OK, &headers(&[]), 0);
    admit(&governor, &Method::GET, "/a").await;
    assert!(refuse(&governor, &[]) > Duration::from_secs(1));
}

/// When each of so many requests, all waiting at once, is let out, in milliseconds.
async fn departures(governor: &Arc<Governor>, requests: usize, priority: Priority) -> Vec<u128> {
    let start = Instant::now();
    let mut waiting = JoinSet::new();
    for _ in 0..requests {
        let governor = Arc::clone(governor);
        waiting.spawn(async move {
            let admitted = governor.admit(&Method::GET, "/a", priority, PATIENT);
            admitted.await.unwrap();
            start.elapsed().as_millis()
        });
    }
    let mut departures = waiting.join_all().await;
    departures.sort_unstable();
    departures
}

#[tokio::test(start_paused = true)]
async fn of_many_that_wait_for_a_closed_window_none_leaves_early_and_no_burst_exceeds_the_quota() {
    let governor = Arc::new(Governor::new(&[quota(10, 1, None, None)], 1.0));
    refuse(&governor, &[("retry-after", "30")]);
    let departures = departures(&governor, 35, Priority::Backfill).await;
    assert!(departures[0] >= 30_000, "{departures:?}");
    for burst in departures.windows(11) {
        assert!(burst[10] - burst[0] >= 1_000, "{burst:?}");
    }
    assert!(departures[34] < 34_000, "{departures:?}");
}

#[tokio::test(start_paused = true)]
async fn a_fast_upstream_is_asked_at_more_than_99_percent_of_its_quota_and_never_above_it() {
    let quotas = [quota(160, 1, None, None), quota(1_620, 60, None, None)];
    let governor = Governor::new(&quotas, 1.0);
    let start = Instant::now();
    let mut left = Vec::new();
    while start.elapsed() < Duration::from_mins(10) {
        admit(&governor, &Method::GET, "/a").await;
        left.push(start.elapsed().as_millis());
    }
    assert!(left.len() * 100 > 1_620 * 10 * 99, "{}", left.len());
    for (requests, window) in [(160, 1_000), (1_620, 60_000)] {
        for burst in left.windows(requests + 1) {
            let took = burst[requests] - burst[0];
            assert!(took >= window, "{requests} and one more in {took} ms");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_slow_on_its_way_never_makes_a_window_too_full() {
    let governor = Arc::new(Governor::new(&[quota(10, 1, None, None)], 1.0));
    let start = Instant::now();
    let mut requests = JoinSet::new();
    for number in 0..45 {
        let governor = Arc::clone(&governor);
        requests.spawn(async move {
            let admitted = governor.admit(&Method::GET, "/a", Priority::Backfill, PATIENT);
            let _departure = admitted.await.unwrap();
            let left = start.elapsed().as_millis();
            // The first have to connect; they answer one after the other.
            if number < 10 {
                tokio::time::sleep(Duration::from_millis(50 + number)).await;
            }
            (left, start.elapsed().as_millis())
        });
    }
    let ways = requests.join_all().await;
    for (_, latest) in &ways {
        let inside = |(left, answered): &&(_, _)| latest <= answered && *left < latest + 1_000;
        let seen = ways.iter().filter(inside).count();
        assert!(seen <= 10, "{seen} from {latest} ms on: {ways:?}");
    }
    let last = ways.iter().map(|(left, _)| *left).max();
    assert!(last < Some(4_100), "{ways:?}");
}

#[tokio::test(start_paused = true)]
async fn a_request_that_is_given_up_frees_its_place_a_window_later() {
    let governor = Arc::new(Governor::new(&[quota(1, 10, None, None)], 1.0));
    let slow = tokio::spawn({
        let governor = Arc::clone(&governor);
        async move {
            let admitted = governor.admit(&Method::GET, "/a", Priority::Backfill, PATIENT);
            let _departure = admitted.await.unwrap();
            std::future::pending::<()>().await;
        }
    });
    let waits = tokio::spawn({
        let governor = Arc::clone(&governor);
        async move { departures(&governor, 1, Priority::Change).await }
    });
    tokio::time::sleep(Duration::from_secs(25)).await;
    slow.abort();
    assert_eq!(waits.await.unwrap(), [35_000]);
}

#[tokio::test(start_paused = true)]
async fn a_wait_for_what_is_under_way_is_told_as_a_window_and_is_short_within_patience() {
    for (window_secs, told) in [(60, None), (3600, Some(Duration::from_hours(1)))] {
        let governor = Governor::new(&[quota(1, window_secs, None, None)], 1.0);
        let admit = || {
            let patience = Duration::from_mins(1);
            governor.admit(&Method::GET, "/a", Priority::Backfill, patience)
        };
        let departure = admit().await.unwrap();
        let (second, ()) = tokio::join!(admit(), async {
            tokio::time::sleep(Duration::from_millis(50)).await;
            drop(departure);
        });
        assert_eq!(second.err(), told);
    }
}

#[tokio::test(start_paused = true)]
async fn a_change_that_waits_goes_before_every_backfill_that_waits() {
    let governor = Arc::new(Governor::new(&[quota(5, 10, None, None)], 1.0));
    departures(&governor, 5, Priority::Backfill).await;
    let backfill = tokio::spawn({
        let governor = Arc::clone(&governor);
        async move { departures(&governor, 20, Priority::Backfill).await }
    });
    tokio::task::yield_now().await;
    let changes = departures(&governor, 7, Priority::Change).await;
    let backfill = backfill.await.unwrap();
    assert!(changes[..5].iter().all(|at| *at < 11_000), "{changes:?}");
    assert!(changes[5..].iter().all(|at| *at < 21_000), "{changes:?}");
    assert!(backfill[0] >= 20_000, "{backfill:?}");
    assert!(backfill[19] < 62_000, "{backfill:?}");
}

#[tokio::test(start_paused = true)]
async fn a_change_that_gives_up_keeps_nobody_waiting() {
    let governor = Arc::new(Governor::new(&[quota(1, 10, None, None)], 1.0));
    admit(&governor, &Method::GET, "/a").await;
    let change = tokio::spawn({
        let governor = Arc::clone(&governor);
        async move { departures(&governor, 1, Priority::Change).await }
    });
    let backfill = tokio::spawn({
        let governor = Arc::clone(&governor);
        async move { departures(&governor, 1, Priority::Backfill).await }
    });
    tokio::time::sleep(Duration::from_secs(5)).await;
    change.abort();
    assert!(backfill.await.unwrap()[0] < 11_000);
}

#[tokio::test(start_paused = true)]
async fn a_change_that_waits_for_one_quota_does_not_stop_what_another_paces() {
    let governor = Governor::new(
        &[
            quota(1, 60, None, Some("/packages")),
            quota(100, 60, None, None),
        ],
        1.0,
    );
    let lookup = || governor.admit(&Method::GET, "/packages/p", Priority::Change, PATIENT);
    lookup().await.unwrap();
    let start = Instant::now();
    let (second, ()) = tokio::join!(lookup(), async {
        for _ in 0..50 {
            admit(&governor, &Method::GET, "/issues").await;
        }
        assert_eq!(start.elapsed(), Duration::ZERO);
    });
    second.unwrap();
}
