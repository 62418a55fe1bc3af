//! A loopback upstream that answers from a script, and an egress to it.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::sync::Arc;

use bytes::Bytes;
use http::{Method, Request, Response};
use http_body_util::{BodyExt, Full};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;
use wasmtime_wasi_http::{Error, WasiBody, WasiHttpHooks};

use super::{
    Egress, EgressHooks, EgressPolicy, Governor, HttpClient, Organizations, PinnedOrigin,
    Precedence, Roots, Shared,
};
use crate::contract::describe::{self, Manifest, Origin, OriginAddress, PathRule};
use crate::credential::{CredentialHeader, Secret};
use crate::limits::Limits;

/// Answers one connection after the other with these texts, and returns the requests it read.
pub(crate) async fn upstream(answers: &[&str]) -> (SocketAddr, JoinHandle<Vec<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let answers: Vec<String> = answers.iter().map(|answer| (*answer).to_owned()).collect();
    let served = tokio::spawn(async move {
        let mut requests = Vec::new();
        for answer in answers {
            let (stream, _) = listener.accept().await.unwrap();
            requests.push(answer_one(stream, &answer).await);
        }
        requests
    });
    (address, served)
}

/// Reads one request and answers it.
pub(crate) async fn answer_one(
    mut stream: impl AsyncRead + AsyncWrite + Unpin,
    answer: &str,
) -> String {
    let mut read = Vec::new();
    let mut piece = [0; 4096];
    while !is_complete(&read) {
        let count = stream.read(&mut piece).await.unwrap();
        assert!(count > 0, "the request ended early");
        read.extend_from_slice(&piece[..count]);
    }
    stream.write_all(answer.as_bytes()).await.unwrap();
    // A client that has seen enough may have closed its side already.
    let _ = stream.shutdown().await;
    String::from_utf8(read).unwrap()
}

/// A TLS upstream for one connection, with a certificate of its own for this name. Its port, and the certificate.
pub(crate) async fn tls_upstream(name: &str) -> (u16, String) {
    let certified = rcgen::generate_simple_self_signed([name.to_owned()]).unwrap();
    let key =
        rustls_pki_types::PrivateKeyDer::try_from(certified.signing_key.serialize_der()).unwrap();
    let config = rustls::ServerConfig::builder_with_provider(Arc::new(
        rustls::crypto::ring::default_provider(),
    ))
    .with_safe_default_protocol_versions()
    .unwrap()
    .with_no_client_auth()
    .with_single_cert(vec![certified.cert.der().clone()], key)
    .unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        // A client that refuses the certificate ends the handshake.
        if let Ok(stream) = TlsAcceptor::from(Arc::new(config)).accept(stream).await {
            answer_one(stream, &answer("200 OK", "", "over TLS")).await;
        }
    });
    (port, certified.cert.pem())
}

/// A full answer with these headers and this body.
pub(crate) fn answer(status: &str, headers: &str, body: &str) -> String {
    let length = body.len();
    format!(
        "HTTP/1.1 {status}\r\nconnection: close\r\ncontent-length: {length}\r\n{headers}\r\n{body}"
    )
}

fn is_complete(read: &[u8]) -> bool {
    let text = String::from_utf8_lossy(read).to_ascii_lowercase();
    let Some((head, body)) = text.split_once("\r\n\r\n") else {
        return false;
    };
    let length = head
        .lines()
        .find_map(|line| line.strip_prefix("content-length: "))
        .map_or(0, |length| length.trim().parse().unwrap());
    body.len() >= length
}

/// The token of every test.
pub(crate) const CANARY: &str = "canary-1f0e";

/// One region and two places for downloads.
pub(crate) fn manifest() -> Manifest {
    let rule = |method| PathRule {
        method,
        template: "/rest/orgs/{org}/issues".to_owned(),
        fresh_secs: None,
    };
    Manifest {
        id: "sample".to_owned(),
        name: "Sample".to_owned(),
        version: "0.1.0".to_owned(),
        summary: String::new(),
        pulls: Vec::new(),
        permissions: Vec::new(),
        origins: vec![
            Origin {
                id: "US-01".to_owned(),
                label: "US".to_owned(),
                address: OriginAddress::Fixed("https://api.example.com".to_owned()),
                aliases: Vec::new(),
                paths: vec![rule(describe::Method::Get), rule(describe::Method::Post)],
            },
            Origin {
                id: "exports".to_owned(),
                label: "Exports".to_owned(),
                address: OriginAddress::Download(vec![
                    "amazonaws.com".to_owned(),
                    "storage.example.com".to_owned(),
                ]),
                aliases: Vec::new(),
                paths: Vec::new(),
            },
        ],
        quotas: Vec::new(),
        credentials: Vec::new(),
        settings: Vec::new(),
        rules: Vec::new(),
        extra: Vec::new(),
    }
}

fn client() -> HttpClient {
    let key = rcgen::KeyPair::generate().unwrap();
    let root = rcgen::CertificateParams::new(Vec::new())
        .unwrap()
        .self_signed(&key)
        .unwrap();
    HttpClient::new(Roots::OnlyPem(root.pem().into_bytes()), None).unwrap()
}

/// A way out to this upstream, without downloads.
pub(crate) fn egress(address: SocketAddr) -> Egress {
    downloading(address, &[])
}

/// A way out to this upstream that may give answers again for this many seconds.
pub(crate) fn reusing(address: SocketAddr, fresh_secs: Option<u32>) -> Egress {
    let mut manifest = manifest();
    for rule in manifest
        .origins
        .iter_mut()
        .flat_map(|origin| &mut origin.paths)
    {
        rule.fresh_secs = fresh_secs;
    }
    way_out(&manifest, address, &[])
}

/// A way out to this upstream, with downloads from these domains.
pub(crate) fn downloading(address: SocketAddr, confirmed: &[&str]) -> Egress {
    way_out(&manifest(), address, confirmed)
}

/// What may leave to this upstream, with downloads from these domains.
pub(crate) fn policy(manifest: &Manifest, address: SocketAddr, confirmed: &[&str]) -> EgressPolicy {
    let confirmed: Vec<String> = confirmed.iter().map(|one| (*one).to_owned()).collect();
    let origin = PinnedOrigin {
        id: "US-01".to_owned(),
        base: format!("http://{address}"),
        allow_loopback: true,
    };
    let organizations = Organizations::Bound(BTreeSet::from(["org-1".to_owned()]));
    EgressPolicy::from_manifest(manifest, origin, organizations)
        .and_then(|policy| policy.with_downloads(manifest, &confirmed))
        .unwrap()
}

fn way_out(manifest: &Manifest, address: SocketAddr, confirmed: &[&str]) -> Egress {
    let secret = Secret::parse(CANARY).unwrap();
    let credential = CredentialHeader::new("authorization", "token {credential}", &secret).unwrap();
    Egress::open(
        policy(manifest, address, confirmed),
        client(),
        Some(credential),
        Shared {
            governor: Arc::new(Governor::new(&[], 1.0)),
            answers: Arc::default(),
            now: 0,
        },
        Precedence::BACKFILL,
    )
}

/// A session's hooks within a call that may send.
pub(crate) fn open_call(egress: &Egress, limits: &Limits) -> EgressHooks {
    let mut hooks = EgressHooks::new(egress.clone(), limits);
    hooks.begin_call(false, String::new());
    hooks
}

/// A request that the manifest lists.
pub(crate) fn request(
    method: Method,
    address: SocketAddr,
    body: &'static str,
) -> Request<WasiBody> {
    Request::builder()
        .method(method)
        .uri(format!("http://{address}/rest/orgs/org-1/issues?limit=100"))
        .header("accept", "application/json")
        .body(
            Full::new(Bytes::from(body))
                .map_err(|never| match never {})
                .boxed_unsync(),
        )
        .unwrap()
}

/// Sends as a guest does.
pub(crate) async fn send(
    hooks: &mut EgressHooks,
    request: Request<WasiBody>,
) -> Result<Response<WasiBody>, Error> {
    let processed = Box::new(async { Ok(()) });
    let (response, _) = Box::into_pin(hooks.send_request(request, None, processed)).await?;
    Ok(response)
}

/// The whole body.
pub(crate) async fn text(response: Response<WasiBody>) -> Result<String, Error> {
    let bytes = response.into_body().collect().await?.to_bytes();
    Ok(String::from_utf8(bytes.to_vec()).unwrap())
}
