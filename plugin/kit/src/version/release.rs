//! The numbers a version begins with, in whatever ecosystem.

use std::cmp::Ordering;

use super::part::Digits;

/// The numbers a version begins with, for example 31 and 1 of `31.1-jre`.
pub(crate) struct Release<'a> {
    /// Number before a `!` or `:`, which outweighs all others; zero if there is none.
    pub(crate) epoch: Digits<'a>,
    /// Not empty.
    numbers: Vec<Digits<'a>>,
}

impl<'a> Release<'a> {
    /// None for a text that does not begin with a number (after a `v` or `=`), and for one that may be a commit hash.
    pub(crate) fn parse(version: &'a str) -> Option<Self> {
        let rest = version.trim_start_matches(['v', 'V', '=', ' ']);
        let (epoch, rest) = match rest.split_once(['!', ':']) {
            Some((epoch, rest)) => (Digits::parse(epoch)?, rest),
            None => (Digits::ZERO, rest),
        };
        if may_be_hash(rest) {
            return None;
        }
        let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.');
        let (dotted, suffix) = rest.split_at_checked(end.unwrap_or(rest.len()))?;
        // `1a1` may be a pre-release of 1 or anything else.
        if !dotted.contains('.') && suffix.starts_with(char::is_alphabetic) {
            return None;
        }
        let numbers = dotted.strip_suffix('.').unwrap_or(dotted).split('.');
        Some(Self {
            epoch,
            numbers: numbers.map(Digits::parse).collect::<Option<_>>()?,
        })
    }

    /// The number at a position; zero beyond the last.
    pub(crate) fn number(&self, position: usize) -> Digits<'a> {
        self.numbers.get(position).copied().unwrap_or(Digits::ZERO)
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
}

/// A dot-less run of hexadecimal digits as long as a short or full commit hash.
fn may_be_hash(text: &str) -> bool {
    (text.len() == SHORT_HASH || text.len() >= FULL_HASH)
        && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// Length of git's usual short hash; calendar versions without dots have eight digits.
const SHORT_HASH: usize = 7;

/// Length of a full SHA-1; SHA-256 is longer.
const FULL_HASH: usize = 40;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_commit_hash_has_no_numbers() {
        for hash in ["1234567", "1a2b3c4", "9efc6e1", &"1".repeat(40)] {
            assert!(Release::parse(hash).is_none(), "{hash}");
        }
        assert!(Release::parse("20240131").is_some());
    }
}
