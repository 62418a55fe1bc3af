//! Guests that send, hold or read too much.

use koalr_guests as guests;
use koalr_runtime::{Limits, Outcome, Verb};

use crate::attack::{Attack, Attacked, Reply};

/// See `tests/guests/hostile/examples/floods_requests.rs`.
pub async fn floods_requests() -> Attacked {
    let limits = Limits {
        requests: 20,
        ..Limits::default()
    };
    let attack = Attack::by(guests::FLOODS_REQUESTS).under(limits);
    let attack = attack.upstream(|_| Reply::json("{}")).await;
    let attacked = attack.call(Verb::Sync).await.survives();
    assert_eq!(attacked.received.len(), 20);
    assert_eq!(attacked.told("20"), "ErrorCode::ConnectionLimitReached");
    attacked.says("`sync` of hostile 0.1.0 was denied a request: the call has used up its requests (limit `requests`)")
}

/// See `floods_denials.rs`: what is denied uses up the budget too, and little is kept of it.
pub async fn floods_denials() -> Attacked {
    let attack = Attack::by(guests::FLOODS_DENIALS).amount(2_000);
    let attack = attack.upstream(|_| Reply::json("{}")).await;
    let attacked = attack.call(Verb::Sync).await.survives();
    assert_eq!(attacked.received.len(), 0);
    let bytes: usize = attacked.exchanges.iter().map(|one| one.url.len()).sum();
    assert!(bytes < 2_000 * 2_100, "{bytes} bytes");
    assert_eq!(attacked.log.len(), 1, "{:#?}", attacked.log);
    attacked.says_about(
        "`sync` of hostile 0.1.0 was denied a request: the manifest does not list GET `/nowhere/0/aaa",
        "aaa`",
    )
}

/// See `holds_answers.rs`.
pub async fn holds_answers() -> Attacked {
    let attack = Attack::by(guests::HOLDS_ANSWERS).amount(1_000);
    let attack = attack.upstream(|_| Reply::json("{}")).await;
    let attacked = attack.call(Verb::Sync).await.survives();
    assert_eq!(attacked.received.len(), 64);
    assert_eq!(attacked.told("64"), "ErrorCode::ConnectionLimitReached");
    attacked.says("`sync` of hostile 0.1.0 was denied a request: the session holds too many requests and answers at once (limit `open-requests`)")
}

/// See `floods_bodies.rs`.
pub async fn floods_bodies() -> Attacked {
    let attack = Attack::by(guests::FLOODS_BODIES)
        .upstream(|_| Reply::json("{}"))
        .await;
    let attacked = attack.call(Verb::Sync).await.survives();
    assert_eq!(attacked.received.len(), 0);
    attacked.says("`sync` of hostile 0.1.0 was denied a request: the request has more than 1048576 bytes (limit `request-body`)")
}

/// See `reads_without_end.rs`.
pub async fn reads_without_end() -> Attacked {
    let attack = Attack::by(guests::READS_WITHOUT_END);
    let piece = "x".repeat(1 << 20);
    let attack = attack
        .upstream(move |_| Reply::Pieces(vec![piece.clone(); 20]))
        .await;
    let attacked = attack.call(Verb::Sync).await.survives();
    assert!(matches!(attacked.exchanges[0].outcome, Outcome::Failed(_)));
    attacked.says("`sync` of hostile 0.1.0 was refused an answer: `127.0.0.1` answers with more than 16777216 bytes a response (limit `response-body`)")
}

/// See `downloads_without_end.rs`.
pub async fn downloads_without_end() -> Attacked {
    let limits = Limits {
        download_bytes: 1 << 20,
        ..Limits::default()
    };
    let attack = Attack::by(guests::DOWNLOADS_WITHOUT_END).under(limits);
    let attack = attack.downloads(&["127.0.0.1"]).upstream(file).await;
    let attacked = attack.call(Verb::Sync).await.survives();
    assert_eq!(attacked.received.len(), 2);
    let download = attacked.received[1].to_ascii_lowercase();
    assert!(!download.contains("authorization"), "{download}");
    attacked.says("`sync` of hostile 0.1.0 was refused an answer: `127.0.0.1` answers with more than 1048576 bytes a file (limit `download`)")
}

/// Names a file of two mebibytes, and serves it.
pub(crate) fn file(request: &str) -> Reply {
    let host = request.lines().find_map(|line| line.strip_prefix("host: "));
    if request.starts_with("GET /rest/self ") {
        Reply::json(format!("\"http://{}/file.csv?signature=s\"", host.unwrap()))
    } else {
        Reply::Answer("200 OK", String::new(), vec![b'x'; 2 << 20])
    }
}
