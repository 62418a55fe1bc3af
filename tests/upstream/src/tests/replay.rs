use std::fs;

use tempfile::TempDir;

use super::{Reply, get, send, start, walk};
use crate::{Error, Listing, Replay, Upstream};

/// A folder with one recording of every kind, as they are found: ids that do not fit, odd spacing, a missing page.
fn recordings() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let next = |cursor: &str| {
        format!("\"/orgs/o-1/projects?version=2023-05-29&limit=10&starting_after={cursor}\"")
    };
    let page = |id: &str, next: Option<String>| {
        let next = next.map_or(String::new(), |next| format!("\"next\" : {next}"));
        format!(
            "{{ \"data\" :[{{\"id\":\"{id}\",\"type\":\"project\"}}],  \"links\":{{ {next} }} }}"
        )
    };
    let issue = r#"{"data":[{"id":"i-1","type":"issue"}],"jsonapi":{"version":"1.0"}}"#;
    let files = [
        ("README.md", "left alone".to_owned()),
        ("v1_other.json", "left alone".to_owned()),
        (
            "rest_projects_page1.json",
            page("p-1", Some(next("a%3D%3D"))),
        ),
        ("rest_projects_page2.json", page("p-2", Some(next("b")))),
        ("rest_projects_page10.json", page("p-10", None)),
        ("rest_projects_page3.json", page("p-3", None)),
        ("rest_targets_page1.json", page("t-1", Some(next("gone")))),
        ("rest_issues_some.json", issue.to_owned()),
        (
            "rest_self_user.json",
            r#"{"data":{"id":"u-1","type":"user"}}"#.to_owned(),
        ),
        (
            "rest_org_by_slug.json",
            r#"{"data":[{"id":"o-1","type":"resource","attributes":{"name":"One","slug":"one"}}]}"#
                .to_owned(),
        ),
        (
            "rest_error_403.json",
            r#"{"errors":[{"status":"403","detail":"No"}]}"#.to_owned(),
        ),
        (
            "rest_purl_issues.json",
            r#"{"data":[{"id":"SNYK-1"}],"meta":{"package":{"url":"pkg:pypi/numpy@1.16.0"}}}"#
                .to_owned(),
        ),
        (
            "rest_purl_none.json",
            r#"{"data":[],"meta":{"package":{}}}"#.to_owned(),
        ),
    ];
    for (name, body) in files {
        fs::write(folder.path().join(name), body).unwrap();
    }
    folder
}

fn listing(file: &str) -> Listing {
    let replay = Replay::from_dir(recordings().path()).unwrap();
    let mut listings = replay.listings().into_iter();
    listings.find(|listing| listing.file == file).unwrap()
}

fn replay() -> Upstream {
    start(Replay::from_dir(recordings().path()).unwrap())
}

fn ask(file: &str) -> Reply {
    get(&replay(), &listing(file).route)
}

#[test]
fn a_recording_is_served_byte_for_byte() {
    let folder = recordings();
    for file in [
        "rest_issues_some.json",
        "rest_projects_page1.json",
        "rest_targets_page1.json",
    ] {
        assert_eq!(
            ask(file).body,
            fs::read(folder.path().join(file)).unwrap(),
            "{file}"
        );
    }
}

#[test]
fn numbered_pages_are_one_listing_in_the_order_of_their_links() {
    let upstream = replay();
    let route = listing("rest_projects_page1.json").route;
    assert_eq!(walk(&upstream, &route), ["p-1", "p-2", "p-3"]);
    assert_eq!(listing("rest_projects_page3.json").route, route);
}

#[test]
fn a_page_that_nothing_leads_to_has_an_organization_of_its_own() {
    let lone = listing("rest_projects_page10.json");
    assert_ne!(lone.route, listing("rest_projects_page1.json").route);
    assert_eq!(walk(&replay(), &lone.route), ["p-10"]);
}

#[test]
fn a_page_that_was_not_recorded_is_404_with_an_error_document() {
    let upstream = replay();
    let first = get(&upstream, &listing("rest_targets_page1.json").route);
    let (_, query) = first
        .next()
        .unwrap()
        .split_once('?')
        .map(|(a, b)| (a.to_owned(), b.to_owned()))
        .unwrap();
    let path = format!("{}?{query}", listing("rest_targets_page1.json").route);
    let reply = send(&upstream, "GET", &path, Some("token canary"));
    assert_eq!(
        (reply.status, reply.detail().as_str()),
        (404, "This page was not recorded")
    );
}

#[test]
fn every_listing_has_an_organization_that_is_offered_under_the_file_name() {
    let upstream = replay();
    let offered = get(&upstream, "/rest/orgs?limit=100").json();
    let offered: Vec<_> = offered["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| {
            (
                item["id"].as_str().unwrap().to_owned(),
                item["attributes"]["name"].as_str().unwrap().to_owned(),
            )
        })
        .collect();
    assert_eq!(offered.len(), 7);
    for file in [
        "rest_issues_some.json",
        "rest_projects_page1.json",
        "rest_error_403.json",
    ] {
        let id = listing(file).organization.unwrap();
        assert!(offered.contains(&(id, file.to_owned())), "{file}");
    }
}

#[test]
fn what_is_not_recorded_of_an_organization_is_empty() {
    let id = listing("rest_issues_some.json").organization.unwrap();
    let reply = get(&replay(), &format!("/rest/orgs/{id}/projects?limit=100"));
    assert_eq!((reply.status, reply.ids().len()), (200, 0));
}

#[test]
fn an_error_document_answers_with_its_own_status() {
    let id = listing("rest_error_403.json").organization.unwrap();
    for route in [
        "",
        "/issues",
        "/projects",
        "/packages/pkg%3Anpm%2Fa%401/issues",
    ] {
        let reply = get(&replay(), &format!("/rest/orgs/{id}{route}"));
        assert_eq!(
            (route, reply.status, reply.detail().as_str()),
            (route, 403, "No")
        );
    }
}

#[test]
fn a_recorded_lookup_answers_for_its_package_everywhere() {
    let id = listing("rest_issues_some.json").organization.unwrap();
    let path = |purl: &str| format!("/rest/orgs/{id}/packages/{purl}/issues");
    let upstream = replay();
    assert_eq!(
        get(&upstream, &path("pkg%3Apypi%2Fnumpy%401.16.0")).ids(),
        ["SNYK-1"]
    );
    assert!(
        get(&upstream, &path("pkg%3Apypi%2Fnumpy%401.16.3"))
            .ids()
            .is_empty()
    );
    let nameless = ask("rest_purl_none.json").json();
    assert!(nameless["meta"]["package"].as_object().unwrap().is_empty());
}

#[test]
fn a_recorded_account_is_the_account() {
    assert_eq!(get(&replay(), "/rest/self").json()["data"]["id"], "u-1");
}

#[test]
fn a_recorded_list_of_organizations_answers_to_its_slug() {
    let listing = listing("rest_org_by_slug.json");
    assert_eq!(
        (listing.route.as_str(), listing.organization),
        ("/rest/orgs?slug=one", None)
    );
    assert_eq!(ask("rest_org_by_slug.json").ids(), ["o-1"]);
}

#[test]
fn a_recorded_list_of_organizations_can_stand_in_for_all_and_finds_what_names_it() {
    let replay = Replay::from_dir(recordings().path()).unwrap();
    let replay = replay.organizations_from("rest_org_by_slug.json").unwrap();
    let upstream = start(replay);
    assert_eq!(get(&upstream, "/rest/orgs?limit=100").ids(), ["o-1"]);
    assert_eq!(get(&upstream, "/rest/orgs/o-1/projects").ids(), ["p-1"]);
    assert!(get(&upstream, "/rest/orgs/o-1/issues").ids().is_empty());
    let beyond = get(&upstream, "/rest/orgs?limit=100&starting_after=c");
    assert_eq!(beyond.status, 404);
}

#[test]
fn a_replay_also_wants_a_version_and_a_token() {
    let upstream = replay();
    let path = listing("rest_issues_some.json").route;
    assert_eq!(
        send(&upstream, "GET", &path, Some("token canary")).status,
        400
    );
    assert_eq!(send(&upstream, "GET", &path, None).status, 401);
}

#[test]
fn a_folder_without_recordings_and_a_broken_recording_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().display();
    let error = Replay::from_dir(folder.path()).unwrap_err();
    assert_eq!(
        error.to_string(),
        format!(
            "replaying `{path}`: no file named `rest_*.json` in it; name a folder of recorded answers"
        )
    );
    fs::write(folder.path().join("rest_issues_broken.json"), "{").unwrap();
    let error = Replay::from_dir(folder.path()).unwrap_err();
    assert_eq!(
        error.to_string(),
        format!(
            "reading the recording `{path}/rest_issues_broken.json`: EOF while parsing an object at line 1 column 1; record it again or remove it"
        )
    );
    let absent = folder.path().join("absent");
    assert!(matches!(Replay::from_dir(&absent), Err(Error::Read { path, .. }) if path == absent));
}

#[test]
fn an_unknown_organization_document_is_refused_with_the_choice() {
    let replay = Replay::from_dir(recordings().path()).unwrap();
    let error = replay.organizations_from("rest_org.json").unwrap_err();
    assert_eq!(
        error.to_string(),
        "replaying `rest_org.json`: no such organization document; choose one of: rest_org_by_slug.json"
    );
}
