//! What the operator of the real server sees: metrics, readiness and JSON log lines.

mod logs;
mod metrics;
mod open_metrics;
mod ready;

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, Stdio};
use std::sync::mpsc::{Receiver, channel};

use koalr_upstream::Upstream;
use serde_json::{Value, json};

use crate::support::{Koalr, acme, sample_change, serve};
use open_metrics::Scrape;

/// A server with a connected and synced tenant that serves metrics and logs all it can as JSON; it has done its first job.
struct Watched {
    koalr: Koalr,
    upstream: Upstream,
    child: Child,
    address: String,
    operator: String,
    lines: Receiver<String>,
    /// All that was logged so far.
    log: Vec<Value>,
}

impl Watched {
    fn new() -> Self {
        let upstream = serve(acme());
        let koalr = Koalr::synced(&upstream);
        let any = "127.0.0.1:0";
        let args = [
            "serve",
            "--listen",
            any,
            "--metrics",
            any,
            "--log-format",
            "json",
            "-vv",
        ];
        let mut command = koalr.command(&args);
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let out = BufReader::new(child.stdout.take().unwrap());
        let mut printed = out.lines().map(Result::unwrap);
        let mut address = |beginning: &str| {
            let line = printed.find(|line| line.starts_with(beginning)).unwrap();
            let address = line.split("http://").nth(1).unwrap();
            address.split([';', '/']).next().unwrap().to_owned()
        };
        let (sender, lines) = channel();
        let log = BufReader::new(child.stderr.take().unwrap());
        // A server whose log nobody reads would wait for a reader.
        std::thread::spawn(move || {
            for line in log.lines().map_while(Result::ok) {
                let _ = sender.send(line);
            }
        });
        let mut watched = Self {
            address: address("Listening at "),
            operator: address("Metrics are at "),
            koalr,
            upstream,
            child,
            lines,
            log: Vec::new(),
        };
        watched.until(&json!({ "message": "done", "kind": "increment" }));
        watched
    }

    /// Waits for a log line with these members.
    fn until(&mut self, wanted: &Value) -> Value {
        loop {
            let line = self
                .lines
                .recv()
                .expect("the server ended before it said so");
            let line: Value = serde_json::from_str(&line).expect(&line);
            self.log.push(line.clone());
            let mut wanted = wanted.as_object().unwrap().iter();
            if wanted.all(|(name, value)| line[name] == *value) {
                return line;
            }
        }
    }

    fn scrape(&self) -> Scrape {
        let (head, body) = get(&self.operator, "/metrics");
        assert!(head.starts_with("HTTP/1.1 200 "), "{head}");
        assert!(
            head.contains(
                "\r\ncontent-type: application/openmetrics-text; version=1.0.0; charset=utf-8\r\n"
            ),
            "{head}"
        );
        Scrape::parse(&body)
    }

    /// Scrapes until a series has this value. What is counted after a job has ended is not there at once.
    fn scrape_until(&self, series: &str, value: f64) -> Scrape {
        loop {
            let scrape = self.scrape();
            if scrape.value(series) >= value {
                return scrape;
            }
        }
    }

    /// Asks the API; the head and the body of the answer.
    fn ask(&self, what: &str, (key, id): (&str, &str), body: &Value) -> (String, Value) {
        let body = if body.is_null() {
            String::new()
        } else {
            body.to_string()
        };
        let length = body.len();
        let request = format!(
            "{what} HTTP/1.1\r\nhost: koalr\r\nauthorization: Bearer {key}\r\nx-request-id: {id}\r\n\
             content-length: {length}\r\nconnection: close\r\n\r\n{body}"
        );
        let (head, body) = send(&self.address, &request);
        (head, serde_json::from_str(&body).unwrap_or(Value::Null))
    }

    /// A fresh key that may do everything.
    fn key(&self) -> String {
        let mut args = vec!["key", "create", "--name", "ci"];
        for scope in ["import", "read", "gate"] {
            args.extend(["--scope", scope]);
        }
        let ran = self.koalr.run(&args);
        assert_eq!((ran.code, ran.err.as_str()), (0, ""));
        ran.out.lines().next().unwrap().to_owned()
    }

    /// Hands in the sample's blocked change with its list, which has it judged; under this request id.
    fn hand_in(&self, key: &str, id: &str) {
        let change = sample_change("blocked");
        let document = json!({
            "repository": change["change"]["repository"],
            "head-sha": change["change"]["head-sha"],
            "list": change["dependencies"],
        });
        let what = "PUT /api/v1/changes/acme%2Fcheckout-api%2377/dependencies?";
        let (head, report) = self.ask(what, (key, id), &document);
        assert_eq!(report["queued"], true, "{head}{report}");
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn get(address: &str, path: &str) -> (String, String) {
    send(
        address,
        &format!("GET {path} HTTP/1.1\r\nhost: koalr\r\nconnection: close\r\n\r\n"),
    )
}

/// The head of the answer, and its body.
fn send(address: &str, request: &str) -> (String, String) {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    (format!("{head}\r\n"), body.to_owned())
}
