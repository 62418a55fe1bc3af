//! The packages of one side, and what there could not be used.

use super::left_out::{Hole, Reason};
use super::purl::Purl;
use super::version;

/// One version of a package on one side.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Package {
    pub(super) ecosystem: String,
    pub(super) name: String,
    pub(super) manifest: Option<String>,
    pub(super) version: String,
    /// Whether the repository names it itself; none while unknown.
    pub(super) direct: Option<bool>,
}

/// What a package's versions are grouped by: ecosystem, name and manifest.
pub(super) type Group<'a> = (&'a str, &'a str, Option<&'a str>);

impl Package {
    pub(super) fn group(&self) -> Group<'_> {
        (&self.ecosystem, &self.name, self.manifest.as_deref())
    }

    /// What tells it from others. Some tools write the `v` of a Go version and some do not.
    pub(super) fn key(&self) -> (Group<'_>, &str) {
        let version = match self.ecosystem.as_str() {
            "golang" => self.version.trim_start_matches('v'),
            _ => &self.version,
        };
        (self.group(), version)
    }
}

/// What one side has.
#[derive(Debug, Default)]
pub(super) struct Inventory {
    packages: Vec<Package>,
    holes: Vec<Hole>,
}

impl Inventory {
    /// By key, each once.
    pub(super) fn packages(&self) -> &[Package] {
        &self.packages
    }

    pub(super) fn holes(&self) -> &[Hole] {
        &self.holes
    }

    pub(super) fn leave_out(&mut self, reason: Reason, label: String) {
        self.holes.push(Hole { reason, label });
    }

    /// A component of a document: `version` is what it says beside its purl.
    pub(super) fn add_purl(&mut self, purl: &str, version: Option<&str>, direct: Option<bool>) {
        let Some(read) = Purl::parse(purl) else {
            return self.leave_out(Reason::UnreadablePurl, labelled(purl, version));
        };
        let version = read.version.as_deref().or(version);
        if let Some(version) = self.usable(&read.ecosystem, &read.name, version) {
            self.packages.push(Package {
                ecosystem: read.ecosystem,
                name: read.name,
                manifest: None,
                version,
                direct,
            });
        }
    }

    /// A component of a document that has no purl.
    pub(super) fn add_nameless(&mut self, name: &str, version: Option<&str>) {
        let reason = match version {
            Some(_) => Reason::NoPurl,
            None => Reason::NoVersion,
        };
        self.leave_out(reason, labelled(name, version));
    }

    /// One that is known to be usable.
    pub(super) fn add(&mut self, package: Package) {
        self.packages.push(package);
    }

    /// The version, if it is one. If not, the package is left out, unless it is what is being built.
    fn usable(&mut self, ecosystem: &str, name: &str, version: Option<&str>) -> Option<String> {
        let version = version.filter(|version| !version.trim().is_empty());
        match version {
            Some(version::SELF) => None,
            Some(version) => {
                let exact = version::exact(ecosystem, version);
                if exact.is_none() {
                    self.leave_out(Reason::NotAVersion, labelled(name, Some(version)));
                }
                exact.map(str::to_owned)
            }
            None => {
                self.leave_out(Reason::NoVersion, name.to_owned());
                None
            }
        }
    }

    /// In order and each once; direct if it is anywhere.
    pub(super) fn sorted(mut self) -> Self {
        self.packages.sort_by(|a, b| a.key().cmp(&b.key()));
        self.packages.dedup_by(|later, kept| {
            let same = later.key() == kept.key();
            if same {
                // None is less than false, and false less than true.
                kept.direct = kept.direct.max(later.direct);
            }
            same
        });
        self
    }
}

/// Name and version, as they are told to people.
pub(super) fn labelled(name: &str, version: Option<&str>) -> String {
    version.map_or_else(|| name.to_owned(), |version| format!("{name}@{version}"))
}
