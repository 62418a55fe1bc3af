//! Which requests may leave: scheme × host × port × method × path.

use std::collections::BTreeSet;

use http::{HeaderName, Method, Uri};

use super::base::Base;
use super::download::{DownloadFault, Downloads};
use super::origin::{Known, PinError, PinnedOrigin, is_pinnable};
use super::path::{Fit, Path, PathTemplate};
use super::ticket::Tickets;
use crate::contract::describe::{self, Manifest};

/// What one connection may request. Everything else is denied, so no rules deny all.
#[derive(Debug, Clone)]
pub struct EgressPolicy {
    base: Base,
    allow_loopback: bool,
    rules: Vec<Rule>,
    organizations: Organizations,
    downloads: Downloads,
    /// Headers that carry a credential of any form.
    credential_names: Vec<HeaderName>,
}

/// A rule of the manifest.
#[derive(Debug, Clone)]
struct Rule {
    method: Method,
    template: PathTemplate,
    fresh_secs: Option<u32>,
}

/// What a permitted request is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Route {
    /// To the pinned origin, with the credential.
    Api,
    /// A file the pinned origin has named, without the credential.
    Download,
}

/// What `{org}` in a path template stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Organizations {
    /// Any one segment: `connect` has to find out which there are.
    Connecting,
    /// These ids, as they stand in paths. None of them denies every path with `{org}`.
    Bound(BTreeSet<String>),
}

impl EgressPolicy {
    /// The rules a manifest has for the pinned origin. Its download origins are denied until they are confirmed, and
    /// those whose form of address this host does not know always.
    ///
    /// # Errors
    ///
    /// The manifest has no such origin; the base address is no HTTPS address, nor a permitted loopback address; a path
    /// template is not one.
    pub fn from_manifest(
        manifest: &Manifest,
        origin: PinnedOrigin,
        organizations: Organizations,
    ) -> Result<Self, PolicyError> {
        let base = Base::parse(&origin.base, origin.allow_loopback)?;
        let declared = manifest
            .origins
            .iter()
            .find(|declared| declared.id == origin.id)
            .filter(|declared| is_pinnable(declared))
            .ok_or(PolicyError::Origin(origin.id))?;
        let rules = declared
            .paths
            .iter()
            .map(|rule| {
                Ok(Rule {
                    method: method(rule.method),
                    template: PathTemplate::parse(&rule.template)?,
                    fresh_secs: (rule.fresh_secs).filter(|_| rule.method == describe::Method::Get),
                })
            })
            .collect::<Result<_, PolicyError>>()?;
        Ok(Self {
            base,
            allow_loopback: origin.allow_loopback,
            rules,
            organizations,
            downloads: Downloads::declared(manifest),
            credential_names: (manifest.credentials.iter())
                .filter_map(|kind| HeaderName::try_from(&kind.header).ok())
                .collect(),
        })
    }

    /// Permits downloads from these domains and all below them; one of the manifest's download suffixes must hold each.
    /// If the pinned origin may be of this machine, `127.0.0.1` and `localhost` can be permitted too.
    ///
    /// Only files are fetched that the pinned origin itself has named in the session, once, by GET, over HTTPS, and
    /// without the credential.
    ///
    /// # Errors
    ///
    /// A text that is no domain, or one the manifest does not declare; a name of this machine without the operator's
    /// permission.
    pub fn with_downloads(
        self,
        manifest: &Manifest,
        confirmed: &[String],
    ) -> Result<Self, PolicyError> {
        let downloads = Downloads::declared(manifest).confirm(confirmed, self.allow_loopback)?;
        Ok(Self { downloads, ..self })
    }

    /// Whether a request may leave to the pinned origin.
    ///
    /// # Errors
    ///
    /// The first part that is not allowed, in the order scheme, host, port, path, method with path, organization.
    pub fn allows(&self, method: &Method, uri: &Uri) -> Result<(), Denial> {
        let asked = Base::of(uri).ok_or(Denial::Address)?;
        if asked.scheme() != self.base.scheme() {
            return Err(Denial::Scheme(shown(asked.scheme().as_str())));
        }
        if !asked.host().eq_ignore_ascii_case(self.base.host()) {
            return Err(Denial::Host(shown(asked.host())));
        }
        if asked.port() != self.base.port() {
            return Err(Denial::Port(asked.port()));
        }
        let path = Path::parse(uri.path())?;
        let fits = |fit: Fit| {
            self.rules.iter().any(|rule| {
                rule.method == *method && rule.template.matches(&path, &self.organizations) == fit
            })
        };
        if fits(Fit::Yes) {
            Ok(())
        } else if fits(Fit::OtherOrganization) {
            Err(Denial::Organization(shown(uri.path())))
        } else {
            Err(Denial::Rule {
                method: shown(method.as_str()),
                path: shown(uri.path()),
            })
        }
    }

    /// How long the answer to a permitted request may be given again, in seconds; none if not at all.
    pub(crate) fn fresh_secs(&self, method: &Method, uri: &Uri) -> Option<u32> {
        let path = Path::parse(uri.path()).ok()?;
        let fits = |rule: &&Rule| {
            rule.method == *method && rule.template.matches(&path, &self.organizations) == Fit::Yes
        };
        // Where several rules fit, the most cautious one counts.
        let rules = self.rules.iter().filter(fits);
        rules.map(|rule| rule.fresh_secs).min().flatten()
    }

    /// What a request is, if it may leave. The caller uses up the ticket of a download.
    pub(crate) fn route(
        &self,
        method: &Method,
        uri: &Uri,
        tickets: &Tickets,
    ) -> Result<Route, Denial> {
        let Err(denial) = self.allows(method, uri) else {
            return Ok(Route::Api);
        };
        let base = Base::of(uri).ok_or(Denial::Address)?;
        let elsewhere = matches!(
            denial,
            Denial::Scheme(_) | Denial::Host(_) | Denial::Port(_)
        );
        match self.downloads.judge(method, uri, &base, tickets) {
            Some(Ok(())) => Ok(Route::Download),
            Some(Err(denial)) if elsewhere => Err(denial),
            _ => Err(denial),
        }
    }

    /// Headers that carry a credential, of whichever form it is.
    pub(crate) fn credential_names(&self) -> &[HeaderName] {
        &self.credential_names
    }

    /// Where files may be fetched.
    pub(crate) fn downloads(&self) -> &Downloads {
        &self.downloads
    }

    /// Whether addresses of this machine may be connected to.
    pub(crate) fn allow_loopback(&self) -> bool {
        self.allow_loopback
    }
}

/// Why a request must not leave.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Denial {
    /// No host, a user name before it, or behind it something that is no port.
    #[error("the address has no plain host")]
    Address,
    /// Another scheme than the pinned origin's.
    #[error("the scheme `{0}` is not the pinned origin's")]
    Scheme(String),
    /// Another host than the pinned origin's.
    #[error("the host `{0}` is not the pinned origin's")]
    Host(String),
    /// Another port than the pinned origin's.
    #[error("the port {0} is not the pinned origin's")]
    Port(u16),
    /// The path can be read in more than one way.
    #[error("the path `{0}` has empty, `.` or `..` segments, or broken escapes")]
    UnclearPath(String),
    /// No rule of the manifest has this method and path.
    #[error("the manifest does not list {method} `{path}`")]
    Rule {
        /// The method.
        method: String,
        /// The raw path, cut.
        path: String,
    },
    /// A rule fits, but the organization was not chosen for this connection.
    #[error("the organization in `{0}` was not chosen for this connection")]
    Organization(String),
    /// A download that must not be fetched.
    #[error("the download from `{host}` {}", fault.about(host))]
    Download {
        /// The host.
        host: String,
        /// What is wrong with it.
        fault: DownloadFault,
    },
    /// The session is closed: nothing may leave.
    #[error("this session must not send requests")]
    Closed,
    /// The call has started as many requests as it may.
    #[error("the call has used up its requests (limit `requests`)")]
    Budget,
    /// The session holds as many answers as it may.
    #[error("the session holds too many requests and answers at once (limit `open-requests`)")]
    Open,
    /// The request's body is longer than it may be.
    #[error("the request has more than {0} bytes (limit `request-body`)")]
    Body(usize),
}

impl Denial {
    /// What kind it is, for metrics.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::Address => "address",
            Self::Scheme(_) => "scheme",
            Self::Host(_) => "host",
            Self::Port(_) => "port",
            Self::UnclearPath(_) => "unclear-path",
            Self::Rule { .. } => "rule",
            Self::Organization(_) => "organization",
            Self::Download { .. } => "download",
            Self::Closed => "closed",
            Self::Budget => "budget",
            Self::Open => "open-requests",
            Self::Body(_) => "request-body",
        }
    }
}

/// Why a manifest gives no policy.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PolicyError {
    /// The base address cannot be used.
    #[error(transparent)]
    Base(#[from] PinError),
    /// The manifest has no origin of this id.
    #[error("the manifest has no origin `{0}`; connect anew")]
    Origin(String),
    /// A path template of the manifest is not one.
    #[error("the manifest's path template `{0}` is not absolute, or not made of whole segments")]
    Template(String),
    /// Not a domain of the manifest's downloads.
    #[error(
        "`{input}` is no domain this integration downloads from; give one of {declared}, or a domain below it"
    )]
    Download {
        /// What the operator wrote.
        input: String,
        /// What the manifest declares.
        declared: Known,
    },
    /// A domain to download from, for an integration that declares none.
    #[error("`{0}` cannot be permitted: this integration downloads nothing")]
    NoDownloads(String),
    /// Downloads from this machine without permission.
    #[error("`{0}` is this machine; permit it with `--allow-loopback`, or leave it out")]
    LoopbackDownload(String),
}

/// A guest's text, short enough to be kept for each of its requests.
pub(super) fn shown(text: &str) -> String {
    let cut = text.get(..text.floor_char_boundary(SHOWN_BYTES));
    cut.unwrap_or_default().to_owned()
}

/// Bytes of an address, or of a part of one, in messages and in the transcript.
const SHOWN_BYTES: usize = 2 << 10;

pub(crate) fn method(method: describe::Method) -> Method {
    match method {
        describe::Method::Get => Method::GET,
        describe::Method::Head => Method::HEAD,
        describe::Method::Post => Method::POST,
        describe::Method::Put => Method::PUT,
        describe::Method::Patch => Method::PATCH,
        describe::Method::Delete => Method::DELETE,
    }
}

#[cfg(test)]
mod tests;
