use koalr_platform::model::common::{Coverage, CoverageState};
use koalr_platform::model::connection::{Access, Account, Capability, Organization};

use super::*;
use crate::jobs::{JobWord, WalkStatus};

fn frame() -> Frame {
    Frame {
        tenant: "acme".to_owned(),
        login: "olga".to_owned(),
        mark: "the-mark".to_owned(),
    }
}

fn card(connection: Option<ConnectionStatus>) -> Card {
    let manifest = serde_json::json!({
        "id": "example", "name": HOSTILE, "version": "1.2.3", "summary": HOSTILE,
        "pulls": [{ "what": HOSTILE, "why": HOSTILE }],
        "permissions": [{ "name": HOSTILE, "why": HOSTILE, "required": false }],
        "origins": [
            { "id": "EU-01", "label": HOSTILE, "address": { "fixed": "https://api.example.com" }, "aliases": [], "paths": [] },
            { "id": "files", "label": "files", "address": { "download": ["example.net"] }, "aliases": [], "paths": [] },
        ],
        "quotas": [], "credentials": [], "settings": [], "rules": [], "extra": [],
    });
    Card {
        manifest: serde_json::from_value(manifest).unwrap(),
        connection,
        refused: None,
        syncing: Syncing {
            running: None,
            jobs: Vec::new(),
            share: RateShare::default(),
            days: 90,
            now: NOW,
        },
    }
}

fn connection() -> ConnectionStatus {
    ConnectionStatus {
        integration: "example".to_owned(),
        tenant: "acme".to_owned(),
        origin: "EU-01".to_owned(),
        upstream: "https://api.example.com".to_owned(),
        connected_at: NOW,
        account: Account {
            id: "a-1".to_owned(),
            name: HOSTILE.to_owned(),
            kind: "service_account".to_owned(),
        },
        organizations: vec![Organization {
            id: "o-1".to_owned(),
            slug: None,
            name: format!("Acme {HOSTILE}"),
        }],
        downloads: Vec::new(),
        capabilities: vec![Capability {
            organization: "o-1".to_owned(),
            route: "pr-checks".to_owned(),
            access: Access::Refused,
            detail: HOSTILE.to_owned(),
        }],
        walk: Some(WalkStatus {
            began_at: NOW,
            ended_at: Some(NOW),
            resume_at: None,
        }),
        coverage: Vec::new(),
        projects: 3,
        issues: 1_234,
        open: 12,
        missing: 0,
        vanished: 0,
        checks: 0,
    }
}

fn job(state: JobWord, created_at: Timestamp) -> JobReport {
    JobReport {
        id: 1,
        key: "sync".to_owned(),
        class: "backfill",
        kind: "backfill".to_owned(),
        attempts: 8,
        not_before: NOW,
        created_at,
        state,
        reason: format!("no luck {HOSTILE}"),
    }
}

/// The page of one integration.
fn shown(card: &Card, attempt: &Attempt) -> String {
    integration(&frame(), card, attempt).body.into_string()
}

fn running() -> SyncNews {
    SyncNews {
        integration: "example".to_owned(),
        pages: 12,
        total: Some(120),
        records: 1_100,
        requests: 13,
        estimate: None,
        paused_secs: None,
        reading: Some(format!("findings of {HOSTILE}")),
        requests_per_minute: Some(310),
        left_secs: None,
    }
}

#[test]
fn hostile_names_are_escaped_on_every_page() {
    let attempt = Attempt {
        upstream: Some(TYPED.to_owned()),
        organizations: vec![TYPED.to_owned()],
        downloads: vec![TYPED.to_owned()],
        wrong: Some(Wrong {
            field: Some("organizations"),
            text: HOSTILE.to_owned(),
        }),
    };
    let mut failed = card(Some(connection()));
    failed.syncing.jobs.push(job(JobWord::Dead, NOW));
    for html in [
        integrations(&[card(None)], Some(TYPED)).body.into_string(),
        shown(&card(None), &attempt),
        shown(&failed, &Attempt::default()),
        disconnect(&frame(), &failed).body.into_string(),
    ] {
        assert!(html.contains("&lt;script&gt;"), "{html}");
        for raw in ["<script", "\"onload", "\u{202e}"] {
            assert!(!html.contains(raw), "{raw} in {html}");
        }
    }
}

#[test]
fn what_is_connected_has_no_field_for_a_token() {
    assert!(shown(&card(None), &Attempt::default()).contains("name=\"token\""));
    let connected = shown(&card(Some(connection())), &Attempt::default());
    assert!(!connected.contains("name=\"token\"") && !connected.contains("password"));
}

#[test]
fn every_form_that_is_posted_has_the_mark() {
    for html in [
        shown(&card(None), &Attempt::default()),
        shown(&card(Some(connection())), &Attempt::default()),
        disconnect(&frame(), &card(Some(connection())))
            .body
            .into_string(),
    ] {
        let forms: Vec<&str> = html.split("<form ").skip(1).collect();
        assert!(!forms.is_empty());
        for form in forms {
            let own = form.split("</form>").next().unwrap();
            assert!(own.contains("method=\"post\""), "{own}");
            assert!(own.contains("name=\"mark\" value=\"the-mark\""), "{own}");
        }
    }
}

#[test]
fn who_may_not_sees_who_may_in_place_of_each_form() {
    for connection in [None, Some(connection())] {
        let mut card = card(connection);
        card.refused = Some("`olga` may not connect; an operator may".to_owned());
        let pages = [
            shown(&card, &Attempt::default()),
            disconnect(&frame(), &card).body.into_string(),
        ];
        assert!(pages[0].contains("an operator may"), "{}", pages[0]);
        assert!(pages.iter().all(|html| !html.contains("<form")));
    }
}

#[test]
fn what_was_typed_stays_beside_what_is_wrong_but_for_the_token() {
    let attempt = Attempt {
        upstream: Some("EU-01".to_owned()),
        organizations: vec!["acme".to_owned(), "globex".to_owned()],
        downloads: vec!["files.example.net".to_owned()],
        wrong: Some(Wrong {
            field: Some("token"),
            text: "the token is empty; paste the whole token".to_owned(),
        }),
    };
    let html = shown(&card(None), &attempt);
    for kept in [
        "<option value=\"EU-01\" selected>",
        "value=\"acme, globex\"",
        "value=\"files.example.net\"",
        "The token is empty; paste the whole token.",
    ] {
        assert!(html.contains(kept), "{kept} in {html}");
    }
    let token = html.split("id=\"token\"").nth(1).unwrap();
    let token = token.split('>').next().unwrap();
    assert!(!token.contains("value") && token.contains("aria-invalid=\"true\""));
}

#[test]
fn an_address_that_is_no_region_stays_in_its_own_field() {
    let attempt = Attempt {
        upstream: Some("https://example.org".to_owned()),
        ..Attempt::default()
    };
    let html = shown(&card(None), &attempt);
    assert!(!html.contains(" selected"));
    assert!(html.contains("value=\"https://example.org\""));
}

#[test]
fn a_sync_under_way_is_shown_in_numbers_and_what_is_stored_as_partial() {
    let mut one = connection();
    one.walk = Some(WalkStatus {
        began_at: NOW,
        ended_at: None,
        resume_at: None,
    });
    let mut card = card(Some(one));
    card.syncing.running = Some(running());
    let html = shown(&card, &Attempt::default());
    for told in [
        "<progress id=\"pages\" max=\"120\" value=\"12\">",
        "12 of 120",
        "1,100",
        "not known yet",
        "Reading findings of &lt;script&gt;",
        ", about 310 a minute",
        "data-news=\"/settings/integrations/example/news\"",
        "partial</span>",
    ] {
        assert!(html.contains(told), "{told} in {html}");
    }
}

#[test]
fn a_sync_that_waits_says_for_how_long() {
    let mut card = card(Some(connection()));
    card.syncing.running = Some(SyncNews {
        paused_secs: Some(42),
        left_secs: Some(200),
        ..running()
    });
    let html = shown(&card, &Attempt::default());
    for told in ["waiting</span>", "goes on in 42 s", "about 4 minutes"] {
        assert!(html.contains(told), "{told} in {html}");
    }
}

#[test]
fn figures_of_a_first_sync_are_marked_with_how_far_it_is() {
    let mut card = card(Some(connection()));
    let told = |card: &Card| {
        let page = page("Figures", html! { p { "12" } });
        let page = marked(&card.manifest, &card.syncing, page);
        page.body.into_string()
    };
    assert!(told(&card).contains("stopped before its end"));
    card.syncing.jobs.push(job(JobWord::Dead, NOW));
    assert!(told(&card).contains("stopped before its end"));
    card.syncing.running = Some(running());
    let html = told(&card);
    assert!(html.contains("12 of 120 pages are read") && html.ends_with("<p>12</p>"));
}

#[test]
fn a_connection_gets_another_token_with_what_it_was_made_with() {
    let card = card(Some(connection()));
    let html = connecting(&frame(), &card, None).body.into_string();
    for told in [
        "<option value=\"EU-01\" selected>",
        "value=\"o-1\"",
        "id=\"token\" type=\"password\"",
    ] {
        assert!(html.contains(told), "{told} in {html}");
    }
}

#[test]
fn what_is_wrong_stands_beside_its_field_with_the_way_out() {
    use koalr_platform::model::connection::ConnectError;
    use koalr_runtime::{Known, PinError};

    use crate::HostError;
    use crate::jobs::ConnectRefusal;

    let refused = |reason| HostError::Connect {
        upstream: "https://api.example.com".to_owned(),
        reason,
    };
    let decided = |error| refused(ConnectRefusal::Decided(error));
    let text = || "no luck".to_owned();
    let known = || Known(Vec::new());
    for (error, field, way_out) in [
        (
            refused(ConnectRefusal::Unreachable(text())),
            Some("address"),
            "no luck",
        ),
        (
            refused(ConnectRefusal::Strange(text())),
            Some("address"),
            "check that this is",
        ),
        (
            refused(ConnectRefusal::Trouble(text())),
            None,
            "try again in a few minutes",
        ),
        (
            decided(ConnectError::BadCredential),
            Some("token"),
            "make a new one",
        ),
        (
            decided(ConnectError::WrongRegion("api.example.com".to_owned())),
            Some("region"),
            "the token belongs to EU-01; choose that region",
        ),
        (
            decided(ConnectError::WrongRegion("api.example.org".to_owned())),
            Some("region"),
            "give that as the web address",
        ),
        (
            decided(ConnectError::NoApiAccess),
            Some("token"),
            "no API access",
        ),
        (
            decided(ConnectError::MissingPermissions(vec!["View".to_owned()])),
            Some("token"),
            "lacks `View`; have an administrator",
        ),
        (
            decided(ConnectError::OrganizationsNotVisible(vec![
                "gone".to_owned(),
            ])),
            Some("organizations"),
            "does not see `gone`",
        ),
        (
            HostError::Pin(PinError::NotChosen { known: known() }),
            Some("region"),
            "choose the one of your account",
        ),
        (
            HostError::Pin(PinError::Unknown {
                chosen: text(),
                known: known(),
            }),
            Some("address"),
            "paste the address that your browser shows",
        ),
        (
            HostError::Pin(PinError::Loopback(text())),
            Some("address"),
            "--allow-loopback",
        ),
    ] {
        let wrong = Wrong::of(error, &card(None).manifest).unwrap();
        assert_eq!(wrong.field, field, "{wrong:?}");
        assert!(wrong.text.contains(way_out), "{wrong:?}");
    }
    assert!(Wrong::of(HostError::Ended, &card(None).manifest).is_err());
}

#[test]
fn an_unknown_total_is_no_full_bar() {
    let mut card = card(Some(connection()));
    card.syncing.running = Some(SyncNews {
        total: None,
        ..running()
    });
    let html = shown(&card, &Attempt::default());
    assert!(html.contains("<progress id=\"pages\">"), "{html}");
}

#[test]
fn a_failure_says_what_to_do_until_something_was_read_since() {
    let mut card = card(Some(connection()));
    card.syncing.jobs = vec![job(JobWord::Dead, NOW + 1)];
    let html = shown(&card, &Attempt::default());
    assert!(html.contains("no luck") && html.contains("press Sync now"));
    card.syncing.jobs = vec![job(JobWord::Dead, NOW - 1)];
    let html = shown(&card, &Attempt::default());
    assert!(!html.contains("no luck") && html.contains("up to date"));
}

#[test]
fn gaps_are_named_by_the_organization_s_name() {
    let mut one = connection();
    one.coverage.push(Coverage {
        route: "issues".to_owned(),
        subject: "o-1".to_owned(),
        state: CoverageState::Partial,
        as_of: None,
        detail: "page 7 failed".to_owned(),
    });
    let html = shown(&card(Some(one)), &Attempt::default());
    assert!(html.contains("done, with gaps") && html.contains("page 7 failed"));
    assert!(!html.contains("o-1"), "{html}");
}

#[test]
fn nothing_that_is_installed_is_found_by_other_words() {
    let card = card(None);
    assert!(card.holds(None) && card.holds(Some("EXAMPLE")));
    assert!(!card.holds(Some("example tracker")));
    let html = integrations(&[], Some("tracker")).body.into_string();
    assert!(html.contains("No integration fits"));
}

const HOSTILE: &str = "<script>alert(1)</script>\"onload='x'\u{202e}&";
/// What somebody types is given back as it is.
const TYPED: &str = "<script>alert(1)</script>\"onload='x'&";
const NOW: Timestamp = 1_768_469_400_000;
