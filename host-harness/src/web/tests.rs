mod answers;
mod api;
mod bounds;
mod fake;
mod news;
mod once;
mod pages;
mod rates;
mod tls;

use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::Arc;

use koalr_upstream::github::{Delivery, Incident, PullRequest};
use serde_json::Value;
use tokio::runtime::Runtime;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use super::{Limits, Listener, Reach, Tls, listen, serve};
use fake::Fake;

/// The real server on a free port of 127.0.0.1.
struct Server {
    runtime: Runtime,
    inbox: Arc<Fake>,
    port: u16,
    stop: Option<oneshot::Sender<()>>,
    served: JoinHandle<()>,
}

impl Server {
    fn start(inbox: Fake, limits: Limits) -> Self {
        Self::speaking(None, inbox, limits)
    }

    fn speaking(tls: Option<Tls>, inbox: Fake, limits: Limits) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread();
        let runtime = { runtime }.worker_threads(2).enable_all().build().unwrap();
        let inbox = Arc::new(inbox);
        let (stop, stopped) = oneshot::channel();
        let any = "127.0.0.1:0".parse().unwrap();
        let tcp = runtime.block_on(listen(any, Reach::Loopback)).unwrap();
        let port = tcp.local_addr().unwrap().port();
        let listener = Listener {
            tcp,
            tls,
            is_behind_tls: false,
        };
        let shutdown = async move {
            let _ = stopped.await;
        };
        let served = runtime.spawn(serve(listener, Arc::clone(&inbox), limits, shutdown));
        Self {
            runtime,
            inbox,
            port,
            stop: Some(stop),
            served,
        }
    }

    fn connect(&self) -> TcpStream {
        TcpStream::connect(("127.0.0.1", self.port)).unwrap()
    }

    /// What is answered to a delivery.
    fn send(&self, tenant: &str, source: &str, delivery: &Delivery) -> Answer {
        let mut stream = self.connect();
        let request = delivery.request(&format!("/webhooks/{tenant}/{source}"));
        stream.write_all(&request).unwrap();
        Answer::read(stream)
    }

    fn get(&self, path: &str) -> Answer {
        self.ask(&format!("GET {path} HTTP/1.1\r\nconnection: close\r\n\r\n"))
    }

    fn ask(&self, request: &str) -> Answer {
        let mut stream = self.connect();
        stream.write_all(request.as_bytes()).unwrap();
        Answer::read(stream)
    }

    /// Asks it to stop.
    fn stop(&mut self) {
        self.stop.take().unwrap().send(()).unwrap();
    }

    /// Waits until it has stopped.
    fn stopped(self) -> Arc<Fake> {
        self.runtime.block_on(self.served).unwrap();
        self.inbox
    }
}

#[derive(Debug, PartialEq)]
struct Answer {
    status: u16,
    /// Without those that differ each time.
    headers: Vec<String>,
    body: String,
}

impl Answer {
    /// Reads to the end of the connection.
    #[track_caller]
    fn read(mut stream: TcpStream) -> Self {
        let mut text = String::new();
        stream.read_to_string(&mut text).unwrap();
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        let mut lines = head.lines();
        let status = lines.next().unwrap().split(' ').nth(1).unwrap();
        let differing = ["date:", "x-request-id:"];
        let headers = lines.filter(|line| !differing.iter().any(|name| line.starts_with(name)));
        Self {
            status: status.parse().unwrap(),
            headers: headers.map(str::to_owned).collect(),
            body: body.to_owned(),
        }
    }

    fn has(&self, header: &str) -> bool {
        self.headers.iter().any(|line| line == header)
    }

    #[track_caller]
    fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }
}

fn opened() -> Delivery {
    let head = "2222222222222222222222222222222222222222";
    let base = "1111111111111111111111111111111111111111";
    let pull_request = PullRequest::new("acme/shop", 77, base, head, AS_OF);
    pull_request.opened().deliver(SECRET)
}

fn triggered() -> Delivery {
    let incident = Incident::new("PGR0VU2", "checkout", AS_OF);
    incident.triggered().deliver(SECRET)
}

/// The secret of tenant `acme`.
const SECRET: &str = "It's a Secret to Everybody";
/// 2026-01-15T00:00:00Z.
const AS_OF: i64 = 1_768_435_200_000;
