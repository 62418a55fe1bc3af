//! Waivers and the policy by API.

use serde_json::{Value, json};

use super::{Served, at, key};

#[test]
fn a_waiver_holds_from_its_approval_until_it_is_taken_back() {
    let mut served = Served::new();
    let (change, key) = served.imported(&json!({ "state": "open" }));
    served.hand_in(&change, &key);
    let told = served.decided(&change, &key);
    assert_eq!(told["decided"]["decision"], "block");
    let now = told["decided"]["as-of"].as_i64().unwrap();
    let waiver = json!({
        "vulnerability": "CVE-2025-7783", "repository": change["repository"], "reason": "build only",
        "author": "priya", "expires": now + 7 * DAY_MS, "void-if": ["cvss-rises"], "cvss-at-approval": 10.0,
    });
    let (status, done) = served.ask("POST /api/v1/waivers", &key, &waiver);
    assert_eq!((status, &done["queued"]), (200, &json!(1)), "{done}");
    let stored = &done["waiver"];
    assert_eq!(
        (&stored["approver"], &stored["holds"]),
        (&json!("ines"), &json!(true))
    );
    let told = served.decided(&change, &key);
    assert_eq!(told["decided"]["decision"], "pass");
    // The same once more is the one that is stored.
    let (_, again) = served.ask("POST /api/v1/waivers", &key, &waiver);
    assert_eq!(again["waiver"], *stored);
    let report = served
        .ask(&format!("GET {}/report", at(&change)), &key, &Value::Null)
        .1;
    let id = stored["id"].as_str().unwrap();
    assert_eq!(report["waivers"]["used"][0]["id"], id);
    let one = format!("/api/v1/waivers/{id}");
    let get = |what: &str| served.ask(&format!("GET {what}"), &key, &Value::Null);
    assert_eq!(get(&one), (200, stored.clone()));
    let count = |query: &str| {
        get(&format!("/api/v1/waivers{query}")).1["items"]
            .as_array()
            .unwrap()
            .len()
    };
    assert_eq!(
        (count(""), count("?holding=true"), count("?holding=false")),
        (1, 1, 0)
    );
    let (status, done) = served.ask(&format!("DELETE {one}"), &key, &Value::Null);
    assert_eq!((status, &done["queued"]), (200, &json!(1)), "{done}");
    assert_eq!(
        served.decided(&change, &key)["decided"]["decision"],
        "block"
    );
    let (_, stored) = served.ask(&format!("GET {one}"), &key, &Value::Null);
    assert_eq!(stored["holds"], false);
    assert!(stored["revoked-at"].is_i64(), "{stored}");
    assert_eq!(
        served.ask(&format!("DELETE {one}"), &key, &Value::Null).0,
        404
    );
    let mut again = waiver.clone();
    again["id"] = json!(id);
    let (status, problem) = served.ask("POST /api/v1/waivers", &key, &again);
    let detail =
        format!("the id `{id}` belongs to a waiver that was taken back; choose another id");
    assert_eq!((status, &problem["detail"]), (422, &json!(detail)));
    let log = served.koalr.run(&["audit", "list"]).out;
    for deed in [" ines: waived ", " ines: waiver-revoked "] {
        assert_eq!(log.matches(deed).count(), 1, "{log}");
    }
}

#[test]
fn a_waiver_by_api_keeps_the_rules_of_a_file() {
    let served = Served::new();
    let (_, ines) = served.imported(&json!({ "state": "open" }));
    let waiver = |author: &str, expires: &str| {
        json!({
            "id": "W-1", "vulnerability": "CVE-2025-7783", "reason": "build only",
            "author": author, "created": "2026-01-01", "expires": expires,
        })
    };
    let approve = |waiver: &Value| served.ask("POST /api/v1/waivers", &ines, waiver);
    let (status, problem) = approve(&waiver("ines", "2026-02-01"));
    let detail = "`ines` wrote this waiver; somebody else must approve it";
    assert_eq!((status, &problem["detail"]), (422, &json!(detail)));
    let (status, problem) = approve(&waiver("priya", "2026-12-31"));
    assert_eq!(status, 422);
    let detail = problem["detail"].as_str().unwrap();
    assert!(
        detail.contains("the policy's `waiver-max-days` is 90"),
        "{detail}"
    );
    let (status, problem) = approve(&json!({ "vulnerability": "CVE-1", "approver": "ines" }));
    let paths: Vec<_> = problem["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| &one["path"])
        .collect();
    assert_eq!((status, paths.len()), (422, 4), "{problem}");
    served
        .koalr
        .run(&["team", "add", "ines", "--role", "member"]);
    let (status, problem) = approve(&waiver("priya", "2026-02-01"));
    assert_eq!(status, 403);
    let detail = problem["detail"].as_str().unwrap();
    assert!(
        detail.contains("`ines` may not approve a waiver"),
        "{detail}"
    );
    let rival = key(&served.koalr, "rival", &super::ALL);
    for what in ["GET", "DELETE"] {
        let one = served.ask(&format!("{what} /api/v1/waivers/W-1"), &rival, &Value::Null);
        assert_eq!(one.0, 404, "{what}");
    }
}

#[test]
fn a_policy_is_set_by_who_may_and_told_as_it_was_read() {
    let served = Served::new();
    let key = key(&served.koalr, "default", &super::ALL);
    let get = || served.ask("GET /api/v1/policy", &key, &Value::Null);
    let (status, policy) = get();
    assert_eq!(
        (status, &policy["version"], &policy["mode"]),
        (200, &Value::Null, &json!("enforce"))
    );
    let printed = served.koalr.run(&["policy", "show"]).out;
    assert_eq!(policy["spelled-out"], printed);
    let set = |text: &str| served.ask("PUT /api/v1/policy", &key, &json!({ "policy": text }));
    served.koalr.run(&["team", "add", "ines", "--role", "lead"]);
    let (status, problem) = set("mode = \"warn\"");
    let detail =
        "`ines` may not change the policy; ask somebody with the role `security` or `operator`";
    assert_eq!((status, &problem["detail"]), (403, &json!(detail)));
    served
        .koalr
        .run(&["team", "add", "ines", "--role", "security"]);
    let (status, problem) = set("mode = \"warn\"\nmood = 7");
    assert_eq!(status, 422);
    assert_eq!(
        (&problem["errors"][0]["line"], &problem["errors"][0]["path"]),
        (&json!(2), &json!("policy")),
        "{problem}"
    );
    assert_eq!(set("mode = \"warn\""), (200, json!({ "version": 1 })));
    let (_, policy) = get();
    assert_eq!(
        (&policy["mode"], &policy["text"], &policy["actor"]),
        (&json!("warn"), &json!("mode = \"warn\""), &json!("ines"))
    );
}

const DAY_MS: i64 = 86_400_000;
