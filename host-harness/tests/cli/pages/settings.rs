//! Settings: an integration is connected, read, looked at and taken away.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpStream;

use koalr_upstream::World;

use crate::support::{Koalr, TOKEN, acme, serve};
use crate::visitor::{Shown, Site, Visitor};

/// A visitor who may connect; nothing is connected yet.
pub(super) fn operator() -> (Site, Visitor) {
    let koalr = Koalr::new();
    for args in [["omar", "operator"], ["ines", "lead"]] {
        let [login, role] = args;
        let ran = koalr.run(&["team", "add", login, "--role", role]);
        assert_eq!(ran.code, 0, "{}", ran.err);
    }
    let site = Site::start(koalr, &["--allow-loopback"]);
    let omar = site.sign_in("omar");
    (site, omar)
}

pub(super) fn connect(visit: &Visitor, token: &str, address: &str) -> Shown {
    let fields = [
        ("token", token),
        ("region", "EU-01"),
        ("address", address),
        ("organizations", "acme"),
    ];
    visit.post(&format!("{SNYK}/connect"), &fields)
}

/// The integration's page once everything was read.
fn read(visit: &Visitor) -> Shown {
    loop {
        let page = visit.get(SNYK);
        if page.body.contains("Everything was last read") {
            return page;
        }
    }
}

#[test]
fn a_bad_token_is_refused_beside_the_form_and_a_good_one_reads_everything() {
    let upstream = serve(World::from(acme()).token(TOKEN));
    let (_site, visit) = operator();
    visit
        .get("/settings/integrations")
        .says(&["Snyk", "not connected"]);
    let refused = connect(&visit, BAD_TOKEN, upstream.base_url());
    assert_eq!(refused.status, 422);
    refused.says(&[
        "The token is not accepted",
        "belong to another region than the one below",
        &format!("value=\"{}\"", upstream.base_url()),
        "value=\"acme\"",
    ]);
    let pasted_badly = connect(&visit, "two words", upstream.base_url());
    pasted_badly.says(&["at place 4; paste it again.", "aria-invalid=\"true\""]);
    let connected = connect(&visit, TOKEN, upstream.base_url());
    assert_eq!(connected.status, 200);
    connected.says(&["connected", "Acme", "koalr (read only)", "data-news="]);
    let read = read(&visit);
    read.says(&["findings in", "not known", "Sync now", "Disconnect"]);
    let plugins = visit.get("/settings/plugins");
    plugins.says(&[
        "sha256:",
        "/rest/self",
        "GET",
        "connect",
        "Since this server",
    ]);
    let list = visit.get("/settings/integrations?search=SNYK");
    for page in [refused, pasted_badly, connected, read, plugins, list] {
        assert!(!page.body.contains(TOKEN) && !page.body.contains(BAD_TOKEN));
        assert!(!page.head.contains(TOKEN), "{}", page.head);
        assert_eq!(page.header("cache-control"), Some("no-store"));
    }
}

#[test]
fn a_form_without_the_mark_of_the_visit_does_nothing() {
    let upstream = serve(acme());
    let (_site, visit) = operator();
    let fields = [("token", TOKEN), ("address", upstream.base_url())];
    for path in ["connect", "sync", "disconnect"] {
        let refused = visit.post_bare(&format!("{SNYK}/{path}"), &fields);
        assert_eq!(refused.status, 403, "{path}: {refused:?}");
    }
    assert_eq!(upstream.requests(), []);
    visit.get(SNYK).says(&["not connected"]);
}

#[test]
fn forms_that_are_sent_twice_do_no_harm_and_what_was_read_outlives_the_connection() {
    let upstream = serve(acme());
    let (site, visit) = operator();
    for _ in 0..2 {
        assert_eq!(connect(&visit, TOKEN, upstream.base_url()).status, 200);
    }
    for _ in 0..2 {
        let synced = visit.post(&format!("{SNYK}/sync"), &[]);
        assert_eq!(synced.status, 200, "{synced:?}");
    }
    read(&visit);
    let gone = format!("{SNYK}/disconnect");
    visit
        .get(&gone)
        .says(&["What goes", "What stays", "findings in", "Keep it"]);
    for _ in 0..2 {
        visit.post(&gone, &[]).says(&["not connected", "API token"]);
    }
    visit.get(&gone).says(&["is not connected"]);
    let log = site.koalr.run(&["audit", "list"]).out;
    assert_eq!(log.matches(" omar: disconnected ").count(), 1, "{log}");
    let debt = site.koalr.run(&["report", "debt", "--format", "json"]);
    assert_eq!(debt.code, 0, "{}", debt.err);
    assert_ne!(debt.json()["debt"], serde_json::Value::Null);
}

#[test]
fn who_is_no_operator_reads_why_and_changes_nothing() {
    let upstream = serve(acme());
    let (site, mut visit) = operator();
    connect(&visit, TOKEN, upstream.base_url());
    for (login, why) in [
        ("ines", "`ines` may not connect"),
        ("mallory", "`mallory` is not in the team"),
    ] {
        visit = site.sign_in(login);
        let page = visit.get(SNYK);
        page.says(&[why]);
        assert!(!page.body.contains("Sync now</button>"), "{}", page.body);
        for form in ["sync", "disconnect"] {
            let refused = visit.post(&format!("{SNYK}/{form}"), &[]);
            assert_eq!(refused.status, 403, "{form}: {refused:?}");
        }
        assert_eq!(connect(&visit, TOKEN, upstream.base_url()).status, 403);
    }
    visit = site.sign_in("omar");
    visit.get(SNYK).says(&["Disconnect"]);
}

#[test]
fn news_of_a_sync_are_for_visitors_alone() {
    let upstream = serve(acme());
    let (_site, mut visit) = operator();
    let mut stream = TcpStream::connect(&visit.address).unwrap();
    let listen = format!(
        "GET {SNYK}/news HTTP/1.1\r\nhost: koalr\r\ncookie: {}\r\n\r\n",
        visit.cookie
    );
    stream.write_all(listen.as_bytes()).unwrap();
    let mut lines = BufReader::new(stream).lines().map(Result::unwrap);
    assert_eq!(lines.next().unwrap(), "HTTP/1.1 200 OK");
    // Only then somebody listens.
    assert!(lines.any(|line| line.is_empty()));
    connect(&visit, TOKEN, upstream.base_url());
    assert!(lines.any(|line| line == "event: sync-progress"));
    assert!(lines.any(|line| line == "event: sync-ended"));
    let elsewhere = visit.get("/settings/integrations/jira/news");
    assert_eq!(elsewhere.status, 404);
    visit.cookie.clear();
    assert_eq!(visit.get(&format!("{SNYK}/news")).status, 401);
}

#[test]
fn the_audit_log_says_who_was_given_a_link_and_who_signed_in() {
    let (site, _) = operator();
    let log = site.koalr.run(&["audit", "list"]).out;
    let mut lines = log.lines().rev();
    let signed_in = lines.next().unwrap();
    assert!(signed_in.ends_with(" omar: signed-in {}"), "{log}");
    let offered = lines.next().unwrap();
    assert!(
        offered.ends_with(" koalr sign-in: sign-in-offered omar {}"),
        "{log}"
    );
    assert_eq!(site.koalr.run(&["audit", "verify"]).code, 0);
}

#[test]
fn who_is_taken_out_of_the_team_or_signed_out_looks_no_more() {
    let (site, omar) = operator();
    let mo = site.sign_in("mo");
    assert_eq!((omar.get(SNYK).status, mo.get(SNYK).status), (200, 200));
    assert_eq!(site.koalr.run(&["team", "remove", "omar"]).code, 0);
    assert_eq!((omar.get(SNYK).status, mo.get(SNYK).status), (401, 200));
    let ended = site.koalr.run(&["sign-out", "--as", "Mo"]);
    assert_eq!((ended.code, ended.out.as_str()), (0, "1 visit ended\n"));
    assert_eq!(mo.get(SNYK).status, 401);
}

#[test]
fn a_visit_is_sent_over_tls_alone_where_people_reach_the_pages_so() {
    for (origin, end) in [
        ("https://koalr.example.com", "; Secure"),
        ("http://koalr.example.com", "; SameSite=Lax"),
    ] {
        let koalr = Koalr::new();
        koalr.write(
            "public.toml",
            format!("[server]\npublic-url = \"{origin}\"\n"),
        );
        let site = Site::start(koalr, &["--config", "public.toml"]);
        let link = site.koalr.run(&["sign-in", "--as", "mo"]).out;
        let link = link.trim().split("/sign-in/").nth(1).unwrap();
        let begun = Visitor::stranger(&site.address).ask(&format!("POST /sign-in/{link}"), "");
        let cookie = begun.header("set-cookie").unwrap();
        assert!(cookie.ends_with(end), "{origin}: {cookie}");
    }
}

#[test]
fn the_icon_is_an_asset_that_a_browser_keeps() {
    let (_site, visit) = operator();
    let page = visit.get("/settings/plugins");
    let icon = page.body.split("rel=\"icon\"").nth(1).unwrap();
    let path = icon.split("href=\"").nth(1).unwrap();
    let icon = visit.get(path.split('"').next().unwrap());
    assert_eq!(icon.header("content-type"), Some("image/svg+xml"));
    assert!(icon.header("cache-control").unwrap().contains("immutable"));
}

pub(super) const SNYK: &str = "/settings/integrations/snyk";

/// In the form of an API key, and not the upstream's.
const BAD_TOKEN: &str = "00000000-3b7e-4d19-9a84-c0ffee15c001";
