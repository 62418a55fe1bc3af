//! Changes by API: listed, and told in full.

use serde_json::{Value, json};

use super::{ALL, Served, at, key};

#[test]
fn changes_are_listed_with_their_last_decision_page_by_page() {
    let mut served = Served::new();
    let (change, key) =
        served.imported(&json!({ "state": "open", "opened-at": "2026-01-09T00:00:00Z" }));
    let document = json!({ "changes": [
        { "id": "x/y#1", "repository": "x/y", "head-sha": "1", "state": "closed", "opened-at": "2026-01-08T00:00:00Z" },
        { "id": "x/y#2", "repository": "x/y", "head-sha": "2", "state": "open", "opened-at": "2026-01-10T00:00:00Z" },
        { "id": "x/y#3", "repository": "x/y", "head-sha": "3", "state": "open" },
    ] });
    assert_eq!(served.ask("POST /api/v1/imports", &key, &document).0, 200);
    served.hand_in(&change, &key);
    let told = served.decided(&change, &key);
    let get = |query: &str| {
        served
            .ask(&format!("GET /api/v1/changes{query}"), &key, &Value::Null)
            .1
    };
    let (mut query, mut items) = ("?limit=3".to_owned(), Vec::new());
    loop {
        let page = get(&query);
        items.extend(page["items"].as_array().unwrap().clone());
        match &page["next-cursor"] {
            Value::Null => break,
            cursor => query = format!("?limit=3&cursor={}", cursor.as_str().unwrap()),
        }
    }
    let ids: Vec<&Value> = items.iter().map(|one| &one["change"]["id"]).collect();
    assert_eq!(
        ids,
        [
            &json!("x/y#2"),
            &change["id"],
            &json!("x/y#1"),
            &json!("x/y#3")
        ]
    );
    let (row, decided) = (&items[1], &told["decided"]);
    assert_eq!(
        (&row["pending"], &row["source"]),
        (&json!(false), &json!("api"))
    );
    for name in ["decision", "head-sha", "as-of", "asked-at"] {
        assert_eq!(row["decided"][name], decided[name], "{name}");
    }
    for name in ["score", "security", "band"] {
        assert_eq!(row["decided"][name], decided["score"][name], "{name}");
    }
    let count = |query: &str| get(query)["items"].as_array().unwrap().len();
    assert_eq!(count("?decision=block"), 1);
    assert_eq!(count("?repository=X%2FY"), 3);
    assert_eq!(count("?repository=x%2Fy&state=open"), 2);
    // A cursor of another list.
    let log = served
        .ask("GET /api/v1/audit?limit=1", &key, &Value::Null)
        .1;
    let foreign = format!("?cursor={}", log["next-cursor"].as_str().unwrap());
    let detail = "no page of this list ended at this `cursor`; give `next-cursor` as it came";
    assert_eq!(get(&foreign)["detail"], detail);
}

#[test]
fn a_change_is_told_in_full_as_the_command_line_prints_it() {
    let mut served = Served::new();
    let (change, key) = served.imported(&json!({ "state": "open" }));
    let told = |what: &str| served.ask(&format!("GET {}/{what}", at(&change)), &key, &Value::Null);
    assert_eq!((told("report").0, told("check-run").0), (404, 404));
    assert_eq!(
        told("decisions"),
        (200, json!({ "items": [], "next-cursor": null }))
    );
    served.hand_in(&change, &key);
    served.decided(&change, &key);
    let id = change["id"].as_str().unwrap();
    for (format, what) in [("json", "report"), ("check-run", "check-run")] {
        let printed = served.koalr.run(&["gate", id, "--format", format]).json();
        let told = served.ask(&format!("GET {}/{what}", at(&change)), &key, &Value::Null);
        assert_eq!(told, (200, printed), "{what}");
    }
}

#[test]
fn lists_hold_nothing_of_another_tenant() {
    let mut served = Served::new();
    let (change, own) = served.imported(&json!({ "state": "open" }));
    served.hand_in(&change, &own);
    served.decided(&change, &own);
    let lift = json!({ "head-sha": change["head-sha"], "reason": "behind a flag" });
    assert_eq!(
        served
            .ask(&format!("POST {}/override", at(&change)), &own, &lift)
            .0,
        200
    );
    let rival = key(&served.koalr, "rival", &ALL);
    let none = json!({ "items": [], "next-cursor": null });
    for list in ["changes", "decisions", "overrides", "waivers"] {
        let what = format!("GET /api/v1/{list}");
        assert_eq!(
            served.ask(&what, &rival, &Value::Null),
            (200, none.clone()),
            "{list}"
        );
    }
    for part in ["report", "check-run", "decisions"] {
        let what = format!("GET {}/{part}", at(&change));
        assert_eq!(served.ask(&what, &own, &Value::Null).0, 200, "{part}");
        let refused = served.ask(&what, &rival, &Value::Null);
        let nowhere = format!("GET /api/v1/changes/no%2Fsuch%231/{part}");
        assert_eq!(refused, served.ask(&nowhere, &rival, &Value::Null));
        assert_eq!(refused.0, 404);
    }
    let (_, log) = served.ask("GET /api/v1/audit", &rival, &Value::Null);
    let entries = log["items"].as_array().unwrap();
    assert!(
        entries.iter().all(|one| one["act"] == "key-created"),
        "{log}"
    );
}
