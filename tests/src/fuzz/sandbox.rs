//! A manifest with every form of address, and a judge of addresses that reads them as browsers do.

use koalr_runtime::contract::describe::{
    AudienceClaim, CredentialKind, Manifest, Method, Origin, OriginAddress, PathRule,
};

/// Paths of every kind, of an integration that nobody knows.
pub(super) fn manifest() -> Manifest {
    let text = |text: &str| text.to_owned();
    let origin = |id: &str, address, aliases: &[&str]| Origin {
        id: text(id),
        label: text(id),
        address,
        aliases: aliases.iter().map(|one| text(one)).collect(),
        paths: paths(),
    };
    Manifest {
        id: text("sample"),
        name: text("Sample"),
        version: text("0.1.0"),
        summary: String::new(),
        pulls: Vec::new(),
        permissions: Vec::new(),
        origins: vec![
            origin(
                "US-01",
                OriginAddress::Fixed(text(BASE)),
                &["app.example.com"],
            ),
            origin(
                "TENANT",
                OriginAddress::Template(text("https://api.{tenant}.example.net")),
                &["app.{tenant}.example.net"],
            ),
            origin("OWN", OriginAddress::CustomerSupplied, &[]),
        ],
        quotas: Vec::new(),
        credentials: vec![CredentialKind {
            id: text("token"),
            label: text("token"),
            pattern: text("[A-Za-z0-9._=-]{1,4096}"),
            header: text("authorization"),
            value: text("bearer {credential}"),
            audience: Some(AudienceClaim {
                part: 1,
                claim: text("aud"),
            }),
        }],
        settings: Vec::new(),
        rules: Vec::new(),
        extra: Vec::new(),
    }
}

fn paths() -> Vec<PathRule> {
    let rule = |(method, template): (Method, &str)| PathRule {
        method,
        template: template.to_owned(),
        fresh_secs: None,
    };
    let rules = [
        (Method::Get, "/rest/self"),
        (Method::Get, "/rest/orgs/{org}/issues"),
        (Method::Get, "/rest/orgs/{org}/projects/{id}"),
        (Method::Get, "/rest/orgs/{org}/packages/{purl}/issues"),
        (Method::Post, "/rest/orgs/{org}/export"),
    ];
    rules.into_iter().map(rule).collect()
}

/// An address as a browser understands it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Understood {
    /// `http` or `https`.
    pub(super) scheme: String,
    /// In lower case, decoded.
    pub(super) host: String,
    /// The scheme's own if none is written.
    pub(super) port: u16,
    /// Without `.` and `..`; slashes in either direction end a segment.
    pub(super) path: Vec<String>,
}

/// Reads an address by the rules of the WHATWG for special schemes; none if a browser refuses it.
pub(super) fn understood(address: &str) -> Option<Understood> {
    let address: String = address
        .trim()
        .chars()
        .filter(|char| !"\t\r\n".contains(*char))
        .collect();
    let (scheme, rest) = address.split_once(':')?;
    let scheme = scheme.to_ascii_lowercase();
    let own = match scheme.as_str() {
        "http" => 80,
        "https" => 443,
        _ => return None,
    };
    let rest = rest.trim_start_matches(['/', '\\']);
    let rest = rest.split(['?', '#']).next()?;
    let (authority, path) = match rest.find(['/', '\\']) {
        Some(at) => rest.split_at(at),
        None => (rest, "/"),
    };
    let authority = authority
        .rsplit_once('@')
        .map_or(authority, |(_, host)| host);
    let colon = authority
        .rfind(':')
        .filter(|at| !authority[*at..].contains(']'));
    let (host, port) = match colon {
        Some(at) => (&authority[..at], &authority[at + 1..]),
        None => (authority, ""),
    };
    let port = if port.is_empty() {
        own
    } else {
        port.parse().ok()?
    };
    let host = decoded(host).to_ascii_lowercase();
    if host.is_empty() || host.contains(['/', '\\', '?', '#', '@', ' ', '%']) {
        return None;
    }
    let mut segments: Vec<String> = Vec::new();
    for segment in path.split(['/', '\\']).skip(1) {
        match segment.to_ascii_lowercase().replace("%2e", ".").as_str() {
            "." => {}
            ".." => {
                segments.pop();
            }
            _ => segments.push(segment.to_owned()),
        }
    }
    Some(Understood {
        scheme,
        host,
        port,
        path: segments,
    })
}

/// Without one level of percent-encoding; a broken escape stays.
pub(super) fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((byte, after)) = rest.split_first() {
        let digits = after.get(..2).and_then(|two| str::from_utf8(two).ok());
        let escaped = digits
            .filter(|two| *byte == b'%' && two.bytes().all(|one| one.is_ascii_hexdigit()))
            .and_then(|two| u8::from_str_radix(two, 16).ok());
        bytes.push(escaped.unwrap_or(*byte));
        rest = &after[if escaped.is_some() { 2 } else { 0 }..];
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// The address of the first origin.
pub(super) const BASE: &str = "https://api.example.com";
