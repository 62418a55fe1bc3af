//! Other versions of the component, made from the one that was built.

/// The same component under another version of the same length, which therefore has another content hash.
#[must_use]
pub fn with_version(component: &[u8], version: &str) -> Vec<u8> {
    let own = env!("CARGO_PKG_VERSION");
    assert_eq!(own.len(), version.len(), "nothing in it may move");
    let mut other = component.to_vec();
    let mut places = 0;
    for place in 0..component.len() - own.len() {
        let after_at = place > 0 && component[place - 1] == b'@';
        // Behind an `@` it is the contract's version, in the name of an interface.
        if component[place..].starts_with(own.as_bytes()) && !after_at {
            other[place..place + own.len()].copy_from_slice(version.as_bytes());
            places += 1;
        }
    }
    assert!(places > 0, "the component names its version");
    other
}
