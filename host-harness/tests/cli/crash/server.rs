//! Servers that are killed while they look at a push, or at everything for the first time.

use std::cell::Cell;
use std::sync::Mutex;
use std::time::{SystemTime, UNIX_EPOCH};

use koalr_store::{DataDir, JobState, Tenant, TenantId};
use koalr_upstream::github::{CheckRun, Delivery, GitHub, GitHubUpstream, Repository};
use koalr_upstream::{Upstream, World};
use serde_json::json;

use super::moment::{Course, Moment, Running, Witnesses, dice, runs};
use super::{assert_same, copy};
use crate::serve::{SECRET, blocked};
use crate::support::{Koalr, acme, sample_change, serve};

/// A connected tenant with a mock GitHub of its own; no server runs yet.
struct Scene {
    koalr: Koalr,
    github: GitHubUpstream,
    tenant: Tenant,
    /// What is to come in, until it was taken.
    delivery: Cell<Option<Delivery>>,
}

impl Scene {
    /// On the same data, with a GitHub that knows nothing yet.
    fn on(ground: &Koalr, delivery: Option<Delivery>) -> Self {
        let koalr = copy(ground);
        let github = GitHub::from(Repository::sample()).token(TOKEN);
        let github = GitHubUpstream::start_blocking(github).unwrap();
        koalr.write("secret", SECRET);
        koalr.write("token", TOKEN);
        let hook = ["hook", "github", "--allow-loopback", "--secret-file"];
        let files = ["secret", "--token-file", "token", "--api"];
        let ran = koalr.run(&[&hook[..], &files, &[github.base_url()]].concat());
        assert_eq!(ran.code, 0, "{}", ran.err);
        let data = DataDir::open(koalr.path("data")).unwrap();
        let tenant = TenantId::parse("default").unwrap();
        Self {
            tenant: data.tenant(&tenant, false).unwrap(),
            koalr,
            github,
            delivery: Cell::new(delivery),
        }
    }

    fn witnesses<'w>(&'w self, upstream: &'w Upstream) -> Witnesses<'w> {
        Witnesses {
            snyk: Some(upstream),
            github: Some(&self.github),
        }
    }

    fn server<'w>(&'w self, upstream: &'w Upstream) -> Running<'w> {
        let command = self.koalr.command(&["serve", "--listen", "127.0.0.1:0"]);
        Running::start(command, self.witnesses(upstream))
    }

    /// Lets a server run to where it only waits for the next sync.
    fn undisturbed(&self, upstream: &Upstream) -> Course {
        let server = self.server(upstream);
        let out = server.out();
        server.finish(|| self.is_over(&out))
    }

    fn killed_at(&self, moment: Moment, upstream: &Upstream) {
        let server = self.server(upstream);
        let out = server.out();
        server.kill_at(moment, || self.is_over(&out));
    }

    /// Delivers as soon as somebody listens, until it is taken; then says whether all is done.
    fn is_over(&self, out: &Mutex<Vec<String>>) -> bool {
        if let Some(delivery) = self.delivery.take() {
            let out = out.lock().unwrap();
            let listening = out.first().and_then(|line| line.split("http://").nth(1));
            let address = listening.and_then(|text| text.split(';').next());
            let sent = address.map(|address| delivery.send(address, "/webhooks/default/github"));
            if !matches!(sent, Some(Ok((202, _)))) {
                self.delivery.set(Some(delivery));
                return false;
            }
        }
        let jobs = self.tenant.waiting_jobs().unwrap();
        let waits = jobs.iter().all(|job| {
            job.key == "sync" && job.state == JobState::Waiting && job.not_before > now()
        });
        !jobs.is_empty() && waits
    }

    /// The one check run, without what depends on when it was written.
    fn check(&self) -> CheckRun {
        let mut runs = self.github.check_runs();
        assert_eq!(runs.len(), 1, "{runs:#?}");
        let mut run = runs.remove(0);
        run.writes.clear();
        run.started_at.clear();
        run.completed_at = run.completed_at.map(|_| String::new());
        run.text = run.text.map(|text| {
            let timeless = text.split(", judged for ").next();
            timeless.unwrap_or_default().to_owned()
        });
        run
    }

    /// All that is stored, but for times since then, the walks, of which each start of a server makes one more, and the
    /// hashes that go over such times.
    fn stored(&self, since: i64) -> String {
        let dump = self.tenant.dump().unwrap();
        let lines = dump.lines().filter(|line| !line.starts_with("walks "));
        let mut lines: Vec<String> = lines.map(|line| timeless(line, since)).collect();
        lines.sort();
        lines.join("\n")
    }
}

fn timeless(line: &str, since: i64) -> String {
    let mut text = String::new();
    for word in line.split(' ') {
        let name = word.split('=').next().unwrap_or_default();
        if !COUNTED.contains(&name) {
            text.push_str(word);
            text.push(' ');
        }
    }
    let mut timeless = String::new();
    let mut digits = String::new();
    for letter in text.chars() {
        if letter.is_ascii_digit() {
            digits.push(letter);
            continue;
        }
        let is_recent = digits
            .parse()
            .is_ok_and(|at: i64| at >= since && at - since < HOUR_MS);
        timeless.push_str(if is_recent { "recent" } else { &digits });
        timeless.push(letter);
        digits.clear();
    }
    timeless
}

fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    i64::try_from(since.as_millis()).unwrap()
}

/// Lets a server run on this ground, undisturbed once, and then killed at drawn moments and started again. It ends with
/// the same each time; what `told` says must be the same too, and is given back.
fn assert_ends_alike<T: PartialEq + std::fmt::Debug>(
    story: &str,
    ground: (&Koalr, &Upstream),
    delivery: Option<&Delivery>,
    told: impl Fn(&Scene) -> T,
) -> (String, T) {
    let since = now();
    let (ground, upstream) = ground;
    let scene = Scene::on(ground, delivery.cloned());
    let course = scene.undisturbed(upstream);
    let (expected, expected_told) = (scene.stored(since), told(&scene));
    let mut dice = dice(story);
    for _ in 0..runs() {
        let scene = Scene::on(ground, delivery.cloned());
        let moments = course.draw(&mut dice);
        for moment in &moments {
            scene.killed_at(*moment, upstream);
        }
        scene.undisturbed(upstream);
        let what = format!("{story}, killed at {moments:?}");
        assert_same(&scene.stored(since), &expected, &what);
        assert_eq!(told(&scene), expected_told, "{what}");
        let audit = scene.koalr.run(&["audit", "verify"]);
        assert_eq!(audit.code, 0, "{what}: {}", audit.out);
    }
    (expected, expected_told)
}

#[test]
fn a_push_is_judged_once_however_often_the_server_is_killed_meanwhile() {
    let upstream = serve(World::from(acme()).with_date(now()));
    let ground = (&Koalr::synced(&upstream), &upstream);
    let delivery = blocked().opened().deliver(SECRET);
    let (_, check) = assert_ends_alike("push", ground, Some(&delivery), Scene::check);
    assert_eq!(check.conclusion.as_deref(), Some("action_required"));
}

#[test]
fn a_first_sync_and_the_look_back_after_it_end_alike_however_often_the_server_is_killed() {
    let upstream = serve(World::from(acme()).with_date(now()));
    let koalr = Koalr::connected(&upstream);
    let merged = now() - 5 * 24 * HOUR_MS;
    let dependencies = &sample_change("blocked")["dependencies"];
    let changes = (1..=CHANGES).map(|number| {
        json!({
            "id": format!("acme/checkout-api#{number}"), "repository": "acme/checkout-api",
            "number": number, "head-sha": format!("{number:040x}"), "state": "merged",
            "opened-at": merged - HOUR_MS, "merged-at": merged, "merge-sha": format!("f{number:039x}"),
            "dependencies": dependencies,
        })
    });
    let document = json!({ "changes": changes.collect::<Vec<_>>() });
    koalr.write("history.json", document.to_string());
    let ran = koalr.run(&["import", "history.json"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let ground = (&koalr, &upstream);
    let (stored, ()) = assert_ends_alike("first sync", ground, None, |_| ());
    let decisions = stored.lines().filter(|line| line.starts_with("decisions "));
    assert_eq!(decisions.count(), CHANGES);
}

/// Merged changes to look back at.
const CHANGES: usize = 20;

/// What each start of a server changes.
const COUNTED: [&str; 7] = [
    "walks",
    "walk",
    "first_in",
    "seen_in",
    "missing_in",
    "previous",
    "hash",
];

/// In milliseconds; longer than a run, and shorter than what any other number would be by chance.
const HOUR_MS: i64 = 3_600_000;

/// What GitHub lets in.
const TOKEN: &str = "ghs_0123456789abcdef0123456789abcdef0123";
