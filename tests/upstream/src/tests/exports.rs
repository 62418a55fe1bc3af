use serde_json::{Value, json};

use super::{AS_OF, Reply, VERSION, get, post, send_to, start};
use crate::{CheckState, Fault, Generated, Occurrence, Upstream, World, sample};

/// The sample's upstream, and its address of exports.
fn acme() -> (String, Upstream) {
    serve(|world| world)
}

fn serve(prepare: impl FnOnce(World) -> World) -> (String, Upstream) {
    let organization = sample::organization(AS_OF);
    let root = format!("/rest/orgs/{}", organization.id);
    (
        root,
        start(prepare(World::from(organization).with_date(AS_OF))),
    )
}

fn order(dataset: &str, columns: &[&str]) -> Value {
    json!({"data": {"type": "resource", "attributes": {
        "dataset": dataset,
        "formats": ["csv"],
        "columns": columns,
        "filters": {"updated": {"from": "2020-01-01T00:00:00Z"}},
    }}})
}

fn create(upstream: &Upstream, root: &str, order: &Value) -> Reply {
    let path = format!("{root}/export?version={VERSION}");
    post(upstream, &path, &order.to_string())
}

/// Creates an export and asks for its state until it is finished.
fn finish(upstream: &Upstream, root: &str, order: &Value) -> Value {
    let created = create(upstream, root, order);
    assert_eq!(
        created.status,
        202,
        "{}",
        String::from_utf8_lossy(&created.body)
    );
    let id = created.json()["data"]["id"].as_str().unwrap().to_owned();
    for _ in 0..2 {
        get(upstream, &format!("{root}/jobs/export/{id}"));
    }
    get(upstream, &format!("{root}/export/{id}")).json()["data"]["attributes"].clone()
}

fn urls(result: &Value) -> Vec<String> {
    let results = result["results"].as_array().unwrap();
    let urls = results.iter().map(|item| item["url"].as_str().unwrap());
    urls.map(str::to_owned).collect()
}

/// Downloads a file of the host of files.
fn download(upstream: &Upstream, url: &str, authorization: Option<&str>) -> Reply {
    let path = url.strip_prefix(upstream.files_url()).unwrap();
    send_to(upstream.files_url(), "GET", path, authorization)
}

fn lines(reply: &Reply) -> Vec<String> {
    let text = String::from_utf8(reply.body.clone()).unwrap();
    text.lines().map(str::to_owned).collect()
}

#[test]
fn an_export_is_created_waited_for_and_downloaded() {
    let (root, upstream) = serve(|world| world.with_export_polls(2));
    let order = order(
        "pr_checks",
        &["PULL_REQUEST", "PR_CHECK_STATE", "MARKED_AS_SUCCESS"],
    );
    let created = create(&upstream, &root, &order);
    assert!(created.head.contains("retry-after: 1"));
    let id = created.json()["data"]["id"].as_str().unwrap().to_owned();
    let early = get(&upstream, &format!("{root}/export/{id}")).json();
    assert_eq!(early["data"]["attributes"]["status"], "PENDING");
    let states = [(); 3].map(|()| {
        let json = get(&upstream, &format!("{root}/jobs/export/{id}")).json();
        json["data"]["attributes"]["status"]
            .as_str()
            .unwrap()
            .to_owned()
    });
    assert_eq!(states, ["PENDING", "STARTED", "FINISHED"]);
    let result = get(&upstream, &format!("{root}/export/{id}")).json();
    let result = &result["data"]["attributes"];
    let checks = sample::organization(AS_OF).checks;
    assert_eq!(result["row_count"], checks.len());
    let file = download(&upstream, &urls(result)[0], None);
    assert!(file.head.contains("content-type: text/csv"));
    let lines = lines(&file);
    assert_eq!(lines[0], "PULL_REQUEST,PR_CHECK_STATE,MARKED_AS_SUCCESS");
    assert_eq!(lines.len(), 1 + checks.len());
    assert!(lines.contains(&"131,Success,true".to_owned()));
    let failed = checks
        .iter()
        .filter(|check| check.state == CheckState::Failed);
    assert_eq!(failed.count(), 1);
}

#[test]
fn the_issues_of_an_export_say_what_is_fixed_where() {
    let (root, upstream) = acme();
    let columns = [
        "PROBLEM_ID",
        "FIXED_IN_AVAILABLE",
        "FIXED_IN_VERSION",
        "ISSUE_STATUS",
    ];
    let result = finish(&upstream, &root, &order("issues", &columns));
    assert_eq!(result["row_count"], 36);
    let lines = lines(&download(&upstream, &urls(&result)[0], None));
    let fixed = "SNYK-JS-FORMDATA-10841150,true,\"2.5.4,3.0.4,4.0.4\",Open";
    assert!(lines.contains(&fixed.to_owned()), "{lines:?}");
    assert!(lines.contains(&"SNYK-DEBIAN12-ZLIB-6008963,false,,Open".to_owned()));
}

#[test]
fn filters_of_an_export_select() {
    let (root, upstream) = acme();
    let count = |filters: Value| {
        let mut order = order("issues", &["PROBLEM_ID"]);
        order["data"]["attributes"]["filters"] = filters;
        finish(&upstream, &root, &order)["row_count"].clone()
    };
    let updated = json!({"from": "2020-01-01T00:00:00Z", "to": "2030-01-01T00:00:00Z"});
    assert_eq!(
        count(json!({"updated": updated, "issue_type": ["License"]})),
        3
    );
    assert_eq!(
        count(json!({"updated": updated, "product_name": ["Snyk Container"]})),
        3
    );
    let recent = json!({"from": "2025-12-31T00:00:00Z"});
    assert_eq!(count(json!({"introduced": recent})), 0);
}

#[test]
fn rows_beyond_the_size_of_a_file_are_in_further_files() {
    let (root, upstream) = serve(|world| world.with_export_rows_per_file(10));
    let result = finish(&upstream, &root, &order("issues", &["PROBLEM_ID"]));
    let counts: Vec<usize> = urls(&result)
        .iter()
        .map(|url| lines(&download(&upstream, url, None)).len())
        .collect();
    assert_eq!(counts, [11, 11, 11, 7]);
}

#[test]
fn generated_issues_are_exported_too() {
    let world = World::generated(Generated {
        organizations: 1,
        projects: 10,
        issues: 250,
        seed: 1,
        now: AS_OF,
    });
    let upstream = start(world.with_export_rows_per_file(200));
    let organizations = get(&upstream, "/rest/orgs").ids();
    let root = format!("/rest/orgs/{}", organizations[0]);
    let result = finish(&upstream, &root, &order("issues", &["PROBLEM_ID"]));
    assert_eq!(result["row_count"], 250);
    let last = lines(&download(&upstream, &urls(&result)[1], None));
    assert_eq!(last.len(), 51);
}

#[test]
fn a_file_is_sent_once_and_never_to_a_credential() {
    let (root, upstream) = acme();
    let result = finish(&upstream, &root, &order("issues", &["PROBLEM_ID"]));
    let url = &urls(&result)[0];
    let statuses = [Some("token canary"), None, None]
        .map(|authorization| download(&upstream, url, authorization).status);
    assert_eq!(statuses, [400, 200, 403]);
    let downloads = upstream.downloads();
    let seen: Vec<_> = downloads
        .iter()
        .map(|item| (item.status, item.credential))
        .collect();
    assert_eq!(seen, [(400, true), (200, false), (403, false)]);
    assert!(!downloads[1].path.contains('?'));
}

#[test]
fn an_order_that_is_not_understood_is_refused_by_name() {
    let (root, upstream) = acme();
    let refused = |change: fn(&mut Value)| {
        let mut order = order("issues", &["PROBLEM_ID"]);
        change(&mut order["data"]["attributes"]);
        let reply = create(&upstream, &root, &order);
        assert_eq!(reply.status, 400);
        reply.detail().replace("The body is refused: ", "")
    };
    let attributes = "/data/attributes";
    assert_eq!(
        refused(|order| order["dataset"] = json!("wishes")),
        format!("`{attributes}/dataset` is not a data set")
    );
    assert_eq!(
        refused(|order| order["columns"] = json!(["WISH"])),
        format!("`{attributes}/columns` names no column of this data set: `WISH`")
    );
    assert_eq!(
        refused(|order| order["filters"] = json!({"cve": ["CVE-2021-44228"]})),
        format!("`{attributes}/filters` needs a range of `introduced` or `updated`")
    );
    assert_eq!(
        refused(|order| order["filters"]["wish"] = json!(["x"])),
        format!("`{attributes}/filters/wish` is not a filter of this data set")
    );
    assert_eq!(
        refused(|order| order["wish"] = json!(1)),
        format!("`{attributes}/wish` is not known")
    );
    assert_eq!(
        refused(|order| order["formats"] = json!(["json"])),
        format!("`{attributes}/formats` must be `csv`")
    );
    assert_eq!(
        refused(|order| order["url_expiration_seconds"] = json!(3_601)),
        format!("`{attributes}/url_expiration_seconds` must be at most 3600")
    );
}

#[test]
fn twenty_exports_may_be_created_in_an_hour() {
    let (root, upstream) = acme();
    let order = order("issues", &["PROBLEM_ID"]);
    let statuses: Vec<u16> = (0..21)
        .map(|_| create(&upstream, &root, &order).status)
        .collect();
    assert_eq!(statuses[..20], [202; 20]);
    assert_eq!(statuses[20], 429);
}

/// What comes of an export of issues with that fault: row count, and the answer to the download.
fn spoiled(fault: Fault) -> (Value, Reply) {
    let (root, upstream) = acme();
    upstream.fault("/rest/orgs", Occurrence::Every, fault);
    let result = finish(
        &upstream,
        &root,
        &order("issues", &["ISSUE_TYPE", "PROBLEM_ID"]),
    );
    let file = download(&upstream, &urls(&result)[0], None);
    (result["row_count"].clone(), file)
}

#[test]
fn a_file_may_be_gone_cut_off_or_short() {
    assert_eq!(spoiled(Fault::ExportExpired).1.status, 403);
    let (rows, short) = spoiled(Fault::ExportShort);
    assert_eq!((rows, lines(&short).len()), (json!(36), 36));
    let (_, truncated) = spoiled(Fault::ExportTruncated);
    let last = lines(&truncated).pop().unwrap();
    assert!(
        !last.contains(',') && !truncated.body.ends_with(b"\n"),
        "{last}"
    );
}

#[test]
fn an_export_may_be_refused_or_fail() {
    let (root, upstream) = acme();
    let order = order("issues", &["PROBLEM_ID"]);
    upstream.fault("/rest/orgs", Occurrence::Nth(1), Fault::ExportRefused);
    assert_eq!(create(&upstream, &root, &order).status, 403);
    upstream.fault("/rest/orgs", Occurrence::Every, Fault::ExportErrored);
    let failed = finish(&upstream, &root, &order);
    assert_eq!(
        (&failed["status"], &failed["row_count"]),
        (&json!("ERRORED"), &json!(0))
    );
    assert!(failed["results"].is_null());
}

#[test]
fn an_unknown_export_is_404_and_another_media_type_is_415() {
    let (root, upstream) = acme();
    for path in ["/jobs/export/x", "/export/x", "/tests/x/findings"] {
        assert_eq!(
            (path, get(&upstream, &format!("{root}{path}")).status),
            (path, 404)
        );
    }
    let path = format!("{}{root}/export?version={VERSION}", upstream.base_url());
    let path = path.strip_prefix(upstream.base_url()).unwrap();
    let reply = send_to(upstream.base_url(), "POST", path, Some("token canary"));
    assert_eq!(reply.status, 415);
}
