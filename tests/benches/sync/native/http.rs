//! The plugin's transport without a sandbox: as many requests at once as the component sends.

use std::collections::VecDeque;
use std::sync::LazyLock;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::mpsc::{Receiver, Sender, channel};

use bytes::Bytes;
use http_body_util::{BodyExt as _, Empty};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use koalr_snyk_plugin::transport::{Answer, Headers, Reply, Request, Transport};
use tokio::runtime::Handle;

pub(super) struct Http {
    base: String,
    runtime: Handle,
    queued: VecDeque<(usize, String)>,
    flying: usize,
    answered: Sender<(usize, Reply)>,
    answers: Receiver<(usize, Reply)>,
}

impl Http {
    pub(super) fn new(base: &str, runtime: Handle) -> Self {
        let (answered, answers) = channel();
        Self {
            base: base.to_owned(),
            runtime,
            queued: VecDeque::new(),
            flying: 0,
            answered,
            answers,
        }
    }
}

impl Transport for Http {
    fn send(&mut self, ticket: usize, path: String) {
        self.queued.push_back((ticket, path));
    }

    fn next(&mut self) -> Option<(usize, Reply)> {
        while self.flying < WINDOW
            && let Some((ticket, path)) = self.queued.pop_front()
        {
            let answer = get(format!("{}{path}", self.base));
            let answered = self.answered.clone();
            self.runtime.spawn(async move {
                let _ = answered.send((ticket, Ok(answer.await)));
            });
            self.flying += 1;
        }
        if self.flying == 0 {
            return None;
        }
        self.flying -= 1;
        self.answers.recv().ok()
    }

    fn carry_out(&mut self, _: Request<'_>, _: &mut dyn FnMut(&[u8])) -> Reply {
        unreachable!("a walk of organizations only lists")
    }
}

async fn get(url: String) -> Answer {
    let request = http::Request::get(url)
        .header("authorization", "token native")
        .body(Empty::new())
        .unwrap();
    let (head, body) = CLIENT.request(request).await.unwrap().into_parts();
    let text = |name: &str| Some(head.headers.get(name)?.to_str().ok()?.to_owned());
    let body: Vec<u8> = body.collect().await.unwrap().to_bytes().into();
    READ_BYTES.fetch_add(body.len() as u64, Relaxed);
    Answer {
        status: head.status.as_u16(),
        headers: Headers {
            retry_after: text("retry-after"),
            date: text("date"),
            age: text("age"),
            stage: text("snyk-version-lifecycle-stage"),
            deprecation: text("deprecation"),
            sunset: text("sunset"),
        },
        body,
    }
}

/// Bytes of all bodies.
pub(super) static READ_BYTES: AtomicU64 = AtomicU64::new(0);

static CLIENT: LazyLock<Client<HttpConnector, Empty<Bytes>>> =
    LazyLock::new(|| Client::builder(TokioExecutor::new()).build_http());

/// Requests at once, as in the component.
const WINDOW: usize = 16;
