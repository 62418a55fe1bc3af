//! A server with two tenants that have data, and how its operations are asked well.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use koalr_upstream::Upstream;
use koalr_upstream::github::{Delivery, Incident, PullRequest};
use serde_json::{Value, json};

use super::operations::{Document, Operation};
use super::wire::{Answer, Request, Wire};
use super::{ALL, Served, key};
use crate::support::{Koalr, TOKEN, acme, sample_change, serve};

pub(super) struct Stage {
    pub(super) served: Served,
    pub(super) wire: Wire,
    pub(super) document: Document,
    /// Connected and synced, with a change that was judged.
    pub(super) owner: Tenant,
    /// Not connected, with data of its own.
    pub(super) rival: Tenant,
}

/// A tenant. Its mark is in all names and ids that it handed in.
pub(super) struct Tenant {
    pub(super) name: &'static str,
    pub(super) mark: &'static str,
    /// A key of a lead's with every scope.
    pub(super) key: String,
    /// A job of its own that was given up.
    pub(super) job: u32,
    /// Address of the upstream that it may be connected to.
    pub(super) upstream: String,
}

impl Stage {
    pub(super) fn new() -> Self {
        let upstream = serve(acme());
        let koalr = Koalr::synced(&upstream);
        let mut stage = Self::serving(koalr, upstream, true);
        let list = json!({ "list": sample_change("blocked")["dependencies"] });
        let path = format!("/api/v1/changes/{}/dependencies", "canary7f%2Fcheckout%237");
        let request = Request::new("PUT", path).saying(list.to_string());
        stage.done(&request.by(&stage.owner.key));
        let change = json!({ "id": stage.owner.change() });
        let decided = stage.served.decided(&change, &stage.owner.key);
        assert_eq!(decided["decided"]["decision"], "block");
        stage
    }

    /// Where the owner has no data.
    pub(super) fn without_the_owner() -> Self {
        Self::serving(Koalr::new(), serve(acme()), false)
    }

    fn serving(koalr: Koalr, upstream: Upstream, with_the_owner: bool) -> Self {
        let base = upstream.base_url();
        let owner = Tenant::new(&koalr, "default", ("canary7f", 70_001), base);
        let rival = Tenant::new(&koalr, "rival", ("quartz3b", 70_002), base);
        let served = Served::of(koalr, upstream);
        let mut wire = Wire::to(&served.address);
        let mut stage = Self {
            document: Document::served(&mut wire),
            served,
            wire,
            owner,
            rival,
        };
        let mut requests = stage.rival.hands_in(&stage.served.koalr);
        if with_the_owner {
            requests.extend(stage.owner.hands_in(&stage.served.koalr));
        }
        for request in &requests {
            stage.done(request);
        }
        stage
    }

    #[track_caller]
    fn done(&mut self, request: &Request) {
        let answer = self.wire.ask(request).unwrap();
        assert_eq!(answer.status, 200, "{}", answer.json());
    }

    /// What is answered, which is as the document says.
    #[track_caller]
    pub(super) fn ask(&mut self, operation: &Operation, request: &Request) -> Answer {
        let what = format!("{} {}", request.method, request.target);
        let answer = self
            .wire
            .ask(request)
            .unwrap_or_else(|| panic!("{what}: no answer"));
        let wrong = self.wrong(operation, &answer);
        assert!(wrong.is_empty(), "{what}: {wrong:#?}");
        answer
    }

    /// What the document does not say of this answer.
    pub(super) fn wrong(&self, operation: &Operation, answer: &Answer) -> Vec<String> {
        let Some(response) = operation.responses.get(&answer.status.to_string()) else {
            return vec![format!(
                "the document names no {}: {}",
                answer.status,
                answer.json()
            )];
        };
        let Some(contents) = response["content"].as_object() else {
            let is_empty = answer.body.is_empty();
            return if is_empty {
                Vec::new()
            } else {
                vec!["it has a body".to_owned()]
            };
        };
        let mut contents = contents.iter();
        let Some((media_type, content)) = contents.find(|one| answer.has_type(one.0)) else {
            return vec![format!(
                "the document names no {:?}",
                answer.header("content-type")
            )];
        };
        let form = match &content["x-koalr-event"] {
            Value::Null if media_type.starts_with("text/") => return Vec::new(),
            Value::Null => &content["schema"],
            form => form,
        };
        match serde_json::from_slice(&answer.body) {
            Ok(json) => self.document.check(form, &json),
            Err(error) => vec![format!("no JSON: {error}")],
        }
    }
}

impl Tenant {
    fn new(
        koalr: &Koalr,
        name: &'static str,
        (mark, job): (&'static str, u32),
        upstream: &str,
    ) -> Self {
        koalr.write("secret", SECRET);
        let run = |args: &[&str]| {
            let ran = koalr.run(&[args, &["--tenant", name]].concat());
            assert_eq!(ran.code, 0, "{}", ran.err);
        };
        run(&[
            "team", "add", "ines", "--role", "lead", "--role", "security",
        ]);
        for source in ["github", "pagerduty"] {
            run(&["hook", source, "--secret-file", "secret"]);
        }
        let key = key(koalr, name, &ALL);
        let upstream = upstream.to_owned();
        Self {
            name,
            mark,
            key,
            job,
            upstream,
        }
    }

    /// Gives up a job; the requests by which it gets the rest of its data.
    fn hands_in(&self, koalr: &Koalr) -> Vec<Request> {
        let path = koalr.path(&format!("data/tenants/{}.db", self.name));
        let database = rusqlite::Connection::open(path).unwrap();
        let insert = "INSERT INTO jobs (id, key, class, kind, payload, attempts, not_before, created_at, state, reason)
            VALUES (?1, ?2, 'increment', 'increment', '{\"task\":\"increment\"}', 8, 0, 0, 'dead', ?2)";
        let job = rusqlite::params![self.job, format!("{}-job", self.mark)];
        database.execute(insert, job).unwrap();
        let import = Request::new("POST", "/api/v1/imports").saying(self.history().to_string());
        let waiver = self.waiver(&self.waiver_id()).to_string();
        let waiver = Request::new("POST", "/api/v1/waivers").saying(waiver);
        vec![import.by(&self.key), waiver.by(&self.key)]
    }

    fn waiver_id(&self) -> String {
        format!("{}-waiver", self.mark)
    }

    /// A waiver of something that no change brings.
    fn waiver(&self, id: &str) -> Value {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
        let next_week = now + Duration::from_hours(7 * 24);
        json!({
            "id": id, "vulnerability": "CVE-2000-0001", "repository": format!("{}/checkout", self.mark),
            "reason": "build only", "author": format!("{}-priya", self.mark),
            "expires": u64::try_from(next_week.as_millis()).unwrap(),
        })
    }

    pub(super) fn change(&self) -> String {
        format!("{}/checkout#7", self.mark)
    }

    /// A document to import.
    fn history(&self) -> Value {
        let mark = self.mark;
        let mut change = sample_change("blocked")["change"].clone();
        change["id"] = self.change().into();
        change["repository"] = format!("{mark}/checkout").into();
        change["title"] = format!("{mark} moves to form-data 4").into();
        change["author"] = format!("{mark}-priya").into();
        change["state"] = "open".into();
        let merged = json!({
            "id": format!("{mark}/checkout#6"), "repository": format!("{mark}/checkout"),
            "head-sha": "9f2c1d4aa0", "state": "merged", "opened-at": "2026-01-08T09:00:00Z",
            "merged-at": "2026-01-09T09:00:00Z", "merge-sha": SHA,
        });
        json!({
            "services": [{ "name": format!("{mark}-shop"), "repositories": [change["repository"]] }],
            "changes": [change, merged],
            "deployments": [{
                "id": format!("{mark}-d1"), "service": format!("{mark}-shop"), "environment": "production",
                "sha": SHA, "state": "succeeded", "at": "2026-01-09T10:00:00Z",
            }],
            "incidents": [{
                "id": format!("{mark}-i1"), "service": format!("{mark}-shop"),
                "title": format!("{mark} is down"), "started-at": "2026-01-09T11:00:00Z",
            }],
        })
    }

    /// How an operation is asked well about this tenant's data.
    ///
    /// What has no body and an id whose kind is known needs no line here.
    #[track_caller]
    pub(super) fn asks(&self, operation: &Operation) -> Request {
        let way_out = "say in `host-harness/tests/cli/api/stage.rs` how it is asked well";
        let id = match (operation.in_path(), operation.noun()) {
            (None, _) => String::new(),
            (_, Some("changes" | "pull-requests")) => self.change(),
            (_, Some("connections" | "integrations" | "plugins")) => "snyk".to_owned(),
            (_, Some("webhooks")) => self.name.to_owned(),
            (_, Some("waivers")) => self.waiver_id(),
            (_, Some("jobs")) => self.job.to_string(),
            (_, Some("rows")) => "deployments".to_owned(),
            (Some(name), _) => panic!("{}: nobody knows a `{name}`: {way_out}", operation.id),
        };
        let request = Request::new(&operation.method, operation.at(&id));
        let head = sample_change("blocked")["change"]["head-sha"].clone();
        let body = match operation.id.as_str() {
            "postImports" => self.history(),
            "putChangesByIdDependencies" => {
                json!({ "list": sample_change("blocked")["dependencies"], "head-sha": head })
            }
            "postChangesByIdOverride" => json!({ "head-sha": head, "reason": "behind a flag" }),
            "postDeploymentsGate" => {
                json!({ "sha": SHA, "service": format!("{}-shop", self.mark) })
            }
            "postWaivers" => self.waiver(&format!("{}-again", self.mark)),
            "postPrRiskScore" => json!({
                "files": ["package-lock.json"], "additions": 7, "deletions": 1, "title": "Move", "body": "Why",
                "repository": format!("{}/checkout", self.mark), "headSha": head, "author": "mia",
                "baseScore": 35.5, "dependencies": sample_change("blocked")["dependencies"],
            }),
            "putPolicy" => json!({ "policy": format!("# {}'s own\n", self.mark) }),
            "postIntegrationsByIntegrationConnect" => {
                json!({ "token": TOKEN, "upstream": self.upstream, "organizations": ["acme"] })
            }
            // Whoever comes back with an id of long ago is told at once that something was missed.
            "getEvents" => return request.with("last-event-id", "0-0").by(&self.key),
            "postWebhooksByTenantGithub" => {
                let repository = format!("{}/checkout", self.mark);
                let pull = PullRequest::new(&repository, 8, SHA, &SHA.replace('d', "e"), AT);
                return sent(request, pull.opened().deliver(SECRET));
            }
            "postWebhooksByTenantPagerduty" => {
                let incident = Incident::new("PGR0VU2", &format!("{}-shop", self.mark), AT);
                return sent(request, incident.triggered().deliver(SECRET));
            }
            id => {
                assert!(operation.body.is_none(), "{id} has a body: {way_out}");
                Value::Null
            }
        };
        match (&operation.scope, body) {
            (None, _) => request,
            (_, Value::Null) => request.by(&self.key),
            (_, body) => request.saying(body.to_string()).by(&self.key),
        }
    }
}

/// As its sender sends it.
fn sent(request: Request, delivery: Delivery) -> Request {
    let headers = delivery.headers.iter();
    let request = headers.fold(request, |request, (name, value)| {
        request.with(name, value.as_bytes())
    });
    request.saying(delivery.body)
}

/// What webhooks are signed with.
const SECRET: &str = "a webhook's secret";
/// What was deployed.
const SHA: &str = "dddddddddddddddddddddddddddddddddddddddd";
/// 2026-01-10T00:00:00Z.
const AT: i64 = 1_768_003_200_000;
