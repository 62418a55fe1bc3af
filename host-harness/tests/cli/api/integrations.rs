//! Integrations, plugins and jobs by API.

use koalr_upstream::World;
use serde_json::{Value, json};

use super::{ALL, Served, key};
use crate::support::{TOKEN, acme, serve};

const SNYK: &str = "/api/v1/integrations/snyk";

/// Asks without a body.
fn ask(served: &Served, what: &str, key: &str) -> (u16, Value) {
    served.ask(what, key, &Value::Null)
}

#[test]
fn an_integration_is_shown_with_its_connection_as_status_shows_it() {
    let served = Served::new();
    let own = key(&served.koalr, "default", &["read"]);
    let (status, shown) = ask(&served, &format!("GET {SNYK}"), &own);
    let mut printed = served.koalr.run(&["status", "--format", "json"]).json();
    // Which version serves, the API says of the plugin.
    for member in ["release", "paused"] {
        let removed = printed.as_object_mut().unwrap().remove(member);
        assert_eq!(removed, Some(Value::Null));
    }
    assert_eq!(
        (status, but_walk(&shown["connection"])),
        (200, but_walk(&printed))
    );
    for list in ["pulls", "permissions", "credentials", "regions"] {
        assert!(!shown[list].as_array().unwrap().is_empty(), "{list}");
    }
    let listed = ask(&served, "GET /api/v1/integrations", &own);
    assert_eq!((listed.0, &listed.1["next-cursor"]), (200, &Value::Null));
    let listed = listed.1["items"].as_array().unwrap();
    assert_eq!((listed.len(), &listed[0]["id"]), (1, &shown["id"]));
    assert_eq!(
        but_walk(&listed[0]["connection"]),
        but_walk(&shown["connection"])
    );
    let rival = key(&served.koalr, "rival", &["read"]);
    let (_, theirs) = ask(&served, &format!("GET {SNYK}"), &rival);
    assert_eq!(
        (&theirs["id"], &theirs["connection"]),
        (&json!("snyk"), &Value::Null)
    );
    assert_eq!(ask(&served, "GET /api/v1/integrations/jira", &own).0, 404);
}

/// A connection but for its last walk and what that covered: the server begins one by itself when it starts, in between.
fn but_walk(connection: &Value) -> Value {
    let mut connection = connection.clone();
    for member in ["walk", "coverage"] {
        let removed = connection.as_object_mut().unwrap().remove(member);
        assert_ne!(removed.unwrap(), Value::Null);
    }
    connection
}

#[test]
fn a_sync_is_queued_when_asked() {
    let mut served = Served::new();
    let own = key(&served.koalr, "default", &["import"]);
    let sync = format!("POST {SNYK}/sync");
    let queued = json!({ "integration": "snyk", "sync": "increment" });
    assert_eq!(ask(&served, &sync, &own), (202, queued));
    served.until("answered");
    let elsewhere = "POST /api/v1/integrations/jira/sync";
    assert_eq!(ask(&served, elsewhere, &own).0, 404);
    let rival = key(&served.koalr, "rival", &ALL);
    assert_eq!(ask(&served, &sync, &rival).0, 404);
}

#[test]
fn a_tenant_connects_and_its_history_is_read_at_once() {
    let served = Served::new();
    let own = key(&served.koalr, "new", &ALL);
    let address = served.upstream.base_url();
    let body = json!({ "token": TOKEN, "upstream": address, "organizations": ["acme"] });
    let word = format!("{own}\r\nidempotency-key: 1");
    let (status, report) = served.ask(&format!("POST {SNYK}/connect"), &word, &body);
    assert_eq!(
        (status, &report["outcome"]),
        (200, &json!("ok")),
        "{report}"
    );
    assert_eq!(report["upstream"], address);
    let findings = loop {
        let (status, shown) = ask(&served, &format!("GET {SNYK}"), &own);
        assert_eq!(status, 200, "{shown}");
        // The backfill was queued before the answer.
        if !shown["connection"]["walk"]["ended-at"].is_null() {
            break shown["connection"]["issues"].clone();
        }
    };
    let mut printed = served.koalr.run(&["status", "--format", "json"]).json();
    // Which version serves, the API says of the plugin.
    for member in ["release", "paused"] {
        let removed = printed.as_object_mut().unwrap().remove(member);
        assert_eq!(removed, Some(Value::Null));
    }
    assert_eq!(findings, printed["issues"]);
    let audit = served.koalr.run(&["audit", "list", "--tenant", "new"]).out;
    assert!(audit.contains(" ines: connected "), "{audit}");
    for file in served.koalr.files().iter().filter(|file| file.is_file()) {
        let content = std::fs::read(file).unwrap();
        let mut windows = content.windows(TOKEN.len());
        let found = windows.any(|window| window == TOKEN.as_bytes());
        assert!(!found, "{}", file.display());
    }
    let log = served.log();
    assert!(!log.contains(TOKEN), "{log}");
}

#[test]
fn a_token_that_does_not_work_is_refused_in_words_and_nothing_is_stored() {
    let served = Served::new();
    let own = key(&served.koalr, "new", &ALL);
    let connect = format!("POST {SNYK}/connect");
    let address = served.upstream.base_url();
    let other = serve(World::from(acme()).token("another"));
    for (body, expected, detail) in [
        (
            json!({ "token": TOKEN, "upstream": other.base_url() }),
            422,
            "the token is not accepted; it may be mistyped, expired, or belong to another region (`upstream`)",
        ),
        (
            json!({ "token": TOKEN, "upstream": address, "organizations": ["nope"] }),
            422,
            "the token does not see nope; check `organizations`, or use a token that does",
        ),
        (
            json!({ "token": TOKEN, "upstream": "http://192.0.2.1" }),
            422,
            "`http://192.0.2.1` is plain HTTP; credentials travel by HTTPS only, so begin it with `https://`",
        ),
    ] {
        let (status, problem) = served.ask(&connect, &own, &body);
        assert_eq!((status, &problem["detail"]), (expected, &json!(detail)));
    }
    // Nobody listens there.
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let closed = format!("http://{}", nobody.local_addr().unwrap());
    drop(nobody);
    let (status, problem) = served.ask(
        &connect,
        &own,
        &json!({ "token": TOKEN, "upstream": closed }),
    );
    assert_eq!(status, 502, "{problem}");
    let (_, shown) = ask(&served, &format!("GET {SNYK}"), &own);
    assert_eq!(shown["connection"], Value::Null);
}

#[test]
fn nobody_connects_to_the_server_s_own_machine_unless_its_operator_says_so() {
    let served = Served::with(&["--requests-per-minute", "60000"]);
    let own = key(&served.koalr, "new", &["connect"]);
    let address = served.upstream.base_url();
    let body = json!({ "token": TOKEN, "upstream": address });
    let (status, problem) = served.ask(&format!("POST {SNYK}/connect"), &own, &body);
    let detail = format!(
        "`{address}` is an address of this machine; permit it with `--allow-loopback`, or choose an origin"
    );
    assert_eq!((status, &problem["detail"]), (422, &json!(detail)));
}

#[test]
fn what_is_disconnected_is_not_synced_any_more_and_what_was_read_stays() {
    let served = Served::new();
    let own = key(&served.koalr, "default", &ALL);
    let rival = key(&served.koalr, "rival", &ALL);
    let gone = format!("DELETE {SNYK}/connection");
    assert_eq!(ask(&served, &gone, &rival).0, 404);
    let (status, report) = ask(&served, &gone, &own);
    let expected = json!({ "integration": "snyk", "upstream": served.upstream.base_url() });
    assert_eq!((status, report), (200, expected));
    let (_, shown) = ask(&served, &format!("GET {SNYK}"), &own);
    assert_eq!(shown["connection"], Value::Null);
    assert_eq!(ask(&served, &format!("POST {SNYK}/sync"), &own).0, 404);
    let audit = served.koalr.run(&["audit", "list"]).out;
    assert!(audit.contains(" ines: disconnected "), "{audit}");
    let (_, dead) = ask(&served, "GET /api/v1/jobs?state=dead", &own);
    assert_eq!(dead["items"], json!([]));
}

#[test]
fn a_plugin_is_shown_as_inspect_shows_it() {
    let served = Served::new();
    let own = key(&served.koalr, "default", &["read"]);
    let (status, shown) = ask(&served, "GET /api/v1/plugins/snyk", &own);
    assert_eq!(status, 200);
    for told in ["content-hash", "imports", "limits", "manifest"] {
        assert!(!shown[told].is_null(), "{told}");
    }
    let (_, all) = ask(&served, "GET /api/v1/plugins", &own);
    assert_eq!(all["items"], json!([shown]));
    assert_eq!(ask(&served, "GET /api/v1/plugins/jira", &own).0, 404);
}

#[test]
fn a_job_that_was_given_up_is_listed_with_its_reason_and_replayed_by_its_tenant_only() {
    let mut served = Served::new();
    let own = key(&served.koalr, "default", &ALL);
    let rival = key(&served.koalr, "rival", &ALL);
    let (change, _) = served.imported(&json!({ "state": "open" }));
    ask(&served, &format!("DELETE {SNYK}/connection"), &own);
    // It is queued for a connection that is there, and runs when it is not.
    let judge = format!("POST {}/judge", super::at(&change));
    let (status, _) = ask(&served, &judge, &own);
    assert_eq!(status, 409);
    let path = served.koalr.path("data/tenants/default.db");
    let database = rusqlite::Connection::open(path).unwrap();
    let insert = "INSERT INTO jobs (key, class, kind, payload, attempts, not_before, created_at, state, reason)
                  VALUES ('sync', 'increment', 'increment', '{\"task\":\"increment\"}', 8, 0, 0, 'dead', 'no luck')";
    database.execute(insert, []).unwrap();
    let id = database.last_insert_rowid();
    drop(database);
    let (status, dead) = ask(&served, "GET /api/v1/jobs?state=dead", &own);
    let job = &dead["items"][0];
    assert_eq!(
        (status, &job["id"], &job["reason"]),
        (200, &json!(id), &json!("no luck"))
    );
    assert_eq!(job.get("payload"), None);
    let replay = format!("POST /api/v1/jobs/{id}/replay");
    assert_eq!(ask(&served, &replay, &rival).0, 404);
    assert_eq!(
        ask(&served, &replay, &own),
        (202, json!({ "job": id, "queued": true }))
    );
    served.until("answered");
    // Nothing is connected: there is nothing to do, and it ends.
    while ask(&served, "GET /api/v1/jobs", &own).1["items"] != json!([]) {}
    assert_eq!(ask(&served, &replay, &own).0, 404);
    assert_eq!(ask(&served, "POST /api/v1/jobs/x/replay", &own).0, 404);
    let audit = served.koalr.run(&["audit", "list"]).out;
    assert!(audit.contains(" ines: replayed "), "{audit}");
}
