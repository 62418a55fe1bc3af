mod github;
mod pager_duty;
mod refusals;

use http::{HeaderMap, HeaderName, HeaderValue};
use koalr_upstream::github::{self as upstream, Delivery};

use super::{Event, Received, Refused, Source};

fn headers(pairs: &[(String, String)]) -> HeaderMap {
    let pairs = pairs.iter().map(|(name, value)| {
        let name: HeaderName = name.parse().unwrap();
        (name, HeaderValue::from_str(value).unwrap())
    });
    pairs.collect()
}

fn read(source: Source, delivery: &Delivery) -> Result<Received, Refused> {
    source.read(
        &headers(&delivery.headers),
        &delivery.body,
        SECRET.as_bytes(),
    )
}

fn received(source: Source, event: &upstream::Event) -> Received {
    read(source, &event.deliver(SECRET)).unwrap()
}

/// The one event of a delivery.
#[track_caller]
fn event(source: Source, event: &upstream::Event) -> Event {
    let mut received = received(source, event);
    assert_eq!((received.events.len(), received.ignored), (1, None));
    received.events.remove(0)
}

#[track_caller]
fn ignored(source: Source, event: &upstream::Event) -> Option<String> {
    let received = received(source, event);
    assert_eq!(received.events, []);
    received.ignored
}

/// What is said of a signed delivery that is refused.
fn refusal(source: Source, event: &upstream::Event) -> String {
    let refused = read(source, &event.deliver(SECRET)).unwrap_err();
    refused.to_string()
}

const SECRET: &str = "It's a Secret to Everybody";
/// 2026-01-15T00:00:00Z.
const AS_OF: i64 = 1_768_435_200_000;
const BASE: &str = "1111111111111111111111111111111111111111";
const HEAD: &str = "2222222222222222222222222222222222222222";
