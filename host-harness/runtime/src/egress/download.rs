//! Which files may be fetched elsewhere than at the pinned origin.

use std::fmt;

use http::{Method, Uri};

use super::base::Base;
use super::host::{is_below, is_domain, is_own_name};
use super::origin::Known;
use super::policy::{Denial, PolicyError};
use super::ticket::Tickets;
use crate::contract::describe::{Manifest, OriginAddress};

/// The domains from which results may be fetched.
#[derive(Debug, Clone)]
pub(crate) struct Downloads {
    /// What the manifest declares.
    declared: Vec<String>,
    /// What the operator permits of it. Empty denies every download.
    confirmed: Vec<String>,
}

impl Downloads {
    /// Those of a manifest; none is permitted yet.
    pub(super) fn declared(manifest: &Manifest) -> Self {
        let suffixes = manifest.origins.iter().flat_map(|origin| {
            let suffixes = match &origin.address {
                OriginAddress::Download(suffixes) => suffixes.as_slice(),
                _ => &[],
            };
            suffixes.iter().map(|suffix| plain(suffix))
        });
        Self {
            declared: suffixes.filter(|suffix| !suffix.is_empty()).collect(),
            confirmed: Vec::new(),
        }
    }

    /// Permits these suffixes, each of which must lie within what is declared.
    pub(super) fn confirm(
        mut self,
        confirmed: &[String],
        allow_loopback: bool,
    ) -> Result<Self, PolicyError> {
        for input in confirmed {
            let suffix = plain(input);
            let input = || input.clone();
            if is_own_name(&suffix) {
                if !allow_loopback {
                    return Err(PolicyError::LoopbackDownload(input()));
                }
            } else if self.declared.is_empty() {
                return Err(PolicyError::NoDownloads(input()));
            } else if !is_domain(&suffix) || !self.declares(&suffix) {
                return Err(PolicyError::Download {
                    input: input(),
                    declared: Known(self.declared.clone()),
                });
            }
            self.confirmed.push(suffix);
        }
        Ok(self)
    }

    /// Whether any download is permitted.
    pub(super) fn are_confirmed(&self) -> bool {
        !self.confirmed.is_empty()
    }

    /// Whether the text may name a permitted download.
    pub(super) fn are_mentioned(&self, text: &str) -> bool {
        self.confirmed.iter().any(|suffix| text.contains(suffix))
    }

    /// Whether files may be downloaded from the host, permitted or not: then the query of its address is a secret.
    pub(super) fn concern(&self, host: &str) -> bool {
        self.confirms(host) || self.declares(host)
    }

    /// Whether the address may be fetched if it has a ticket.
    pub(super) fn fit(&self, uri: &Uri) -> bool {
        Base::of(uri).is_some_and(|base| self.fault(&Method::GET, &base).is_none())
    }

    /// Judges a request to another origin than the pinned one; none if it is no download either.
    pub(super) fn judge(
        &self,
        method: &Method,
        uri: &Uri,
        base: &Base,
        tickets: &Tickets,
    ) -> Option<Result<(), Denial>> {
        let host = base.host();
        let fault = if self.confirms(host) {
            self.fault(method, base)
                .or_else(|| (!tickets.holds(uri)).then_some(DownloadFault::Ticket))
        } else if self.declares(host) || is_own_name(host) && !self.declared.is_empty() {
            Some(DownloadFault::Unconfirmed)
        } else {
            return None;
        };
        Some(match fault {
            None => Ok(()),
            Some(fault) => Err(Denial::Download {
                host: host.to_owned(),
                fault,
            }),
        })
    }

    /// What is wrong with a request, its ticket aside.
    fn fault(&self, method: &Method, base: &Base) -> Option<DownloadFault> {
        if !self.confirms(base.host()) {
            Some(DownloadFault::Unconfirmed)
        } else if method != Method::GET {
            Some(DownloadFault::Method(method.clone()))
        } else if is_own_name(base.host()) {
            None
        } else if !base.is_https() {
            Some(DownloadFault::Scheme)
        } else {
            (base.port() != 443).then_some(DownloadFault::Port(base.port()))
        }
    }

    fn declares(&self, host: &str) -> bool {
        self.declared.iter().any(|suffix| is_below(host, suffix))
    }

    fn confirms(&self, host: &str) -> bool {
        let below =
            |suffix: &String| is_below(host, suffix) && (!is_own_name(suffix) || is_own_name(host));
        self.confirmed.iter().any(below)
    }
}

/// Why a file must not be fetched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DownloadFault {
    /// The operator has not permitted its domain.
    Unconfirmed,
    /// Another method than GET.
    Method(Method),
    /// Not HTTPS.
    Scheme,
    /// Another port than that of HTTPS.
    Port(u16),
    /// The pinned origin has not named the address in this session, or it was fetched already.
    Ticket,
}

impl DownloadFault {
    /// The rest of the sentence about a download from this host.
    pub(super) fn about<'a>(&'a self, host: &'a str) -> impl fmt::Display + 'a {
        fmt::from_fn(move |f| match self {
            Self::Unconfirmed => write!(
                f,
                "is not permitted; permit it with `koalr connect … --allow-download {host}`"
            ),
            Self::Method(method) => write!(f, "must be a GET, not a {method}"),
            Self::Scheme => write!(f, "must use HTTPS"),
            Self::Port(port) => write!(f, "must use port 443, not {port}"),
            Self::Ticket => write!(
                f,
                "needs an address that the upstream has named in this session and that was not fetched yet"
            ),
        })
    }
}

/// A suffix as host names are compared with it.
fn plain(suffix: &str) -> String {
    suffix.trim().trim_start_matches('.').to_ascii_lowercase()
}

#[cfg(test)]
mod tests;
