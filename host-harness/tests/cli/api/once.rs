//! Requests that are done once, however often they are sent.

use serde_json::{Value, json};

use super::{ALL, Served, key};

#[test]
fn an_override_that_is_sent_again_is_made_once() {
    let mut served = Served::new();
    let (change, key) = served.imported(&json!({ "state": "open" }));
    served.hand_in(&change, &key);
    served.decided(&change, &key);
    let lift = format!("POST {}/override", super::at(&change));
    let body = json!({ "head-sha": change["head-sha"], "reason": "behind a flag" });
    let word = format!("{key}\r\nidempotency-key: 7c1d");
    let first = served.ask(&lift, &word, &body);
    assert_eq!(first.0, 200, "{}", first.1);
    assert_eq!(served.ask(&lift, &word, &body), first);
    let log = served.koalr.run(&["audit", "list"]).out;
    assert_eq!(log.matches(" ines: overrode ").count(), 1, "{log}");
    let other = json!({ "head-sha": change["head-sha"], "reason": "another one" });
    assert_eq!(served.ask(&lift, &word, &other).0, 422);
}

#[test]
fn a_word_is_its_key_s_own() {
    let served = Served::new();
    let rival = key(&served.koalr, "rival", &ALL);
    let own = key(&served.koalr, "default", &ALL);
    let sync = "POST /api/v1/integrations/snyk/sync";
    let ask = |key: &str| {
        let word = format!("{key}\r\nidempotency-key: 1");
        served.ask(sync, &word, &Value::Null).0
    };
    assert_eq!([ask(&rival), ask(&own)], [404, 202]);
    assert_eq!([ask(&rival), ask(&own)], [404, 202]);
}
