//! A version by what a person calls it.

use koalr_store::Installed;

use crate::HostError;
use crate::report::plain;

/// The version of an integration that a person means: its number, or the first eight digits or more of its hash.
///
/// # Errors
/// - none is called so, or the digits are of several
pub fn find<'a>(
    versions: &'a [Installed],
    integration: &str,
    wanted: &str,
) -> Result<&'a Installed, HostError> {
    let of_it = || {
        let versions = versions.iter();
        versions.filter(|version| version.manifest.id == integration)
    };
    if let Some(version) = of_it().find(|version| version.release.version == wanted) {
        return Ok(version);
    }
    let is_hash = wanted.len() >= HASH_DIGITS;
    let by_hash =
        |version: &&Installed| is_hash && version.release.hash.as_str().starts_with(wanted);
    let mut found = of_it().filter(by_hash);
    if let (Some(version), None) = (found.next(), found.next()) {
        return Ok(version);
    }
    let known: Vec<&str> = of_it().map(|one| one.release.version.as_str()).collect();
    let known = if known.is_empty() {
        "no version of it is; `koalr plugin install FILE` does that".to_owned()
    } else {
        format!("installed are {}", plain(&known.join(", ")))
    };
    Err(HostError::NotPossible(format!(
        "`{}` of `{}` is not installed: {known}",
        plain(wanted),
        plain(integration)
    )))
}

/// Fewer digits of a hash are easily of two.
const HASH_DIGITS: usize = 8;
