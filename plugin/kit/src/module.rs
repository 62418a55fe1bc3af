//! Packages that a dependency list shows as one row that goes and one that comes: moved to another manifest or, as a Go
//! module, to another path. A Go module's major version lives in its path: from `example.com/x` to `example.com/x/v2` it is
//! one module that moves.

use crate::bump::bump;
use crate::group::{Groups, Name};
use crate::model::assessment::Bump;
use crate::model::common::DependencyChange;

/// How the rows of a dependency list move their packages.
pub struct Moves<'a> {
    rows: &'a [DependencyChange],
    /// For each row the row with the other side of its package, if the list shows that in two rows.
    counterparts: Vec<Option<usize>>,
}

impl<'a> Moves<'a> {
    /// Pairs the rows that are two sides of one package. Where several go or come, for example two majors of a Go module,
    /// it is the last.
    #[must_use]
    pub fn of(rows: &'a [DependencyChange]) -> Self {
        let sides = rows.iter().map(|row| Some(of_side(row, side(row)?)));
        let sides = Groups::of(sides);
        let counterpart = |row: &DependencyChange| {
            let other = if side(row)? == GOES { COMES } else { GOES };
            sides.positions(of_side(row, other)).last().copied()
        };
        Self {
            rows,
            counterparts: rows.iter().map(counterpart).collect(),
        }
    }

    /// The row with the other side of a row's Go module; none if there is no such row.
    #[must_use]
    pub fn counterpart(&self, index: usize) -> Option<&'a DependencyChange> {
        self.other_side(index).filter(|row| row.ecosystem == GO)
    }

    /// Class of the move of a row's package; unknown if there is no such row.
    #[must_use]
    pub fn bump(&self, index: usize) -> Bump {
        let after = self.either(index, |row| row.after.as_deref());
        self.bump_to(index, after)
    }

    /// Class of the move if it led to this version; none is that the package goes.
    #[must_use]
    pub fn bump_to(&self, index: usize, after: Option<&str>) -> Bump {
        let before = self.either(index, |row| row.before.as_deref());
        self.rows
            .get(index)
            .map_or(Bump::Unknown, |row| bump(&row.ecosystem, before, after))
    }

    /// What a row tells, or else its counterpart.
    fn either(
        &self,
        index: usize,
        version: impl Fn(&'a DependencyChange) -> Option<&'a str>,
    ) -> Option<&'a str> {
        let own = self.rows.get(index).and_then(&version);
        own.or_else(|| self.other_side(index).and_then(&version))
    }

    fn other_side(&self, index: usize) -> Option<&'a DependencyChange> {
        let counterpart = *self.counterparts.get(index)?;
        self.rows.get(counterpart?)
    }
}

/// Packages that rows are about, in whatever manifest. A Go module is one package under all its paths.
pub struct Packages<'a>(Groups<'a>);

impl<'a> Packages<'a> {
    /// The packages of these rows.
    #[must_use]
    pub fn of(rows: impl IntoIterator<Item = &'a DependencyChange>) -> Self {
        Self(Groups::of(
            rows.into_iter().map(|row| Some(of_side(row, ""))),
        ))
    }

    /// Whether one of the rows is about the same package.
    #[must_use]
    pub fn has(&self, row: &DependencyChange) -> bool {
        !self.0.positions(of_side(row, "")).is_empty()
    }
}

/// Name of a row's package, and of the side that it is.
fn of_side<'a>(row: &'a DependencyChange, side: &'a str) -> Name<'a> {
    let name = if row.ecosystem == GO {
        base(&row.name)
    } else {
        &row.name
    };
    (&row.ecosystem, name, side)
}

/// A module's path without its major version: `example.com/x` of `example.com/x/v2`, `gopkg.in/x` of `gopkg.in/x.v2`.
#[must_use]
pub fn base(path: &str) -> &str {
    let (mark, least) = if path.starts_with("gopkg.in/") {
        (".v", 0)
    } else {
        ("/v", FIRST_IN_PATH)
    };
    let parts = path.rsplit_once(mark);
    parts
        .filter(|(_, major)| {
            !(major.len() > 1 && major.starts_with('0'))
                && major.bytes().all(|byte| byte.is_ascii_digit())
                && major.parse::<u32>().is_ok_and(|major| major >= least)
        })
        .map_or(path, |(base, _)| base)
}

/// Whether a module of this path can have this version: `example.com/x/v2` has none of version 3.
///
/// A path without a major version may have any, because modules older than these paths do.
pub(crate) fn holds(path: &str, version: &str) -> bool {
    let major = path
        .strip_prefix(base(path))
        .and_then(|suffix| suffix.get(2..));
    let first = version.trim_start_matches('v').split('.').next();
    major.is_none_or(|major| first == Some(major))
}

fn side(row: &DependencyChange) -> Option<&'static str> {
    match (&row.before, &row.after) {
        (Some(_), None) => Some(GOES),
        (None, Some(_)) => Some(COMES),
        _ => None,
    }
}

/// Purl type of Go modules.
const GO: &str = "golang";

const GOES: &str = "goes";
const COMES: &str = "comes";

/// Modules of version 0 and 1 do not say so in their path.
const FIRST_IN_PATH: u32 = 2;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::dependency;

    fn golang(name: &str, before: Option<&str>, after: Option<&str>) -> DependencyChange {
        DependencyChange {
            ecosystem: "golang".to_owned(),
            ..dependency(name, before, after)
        }
    }

    #[test]
    fn a_major_version_is_no_part_of_a_module_s_base() {
        for (path, expected) in [
            ("example.com/x", "example.com/x"),
            ("example.com/x/v2", "example.com/x"),
            ("example.com/x/v12", "example.com/x"),
            ("gopkg.in/yaml.v3", "gopkg.in/yaml"),
            ("gopkg.in/owner/x.v0", "gopkg.in/owner/x"),
        ] {
            assert_eq!(base(path), expected);
        }
    }

    #[test]
    fn what_only_looks_like_a_major_version_stays() {
        for path in [
            "example.com/x/v1",
            "example.com/x/v02",
            "example.com/x/v",
            "example.com/x/v+2",
            "example.com/x/version",
            "example.com/x.v2",
            "gopkg.in/yaml",
        ] {
            assert_eq!(base(path), path);
        }
    }

    #[test]
    fn a_path_with_a_major_version_holds_no_other() {
        assert!(holds("example.com/x/v2", "v2.0.1"));
        assert!(!holds("example.com/x/v2", "3.0.0"));
        assert!(!holds("gopkg.in/yaml.v2", "v3.0.1"));
        assert!(holds("example.com/x", "20.10.9"));
    }

    #[test]
    fn a_go_module_is_one_package_under_all_its_paths() {
        let rows = [golang("example.com/x", Some("v1.2.3"), None)];
        let packages = Packages::of(&rows);
        assert!(packages.has(&golang("example.com/x/v2", None, Some("v2.0.0"))));
        assert!(!packages.has(&golang("example.com/y", None, Some("v1.0.0"))));
        assert!(!packages.has(&dependency("example.com/x", None, Some("1.0.0"))));
    }

    #[test]
    fn a_scope_with_a_package_that_looks_like_a_major_version_is_no_module() {
        let rows = [dependency("@acme/v2", Some("1.0.0"), None)];
        assert!(!Packages::of(&rows).has(&dependency("@acme/v3", None, Some("1.0.0"))));
    }

    #[test]
    fn a_module_that_moves_to_another_path_is_one_major_bump_from_both_sides() {
        let rows = [
            golang("example.com/x", Some("v1.2.3"), None),
            golang("example.com/y", None, Some("v1.0.0")),
            golang("example.com/x/v2", None, Some("v2.0.0")),
            golang("example.com/z", Some("v1.0.0"), None),
        ];
        let moves = Moves::of(&rows);
        let bumps = [0, 1, 2, 3, 4].map(|index| moves.bump(index));
        let expected = [
            Bump::Major,
            Bump::New,
            Bump::Major,
            Bump::Removed,
            Bump::Unknown,
        ];
        assert_eq!(bumps, expected);
        assert_eq!(moves.counterpart(2), rows.first());
        assert_eq!(moves.counterpart(1), None);
    }

    #[test]
    fn a_package_that_moves_to_another_manifest_moves_from_its_former_version() {
        let moved = |after| {
            let rows = [
                dependency("lodash", None, Some(after)),
                dependency("lodash", Some("1.2.3"), None),
            ];
            let moves = Moves::of(&rows);
            assert_eq!(moves.counterpart(0), None);
            moves.bump(0)
        };
        assert_eq!(
            ["1.2.3", "1.2.4"].map(moved),
            [Bump::Unchanged, Bump::Patch]
        );
    }

    #[test]
    fn a_module_back_on_its_former_path_is_a_downgrade() {
        let rows = [
            golang("gopkg.in/yaml.v3", Some("v3.0.1"), None),
            golang("gopkg.in/yaml.v2", None, Some("v2.4.0")),
        ];
        assert_eq!(Moves::of(&rows).bump(1), Bump::Downgrade);
    }

    #[test]
    fn a_module_that_stays_beside_its_next_major_is_not_moved() {
        let rows = [
            golang("example.com/x", Some("v1.2.3"), Some("v1.2.4")),
            golang("example.com/x/v2", None, Some("v2.0.0")),
        ];
        let moves = Moves::of(&rows);
        assert_eq!(
            [0, 1].map(|index| moves.bump(index)),
            [Bump::Patch, Bump::New]
        );
    }

    #[test]
    fn other_ecosystems_do_not_have_majors_in_their_names() {
        let rows = [
            dependency("example.com/x", Some("1.2.3"), None),
            dependency("example.com/x/v2", None, Some("2.0.0")),
        ];
        assert_eq!(Moves::of(&rows).bump(1), Bump::New);
    }
}
