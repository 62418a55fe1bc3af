//! Patches of lock files, read as far as their lines tell names and versions.

use std::collections::{BTreeMap, BTreeSet};

/// Versions by name of package.
pub(crate) type Side = BTreeMap<String, BTreeSet<String>>;

/// A change of lock files that moves a package to its next major.
pub(super) struct Patch {
    pub(super) ecosystem: String,
    /// The package it is named after.
    pub(super) package: String,
    pub(super) before: Side,
    pub(super) after: Side,
}

impl Patch {
    /// Reads the header `# repo R ecosystem E package P from A to B update-type T` and the hunks of all lock files.
    pub(super) fn read(text: &str) -> Result<Self, String> {
        let words: Vec<&str> = text.lines().next().unwrap_or_default().split(' ').collect();
        let word = |key: &str| {
            let at = words.iter().position(|word| *word == key);
            at.and_then(|at| words.get(at + 1))
                .copied()
                .ok_or_else(|| format!("its header has no {key}"))
        };
        let ecosystem = word("ecosystem")?.to_owned();
        if word("update-type")? != "semver-major" {
            return Err("it moves no package to a next major".to_owned());
        }
        let package = own_name(&ecosystem, word("package")?);
        let mut sides = [Reader::default(), Reader::default()];
        let mut format = None;
        for line in text.lines() {
            if let Some(paths) = line.strip_prefix("diff --git ") {
                format = Format::of(paths.rsplit('/').next().unwrap_or_default());
            }
            if line.starts_with("diff --git ") || line.starts_with("@@") {
                for side in &mut sides {
                    side.name = None;
                }
                continue;
            }
            let (Some(format), Some((mark, content))) = (format, line.split_at_checked(1)) else {
                continue;
            };
            let [before, after] = &mut sides;
            if matches!(mark, " " | "-") && !line.starts_with("---") {
                before.read(format, &ecosystem, content);
            }
            if matches!(mark, " " | "+") && !line.starts_with("+++") {
                after.read(format, &ecosystem, content);
            }
        }
        let [before, after] = sides.map(|side| side.found);
        Ok(Self {
            ecosystem,
            package,
            before,
            after,
        })
    }
}

#[derive(Clone, Copy)]
enum Format {
    /// `Cargo.lock`, `poetry.lock`, `uv.lock`: `name = "x"`, then `version = "1"`.
    Toml,
    /// `package-lock.json`: `"node_modules/x": {`, then `"version": "1"`.
    Npm,
    /// `yarn.lock`: `x@range:`, then `version "1"`.
    Yarn,
    /// `requirements.txt`: `x==1`.
    Requirements,
    /// `go.mod`: `path v1`.
    GoMod,
}

impl Format {
    fn of(file: &str) -> Option<Self> {
        let is = |extension: &str| {
            std::path::Path::new(file)
                .extension()
                .is_some_and(|found| found == extension)
        };
        match file {
            "yarn.lock" => Some(Self::Yarn),
            "package-lock.json" | "npm-shrinkwrap.json" => Some(Self::Npm),
            "go.mod" => Some(Self::GoMod),
            _ if is("lock") => Some(Self::Toml),
            _ if is("txt") => Some(Self::Requirements),
            _ => None,
        }
    }
}

/// One side of a patch under way.
#[derive(Default)]
struct Reader {
    /// The package whose version comes next.
    name: Option<String>,
    found: Side,
}

impl Reader {
    fn read(&mut self, format: Format, ecosystem: &str, line: &str) {
        let trimmed = line.trim();
        match format {
            Format::Toml => {
                if trimmed == "[[package]]" {
                    self.name = None;
                } else if let Some(name) = line.strip_prefix("name = ") {
                    self.name = Some(own_name(ecosystem, name.trim_matches('"')));
                } else if let Some(version) = line.strip_prefix("version = ") {
                    self.add(version.trim_matches('"'));
                }
            }
            Format::Npm => {
                if let Some(name) = trimmed.strip_suffix(": {") {
                    let name = name.trim_matches('"');
                    let name = name.rsplit("node_modules/").next().unwrap_or(name);
                    self.name = Some(name.to_owned());
                } else if let Some(version) = trimmed.strip_prefix("\"version\": ") {
                    self.add(version.trim_matches([',', '"']));
                }
            }
            Format::Yarn => {
                if !line.starts_with(' ') && line.ends_with(':') {
                    let first = line.trim_matches(['"', ':']).split(',').next();
                    let name = first.and_then(|first| first.trim_matches('"').rsplit_once('@'));
                    self.name = name.map(|(name, _)| name.to_owned());
                } else if let Some(version) = line.strip_prefix("  version ") {
                    self.add(version.trim_matches('"'));
                }
            }
            Format::Requirements => {
                if let Some((name, version)) = trimmed.split_once("==") {
                    let name = name.split('[').next().unwrap_or(name).trim();
                    self.name = Some(own_name(ecosystem, name));
                    self.add(version.split([' ', ';', '#']).next().unwrap_or(version));
                }
            }
            Format::GoMod => {
                let mut words = trimmed.trim_start_matches("require ").split(' ');
                if let (Some(path), Some(version)) = (words.next(), words.next())
                    && path.contains('/')
                    && version.starts_with('v')
                {
                    self.name = Some(path.to_owned());
                    self.add(version);
                }
            }
        }
    }

    fn add(&mut self, version: &str) {
        if let Some(name) = self.name.take() {
            self.found
                .entry(name)
                .or_default()
                .insert(version.to_owned());
        }
    }
}

/// A name in the one form its ecosystem compares.
pub(super) fn own_name(ecosystem: &str, name: &str) -> String {
    match ecosystem {
        "pypi" => name.to_ascii_lowercase().replace(['_', '.'], "-"),
        _ => name.to_owned(),
    }
}
