//! How often a key may ask.

use serde_json::Value;

use super::{Served, key};

#[test]
fn a_key_that_asks_too_often_is_refused_and_another_one_is_not() {
    // The clock stands still.
    let served = Served::with(&[
        "--requests-per-minute",
        "3",
        "--now",
        "2026-01-15T00:00:00Z",
    ]);
    let own = key(&served.koalr, "default", &["read"]);
    let ask = |key: &str| served.ask("GET /api/v1/plugins", key, &Value::Null).0;
    assert_eq!([(); 4].map(|()| ask(&own)), [200, 200, 200, 429]);
    let other = key(&served.koalr, "default", &["read"]);
    assert_eq!(ask(&other), 200);
}
