//! The credential, looked for in what an upstream sends back.
//!
//! A guest never holds the credential, so an upstream that repeats it (a debugging page, a proxy's error page) must not
//! hand it over. It is looked for as it is, and as base64, a percent-encoding or a JSON text writes it. An upstream that
//! means to tell it in another form can: it was given the credential.

use std::fmt;
use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use memchr::memmem;
use zeroize::Zeroizing;

use super::forms;

/// Every form in which a credential is recognized. Erased from memory when dropped; prints as nothing.
#[derive(Clone)]
pub(crate) struct Echo {
    forms: Arc<[Zeroizing<Vec<u8>>]>,
}

impl Echo {
    /// The forms of this credential. One that is so short that it stands in any text has none.
    pub(crate) fn of(secret: &str) -> Self {
        let escaped = [
            secret.replace('\\', "\\\\").replace('"', "\\\""),
            secret.replace('/', "\\/"),
        ];
        let escaped = escaped.map(|text| Zeroizing::new(text.into_bytes()));
        let plain = Zeroizing::new(secret.as_bytes().to_vec());
        let all = [plain, forms::percent_encoded(secret.as_bytes())];
        let all = all.into_iter().chain(escaped);
        let mut forms: Vec<Zeroizing<Vec<u8>>> = Vec::new();
        for form in all.chain(forms::base64(secret.as_bytes())) {
            if form.len() >= SHORTEST_BYTES && !forms.contains(&form) {
                forms.push(form);
            }
        }
        if secret.len() < SHORTEST_BYTES {
            forms.clear();
        }
        let forms = forms.into();
        Self { forms }
    }

    /// Whether the credential stands in these bytes.
    pub(crate) fn is_in(&self, bytes: &[u8]) -> bool {
        self.forms
            .iter()
            .any(|form| memmem::find(bytes, form).is_some())
    }

    /// How many of the last bytes could be the beginning of the credential.
    fn begun(&self, bytes: &[u8]) -> usize {
        let begun = |form: &Zeroizing<Vec<u8>>| {
            let most = (form.len() - 1).min(bytes.len());
            let tail = bytes.get(bytes.len() - most..).unwrap_or_default();
            (0..most)
                .find(|skip| tail.get(*skip..).is_some_and(|rest| form.starts_with(rest)))
                .map_or(0, |skip| most - skip)
        };
        self.forms.iter().map(begun).max().unwrap_or_default()
    }
}

impl fmt::Debug for Echo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Echo")
    }
}

/// Listens to one body. What it lets through holds no part of the credential that it could have known of.
pub(crate) struct Listener {
    echo: Echo,
    /// The end of what has come, which may be the beginning of the credential.
    held: BytesMut,
}

impl Listener {
    pub(crate) fn new(echo: Echo) -> Self {
        let held = BytesMut::new();
        Self { echo, held }
    }

    /// What can be passed on of this piece and those before it; none if the credential is in it.
    pub(crate) fn piece(&mut self, piece: Bytes) -> Option<Bytes> {
        let mut whole = if self.held.is_empty() {
            piece
        } else {
            self.held.extend_from_slice(&piece);
            self.held.split().freeze()
        };
        if self.echo.is_in(&whole) {
            return None;
        }
        let begun = self.echo.begun(&whole);
        let held = whole.split_off(whole.len() - begun);
        self.held.extend_from_slice(&held);
        Some(whole)
    }

    /// What was held back, once nothing follows.
    pub(crate) fn rest(&mut self) -> Bytes {
        self.held.split().freeze()
    }

    /// Whether anything is held back.
    pub(crate) fn holds(&self) -> bool {
        !self.held.is_empty()
    }
}

/// Bytes of the shortest credential that is looked for.
const SHORTEST_BYTES: usize = 8;

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;

    use super::*;

    const SECRET: &str = "s3cret/+with\"marks";

    /// What a guest sees of a body that comes in pieces of this many bytes; none if it was stopped.
    fn heard(body: &[u8], size: usize) -> Option<Vec<u8>> {
        let mut listener = Listener::new(Echo::of(SECRET));
        let mut seen = Vec::new();
        for piece in body.chunks(size) {
            seen.extend(listener.piece(Bytes::copy_from_slice(piece))?);
        }
        seen.extend(listener.rest());
        Some(seen)
    }

    #[test]
    fn the_credential_is_recognized_in_pieces_of_any_size() {
        let body = format!("{{\"you sent\":\"Bearer {SECRET}\"}}");
        for size in 1..=body.len() {
            assert_eq!(heard(body.as_bytes(), size), None, "pieces of {size}");
        }
    }

    #[test]
    fn no_part_of_the_credential_is_let_through_before_the_rest_comes() {
        let mut listener = Listener::new(Echo::of(SECRET));
        let first = listener.piece(Bytes::from("before s3cret/+wi")).unwrap();
        assert_eq!(first, "before ");
        assert_eq!(listener.piece(Bytes::from("th\"marks after")), None);
    }

    #[test]
    fn the_credential_is_recognized_in_every_form_it_is_written_in() {
        for before in ["", "a", "ab", "user:"] {
            let encoded = STANDARD.encode(format!("{before}{SECRET}:x"));
            assert_eq!(heard(encoded.as_bytes(), 7), None, "{encoded}");
            let url = encoded.replace('+', "-").replace('/', "_");
            assert_eq!(heard(url.as_bytes(), 7), None, "{url}");
        }
        for form in [
            "s3cret%2F%2Bwith%22marks",
            "s3cret\\/+with\"marks",
            "s3cret/+with\\\"marks",
        ] {
            assert_eq!(heard(form.as_bytes(), 5), None, "{form}");
        }
    }

    #[test]
    fn what_only_begins_like_the_credential_comes_through_whole() {
        for body in ["s3cret/+with", "s3cs3crets3cret/", "nothing of it", ""] {
            for size in 1..=body.len().max(1) {
                assert_eq!(heard(body.as_bytes(), size).unwrap(), body.as_bytes());
            }
        }
    }

    #[test]
    fn a_credential_that_stands_in_any_text_is_not_looked_for() {
        assert!(!Echo::of("token").is_in(b"a token"));
    }
}
