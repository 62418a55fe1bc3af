//! Who may ask what by API, and what of a request is understood.

use std::collections::BTreeSet;

use koalr_platform::access::Scope;
use koalr_platform::decision::Decision;
use koalr_store::{ApiKeyRecord, ChangeState, TenantId};
use serde_json::{Value, json};

use super::fake::Fake;
use super::{Answer, Server};
use crate::ApiKey;
use crate::web::api::addresses;
use crate::web::{Ask, ChangeFilter, ChangesAsk, IntegrationsAsk, Limits, Page, WaiversAsk};

/// A server that knows a key of `acme` with these scopes.
pub(super) fn server(scopes: &[Scope]) -> (Server, ApiKey) {
    let limits = Limits {
        failures_per_minute: 1_000,
        ..Limits::default()
    };
    let (fake, key) = knowing(scopes);
    (Server::start(fake, limits), key)
}

/// The same, before it starts.
pub(super) fn knowing(scopes: &[Scope]) -> (Fake, ApiKey) {
    let key = ApiKey::random().unwrap();
    let record = ApiKeyRecord {
        id: key.id().to_owned(),
        tenant: TenantId::parse("acme").unwrap(),
        name: "ci".to_owned(),
        scopes: scopes.iter().copied().collect(),
        login: None,
        created_at: 0,
        last_used_at: None,
        revoked_at: None,
    };
    (Fake::knowing(record, &key), key)
}

pub(super) fn ask(server: &Server, what: &str, headers: &str, body: &str) -> Answer {
    let length = body.len();
    server.ask(&format!(
        "{what} HTTP/1.1\r\nconnection: close\r\n{headers}content-length: {length}\r\n\r\n{body}"
    ))
}

pub(super) fn with(key: &ApiKey) -> String {
    format!("authorization: Bearer {}\r\n", key.reveal())
}

/// Asks with a key that may everything; what was understood.
#[track_caller]
fn understood(what: &str, body: &str) -> Ask {
    let (server, key) = server(&ALL);
    let answer = ask(&server, what, &with(&key), body);
    assert_eq!(answer.status, 200, "{what}: {}", answer.body);
    server.inbox.asked.lock().unwrap().remove(0).1
}

/// What is wrong with a body.
#[track_caller]
fn wrong(what: &str, body: &Value) -> Value {
    let (server, key) = server(&ALL);
    let answer = ask(&server, what, &with(&key), &body.to_string());
    assert_eq!(answer.status, 422, "{}", answer.body);
    assert!(answer.has("content-type: application/problem+json"));
    assert!(server.inbox.asked.lock().unwrap().is_empty());
    answer.json()["errors"].clone()
}

#[test]
fn no_address_answers_without_a_key_that_somebody_has() {
    let (server, key) = server(&ALL);
    let unknown = ApiKey::random().unwrap();
    let (right, other) = (key.reveal(), unknown.reveal());
    let headers = [
        String::new(),
        with(&unknown),
        format!("authorization: {right}\r\n"),
        format!("authorization: Basic {right}\r\n"),
        format!("authorization: Bearer {}\r\n", &right[1..]),
        format!("authorization: Bearer {right} {right}\r\n"),
        format!("authorization: Bearer {right}\r\nauthorization: Bearer {other}\r\n"),
        "authorization: Bearer \r\n".to_owned(),
        "authorization: Bearer \u{e9}\r\n".to_owned(),
    ];
    for (what, _) in addresses() {
        for header in &headers {
            let answer = ask(&server, &what, header, "");
            let expected = json!({
                "title": "Unauthorized",
                "status": 401,
                "detail": "no valid key; send one as `Authorization: Bearer koalr_…`, made by `koalr key create`",
            });
            assert_eq!((answer.status, answer.json()), (401, expected), "{header}");
            assert!(answer.has("www-authenticate: Bearer"), "{answer:?}");
        }
    }
    assert!(server.inbox.asked.lock().unwrap().is_empty());
}

#[test]
fn an_address_needs_its_scope_and_no_other_will_do() {
    for (what, scope) in addresses() {
        let others: BTreeSet<Scope> = ALL.into_iter().filter(|one| *one != scope).collect();
        let (server, key) = server(&others.into_iter().collect::<Vec<_>>());
        let answer = ask(&server, &what, &with(&key), "not even JSON");
        let detail = format!(
            "this key has not the scope `{}`; use one that has",
            scope.word()
        );
        assert_eq!(
            (answer.status, &answer.json()["detail"]),
            (403, &json!(detail))
        );
        assert!(server.inbox.asked.lock().unwrap().is_empty());
    }
}

#[test]
fn a_body_is_not_read_before_the_key_is() {
    let (server, key) = server(&[Scope::Read]);
    let huge = "POST /api/v1/imports HTTP/1.1\r\ncontent-length: 999999999\r\n";
    assert_eq!(server.ask(&format!("{huge}\r\n")).status, 401);
    assert_eq!(server.ask(&format!("{huge}{}\r\n", with(&key))).status, 403);
}

#[test]
fn a_body_over_the_limit_of_its_address_is_refused() {
    let (server, key) = server(&ALL);
    for (what, limit) in [
        ("POST /api/v1/imports", 32 << 20),
        ("POST /api/v1/deployments/gate", 64 << 10),
    ] {
        let length = limit + 1;
        let answer = server.ask(&format!(
            "{what} HTTP/1.1\r\n{}content-length: {length}\r\n\r\n",
            with(&key)
        ));
        let expected = format!("the body is larger than {limit} bytes");
        assert_eq!(
            (answer.status, &answer.json()["detail"]),
            (413, &json!(expected))
        );
    }
}

#[test]
fn an_id_in_an_address_is_percent_encoded() {
    let change = "acme/shop#7 ä".to_owned();
    assert_eq!(
        understood("GET /api/v1/changes/acme%2Fshop%237%20%C3%A4", ""),
        Ask::Changes(ChangesAsk::Change { change })
    );
    let (server, key) = server(&ALL);
    let answer = ask(&server, "GET /api/v1/changes/%ff", &with(&key), "");
    let detail = "the id in the address is not UTF-8, percent-encoded";
    assert_eq!(
        (answer.status, &answer.json()["detail"]),
        (400, &json!(detail))
    );
    assert_eq!(
        ask(&server, "GET /api/v1/changes/acme/shop", &with(&key), "").status,
        404
    );
}

#[test]
fn a_question_is_read_from_its_body() {
    let asked = understood(
        "POST /api/v1/deployments/gate",
        r#"{"sha": "c41e07b", "service": "shop"}"#,
    );
    let expected = Ask::Changes(ChangesAsk::Deployment {
        sha: "c41e07b".to_owned(),
        service: "shop".to_owned(),
        environment: "production".to_owned(),
    });
    assert_eq!(asked, expected);
    let asked = understood("POST /api/v1/changes/a/judge", "{}");
    assert_eq!(
        asked,
        Ask::Changes(ChangesAsk::Judge {
            change: "a".to_owned()
        })
    );
}

#[test]
fn a_token_is_understood_and_printed_by_nothing() {
    let what = "POST /api/v1/integrations/sample/connect";
    let body = json!({"token": "canary-7", "upstream": "EU", "organizations": ["acme"]});
    let asked = understood(what, &body.to_string());
    assert!(!format!("{asked:?}").contains("canary"), "{asked:?}");
    let Ask::Integrations(IntegrationsAsk::Connect { integration, body }) = asked else {
        panic!("another question");
    };
    assert_eq!(body.token.0.expose(), "canary-7");
    assert_eq!(
        (integration.as_str(), body.upstream.as_deref()),
        ("sample", Some("EU"))
    );
    assert_eq!(
        (body.organizations.as_slice(), body.downloads.len()),
        (&["acme".to_owned()][..], 0)
    );
    let said = wrong(what, &json!({"token": "canary 7", "tokne": "canary"}));
    let problem = "the token contains a space or another character that no token has, at place 7; paste it again";
    assert_eq!(said[0]["problem"], problem);
    assert!(!said.to_string().contains("canary"), "{said}");
    let said = wrong(what, &json!({}));
    let problem = "it is missing; the upstream's settings page makes one";
    assert_eq!(
        said,
        json!([{"line": 1, "path": "token", "problem": problem}])
    );
}

#[test]
fn a_list_is_asked_for_by_its_query() {
    let asked = understood("GET /api/v1/changes?state=open&decision=block&limit=3", "");
    let filter = ChangeFilter {
        repository: None,
        state: Some(ChangeState::Open),
        decision: Some(Decision::Block),
    };
    let (after, limit) = (None, 3);
    let page = Page { after, limit };
    assert_eq!(asked, Ask::Changes(ChangesAsk::List { filter, page }));
    let asked = understood("GET /api/v1/waivers?holding=false", "");
    let (holding, page) = (
        Some(false),
        Page {
            after: None,
            limit: 50,
        },
    );
    let list = WaiversAsk::List { holding, page };
    assert_eq!(asked, Ask::Changes(ChangesAsk::Waivers(list)));
}

#[test]
fn all_that_is_wrong_with_a_waiver_is_said_at_once() {
    let said = wrong(
        "POST /api/v1/waivers",
        &json!({
            "vulnerability": "CVE-1", "reason": "x", "author": "i nes", "expires": "soon",
            "void-if": ["cvss-rises", "version-changes"],
        }),
    );
    let paths: Vec<_> = said
        .as_array()
        .unwrap()
        .iter()
        .map(|one| &one["path"])
        .collect();
    assert_eq!(paths, ["expires", "cvss-at-approval", "version", "author"]);
}

#[test]
fn what_nothing_reads_is_refused_with_its_place() {
    assert_eq!(
        wrong(
            "POST /api/v1/changes/a/override",
            &json!({"head": "1", "reason": "x"})
        ),
        json!([
            {"line": 1, "path": "head-sha", "problem": "it is missing; an override holds for one commit only"},
            {"line": 1, "path": "head", "problem": "nothing reads it; known are `head-sha`, `reason`"},
        ])
    );
    assert_eq!(
        wrong("POST /api/v1/changes/a/judge", &json!({"force": true})),
        json!([
            {"line": 1, "path": "force", "problem": "nothing reads it; this address takes nothing in its body"},
        ])
    );
}

#[test]
fn dependencies_are_a_list_or_two_documents_and_never_both() {
    let row = json!({"ecosystem": "npm", "name": "a", "after": "1.0.0"});
    let what = "PUT /api/v1/changes/a/dependencies";
    let Ask::Changes(ChangesAsk::Dependencies {
        source, changes, ..
    }) = understood(what, &json!({"list": [row]}).to_string())
    else {
        panic!("another question");
    };
    assert_eq!((source, changes.rows.len()), ("list", 1));
    let document = json!({"bomFormat": "CycloneDX", "specVersion": "1.5", "components": []});
    let both = "give either `list`, or both `base` and `head`";
    for body in [
        json!({}),
        json!({"base": document}),
        json!({"list": [], "base": document, "head": document}),
    ] {
        assert_eq!(wrong(what, &body)[0]["problem"], both, "{body}");
    }
    let row = json!({"ecosystem": "npm", "version": "1"});
    let said = wrong(what, &json!({"list": [row], "haed-sha": "1"}));
    assert!(
        said[0]["problem"]
            .as_str()
            .unwrap()
            .contains("unknown field `version`"),
        "{said}"
    );
    assert_eq!(said[1]["path"], "haed-sha");
    let said = wrong(what, &json!({"base": {"bomFormat": 1}, "head": []}));
    assert_eq!(
        (&said[0]["path"], &said[1]["path"]),
        (&json!("base"), &json!("head"))
    );
}

#[test]
fn what_cannot_be_told_now_is_to_be_asked_again_and_does_not_say_why() {
    let key = ApiKey::random().unwrap();
    let server = Server::start(Fake::broken(), Limits::default());
    let answer = ask(&server, "GET /api/v1/integrations", &with(&key), "");
    assert_eq!(answer.status, 503);
    assert!(!answer.body.contains("canary") && answer.has("retry-after: 10"));
}

pub(super) const ALL: [Scope; 5] = Scope::ALL;
