//! A secret key, and what is sealed with it.

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use zeroize::Zeroizing;

use crate::error::StoreError;

/// A key of XChaCha20-Poly1305. It leaves memory when it is dropped, and has no `Debug`.
pub(crate) struct Key(Zeroizing<Vec<u8>>);

impl Key {
    /// A fresh key.
    pub(crate) fn random() -> Result<Self, StoreError> {
        let mut bytes = Zeroizing::new(vec![0; KEY_BYTES]);
        fill(&mut bytes)?;
        Ok(Self(bytes))
    }

    /// A key that was kept; none if the length is wrong.
    pub(crate) fn from_bytes(bytes: Zeroizing<Vec<u8>>) -> Option<Self> {
        (bytes.len() == KEY_BYTES).then_some(Self(bytes))
    }

    /// The same once more.
    pub(crate) fn again(&self) -> Self {
        Self(self.0.clone())
    }

    /// The key itself, to be written to the key file or wrapped by another key.
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// Nonce and ciphertext. It opens only with the same context.
    pub(crate) fn seal(&self, context: &[&str], secret: &[u8]) -> Result<Vec<u8>, StoreError> {
        let mut nonce = [0; NONCE_BYTES];
        fill(&mut nonce)?;
        let payload = Payload {
            msg: secret,
            aad: &associated(context),
        };
        let ciphertext = self
            .cipher()
            .and_then(|cipher| cipher.encrypt(&XNonce::from(nonce), payload).ok())
            .ok_or_else(|| StoreError::Sealing {
                reason: "it is too long".to_owned(),
            })?;
        Ok([nonce.as_slice(), &ciphertext].concat())
    }

    /// The secret; none if key or context is another one, or if a byte was changed.
    pub(crate) fn open(&self, context: &[&str], sealed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        let (nonce, ciphertext) = sealed.split_first_chunk::<NONCE_BYTES>()?;
        let payload = Payload {
            msg: ciphertext,
            aad: &associated(context),
        };
        let secret = self
            .cipher()?
            .decrypt(&XNonce::from(*nonce), payload)
            .ok()?;
        Some(Zeroizing::new(secret))
    }

    fn cipher(&self) -> Option<XChaCha20Poly1305> {
        XChaCha20Poly1305::new_from_slice(&self.0).ok()
    }
}

/// The context as bytes. Each part is preceded by its length, so that no two contexts look the same.
fn associated(context: &[&str]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for part in context {
        bytes.extend_from_slice(&(part.len() as u64).to_le_bytes());
        bytes.extend_from_slice(part.as_bytes());
    }
    bytes
}

/// Fills with random bytes of the operating system.
///
/// # Errors
/// - [`StoreError::Sealing`]: the system gives none
pub fn fill(bytes: &mut [u8]) -> Result<(), StoreError> {
    getrandom::fill(bytes).map_err(|error| StoreError::Sealing {
        reason: format!("the system gives no random bytes: {error}"),
    })
}

/// Length of a key, in bytes.
pub(crate) const KEY_BYTES: usize = 32;

/// Length of a nonce, in bytes: long enough to be drawn at random for every secret.
const NONCE_BYTES: usize = 24;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_opens_with_its_own_key_and_context() {
        let key = Key::random().unwrap();
        let sealed = key.seal(&["acme", "snyk"], b"secret").unwrap();
        assert_eq!(
            **key.open(&["acme", "snyk"], &sealed).unwrap(),
            *b"secret".as_slice()
        );
    }

    #[test]
    fn a_secret_does_not_open_in_another_context_or_with_another_key() {
        let key = Key::random().unwrap();
        let sealed = key.seal(&["acme", "snyk"], b"secret").unwrap();
        assert!(key.open(&["acmes", "nyk"], &sealed).is_none());
        assert!(key.open(&["acme"], &sealed).is_none());
        let other = Key::random().unwrap();
        assert!(other.open(&["acme", "snyk"], &sealed).is_none());
    }

    #[test]
    fn a_changed_or_shortened_secret_does_not_open() {
        let key = Key::random().unwrap();
        let sealed = key.seal(&["acme"], b"secret").unwrap();
        for index in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[index] ^= 1;
            assert!(key.open(&["acme"], &changed).is_none());
            assert!(key.open(&["acme"], &sealed[..index]).is_none());
        }
    }

    #[test]
    fn the_same_secret_is_never_sealed_to_the_same_bytes() {
        let key = Key::random().unwrap();
        let first = key.seal(&["acme"], b"secret").unwrap();
        assert_ne!(first, key.seal(&["acme"], b"secret").unwrap());
    }
}
