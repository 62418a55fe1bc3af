//! What Snyk printed for one project: its issues, each once for every path, and the tree as far as the paths show it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use koalr_integration_kit::model::common::{
    ExploitMaturity, FindingClass, FixState, Severity, Tenths,
};
use serde_json::Value;

use super::super::lockfiles::Side;

/// One project of an output.
#[derive(Clone, PartialEq)]
pub(super) struct Output {
    pub(super) name: String,
    /// By purl type.
    pub(super) ecosystem: String,
    /// Versions of the packages on any path, the project itself left out.
    pub(super) tree: Side,
    /// Packages that the project names itself.
    pub(super) direct: BTreeSet<String>,
    /// Once for every path.
    pub(super) issues: Vec<Issue>,
}

#[derive(Clone, PartialEq)]
pub(super) struct Issue {
    pub(super) id: String,
    pub(super) package: String,
    pub(super) version: String,
    pub(super) class: FindingClass,
    pub(super) severity: Option<Severity>,
    pub(super) published: Option<Tenths>,
    pub(super) vector: Option<String>,
    pub(super) exploit: ExploitMaturity,
    pub(super) fix: FixState,
    /// Packages from the project's own dependency down, the project left out.
    pub(super) path: Vec<String>,
}

/// A vulnerability or licence in a package at any version.
pub(super) type Pair = (String, String);

impl Output {
    /// With the tree that its paths show.
    pub(super) fn of(name: &str, ecosystem: &str, issues: Vec<Issue>) -> Self {
        let mut tree = Side::new();
        let mut direct = BTreeSet::new();
        for issue in &issues {
            for (depth, step) in issue.path.iter().enumerate() {
                let (package, version) = split(step);
                if depth == 0 {
                    direct.insert(package.to_owned());
                }
                let versions = tree.entry(package.to_owned()).or_default();
                versions.insert(version.to_owned());
            }
        }
        Self {
            name: name.to_owned(),
            ecosystem: ecosystem.to_owned(),
            tree,
            direct,
            issues,
        }
    }

    /// Versions at which each package has each issue.
    pub(super) fn pairs(&self) -> BTreeMap<Pair, BTreeSet<String>> {
        let mut pairs: BTreeMap<Pair, BTreeSet<String>> = BTreeMap::new();
        for issue in &self.issues {
            let versions = pairs.entry(issue.pair()).or_default();
            versions.insert(issue.version.clone());
        }
        pairs
    }

    pub(super) fn versions(&self, package: &str) -> BTreeSet<String> {
        self.tree.get(package).cloned().unwrap_or_default()
    }
}

impl Issue {
    pub(super) fn pair(&self) -> Pair {
        (self.id.clone(), self.package.clone())
    }
}

/// Every project in a file with a list of vulnerabilities; none in files of another shape.
pub(super) fn outputs(file: &Path) -> Vec<Output> {
    let document = fs::read_to_string(file)
        .ok()
        .and_then(|text| serde_json::from_str::<Value>(&text).ok())
        .unwrap_or_default();
    let one = std::slice::from_ref(&document);
    let projects = document.as_array().map_or(one, Vec::as_slice);
    projects.iter().filter_map(project).collect()
}

/// Nothing for an image, which has no dependency list that a change could touch.
fn project(document: &Value) -> Option<Output> {
    let name = document["projectName"].as_str()?;
    let manager = document["packageManager"].as_str()?;
    if document.get("docker").is_some() && matches!(manager, "apk" | "deb" | "rpm") {
        return None;
    }
    let issues = document["vulnerabilities"].as_array()?;
    let issues = issues.iter().map(issue).collect::<Option<Vec<_>>>()?;
    Some(Output::of(name, ecosystem(manager), issues))
}

fn issue(document: &Value) -> Option<Issue> {
    let text = |key: &str| Some(document[key].as_str()?.to_owned());
    let steps = document["from"].as_array()?.iter().skip(1);
    let is_licence = document["type"] == "license";
    Some(Issue {
        id: text("id")?,
        package: text("packageName")?,
        version: text("version")?,
        class: if is_licence {
            FindingClass::License
        } else {
            FindingClass::PackageVulnerability
        },
        severity: severity(document["severity"].as_str().unwrap_or_default()),
        published: tenths(&document["cvssScore"]),
        vector: text("CVSSv3"),
        exploit: exploit(document["exploit"].as_str().unwrap_or_default()),
        fix: match document["fixedIn"].as_array() {
            None => FixState::Unknown,
            Some(versions) if versions.is_empty() => FixState::None,
            Some(_) => FixState::Available,
        },
        path: steps
            .map(|step| Some(step.as_str()?.to_owned()))
            .collect::<Option<_>>()?,
    })
}

/// `@scope/name@1.0.0` in two.
pub(super) fn split(step: &str) -> (&str, &str) {
    step.rsplit_once('@').unwrap_or((step, ""))
}

/// A score as it is printed: `9.8`, or `7` for 7.0.
pub(super) fn tenths(score: &Value) -> Option<Tenths> {
    let text = score.as_number()?.to_string();
    let (whole, tenth) = text.split_once('.').unwrap_or((&text, "0"));
    Some(10 * whole.parse::<Tenths>().ok()? + tenth.parse::<Tenths>().ok()?)
}

fn ecosystem(manager: &str) -> &str {
    match manager {
        "yarn" | "yarn-workspace" | "pnpm" => "npm",
        "gradle" | "sbt" => "maven",
        "pip" | "pipenv" | "poetry" => "pypi",
        "rubygems" => "gem",
        "gomodules" | "golangdep" | "govendor" => "golang",
        "paket" => "nuget",
        other => other,
    }
}

fn severity(word: &str) -> Option<Severity> {
    Some(match word {
        "low" => Severity::Low,
        "medium" => Severity::Medium,
        "high" => Severity::High,
        "critical" => Severity::Critical,
        _ => return None,
    })
}

fn exploit(words: &str) -> ExploitMaturity {
    match words {
        "Proof of Concept" => ExploitMaturity::ProofOfConcept,
        "Functional" | "Mature" | "High" => ExploitMaturity::Functional,
        "Attacked" => ExploitMaturity::Attacked,
        "Unproven" => ExploitMaturity::NoneKnown,
        _ => ExploitMaturity::Unknown,
    }
}
