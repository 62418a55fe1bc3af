//! Figures and lists in Koalr's form, and reports as the command line prints them.

use std::collections::BTreeSet;
use std::time::{SystemTime, UNIX_EPOCH};

use koalr_upstream::sample;
use serde_json::{Value, json};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::{ALL, Served, key};
use crate::support::{Koalr, serve};

/// A server on ninety days of a sample team, which end now: the server reads the clock too.
pub(super) struct Team {
    pub(super) served: Served,
    key: String,
    /// The end of the ninety days.
    pub(super) now: String,
    /// Their beginning.
    from: String,
}

impl Team {
    pub(super) fn new() -> Self {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
        let secs = i64::try_from(since.as_secs()).unwrap();
        let history = sample::history(7, secs * 1_000);
        let upstream = serve(history.organization());
        let koalr = Koalr::new();
        let now = rfc3339(secs);
        koalr.write("history.json", history.document().to_string());
        assert_eq!(koalr.connect(&upstream, &["--now", &now]).code, 0);
        for words in [
            &["sync", "snyk"][..],
            &["import", "history.json"],
            &["reconstruct"],
        ] {
            let ran = koalr.run(&[words, &["--now", &now]].concat());
            assert_eq!(ran.code, 0, "{words:?}: {}", ran.err);
        }
        let key = key(&koalr, "default", &ALL);
        Self {
            served: Served::of(koalr, upstream),
            key,
            from: rfc3339(secs - 90 * 86_400),
            now,
        }
    }

    fn get(&self, path: &str, more: &str) -> Value {
        let path = format!("{path}?from={}&to={}{more}", self.from, self.now);
        get(&self.served, &path, &self.key)
    }

    pub(super) fn report(&self, words: &[&str]) -> Value {
        let more = ["--now", &self.now, "--format", "json"];
        let ran = self.served.koalr.run(&[&["report"], words, &more].concat());
        assert_eq!(ran.code, 0, "{words:?}: {}", ran.err);
        ran.json()
    }

    /// What is answered, and what the command line prints of the same data: a sync that is under way may change them.
    fn both(&self, ask: impl Fn() -> Value, words: &[&str]) -> (Value, Value) {
        loop {
            let answer = ask();
            let printed = self.report(words);
            if ask() == answer {
                return (answer, printed);
            }
        }
    }
}

fn rfc3339(secs: i64) -> String {
    let at = OffsetDateTime::from_unix_timestamp(secs).unwrap();
    at.format(&Rfc3339).unwrap()
}

#[track_caller]
pub(super) fn get(served: &Served, path: &str, key: &str) -> Value {
    let (status, answer) = served.ask(&format!("GET {path}"), key, &Value::Null);
    assert_eq!(status, 200, "{path}: {answer}");
    answer
}

#[test]
fn koalrs_figures_are_those_of_the_command_line() {
    let team = Team::new();
    for (more, words) in [
        ("", &["dora"][..]),
        ("&service=Checkout", &["dora", "--service", "Checkout"]),
        (
            "&repository=Acme%2FPayments",
            &["dora", "--repository", "Acme/Payments"],
        ),
    ] {
        let answer = team.get("/api/v1/metrics/dora", more);
        let report = team.report(words);
        let frequency = &report["frequency"];
        let deploys = &answer["deploymentFrequency"];
        assert_eq!(deploys["perDay"], frequency["per-day"], "{more}");
        assert_eq!(deploys["n"], frequency["deployments"]);
        assert!(deploys["n"].as_u64().unwrap() > 20, "{answer}");
        let minutes = report["lead-time"]["median-ms"].as_f64().unwrap() / 60_000.0;
        let told = answer["leadTime"]["medianMinutes"].as_f64().unwrap();
        assert!((told - minutes).abs() < 1e-9, "{told} {minutes}");
        assert_eq!(answer["leadTime"]["n"], report["lead-time"]["changes"]);
        let failed = &report["change-failure-rate"];
        let percent = failed["rate"]["interval"]["share"].as_f64().unwrap() * 100.0;
        let rate = &answer["changeFailureRate"];
        // What is read from decimals may be off in the last digit.
        assert!(
            (rate["pct"].as_f64().unwrap() - percent).abs() < 1e-9,
            "{rate}"
        );
        assert_eq!(
            [&rate["failed"], &rate["n"], &rate["windowMinutes"]],
            [&failed["rate"]["count"], &failed["rate"]["of"], &json!(240)]
        );
        let restore = &report["time-to-restore"];
        assert_eq!(answer["mttr"]["medianMinutes"], restore["median-minutes"]);
        assert_eq!(answer["mttr"]["n"], restore["resolved"]);
        for (figure, name) in [
            ("deploymentFrequency", "frequency"),
            ("leadTime", "lead-time"),
            ("changeFailureRate", "change-failure-rate"),
            ("mttr", "time-to-restore"),
        ] {
            let tier = answer[figure]["tier"].as_str().map(str::to_lowercase);
            assert_eq!(json!(tier), report[name]["tier"], "{figure}");
            assert_eq!(answer["definitions"][figure], report["definitions"][name]);
        }
        assert_eq!(
            (&answer["from"], &answer["to"]),
            (&json!(team.from), &json!(team.now))
        );
    }
}

#[test]
fn a_dashboard_is_the_document_that_the_command_line_prints() {
    let team = Team::new();
    for (path, more, words) in [
        ("dora", "", &["dora"][..]),
        (
            "dora",
            "&cfr-window=24&tiers=site&service=checkout",
            &[
                "dora",
                "--cfr-window",
                "24",
                "--tiers",
                "site",
                "--service",
                "checkout",
            ],
        ),
        ("debt", "", &["debt"]),
        (
            "debt",
            "&sla-critical=1&sla-high=2&sla-medium=3&sla-low=4",
            &["debt", "--sla", "1,2,3,4"],
        ),
        (
            "correlation",
            "&window=30d",
            &["correlation", "--window", "30d"],
        ),
        ("calibration", "", &["calibration"]),
        (
            "rows/changes",
            "&limit=7",
            &["rows", "changes", "--limit", "7"],
        ),
        ("rows/exposed", "", &["rows", "exposed"]),
    ] {
        let path = format!("/api/v1/dashboards/{path}");
        let (answer, printed) = team.both(|| team.get(&path, more), words);
        assert_eq!(answer, printed, "{path}{more}");
    }
}

#[test]
fn a_deployment_is_listed_with_what_it_brought_and_what_followed() {
    let team = Team::new();
    let (mut listed, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = team.get("/api/v1/deployments", &format!("&limit=200{cursor}"));
        listed.extend(page["data"].as_array().unwrap().clone());
        match page["nextCursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    let rows = |figure: &str| {
        let report = team.report(&["rows", figure, "--limit", "100000"]);
        report["rows"].as_array().unwrap().clone()
    };
    let counted = rows("deployments");
    let succeeded = listed.iter().filter(|one| one["status"] == "SUCCEEDED");
    assert_eq!(succeeded.count(), counted.len());
    let find = |id: &Value| listed.iter().find(|one| one["id"] == *id).unwrap();
    for row in &counted {
        let found = find(&row["deployment"]["id"]);
        assert_eq!(found["service"], row["deployment"]["service"]);
        assert_eq!(found["at"], found["finishedAt"]);
    }
    let changes = rows("changes");
    for row in &changes {
        let brought = find(&row["change"]["deployment"])["pullRequests"].clone();
        assert!(brought.as_array().unwrap().contains(&row["change"]["id"]));
    }
    let tied = rows("incidents");
    let tied: Vec<_> = tied
        .iter()
        .filter(|row| !row["incident"]["deployment"].is_null())
        .collect();
    assert!(changes.len() > 20 && tied.len() > 5);
    for row in tied {
        if let Some(found) = listed
            .iter()
            .find(|one| one["id"] == row["incident"]["deployment"])
        {
            let incidents = found["incidents"].as_array().unwrap();
            assert!(incidents.contains(&row["incident"]["id"]));
        }
    }
    for exposed in rows("exposed") {
        let found = find(&exposed["deployment"]["id"]);
        assert_ne!(found["introducedHigh"], 0, "{found}");
    }
}

/// Reads a list two by two, and has something newer imported after each page; the ids that were there before.
fn paged(path: &str, newer: impl Fn(usize) -> Value) -> Vec<String> {
    let served = Served::new();
    let key = key(&served.koalr, "default", &["import", "read"]);
    let import = |document: &Value| {
        let (status, report) = served.ask("POST /api/v1/imports", &key, document);
        assert_eq!(status, 200, "{report}");
    };
    for number in 0..7 {
        import(&newer(number));
    }
    let (mut ids, mut cursor) = (Vec::new(), String::new());
    for number in 7.. {
        let page = get(&served, &format!("{path}?limit=2{cursor}"), &key);
        let data = page["data"].as_array().unwrap();
        ids.extend(
            data.iter()
                .map(|one| one["id"].as_str().unwrap().to_owned()),
        );
        import(&newer(number));
        match page["nextCursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    ids
}

#[test]
fn every_pull_request_is_on_one_page_also_when_one_is_imported_in_between() {
    let ids = paged("/api/v1/pull-requests", |number| {
        let day = format!("2026-01-{:02}T00:00:00Z", number + 1);
        json!({ "changes": [{
            "id": format!("a#{number}"), "repository": "a/b", "head-sha": "1", "state": "open", "opened-at": day,
        }] })
    });
    assert_eq!(ids, ["a#6", "a#5", "a#4", "a#3", "a#2", "a#1", "a#0"]);
}

#[test]
fn every_deployment_is_on_one_page_also_when_one_is_imported_in_between() {
    let ids = paged("/api/v1/deployments", |number| {
        let day = format!("2026-01-{:02}T00:00:00Z", number / 2 + 1);
        json!({ "deployments": [{
            "id": format!("d{number}"), "service": "shop", "state": "succeeded", "at": day, "environment": "production",
        }] })
    });
    assert_eq!(ids, ["d6", "d4", "d5", "d2", "d3", "d0", "d1"]);
}

#[test]
fn a_pull_request_is_listed_with_the_decision_about_it() {
    let mut served = Served::new();
    let (change, key) = served.imported(&json!({ "state": "open" }));
    let listed =
        |served: &Served| get(served, "/api/v1/pull-requests?state=OPEN", &key)["data"][0].clone();
    assert_eq!(listed(&served)["risk"], Value::Null);
    served.hand_in(&change, &key);
    let decided = served.decided(&change, &key)["decided"].clone();
    let one = listed(&served);
    assert_eq!(
        (&one["id"], &one["state"], &one["author"]),
        (&change["id"], &json!("OPEN"), &json!("priya"))
    );
    let risk = &one["risk"];
    let score = decided["score"]["score"].as_f64().unwrap() / 10.0;
    assert_eq!(
        (&risk["score"], &risk["decision"]),
        (&json!(score), &json!("block"))
    );
    assert_eq!(
        (&risk["requiresHardGate"], &risk["label"], &risk["complete"]),
        (&json!(true), &json!("Critical Risk"), &json!(true))
    );
    assert!(score >= 80.0);
    let none = get(&served, "/api/v1/pull-requests?state=MERGED", &key);
    assert_eq!(none, json!({ "data": [], "nextCursor": null }));
}

#[test]
fn another_tenants_key_sees_nothing_of_it() {
    let served = Served::new();
    let (change, own) = served.imported(&json!({
        "state": "merged", "merged-at": "2026-01-10T00:00:00Z", "opened-at": "2026-01-09T00:00:00Z",
    }));
    let document = json!({ "deployments": [{
        "id": "d1", "service": "checkout", "state": "succeeded", "at": "2026-01-10T01:00:00Z", "environment": "production",
    }] });
    let (status, _) = served.ask("POST /api/v1/imports", &own, &document);
    assert_eq!(status, 200);
    let rival = key(&served.koalr, "rival", &ALL);
    let window = "from=2026-01-01&to=2026-01-20";
    for path in ["/api/v1/pull-requests", "/api/v1/deployments"] {
        let path = format!("{path}?{window}");
        assert_eq!(
            get(&served, &path, &own)["data"].as_array().unwrap().len(),
            1
        );
        assert_eq!(get(&served, &path, &rival)["data"], json!([]), "{path}");
    }
    let figures = format!("/api/v1/metrics/dora?{window}");
    let deployed = |key: &str| get(&served, &figures, key)["deploymentFrequency"]["n"].clone();
    assert_eq!((deployed(&own), deployed(&rival)), (json!(1), json!(0)));
    let repository = change["repository"].as_str().unwrap().replace('/', "%2F");
    let figures = format!("GET {figures}&repository={repository}");
    let (status, problem) = served.ask(&figures, &rival, &Value::Null);
    assert_eq!(status, 422);
    assert!(
        problem["detail"]
            .as_str()
            .unwrap()
            .ends_with("none is known yet"),
        "{problem}"
    );
}

#[test]
fn all_that_is_wrong_with_a_question_is_said() {
    let served = Served::new();
    let key = key(&served.koalr, "default", &ALL);
    let refused = |what: &str, body: &Value| {
        let (status, problem) = served.ask(what, &key, body);
        let errors = problem["errors"].as_array().into_iter().flatten();
        let paths: BTreeSet<_> = errors
            .map(|one| one["path"].as_str().unwrap().to_owned())
            .collect();
        (
            status,
            paths.into_iter().collect::<Vec<_>>().join(" "),
            problem["detail"].as_str().unwrap().to_owned(),
        )
    };
    let nothing = &Value::Null;
    let (status, paths, _) = refused(
        "GET /api/v1/pull-requests?state=open&page=2&limit=0&from=x",
        nothing,
    );
    assert_eq!((status, &*paths), (400, "from limit page state"));
    let (status, paths, _) = refused(
        "GET /api/v1/dashboards/dora?cfr-window=721&tiers=best&sla=1",
        nothing,
    );
    assert_eq!((status, &*paths), (400, "cfr-window sla tiers"));
    let (status, _, detail) = refused("GET /api/v1/dashboards/rows/mttr", nothing);
    assert_eq!(status, 404);
    assert!(
        detail.starts_with("no figure is called `mttr`; known are `deployments`, "),
        "{detail}"
    );
    let (status, _, detail) = refused(
        "GET /api/v1/dashboards/debt?sla-critical=9&sla-high=8",
        nothing,
    );
    assert_eq!(status, 400);
    assert!(
        detail.contains("a worse severity cannot have the longer window"),
        "{detail}"
    );
    let (status, _, detail) = refused(
        "GET /api/v1/metrics/dora?from=2026-01-02&to=2026-01-01",
        nothing,
    );
    let expected = "a window from `2026-01-02T00:00:00Z` to `2026-01-01T00:00:00Z` covers no time; let it begin earlier";
    assert_eq!((status, &*detail), (422, expected));
    let body = json!({
        "files": "a", "additions": -1, "title": 1, "baseScore": 101, "dependencies": [{}], "headsha": "x",
    });
    let (status, paths, _) = refused("POST /api/v1/pr-risk/score", &body);
    assert_eq!(
        (status, &*paths),
        (422, "additions baseScore dependencies files headsha title")
    );
}
