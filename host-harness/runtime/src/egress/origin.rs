//! The one address a connection talks to, and how a person's words become it.

use std::fmt;

use super::base::{Address, Base};
use super::host::HostPattern;
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
/// Nothing chosen and nothing said by the credential, with several origins; an unknown origin; an origin whose address
/// is still open; a plain HTTP address; a loopback address without the operator's permission; a credential that is
/// valid elsewhere.
pub fn pin_origin(
    manifest: &Manifest,
    chosen: Option<&str>,
    audience_host: Option<&str>,
    allow_loopback: bool,
) -> Result<PinnedOrigin, PinError> {
    let by_audience = audience_host.map(|host| {
        by_host(manifest, host).ok_or_else(|| PinError::UnknownAudience {
            host: host.to_owned(),
            known: known(manifest),
        })
    });
    let Some(chosen) = chosen.map(str::trim) else {
        let place = match by_audience {
            Some(place) => place?,
            None => only(manifest).ok_or_else(|| PinError::NotChosen {
                known: known(manifest),
            })?,
        };
        return place.pin(allow_loopback);
    };
    let address = Address::read(chosen);
    if let Some(address) = &address
        && address.base.is_loopback()
    {
        if !allow_loopback {
            return Err(PinError::Loopback(chosen.to_owned()));
        }
        let first = pinnable(manifest).next();
        return Ok(PinnedOrigin {
            id: first.map(|origin| origin.id.clone()).unwrap_or_default(),
            base: Base::parse(&address.base.to_string(), true)?.to_string(),
            allow_loopback,
        });
    }
    if let Some(address) = &address
        && address.stated_scheme
        && !address.base.is_https()
    {
        return Err(PinError::PlainHttp(chosen.to_owned()));
    }
    let by_id = pinnable(manifest).find(|origin| origin.id.eq_ignore_ascii_case(chosen));
    let place = match by_id {
        Some(origin) => Some(Place::of(origin)),
        None => address.and_then(|address| by_address(manifest, &address)),
    };
    let place = place.ok_or_else(|| PinError::Unknown {
        chosen: chosen.to_owned(),
        known: known(manifest),
    })?;
    match (audience_host, by_audience) {
        (Some(host), Some(Ok(valid))) if valid != place => {
            if place.base.is_none() && place.origin.id == valid.origin.id {
                // The credential says what the choice leaves open.
                return valid.pin(allow_loopback);
            }
            Err(PinError::Elsewhere {
                chosen: place.name(),
                host: host.to_owned(),
                valid: valid.name(),
            })
        }
        (Some(host), Some(Err(unknown))) if !place.is_at(host) => Err(unknown),
        _ => place.pin(allow_loopback),
    }
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
        /// The chosen origin: its id, or its address if the id leaves that open.
        chosen: String,
        /// The host the credential names.
        host: String,
        /// The origin it is valid for, likewise.
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
    /// The chosen origin is wherever the customer's instance is.
    #[error("`{id}` has an address of its own for each customer; give it, like `{like}`")]
    Open {
        /// Id of the chosen origin.
        id: String,
        /// The form of its addresses.
        like: String,
    },
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

/// Whether the credential may go there. A form of address that this host does not know lets nothing out.
pub(super) fn is_pinnable(origin: &Origin) -> bool {
    !matches!(
        origin.address,
        OriginAddress::Download(_) | OriginAddress::Other(_)
    )
}

/// An origin, and its base address unless that is still open.
struct Place<'a> {
    origin: &'a Origin,
    base: Option<String>,
}

impl<'a> Place<'a> {
    fn of(origin: &'a Origin) -> Self {
        let base = match &origin.address {
            OriginAddress::Fixed(base) => Some(base.clone()),
            _ => None,
        };
        Self { origin, base }
    }

    /// What tells this place from others, for people.
    fn name(&self) -> String {
        match (&self.origin.address, &self.base) {
            (OriginAddress::Fixed(_), _) | (_, None) => self.origin.id.clone(),
            (_, Some(base)) => base.clone(),
        }
    }

    /// Whether its address has this host.
    fn is_at(&self, host: &str) -> bool {
        let address = self.base.as_deref().and_then(Address::read);
        address.is_some_and(|address| address.base.host().eq_ignore_ascii_case(host))
    }

    fn pin(self, allow_loopback: bool) -> Result<PinnedOrigin, PinError> {
        let id = self.origin.id.clone();
        let Some(base) = self.base else {
            let like = match &self.origin.address {
                OriginAddress::Template(template) => template.clone(),
                _ => "https://api.example.com".to_owned(),
            };
            return Err(PinError::Open { id, like });
        };
        Ok(PinnedOrigin {
            id,
            base: Base::parse(&base, allow_loopback)?.to_string(),
            allow_loopback,
        })
    }
}

impl PartialEq for Place<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.origin.id == other.origin.id && self.base == other.base
    }
}

fn pinnable(manifest: &Manifest) -> impl Iterator<Item = &Origin> {
    manifest.origins.iter().filter(|origin| is_pinnable(origin))
}

fn known(manifest: &Manifest) -> Known {
    Known(pinnable(manifest).map(|origin| origin.id.clone()).collect())
}

/// The origin, if there is but one to choose.
fn only(manifest: &Manifest) -> Option<Place<'_>> {
    let mut origins = pinnable(manifest);
    let only = origins.next();
    only.filter(|_| origins.next().is_none()).map(Place::of)
}

/// The origin with this host. A fixed one wins: its labels are nobody's tenant.
fn by_host<'a>(manifest: &'a Manifest, host: &str) -> Option<Place<'a>> {
    fixed(manifest, host).or_else(|| templated(manifest, host, |_| &[]))
}

/// The origin an address means; the self-hosted one if it means no other and is written out.
fn by_address<'a>(manifest: &'a Manifest, address: &Address) -> Option<Place<'a>> {
    let host = address.base.host();
    let aliased = || {
        pinnable(manifest).find(|origin| {
            let mut aliases = origin.aliases.iter();
            aliases.any(|alias| alias.eq_ignore_ascii_case(host))
        })
    };
    let supplied = |origin| Place {
        origin,
        base: Some(address.base.to_string()),
    };
    let self_hosted = |origin: &&Origin| matches!(origin.address, OriginAddress::CustomerSupplied);
    fixed(manifest, host)
        .or_else(|| {
            let origin = aliased()?;
            Some(if self_hosted(&origin) {
                supplied(origin)
            } else {
                Place::of(origin)
            })
        })
        .or_else(|| templated(manifest, host, |origin| &origin.aliases))
        .or_else(|| {
            pinnable(manifest)
                .filter(|_| address.stated_scheme)
                .find(self_hosted)
                .map(supplied)
        })
}

fn fixed<'a>(manifest: &'a Manifest, host: &str) -> Option<Place<'a>> {
    let origin = pinnable(manifest).find(|origin| match &origin.address {
        OriginAddress::Fixed(base) => Address::read(base)
            .is_some_and(|address| address.base.host().eq_ignore_ascii_case(host)),
        _ => false,
    })?;
    Some(Place::of(origin))
}

/// The origin whose template, or whose alias of one, has this host; with the same label in the template.
fn templated<'a>(
    manifest: &'a Manifest,
    host: &str,
    aliases: fn(&Origin) -> &[String],
) -> Option<Place<'a>> {
    pinnable(manifest).find_map(|origin| {
        let OriginAddress::Template(template) = &origin.address else {
            return None;
        };
        let pattern = HostPattern::parse(template)?;
        let label = pattern.label(host).or_else(|| {
            let mut aliases = aliases(origin).iter();
            aliases.find_map(|alias| HostPattern::parse(alias)?.label(host))
        })?;
        let host = pattern.host(&label);
        // A fixed region whose web address the manifest does not list is that region still.
        fixed(manifest, &host).or_else(|| {
            Some(Place {
                origin,
                base: Some(format!("https://{host}")),
            })
        })
    })
}

#[cfg(test)]
mod tests;
