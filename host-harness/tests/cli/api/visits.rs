//! What visitors of the pages cannot do: with what is another tenant's, without a role, twice, and with what is no more.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use rusqlite::Connection;
use serde_json::json;

use super::stage::Stage;
use super::{Served, at};
use crate::visitor::{Shown, Visitor};

fn signed_in(served: &Served, more: &[&str]) -> Visitor {
    Visitor::signed_in(&served.koalr, &served.address, more)
}

/// An id as one part of a path.
fn part(id: &str) -> String {
    id.replace('/', "%2F").replace('#', "%23")
}

/// What was answered, without what differs each time, as if it had been asked about the owner.
fn told(shown: &Shown) -> (u16, String) {
    (shown.status, shown.body.replace(NOBODY, OWNER))
}

/// All forms about a change, the policy and the connection, filled in for what this tenant has.
fn forms(mark: &str) -> Vec<(String, Vec<(&'static str, String)>)> {
    let change = part(&format!("{mark}/checkout#7"));
    let text = |text: &str| text.to_owned();
    vec![
        (
            format!("/changes/{change}/override"),
            vec![
                ("head-sha", text("9f2c1d4aa0")),
                ("override-reason", text("outage")),
            ],
        ),
        (
            format!("/changes/{change}/waive"),
            vec![
                ("as-of", text("1")),
                ("finding", text("0")),
                ("waiver-reason", text("build only")),
                ("author", text("priya")),
                ("until", text("2030-01-01")),
            ],
        ),
        (
            text("/policy/revoke"),
            vec![("waiver", format!("{mark}-waiver"))],
        ),
    ]
}

#[test]
fn another_tenant_s_pages_and_forms_are_answered_as_those_of_nobody() {
    let stage = Stage::new();
    let served = &stage.served;
    let owner = signed_in(served, &["--as", "ines"]);
    let rival = signed_in(served, &["--as", "ines", "--tenant", "rival"]);
    let log = || served.koalr.run(&["audit", "list"]).out;
    let before = log();
    let change = |mark: &str| part(&format!("{mark}/checkout#7"));
    for page in [
        "/changes/{change}",
        "/changes?repository={mark}%2Fcheckout",
        "/findings?repository={mark}%2Fcheckout",
        "/dashboard?service={mark}-shop",
        "/dashboard/rows/deployments?service={mark}-shop",
        "/dashboard/rows/changes?repository={mark}%2Fcheckout",
        "/correlation?service={mark}-shop",
    ] {
        let path = |mark| {
            page.replace("{change}", &change(mark))
                .replace("{mark}", mark)
        };
        let theirs = rival.get(&path(OWNER));
        assert_eq!(told(&theirs), told(&rival.get(&path(NOBODY))), "{page}");
        let own = owner.get(&path(OWNER));
        assert_ne!(own.body, theirs.body, "{page}: the owner sees no more");
    }
    // The owner has this one in its findings.
    let vulnerability = owner.page("/findings");
    let vulnerability = vulnerability.split("href=\"/findings/").nth(1).unwrap();
    let vulnerability = vulnerability.split('"').next().unwrap();
    assert_eq!(rival.get(&format!("/findings/{vulnerability}")).status, 404);
    let theirs = forms(OWNER);
    for (place, (path, fields)) in forms(NOBODY).iter().enumerate() {
        let post = |path: &str, fields: &[(&str, String)]| {
            let fields = fields.iter().map(|(key, value)| (*key, value.as_str()));
            rival.post(path, &fields.collect::<Vec<_>>())
        };
        let nobodys = post(path, fields);
        let (path, fields) = &theirs[place];
        let theirs = post(path, fields);
        assert_eq!(told(&theirs), told(&nobodys), "{path}");
        assert_eq!(theirs.status, 404, "{path}: {theirs:?}");
    }
    for page in [
        "/",
        "/changes",
        "/findings",
        "/policy",
        "/correlation",
        "/settings/integrations",
    ] {
        let shown = rival.page(page).to_lowercase();
        assert!(
            !shown.contains(OWNER) && !shown.contains("acme"),
            "{page}: {shown}"
        );
    }
    assert_eq!(log(), before);
}

#[test]
fn who_has_no_role_looks_and_changes_nothing() {
    let stage = Stage::new();
    let served = &stage.served;
    let ines = signed_in(served, &["--as", "ines"]);
    let nadia = signed_in(served, &["--as", "nadia"]);
    let change = format!("/changes/{}", part(&format!("{OWNER}/checkout#7")));
    let page = nadia.page(&change);
    assert!(page.contains("`nadia` is not in the team"), "{page}");
    let whole = ines.get(&change);
    let (head, as_of) = (whole.hidden("head-sha"), whole.hidden("as-of"));
    let log = || served.koalr.run(&["audit", "list"]).out;
    let before = log();
    let waiver = format!("{OWNER}-waiver");
    let waive = [
        ("as-of", as_of),
        ("finding", "0"),
        ("waiver-reason", "build only"),
        ("author", "priya"),
        ("until", "2026-12-24"),
    ];
    let snyk = "/settings/integrations/snyk";
    for (path, fields) in [
        (
            format!("{change}/override"),
            &[("head-sha", head), ("override-reason", "outage")][..],
        ),
        (format!("{change}/waive"), &waive),
        ("/policy".to_owned(), &[("policy", "")]),
        ("/policy/revoke".to_owned(), &[("waiver", &waiver)]),
        (format!("{snyk}/sync"), &[]),
        (format!("{snyk}/disconnect"), &[]),
        (
            format!("{snyk}/connect"),
            &[("token", crate::support::TOKEN)],
        ),
    ] {
        let refused = nadia.post(&path, fields);
        assert!([403, 422].contains(&refused.status), "{path}: {refused:?}");
        refused.says(&["`nadia` is not in the team"]);
    }
    assert_eq!(log(), before);
}

#[test]
fn a_form_that_is_sent_twice_is_done_once() {
    let mut stage = Stage::new();
    let ines = signed_in(&stage.served, &["--as", "ines"]);
    let change = part(&format!("{OWNER}/checkout#7"));
    let change = format!("/changes/{change}");
    let page = ines.get(&change);
    let (head, as_of) = (page.hidden("head-sha"), page.hidden("as-of"));
    let waive = [
        ("as-of", as_of),
        ("finding", "0"),
        ("waiver-reason", "build only"),
        ("author", "priya"),
        ("until", page.hidden("until")),
    ];
    let lift = [("head-sha", head), ("override-reason", "outage")];
    let revoke = format!("{OWNER}-waiver");
    let policy = [("policy", "# ours\n")];
    for (path, fields, word) in [
        (format!("{change}/waive"), &waive[..], "waived"),
        (format!("{change}/override"), &lift, "overrode"),
        ("/policy".to_owned(), &policy, "policy-set"),
        (
            "/policy/revoke".to_owned(),
            &[("waiver", &revoke)],
            "waiver-revoked",
        ),
    ] {
        let count = || {
            let log = stage.served.koalr.run(&["audit", "list"]).out;
            log.matches(&format!(" ines: {word} ")).count()
        };
        let before = count();
        let mark = ines.mark();
        let fields = [fields, &[("mark", &mark)]].concat();
        let first = ines.post_bare(&path, &fields);
        let second = ines.post_bare(&path, &fields);
        assert_eq!(first.status, 303, "{path}: {first:?}");
        assert_eq!(count(), before + 1, "{path}: {second:?}");
        match second.header("location") {
            // It is as they wished.
            Some(to) => assert_eq!(ines.get(to).status, 200, "{path}"),
            // Or they see why it cannot be so again.
            None => assert!([409, 422].contains(&second.status), "{path}: {second:?}"),
        }
    }
    stage.served.until("change judged");
}

#[test]
fn what_was_deleted_meanwhile_is_said_to_be_gone() {
    let served = Served::new();
    let (change, _) = served.imported(&json!({ "state": "open" }));
    let ines = signed_in(&served, &["--as", "ines"]);
    let path = at(&change).replace("/api/v1", "");
    assert_eq!(ines.get(&path).status, 200);
    let tenant = Connection::open(served.koalr.path("data/tenants/default.db")).unwrap();
    tenant.execute("DELETE FROM changes", []).unwrap();
    let lift = [("head-sha", "1"), ("override-reason", "outage")];
    for gone in [
        ines.get(&path),
        ines.post(&format!("{path}/override"), &lift),
        ines.post(
            &format!("{path}/waive"),
            &[("as-of", "1"), ("finding", "0")],
        ),
    ] {
        assert_eq!(gone.status, 404, "{gone:?}");
        gone.says(&[
            "There is nothing at this address, or not any more.",
            "href=\"/\"",
            "Sign out",
        ]);
    }
    ines.get("/changes").says(&["No change"]);
}

#[test]
fn what_an_address_cannot_mean_is_said_with_the_way_back() {
    let served = Served::new();
    let ines = signed_in(&served, &["--as", "ines"]);
    let first = ines.page("/findings?state=all&cursor=");
    assert!(first.contains("<tbody>"), "{first}");
    for (path, named) in [
        ("/changes?colour=red", "<code>colour</code>"),
        ("/changes?state=ajar", "<code>state</code>"),
        ("/changes?state=open&state=open", "<code>state</code>"),
        ("/changes?cursor=x", "<code>cursor</code>"),
        ("/findings?cursor=%00", "<code>cursor</code>"),
        ("/findings?severity=worst", "<code>severity</code>"),
        ("/dashboard?days=91", "<code>days</code>"),
        ("/dashboard?to=yesterday", "<code>to</code>"),
        ("/correlation?window=1y", "<code>window</code>"),
        ("/policy?x", "<code>x</code>"),
        ("/settings/plugins?debug=1", "<code>debug</code>"),
    ] {
        let shown = ines.get(path);
        assert_eq!(shown.status, 400, "{path}: {shown:?}");
        shown.says(&[named, "href=\"/\"", "Sign out"]);
    }
    for path in [
        "/nowhere",
        "/findings/CVE-1999-0001",
        "/settings/integrations/jira",
    ] {
        let shown = ines.get(path);
        assert_eq!(shown.status, 404, "{path}: {shown:?}");
        shown.says(&["href=\"/\"", "Sign out"]);
    }
}

#[test]
fn a_page_can_be_asked_for_without_its_body() {
    let served = Served::new();
    let ines = signed_in(&served, &["--as", "ines"]);
    for path in ["/changes", "/policy", "/settings/integrations"] {
        let (head, whole) = (ines.ask(&format!("HEAD {path}"), ""), ines.get(path));
        assert_eq!((head.status, head.body.as_str()), (200, ""), "{path}");
        let length = whole.body.len().to_string();
        assert_eq!(
            head.header("content-length"),
            Some(length.as_str()),
            "{path}"
        );
    }
    let stranger = Visitor::stranger(&served.address);
    assert_eq!(stranger.ask("HEAD /policy", "").status, 401);
}

#[test]
fn a_form_that_is_too_long_is_refused_in_words_before_it_is_read() {
    let served = Served::new();
    let ines = signed_in(&served, &["--as", "ines"]);
    for path in [
        "/policy",
        "/policy/try",
        "/settings/integrations/snyk/connect",
        "/sign-out",
    ] {
        let mut stream = TcpStream::connect(&ines.address).unwrap();
        let cookie = &ines.cookie;
        let head = format!(
            "POST {path} HTTP/1.1\r\nhost: koalr\r\ncookie: {cookie}\r\ncontent-length: 300000\r\n\r\n"
        );
        stream.write_all(head.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        assert!(answer.starts_with("HTTP/1.1 413 "), "{path}: {answer}");
        assert!(answer.contains("262144 bytes"), "{path}: {answer}");
    }
}

#[test]
fn visitors_of_a_tenant_that_rests_or_is_gone_read_so() {
    let served = Served::new();
    let done = |words: &[&str]| {
        let ran = served.koalr.run(words);
        assert_eq!(ran.code, 0, "{words:?}: {}", ran.err);
    };
    done(&["team", "add", "ines", "--role", "lead", "--tenant", "rival"]);
    let rival = ["--as", "ines", "--tenant", "rival"];
    let ines = signed_in(&served, &rival);
    let mark = ines.mark();
    done(&["tenant", "suspend", "rival"]);
    for path in [
        "/",
        "/changes",
        "/policy",
        "/settings/integrations",
        "/findings",
    ] {
        let shown = ines.get(path);
        assert_eq!(shown.status, 403, "{path}: {shown:?}");
        shown.says(&["rival", "suspended"]);
    }
    let set = ines.post_bare("/policy", &[("policy", ""), ("mark", &mark)]);
    assert_eq!(set.status, 403, "{set:?}");
    done(&["tenant", "resume", "rival"]);
    assert_eq!(ines.get("/policy").status, 200);
    done(&["tenant", "delete", "rival", "--yes"]);
    let gone = ines.get("/policy");
    assert_eq!(gone.status, 401, "{gone:?}");
    gone.says(&["koalr sign-in --as LOGIN"]);
    // Another tenant of the same name is not theirs.
    done(&["team", "add", "omar", "--role", "lead", "--tenant", "rival"]);
    assert_eq!(ines.get("/policy").status, 401);
}

/// The mark of the stage's owner.
const OWNER: &str = "canary7f";

/// As long as that.
const NOBODY: &str = "phantom0";
