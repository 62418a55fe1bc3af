//! Guests that write a request which is not what it seems.

use koalr_guests as guests;
use koalr_runtime::Verb;

use crate::attack::{Attack, Attacked, CANARY, Reply};

/// See `tests/guests/hostile/examples/smuggles_headers.rs`.
pub async fn smuggles_headers() -> Attacked {
    let attack = Attack::by(guests::SMUGGLES_HEADERS)
        .upstream(|_| Reply::json("{}"))
        .await;
    let attacked = attack.call(Verb::Sync).await.survives();
    let rows = attacked.rows();
    assert_eq!(rows.len(), 17);
    for (name, word) in rows {
        // The client writes its own length.
        if name == "content-length" {
            assert!(!word.starts_with("200"), "{name}: {word}");
            continue;
        }
        let refused = ["HeaderError::Forbidden", "HeaderError::InvalidSyntax"];
        assert!(
            refused.iter().any(|error| word.ends_with(error)),
            "{name}: {word}"
        );
    }
    for request in &attacked.received {
        let credentials = request.matches("authorization: ").count();
        assert_eq!(credentials, 1, "{request}");
        assert!(request.contains(&format!("Bearer {CANARY}")), "{request}");
    }
    attacked.notes("each of its headers is refused to it, and no request leaves with one")
}
