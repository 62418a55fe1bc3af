//! Syncs that stop in the middle and go on.

use koalr_upstream::{Fault, Occurrence, Organization, Upstream};
use serde_json::Value;

use crate::support::{Koalr, Ran, acme, serve};

/// More organizations than the requests of one batch can read, each with an issue of its own.
fn many() -> Vec<Organization> {
    let template = acme();
    let organizations = (0..ORGANIZATIONS).map(|number| {
        let mut organization = template.clone();
        organization.id = id_of(number);
        organization.slug = format!("acme-{number}");
        organization.issues.truncate(1);
        organization.issues[0].id = format!("{number:08x}-1111-4000-8000-000000000000");
        organization
    });
    organizations.collect()
}

fn id_of(number: usize) -> String {
    format!("{number:08x}-0000-4000-8000-000000000000")
}

/// Path of a page that the first batch does not reach.
fn last_page() -> String {
    format!("/rest/orgs/{}/issues", id_of(ORGANIZATIONS - 1))
}

fn sync(koalr: &Koalr) -> Ran {
    koalr.run(&["sync", "snyk", "--format", "json"])
}

/// What an undisturbed sync comes to.
fn undisturbed(upstream: &Upstream) -> Value {
    sync(&Koalr::connected(upstream)).json()
}

#[track_caller]
fn assert_resumed(ran: &Ran, undisturbed: &Value) {
    let json = ran.json();
    assert_eq!((ran.code, &json["resumed"]), (0, &true.into()));
    for field in ["outcome", "issues", "projects"] {
        assert_eq!(json[field], undisturbed[field], "{field}");
    }
    assert!(
        json["requests"].as_u64() < undisturbed["requests"].as_u64(),
        "what was read is not asked for again"
    );
}

#[test]
fn a_killed_sync_goes_on_where_its_last_batch_ended() {
    let upstream = serve(many());
    let undisturbed = undisturbed(&upstream);
    assert_eq!(undisturbed["outcome"], "ok");
    let koalr = Koalr::connected(&upstream);
    upstream.fault(&last_page(), Occurrence::Every, Fault::Slow(600_000));
    assert!(koalr.killed_after_commit(1, &["sync", "snyk"]));
    upstream.heal();
    assert_resumed(&sync(&koalr), &undisturbed);
}

#[test]
fn a_sync_that_must_wait_long_ends_and_goes_on_later() {
    let upstream = serve(many());
    let undisturbed = undisturbed(&upstream);
    let koalr = Koalr::connected(&upstream);
    let wait = Fault::Status(429, Some("1000".to_owned()));
    upstream.fault(&last_page(), Occurrence::Every, wait);
    let ran = sync(&koalr);
    let paused = ran.json();
    assert_eq!((ran.code, &paused["outcome"]), (1, &"partial".into()));
    assert_eq!(paused["resume-after-secs"], 1000);
    upstream.heal();
    assert_resumed(&sync(&koalr), &undisturbed);
}

#[test]
fn a_pause_tells_a_person_what_to_do() {
    let upstream = serve(acme());
    let koalr = Koalr::connected(&upstream);
    let wait = Fault::Status(429, Some("1000".to_owned()));
    upstream.fault("/rest/orgs", Occurrence::Every, wait);
    let ran = koalr.run(&["sync", "snyk"]);
    assert_eq!(ran.code, 1);
    let sentence = "The upstream asks to wait 1000 seconds; run the same command again then.";
    assert!(ran.out.lines().any(|line| line == sentence), "{}", ran.out);
}

#[test]
fn a_short_wait_is_waited_out_unseen() {
    let upstream = serve(acme());
    let koalr = Koalr::connected(&upstream);
    let wait = Fault::Status(429, Some("1".to_owned()));
    upstream.fault("/rest/orgs", Occurrence::First(1), wait);
    let ran = sync(&koalr);
    assert_eq!((ran.code, &ran.json()["outcome"]), (0, &"ok".into()));
}

/// Two requests each; a batch has 32.
const ORGANIZATIONS: usize = 40;
