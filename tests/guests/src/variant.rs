//! Other versions of a component, made from the one that was built.

/// The same component under another version, which therefore has another content hash.
///
/// # Panics
///
/// The version has another length, so that something in the component would have to move; the component names none.
#[must_use]
pub fn with_version(component: &[u8], version: &str) -> Vec<u8> {
    let own = env!("CARGO_PKG_VERSION");
    assert_eq!(own.len(), version.len(), "nothing in it may move");
    let mut other = Vec::with_capacity(component.len());
    let mut rest = component;
    while let Some((before, after)) = split(rest, own.as_bytes()) {
        // Behind an `@` it is the contract's version, in the name of an interface.
        let is_contract = before.last() == Some(&b'@');
        other.extend_from_slice(before);
        other.extend_from_slice(if is_contract { own } else { version }.as_bytes());
        rest = after;
    }
    other.extend_from_slice(rest);
    assert_ne!(other, component, "the component names its version");
    other
}

/// What stands before the first occurrence and what after it.
fn split<'a>(bytes: &'a [u8], what: &[u8]) -> Option<(&'a [u8], &'a [u8])> {
    let at = bytes.windows(what.len()).position(|part| part == what)?;
    Some((bytes.get(..at)?, bytes.get(at + what.len()..)?))
}
