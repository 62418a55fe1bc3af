//! What a setting takes.

use std::net::SocketAddr;
use std::path::PathBuf;

use http::Uri;
use koalr_platform::complaint::way_out;
use koalr_platform::document::quoted;
use toml::de::DeValue;

/// What a setting takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// An IP address and a port.
    Address,
    /// The path of a file or directory.
    Path,
    /// Paths of files: in a file of settings a list, in a variable with `:` between them.
    Paths,
    /// Scheme, host and, if need be, port of an address on the web.
    Origin,
    /// Yes or no.
    Flag,
    /// A whole number from the one to the other.
    Whole(i64, i64),
    /// One of these words.
    Word(&'static [&'static str]),
}

/// The value of a setting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// Nothing is set, and there is no default.
    Unset,
    /// An IP address and a port.
    Address(SocketAddr),
    /// The path of a file or directory.
    Path(PathBuf),
    /// Paths of files. May be empty.
    Paths(Vec<PathBuf>),
    /// An address on the web, without a slash at its end.
    Origin(String),
    /// Yes or no.
    Flag(bool),
    /// A whole number.
    Whole(i64),
    /// A word.
    Word(&'static str),
}

impl Kind {
    /// Reads a value as a variable or a flag has it.
    ///
    /// # Errors
    ///
    /// It is another kind of value or out of range: says what is expected.
    pub(super) fn read(self, text: &str) -> Result<Value, String> {
        let value = match self {
            Self::Address => text.parse().ok().map(Value::Address),
            Self::Path => path(text).map(Value::Path),
            Self::Paths => {
                let paths: Option<_> = text.split(':').map(path).collect();
                paths.map(Value::Paths)
            }
            Self::Origin => origin(text).map(Value::Origin),
            Self::Flag => text.parse().ok().map(Value::Flag),
            Self::Whole(low, high) => {
                let number = text.parse().ok();
                let number = number.filter(|number| (low..=high).contains(number));
                number.map(Value::Whole)
            }
            Self::Word(words) => {
                let known = words.iter().find(|word| **word == text);
                known.map(|word| Value::Word(word))
            }
        };
        value.ok_or_else(|| match self {
            Self::Word(words) => way_out(text, words.iter().copied()),
            kind => kind.expected(),
        })
    }

    /// Reads a value as the file has it, where numbers and flags are no texts.
    ///
    /// # Errors
    ///
    /// As [`Kind::read`].
    pub(super) fn read_toml(self, value: &DeValue<'_>) -> Result<Value, String> {
        match (self, value) {
            (Self::Address | Self::Path | Self::Origin | Self::Word(_), DeValue::String(text)) => {
                self.read(text)
            }
            (Self::Paths, DeValue::Array(list)) => {
                let texts = list.iter().map(|one| one.get_ref().as_str());
                let paths: Option<_> = texts.map(|text| text.and_then(path)).collect();
                paths.map(Value::Paths).ok_or_else(|| self.expected())
            }
            (Self::Flag, DeValue::Boolean(flag)) => Ok(Value::Flag(*flag)),
            (Self::Whole(..), DeValue::Integer(number)) if number.radix() == 10 => {
                self.read(number.as_str())
            }
            _ => Err(self.expected()),
        }
    }

    /// What it takes, for people.
    #[must_use]
    pub fn range(self) -> String {
        match self {
            Self::Address => "address and port".to_owned(),
            Self::Path => "path".to_owned(),
            Self::Paths => "list of paths".to_owned(),
            Self::Origin => "`https://HOST` or `http://HOST`".to_owned(),
            Self::Flag => "`true` or `false`".to_owned(),
            Self::Whole(low, high) => format!("{low} to {high}"),
            Self::Word(words) => {
                let words: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
                words.join(", ")
            }
        }
    }

    fn expected(self) -> String {
        match self {
            Self::Address => {
                "expected an IP address and a port such as \"127.0.0.1:8080\"".to_owned()
            }
            Self::Path => "expected the path of a file or directory, not what is in it".to_owned(),
            Self::Paths => {
                "expected paths of files such as [\"release.pem\"], not what is in them".to_owned()
            }
            Self::Origin => {
                "expected where a browser finds the pages, without a path, such as \"https://koalr.example.com\""
                    .to_owned()
            }
            Self::Flag => "expected `true` or `false`".to_owned(),
            Self::Whole(low, high) => format!("expected a whole number from {low} to {high}"),
            Self::Word(words) => way_out("", words.iter().copied()),
        }
    }
}

impl Value {
    /// As it is written in the file; none if nothing is set.
    #[must_use]
    pub fn to_toml(&self) -> Option<String> {
        Some(match self {
            Self::Unset => return None,
            Self::Address(address) => quoted(&address.to_string()),
            Self::Path(path) => quoted(&path.display().to_string()),
            Self::Paths(paths) => {
                let paths = paths.iter().map(|path| quoted(&path.display().to_string()));
                format!("[{}]", paths.collect::<Vec<_>>().join(", "))
            }
            Self::Origin(origin) => quoted(origin),
            Self::Flag(flag) => flag.to_string(),
            Self::Whole(number) => number.to_string(),
            Self::Word(word) => quoted(word),
        })
    }
}

/// A path, if it is one line: what is in a file must not be repeated as if it were its name.
fn path(text: &str) -> Option<PathBuf> {
    let is_path = !text.trim().is_empty() && !text.contains(char::is_control);
    is_path.then(|| PathBuf::from(text))
}

/// Scheme, host and port, if nothing else is there: a name before the host would be sent to everybody.
fn origin(text: &str) -> Option<String> {
    let uri: Uri = text.parse().ok()?;
    let scheme = uri
        .scheme_str()
        .filter(|one| matches!(*one, "https" | "http"))?;
    let authority = uri.authority()?.as_str();
    let is_bare = uri.path() == "/" && uri.query().is_none() && !authority.contains('@');
    let has_host = uri.host().is_some_and(|host| !host.is_empty());
    (is_bare && has_host && !text.contains('#')).then(|| format!("{scheme}://{authority}"))
}
