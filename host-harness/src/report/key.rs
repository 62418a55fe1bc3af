//! Keys of the HTTP API as text.

use std::fmt::Write as _;

use koalr_store::ApiKeyRecord;

use super::escape::plain;
use super::instant::utc;

/// The only text that a key is in, alone on its first line.
#[must_use]
pub fn key_text(key: &str, record: &ApiKeyRecord) -> String {
    let id = &record.id;
    format!("{key}\nKeep it now: it is not shown again. `koalr key revoke {id}` takes it back.\n")
}

/// One line for each: what it opens, since when, and whether it still does.
#[must_use]
pub fn keys_text(keys: &[ApiKeyRecord]) -> String {
    if keys.is_empty() {
        return "There is no key; make one with `koalr key create --name NAME --scope SCOPE`.\n"
            .to_owned();
    }
    let mut text = String::new();
    for key in keys {
        let scopes: Vec<_> = key.scopes.iter().map(|scope| scope.word()).collect();
        let _ = write!(
            text,
            "{} {}: {}",
            key.id,
            plain(&key.name),
            scopes.join(", ")
        );
        if let Some(login) = &key.login {
            let _ = write!(text, " as {}", plain(login));
        }
        let _ = write!(text, "; made {}", utc(key.created_at));
        let _ = match (key.revoked_at, key.last_used_at) {
            (Some(at), _) => write!(text, ", revoked {}", utc(at)),
            (None, Some(at)) => write!(text, ", last used about {}", utc(at)),
            (None, None) => write!(text, ", never used"),
        };
        text.push('\n');
    }
    text
}
