//! A server's whole life with secrets of every kind: connect, sync, webhooks, the API, a rotation, a disconnect.

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, ChildStderr, Stdio};

use koalr_upstream::World;
use koalr_upstream::github::{Delivery, GitHub, GitHubUpstream, PullRequest, Repository};

use super::assert_absent;
use crate::support::{Koalr, acme, finish, serve};
use crate::visitor::Visitor;

/// What must be nowhere, and everything that was said where it must not be.
#[derive(Default)]
struct Search {
    secrets: Vec<String>,
    texts: Vec<(String, Vec<u8>)>,
}

impl Search {
    fn add(&mut self, place: &str, text: impl Into<Vec<u8>>) {
        self.texts.push((place.to_owned(), text.into()));
    }

    /// Runs a command that must succeed; what it prints is searched.
    #[track_caller]
    fn run(&mut self, koalr: &Koalr, args: &[&str]) {
        let mut command = koalr.command(&[args, &["-vv"]].concat());
        let ran = finish(command.env("TOKEN", TOKEN));
        assert_eq!(ran.code, 0, "{args:?}: {}", ran.err);
        self.add(&args.join(" "), ran.out + &ran.err);
    }

    /// The vault's key, which is no text, was said nowhere.
    #[track_caller]
    fn assert_without(&self, vault: &[u8]) {
        for (place, text) in &self.texts {
            let has_key = text.windows(16).any(|bytes| vault.starts_with(bytes));
            assert!(!has_key, "the vault key is in {place}");
        }
    }

    #[track_caller]
    fn assert_nothing(&self, koalr: &Koalr) {
        let files = koalr.files();
        let files = files.iter().filter(|file| file.is_file());
        let files = files.map(|file| (file.display().to_string(), fs::read(file).unwrap()));
        for (place, content) in files.chain(self.texts.iter().cloned()) {
            for secret in &self.secrets {
                assert_absent(secret, &content, &place);
            }
        }
    }
}

/// A server under way.
struct Server {
    child: Child,
    log: BufReader<ChildStderr>,
    heard: String,
    address: String,
    /// Where metrics are.
    operator: String,
}

impl Server {
    fn start(koalr: &Koalr) -> Self {
        let any = "127.0.0.1:0";
        let args = [
            "serve",
            "--listen",
            any,
            "--metrics",
            any,
            "--allow-loopback",
            "-vv",
        ];
        let mut command = koalr.command(&args);
        command.env("KOALR_SERVER_RECORDINGS", "9");
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let out = BufReader::new(child.stdout.take().unwrap());
        let mut lines = out.lines().map(Result::unwrap);
        let mut address = |beginning: &str| {
            let line = lines.find(|line| line.starts_with(beginning)).unwrap();
            let address = line.split("http://").nth(1).unwrap();
            address.split([';', '/']).next().unwrap().to_owned()
        };
        Self {
            address: address("Listening at "),
            operator: address("Metrics are at "),
            log: BufReader::new(child.stderr.take().unwrap()),
            heard: String::new(),
            child,
        }
    }

    /// Waits until the log has a line with this.
    fn until(&mut self, what: &str) {
        loop {
            let from = self.heard.len();
            assert!(self.log.read_line(&mut self.heard).unwrap() > 0, "{what}");
            if self.heard[from..].contains(what) {
                return;
            }
        }
    }

    /// Sends a request with these lines of its head; the whole answer.
    fn ask(&self, head: &str, body: &[u8]) -> String {
        let length = body.len();
        let head =
            format!("{head}host: koalr\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n");
        self.send(&[head.as_bytes(), body].concat())
    }

    fn deliver(&self, delivery: &Delivery) -> String {
        self.send(&delivery.request("/webhooks/default/github"))
    }

    fn send(&self, request: &[u8]) -> String {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        stream.write_all(request).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }

    /// Ends it; all that it logged.
    fn log(mut self) -> String {
        self.child.kill().unwrap();
        self.log.read_to_string(&mut self.heard).unwrap();
        self.child.wait().unwrap();
        std::mem::take(&mut self.heard)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A person signs in, opens every page, connects with a wrong token and with the right one, and leaves. What they are
/// answered is searched, also for the secrets of the link and of the visit.
fn visit(search: &mut Search, koalr: &Koalr, server: &Server, upstream: &str) {
    search.run(koalr, &["team", "add", "omar", "--role", "operator"]);
    let link = koalr.run(&["sign-in", "--as", "omar"]).out;
    let link = link.trim().split("/sign-in/").nth(1).unwrap();
    let stranger = Visitor::stranger(&server.address);
    let unused = stranger.get(&format!("/sign-in/{link}"));
    assert_eq!(unused.status, 200, "{unused:?}");
    search.add("invitation", format!("{unused:?}"));
    let omar = Visitor::signed_in(koalr, &server.address, &["--as", "omar"]);
    let (_, visit) = omar.cookie.split_once('=').unwrap();
    search
        .secrets
        .extend([link, visit, BAD_TOKEN, HALF_TOKEN].map(str::to_owned));
    let snyk = "/settings/integrations/snyk";
    let mut fields = vec![("address", upstream), ("organizations", "acme")];
    for (token, status) in [(BAD_TOKEN, 422), (HALF_TOKEN, 422), (TOKEN, 200)] {
        fields.push(("token", token));
        let answered = omar.post(&format!("{snyk}/connect"), &fields);
        assert_eq!(answered.status, status, "{answered:?}");
        search.add("connect", format!("{answered:?}"));
        fields.pop();
    }
    for path in PAGES {
        for path in [path.to_owned(), format!("{path}?token={BAD_TOKEN}")] {
            let shown = omar.get(&path);
            assert!([200, 400].contains(&shown.status), "{shown:?}");
            search.add(&path, format!("{shown:?}"));
        }
        search.add(path, format!("{:?}", stranger.get(path)));
    }
    let used = omar.ask(&format!("POST /sign-in/{visit}"), "");
    assert_eq!(used.status, 410, "{used:?}");
    search.add("used", format!("{used:?}"));
    search.add("left", format!("{:?}", omar.post("/sign-out", &[])));
    assert_eq!(omar.get("/").status, 401);
    let metrics = Visitor::stranger(&server.operator).get("/metrics");
    assert!(metrics.body.contains("/sign-in/{link}"), "{metrics:?}");
    search.add("metrics", format!("{metrics:?}"));
}

/// Of what a token was sealed to, nothing is stored.
#[track_caller]
fn assert_left_nothing(koalr: &Koalr, sealed: &[u8]) {
    let files = koalr.files();
    for file in files.iter().filter(|file| file.is_file()) {
        let content = fs::read(file).unwrap();
        for part in sealed.chunks_exact(16) {
            let stays = content.windows(16).any(|bytes| bytes == part);
            assert!(!stays, "the sealed token is in {}", file.display());
        }
    }
}

/// What the connection's token is sealed to.
fn sealed(koalr: &Koalr) -> Vec<u8> {
    let tenant = rusqlite::Connection::open(koalr.path("data/tenants/default.db")).unwrap();
    let select = "SELECT sealed FROM credentials";
    tenant.query_row(select, [], |row| row.get(0)).unwrap()
}

#[test]
fn a_server_with_every_kind_of_secret_tells_none_and_goes_on_through_a_rotation() {
    let upstream = serve(World::from(acme()).token(TOKEN));
    let github = GitHub::from(Repository::sample()).token(GITHUB_TOKEN);
    let github = GitHubUpstream::start_blocking(github).unwrap();
    let koalr = Koalr::new();
    let mut search = Search::default();
    let connect = [
        "connect",
        "snyk",
        "--allow-loopback",
        "--token-env",
        "TOKEN",
        "--upstream",
        upstream.base_url(),
    ];
    search.run(&koalr, &connect);
    search.run(&koalr, &["sync", "snyk", "--format", "json"]);
    koalr.write("secret", HOOK_SECRET);
    koalr.write("token", GITHUB_TOKEN);
    let hook = [
        "hook",
        "github",
        "--secret-file",
        "secret",
        "--token-file",
        "token",
        "--api",
        github.base_url(),
        "--allow-loopback",
    ];
    search.run(&koalr, &hook);
    let key = koalr.run(&["key", "create", "--name", "ci", "--scope", "read"]);
    let key = key.out.lines().next().unwrap().to_owned();
    let of_key = key.split('_').next_back().unwrap();
    search.secrets = [
        TOKEN,
        HOOK_SECRET,
        GITHUB_TOKEN,
        &key,
        of_key,
        &of_key[..64],
    ]
    .map(str::to_owned)
    .into();

    let mut server = Server::start(&koalr);
    let vault = fs::read(koalr.path("data/vault.key")).unwrap();
    visit(&mut search, &koalr, &server, upstream.base_url());
    search.secrets.push(hex::encode(&vault));
    let head = format!("authorization: Bearer {key}\r\n");
    let get =
        |server: &Server, path: &str| server.ask(&format!("GET {path} HTTP/1.1\r\n{head}"), b"");
    search.run(&koalr, &["vault", "rotate"]);
    // The server holds the old key, and reads the new one as soon as it needs it.
    search.add(
        "webhook",
        server.deliver(&blocked().opened().deliver(HOOK_SECRET)),
    );
    server.until("change judged");
    search.add(
        "webhook",
        server.deliver(&blocked().opened().deliver("another secret")),
    );
    let integrations = get(&server, "/api/v1/integrations");
    assert!(integrations.contains("\"upstream\""), "{integrations}");
    search.add("API", integrations);
    search.add("API", get(&server, "/api/v1/jobs"));
    search.add(
        "API",
        get(&server, "/api/v1/changes/acme%2Fcheckout-api%2377"),
    );
    search.add(
        "API",
        server.ask(
            "GET /api/v1/integrations HTTP/1.1\r\nauthorization: Bearer koalr_\r\n",
            b"",
        ),
    );

    let recorded = koalr.path("data/recordings/default");
    let recorded: Vec<_> = fs::read_dir(recorded).unwrap().collect();
    assert!(recorded.len() > 2, "{recorded:?}");
    let before = sealed(&koalr);
    search.run(&koalr, &["disconnect", "snyk", "--format", "json"]);
    search.run(&koalr, &["vault", "rotate", "--format", "json"]);
    search.add(
        "webhook",
        server.deliver(&blocked().reopened(1_769_905_000_000).deliver(HOOK_SECRET)),
    );
    server.until("is not connected");
    search.run(&koalr, &["audit", "list"]);
    search.run(&koalr, &["report", "debt", "--format", "json"]);
    search.run(&koalr, &["jobs", "list", "--format", "json"]);
    let jobs = String::from_utf8(search.texts.last().unwrap().1.clone()).unwrap();
    assert!(!jobs.contains("dead"), "{jobs}");
    assert_left_nothing(&koalr, &before);
    search.assert_nothing(&koalr);
    search.add("log", server.log());
    search.assert_without(&vault);
    for run in github.check_runs() {
        search.add("check run", format!("{run:?}"));
    }
    search.assert_nothing(&koalr);
}

/// The sample's pull request that brings a critical vulnerability.
fn blocked() -> PullRequest {
    PullRequest::new(
        "acme/checkout-api",
        77,
        "0f6b92d4e7318ca5b0d47f8e29c1a6533de8740b",
        "c83f5d1e6b7092a4d80e3f196a5bc74721d9e06f",
        1_769_904_000_000,
    )
}

const TOKEN: &str = "c0ffee00-1234-4abc-8def-0123456789ab";
/// In the form of an API key, and not the upstream's.
const BAD_TOKEN: &str = "c0ffee00-1234-4abc-8def-ba9876543210";
/// A token of which something is left on the clipboard.
const HALF_TOKEN: &str = "c0ffee00-1234-4abc-8def";
const PAGES: [&str; 9] = [
    "/",
    "/dashboard",
    "/changes",
    "/findings",
    "/correlation",
    "/policy",
    "/settings/integrations/snyk",
    "/settings/integrations/snyk/disconnect",
    "/settings/plugins",
];
const HOOK_SECRET: &str = "canary-of-the-webhook-5f1c0a2e";
const GITHUB_TOKEN: &str = "ghs_canary0123456789abcdef0123";
