//! The server's certificate.

use std::fs::File;
use std::io::Read as _;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls_pki_types::pem::PemObject as _;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::TlsAcceptor;
use zeroize::Zeroizing;

/// A certificate and its key, which may be read again while the server runs. Clones are the same one. Prints no key.
#[derive(Clone)]
pub struct Tls {
    certificate: PathBuf,
    key: PathBuf,
    current: Arc<RwLock<Arc<ServerConfig>>>,
}

/// Why a certificate cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TlsError {
    /// The certificate's file cannot be read.
    #[error("reading the certificate `{}`: {reason}", path.display())]
    Certificate {
        /// The file.
        path: PathBuf,
        /// Why not.
        reason: String,
    },
    /// There is none in its file.
    #[error("there is no certificate in `{}`; name a PEM file", path.display())]
    NoCertificate {
        /// The file.
        path: PathBuf,
    },
    /// The key's file cannot be read, or holds none.
    #[error("reading the key `{}`: {reason}", path.display())]
    Key {
        /// The file.
        path: PathBuf,
        /// Why not.
        reason: String,
    },
    /// Others may read the key.
    #[error("the key `{0}` is open to other users (mode {mode:04o}); run `chmod 640 {0}`", path.display())]
    KeyMode {
        /// The file.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// They cannot be used together.
    #[error("the key `{}` does not go with the certificate `{}`: {reason}", key.display(), certificate.display())]
    Mismatch {
        /// The certificate's file.
        certificate: PathBuf,
        /// The key's file.
        key: PathBuf,
        /// Why not.
        reason: String,
    },
}

impl Tls {
    /// Reads a certificate with those that vouch for it, and its key, from PEM files.
    ///
    /// # Errors
    ///
    /// - a file cannot be read or holds something else
    /// - others than the key's owner and group may read it, or others than its owner may write it
    /// - the key belongs to another certificate
    pub fn read(certificate: &Path, key: &Path) -> Result<Self, TlsError> {
        let current = Arc::new(read(certificate, key)?);
        Ok(Self {
            certificate: certificate.to_owned(),
            key: key.to_owned(),
            current: Arc::new(RwLock::new(current)),
        })
    }

    /// Reads the files again, for connections from now on. If that fails, those from before stay.
    ///
    /// # Errors
    ///
    /// As [`Tls::read`].
    pub fn reload(&self) -> Result<(), TlsError> {
        let current = Arc::new(read(&self.certificate, &self.key)?);
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = current;
        Ok(())
    }

    pub(super) fn acceptor(&self) -> TlsAcceptor {
        let current = self.current.read().unwrap_or_else(PoisonError::into_inner);
        TlsAcceptor::from(Arc::clone(&current))
    }
}

impl std::fmt::Debug for Tls {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tls")
            .field("certificate", &self.certificate)
            .finish_non_exhaustive()
    }
}

fn read(certificate: &Path, key: &Path) -> Result<ServerConfig, TlsError> {
    let unreadable = |reason: String| TlsError::Certificate {
        path: certificate.to_owned(),
        reason,
    };
    let pem = std::fs::read(certificate).map_err(|error| unreadable(error.to_string()))?;
    let chain: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&pem).collect();
    let chain = chain.map_err(|error| unreadable(error.to_string()))?;
    if chain.is_empty() {
        return Err(TlsError::NoCertificate {
            path: certificate.to_owned(),
        });
    }
    let mismatch = |error: rustls::Error| TlsError::Mismatch {
        certificate: certificate.to_owned(),
        key: key.to_owned(),
        reason: error.to_string(),
    };
    let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(mismatch)?
        .with_no_client_auth()
        .with_single_cert(chain, read_key(key)?)
        .map_err(mismatch)?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(config)
}

fn read_key(path: &Path) -> Result<PrivateKeyDer<'static>, TlsError> {
    let unreadable = |reason: String| TlsError::Key {
        path: path.to_owned(),
        reason,
    };
    let failed = |error: std::io::Error| unreadable(error.to_string());
    let mut file = File::open(path).map_err(failed)?;
    let metadata = file.metadata().map_err(failed)?;
    let mode = metadata.mode() & 0o7777;
    if mode & OTHERS != 0 {
        return Err(TlsError::KeyMode {
            path: path.to_owned(),
            mode,
        });
    }
    // Room for all of it at once: a buffer that grows leaves copies behind.
    let room = usize::try_from(metadata.len())
        .unwrap_or_default()
        .min(MAX_KEY_BYTES);
    let mut pem = Zeroizing::new(Vec::with_capacity(room + 1));
    let limit = u64::try_from(room).unwrap_or_default();
    file.by_ref()
        .take(limit)
        .read_to_end(&mut pem)
        .map_err(failed)?;
    // The parser's words could repeat what is in the file.
    PrivateKeyDer::from_pem_slice(&pem).map_err(|_| unreadable(NO_KEY.to_owned()))
}

/// Whoever runs the server may be in the key's group; nobody else may read it, and the group may not write it.
const OTHERS: u32 = 0o027;
/// Largest key file, in bytes. One has about 3 KiB.
const MAX_KEY_BYTES: usize = 1 << 18;
const NO_KEY: &str = "there is no key in it; name a PEM file with a key that no password protects";
