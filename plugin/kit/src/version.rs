//! Versions: their order, as each ecosystem's own tool has it, and the numbers they begin with.
//!
//! Every ecosystem turns a version into a list of the same parts, and lists of parts have one order: so that each order
//! is total, and the component holds one comparison. Written by hand because a crate for each ecosystem would cost many
//! times the bytes; in the tests the `semver` crate is the judge, and the reference suites hold the rest against tables
//! made by the tools themselves.

mod composer;
mod gem;
mod maven;
mod part;
mod pep440;
mod release;
mod semantic;

use std::cmp::Ordering;

pub(crate) use part::Digits;
use part::Part;
pub(crate) use release::Release;
use semantic::{Dialect, STRICT};

/// Compares two versions in the order of their ecosystem, named by its purl type.
///
/// None where the order cannot be told: an ecosystem without an order here, or a version that its tool does not read. Equal
/// versions may be written differently, for example `1.0` and `1.0.0` of `pypi`.
#[must_use]
pub fn compare(ecosystem: &str, a: &str, b: &str) -> Option<Ordering> {
    if ecosystem == "cocoapods" {
        // Its specification says semantic versions and its tool follows RubyGems: what both say is certain.
        let [gem, semver] = ["gem", "swift"].map(|like| compare(like, a, b));
        return gem.filter(|order| semver == Some(*order));
    }
    let [a, b] = [a, b].map(|version| {
        let folded = FOLDED.contains(&ecosystem);
        let version = version.trim_ascii();
        if folded {
            version.to_ascii_lowercase()
        } else {
            version.to_owned()
        }
    });
    if ecosystem == "maven" {
        return maven::compare(&a, &b);
    }
    Some(parts(ecosystem, &a)?.cmp(&parts(ecosystem, &b)?))
}

fn parts<'a>(ecosystem: &str, version: &'a str) -> Option<Vec<Part<'a>>> {
    if !version.is_ascii() {
        return None;
    }
    match ecosystem {
        "npm" | "cargo" | "hex" | "swift" => semantic::parts(version, STRICT),
        "golang" => semantic::go(version),
        "pub" => semantic::parts(version, PUB),
        "nuget" => semantic::parts(version, NUGET),
        "pypi" => pep440::parts(version),
        "gem" => gem::parts(version),
        "composer" => composer::parts(version),
        _ => None,
    }
}

/// Dart compares what follows the `+` too.
const PUB: Dialect = Dialect {
    build_counts: true,
    ..STRICT
};

/// One to four numbers, however written.
const NUGET: Dialect = Dialect {
    least: 1,
    most: 4,
    leading_zeros: true,
    ..STRICT
};

/// Ecosystems whose versions do not tell upper from lower case.
const FOLDED: [&str; 4] = ["composer", "maven", "nuget", "pypi"];

#[cfg(test)]
mod tests;
