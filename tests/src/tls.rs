//! A server on loopback that speaks TLS under a root certificate of its own.

use std::net::SocketAddr;
use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;

/// Gives the same answer to every request, one request a connection. It ends when it is dropped.
pub struct TlsServer {
    address: SocketAddr,
    root_pem: String,
    task: JoinHandle<()>,
}

impl TlsServer {
    /// Starts on a free port. The answer is a whole HTTP/1.1 response.
    pub async fn start(answer: &'static str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0")
            .await
            .expect("loopback has a free port");
        let address = listener.local_addr().expect("it is bound");
        let (root_pem, config) = certified();
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                // A client that does not trust the root hangs up in the middle: that is its business.
                let _ = respond(&acceptor, stream, answer).await;
            }
        });
        Self {
            address,
            root_pem,
            task,
        }
    }

    /// Base address, for example `https://127.0.0.1:50001`.
    #[must_use]
    pub fn base(&self) -> String {
        format!("https://{}", self.address)
    }

    /// The root certificate that one must trust to reach it.
    #[must_use]
    pub fn root_pem(&self) -> &str {
        &self.root_pem
    }
}

impl Drop for TlsServer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn respond(acceptor: &TlsAcceptor, stream: TcpStream, answer: &str) -> std::io::Result<()> {
    let mut stream = acceptor.accept(stream).await?;
    let mut request = Vec::new();
    while !request.ends_with(b"\r\n\r\n") {
        request.push(stream.read_u8().await?);
    }
    stream.write_all(answer.as_bytes()).await?;
    stream.shutdown().await
}

/// A fresh root, and a server certificate under it for the address it listens at.
fn certified() -> (String, ServerConfig) {
    let mut root = CertificateParams::default();
    root.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    // With the same name as the certificate below it, that one would pass for self-signed.
    let name = &mut root.distinguished_name;
    name.push(DnType::CommonName, "koalr-tests root");
    let key = KeyPair::generate().expect("ring makes keys");
    let root = CertifiedIssuer::self_signed(root, key).expect("a root signs itself");
    let key = KeyPair::generate().expect("ring makes keys");
    let certificate = CertificateParams::new(["127.0.0.1".to_owned()])
        .and_then(|params| params.signed_by(&key, &root))
        .expect("the root signs");
    let key = PrivateKeyDer::try_from(key.serialize_der()).expect("it is PKCS #8");
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("ring speaks TLS")
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], key)
        .expect("certificate and key belong together");
    (root.pem(), config)
}
