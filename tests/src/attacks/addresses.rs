//! Guests that ask where they must not.

use koalr_guests::{self as guests, Guest};
use koalr_runtime::{Outcome, Verb};

use crate::attack::{Attack, Attacked, Reply};

/// See `tests/guests/hostile/examples/calls_another_origin.rs`.
pub async fn calls_another_origin() -> Attacked {
    let attacked = denied_all(guests::CALLS_ANOTHER_ORIGIN).await;
    attacked.says("`sync` of hostile 0.1.0 was denied a request: the host `example.com` is not the pinned origin's")
}

/// See `calls_private_addresses.rs`.
pub async fn calls_private_addresses() -> Attacked {
    let attacked = denied_all(guests::CALLS_PRIVATE_ADDRESSES).await;
    attacked.says("`sync` of hostile 0.1.0 was denied a request: the host `2130706433` is not the pinned origin's")
}

/// See `calls_another_port.rs`.
pub async fn calls_another_port() -> Attacked {
    let attacked = denied_all(guests::CALLS_ANOTHER_PORT).await;
    attacked.says(DOWNLOAD)
}

/// See `calls_another_scheme.rs`.
pub async fn calls_another_scheme() -> Attacked {
    let attacked = denied_all(guests::CALLS_ANOTHER_SCHEME).await;
    attacked.says(DOWNLOAD)
}

/// See `calls_another_method.rs`.
pub async fn calls_another_method() -> Attacked {
    let attacked = denied_all(guests::CALLS_ANOTHER_METHOD).await;
    attacked.says("`sync` of hostile 0.1.0 was denied a request: the manifest does not list HEAD `/rest/self`")
}

/// See `leaves_its_paths.rs`.
pub async fn leaves_its_paths() -> Attacked {
    let attacked = denied_all(guests::LEAVES_ITS_PATHS).await;
    attacked.says("`sync` of hostile 0.1.0 was denied a request: the path `/` has empty, `.` or `..` segments, or broken escapes")
}

/// See `calls_another_organization.rs`.
pub async fn calls_another_organization() -> Attacked {
    let attacked = denied_all(guests::CALLS_ANOTHER_ORGANIZATION).await;
    attacked.says("`sync` of hostile 0.1.0 was denied a request: the organization in `/rest/orgs/org-2/findings` was not chosen for this connection")
}

/// See `makes_up_a_download.rs`.
pub async fn makes_up_a_download() -> Attacked {
    let attack = Attack::by(guests::MAKES_UP_A_DOWNLOAD);
    let attack = attack.downloads(&["files.example.com", "127.0.0.1"]);
    let attacked = all_denied(attack).await;
    attacked.says("`sync` of hostile 0.1.0 was denied a request: the download from `files.example.com` needs an address that the upstream has named in this session and that was not fetched yet")
}

/// See `follows_redirects.rs`: the redirect is an answer, and where it leads is another origin.
pub async fn follows_redirects() -> Attacked {
    let redirect = |_: &str| {
        let location = "location: http://169.254.169.254/latest/meta-data\r\n".to_owned();
        Reply::Answer("302 Found", location, Vec::new())
    };
    let attack = Attack::by(guests::FOLLOWS_REDIRECTS)
        .upstream(redirect)
        .await;
    let attacked = attack.call(Verb::Sync).await.survives();
    assert_eq!(attacked.received.len(), 1);
    assert_eq!(attacked.told("handed over"), "302");
    assert_eq!(attacked.told("followed"), DENIED);
    attacked.says("`sync` of hostile 0.1.0 was denied a request: the host `169.254.169.254` is not the pinned origin's")
}

/// Nothing that this guest tries leaves.
async fn denied_all(guest: Guest) -> Attacked {
    all_denied(Attack::by(guest)).await
}

async fn all_denied(attack: Attack) -> Attacked {
    let attack = attack.upstream(|_| Reply::json("{}")).await;
    let attacked = attack.call(Verb::Sync).await.survives();
    assert_eq!(attacked.received, Vec::<String>::new());
    for (subject, word) in attacked.rows() {
        // The library itself refuses words that are no host, and schemes that are not of HTTP.
        let unsendable =
            word.starts_with("no such ") || subject.starts_with('f') || subject.starts_with("ws:");
        assert!(word == DENIED || unsendable, "{subject}: {word}");
    }
    let denied = |outcome: &Outcome| matches!(outcome, Outcome::Denied(_));
    assert!(
        attacked.exchanges.iter().all(|one| denied(&one.outcome)),
        "{:#?}",
        attacked.exchanges
    );
    assert!(!attacked.exchanges.is_empty());
    attacked
}

/// What is said of another port or scheme of this machine: a file could be there, if it were permitted.
const DOWNLOAD: &str = "`sync` of hostile 0.1.0 was denied a request: the download from `127.0.0.1` is not permitted; permit it with `koalr connect … --allow-download 127.0.0.1`";
/// What a guest is told of a request that is denied.
const DENIED: &str = "ErrorCode::HttpRequestDenied";
