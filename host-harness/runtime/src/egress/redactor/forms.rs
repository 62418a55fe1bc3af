//! The forms in which an upstream may give a credential back.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use zeroize::Zeroizing;

/// The secret itself, hexadecimal, percent-encoded, as UTF-16, and as it stands within Base64 of a text that holds it.
pub(super) fn of(secret: &[u8]) -> Vec<Zeroizing<Vec<u8>>> {
    let lower = hex::encode(secret);
    let upper = lower.to_uppercase();
    let mut forms = vec![
        secret.to_vec(),
        percent(secret, is_unreserved, false),
        percent(secret, is_unreserved, true),
        percent(secret, |_| false, false),
        percent(secret, |_| false, true),
        secret.iter().flat_map(|byte| [*byte, 0]).collect(),
        lower.into_bytes(),
        upper.into_bytes(),
    ];
    for before in 0..3 {
        forms.extend(base64(secret, before));
    }
    forms.sort();
    forms.dedup();
    // A form of a few characters is found by chance everywhere.
    forms.retain(|form| !form.is_empty() && form.len() >= secret.len().min(SHORT));
    forms.into_iter().map(Zeroizing::new).collect()
}

fn percent(secret: &[u8], stays: fn(u8) -> bool, capitals: bool) -> Vec<u8> {
    let mut text = Vec::new();
    for byte in secret {
        let escape = match (stays(*byte), capitals) {
            (true, _) => char::from(*byte).to_string(),
            (false, false) => format!("%{byte:02x}"),
            (false, true) => format!("%{byte:02X}"),
        };
        text.extend(escape.into_bytes());
    }
    text
}

fn is_unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~')
}

/// The characters of Base64 that the secret alone decides, where so many bytes stand before it, modulo three.
fn base64(secret: &[u8], before: usize) -> [Vec<u8>; 2] {
    let mut whole = vec![0; before];
    whole.extend_from_slice(secret);
    let from = (before * 8).div_ceil(6);
    let to = whole.len() * 8 / 6;
    let core = |text: String| {
        let core = text.get(from..to).unwrap_or_default();
        core.as_bytes().to_vec()
    };
    [
        core(STANDARD_NO_PAD.encode(&whole)),
        core(URL_SAFE_NO_PAD.encode(&whole)),
    ]
}

/// Bytes of the shortest form of a longer secret.
const SHORT: usize = 8;
