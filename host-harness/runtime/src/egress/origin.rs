//! The one address a connection talks to, and how a person's words become it.

use std::fmt;
use std::net::IpAddr;

use http::uri::{Authority, Scheme, Uri};

use crate::contract::describe::{Manifest, Origin, OriginAddress};

/// The origin that requests of one connection go to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PinnedOrigin {
    /// Id of the manifest's origin.
    pub id: String,
    /// Scheme, host and port without a path, for example `https://api.example.com`.
    pub base: String,
    /// Whether the host may be, or may resolve to, an address of this machine.
    pub allow_loopback: bool,
}

/// Finds the origin a person means, or the one the credential names.
///
/// `chosen` is an origin's id, its base address, or a web address the manifest lists for it; case does not matter.
/// `audience_host` is the host the credential says it is valid for. With `allow_loopback`, `http://127.0.0.1:PORT` is
/// accepted and stands for the manifest's first origin. Nothing is tried out: no request leaves.
///
/// # Errors
///
/// Nothing chosen and nothing said by the credential, with several origins; an unknown origin; a plain HTTP address; a
/// loopback address without the operator's permission; a credential that is valid elsewhere.
pub fn pin_origin(
    manifest: &Manifest,
    chosen: Option<&str>,
    audience_host: Option<&str>,
    allow_loopback: bool,
) -> Result<PinnedOrigin, PinError> {
    let known = || {
        Known(
            manifest
                .origins
                .iter()
                .filter(|o| is_pinnable(o))
                .map(|o| o.id.clone())
                .collect(),
        )
    };
    let by_audience = audience_host.map(|host| {
        let origin = manifest
            .origins
            .iter()
            .find(|origin| names_host(origin, host));
        origin.ok_or_else(|| PinError::UnknownAudience {
            host: host.to_owned(),
            known: known(),
        })
    });
    let Some(chosen) = chosen.map(str::trim) else {
        let origin = match by_audience {
            Some(origin) => origin?,
            None => only(manifest).ok_or_else(|| PinError::NotChosen { known: known() })?,
        };
        return pinned(origin, None, allow_loopback);
    };
    let address = Address::read(chosen);
    if let Some(address) = &address
        && address.base.is_loopback()
    {
        if !allow_loopback {
            return Err(PinError::Loopback(chosen.to_owned()));
        }
        let first = manifest.origins.iter().find(|origin| is_pinnable(origin));
        return Ok(PinnedOrigin {
            id: first.map(|origin| origin.id.clone()).unwrap_or_default(),
            base: address.base.to_string(),
            allow_loopback,
        });
    }
    if let Some(address) = &address
        && address.stated_scheme
        && !address.base.is_https()
    {
        return Err(PinError::PlainHttp(chosen.to_owned()));
    }
    let by_id = manifest
        .origins
        .iter()
        .find(|origin| is_pinnable(origin) && origin.id.eq_ignore_ascii_case(chosen));
    let unknown = || PinError::Unknown {
        chosen: chosen.to_owned(),
        known: known(),
    };
    let (origin, address) = match (by_id, address) {
        (Some(origin), _) => (origin, None),
        (None, Some(address)) => {
            let origin = by_address(manifest, &address).ok_or_else(unknown)?;
            (origin, Some(address))
        }
        (None, None) => return Err(unknown()),
    };
    if let (Some(host), Some(Ok(valid))) = (audience_host, by_audience)
        && valid.id != origin.id
    {
        return Err(PinError::Elsewhere {
            chosen: origin.id.clone(),
            host: host.to_owned(),
            valid: valid.id.clone(),
        });
    }
    pinned(origin, address, allow_loopback)
}

/// Why no origin could be pinned.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PinError {
    /// Several origins, and nothing says which.
    #[error("the credential does not say where it is valid; choose one of {known}")]
    NotChosen {
        /// What can be chosen.
        known: Known,
    },
    /// Not an origin of this integration.
    #[error("`{chosen}` is no origin of this integration; choose one of {known}")]
    Unknown {
        /// What was chosen.
        chosen: String,
        /// What can be chosen.
        known: Known,
    },
    /// The credential names a host this integration does not know.
    #[error(
        "the credential is valid for `{host}`, which is no origin of this integration; it knows {known}"
    )]
    UnknownAudience {
        /// The host the credential names.
        host: String,
        /// What can be chosen.
        known: Known,
    },
    /// The credential is valid for another origin than the chosen one.
    #[error(
        "the credential is valid for `{host}` ({valid}), not for `{chosen}`; choose {valid} or give another credential"
    )]
    Elsewhere {
        /// Id of the chosen origin.
        chosen: String,
        /// The host the credential names.
        host: String,
        /// Id of the origin it is valid for.
        valid: String,
    },
    /// A loopback address without permission.
    #[error(
        "`{0}` is an address of this machine; permit it with `--allow-loopback`, or choose an origin"
    )]
    Loopback(String),
    /// A credential would travel in the clear.
    #[error("`{0}` is plain HTTP; credentials travel by HTTPS only, so begin it with `https://`")]
    PlainHttp(String),
    /// The address is not scheme, host and port.
    #[error("`{0}` is not an address; write it like `https://api.example.com`")]
    Address(String),
}

/// Ids of the origins that can be chosen, printed as a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known(pub Vec<String>);

impl fmt::Display for Known {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join(", "))
    }
}

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

    /// Scheme and authority of an absolute address without user information.
    pub(crate) fn of(uri: &Uri) -> Option<Self> {
        let authority = uri.authority()?;
        (!authority.as_str().contains('@') && !authority.host().is_empty()).then(|| Self {
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
    fn is_loopback(&self) -> bool {
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
struct Address {
    base: Base,
    stated_scheme: bool,
}

impl Address {
    fn read(text: &str) -> Option<Self> {
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

fn pinned(
    origin: &Origin,
    address: Option<Address>,
    allow_loopback: bool,
) -> Result<PinnedOrigin, PinError> {
    let typed = || address.map(|address| address.base.to_string());
    let base = match &origin.address {
        OriginAddress::Fixed(base) => Some(base.clone()),
        OriginAddress::Template(_) | OriginAddress::CustomerSupplied => typed(),
        OriginAddress::Download(_) | OriginAddress::Other(_) => None,
    };
    let base = base.ok_or_else(|| PinError::Address(origin.id.clone()))?;
    Ok(PinnedOrigin {
        id: origin.id.clone(),
        base: Base::parse(&base, allow_loopback)?.to_string(),
        allow_loopback,
    })
}

/// Whether the credential may go there. A form of address that this host does not know lets nothing out.
pub(super) fn is_pinnable(origin: &Origin) -> bool {
    !matches!(
        origin.address,
        OriginAddress::Download(_) | OriginAddress::Other(_)
    )
}

/// The origin, if there is but one to choose.
fn only(manifest: &Manifest) -> Option<&Origin> {
    let mut origins = manifest.origins.iter().filter(|origin| is_pinnable(origin));
    let only = origins.next();
    only.filter(|_| origins.next().is_none())
}

/// The origin an address means; the self-hosted one if it means no other and is written out.
fn by_address<'a>(manifest: &'a Manifest, address: &Address) -> Option<&'a Origin> {
    let host = address.base.host();
    let aliased = |origin: &&Origin| {
        is_pinnable(origin)
            && origin
                .aliases
                .iter()
                .any(|alias| alias.eq_ignore_ascii_case(host))
    };
    let origins = &manifest.origins;
    origins
        .iter()
        .find(|origin| names_host(origin, host))
        .or_else(|| origins.iter().find(aliased))
        .or_else(|| {
            origins
                .iter()
                .filter(|_| address.stated_scheme)
                .find(|origin| matches!(origin.address, OriginAddress::CustomerSupplied))
        })
}

/// Whether the origin's address has this host.
fn names_host(origin: &Origin, host: &str) -> bool {
    match &origin.address {
        OriginAddress::Fixed(base) => Address::read(base)
            .is_some_and(|address| address.base.host().eq_ignore_ascii_case(host)),
        OriginAddress::Template(template) => fits_template(template, host),
        OriginAddress::CustomerSupplied | OriginAddress::Download(_) | OriginAddress::Other(_) => {
            false
        }
    }
}

/// Whether the host is the template's with exactly one DNS label in the open place.
fn fits_template(template: &str, host: &str) -> bool {
    let template = template
        .strip_prefix("https://")
        .unwrap_or(template)
        .to_ascii_lowercase();
    let host = host.to_ascii_lowercase();
    let Some((before, rest)) = template.split_once('{') else {
        return false;
    };
    let Some((_, after)) = rest.split_once('}') else {
        return false;
    };
    host.strip_prefix(before)
        .and_then(|label| label.strip_suffix(after))
        .is_some_and(|label| {
            !label.is_empty()
                && label
                    .bytes()
                    .all(|b| b.is_ascii_alphanumeric() || b == b'-')
        })
}

#[cfg(test)]
mod tests;
