//! What pages and forms refuse, at every one of their addresses.

use std::collections::BTreeSet;
use std::sync::atomic::Ordering;

use http::Method;

use super::fake::Fake;
use super::{Answer, Server};
use crate::Ticket;
use crate::report::html::ASSETS;
use crate::web::Limits;
use crate::web::pages::addresses;

/// A server that knows a visit.
fn visited() -> (Server, Ticket) {
    let visit = Ticket::random().unwrap();
    let fake = Fake {
        visits: vec![visit.again()],
        ..Fake::default()
    };
    (Server::start(fake, Limits::default()), visit)
}

fn cookie(visit: &Ticket) -> String {
    format!("cookie: koalr-visit={}\r\n", visit.reveal())
}

fn ask(server: &Server, what: &str, headers: &str, body: &str) -> Answer {
    let length = body.len();
    server.ask(&format!(
        "{what} HTTP/1.1\r\nconnection: close\r\n{headers}content-length: {length}\r\n\r\n{body}"
    ))
}

/// Every address of pages and forms, with its method and something for what is in braces.
fn all() -> Vec<(Method, String)> {
    let named = |path: &str| match path.split_once('{') {
        Some((before, rest)) => format!("{before}7{}", rest.split_once('}').unwrap().1),
        None => path.to_owned(),
    };
    let all: Vec<_> = addresses()
        .map(|(method, path)| (method, named(path)))
        .collect();
    assert!(all.len() > 15, "{all:?}");
    all
}

/// An answer that a browser does nothing with but what it says.
#[track_caller]
fn guarded(what: &str, answer: &Answer) {
    let policy = "content-security-policy: default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; \
                  connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
    for header in [
        policy,
        "x-content-type-options: nosniff",
        "referrer-policy: no-referrer",
    ] {
        assert!(answer.has(header), "{what}: no {header}: {answer:?}");
    }
    let is_asset = answer.has("cache-control: public, max-age=31536000, immutable");
    assert_eq!(is_asset, what.contains("/assets/"), "{what}");
    assert!(
        is_asset || answer.has("cache-control: no-store"),
        "{what}: {answer:?}"
    );
}

#[test]
fn no_page_or_form_answers_who_is_not_signed_in() {
    let (server, visit) = visited();
    let over = Ticket::random().unwrap();
    let (own, mark) = (visit.reveal(), visit.form_mark());
    let cookies = [
        String::new(),
        cookie(&over),
        "cookie: koalr-visit=\r\n".to_owned(),
        format!("cookie: koalr-visit={}\r\n", &own[1..]),
        format!("cookie: koalr-visit={}\r\n", own.to_uppercase()),
        format!("cookie: koalr-visits={own}\r\n"),
        format!("{}{}", cookie(&visit), cookie(&over)),
        format!("authorization: Bearer {own}\r\n"),
    ];
    let mut bodies = BTreeSet::new();
    for (method, path) in all() {
        for cookie in &cookies {
            let what = format!("{method} {path}");
            let answer = ask(&server, &what, cookie, &format!("mark={mark}"));
            assert_eq!(answer.status, 401, "{what} {cookie}: {answer:?}");
            guarded(&what, &answer);
            let takes_away = answer
                .headers
                .iter()
                .any(|one| one.starts_with("set-cookie"));
            assert!(!takes_away, "{what}: {answer:?}");
            bodies.insert(answer.body);
        }
    }
    // One page for all: it shows nothing of anybody.
    assert_eq!(bodies.len(), 1);
    let page = bodies.first().unwrap();
    assert!(page.contains("koalr sign-in --as LOGIN"), "{page}");
    let (looked, acted) = (&server.inbox.looked, &server.inbox.acted);
    assert_eq!(looked.load(Ordering::SeqCst), 0);
    assert_eq!(acted.load(Ordering::SeqCst), 0);
}

#[test]
fn no_form_is_taken_that_a_page_of_the_visit_did_not_make() {
    let (server, visit) = visited();
    let cookie = cookie(&visit);
    let mark = format!("mark={}", visit.form_mark());
    let another = format!("mark={}", Ticket::random().unwrap().form_mark());
    let from = |site: &str| format!("{cookie}sec-fetch-site: {site}\r\n");
    let mut taken = 0;
    for (method, path) in all() {
        if method != Method::POST {
            continue;
        }
        let what = format!("POST {path}");
        for (headers, body) in [
            (cookie.clone(), ""),
            (cookie.clone(), "mark="),
            (cookie.clone(), another.as_str()),
            (cookie.clone(), &format!("{another}&{mark}")),
            (cookie.clone(), &format!("mark={}", visit.reveal())),
            (from("cross-site"), &mark),
            (from("same-site"), &mark),
        ] {
            let answer = ask(&server, &what, &headers, body);
            assert_eq!(answer.status, 403, "{what} {body}: {answer:?}");
            guarded(&what, &answer);
        }
        assert_eq!(server.inbox.acted.load(Ordering::SeqCst), taken, "{what}");
        let answer = ask(&server, &what, &from("same-origin"), &mark);
        assert_eq!(answer.status, 404, "{what}: {answer:?}");
        taken += 1;
        assert_eq!(server.inbox.acted.load(Ordering::SeqCst), taken, "{what}");
    }
    assert!(taken > 7);
}

#[test]
fn another_site_signs_nobody_out() {
    let (server, visit) = visited();
    let mark = format!("mark={}", visit.form_mark());
    // What a browser sends for another site's form has no cookie.
    for headers in [String::new(), "sec-fetch-site: cross-site\r\n".to_owned()] {
        let answer = ask(&server, "POST /sign-out", &headers, "");
        guarded("POST /sign-out", &answer);
        let mut lines = answer.headers.iter();
        assert!(
            !lines.any(|one| one.starts_with("set-cookie")),
            "{answer:?}"
        );
    }
    let own = cookie(&visit);
    assert_eq!(ask(&server, "POST /sign-out", &own, "").status, 403);
    let ended = ask(&server, "POST /sign-out", &own, &mark);
    let cleared = "set-cookie: koalr-visit=; Max-Age=0; Path=/; HttpOnly; SameSite=Lax";
    assert!(ended.status == 303 && ended.has(cleared), "{ended:?}");
}

#[test]
fn every_answer_tells_the_browser_what_to_refuse() {
    let (server, visit) = visited();
    let broken = Server::start(Fake::broken(), Limits::default());
    let cookie = cookie(&visit);
    let mark = format!("mark={}", visit.form_mark());
    let html = format!("{cookie}accept: text/html\r\n");
    let mut asked: Vec<(String, &str)> = ASSETS
        .iter()
        .map(|asset| (format!("GET {}", asset.path), ""))
        .collect();
    for (method, path) in all() {
        asked.push((format!("{method} {path}"), ""));
        asked.push((format!("{method} {path}"), &cookie));
        asked.push((format!("{method} {path}?colour=red"), &cookie));
        asked.push((format!("GET {path}"), &cookie));
        asked.push((format!("HEAD {path}"), &cookie));
        asked.push((format!("PUT {path}"), &html));
        asked.push((format!("DELETE {path}"), ""));
    }
    for path in [
        "/nowhere",
        "/changes/%ff",
        "/changes/%ff/override",
        "/sign-in/%ff",
        "/sign-in/7",
        "/settings/integrations/%ff/news",
        "/settings/integrations/snyk/news",
        "//evil.example/",
    ] {
        asked.push((format!("GET {path}"), &html));
        asked.push((format!("GET {path}"), ""));
        asked.push((format!("POST {path}"), &cookie));
        asked.push((format!("PATCH {path}"), ""));
    }
    for (what, headers) in asked {
        for answer in [
            ask(&server, &what, headers, &mark),
            ask(&broken, &what, headers, &mark),
        ] {
            guarded(&what, &answer);
            let mut lines = answer.headers.iter();
            let refuses = lines.any(|one| one.starts_with("allow: "));
            assert_eq!(answer.status == 405, refuses, "{what}: {answer:?}");
        }
    }
}

#[test]
fn a_form_that_is_opened_leads_to_its_page_and_to_no_other_site() {
    let (server, _) = visited();
    let mut forms = 0;
    for (_, form) in addresses() {
        let (page, _) = form.rsplit_once('/').unwrap();
        let is_page = addresses().any(|(method, path)| path == form && method == Method::GET);
        if is_page {
            continue;
        }
        forms += 1;
        for id in [
            "acme%2Fshop%237",
            "%2F%2Fevil.example",
            "%5C%5Cevil.example",
            "\\evil.example",
            "%0d%0alocation:%20%2F%2Fevil.example",
            "..",
            "https:%2F%2Fevil.example",
        ] {
            let part = form
                .split(['{', '}'])
                .nth(1)
                .map(|name| format!("{{{name}}}"));
            let named = |path: &str| {
                let part = part.as_deref().unwrap_or("none");
                path.replace(part, id)
            };
            let back = server.get(&named(form));
            assert_eq!(back.status, 303, "{form} {id}: {back:?}");
            let mut lines = back.headers.iter();
            let to = lines
                .find_map(|one| one.strip_prefix("location: "))
                .unwrap();
            let expected = named(page).to_lowercase().replace('\\', "%5c");
            assert_eq!(to.to_lowercase().replace("%3a", ":"), expected, "{form}");
            let second = to.chars().nth(1).unwrap();
            assert!(to.starts_with('/') && second.is_ascii_alphabetic(), "{to}");
        }
        let unreadable = server.get(&form.replace("{change}", "%ff"));
        assert_eq!(unreadable.status, 303, "{unreadable:?}");
        for elsewhere in ["//evil.example", "/\\evil.example", "/%2Fevil.example"] {
            let answer = server.get(&format!("{elsewhere}{form}").replace(['{', '}'], ""));
            assert_eq!(answer.status, 404, "{elsewhere}: {answer:?}");
        }
    }
    assert!(forms > 4);
}
