//! The HTTP API of the real server.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, ChildStderr, Stdio};

use koalr_upstream::Upstream;
use serde_json::{Value, json};

use crate::support::{Koalr, acme, sample_change, serve};

/// A server with two tenants: `default` is connected and synced, `rival` knows nothing.
struct Served {
    koalr: Koalr,
    child: Child,
    log: BufReader<ChildStderr>,
    address: String,
    _upstream: Upstream,
}

impl Served {
    fn new() -> Self {
        let upstream = serve(acme());
        let koalr = Koalr::synced(&upstream);
        let mut command = koalr.command(&["serve", "--listen", "127.0.0.1:0", "-v"]);
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut line = String::new();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        out.read_line(&mut line).unwrap();
        let address = line.split("http://").nth(1).unwrap();
        Self {
            address: address.split(';').next().unwrap().to_owned(),
            log: BufReader::new(child.stderr.take().unwrap()),
            koalr,
            child,
            _upstream: upstream,
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

    /// Imports the sample's blocked change of priya's, open or merged, with ines as a lead; its id and the key.
    fn imported(&self, more: &Value) -> (Value, String) {
        let key = key(&self.koalr, "default", &ALL);
        let mut change = sample_change("blocked")["change"].clone();
        change["author"] = json!("priya");
        for (name, value) in more.as_object().unwrap() {
            change[name] = value.clone();
        }
        let document = json!({
            "services": [{ "name": "checkout", "repositories": [change["repository"]] }],
            "actors": [{ "login": "ines", "roles": ["lead"] }],
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
        for line in self.log.by_ref().lines() {
            let line = line.unwrap();
            if line.contains(what) {
                return line;
            }
        }
        panic!("the server ended before it said `{what}`");
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
        let mut log = String::new();
        self.log.read_to_string(&mut log).unwrap();
        log
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
fn an_override_is_made_in_the_name_of_the_keys_person_whose_roles_decide() {
    let mut served = Served::new();
    let (change, key) = served.imported(&json!({ "state": "open" }));
    served.hand_in(&change, &key);
    served.decided(&change, &key);
    let lift = format!("POST {}/override", at(&change));
    let body = json!({ "head-sha": change["head-sha"], "reason": "behind a flag" });
    for (login, starts) in [
        ("priya", "`priya` is not in the team"),
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
        (status, &report["answer"]),
        (200, &json!("waiting")),
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
fn a_connection_is_shown_as_status_shows_it_and_synced_when_asked() {
    let mut served = Served::new();
    let key = key(&served.koalr, "default", &["import", "read"]);
    let (status, shown) = served.ask("GET /api/v1/connections", &key, &Value::Null);
    let printed = served.koalr.run(&["status", "--format", "json"]).json();
    assert_eq!(
        (status, &shown),
        (200, &json!({ "connections": [printed] }))
    );
    let (status, answer) = served.ask("POST /api/v1/connections/snyk/sync", &key, &Value::Null);
    assert_eq!(
        (status, answer),
        (202, json!({ "integration": "snyk", "sync": "increment" }))
    );
    served.until("asked by API");
    let (status, _) = served.ask("POST /api/v1/connections/jira/sync", &key, &Value::Null);
    assert_eq!(status, 404);
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
    let list = json!({ "list": [] });
    for (verb, path, body) in [
        ("GET", "", &Value::Null),
        ("POST", "/judge", &Value::Null),
        ("POST", "/override", &lift),
        ("PUT", "/dependencies", &list),
    ] {
        let ask = |change: &str| served.ask(&format!("{verb} {change}{path}"), &rival, body);
        let answer = ask(&there);
        assert_eq!(answer, ask(nowhere), "{verb} {path}");
        assert!([404, 422].contains(&answer.0), "{verb} {path}: {answer:?}");
    }
    let none = json!({ "connections": [] });
    let connections = served.ask("GET /api/v1/connections", &rival, &Value::Null);
    assert_eq!(connections, (200, none));
    let (status, _) = served.ask("POST /api/v1/connections/snyk/sync", &rival, &Value::Null);
    assert_eq!(status, 404);
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

#[test]
fn a_key_that_was_revoked_opens_nothing_from_then_on() {
    let served = Served::new();
    let key = key(&served.koalr, "default", &["read"]);
    let get = || served.ask("GET /api/v1/connections", &key, &Value::Null);
    assert_eq!(get().0, 200);
    let listed = served
        .koalr
        .run(&["key", "list", "--format", "json"])
        .json();
    assert!(listed[0]["last-used-at"].is_i64(), "{listed}");
    let id = listed[0]["id"].as_str().unwrap();
    let elsewhere = served
        .koalr
        .run(&["key", "revoke", id, "--tenant", "rival"]);
    assert_eq!(elsewhere.code, 2);
    assert_eq!(get().0, 200);
    assert_eq!(served.koalr.run(&["key", "revoke", id]).code, 0);
    let refused = get();
    assert_eq!(refused.0, 401);
    let unknown = served.ask("GET /api/v1/connections", "koalr_x", &Value::Null);
    assert_eq!(refused, unknown);
    assert_eq!(
        served.koalr.run(&["key", "revoke", id]).failure(),
        format!("no key `{id}` holds; `koalr key list` shows those that do")
    );
    let log = served.koalr.run(&["audit", "list"]).out;
    assert!(
        log.contains(&format!(" koalr key: key-created {id} ")),
        "{log}"
    );
    assert!(
        log.contains(&format!(" koalr key: key-revoked {id} ")),
        "{log}"
    );
    assert_eq!(served.koalr.run(&["audit", "verify"]).code, 0);
}

#[test]
fn a_key_is_in_no_file_no_log_and_no_list() {
    let served = Served::new();
    let key = key(&served.koalr, "default", &ALL);
    let wrong = format!("{}0", &key[..key.len() - 1]);
    served.ask("GET /api/v1/connections", &key, &Value::Null);
    served.ask("GET /api/v1/connections", &wrong, &Value::Null);
    served.ask("POST /api/v1/imports", &key, &json!({ "x": 1 }));
    let secret = &key[19..83];
    let list = served.koalr.run(&["key", "list"]).out;
    assert!(
        list.contains(&key[6..18]) && !list.contains(secret),
        "{list}"
    );
    let secrets = [secret.as_bytes().to_vec(), from_hex(secret)];
    for file in served.koalr.files().iter().filter(|file| file.is_file()) {
        let content = std::fs::read(file).unwrap();
        for secret in &secrets {
            let found = content.windows(secret.len()).any(|window| window == secret);
            assert!(!found, "{}", file.display());
        }
    }
    let log = served.log();
    assert!(log.contains(&key[6..18]) && !log.contains(secret), "{log}");
}

#[test]
fn what_no_key_can_be_made_of_is_said() {
    let koalr = Koalr::new();
    let create = |more: &[&str]| koalr.run(&[&["key", "create", "--name", "ci"], more].concat());
    assert_eq!(
        create(&["--scope", "approve"]).failure(),
        "a key that approves does so on somebody's name; say on whose with `--as LOGIN`"
    );
    let spaced = create(&["--scope", "read", "--as", "i nes"]);
    assert!(spaced.failure().starts_with("`i nes` is no login"));
    assert_eq!(create(&[]).code, 2);
    assert_eq!(create(&["--scope", "write"]).code, 2);
    let none = koalr.run(&["key", "list"]);
    assert!(none.out.starts_with("There is no key; "), "{}", none.out);
}

/// The lines of the page on the API that begin so, without it.
fn page(start: &str) -> Vec<String> {
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/api.md");
    let page = std::fs::read_to_string(page).unwrap();
    let lines = page.lines().filter_map(|line| line.strip_prefix(start));
    lines.map(str::to_owned).collect()
}

#[test]
fn the_requests_of_the_page_on_the_api_are_answered() {
    let mut served = Served::new();
    let team = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/team.md");
    let team = std::fs::read_to_string(team).unwrap();
    let history = team.split("```json\n").nth(1).unwrap();
    let history = history.split("```").next().unwrap();
    let keys: Vec<String> = page("koalr ")
        .iter()
        .map(|command| {
            let args: Vec<&str> = command.split_whitespace().collect();
            let ran = served.koalr.run(&args);
            assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{command}");
            ran.out.lines().next().unwrap().to_owned()
        })
        .collect();
    let mut statuses = Vec::new();
    for line in page("curl -H @") {
        let (words, data) = line.split_once(" -d ").unwrap_or((&line, ""));
        let mut words = words.split(' ');
        let key = &keys[usize::from(words.next().unwrap() == "ines.txt")];
        let path = words.next().unwrap().strip_prefix("http://127.0.0.1:8080");
        let verb = match (words.nth(1), data) {
            (Some(verb), _) => verb,
            (None, "") => "GET",
            (None, _) => "POST",
        };
        let body = match data {
            "" => Value::Null,
            "@history.json" => serde_json::from_str(history).unwrap(),
            data => serde_json::from_str(data.trim_matches('\'')).unwrap(),
        };
        let what = format!("{verb} {}", path.unwrap());
        let (status, answer) = served.ask(&what, key, &body);
        assert!(status < 300, "{line}: {answer}");
        statuses.push(status);
    }
    assert_eq!(statuses, [200; 6]);
    served.until("asked by API");
}

#[test]
fn the_table_of_the_page_on_the_api_tells_the_scope_of_every_address() {
    let served = Served::new();
    let rows: Vec<String> = page("| ")
        .into_iter()
        .filter(|row| row.contains("`/api/v1/"))
        .collect();
    assert_eq!(rows.len(), 8);
    for row in rows {
        let cells: Vec<&str> = row
            .split('|')
            .map(|cell| cell.trim_matches([' ', '`']))
            .collect();
        let (what, scope) = (format!("{} {}", cells[0], cells[1]), cells[2]);
        let others: Vec<&str> = ALL.into_iter().filter(|one| *one != scope).collect();
        let key = key(&served.koalr, "default", &others);
        let what = what.replace("{id}", "a").replace("{integration}", "snyk");
        let (status, problem) = served.ask(&what, &key, &Value::Null);
        let detail = format!("this key has not the scope `{scope}`; use one that has");
        assert_eq!(
            (status, &problem["detail"]),
            (403, &json!(detail)),
            "{what}"
        );
    }
}

fn from_hex(digits: &str) -> Vec<u8> {
    let pairs = (0..digits.len()).step_by(2);
    pairs
        .map(|at| u8::from_str_radix(&digits[at..at + 2], 16).unwrap())
        .collect()
}

const ALL: [&str; 4] = ["read", "import", "gate", "approve"];
