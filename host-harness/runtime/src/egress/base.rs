//! The base of an address: scheme, host and port.

use std::fmt;
use std::net::IpAddr;

use http::uri::{Authority, Scheme, Uri};

use super::origin::PinError;

/// Scheme, host and port of an address, checked: HTTPS, or HTTP to a literal loopback address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Base {
    scheme: Scheme,
    authority: Authority,
}

impl Base {
    /// Reads a base address as a connection stores it.
    pub(crate) fn parse(text: &str, allow_loopback: bool) -> Result<Self, PinError> {
        let wrong = || PinError::Address(text.to_owned());
        let uri: Uri = text.parse().map_err(|_| wrong())?;
        let base = Self::of(&uri).ok_or_else(wrong)?;
        if uri.path() != "/" && !uri.path().is_empty() || uri.query().is_some() {
            return Err(wrong());
        }
        if !base.is_https() && base.scheme != Scheme::HTTP {
            return Err(wrong());
        }
        if base.is_loopback() {
            return if allow_loopback {
                Ok(base)
            } else {
                Err(PinError::Loopback(text.to_owned()))
            };
        }
        if base.is_https() {
            Ok(base)
        } else {
            Err(PinError::PlainHttp(text.to_owned()))
        }
    }

    /// Scheme and authority of an absolute address, if that is a host and, where one is written, a port.
    pub(crate) fn of(uri: &Uri) -> Option<Self> {
        let authority = uri.authority()?;
        let host = authority.host();
        let after = authority.as_str().strip_prefix(host)?;
        let is_port = |port: &str| {
            authority
                .port_u16()
                .is_some_and(|read| read.to_string() == port)
        };
        let plain = after.is_empty() || after.strip_prefix(':').is_some_and(is_port);
        (plain && !host.is_empty()).then(|| Self {
            scheme: uri.scheme().cloned().unwrap_or(Scheme::HTTPS),
            authority: authority.clone(),
        })
    }

    pub(crate) fn host(&self) -> &str {
        self.authority.host()
    }

    pub(crate) fn scheme(&self) -> &Scheme {
        &self.scheme
    }

    /// The port; the scheme's own if none is written.
    pub(crate) fn port(&self) -> u16 {
        let usual = if self.is_https() { 443 } else { 80 };
        self.authority.port_u16().unwrap_or(usual)
    }

    pub(crate) fn is_https(&self) -> bool {
        self.scheme == Scheme::HTTPS
    }

    /// Whether the host is a loopback address written in digits, or the name every machine gives itself.
    pub(super) fn is_loopback(&self) -> bool {
        let host = self.host();
        let literal = host
            .trim_start_matches('[')
            .trim_end_matches(']')
            .parse::<IpAddr>();
        match literal {
            Ok(IpAddr::V4(ip)) => ip.is_loopback(),
            Ok(IpAddr::V6(ip)) => ip.is_loopback(),
            Err(_) => self.is_https() && host.eq_ignore_ascii_case("localhost"),
        }
    }
}

impl fmt::Display for Base {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}://{}",
            self.scheme,
            self.authority.as_str().to_ascii_lowercase()
        )
    }
}

/// What a person typed, read as an address; a path after it is ignored.
pub(super) struct Address {
    pub(super) base: Base,
    pub(super) stated_scheme: bool,
}

impl Address {
    pub(super) fn read(text: &str) -> Option<Self> {
        let stated_scheme = text.contains("://");
        let full = if stated_scheme {
            text.to_owned()
        } else {
            format!("https://{text}")
        };
        let base = Base::of(&full.parse().ok()?)?;
        Some(Self {
            base,
            stated_scheme,
        })
    }
}
