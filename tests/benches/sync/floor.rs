//! The floor: a native client that follows the same listings at the same pace, and throws away what it reads.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt as _, Empty};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde::Deserialize;
use tokio::sync::Mutex;
use tokio::time::{Instant, sleep_until};

/// The role of the floor: one chain an organization, all at once.
pub(crate) fn run() {
    let base = std::env::args().nth(1).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let floor = Arc::new(Floor {
            client: Client::builder(TokioExecutor::new()).build_http(),
            base,
            pace: Pace::default(),
        });
        let organizations: Page = floor.get("/rest/orgs?version=2025-11-05&limit=100").await;
        let chains = organizations.data.into_iter().map(|organization| {
            let floor = Arc::clone(&floor);
            tokio::spawn(async move {
                let below = format!("/rest/orgs/{}", organization.id);
                floor
                    .read(format!(
                        "{below}/projects?version=2025-11-05&limit=100&expand=target"
                    ))
                    .await;
                floor
                    .read(format!("{below}/issues?version=2025-11-05&limit=100"))
                    .await;
            })
        });
        for chain in chains.collect::<Vec<_>>() {
            chain.await.unwrap();
        }
    });
}

struct Floor {
    client: Client<HttpConnector, Empty<Bytes>>,
    base: String,
    pace: Pace,
}

impl Floor {
    /// Reads a listing to its end.
    async fn read(&self, first: String) {
        let mut next = Some(first);
        while let Some(path) = next {
            let page: Page = self.get(&path).await;
            // Snyk leaves out the prefix in some of its links.
            next = page.links.and_then(|links| links.next).map(|link| {
                if link.starts_with("/rest/") {
                    link
                } else {
                    format!("/rest{link}")
                }
            });
        }
    }

    async fn get(&self, path: &str) -> Page {
        self.pace.wait().await;
        let request = http::Request::get(format!("{}{path}", self.base))
            .header("authorization", "token floor")
            .body(Empty::new())
            .unwrap();
        let answer = self.client.request(request).await.unwrap();
        self.pace.answered(Instant::now()).await;
        assert_eq!(answer.status(), 200, "{path}");
        let body = answer.into_body().collect().await.unwrap().to_bytes();
        serde_json::from_slice(&body).unwrap()
    }
}

/// A page, of which only the way on matters.
#[derive(Deserialize)]
struct Page {
    data: Vec<Item>,
    links: Option<Links>,
}

#[derive(Deserialize)]
struct Item {
    id: String,
}

#[derive(Deserialize)]
struct Links {
    next: Option<String>,
}

/// The whole of Snyk's quota. A request counts from when it leaves until a window after its answer began, so that no
/// jitter on the way exceeds it.
#[derive(Default)]
struct Pace {
    state: Mutex<Sent>,
}

#[derive(Default)]
struct Sent {
    under_way: usize,
    /// When the last answers began.
    answered: VecDeque<Instant>,
}

impl Pace {
    async fn wait(&self) {
        // Held while waiting: whoever comes next would only have to wait longer.
        let mut sent = self.state.lock().await;
        for (requests, window) in QUOTAS {
            if let Some(beyond) = (sent.under_way + sent.answered.len()).checked_sub(requests) {
                sleep_until(sent.answered[beyond] + window).await;
            }
        }
        sent.under_way += 1;
    }

    async fn answered(&self, at: Instant) {
        let mut sent = self.state.lock().await;
        sent.under_way -= 1;
        sent.answered.push_back(at);
        if sent.answered.len() > QUOTAS[1].0 {
            sent.answered.pop_front();
        }
    }
}

const QUOTAS: [(usize, Duration); 2] = [
    (160, Duration::from_secs(1)),
    (1_620, Duration::from_mins(1)),
];
