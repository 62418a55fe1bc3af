//! GitHub's comparison of the dependencies of two commits.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::inventory::{Inventory, Package, labelled};
use super::left_out::Reason;
use super::purl::{Purl, type_of};
use super::version;

/// A row: a package that one of the commits has. An upgrade is two of them.
#[derive(Deserialize)]
pub(super) struct Row {
    change_type: ChangeType,
    manifest: Option<String>,
    ecosystem: String,
    name: String,
    version: Option<String>,
    package_url: Option<String>,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "lowercase")]
enum ChangeType {
    Removed,
    Added,
    #[serde(other)]
    Other,
}

/// What both sides have of what differs: base and head.
pub(super) fn read(rows: &[Row]) -> (Inventory, Inventory) {
    let (mut base, mut head) = (Inventory::default(), Inventory::default());
    let mut open = Vec::new();
    let mut locked: BTreeMap<Seen, Vec<String>> = BTreeMap::new();
    for row in rows {
        let side = match row.change_type {
            ChangeType::Removed => &mut base,
            ChangeType::Added => &mut head,
            ChangeType::Other => {
                head.leave_out(Reason::UnknownChange, row.label());
                continue;
            }
        };
        let Some(package) = row.package() else {
            open.push(row);
            continue;
        };
        let seen = (
            row.change_type,
            package.ecosystem.clone(),
            package.name.clone(),
        );
        locked
            .entry(seen)
            .or_default()
            .push(row.directory().to_owned());
        side.add(package);
    }
    for row in open {
        let (ecosystem, name, _) = row.names();
        let locks = locked.get(&(row.change_type, ecosystem, name));
        let is_locked = |lock: &String| is_at_or_above(lock, row.directory());
        if locks.is_some_and(|locks| locks.iter().any(is_locked)) {
            continue;
        }
        let side = match row.change_type {
            ChangeType::Removed => &mut base,
            _ => &mut head,
        };
        let reason = match row.version() {
            Some(_) => Reason::NotAVersion,
            None => Reason::NoVersion,
        };
        side.leave_out(reason, row.label());
    }
    (base.sorted(), head.sorted())
}

/// A package on one side.
type Seen = (ChangeType, String, String);

impl Row {
    /// None if its version is none.
    fn package(&self) -> Option<Package> {
        let (ecosystem, name, of_purl) = self.names();
        let version = self.version().or(of_purl.as_deref())?;
        let version = version::exact(&ecosystem, version)?.to_owned();
        Some(Package {
            ecosystem,
            name,
            manifest: self.manifest.clone(),
            version,
            direct: None,
        })
    }

    /// Ecosystem and name, by the purl if it can be read, and its version.
    fn names(&self) -> (String, String, Option<String>) {
        let purl = self.package_url.as_deref().and_then(Purl::parse);
        match purl {
            Some(purl) => (purl.ecosystem, purl.name, purl.version),
            None => (type_of(&self.ecosystem), self.name.clone(), None),
        }
    }

    fn version(&self) -> Option<&str> {
        let version = self.version.as_deref();
        version.filter(|version| !version.trim().is_empty())
    }

    fn label(&self) -> String {
        let label = labelled(&self.name, self.version());
        match &self.manifest {
            Some(manifest) => format!("{label} in {manifest}"),
            None => label,
        }
    }

    /// Where its manifest is, with a slash at its end; empty for the repository's root.
    fn directory(&self) -> &str {
        let manifest = self.manifest.as_deref().unwrap_or_default();
        let length = manifest.rfind('/').map_or(0, |slash| slash + 1);
        manifest.get(..length).unwrap_or_default()
    }
}

fn is_at_or_above(lock: &str, directory: &str) -> bool {
    directory.starts_with(lock)
}

#[cfg(test)]
mod tests {
    use super::super::{Changes, compare_rows};

    fn row(change: &str, manifest: &str, version: &str) -> String {
        format!(
            r#"{{"change_type": "{change}", "manifest": "{manifest}", "ecosystem": "npm", "name": "@acme/a", "version": "{version}",
              "package_url": "pkg:npm/%40acme/a@{version}", "license": null, "source_repository_url": null,
              "scope": "runtime", "vulnerabilities": []}}"#
        )
    }

    fn compare(rows: &[String]) -> Changes {
        compare_rows("GitHub", &[format!("[{}]", rows.join(","))]).unwrap()
    }

    /// Rows as `name before after manifest`.
    fn told(changes: &Changes) -> Vec<String> {
        let rows = changes.rows.iter().map(|row| {
            let [before, after, manifest] =
                [&row.before, &row.after, &row.manifest].map(|text| text.as_deref().unwrap_or("-"));
            format!("{} {} {before} {after} {manifest}", row.ecosystem, row.name)
        });
        rows.collect()
    }

    #[test]
    fn a_removed_and_an_added_row_are_an_upgrade() {
        let rows = [
            row("removed", "package-lock.json", "1.0.0"),
            row("added", "package-lock.json", "1.1.0"),
        ];
        let changes = compare(&rows);
        assert_eq!(
            told(&changes),
            ["npm @acme/a 1.0.0 1.1.0 package-lock.json"]
        );
        assert!(!changes.is_partial());
    }

    #[test]
    fn an_upgrade_may_be_parted_by_a_page() {
        let pages = [
            format!("[{}]", row("added", "package-lock.json", "1.1.0")),
            format!("[{}]", row("removed", "package-lock.json", "1.0.0")),
        ];
        let changes = compare_rows("GitHub", &pages).unwrap();
        assert_eq!(
            told(&changes),
            ["npm @acme/a 1.0.0 1.1.0 package-lock.json"]
        );
    }

    #[test]
    fn a_package_that_moves_to_another_manifest_is_two_rows() {
        let rows = [
            row("removed", "a/yarn.lock", "1.0.0"),
            row("added", "b/yarn.lock", "1.0.0"),
        ];
        assert_eq!(
            told(&compare(&rows)),
            [
                "npm @acme/a 1.0.0 - a/yarn.lock",
                "npm @acme/a - 1.0.0 b/yarn.lock"
            ]
        );
    }

    #[test]
    fn a_package_that_only_changes_its_scope_is_no_row() {
        let rows = [
            row("removed", "yarn.lock", "1.0.0"),
            row("added", "yarn.lock", "1.0.0"),
        ];
        assert_eq!(compare(&rows), Changes::default());
    }

    #[test]
    fn a_requirement_without_a_lockfile_makes_the_list_partial() {
        let changes = compare(&[row("added", "package.json", "^1.0.0")]);
        assert_eq!(changes.rows, []);
        let left_out: Vec<String> = changes.left_out.iter().map(ToString::to_string).collect();
        assert_eq!(
            left_out,
            [
                "GitHub: 1 component has a range, branch or tag for a version: `@acme/a@^1.0.0 in package.json`"
            ]
        );
    }

    #[test]
    fn a_lockfile_beside_or_above_tells_what_a_requirement_became() {
        for (manifest, lock, partial) in [
            ("package.json", "package-lock.json", false),
            ("apps/web/package.json", "yarn.lock", false),
            ("apps/web/package.json", "apps/web/yarn.lock", false),
            ("apps/web/package.json", "apps/api/yarn.lock", true),
            ("package.json", "apps/api/yarn.lock", true),
        ] {
            let changes = compare(&[
                row("added", manifest, "^1.0.0"),
                row("added", lock, "1.2.0"),
            ]);
            assert_eq!(changes.is_partial(), partial, "{manifest} {lock}");
            assert_eq!(changes.rows.len(), 1);
        }
        let other_side = [
            row("added", "package.json", "^1.0.0"),
            row("removed", "yarn.lock", "1.2.0"),
        ];
        assert!(compare(&other_side).is_partial());
    }

    #[test]
    fn a_row_without_a_purl_keeps_its_name_and_ecosystem() {
        let rows = |ecosystem: &str, version: &str| {
            format!(
                r#"[{{"change_type": "added", "manifest": "m", "ecosystem": "{ecosystem}", "name": "a", "version": "{version}", "package_url": ""}}]"#
            )
        };
        let of = |ecosystem: &str| told(&compare_rows("GitHub", &[rows(ecosystem, "1")]).unwrap());
        assert_eq!(of("pip"), ["pypi a - 1 m"]);
        assert_eq!(of("bazel"), ["bazel a - 1 m"]);
        let hole = compare_rows("GitHub", &[rows("pip", "")]).unwrap();
        assert_eq!(
            hole.left_out[0].to_string(),
            "GitHub: 1 component has no version: `a in m`"
        );
    }

    #[test]
    fn a_change_of_another_type_is_not_dropped() {
        let changes = compare(&[row("changed", "yarn.lock", "1.0.0")]);
        assert_eq!(
            changes.left_out[0].to_string(),
            "GitHub: 1 component is neither added nor removed: `@acme/a@1.0.0 in yarn.lock`"
        );
    }

    #[test]
    fn an_answer_that_is_no_list_names_its_place() {
        let error = |page: &str| compare_rows("GitHub", &[page]).unwrap_err().to_string();
        assert_eq!(
            error(r#"{"message": "Forbidden"}"#),
            "reading `GitHub`: expected a list of rows, beginning with `[`"
        );
        assert_eq!(
            error("[\n{\"change_type\": 1}]"),
            "reading `GitHub`: line 2, column 17: expected value"
        );
    }
}
