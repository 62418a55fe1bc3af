//! Keys of the HTTP API: their form, and what is kept of them.

use std::fmt;
use std::hint::black_box;

use koalr_store::{StoreError, fill_random};
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

/// A key of the HTTP API as its holder has it: `koalr_`, 12 digits of its id, `_`, 64 digits of the secret, 8 digits of a
/// checksum, all hexadecimal in lower case.
///
/// A secret scanner finds it by `koalr_[0-9a-f]{12}_[0-9a-f]{72}`, and the checksum, the first four bytes of the SHA-256 of
/// all before it, tells it from what only looks like one. It leaves memory when it is dropped; its `Debug` shows the id.
pub struct ApiKey(Zeroizing<String>);

impl ApiKey {
    /// A fresh key.
    ///
    /// # Errors
    /// - the system gives no random bytes
    pub fn random() -> Result<Self, StoreError> {
        let mut bytes = Zeroizing::new([0; ID_BYTES + SECRET_BYTES]);
        fill_random(&mut *bytes)?;
        let (id, secret) = bytes.split_at(ID_BYTES);
        let secret = Zeroizing::new(hex::encode(secret));
        let body = Zeroizing::new(format!("{PREFIX}{}_{}", hex::encode(id), *secret));
        Ok(Self(Zeroizing::new(format!(
            "{}{}",
            *body,
            checksum(&body)
        ))))
    }

    /// Reads a key; none if the text is none. Whether anybody has it is for the store to tell.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (id, rest) = text.strip_prefix(PREFIX)?.split_once('_')?;
        let is_hex = |part: &str| {
            let mut digits = part.bytes();
            digits.all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
        };
        let length = (id.len(), rest.len());
        if length != (2 * ID_BYTES, 2 * SECRET_BYTES + SUM_CHARS) || !is_hex(id) || !is_hex(rest) {
            return None;
        }
        let (body, sum) = text.split_at_checked(text.len() - SUM_CHARS)?;
        (checksum(body) == sum).then(|| Self(Zeroizing::new(text.to_owned())))
    }

    /// Its id, which is not secret.
    #[must_use]
    pub fn id(&self) -> &str {
        let rest = self.0.strip_prefix(PREFIX).unwrap_or_default();
        rest.get(..2 * ID_BYTES).unwrap_or_default()
    }

    /// The key itself, to be shown once to who made it.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// What is kept of it. 32 random bytes cannot be guessed, however fast a hash is: a slow one, as for passwords, would
    /// only make every request slow.
    #[must_use]
    pub fn hash(&self) -> [u8; 32] {
        Sha256::digest(self.0.as_bytes()).into()
    }

    /// Whether this is the key that was kept so. Takes the same time for every hash.
    #[must_use]
    pub fn is(&self, kept: &[u8; 32]) -> bool {
        let pairs = self.hash().into_iter().zip(kept);
        pairs.fold(0, |differs, (one, other)| {
            black_box(differs | (one ^ other))
        }) == 0
    }
}

impl fmt::Debug for ApiKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_tuple("ApiKey").field(&self.id()).finish()
    }
}

fn checksum(body: &str) -> String {
    let mut digits = hex::encode(Sha256::digest(body));
    digits.truncate(SUM_CHARS);
    digits
}

const PREFIX: &str = "koalr_";

/// Length of an id, in bytes: two keys of the same one are not stored.
const ID_BYTES: usize = 6;

/// Length of a secret, in bytes.
const SECRET_BYTES: usize = 32;

/// Length of the checksum, in hexadecimal digits.
const SUM_CHARS: usize = 8;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fresh_key_reads_back_and_no_two_are_equal() {
        let (one, other) = (ApiKey::random().unwrap(), ApiKey::random().unwrap());
        assert_eq!(one.reveal().len(), 91);
        let read = ApiKey::parse(one.reveal()).unwrap();
        assert_eq!((read.id(), read.hash()), (one.id(), one.hash()));
        assert!(read.is(&one.hash()) && !read.is(&other.hash()));
        assert_ne!(one.id(), other.id());
    }

    #[test]
    fn a_key_with_any_other_character_is_none() {
        let key = ApiKey::random().unwrap();
        for place in 0..key.reveal().len() {
            for other in ["0", "1", "A", "_", "é", ""] {
                let (before, rest) = key.reveal().split_at(place);
                let text = format!("{before}{other}{}", &rest[1..]);
                assert!(
                    text == key.reveal() || ApiKey::parse(&text).is_none(),
                    "{text}"
                );
            }
        }
        for text in ["", "koalr_", "koalr__", &key.reveal()[1..]] {
            assert!(ApiKey::parse(text).is_none(), "{text}");
        }
    }

    #[test]
    fn what_is_logged_of_a_key_is_its_id() {
        let key = ApiKey::random().unwrap();
        assert_eq!(format!("{key:?}"), format!("ApiKey({:?})", key.id()));
    }
}
