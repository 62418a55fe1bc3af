//! What was done elsewhere, from a file.

use std::time::Instant;

use serde_json::{Value, json};

use crate::support::{Koalr, Ran};

const NOW: &str = "2026-02-01T00:00:00Z";

/// A service, two changes of which one was deployed, and an incident after that.
fn document() -> Value {
    json!({
        "services": [
            { "name": "checkout", "aliases": ["shop"], "repositories": ["acme/shop"] }
        ],
        "actors": [{ "login": "ines", "roles": ["lead", "security"] }],
        "changes": [
            {
                "id": "acme/shop#1", "repository": "acme/shop", "number": 1, "author": "priya",
                "head-sha": "1111111aaa", "base-sha": "0000000aaa", "state": "merged",
                "opened-at": "2026-01-01T09:00:00Z", "merged-at": "2026-01-02T09:00:00Z",
                "merge-sha": "1111111fff", "base-score": 42.5,
                "dependencies": [{ "ecosystem": "npm", "name": "minimist", "after": "1.2.5" }],
                "dependencies-source": "lockfile"
            },
            {
                "id": "acme/shop#2", "repository": "acme/shop", "number": 2,
                "head-sha": "2222222aaa", "opened-at": 1_769_000_000_000_i64, "state": "open"
            }
        ],
        "deployments": [{
            "id": "d1", "service": "shop", "environment": "production", "sha": "1111111fff",
            "state": "succeeded", "at": "2026-01-02T10:00:00Z"
        }],
        "incidents": [{
            "id": "i1", "service": "checkout", "title": "Carts are empty",
            "started-at": "2026-01-02T11:00:00Z", "resolved-at": "2026-01-02T12:00:00Z"
        }]
    })
}

#[track_caller]
fn import(koalr: &Koalr, document: &Value, more: &[&str]) -> Ran {
    koalr.write("all.json", serde_json::to_string_pretty(document).unwrap());
    koalr.run(&[&["import", "all.json", "--now", NOW], more].concat())
}

/// The complaints about a document.
#[track_caller]
fn complaints(document: &Value) -> Vec<String> {
    let koalr = Koalr::new();
    let ran = import(&koalr, document, &[]);
    assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{}", ran.err);
    let mut lines = ran.err.lines();
    let first = lines.next().unwrap();
    assert_eq!(
        first,
        "koalr: `all.json` cannot be imported, and nothing was:"
    );
    lines.map(|line| line.trim().to_owned()).collect()
}

/// A complaint without its line.
fn unplaced(complaint: &str) -> &str {
    complaint.split_once(": ").unwrap().1
}

#[test]
fn an_import_says_what_is_new_and_what_is_tied_to_what() {
    let ran = import(&Koalr::new(), &document(), &[]);
    assert_eq!((ran.code, ran.err.as_str()), (0, ""));
    for line in [
        "Imported.",
        "  1 service: 1 new",
        "  1 person: 1 new",
        "  2 changes: 2 new",
        "  1 dependency list: 1 new",
        "  1 deployment: 1 new",
        "  1 incident: 1 new",
        "  1 of 1 merged changes reached a deployment",
        "  1: its merge commit was deployed",
        "  1 of 1 incidents are tied to a deployment",
    ] {
        assert!(
            ran.out.lines().any(|one| one == line),
            "{line}: {}",
            ran.out
        );
    }
}

#[test]
fn the_same_file_again_changes_nothing_and_says_so() {
    let koalr = Koalr::new();
    let first = import(&koalr, &document(), &["--format", "json"]).json();
    let audited = koalr.run(&["audit", "verify"]).out;
    let again = import(&koalr, &document(), &["--format", "json"]).json();
    for what in [
        "services",
        "actors",
        "changes",
        "dependencies",
        "deployments",
        "incidents",
    ] {
        let (new, unchanged) = (&first[what]["new"], &again[what]["unchanged"]);
        assert_eq!(new, unchanged, "{what}: {again}");
        assert_eq!(
            (&again[what]["new"], &again[what]["updated"]),
            (&json!(0), &json!(0))
        );
    }
    assert_eq!(first["links"], again["links"]);
    let text = import(&koalr, &document(), &[]).out;
    assert!(
        text.starts_with("Nothing changed: all of it was known already.\n"),
        "{text}"
    );
    assert_eq!(koalr.run(&["audit", "verify"]).out, audited);
}

#[test]
fn an_older_state_is_counted_and_does_not_replace_a_newer() {
    let koalr = Koalr::new();
    let mut newer = document();
    newer["changes"][1]["updated-at"] = json!("2026-01-30T00:00:00Z");
    newer["changes"][1]["title"] = json!("newer");
    assert_eq!(import(&koalr, &newer, &[]).code, 0);
    let mut older = document();
    older["changes"][1]["title"] = json!("older");
    let json = import(&koalr, &older, &["--format", "json"]).json();
    assert_eq!(json["changes"]["older"], 1, "{json}");
    let again = import(&koalr, &newer, &["--format", "json"]).json();
    assert_eq!(again["changes"]["unchanged"], 2, "{again}");
}

#[test]
fn every_complaint_is_told_at_once_with_line_and_path_and_nothing_is_imported() {
    let koalr = Koalr::new();
    let text = r#"{
  "services": [{ "name": "a", "aliases": ["x"] },
               { "name": "b", "aliases": ["X"] }],
  "changes": [
    { "id": "c1", "repository": "acme/shop", "head-sha": "aaaaaaa", "state": "merged" },
    { "id": "c1", "repository": "acme/shop", "head-sha": "bbbbbbb", "titel": "x" },
    { "id": "c3", "repository": "acme/shop", "head-sha": "ccccccc", "merged-at": "2027-01-01T00:00:00Z" },
    { "id": "c4", "repository": "acme/shop", "merged-at": 1769000000 }
  ],
  "incidents": [
    { "id": "i1", "started-at": "2026-01-02T00:00:00Z", "resolved-at": "2026-01-01T00:00:00Z" }
  ],
  "deployment": []
}"#;
    let ran = koalr.run_with_input(&["import", "-", "--now", NOW], text);
    assert_eq!((ran.code, ran.out.as_str()), (2, ""));
    let expected = [
        "koalr: `-` cannot be imported, and nothing was:",
        "  line 3: `services[1]`: services `a` and `b` both claim the name `X`; take it from one of them",
        "  line 5: `changes[0].merged-at`: it is missing; a merged change needs the time of its merge",
        "  line 6: `changes[1].id`: `c1` is there already, in line 5; leave one of them out",
        "  line 6: `changes[1].titel`: no key is called so; expected `id`, `repository`, `head-sha`, `number`, `base-sha`, `source-branch`, `target-branch`, `title`, `author`, `opened-at`, `state`, `merged-at`, `merge-sha`, `base-score`, `updated-at`, `dependencies` or `dependencies-source`",
        "  line 7: `changes[2].merged-at`: 2027-01-01T00:00:00Z is later than now, 2026-02-01T00:00:00Z; correct the clock that told it, or say what time it is with `--now`",
        "  line 8: `changes[3].head-sha`: it is missing; it is the commit that is judged",
        "  line 8: `changes[3].merged-at`: 1769000000 is in 1970, counted in milliseconds; write milliseconds, not seconds",
        "  line 11: `incidents[0].resolved-at`: 2026-01-01T00:00:00Z is before `started-at`, 2026-01-02T00:00:00Z; correct one of the two",
        "  line 13: `deployment`: no key is called so; expected `services`, `actors`, `changes`, `deployments` or `incidents`",
    ];
    let lines: Vec<_> = ran.err.lines().collect();
    assert_eq!(lines, expected);
    let json = import(&koalr, &json!({}), &["--format", "json"]).json();
    assert_eq!(json["links"]["merged"], 0, "nothing was stored");
}

#[test]
fn text_that_is_not_json_is_refused_with_its_line() {
    let koalr = Koalr::new();
    koalr.write("all.json", "{\n  \"changes\": [\n    { \"id\": }\n  ]\n}");
    let ran = koalr.run(&["import", "all.json"]);
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("\n  line 3: not JSON: "), "{}", ran.err);
}

#[test]
fn a_thousand_complaints_are_told_as_a_hundred() {
    let changes: Vec<_> = (0..1_000).map(|_| json!({ "wrong": true })).collect();
    let complaints = complaints(&json!({ "changes": changes }));
    assert_eq!(complaints.len(), 101);
    assert_eq!(
        unplaced(&complaints[100]),
        "3900 more problems are not shown; correct these first"
    );
}

#[test]
fn an_open_change_that_was_merged_is_complained_about() {
    let mut document = document();
    document["changes"][0]["state"] = json!("open");
    assert_eq!(
        complaints(&document)
            .iter()
            .map(|one| unplaced(one))
            .collect::<Vec<_>>(),
        [
            "`changes[0].state`: a change with `merged-at` or `merge-sha` is `merged`; correct one of them"
        ]
    );
}

#[test]
fn a_service_that_nobody_knows_is_named_and_what_names_it_is_kept() {
    let koalr = Koalr::new();
    let mut document = document();
    document["deployments"][0]["service"] = json!("cart");
    document["incidents"][0]["service"] = json!("cart");
    let json = import(&koalr, &document, &["--format", "json"]).json();
    assert_eq!(
        json["notes"],
        json!([
            "2 records name service `cart`, which is not known: kept, and linked once `services` has it or an alias of it"
        ])
    );
    let known = json!({ "services": [{ "name": "basket", "aliases": ["cart"] }] });
    let json = import(&koalr, &known, &["--format", "json"]).json();
    assert_eq!(json["links"]["traced"], 1, "{json}");
}

#[test]
fn a_renamed_service_keeps_its_history() {
    let koalr = Koalr::new();
    assert_eq!(import(&koalr, &document(), &[]).code, 0);
    let renamed = json!({ "services": [{ "name": "till", "aliases": ["checkout"] }] });
    let json = import(&koalr, &renamed, &["--format", "json"]).json();
    assert_eq!(
        json["notes"],
        json!(["service `checkout` is now called `till`, and keeps its history"])
    );
    assert_eq!(
        json["links"]["deployed"], 1,
        "its repository is still known: {json}"
    );
    assert_eq!(json["links"]["traced"], 1);
}

#[test]
fn an_incident_before_every_deployment_is_kept_and_its_missing_link_is_explained() {
    let mut document = document();
    document["incidents"][0]["started-at"] = json!("2026-01-01T00:00:00Z");
    let json = import(&Koalr::new(), &document, &["--format", "json"]).json();
    assert_eq!(json["incidents"]["new"], 1);
    assert_eq!(
        json["links"]["unlinked"],
        json!([{
            "kind": "incident",
            "why": "its service had no successful production deployment before it",
            "count": 1,
            "example": "i1",
        }])
    );
}

#[test]
fn a_hundred_thousand_records_take_seconds() {
    let koalr = Koalr::new();
    let change = |index: u32| {
        json!({
            "id": format!("acme/shop#{index}"), "repository": "acme/shop",
            "head-sha": format!("{index:040x}"), "merge-sha": format!("{:040x}", index + 1_000_000),
            "merged-at": 1_760_000_000_000_i64 + i64::from(index) * 60_000,
        })
    };
    let deployment = |index: u32| {
        json!({
            "id": format!("d{index}"), "service": "checkout", "environment": "production",
            "sha": format!("{:040x}", index + 1_000_000), "state": "succeeded",
            "at": 1_760_000_030_000_i64 + i64::from(index) * 60_000,
        })
    };
    let document = json!({
        "services": [{ "name": "checkout", "repositories": ["acme/shop"] }],
        "changes": (0..50_000).map(change).collect::<Vec<_>>(),
        "deployments": (0..50_000).map(deployment).collect::<Vec<_>>(),
    });
    let began = Instant::now();
    let json = import(&koalr, &document, &["--format", "json"]).json();
    let took = began.elapsed();
    println!("100,000 records took {took:?}");
    assert_eq!(json["links"]["deployed"], 50_000);
    assert!(took.as_secs() < 60, "{took:?}");
}
