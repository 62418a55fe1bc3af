//! Bytes: the origin that a person chooses, and below it the host that the credential names. What is pinned is an origin of
//! the manifest, by HTTPS unless it is this machine, where the credential is valid, and the same when it is chosen again.

use koalr_runtime::{EgressPolicy, Organizations, PinnedOrigin, pin_origin};

use super::lines;
use super::sandbox::{manifest, understood};

pub(super) fn run(bytes: &[u8]) {
    let Some([chosen, audience]) = lines(bytes) else {
        return;
    };
    let given = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    let (chosen, audience) = (given(chosen), given(audience));
    let (chosen, audience) = (chosen.as_deref(), audience.as_deref());
    for allow_loopback in [false, true] {
        if let Ok(pinned) = pin_origin(&manifest(), chosen, audience, allow_loopback) {
            check(&pinned, allow_loopback);
            let host = understood(&pinned.base).map(|read| read.host);
            let is_elsewhere = |audience: &&str| host != Some(audience.to_ascii_lowercase());
            if let Some(audience) = audience.filter(|_| !is_own(&pinned)).filter(is_elsewhere) {
                let named = pin_origin(&manifest(), None, Some(audience), allow_loopback);
                assert_eq!(
                    named.as_ref(),
                    Ok(&pinned),
                    "the credential is not valid there"
                );
            }
        }
    }
}

fn check(pinned: &PinnedOrigin, allow_loopback: bool) {
    let manifest = manifest();
    let read =
        understood(&pinned.base).unwrap_or_else(|| panic!("`{}` is no address", pinned.base));
    assert!(
        allow_loopback || !is_own(pinned),
        "`{}` is this machine",
        pinned.base
    );
    assert!(
        read.scheme == "https" || is_own(pinned),
        "`{}` is in the clear",
        pinned.base
    );
    assert_eq!(read.path, [""], "`{}` has a path", pinned.base);
    let origin = manifest
        .origins
        .iter()
        .find(|origin| origin.id == pinned.id);
    assert!(origin.is_some(), "`{}` is no origin", pinned.id);
    if !is_own(pinned) {
        let expected = match pinned.id.as_str() {
            "US-01" => read.host == "api.example.com",
            "TENANT" => read.host.starts_with("api.") && read.host.ends_with(".example.net"),
            _ => true,
        };
        assert!(expected, "`{}` is not `{}`", pinned.base, pinned.id);
    }
    let again = pin_origin(&manifest, Some(&pinned.base), None, allow_loopback);
    assert_eq!(again.as_ref(), Ok(pinned), "chosen again it is another one");
    let policy = EgressPolicy::from_manifest(&manifest, pinned.clone(), Organizations::Connecting);
    assert!(policy.is_ok(), "nothing can be asked of it: {policy:?}");
}

/// Whether it is this machine.
fn is_own(pinned: &PinnedOrigin) -> bool {
    let host = understood(&pinned.base)
        .map(|read| read.host)
        .unwrap_or_default();
    let ip = host.trim_matches(['[', ']']).parse::<std::net::IpAddr>();
    host == "localhost" || ip.is_ok_and(|ip| ip.is_loopback())
}
