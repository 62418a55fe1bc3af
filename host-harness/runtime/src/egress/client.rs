//! HTTP/1.1 over TLS, with a pool of connections, to screened addresses.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper::body::Incoming;
use hyper_rustls::HttpsConnector;
use hyper_util::client::legacy::Client;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use rustls::{ClientConfig, RootCertStore};
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject;

use super::connector::Screened;
use super::proxy::Proxy;
use super::screen::Reach;
use super::transport::TransportError;

/// Sends requests. Cheap to clone; clones share their connections.
#[derive(Clone)]
pub struct HttpClient {
    public: Pool,
    /// Separate, so that a connection to this machine is never handed to who may not have one.
    loopback: Pool,
}

/// How far one request of the host itself goes.
#[derive(Debug, Clone, Copy)]
pub struct Bounds {
    /// Whether the address may be, or may resolve to, one of this machine.
    pub allow_loopback: bool,
    /// Time until the answer is there, its body included.
    pub timeout: Duration,
    /// Largest body of an answer, in bytes.
    pub answer_bytes: usize,
}

/// Which certificate authorities are trusted.
#[derive(Debug, Clone, Default)]
pub enum Roots {
    /// Those of this machine.
    #[default]
    Platform,
    /// Those of this machine, and these in PEM.
    Pem(Vec<u8>),
    /// Only these, in PEM.
    OnlyPem(Vec<u8>),
    /// Nobody: for plain HTTP to this machine. Every HTTPS server is refused.
    None,
}

impl HttpClient {
    /// Sets up the client; nothing is connected yet. Requests to this machine never take the proxy.
    ///
    /// # Errors
    ///
    /// The PEM text holds no certificate, or a broken one; this machine has no root certificates.
    pub fn new(roots: Roots, proxy: Option<Proxy>) -> Result<Self, ClientError> {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let tls = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|cause| ClientError::Tls(cause.to_string()))?
            .with_root_certificates(store(roots)?)
            .with_no_client_auth();
        Ok(Self {
            public: pool(Reach::Public, tls.clone(), proxy.clone()),
            loopback: pool(Reach::Loopback, tls, proxy),
        })
    }

    /// Sends a request of the host itself, beside every plugin and its policy, and waits for the whole answer. The address
    /// is screened as a plugin's is. Redirects are answers; nothing is sent again.
    ///
    /// # Errors
    ///
    /// No connection, an address out of reach, an answer that is too late, too large or broken.
    pub async fn ask(
        &self,
        request: Request<Bytes>,
        bounds: Bounds,
    ) -> Result<Response<Bytes>, TransportError> {
        let host = request.uri().host().unwrap_or_default().to_owned();
        let reach = if bounds.allow_loopback {
            Reach::Loopback
        } else {
            Reach::Public
        };
        let answer = async {
            let (head, body) = self.send(request.map(Full::new), reach).await?.into_parts();
            match Limited::new(body, bounds.answer_bytes).collect().await {
                Ok(body) => Ok(Response::from_parts(head, body.to_bytes())),
                Err(cause) if cause.is::<LengthLimitError>() => Err(TransportError::TooLarge {
                    host: host.clone(),
                    bytes: bounds.answer_bytes,
                }),
                Err(cause) => Err(TransportError::find(&host, cause.as_ref())),
            }
        };
        match tokio::time::timeout(bounds.timeout, answer).await {
            Ok(answer) => answer,
            Err(_) => Err(TransportError::Timeout {
                host,
                seconds: bounds.timeout.as_secs(),
            }),
        }
    }

    /// Sends a request and waits for the head of the answer. Redirects are answers.
    pub(crate) async fn send(
        &self,
        request: Request<Full<Bytes>>,
        reach: Reach,
    ) -> Result<Response<Incoming>, TransportError> {
        let host = request.uri().host().unwrap_or_default().to_owned();
        let pool = match reach {
            Reach::Public => &self.public,
            Reach::Loopback => &self.loopback,
        };
        match tokio::time::timeout(ANSWER_TIMEOUT, pool.request(request)).await {
            Ok(answer) => answer.map_err(|cause| TransportError::find(&host, &cause)),
            Err(_) => Err(TransportError::Timeout {
                host,
                seconds: ANSWER_TIMEOUT.as_secs(),
            }),
        }
    }
}

impl fmt::Debug for HttpClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpClient").finish_non_exhaustive()
    }
}

/// Why there is no client.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// The PEM text holds no usable certificate.
    #[error("reading root certificates: {0}; give a PEM file with `BEGIN CERTIFICATE`")]
    Pem(String),
    /// This machine has no root certificates.
    #[error(
        "this machine has no root certificates ({0}); install its package of them, or give a PEM file"
    )]
    Platform(String),
    /// Setting up TLS failed.
    #[error("setting up TLS: {0}")]
    Tls(String),
}

type Pool = Client<HttpsConnector<Screened>, Full<Bytes>>;

fn pool(reach: Reach, tls: ClientConfig, proxy: Option<Proxy>) -> Pool {
    let connector = hyper_rustls::HttpsConnectorBuilder::new().with_tls_config(tls);
    let connector = match reach {
        Reach::Public => connector.https_only(),
        Reach::Loopback => connector.https_or_http(),
    };
    Client::builder(TokioExecutor::new())
        .pool_timer(TokioTimer::new())
        .pool_idle_timeout(IDLE_TIMEOUT)
        .pool_max_idle_per_host(IDLE_CONNECTIONS)
        .http1_max_buf_size(HEAD_BYTES)
        .build(
            connector
                .enable_http1()
                .wrap_connector(Screened::new(reach, proxy)),
        )
}

fn store(roots: Roots) -> Result<RootCertStore, ClientError> {
    let (platform, pem) = match roots {
        Roots::Platform => (true, None),
        Roots::Pem(pem) => (true, Some(pem)),
        Roots::OnlyPem(pem) => (false, Some(pem)),
        Roots::None => (false, None),
    };
    let mut store = RootCertStore::empty();
    if platform {
        let found = rustls_native_certs::load_native_certs();
        store.add_parsable_certificates(found.certs);
        if store.is_empty() && pem.is_none() {
            let cause = found
                .errors
                .first()
                .map_or("none found".to_owned(), ToString::to_string);
            return Err(ClientError::Platform(cause));
        }
    }
    if let Some(pem) = pem {
        let before = store.len();
        for certificate in CertificateDer::pem_slice_iter(&pem) {
            let certificate = certificate.map_err(|cause| ClientError::Pem(cause.to_string()))?;
            store
                .add(certificate)
                .map_err(|cause| ClientError::Pem(cause.to_string()))?;
        }
        if store.len() == before {
            return Err(ClientError::Pem("no certificate in it".to_owned()));
        }
    }
    Ok(store)
}

/// Time until the head of an answer.
const ANSWER_TIMEOUT: Duration = Duration::from_mins(1);
/// Time after which an unused connection is closed.
const IDLE_TIMEOUT: Duration = Duration::from_secs(90);
/// Unused connections kept for one host.
const IDLE_CONNECTIONS: usize = 32;
/// Bytes of the head of an answer.
const HEAD_BYTES: usize = 64 << 10;

#[cfg(test)]
mod tests;
