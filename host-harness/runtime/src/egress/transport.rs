//! What can go wrong between two machines, told apart.

use std::error::Error;
use std::io;
use std::net::IpAddr;

use rustls::CertificateError;
use serde::{Deserialize, Serialize};

use super::connector::CONNECT_TIMEOUT;
use super::proxy::ProxyFailure;

/// Why a request could not be carried out. The host is the one the request named.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum TransportError {
    /// Name resolution failed.
    #[error("the name `{host}` cannot be resolved; check the name and this machine's network")]
    Name {
        /// The host.
        host: String,
    },
    /// Nothing listens there.
    #[error("`{host}` refuses the connection; nothing listens there, or a firewall is in between")]
    Refused {
        /// The host.
        host: String,
    },
    /// The operator's proxy cannot be used.
    #[error(
        "the proxy `{proxy}` cannot be reached: {cause}; check `HTTPS_PROXY`, or name `{host}` in `NO_PROXY`"
    )]
    ProxyUnreachable {
        /// The host.
        host: String,
        /// Host and port of the proxy.
        proxy: String,
        /// What happened.
        cause: String,
    },
    /// The proxy wants to know who asks, or does not believe it.
    #[error(
        "the proxy `{proxy}` wants a user name and a password that it accepts; write them as `http://USER:PASSWORD@{proxy}` in `HTTPS_PROXY`"
    )]
    ProxyCredential {
        /// Host and port of the proxy.
        proxy: String,
    },
    /// The proxy does not connect to the host.
    #[error(
        "the proxy `{proxy}` does not connect to `{host}` (status {status}); have it permitted there, or name it in `NO_PROXY`"
    )]
    ProxyRefused {
        /// The host.
        host: String,
        /// Host and port of the proxy.
        proxy: String,
        /// The proxy's HTTP status.
        status: u16,
    },
    /// The address is private, and this connection may only reach public ones.
    #[error("`{host}` is at the private address {address}, which integrations must not reach")]
    Prohibited {
        /// The host.
        host: String,
        /// The address.
        address: IpAddr,
    },
    /// The certificate is not accepted.
    #[error("the certificate of `{host}` is not accepted: {why}")]
    Certificate {
        /// The host.
        host: String,
        /// What is wrong with it, and the way out.
        why: String,
    },
    /// TLS failed for another reason.
    #[error("`{host}` does not speak TLS as expected: {cause}")]
    Tls {
        /// The host.
        host: String,
        /// What the TLS library says.
        cause: String,
    },
    /// No answer in time.
    #[error("`{host}` did not answer within {seconds} s")]
    Timeout {
        /// The host.
        host: String,
        /// The limit, in seconds.
        seconds: u64,
    },
    /// The answer held the credential that went with the request.
    #[error(
        "`{host}` sent the credential back, so its answer is withheld; make the token anew if others may have read that answer"
    )]
    Echo {
        /// The host.
        host: String,
    },
    /// The answer is compressed, although the request asked for none.
    #[error(
        "`{host}` answers in the encoding `{encoding}`, which nothing asked for and nobody reads"
    )]
    Encoded {
        /// The host.
        host: String,
        /// The header's text, cut.
        encoding: String,
    },
    /// The answer is larger than a plugin may read.
    #[error("`{host}` answers with more than {limit}")]
    OverLimit {
        /// The host.
        host: String,
        /// The limit, in words.
        limit: String,
    },
    /// The answer is larger than the host's own request takes.
    #[error("`{host}` answers with more than {bytes} bytes, and no more is read")]
    TooLarge {
        /// The host.
        host: String,
        /// The limit, in bytes.
        bytes: usize,
    },
    /// The answer says of itself that it is larger than the sandbox permits; none of it was read.
    #[error(
        "`{host}` announces an answer of {bytes} bytes, which is more than the sandbox permits"
    )]
    Announced {
        /// The host.
        host: String,
        /// What it announces, in bytes.
        bytes: u64,
    },
    /// The connection broke, or what came back is not HTTP.
    #[error("`{host}` broke off or does not speak HTTP: {cause}")]
    Broken {
        /// The host.
        host: String,
        /// What the HTTP library says.
        cause: String,
    },
}

impl TransportError {
    /// Finds the cause in an error of the HTTP client.
    pub(crate) fn find(host: &str, error: &(dyn Error + 'static)) -> Self {
        let host = host.to_owned();
        let mut innermost = error.to_string();
        let mut next = Some(error);
        while let Some(error) = next {
            innermost = error.to_string();
            if let Some(Prohibited(address)) = error.downcast_ref() {
                return Self::Prohibited {
                    host,
                    address: *address,
                };
            }
            if error.is::<Unresolved>() || error.is::<rustls_pki_types::InvalidDnsNameError>() {
                return Self::Name { host };
            }
            if let Some(failure) = error.downcast_ref::<ProxyFailure>() {
                return failure.clone().for_host(host);
            }
            match error.downcast_ref::<rustls::Error>() {
                Some(rustls::Error::InvalidCertificate(why)) => {
                    return Self::Certificate {
                        host,
                        why: explain(why),
                    };
                }
                Some(other) => {
                    return Self::Tls {
                        host,
                        cause: other.to_string(),
                    };
                }
                None => {}
            }
            let io = error.downcast_ref::<io::Error>();
            match io.map(io::Error::kind) {
                Some(io::ErrorKind::ConnectionRefused) => return Self::Refused { host },
                Some(io::ErrorKind::TimedOut) => {
                    return Self::Timeout {
                        host,
                        seconds: CONNECT_TIMEOUT.as_secs(),
                    };
                }
                _ => {}
            }
            // An I/O error names the source of what it holds as its own, so what it holds has to be asked for.
            next = match io.and_then(io::Error::get_ref) {
                Some(inner) => Some(inner as &(dyn Error + 'static)),
                None => error.source(),
            };
        }
        Self::Broken {
            host,
            cause: innermost,
        }
    }

    /// The code a guest sees.
    pub(crate) fn code(&self) -> wasmtime_wasi_http::Error {
        use wasmtime_wasi_http::Error as Code;
        match self {
            Self::Name { .. } => Code::DnsError {
                rcode: None,
                info_code: None,
            },
            Self::Refused { .. } => Code::ConnectionRefused,
            Self::ProxyUnreachable { .. }
            | Self::ProxyCredential { .. }
            | Self::ProxyRefused { .. } => Code::DestinationUnavailable,
            Self::Prohibited { .. } => Code::DestinationIpProhibited,
            Self::Certificate { .. } => Code::TlsCertificateError,
            Self::Tls { .. } => Code::TlsProtocolError,
            Self::Timeout { .. } => Code::HttpResponseTimeout,
            Self::TooLarge { .. } | Self::OverLimit { .. } => Code::HttpResponseBodySize(None),
            Self::Echo { .. } => Code::HttpResponseIncomplete,
            Self::Encoded { .. } => Code::HttpResponseContentCoding(None),
            Self::Announced { bytes, .. } => Code::HttpResponseBodySize(Some(*bytes)),
            Self::Broken { .. } => Code::ConnectionTerminated,
        }
    }
}

/// The resolver's answer to a name that has no address.
#[derive(Debug, thiserror::Error)]
#[error("the name has no address")]
pub(crate) struct Unresolved;

/// The screen's answer to an address out of reach.
#[derive(Debug, thiserror::Error)]
#[error("the address {0} is out of reach")]
pub(crate) struct Prohibited(pub(crate) IpAddr);

fn explain(why: &CertificateError) -> String {
    match why {
        // An authority that was made anew under its old name shows as a bad signature.
        CertificateError::UnknownIssuer | CertificateError::BadSignature => {
            "this machine does not trust who issued it; if that is your own authority, give the host its root certificate"
        }
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
            "it has expired, or this machine's clock is wrong"
        }
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            "it is not valid yet, or this machine's clock is wrong"
        }
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            "it is for another name; check the address"
        }
        other => return other.to_string(),
    }
    .to_owned()
}
