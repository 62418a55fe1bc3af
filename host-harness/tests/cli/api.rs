//! The HTTP API of the real server.

mod changes;
mod dashboard;
mod decisions;
mod document;
mod figures;
mod integrations;
mod invalid;
mod isolation;
mod keys;
mod news;
mod once;
mod operations;
mod page;
mod pages;
mod rate;
mod risk;
mod stage;
mod visits;
mod waivers;
mod wire;

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;

use koalr_upstream::Upstream;
use serde_json::{Value, json};

use crate::support::{Koalr, acme, sample_change, serve};

/// A server with two tenants: `default` is connected and synced, `rival` knows nothing.
struct Served {
    koalr: Koalr,
    child: Child,
    /// Lines as they come: a server whose log nobody reads would wait.
    log: Receiver<String>,
    address: String,
    upstream: Upstream,
}

impl Served {
    fn new() -> Self {
        Self::with(&GENEROUS)
    }

    fn with(more: &[&str]) -> Self {
        let upstream = serve(acme());
        let koalr = Koalr::synced(&upstream);
        Self::start(koalr, upstream, more)
    }

    /// The same of a data directory and its upstream.
    fn of(koalr: Koalr, upstream: Upstream) -> Self {
        Self::start(koalr, upstream, &GENEROUS)
    }

    fn start(koalr: Koalr, upstream: Upstream, more: &[&str]) -> Self {
        let args = ["serve", "--listen", "127.0.0.1:0", "-v"];
        let mut command = koalr.command(&[&args, more].concat());
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut line = String::new();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        out.read_line(&mut line).unwrap();
        let address = line.split("http://").nth(1).unwrap();
        let (says, log) = channel();
        let lines = BufReader::new(child.stderr.take().unwrap()).lines();
        thread::spawn(move || {
            lines
                .map_while(Result::ok)
                .try_for_each(|line| says.send(line))
        });
        Self {
            address: address.split(';').next().unwrap().to_owned(),
            log,
            koalr,
            child,
            upstream,
        }
    }

    fn ask(&self, what: &str, key: &str, body: &Value) -> (u16, Value) {
        let body = match body {
            Value::Null => String::new(),
            body => body.to_string(),
        };
        let mut stream = TcpStream::connect(&self.address).unwrap();
        let length = body.len();
        let request = format!(
            "{what} HTTP/1.1\r\nhost: koalr\r\nauthorization: Bearer {key}\r\n\
             content-length: {length}\r\nconnection: close\r\n\r\n{body}"
        );
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        (status, serde_json::from_str(body).unwrap_or(Value::Null))
    }

    /// Imports the sample's blocked change of priya's, open or merged; the change and a key of ines's, who is a lead.
    fn imported(&self, more: &Value) -> (Value, String) {
        let key = key(&self.koalr, "default", &ALL);
        let ran = self.koalr.run(&["team", "add", "ines", "--role", "lead"]);
        assert_eq!(ran.code, 0, "{}", ran.err);
        let mut change = sample_change("blocked")["change"].clone();
        change["author"] = json!("priya");
        for (name, value) in more.as_object().unwrap() {
            change[name] = value.clone();
        }
        let document = json!({
            "services": [{ "name": "checkout", "repositories": [change["repository"]] }],
            "changes": [change],
        });
        let (status, report) = self.ask("POST /api/v1/imports", &key, &document);
        assert_eq!(
            (status, &report["changes"]["new"]),
            (200, &json!(1)),
            "{report}"
        );
        (change, key)
    }

    /// Hands in the list of the sample's blocked change.
    fn hand_in(&self, change: &Value, key: &str) -> Value {
        let list = json!({ "list": sample_change("blocked")["dependencies"] });
        let (status, report) = self.ask(&format!("PUT {}/dependencies", at(change)), key, &list);
        assert_eq!(status, 200, "{report}");
        report
    }

    /// Waits until the log has a line with this.
    fn until(&mut self, what: &str) -> String {
        let line = self.log.iter().find(|line| line.contains(what));
        line.unwrap_or_else(|| panic!("the server ended before it said `{what}`"))
    }

    /// Asks for a change until nothing about it is pending.
    fn decided(&mut self, change: &Value, key: &str) -> Value {
        self.until("change judged");
        loop {
            let (status, told) = self.ask(&format!("GET {}", at(change)), key, &Value::Null);
            assert_eq!(status, 200, "{told}");
            // The job is taken off the list right after it said so.
            if told["pending"] == false {
                return told;
            }
        }
    }

    /// Ends it; all that it logged since.
    fn log(mut self) -> String {
        let _ = self.child.kill();
        self.log.iter().map(|line| line + "\n").collect()
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A fresh key of ines's in a tenant, which is made if it is not there.
fn key(koalr: &Koalr, tenant: &str, scopes: &[&str]) -> String {
    let mut args = vec![
        "key", "create", "--name", "ci", "--as", "ines", "--tenant", tenant,
    ];
    for scope in scopes {
        args.extend(["--scope", scope]);
    }
    let ran = koalr.run(&args);
    assert_eq!((ran.code, ran.err.as_str()), (0, ""));
    ran.out.lines().next().unwrap().to_owned()
}

fn at(change: &Value) -> String {
    let id = change["id"].as_str().unwrap();
    let id = id.replace('/', "%2F").replace('#', "%23");
    format!("/api/v1/changes/{id}")
}

#[test]
fn a_change_is_imported_its_list_handed_in_and_its_verdict_read() {
    let mut served = Served::new();
    let (change, key) = served.imported(&json!({ "state": "open" }));
    let (_, told) = served.ask(&format!("GET {}", at(&change)), &key, &Value::Null);
    assert_eq!(
        (&told["decided"], &told["pending"], &told["state"]),
        (&Value::Null, &json!(false), &json!("open"))
    );
    let report = served.hand_in(&change, &key);
    assert_eq!(
        (&report["source"], &report["queued"]),
        (&json!("list"), &json!(true))
    );
    let told = served.decided(&change, &key);
    let decided = &told["decided"];
    assert_eq!(
        (&decided["decision"], &told["author"]),
        (&json!("block"), &json!("priya"))
    );
    let gate = served
        .koalr
        .run(&["gate", change["id"].as_str().unwrap(), "--format", "json"]);
    let gate = gate.json();
    assert_eq!(
        (&decided["summary"], &decided["score"]),
        (&gate["summary"], &gate["score"])
    );
    let (status, _) = served.ask(&format!("POST {}/judge", at(&change)), &key, &Value::Null);
    assert_eq!(status, 202);
    served.decided(&change, &key);
}

#[test]
fn two_documents_make_a_change_that_was_not_stored() {
    let mut served = Served::new();
    let key = key(&served.koalr, "default", &["import", "read"]);
    let document = |purls: &[&str]| {
        let components = purls
            .iter()
            .map(|purl| json!({"type": "library", "name": "x", "purl": purl}));
        json!({"bomFormat": "CycloneDX", "specVersion": "1.5", "components": components.collect::<Vec<_>>()})
    };
    let mut body = json!({
        "base": document(&["pkg:npm/form-data@4.0.4"]),
        "head": document(&["pkg:npm/form-data@4.0.2"]),
    });
    let put = "PUT /api/v1/changes/acme%2Fcheckout-api%2377/dependencies";
    let (status, problem) = served.ask(put, &key, &body);
    let detail = "no such change is stored; give `repository` and `head-sha`, and it becomes one";
    assert_eq!((status, &problem["detail"]), (422, &json!(detail)));
    body["repository"] = json!("acme/checkout-api");
    body["head-sha"] = json!("a1b2c3");
    let (status, report) = served.ask(put, &key, &body);
    assert_eq!(
        (status, &report["source"]),
        (200, &json!("cyclonedx")),
        "{report}"
    );
    let told = served.decided(&json!({ "id": "acme/checkout-api#77" }), &key);
    assert_eq!(told["decided"]["decision"], "block");
}

#[test]
fn an_import_with_mistakes_says_all_of_them_and_stores_nothing() {
    let served = Served::new();
    let key = key(&served.koalr, "default", &["import", "read"]);
    let document = json!({
        "changes": [{ "id": "a#1", "repository": "a", "head-sha": "1", "state": "merged" }],
        "incidents": [{ "id": "i", "when": 7 }],
    });
    let (status, problem) = served.ask("POST /api/v1/imports", &key, &document);
    assert_eq!(status, 422);
    let errors = problem["errors"].as_array().unwrap();
    let paths: Vec<_> = errors
        .iter()
        .map(|one| one["path"].as_str().unwrap())
        .collect();
    assert!(paths.contains(&"changes[0].merged-at"), "{problem}");
    assert!(paths.contains(&"incidents[0].when"), "{problem}");
    assert_eq!(errors[0]["line"], 1);
    let (status, _) = served.ask("GET /api/v1/changes/a%231", &key, &Value::Null);
    assert_eq!(status, 404);
}

#[test]
fn an_import_by_key_gives_nobody_a_role() {
    let served = Served::new();
    let key = key(&served.koalr, "default", &ALL);
    let document = json!({ "actors": [{ "login": "ines", "roles": ["lead"] }] });
    let (status, problem) = served.ask("POST /api/v1/imports", &key, &document);
    let errors = json!([{
        "line": 1,
        "path": "actors",
        "problem": "roles are not given here; leave it out, and use `koalr team add` beside the data",
    }]);
    assert_eq!((status, &problem["errors"]), (422, &errors));
    let team = served.koalr.run(&["team", "list", "--format", "json"]);
    assert_eq!(team.json(), json!([]));
}

#[test]
fn an_override_is_made_in_the_name_of_the_keys_person_whose_roles_decide() {
    let mut served = Served::new();
    let (change, key) = served.imported(&json!({ "state": "open" }));
    served.hand_in(&change, &key);
    served.decided(&change, &key);
    let lift = format!("POST {}/override", at(&change));
    served
        .koalr
        .run(&["team", "add", "priya", "--role", "lead"]);
    let body = json!({ "head-sha": change["head-sha"], "reason": "behind a flag" });
    for (login, starts) in [
        ("priya", "`priya` wrote the change and may not override"),
        ("mallory", "`mallory` is not in the team"),
    ] {
        let args = [
            "key", "create", "--name", "x", "--scope", "approve", "--as", login,
        ];
        let other = served.koalr.run(&args).out;
        let (status, problem) = served.ask(&lift, other.lines().next().unwrap(), &body);
        assert_eq!(status, 403);
        assert!(
            problem["detail"].as_str().unwrap().starts_with(starts),
            "{problem}"
        );
    }
    let other_head = json!({ "head-sha": "0000000", "reason": "behind a flag" });
    let (status, problem) = served.ask(&lift, &key, &other_head);
    assert_eq!(status, 409, "{problem}");
    let (status, lifted) = served.ask(&lift, &key, &body);
    assert_eq!(
        (status, &lifted["actor"]),
        (200, &json!("ines")),
        "{lifted}"
    );
    assert_eq!(served.decided(&change, &key)["decided"]["decision"], "warn");
    let log = served.koalr.run(&["audit", "list"]).out;
    assert_eq!(log.matches(" ines: overrode ").count(), 1, "{log}");
}

#[test]
fn a_deployment_is_decided_as_by_the_command_line() {
    let served = Served::new();
    let sha = "dddddddddddddddddddddddddddddddddddddddd";
    let (change, key) = served.imported(&json!({
        "merged-at": "2026-01-10T00:00:00Z", "merge-sha": sha,
        "dependencies": sample_change("blocked")["dependencies"],
    }));
    let gate = "POST /api/v1/deployments/gate";
    let asked = json!({ "sha": sha, "service": "checkout" });
    let (status, report) = served.ask(gate, &key, &asked);
    assert_eq!(
        (status, &report["decision"]),
        (200, &json!("inconclusive")),
        "{report}"
    );
    let judged = served.koalr.run(&["gate", change["id"].as_str().unwrap()]);
    assert_eq!(judged.code, 1);
    let (_, mut report) = served.ask(gate, &key, &asked);
    let args = [
        "gate",
        "--deployment",
        sha,
        "--service",
        "checkout",
        "--format",
        "json",
    ];
    let mut printed = served.koalr.run(&args).json();
    for report in [&mut report, &mut printed] {
        report.as_object_mut().unwrap().remove("as-of").unwrap();
    }
    assert_eq!((&report["answer"], &report), (&json!("rejected"), &printed));
    let (status, problem) = served.ask(gate, &key, &json!({ "sha": sha, "service": "cart" }));
    assert_eq!(status, 422);
    let detail = "no service has the name `cart`; import it with `koalr import`, under `services`";
    assert_eq!(problem["detail"], detail);
}

#[test]
fn a_tenant_never_sees_or_touches_what_is_another_s() {
    let mut served = Served::new();
    let (change, own) = served.imported(&json!({ "state": "open" }));
    served.hand_in(&change, &own);
    let before = served.decided(&change, &own);
    let rival = key(&served.koalr, "rival", &ALL);
    let (there, nowhere) = (at(&change), "/api/v1/changes/no%2Fsuch%231");
    let lift = json!({ "head-sha": change["head-sha"], "reason": "x" });
    let empty = json!({ "list": [] });
    for (verb, path, body) in [
        ("GET", "", &Value::Null),
        ("POST", "/judge", &Value::Null),
        ("POST", "/override", &lift),
        ("PUT", "/dependencies", &empty),
    ] {
        let ask = |change: &str| served.ask(&format!("{verb} {change}{path}"), &rival, body);
        let answer = ask(&there);
        assert_eq!(answer, ask(nowhere), "{verb} {path}");
        assert!([404, 422].contains(&answer.0), "{verb} {path}: {answer:?}");
    }
    let asked = json!({ "sha": change["head-sha"], "service": "checkout" });
    let (status, _) = served.ask("POST /api/v1/deployments/gate", &rival, &asked);
    assert_eq!(status, 422);
    // The same id is another change there.
    let document = json!({ "changes": [
        { "id": change["id"], "repository": "x/y", "head-sha": "1", "state": "closed", "title": "theirs" },
    ] });
    let (status, _) = served.ask("POST /api/v1/imports", &rival, &document);
    assert_eq!(status, 200);
    assert_eq!(
        served.ask(&format!("GET {there}"), &rival, &Value::Null).1["title"],
        "theirs"
    );
    assert_eq!(
        served.ask(&format!("GET {there}"), &own, &Value::Null),
        (200, before)
    );
}

/// A rate that no test comes near, and connections to the mock.
const GENEROUS: [&str; 3] = ["--requests-per-minute", "60000", "--allow-loopback"];

const ALL: [&str; 5] = ["read", "import", "gate", "connect", "approve"];
