use std::time::{Duration, Instant};

use super::{AS_OF, acme, get, send, start, walk};
use crate::{State, World, sample};

#[test]
fn what_changes_between_two_answers_is_answered_next() {
    let (root, upstream) = acme();
    let path = format!("{root}/issues?limit=100");
    let before = walk(&upstream, &path);
    upstream
        .change(|organizations| {
            let issues = &mut organizations[0].issues;
            issues.remove(0);
            issues[0].state = State::Resolved(AS_OF + 1);
            issues[0].updated_at = AS_OF + 1;
        })
        .unwrap();
    assert_eq!(walk(&upstream, &path), before[1..]);
    let increment = format!("{root}/issues?updated_after=2026-01-15T00:00:00Z");
    let changed = get(&upstream, &increment).json();
    assert_eq!(changed["data"].as_array().unwrap().len(), 1);
    assert_eq!(changed["data"][0]["id"], *before[1]);
    assert_eq!(changed["data"][0]["attributes"]["status"], "resolved");
}

#[test]
fn a_cursor_stays_where_it_is_when_something_before_it_goes() {
    let (root, upstream) = acme();
    let all = walk(&upstream, &format!("{root}/issues?limit=100"));
    let next = get(&upstream, &format!("{root}/issues")).next().unwrap();
    upstream
        .change(|organizations| organizations[0].issues.remove(0))
        .unwrap();
    let second = send(&upstream, "GET", &next, Some("token canary"));
    assert_eq!(second.ids(), all[10..20]);
}

#[test]
fn over_the_limit_everything_is_refused_until_the_time_it_says() {
    let world = World::from(sample::organization(AS_OF)).with_limit(3, 1_620);
    let upstream = start(world.with_retry_after());
    let replies: Vec<_> = (0..5).map(|_| get(&upstream, "/rest/self")).collect();
    let statuses: Vec<u16> = replies.iter().map(|reply| reply.status).collect();
    assert_eq!(statuses, [200, 200, 200, 429, 429]);
    assert_eq!(replies[4].json()["errors"][0]["code"], "SNYK-0001");
    for header in [
        "x-ratelimit-limit: 3, 3;w=1;name=",
        "x-ratelimit-reset: 1",
        "retry-after: 1",
    ] {
        assert!(replies[3].head.contains(header), "{header}");
    }
    assert_eq!(
        (upstream.refused_requests(), upstream.early_requests()),
        (2, 0),
        "nobody could know so soon"
    );
    assert_eq!(upstream.requests_in_busiest(Duration::from_secs(1)), 5);
}

#[test]
fn the_date_is_the_one_of_the_world() {
    let world = World::from(sample::organization(AS_OF)).with_date(AS_OF);
    let head = get(&start(world), "/rest/self").head;
    assert!(
        head.contains("date: thu, 15 jan 2026 00:00:00 gmt"),
        "{head}"
    );
    assert_eq!(head.matches("date: ").count(), 1);
}

#[test]
fn every_answer_takes_as_long_as_the_latency() {
    let latency = Duration::from_millis(30);
    let world = World::from(sample::organization(AS_OF)).with_latency(latency);
    let upstream = start(world);
    let begin = Instant::now();
    get(&upstream, "/rest/self");
    assert!(begin.elapsed() >= latency);
}
