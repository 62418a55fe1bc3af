//! A backfill from the first command to the last line.

use serde_json::{Value, json};

use crate::support::{Koalr, acme, serve};

#[test]
fn a_connection_is_followed_by_a_sync_without_further_settings() {
    let upstream = serve(acme());
    let koalr = Koalr::connected(&upstream);
    let asked_before = upstream.requests().len();
    let ran = koalr.run(&["sync", "snyk", "--format", "json"]);
    assert_eq!((ran.code, ran.err.as_str()), (0, ""));
    let json = ran.json();
    let requests = upstream.requests().len() - asked_before;
    assert_eq!(
        (
            &json["outcome"],
            &json["issues"],
            &json["rows"],
            &json["requests"]
        ),
        (
            &json!("ok"),
            &json!(acme().issues.len()),
            &json!(acme().issues.len()),
            &json!(requests)
        )
    );
    assert_eq!(json["projects"], acme().projects.len());
    assert_eq!(json["resumed"], false);
    for row in json["coverage"].as_array().unwrap() {
        assert_eq!(row["state"], "complete", "{row}");
    }
}

#[test]
fn a_second_sync_asks_only_what_changed_and_changes_nothing() {
    let upstream = serve(acme());
    let koalr = Koalr::connected(&upstream);
    let sync = |more: &[&str]| {
        let args = [&["sync", "snyk", "--format", "json"], more].concat();
        koalr.run(&args).json()
    };
    let (first, second, full) = (sync(&[]), sync(&[]), sync(&["--full"]));
    for field in ["outcome", "issues", "projects", "classes", "open", "fixes"] {
        assert_eq!(first[field], second[field], "{field}");
        assert_eq!(first[field], full[field], "{field}");
    }
    let kind = |report: &Value| (report["increment"].clone(), report["resumed"].clone());
    assert_eq!(kind(&first), (json!(false), json!(false)));
    assert_eq!(kind(&second), (json!(true), json!(false)));
    assert_eq!(kind(&full), (json!(false), json!(false)));
    assert_eq!(
        (&second["rows"], &second["written"]),
        (&json!(0), &json!(0))
    );
    assert_eq!(
        (&full["rows"], &full["written"]),
        (&first["rows"], &json!(0))
    );
    assert_eq!(second["estimate"], Value::Null);
    assert!(second["requests"].as_u64() <= Some(4), "{second}");
}

#[test]
fn a_wider_window_reads_again_what_a_narrower_one_left_out() {
    let upstream = serve(acme());
    let koalr = Koalr::connected(&upstream);
    let sync = |window: &str| {
        let args = ["sync", "snyk", "--format", "json", "--window", window];
        let json = koalr.run(&args).json();
        json["increment"].as_bool().unwrap()
    };
    let increments = ["90d", "90d", "365d", "90d", "all", "365d"].map(sync);
    assert_eq!(increments, [false, true, false, true, false, true]);
}

#[test]
fn a_report_counts_findings_by_class_and_open_ones_by_fix() {
    let upstream = serve(acme());
    let koalr = Koalr::connected(&upstream);
    let json = koalr.run(&["sync", "snyk", "--format", "json"]).json();
    let sum = |field: &str| {
        let counts = json[field].as_object().unwrap().values();
        counts.map(|count| count.as_u64().unwrap()).sum::<u64>()
    };
    assert_eq!(Some(sum("classes")), json["issues"].as_u64());
    assert_eq!(Some(sum("fixes")), json["open"].as_u64());
    let open = acme()
        .issues
        .iter()
        .filter(|one| one.status() == "open")
        .count();
    assert_eq!(json["open"], open);
    assert_eq!(json["window-days"], 90);
}

#[test]
fn a_sync_tells_a_person_what_it_stored() {
    let upstream = serve(acme());
    let ran = Koalr::connected(&upstream).run(&["sync", "snyk"]);
    let (issues, projects) = (acme().issues.len(), acme().projects.len());
    let expected =
        format!("Complete: {issues} findings in {projects} projects stored; {issues} received, ");
    assert!(ran.out.starts_with(&expected), "{}", ran.out);
    assert_eq!((ran.code, ran.err.as_str()), (0, ""));
}

#[test]
fn a_longer_window_reaches_older_resolutions() {
    let mut organization = acme();
    for issue in &mut organization.issues {
        if let koalr_upstream::State::Resolved(at) = &mut issue.state {
            *at -= 200 * 24 * 60 * 60 * 1000;
            issue.updated_at = *at;
            issue.created_at = *at - 1;
        }
    }
    let (open, all) = (
        organization
            .issues
            .iter()
            .filter(|issue| issue.status() == "open")
            .count(),
        organization.issues.len(),
    );
    assert!(open < all);
    let upstream = serve(organization);
    for (window, expected) in [("90d", open), ("365d", all), ("all", all)] {
        let koalr = Koalr::connected(&upstream);
        let args = ["sync", "snyk", "--format", "json", "--window", window];
        assert_eq!(koalr.run(&args).json()["issues"], expected, "{window}");
    }
}

#[test]
fn a_sync_of_one_organization_leaves_the_others_alone() {
    let mut other = acme();
    other.id = "00000000-0000-4000-8000-000000000002".to_owned();
    other.slug = "other".to_owned();
    let id = other.id.clone();
    let upstream = serve(vec![acme(), other]);
    let koalr = Koalr::new();
    assert_eq!(koalr.connect(&upstream, &["--org", "acme"]).code, 0);
    assert_eq!(koalr.run(&["sync", "snyk"]).code, 0);
    assert!(
        upstream
            .requests()
            .iter()
            .all(|request| !request.path.contains(&id))
    );
}

#[test]
fn a_sync_before_connect_names_the_command_to_run_first() {
    let koalr = Koalr::new();
    let ran = koalr.run(&["sync", "snyk"]);
    assert_eq!(
        ran.failure(),
        "`snyk` is not connected for tenant `default`; run `koalr connect snyk` first"
    );
}

#[test]
fn a_sync_that_cannot_begin_ends_with_a_line_of_json_too() {
    let ran = Koalr::new().run(&["sync", "snyk", "--format", "json"]);
    assert_eq!(ran.code, 2);
    let sentence = "`snyk` is not connected for tenant `default`; run `koalr connect snyk` first";
    let json = ran.json();
    assert_eq!(json["outcome"], "error");
    assert_eq!(json["error"], sentence);
    assert_eq!(ran.err, format!("koalr: {sentence}\n"));
}

#[test]
fn one_tenants_connection_is_not_anothers() {
    let upstream = serve(acme());
    let koalr = Koalr::connected(&upstream);
    let ran = koalr.run(&["--tenant", "other", "sync", "snyk"]);
    assert_eq!(
        ran.failure(),
        "`snyk` is not connected for tenant `other`; run `koalr connect snyk` first"
    );
}
