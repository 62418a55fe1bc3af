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

const PATIENT: Duration = Duration::from_hours(2);

/// Whole seconds that pass while so many requests are admitted one after the other.
async fn seconds_for(governor: &Governor, requests: u32, method: Method, path: &str) -> u64 {
    let start = Instant::now();
    for _ in 0..requests {
        governor.admit(&method, path, PATIENT).await.unwrap();
    }
    start.elapsed().as_secs()
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
    governor.admit(&Method::GET, "/a", patience).await.unwrap();
    let told = governor.admit(&Method::GET, "/a", patience).await;
    assert_eq!(told, Err(Duration::from_hours(1)));
    assert_eq!(seconds_for(&governor, 1, Method::GET, "/a").await, 3600);
}

#[tokio::test(start_paused = true)]
async fn a_429_closes_every_path_for_as_long_as_it_says() {
    let governor = Governor::new(&[quota(100, 1, None, Some("/rest"))], 1.0);
    let wait = governor.settle(
        StatusCode::TOO_MANY_REQUESTS,
        &headers(&[("retry-after", "30")]),
    );
    assert_eq!(wait, Some(Duration::from_secs(30)));
    assert_eq!(
        seconds_for(&governor, 5, Method::GET, "/elsewhere").await,
        30
    );
}

#[tokio::test(start_paused = true)]
async fn a_waiting_request_respects_a_window_that_closes_meanwhile() {
    let governor = Governor::new(&[quota(1, 10, None, None)], 1.0);
    governor.admit(&Method::GET, "/a", PATIENT).await.unwrap();
    let start = Instant::now();
    let (admitted, _) = tokio::join!(governor.admit(&Method::GET, "/a", PATIENT), async {
        tokio::time::sleep(Duration::from_secs(9)).await;
        governor.settle(
            StatusCode::TOO_MANY_REQUESTS,
            &headers(&[("retry-after", "20")]),
        )
    });
    assert_eq!(admitted, Ok(()));
    assert_eq!(start.elapsed().as_secs(), 29);
}

#[tokio::test(start_paused = true)]
async fn a_later_answer_never_shortens_a_closed_window() {
    let governor = Governor::new(&[], 1.0);
    governor.settle(
        StatusCode::TOO_MANY_REQUESTS,
        &headers(&[("retry-after", "30")]),
    );
    governor.settle(
        StatusCode::TOO_MANY_REQUESTS,
        &headers(&[("retry-after", "1")]),
    );
    governor.settle(StatusCode::TOO_MANY_REQUESTS, &headers(&[]));
    assert_eq!(seconds_for(&governor, 1, Method::GET, "/a").await, 30);
}

#[tokio::test(start_paused = true)]
async fn without_a_stated_wait_it_doubles_from_one_second_to_sixty() {
    let governor = Governor::new(&[], 1.0);
    for whole in [1, 2, 4, 8, 16, 32, 60, 60, 60] {
        let wait = governor
            .settle(StatusCode::TOO_MANY_REQUESTS, &headers(&[]))
            .unwrap();
        let whole = Duration::from_secs(whole);
        assert!(
            wait <= whole && wait >= whole * 3 / 4,
            "{wait:?} for {whole:?}"
        );
        governor.admit(&Method::GET, "/a", PATIENT).await.unwrap();
    }
    governor.settle(StatusCode::OK, &headers(&[]));
    let wait = governor
        .settle(StatusCode::TOO_MANY_REQUESTS, &headers(&[]))
        .unwrap();
    assert!(wait <= Duration::from_secs(1), "a good answer begins anew");
}

#[tokio::test(start_paused = true)]
async fn several_refusals_of_one_burst_are_one_strike() {
    let governor = Governor::new(&[], 1.0);
    for _ in 0..16 {
        let wait = governor
            .settle(StatusCode::TOO_MANY_REQUESTS, &headers(&[]))
            .unwrap();
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
        assert!(governor.settle(status, &headers(&[])).is_some());
    }
    assert_eq!(
        governor.settle(StatusCode::INTERNAL_SERVER_ERROR, &headers(&[])),
        None
    );
    assert_eq!(seconds_for(&governor, 1, Method::GET, "/a").await, 0);
}

#[tokio::test(start_paused = true)]
async fn waits_at_the_same_time_count_once() {
    let waiting = QuotaWait::default();
    let one = waiting.enter();
    tokio::time::advance(Duration::from_secs(1)).await;
    let two = waiting.enter();
    tokio::time::advance(Duration::from_secs(1)).await;
    drop(one);
    drop(two);
    tokio::time::advance(Duration::from_secs(5)).await;
    assert_eq!(waiting.total(), Duration::from_secs(2));
}
