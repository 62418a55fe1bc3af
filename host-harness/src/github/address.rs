//! Addresses and names, checked before they become part of a path.

use std::fmt;
use std::net::IpAddr;

use http::Uri;

use super::error::{GitHubError, SettingsError};

/// The one place requests go to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Origin {
    /// Scheme, host in small letters, and port.
    place: (String, String, u16),
    /// Scheme, host and port as text.
    base: String,
    /// Path of the API without a slash at its end; empty on GitHub itself.
    path: String,
}

impl Origin {
    pub(super) fn parse(text: &str, allow_loopback: bool) -> Result<Self, SettingsError> {
        let wrong = || SettingsError::Address(text.to_owned());
        let uri: Uri = text.parse().map_err(|_| wrong())?;
        let place = place(&uri).ok_or_else(wrong)?;
        let path = uri.path().trim_end_matches('/');
        let mut segments = path.split('/').skip(1);
        if uri.query().is_some() || !segments.all(is_name) {
            return Err(wrong());
        }
        let (scheme, host, _) = &place;
        if is_loopback(host) || host == "localhost" && scheme == "https" {
            if !allow_loopback {
                return Err(SettingsError::Loopback(text.to_owned()));
            }
        } else if scheme != "https" {
            return Err(SettingsError::PlainHttp(text.to_owned()));
        }
        Ok(Self {
            base: format!("{scheme}://{}", uri.authority().ok_or_else(wrong)?),
            path: path.to_owned(),
            place,
        })
    }

    /// The address of a path that begins with a slash.
    pub(super) fn address(&self, path: &str) -> String {
        format!("{}{}{path}", self.base, self.path)
    }

    /// The path and query below the API of an address here; none if it is elsewhere.
    pub(super) fn own<'a>(&self, address: &'a Uri) -> Option<&'a str> {
        let path = address.path_and_query()?.as_str();
        let path = path.strip_prefix(self.path.as_str())?;
        (place(address).as_ref() == Some(&self.place) && path.starts_with('/')).then_some(path)
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.base)
    }
}

/// A repository as `owner/name`, of characters that mean nothing in a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Repository<'a>(&'a str);

impl<'a> Repository<'a> {
    pub(super) fn parse(text: &'a str) -> Result<Self, GitHubError> {
        let parts = text.split_once('/');
        match parts {
            Some((owner, name)) if is_name(owner) && is_name(name) => Ok(Self(text)),
            _ => Err(GitHubError::Repository(text.to_owned())),
        }
    }
}

impl fmt::Display for Repository<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

/// A commit by its whole SHA: a branch or a short SHA may name another commit tomorrow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Sha<'a>(&'a str);

impl<'a> Sha<'a> {
    pub(super) fn parse(text: &'a str) -> Result<Self, GitHubError> {
        let whole = matches!(text.len(), 40 | 64);
        if whole && text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            Ok(Self(text))
        } else {
            Err(GitHubError::Sha(text.to_owned()))
        }
    }
}

impl fmt::Display for Sha<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

/// A text as the value of a query's parameter.
pub(super) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            let digits = [byte >> 4, byte & 15].map(|digit| {
                char::from_digit(u32::from(digit), 16).map_or('0', |c| c.to_ascii_uppercase())
            });
            out.push('%');
            out.extend(digits);
        }
    }
    out
}

/// Scheme, host in small letters and port; none without them or with a user.
fn place(uri: &Uri) -> Option<(String, String, u16)> {
    let scheme = uri.scheme_str()?.to_ascii_lowercase();
    let usual = match scheme.as_str() {
        "https" => 443,
        "http" => 80,
        _ => return None,
    };
    let authority = uri.authority()?;
    let host = authority.host().to_ascii_lowercase();
    let port = authority.port();
    // A port that is no number is dropped silently where it is read as one.
    let stated = authority.as_str().len() - authority.host().len();
    let plain = match &port {
        Some(port) => stated == port.as_str().len() + 1,
        None => stated == 0,
    };
    (plain && !host.is_empty()).then(|| (scheme, host, authority.port_u16().unwrap_or(usual)))
}

/// Whether the host is an address of this machine in digits.
fn is_loopback(host: &str) -> bool {
    let literal = host.trim_start_matches('[').trim_end_matches(']');
    let address = literal.parse::<IpAddr>();
    address.is_ok_and(|address| address.is_loopback())
}

/// Whether a segment of a path is a plain name.
fn is_name(segment: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    !matches!(segment, "" | "." | "..")
        && segment.len() <= LONGEST_NAME
        && segment.bytes().all(plain)
}

/// Longest name of a repository, in bytes: GitHub's own limit.
const LONGEST_NAME: usize = 100;

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn own(base: &str, address: &str) -> Option<String> {
        let origin = Origin::parse(base, true).unwrap();
        origin.own(&address.parse().unwrap()).map(str::to_owned)
    }

    #[test]
    fn an_address_is_own_with_the_same_scheme_host_and_port_alone() {
        let github = "https://api.github.com";
        for own_one in [
            "https://api.github.com/x?page=2",
            "https://API.github.com:443/x?page=2",
        ] {
            assert_eq!(own(github, own_one).as_deref(), Some("/x?page=2"));
        }
        for other in [
            "http://api.github.com/x",
            "https://api.github.com:8443/x",
            "https://api.github.com.example/x",
            "https://evil@api.github.com/x",
            "https://github.com/x",
            "/x",
        ] {
            assert_eq!(own(github, other), None, "{other}");
        }
    }

    #[test]
    fn an_api_below_a_path_owns_what_is_below_it() {
        let base = "https://github.example.com/api/v3/";
        let origin = Origin::parse(base, false).unwrap();
        let address = origin.address("/repos");
        assert_eq!(address, "https://github.example.com/api/v3/repos");
        assert_eq!(own(base, &address).as_deref(), Some("/repos"));
        assert_eq!(own(base, "https://github.example.com/api/v30"), None);
        assert_eq!(own(base, "https://github.example.com/repos"), None);
    }

    #[test]
    fn an_address_that_is_no_api_is_refused_with_the_way_out() {
        let text = |base: &str, loopback| Origin::parse(base, loopback).unwrap_err().to_string();
        for base in [
            "",
            "api.github.com",
            "ftp://api.github.com",
            "https://token@api.github.com",
            "https://api.github.com:port",
            "https://api.github.com/?a=b",
            "https://api.github.com/api/../x",
            "https://api.github.com//x",
        ] {
            assert_eq!(
                text(base, true),
                format!(
                    "GitHub's address `{base}` is none; write it like `https://api.github.com` or `https://github.example.com/api/v3`"
                )
            );
        }
        assert_eq!(
            text("http://localhost:1", true),
            "GitHub's address `http://localhost:1` is plain HTTP; tokens travel by HTTPS only"
        );
        assert_eq!(
            text("http://127.0.0.1:1", false),
            "GitHub's address `http://127.0.0.1:1` is this machine's; permit it with `--allow-loopback`"
        );
    }

    #[test]
    fn a_repository_and_a_commit_mean_nothing_else_in_a_path() {
        for text in [
            "acme",
            "acme/",
            "/shop",
            "acme/shop/x",
            "../shop",
            "acme/..",
            "acme/sh op",
            "acme/shop?x",
            "acme/shop#x",
            "acme/%2e%2e",
            "acme/sh\\op",
            "acme/shöp",
        ] {
            let refused = Repository::parse(text).unwrap_err().to_string();
            assert_eq!(
                refused,
                format!("`{text}` is no repository; write it as `owner/name`")
            );
        }
        assert!(Repository::parse("acme-corp/shop.web_2").is_ok());
        for text in [
            "",
            "main",
            "5f2c1b7",
            &"g".repeat(40),
            &"a".repeat(41),
            "../../../user",
        ] {
            let refused = Sha::parse(text).unwrap_err().to_string();
            assert_eq!(
                refused,
                format!("`{text}` is no commit; give all 40 or 64 hexadecimal digits of its SHA")
            );
        }
        assert!(Sha::parse(&"aB3".repeat(14)[..40]).is_ok());
        assert!(Sha::parse(&"0".repeat(64)).is_ok());
    }

    #[test]
    fn a_name_stays_one_value_of_a_query() {
        assert_eq!(escaped("Koalr: snyk&x=ö"), "Koalr%3A%20snyk%26x%3D%C3%B6");
    }
}
