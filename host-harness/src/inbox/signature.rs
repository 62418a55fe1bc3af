//! Signatures of webhooks.

use hmac::{Hmac, KeyInit, Mac};
use http::HeaderMap;
use sha2::Sha256;

use super::refused::Refused;

/// Where a source puts its signatures.
#[derive(Debug, Clone, Copy)]
pub(super) struct Scheme {
    /// The header.
    pub(super) header: &'static str,
    /// What stands before the hexadecimal digits of HMAC-SHA-256.
    pub(super) prefix: &'static str,
}

impl Scheme {
    /// Makes sure that one of the signatures, which commas divide, is that of the secret over the body.
    ///
    /// It is computed and compared in a time that does not depend on the secret, and also for an empty one, which
    /// signs nothing: so a receiver can refuse somebody unknown in the time of a forgery.
    pub(super) fn check(
        self,
        headers: &HeaderMap,
        body: &[u8],
        secret: &[u8],
    ) -> Result<(), Refused> {
        let header = self.header;
        let sent = headers.get(header).ok_or(Refused::Unsigned { header })?;
        let forged = Refused::Forged { header };
        let Ok(mac) = Hmac::<Sha256>::new_from_slice(secret) else {
            return Err(forged);
        };
        let mac = mac.chain_update(body);
        let sent = sent
            .to_str()
            .unwrap_or_default()
            .split(',')
            .take(MAX_SIGNATURES);
        let mut signatures =
            sent.filter_map(|one| hex::decode(one.trim().strip_prefix(self.prefix)?).ok());
        let genuine = signatures.any(|signature| mac.clone().verify_slice(&signature).is_ok());
        if genuine && !secret.is_empty() {
            Ok(())
        } else {
            Err(forged)
        }
    }
}

/// Most signatures of one delivery that are looked at. A sender that changes its secret sends two.
const MAX_SIGNATURES: usize = 8;
