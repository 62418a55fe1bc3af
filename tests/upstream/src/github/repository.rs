//! What a repository holds.

use crate::asked::encode;
use crate::sample::{SampleChange, SampleDependency};

/// A repository with its commits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Repository {
    /// `owner/name`. GitHub takes it in any case.
    pub full_name: String,
    /// Commits, in any order: SHA, and what its manifests name.
    pub commits: Vec<(String, Vec<Component>)>,
    /// Branches: name, and the SHA it points at.
    pub branches: Vec<(String, String)>,
    /// False where the dependency graph is off; then nothing can be compared.
    pub dependency_graph: bool,
    /// Workflow runs that wait for a deployment protection rule: id, and environment.
    pub waiting_runs: Vec<(u64, String)>,
}

/// One dependency that a manifest names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Component {
    /// Path of the manifest in the repository.
    pub manifest: String,
    /// GitHub's name of the ecosystem, for example `npm`, `pip`, `maven`.
    pub ecosystem: String,
    /// Name as the ecosystem writes it.
    pub name: String,
    /// Version; a range where the manifest names one.
    pub version: String,
    /// Package URL; GitHub has none for some.
    pub package_url: Option<String>,
    /// SPDX expression; none where GitHub knows none.
    pub license: Option<String>,
    /// Address of the source; none where GitHub knows none.
    pub source_repository_url: Option<String>,
    /// Where it is used.
    pub usage: Usage,
    /// What GitHub knows against this version. Empty for most.
    pub advisories: Vec<Advisory>,
}

/// Where a dependency is used: GitHub's `scope`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Usage {
    /// In the running program.
    Runtime,
    /// Only in development.
    Development,
    /// GitHub cannot tell.
    Unknown,
}

/// A published vulnerability, as far as a comparison names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Advisory {
    /// `low`, `moderate`, `high` or `critical`.
    pub severity: String,
    /// GitHub's id, `GHSA-…`.
    pub ghsa_id: String,
    /// One line about it.
    pub summary: String,
}

impl Repository {
    /// A repository without commits, with the dependency graph on.
    #[must_use]
    pub fn new(full_name: &str) -> Self {
        Self {
            full_name: full_name.to_owned(),
            commits: Vec::new(),
            branches: Vec::new(),
            dependency_graph: true,
            waiting_runs: Vec::new(),
        }
    }

    /// Adds a commit with all that its manifests name.
    #[must_use]
    pub fn commit(mut self, sha: &str, components: Vec<Component>) -> Self {
        self.commits.push((sha.to_owned(), components));
        self
    }

    /// Adds a branch.
    #[must_use]
    pub fn branch(mut self, name: &str, sha: &str) -> Self {
        self.branches.push((name.to_owned(), sha.to_owned()));
        self
    }

    /// Switches the dependency graph off.
    #[must_use]
    pub fn without_dependency_graph(mut self) -> Self {
        self.dependency_graph = false;
        self
    }

    /// Adds a workflow run that waits for a deployment protection rule.
    #[must_use]
    pub fn waiting_run(mut self, id: u64, environment: &str) -> Self {
        self.waiting_runs.push((id, environment.to_owned()));
        self
    }

    /// The repositories of the demo's pull requests: a base that names what the changes begin with, and a head for
    /// each change.
    #[must_use]
    pub fn sample() -> Vec<Self> {
        let changes = crate::sample::changes();
        let mut repositories: Vec<Self> = Vec::new();
        for change in &changes {
            if !repositories
                .iter()
                .any(|item| item.full_name == change.repository)
            {
                repositories.push(Self::new(change.repository));
            }
        }
        for repository in &mut repositories {
            let own = |change: &&SampleChange| change.repository == repository.full_name;
            let own: Vec<_> = changes.iter().filter(own).collect();
            for change in &own {
                repository.begin(change);
            }
            for change in own {
                repository.propose(change);
            }
        }
        repositories
    }

    /// The commit that a SHA or a branch names.
    pub(super) fn resolve(&self, reference: &str) -> Option<&(String, Vec<Component>)> {
        let branch = self.branches.iter().find(|(name, _)| name == reference);
        let sha = branch.map_or(reference, |(_, sha)| sha);
        self.commits.iter().find(|(known, _)| known == sha)
    }

    /// Adds to a change's base what the change begins with.
    fn begin(&mut self, change: &SampleChange) {
        let before = components(change, |dependency| dependency.before);
        let mut commits = self.commits.iter_mut();
        if let Some((_, base)) = commits.find(|(sha, _)| sha == change.base_sha) {
            base.extend(before);
        } else {
            let (branch, sha) = (change.target_branch.to_owned(), change.base_sha.to_owned());
            self.branches.push((branch, sha.clone()));
            self.commits.push((sha, before));
        }
    }

    /// Adds a change's head: its base, with what the change touches replaced.
    fn propose(&mut self, change: &SampleChange) {
        let mut head = components(change, |dependency| dependency.after);
        let untouched = |item: &&Component| {
            let mut touched = change.dependencies.iter();
            !touched.any(|dependency| dependency.name == item.name)
        };
        if let Some((_, base)) = self.resolve(change.base_sha) {
            head.extend(base.iter().filter(untouched).cloned());
        }
        self.commits.push((change.head_sha.to_owned(), head));
    }
}

impl Component {
    /// A dependency at run time of which GitHub knows the name, the version and, for ecosystems with one, the package
    /// URL.
    #[must_use]
    pub fn new(manifest: &str, ecosystem: &str, name: &str, version: &str) -> Self {
        Self {
            manifest: manifest.to_owned(),
            ecosystem: ecosystem.to_owned(),
            name: name.to_owned(),
            version: version.to_owned(),
            package_url: package_url(ecosystem, name, version),
            license: None,
            source_repository_url: None,
            usage: Usage::Runtime,
            advisories: Vec::new(),
        }
    }

    /// The same, with this SPDX expression.
    #[must_use]
    pub fn licensed(mut self, license: &str) -> Self {
        self.license = Some(license.to_owned());
        self
    }

    /// The same, used there.
    #[must_use]
    pub fn used_in(mut self, usage: Usage) -> Self {
        self.usage = usage;
        self
    }
}

impl Usage {
    /// GitHub's word.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Runtime => "runtime",
            Self::Development => "development",
            Self::Unknown => "unknown",
        }
    }
}

/// What a change names on one of its two sides.
fn components(
    change: &SampleChange,
    version: impl Fn(&SampleDependency) -> Option<&'static str>,
) -> Vec<Component> {
    let dependencies = change.dependencies.iter();
    let named = dependencies.filter_map(|dependency| {
        let version = version(dependency)?;
        let (ecosystem, name) = (dependency.ecosystem, dependency.name);
        Some(Component::new(MANIFEST, ecosystem, name, version))
    });
    named.collect()
}

/// A package URL; none for an ecosystem that this mock has no purl type for.
fn package_url(ecosystem: &str, name: &str, version: &str) -> Option<String> {
    let (_, kind) = PURL_TYPES.iter().find(|(known, _)| *known == ecosystem)?;
    let parts = name.split(['/', ':']).map(encode);
    let name = parts.collect::<Vec<_>>().join("/");
    Some(format!("pkg:{kind}/{name}@{}", encode(version)))
}

/// GitHub's ecosystems and the types of their package URLs.
const PURL_TYPES: [(&str, &str); 7] = [
    ("npm", "npm"),
    ("pip", "pypi"),
    ("maven", "maven"),
    ("rubygems", "gem"),
    ("nuget", "nuget"),
    ("composer", "composer"),
    ("go", "golang"),
];
/// The manifest of the demo's repositories.
const MANIFEST: &str = "package-lock.json";
