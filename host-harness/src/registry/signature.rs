//! Detached signatures of components: Ed25519 over their bytes, by keys that an operator names.

use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use koalr_store::{Installed, Signed};
use ring::signature::{ED25519, UnparsedPublicKey};
use rustls_pki_types::SubjectPublicKeyInfoDer;
use rustls_pki_types::pem::PemObject as _;
use sha2::{Digest as _, Sha256};

/// Which signatures versions need, as it is set.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SignaturePolicy {
    /// Whether a version without one is refused.
    pub required: bool,
    /// PEM files of the public keys. Not empty where one is required.
    pub keys: Vec<PathBuf>,
}

impl SignaturePolicy {
    /// Reads the keys.
    ///
    /// # Errors
    /// - a file cannot be read, or is no Ed25519 public key
    pub fn read(&self) -> Result<Signers, SignatureError> {
        let keys = self.keys.iter().map(|path| Key::read(path));
        Ok(Signers {
            required: self.required,
            keys: keys.collect::<Result<_, _>>()?,
        })
    }
}

/// Who may sign versions.
#[derive(Debug, Clone, Default)]
pub struct Signers {
    required: bool,
    keys: Vec<Key>,
}

impl Signers {
    /// Checks the signature in a file, or that none is needed where there is none.
    ///
    /// # Errors
    /// - [`SignatureError::Missing`], [`SignatureError::NoKey`], [`SignatureError::Form`], [`SignatureError::Other`]
    /// - the file cannot be read
    pub fn check(
        &self,
        component: &[u8],
        file: Option<&Path>,
    ) -> Result<Option<Signed>, SignatureError> {
        let Some(path) = file else {
            return self.unless_required(SignatureError::Missing).map(|()| None);
        };
        let text = std::fs::read_to_string(path).map_err(|source| SignatureError::Read {
            path: path.to_owned(),
            source,
        })?;
        if self.keys.is_empty() {
            return Err(SignatureError::NoKey);
        }
        let base64: String = text.split_ascii_whitespace().collect();
        let signature = STANDARD.decode(base64).ok();
        let Some(signature) = signature.filter(|bytes| bytes.len() == SIGNATURE_BYTES) else {
            let path = path.to_owned();
            return Err(SignatureError::Form { path });
        };
        match self
            .keys
            .iter()
            .find(|key| key.signed(component, &signature))
        {
            Some(key) => Ok(Some(Signed {
                key: key.id.clone(),
                signature,
            })),
            None => Err(SignatureError::Other {
                path: path.to_owned(),
            }),
        }
    }

    /// Checks what is kept of an installed version, before it is run.
    ///
    /// # Errors
    /// - [`SignatureError::Unsigned`], [`SignatureError::UnknownKey`]: only where a signature is required
    /// - [`SignatureError::Broken`]
    pub fn check_installed(
        &self,
        version: &Installed,
        component: &[u8],
    ) -> Result<(), SignatureError> {
        let named = || format!("{} {}", version.manifest.id, version.release.version);
        let Some(signed) = &version.signed else {
            return self.unless_required(SignatureError::Unsigned { version: named() });
        };
        let Some(key) = self.keys.iter().find(|key| key.id == signed.key) else {
            return self.unless_required(SignatureError::UnknownKey {
                version: named(),
                key: signed.key.clone(),
            });
        };
        if key.signed(component, &signed.signature) {
            return Ok(());
        }
        Err(SignatureError::Broken { version: named() })
    }

    fn unless_required(&self, error: SignatureError) -> Result<(), SignatureError> {
        if self.required { Err(error) } else { Ok(()) }
    }
}

/// Why a signature is not accepted, each with the way out.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SignatureError {
    /// None was given.
    #[error(
        "the component is not signed, and `plugins.signature` is `required`; sign it with one of `plugins.keys` and name \
         the signature with `--signature FILE`"
    )]
    Missing,
    /// One was given, and nobody may sign.
    #[error("there is no key to check the signature with; name the public keys in `plugins.keys`")]
    NoKey,
    /// The file holds none.
    #[error("`{}` holds no signature; it is the base64 of the 64 bytes that `openssl pkeyutl -sign -rawin` writes", path.display())]
    Form {
        /// The file.
        path: PathBuf,
    },
    /// None of the keys made it over these bytes.
    #[error(
        "`{}` is no signature of this component by a key in `plugins.keys`: another key made it, or the component or the \
         signature was changed; get both again from whoever signs",
        path.display()
    )]
    Other {
        /// The file.
        path: PathBuf,
    },
    /// An installed version has none.
    #[error(
        "{version} was installed without a signature, and `plugins.signature` is `required`; install it again with \
         `--signature FILE`"
    )]
    Unsigned {
        /// Integration and version.
        version: String,
    },
    /// An installed version has one by a key that does not count any more.
    #[error(
        "{version} was signed with key {key}, which is not among `plugins.keys`; install it again with a signature by \
         one of them"
    )]
    UnknownKey {
        /// Integration and version.
        version: String,
        /// Id of the key.
        key: String,
    },
    /// What is kept of a signature does not hold.
    #[error(
        "the signature that is kept of {version} does not hold; install it again with `--signature FILE`"
    )]
    Broken {
        /// Integration and version.
        version: String,
    },
    /// A file cannot be read.
    #[error("reading `{}`: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// The cause.
        source: std::io::Error,
    },
    /// A file is no key.
    #[error(
        "`{}` is no Ed25519 public key in PEM; `openssl pkey -in KEY -pubout` writes one",
        path.display()
    )]
    Key {
        /// The file.
        path: PathBuf,
    },
}

/// A public key.
#[derive(Debug, Clone)]
struct Key {
    /// SHA-256 of its DER form, in hexadecimal.
    id: String,
    bytes: [u8; KEY_BYTES],
}

impl Key {
    fn read(path: &Path) -> Result<Self, SignatureError> {
        let pem = std::fs::read(path).map_err(|source| SignatureError::Read {
            path: path.to_owned(),
            source,
        })?;
        Self::parse(&pem).ok_or_else(|| SignatureError::Key {
            path: path.to_owned(),
        })
    }

    fn parse(pem: &[u8]) -> Option<Self> {
        let der = SubjectPublicKeyInfoDer::from_pem_slice(pem).ok()?;
        let bytes = der.as_ref().strip_prefix(&SPKI)?;
        Some(Self {
            id: hex::encode(Sha256::digest(&der)),
            bytes: bytes.try_into().ok()?,
        })
    }

    fn signed(&self, component: &[u8], signature: &[u8]) -> bool {
        let key = UnparsedPublicKey::new(&ED25519, self.bytes);
        key.verify(component, signature).is_ok()
    }
}

/// What stands before the key itself in its DER form.
///
/// SOURCE: RFC 8410, section 4: a sequence of the algorithm 1.3.101.112, without parameters, and a bit string.
const SPKI: [u8; 12] = [
    0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00,
];
/// Length of a key, in bytes.
const KEY_BYTES: usize = 32;
/// Length of a signature, in bytes.
const SIGNATURE_BYTES: usize = 64;

#[cfg(test)]
mod tests;
