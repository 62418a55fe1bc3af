//! Bytes: an address that a component asks for. One that is let out goes to the pinned origin, and everybody on the way
//! reads the same path in it: no dot segments, no hidden slashes, no other organization.

use std::collections::BTreeSet;

use http::{Method, Uri};
use koalr_runtime::{EgressPolicy, Organizations, PinnedOrigin};

use super::sandbox::{BASE, decoded, manifest, understood};

pub(super) fn run(bytes: &[u8]) {
    let Ok(uri) = Uri::try_from(bytes) else {
        return;
    };
    let bound = Organizations::Bound(BTreeSet::from(["o-1".to_owned()]));
    for (organizations, is_bound) in [(bound, true), (Organizations::Connecting, false)] {
        let policy = policy(organizations);
        for method in [Method::GET, Method::POST, Method::DELETE] {
            if policy.allows(&method, &uri).is_ok() {
                check(&uri, is_bound);
                assert_ne!(method, Method::DELETE, "no rule has this method");
                let again: Uri = uri.to_string().parse().unwrap();
                assert_eq!(
                    again.path(),
                    uri.path(),
                    "the path is another one when it is read again"
                );
                assert_eq!(policy.allows(&method, &again), Ok(()));
            }
        }
    }
}

fn policy(organizations: Organizations) -> EgressPolicy {
    let pinned = PinnedOrigin {
        id: "US-01".to_owned(),
        base: BASE.to_owned(),
        allow_loopback: false,
    };
    EgressPolicy::from_manifest(&manifest(), pinned, organizations).unwrap()
}

/// What holds for every permitted address.
fn check(uri: &Uri, is_bound: bool) {
    let address = uri.to_string();
    let Some(read) = understood(&address) else {
        panic!("`{address}` is let out, and a browser would refuse it");
    };
    assert_eq!(
        (read.scheme.as_str(), read.port),
        ("https", 443),
        "{address}"
    );
    assert_eq!(read.host, "api.example.com", "{address}");
    let raw: Vec<&str> = uri.path().split('/').skip(1).collect();
    assert_eq!(read.path, raw, "`{address}` is two paths");
    for (place, segment) in raw.iter().enumerate() {
        let purl = place == 4 && raw.get(3) == Some(&"packages");
        check_segment(segment, purl);
    }
    if is_bound && raw.get(1) == Some(&"orgs") {
        assert_eq!(raw.get(2), Some(&"o-1"), "another organization");
    }
}

/// A segment is the same name however often it is decoded.
fn check_segment(segment: &str, purl: bool) {
    let mut text = segment.to_owned();
    loop {
        let parts = text.split(['/', '\\']);
        assert!(!text.is_empty(), "an empty segment");
        assert!(
            purl || parts.clone().count() == 1,
            "a slash is hidden in `{segment}`"
        );
        for part in parts {
            let name = part.split(';').next().unwrap_or_default();
            assert!(!matches!(name, "." | ".."), "`{segment}` walks");
        }
        assert!(
            !text.chars().any(|char| char.is_ascii_control()),
            "`{segment}` controls"
        );
        let next = decoded(&text);
        if next == text {
            return;
        }
        text = next;
    }
}
