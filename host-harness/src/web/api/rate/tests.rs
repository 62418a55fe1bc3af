use std::net::Ipv4Addr;

use super::*;

/// 2026-01-15T00:00:00Z.
const NOW: Timestamp = 1_768_435_200_000;

fn rate() -> Rate {
    Rate::new(&Limits {
        requests_per_minute: 60,
        burst: 3,
        failures_per_minute: 2,
        ..Limits::default()
    })
}

fn key(number: u8) -> Key {
    [number; 32]
}

fn peer(last: u8) -> IpAddr {
    Ipv4Addr::new(192, 0, 2, last).into()
}

#[test]
fn a_key_may_ask_as_often_as_its_burst_and_then_at_the_pace() {
    let rate = rate();
    let asked = |at| rate.asked(&key(1), at);
    for remaining in [2, 1, 0] {
        let standing = asked(NOW);
        assert_eq!((standing.remaining, standing.retry_secs), (remaining, None));
    }
    assert_eq!(asked(NOW + 1).retry_secs, Some(1));
    assert_eq!(asked(NOW + 1_000).retry_secs, None);
    assert_eq!(asked(NOW + 1_001).retry_secs, Some(1));
    assert_eq!(asked(NOW + 60_000).remaining, 2);
}

#[test]
fn one_key_takes_nothing_of_another() {
    let rate = rate();
    for _ in 0..9 {
        rate.asked(&key(1), NOW);
    }
    assert_eq!(rate.asked(&key(2), NOW).remaining, 2);
}

#[test]
fn a_clock_that_was_put_back_locks_nobody_out_for_longer_than_a_full_bucket() {
    let rate = rate();
    for _ in 0..3 {
        rate.asked(&key(1), NOW);
    }
    let day_ms = 24 * 60 * 60 * 1000;
    assert_eq!(rate.asked(&key(1), NOW - day_ms).retry_secs, Some(1));
    assert_eq!(rate.asked(&key(1), NOW - day_ms + 1_000).retry_secs, None);
}

#[test]
fn the_rate_stands_in_two_headers() {
    let mut headers = HeaderMap::new();
    rate().asked(&key(1), NOW).write(&mut headers);
    assert_eq!(headers["ratelimit-policy"], "\"key\";q=3;w=3");
    assert_eq!(headers["ratelimit"], "\"key\";r=2;t=1");
}

#[test]
fn an_address_that_shows_too_many_wrong_keys_is_not_listened_to() {
    let rate = rate();
    for _ in 0..2 {
        rate.knock(peer(1), &key(9), NOW).unwrap();
        rate.failed(peer(1), NOW);
    }
    let refused = rate.knock(peer(1), &key(9), NOW).unwrap_err();
    assert_eq!(refused.status(), 429);
    rate.knock(peer(2), &key(9), NOW).unwrap();
    rate.knock(peer(1), &key(9), NOW + 30_000).unwrap();
}

#[test]
fn who_shares_an_address_with_somebody_who_tries_keys_is_let_in_with_a_right_one() {
    let rate = rate();
    rate.asked(&key(1), NOW);
    for _ in 0..2 {
        rate.failed(peer(1), NOW);
    }
    rate.knock(peer(1), &key(1), NOW).unwrap();
    assert!(rate.knock(peer(1), &key(2), NOW).is_err());
}

#[test]
fn a_site_has_one_bucket_for_all_its_addresses() {
    let rate = rate();
    for host in ["2001:db8::1", "2001:db8::2"] {
        rate.failed(host.parse().unwrap(), NOW);
    }
    let third = "2001:db8::3".parse().unwrap();
    assert!(rate.knock(third, &key(1), NOW).is_err());
    let elsewhere = "2001:db8:0:1::1".parse().unwrap();
    rate.knock(elsewhere, &key(1), NOW).unwrap();
}

#[test]
fn addresses_take_bounded_room_and_are_forgotten() {
    let rate = rate();
    let failed = |from: u32, at| {
        for bits in from..from + 20_000 {
            rate.failed(Ipv4Addr::from_bits(bits).into(), at);
        }
        rate.state().peers.until.len()
    };
    assert_eq!(failed(0, NOW), MOST + 1);
    assert_eq!(failed(1 << 24, NOW + 3_600_000), MOST + 1);
    assert!(!rate.state().peers.holds(&Ipv4Addr::from_bits(7).into()));
}
