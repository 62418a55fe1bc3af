//! Ids that depend on a text and on nothing else.

/// A UUID (version 8, the vendor's own) made of a text.
pub(crate) fn uuid(text: &str) -> String {
    let (high, low) = (hash(FIRST_BASIS, text), hash(SECOND_BASIS, text));
    format!(
        "{:08x}-{:04x}-8{:03x}-a{:03x}-{:012x}",
        high >> 32,
        (high >> 16) & 0xffff,
        high & 0xfff,
        low >> 52,
        low & 0xffff_ffff_ffff
    )
}

/// A short tag of a text, for cursors.
pub(crate) fn tag(text: &str) -> u32 {
    let [a, b, c, d, ..] = hash(FIRST_BASIS, text).to_be_bytes();
    u32::from_be_bytes([a, b, c, d])
}

/// FNV-1a, with a final mix so that short texts differ in every digit.
fn hash(basis: u64, text: &str) -> u64 {
    let mut hash = basis;
    for byte in text.bytes() {
        hash = (hash ^ u64::from(byte)).wrapping_mul(PRIME);
    }
    hash ^= hash >> 33;
    hash = hash.wrapping_mul(MIX);
    hash ^ (hash >> 29)
}

/// FNV's offset basis.
const FIRST_BASIS: u64 = 0xcbf2_9ce4_8422_2325;
/// Another basis, so that a UUID has two independent halves.
const SECOND_BASIS: u64 = 0x9e37_79b9_7f4a_7c15;
/// FNV's prime.
const PRIME: u64 = 0x0000_0100_0000_01b3;
/// An odd number with well spread bits.
const MIX: u64 = 0xff51_afd7_ed55_8ccd;

#[cfg(test)]
mod tests {
    use super::uuid;

    #[test]
    fn a_text_always_makes_the_same_uuid_and_another_text_another_one() {
        let first = uuid("rest_issues_a.json");
        assert_eq!(first, uuid("rest_issues_a.json"));
        assert_ne!(first, uuid("rest_issues_b.json"));
        let lengths: Vec<usize> = first.split('-').map(str::len).collect();
        assert_eq!(lengths, [8, 4, 4, 4, 12]);
    }
}
