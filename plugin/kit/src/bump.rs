//! How far a version moves.

use crate::model::assessment::Bump;
use crate::version::{Digits, Release, compare};

/// Class of the move from `before` to `after` in an ecosystem, named by its purl type. None is a version that is not there.
///
/// Major means that the first number or the epoch differs, and minor the second. A version that begins with no number makes
/// the class unknown: it is never guessed.
#[must_use]
pub fn bump(ecosystem: &str, before: Option<&str>, after: Option<&str>) -> Bump {
    match (before, after) {
        (None, None) => Bump::Unknown,
        (None, Some(_)) => Bump::New,
        (Some(_), None) => Bump::Removed,
        (Some(before), Some(after)) if before == after => Bump::Unchanged,
        (Some(before), Some(after)) => step(ecosystem, before, after).unwrap_or(Bump::Unknown),
    }
}

fn step(ecosystem: &str, before: &str, after: &str) -> Option<Bump> {
    let (old, new) = (Release::parse(before)?, Release::parse(after)?);
    let order = compare(ecosystem, after, before).unwrap_or_else(|| new.compare(&old));
    Some(if order.is_lt() {
        Bump::Downgrade
    } else if new.epoch != old.epoch || new.number(0) != old.number(0) {
        // An epoch is raised to restart the numbering: nothing is known to stay the same.
        Bump::Major
    } else if new.number(1) == old.number(1) {
        // So do equal numbers with another suffix, where no order tells which way.
        Bump::Patch
    } else if new.number(0) == Digits::ZERO {
        Bump::ZeroMinor
    } else {
        Bump::Minor
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn between(ecosystem: &str, before: &str, after: &str) -> Bump {
        bump(ecosystem, Some(before), Some(after))
    }

    #[test]
    fn the_first_number_that_differs_gives_the_class() {
        assert_eq!(between("npm", "1.2.3", "2.0.0"), Bump::Major);
        assert_eq!(between("npm", "1.2.3", "1.3.0"), Bump::Minor);
        assert_eq!(between("npm", "1.2.3", "1.2.4"), Bump::Patch);
        assert_eq!(between("pypi", "3.2", "4.0.1"), Bump::Major);
        assert_eq!(between("maven", "31.0-jre", "31.1-jre"), Bump::Minor);
        assert_eq!(between("github-actions", "v4", "v5"), Bump::Major);
        assert_eq!(between("golang", "v1.2.3", "v1.2.4"), Bump::Patch);
    }

    #[test]
    fn a_zero_minor_is_a_class_of_its_own() {
        assert_eq!(between("cargo", "0.3.1", "0.4.0"), Bump::ZeroMinor);
        assert_eq!(between("cargo", "0.3.1", "0.3.2"), Bump::Patch);
        assert_eq!(between("cargo", "0.9.0", "1.0.0"), Bump::Major);
    }

    #[test]
    fn a_step_back_is_a_downgrade_however_far() {
        assert_eq!(between("npm", "2.0.0", "1.9.9"), Bump::Downgrade);
        assert_eq!(between("npm", "1.0.0", "1.0.0-rc.1"), Bump::Downgrade);
        assert_eq!(between("pypi", "2.0", "1.9"), Bump::Downgrade);
        assert_eq!(between("pypi", "2.0", "2.0rc1"), Bump::Downgrade);
        assert_eq!(between("maven", "2.0", "2.0-M1"), Bump::Downgrade);
        assert_eq!(between("pypi", "1!1.0", "2024.1"), Bump::Downgrade);
    }

    #[test]
    fn an_absent_side_is_new_or_removed() {
        assert_eq!(bump("npm", None, Some("1.0.0")), Bump::New);
        assert_eq!(bump("npm", Some("1.0.0"), None), Bump::Removed);
        assert_eq!(bump("npm", None, None), Bump::Unknown);
        assert_eq!(between("npm", "x", "x"), Bump::Unchanged);
    }

    #[test]
    fn a_version_without_a_number_is_unknown() {
        for (before, after) in [
            ("main", "1.0.0"),
            ("1.0.0", "latest"),
            ("06f1224", "9efc6e1"),
            ("release-1", "release-2"),
        ] {
            assert_eq!(between("docker", before, after), Bump::Unknown, "{before}");
        }
    }

    #[test]
    fn a_higher_epoch_is_major() {
        assert_eq!(between("pypi", "2024.1", "1!1.0"), Bump::Major);
    }

    #[test]
    fn another_suffix_moves_below_the_minor_version() {
        assert_eq!(between("pypi", "2023.3", "2023.3.post1"), Bump::Patch);
    }
}
