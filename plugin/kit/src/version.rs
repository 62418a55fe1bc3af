//! Versions: what can be read from them soundly, and nothing else.

use std::cmp::Ordering;

/// Compares two versions where the order is certain: by semantic versioning where the ecosystem uses it, and dotted
/// numbers where missing components count as zero. None otherwise.
#[must_use]
pub fn compare(ecosystem: &str, a: &str, b: &str) -> Option<Ordering> {
    match ecosystem {
        "npm" | "cargo" | "hex" | "swift" | "golang" => {
            Some(semantic(ecosystem, a)?.cmp_precedence(&semantic(ecosystem, b)?))
        }
        "pypi" | "maven" | "gem" | "nuget" | "composer" | "pub" => {
            let (a, b) = (Release::parse(a)?, Release::parse(b)?);
            (a.is_bare() && b.is_bare()).then(|| a.compare(&b))
        }
        _ => None,
    }
}

/// A semantic version; Go writes a `v` before it.
pub(crate) fn semantic(ecosystem: &str, version: &str) -> Option<semver::Version> {
    let version = match ecosystem {
        "golang" => version.strip_prefix('v')?,
        _ => version,
    };
    semver::Version::parse(version).ok()
}

/// The numbers a version begins with, for example 31 and 1 of `31.1-jre`.
pub(crate) struct Release<'a> {
    /// Number before a `!` or `:`, which outweighs all others; 0 if there is none.
    epoch: u64,
    /// Not empty.
    numbers: Vec<u64>,
    /// What follows them.
    suffix: &'a str,
}

impl<'a> Release<'a> {
    /// None for a text that does not begin with a number (after a `v`), and for one that may be a commit hash.
    pub(crate) fn parse(version: &'a str) -> Option<Self> {
        let rest = version.strip_prefix(['v', 'V']).unwrap_or(version);
        let (epoch, rest) = match rest.split_once(['!', ':']) {
            Some((epoch, rest)) => (number(epoch)?, rest),
            None => (0, rest),
        };
        if may_be_hash(rest) {
            return None;
        }
        let end = rest
            .find(|c: char| !c.is_ascii_digit() && c != '.')
            .unwrap_or(rest.len());
        let (dotted, suffix) = rest.split_at_checked(end)?;
        let dotted_trimmed = dotted.strip_suffix('.').unwrap_or(dotted);
        // `1a1` may be a pre-release of 1 or anything else.
        if !dotted.contains('.') && suffix.starts_with(|c: char| c.is_alphabetic()) {
            return None;
        }
        let numbers = dotted_trimmed
            .split('.')
            .map(number)
            .collect::<Option<Vec<u64>>>()?;
        Some(Self {
            epoch,
            numbers,
            suffix,
        })
    }

    /// The number at a position; 0 beyond the last.
    pub(crate) fn number(&self, position: usize) -> u64 {
        self.numbers.get(position).copied().unwrap_or(0)
    }

    /// Number that outweighs all others; 0 if there is none.
    pub(crate) fn epoch(&self) -> u64 {
        self.epoch
    }

    /// Compares the numbers only; missing ones count as zero.
    pub(crate) fn compare(&self, other: &Self) -> Ordering {
        let length = self.numbers.len().max(other.numbers.len());
        self.epoch.cmp(&other.epoch).then_with(|| {
            (0..length)
                .map(|position| self.number(position).cmp(&other.number(position)))
                .find(|order| order.is_ne())
                .unwrap_or(Ordering::Equal)
        })
    }

    fn is_bare(&self) -> bool {
        self.suffix.is_empty()
    }
}

/// A dot-less run of hexadecimal digits as long as a short or full commit hash.
fn may_be_hash(text: &str) -> bool {
    (text.len() == SHORT_HASH || text.len() >= FULL_HASH)
        && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn number(text: &str) -> Option<u64> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| text.parse().ok()).flatten()
}

/// Length of git's usual short hash; calendar versions without dots have eight digits.
const SHORT_HASH: usize = 7;

/// Length of a full SHA-1; SHA-256 is longer.
const FULL_HASH: usize = 40;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn semantic_versions_are_compared_with_their_pre_releases() {
        assert_eq!(compare("npm", "1.0.0-rc.2", "1.0.0"), Some(Ordering::Less));
        assert_eq!(
            compare("golang", "v1.10.0", "v1.9.0"),
            Some(Ordering::Greater)
        );
        assert_eq!(
            compare("cargo", "1.0.0+a", "1.0.0+b"),
            Some(Ordering::Equal)
        );
    }

    #[test]
    fn dotted_numbers_are_compared_with_zeros_for_missing_ones() {
        assert_eq!(compare("pypi", "2.10", "2.9.1"), Some(Ordering::Greater));
        assert_eq!(compare("maven", "1.0", "1"), Some(Ordering::Equal));
    }

    #[test]
    fn an_order_that_is_not_certain_is_not_given() {
        assert_eq!(compare("pypi", "1.0rc1", "1.0"), None);
        assert_eq!(compare("deb", "1.0", "1.1"), None);
        assert_eq!(compare("npm", "1.0", "1.1.0"), None);
        assert_eq!(compare("golang", "1.0.0", "v1.1.0"), None);
    }

    #[test]
    fn a_commit_hash_has_no_numbers() {
        for hash in ["1234567", "1a2b3c4", "9efc6e1", &"1".repeat(40)] {
            assert!(Release::parse(hash).is_none(), "{hash}");
        }
        assert!(Release::parse("20240131").is_some());
    }
}
