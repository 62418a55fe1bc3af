//! The forms in which an upstream may give a credential back.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use zeroize::Zeroizing;

/// The secret itself, hexadecimal, percent-encoded, as UTF-16, and as it stands within Base64 of a text that holds it.
pub(super) fn of(secret: &[u8]) -> Vec<Zeroizing<Vec<u8>>> {
    let lower = Zeroizing::new(hex::encode(secret).into_bytes());
    let upper = Zeroizing::new(lower.to_ascii_uppercase());
    let wide = secret.iter().flat_map(|byte| [*byte, 0]).collect();
    let mut forms = vec![
        Zeroizing::new(secret.to_vec()),
        percent(secret, is_unreserved, false),
        percent(secret, is_unreserved, true),
        percent(secret, |_| false, false),
        percent(secret, |_| false, true),
        Zeroizing::new(wide),
        lower,
        upper,
    ];
    forms.extend(base64(secret));
    forms.sort_by(|one, other| one.as_slice().cmp(other));
    forms.dedup();
    // A form of a few characters is found by chance everywhere.
    forms.retain(|form| !form.is_empty() && form.len() >= secret.len().min(SHORT));
    forms
}

/// The secret as addresses write it, its escapes in capitals as is usual.
pub(super) fn percent_encoded(secret: &[u8]) -> Zeroizing<Vec<u8>> {
    percent(secret, is_unreserved, true)
}

/// The characters that Base64 makes of the secret alone wherever it stands in a longer text, in both alphabets.
pub(super) fn base64(secret: &[u8]) -> impl Iterator<Item = Zeroizing<Vec<u8>>> {
    (0..3).flat_map(move |before| base64_after(secret, before))
}

fn percent(secret: &[u8], stays: fn(u8) -> bool, capitals: bool) -> Zeroizing<Vec<u8>> {
    let mut text = Zeroizing::new(Vec::new());
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

/// The same where so many bytes, modulo three, stand before it.
fn base64_after(secret: &[u8], before: usize) -> [Zeroizing<Vec<u8>>; 2] {
    let mut whole = Zeroizing::new(vec![0; before]);
    whole.extend_from_slice(secret);
    // Six bits a character: the first and the last may mix with what stands beside.
    let (from, to) = ((8 * before).div_ceil(6), 8 * whole.len() / 6);
    [&STANDARD_NO_PAD, &URL_SAFE_NO_PAD].map(|alphabet| {
        let text = Zeroizing::new(alphabet.encode(&*whole));
        let core = text.get(from..to).unwrap_or_default();
        Zeroizing::new(core.as_bytes().to_vec())
    })
}

/// Bytes of the shortest form of a longer secret.
const SHORT: usize = 8;
