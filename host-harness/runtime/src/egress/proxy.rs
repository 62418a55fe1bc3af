//! The operator's proxy: read from the environment, and asked for tunnels.

use std::error::Error;
use std::sync::Arc;
use std::time::Duration;
use std::{fmt, io};

use http::uri::Authority;
use http::{HeaderValue, Uri};
use hyper_util::client::proxy::matcher::Matcher;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::base::Base;
use super::transport::TransportError;

/// A proxy that HTTPS requests are tunnelled through. Prints as its address, without user and password.
#[derive(Clone)]
pub struct Proxy {
    uri: Uri,
    credential: Option<HeaderValue>,
    /// Knows what `NO_PROXY` exempts.
    matcher: Arc<Matcher>,
}

impl Proxy {
    /// The proxy that `HTTPS_PROXY` or `ALL_PROXY` names, in capitals or not; none if neither does. Hosts in `NO_PROXY`,
    /// and this machine, are reached without it.
    ///
    /// # Errors
    ///
    /// The variable holds no address; a proxy that is spoken to in another way than plain HTTP.
    pub fn from_environment() -> Result<Option<Self>, ProxyError> {
        Self::read(|name| Some(std::env::var_os(name)?.to_string_lossy().into_owned()))
    }

    /// As [`Proxy::from_environment`], with these variables.
    pub(super) fn read(
        variable: impl Fn(&str) -> Option<String>,
    ) -> Result<Option<Self>, ProxyError> {
        let filled = |name: &'static str| {
            let value = variable(name)?.trim().to_owned();
            (!value.is_empty()).then_some((name, value))
        };
        let Some((name, value)) = VARIABLES.into_iter().find_map(filled) else {
            return Ok(None);
        };
        let rest = match value.split_once("://") {
            Some((scheme, rest)) if scheme.eq_ignore_ascii_case("http") => rest,
            Some((scheme, _)) => {
                return Err(ProxyError::Scheme {
                    variable: name,
                    scheme: scheme.to_ascii_lowercase(),
                });
            }
            None => &value,
        };
        let probe = Uri::from_static("https://api.example.com");
        let all = Matcher::builder().https(value.as_str()).build();
        let way = all
            .intercept(&probe)
            // Where a password holds such a character, the rest of it would be taken for a path.
            .filter(|_| !rest.trim_end_matches('/').contains(['/', '?', '#']))
            .filter(|way| {
                let bare = |authority: &Authority| authority.as_str() == authority.host();
                way.uri().port_u16().is_some() || way.uri().authority().is_some_and(bare)
            })
            .ok_or(ProxyError::Address(name))?;
        let exempt = NO_PROXY.into_iter().find_map(filled);
        let exempt = exempt.map_or(String::new(), |(_, hosts)| hosts);
        Ok(Some(Self {
            uri: way.uri().clone(),
            credential: way.basic_auth().cloned(),
            matcher: Arc::new(Matcher::builder().https(value).no(exempt).build()),
        }))
    }

    /// Whether a connection for this address goes through the proxy.
    pub(super) fn takes(&self, target: &Uri) -> bool {
        Base::of(target).is_some_and(|base| !base.is_loopback())
            && self.matcher.intercept(target).is_some()
    }

    pub(super) fn uri(&self) -> &Uri {
        &self.uri
    }

    /// What is told if there is no connection to the proxy.
    pub(super) fn unreachable(&self, error: &(dyn Error + 'static)) -> ProxyFailure {
        let mut innermost = error;
        while let Some(source) = innermost.source() {
            innermost = source;
        }
        let kind = innermost.downcast_ref().map(io::Error::kind);
        let cause = match kind {
            Some(io::ErrorKind::ConnectionRefused) => "nothing listens there".to_owned(),
            Some(io::ErrorKind::TimedOut) => "it does not answer".to_owned(),
            _ => innermost.to_string(),
        };
        self.failure(Fault::Unreachable(cause))
    }

    /// Has the proxy connect to the target; what is read and written afterwards is the target's.
    pub(super) async fn tunnel(
        &self,
        stream: TcpStream,
        target: &Uri,
    ) -> Result<TcpStream, ProxyFailure> {
        match tokio::time::timeout(TUNNEL_TIMEOUT, self.ask(stream, target)).await {
            Ok(Ok((stream, 200..=299))) => Ok(stream),
            Ok(Ok((_, 407))) => Err(self.failure(Fault::Credential)),
            Ok(Ok((_, status))) => Err(self.failure(Fault::Refused(status))),
            Ok(Err(error)) => Err(self.unreachable(&error)),
            Err(_) => Err(self.failure(Fault::Unreachable("it does not answer".to_owned()))),
        }
    }

    /// Asks for the tunnel. The stream, and the status of the answer.
    async fn ask(&self, mut stream: TcpStream, target: &Uri) -> io::Result<(TcpStream, u16)> {
        let host = target.host().unwrap_or_default();
        let port = target.port_u16().unwrap_or(443);
        let mut head =
            format!("CONNECT {host}:{port} HTTP/1.1\r\nhost: {host}:{port}\r\n").into_bytes();
        if let Some(credential) = &self.credential {
            head.extend_from_slice(b"proxy-authorization: ");
            head.extend_from_slice(credential.as_bytes());
            head.extend_from_slice(b"\r\n");
        }
        head.extend_from_slice(b"\r\n");
        stream.write_all(&head).await?;
        let mut answer = Vec::new();
        // Byte by byte, because what follows the head is the target's.
        while !answer.ends_with(b"\r\n\r\n") && answer.len() < HEAD_BYTES {
            answer.push(stream.read_u8().await?);
        }
        let status =
            status(&answer).ok_or_else(|| io::Error::other("it does not answer like a proxy"))?;
        Ok((stream, status))
    }

    fn failure(&self, fault: Fault) -> ProxyFailure {
        ProxyFailure {
            proxy: self.to_string(),
            fault,
        }
    }
}

impl fmt::Display for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let host = self.uri.host().unwrap_or_default();
        write!(f, "{host}:{}", self.uri.port_u16().unwrap_or(80))
    }
}

impl fmt::Debug for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Proxy({self})")
    }
}

/// Why the environment's proxy cannot be used. The message never repeats the address, which may hold a password.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProxyError {
    /// Not an address.
    #[error(
        "`{0}` holds no address of a proxy; write it like `http://proxy.example.com:3128`, and other characters than letters and digits of a password as `%XX`"
    )]
    Address(&'static str),
    /// A proxy of another kind.
    #[error(
        "`{variable}` names a proxy of the kind `{scheme}://`; only `http://` proxies can be used, which tunnel HTTPS as well"
    )]
    Scheme {
        /// The environment variable.
        variable: &'static str,
        /// The scheme.
        scheme: String,
    },
}

/// No tunnel, as the connector tells it.
#[derive(Debug, Clone, thiserror::Error)]
#[error("no tunnel through the proxy `{proxy}`")]
pub(super) struct ProxyFailure {
    proxy: String,
    fault: Fault,
}

impl ProxyFailure {
    pub(super) fn for_host(self, host: String) -> TransportError {
        let proxy = self.proxy;
        match self.fault {
            Fault::Unreachable(cause) => TransportError::ProxyUnreachable { host, proxy, cause },
            Fault::Credential => TransportError::ProxyCredential { proxy },
            Fault::Refused(status) => TransportError::ProxyRefused {
                host,
                proxy,
                status,
            },
        }
    }
}

#[derive(Debug, Clone)]
enum Fault {
    Unreachable(String),
    Credential,
    Refused(u16),
}

/// The status in the head of an HTTP/1 answer.
fn status(head: &[u8]) -> Option<u16> {
    let line = std::str::from_utf8(head).ok()?.lines().next()?;
    let (version, rest) = line.split_once(' ')?;
    let digits = rest.get(..3).filter(|_| version.starts_with("HTTP/1."))?;
    digits.parse().ok()
}

/// Where the proxy is looked for, in this order.
const VARIABLES: [&str; 4] = ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"];
/// Where exempt hosts are looked for.
const NO_PROXY: [&str; 2] = ["NO_PROXY", "no_proxy"];
/// Time until the proxy says whether there is a tunnel.
const TUNNEL_TIMEOUT: Duration = Duration::from_secs(30);
/// Bytes of the head of a proxy's answer.
const HEAD_BYTES: usize = 8 << 10;

#[cfg(test)]
mod tests;
