//! The score of a change that is only described.

use http::Method;
use koalr_platform::access::Scope;
use koalr_platform::model::common::{DependencyChange, Tenths};
use koalr_platform::sbom;
use schemars::JsonSchema;
use serde::de::DeserializeOwned;

use super::super::super::problem::Problem;
use super::super::Ask;
use super::super::members::Members;
use super::super::route::{Answer, Given, Route, shape};
use super::MetricsAsk;
use crate::jobs::Glanced;
use crate::report::KoalrScore;

pub(super) const ROUTES: &[Route] = &[Route {
    method: Method::POST,
    path: "/api/v1/pr-risk/score",
    scope: Scope::Gate,
    summary: "Score a change that is described, and store nothing of it.",
    query: &[],
    body: Some(shape::<RiskBody>),
    most_bytes: MOST_BYTES,
    answer: Answer::Done(shape::<KoalrScore>),
    read: risk,
}];

/// A change as Koalr describes it, and what security is judged by. Every member may be left out.
#[derive(Debug, JsonSchema)]
#[schemars(rename_all = "camelCase", deny_unknown_fields)]
pub struct RiskBody {
    /// Paths of the files that it changes. They tell whether it may change dependencies, and nothing else.
    pub files: Option<Vec<String>>,
    /// Lines that it adds. Not used: security does not depend on it, and `baseScore` is Koalr's own.
    pub additions: Option<u32>,
    /// Lines that it removes. Not used either.
    pub deletions: Option<u32>,
    /// Its title. Not used either.
    pub title: Option<String>,
    /// Its description. Not used either.
    pub body: Option<String>,
    /// Repository as `owner/name`; without it nothing is known of what its base has already.
    pub repository: Option<String>,
    /// Its head; without it no check of that head is found.
    pub head_sha: Option<String>,
    /// Login of who wrote it; without it no waiver holds, because nobody waives for themselves.
    pub author: Option<String>,
    /// Koalr's own score of it without security, 0 to 100; without it security stands alone.
    #[schemars(range(min = 0, max = 100))]
    pub base_score: Option<f64>,
    /// Dependencies that it touches; empty if it touches none. Without it security is not known.
    pub dependencies: Option<Vec<DependencyChange>>,
}

fn risk(Given { body, .. }: Given<'_>) -> Result<Ask, Problem> {
    let mut members = Members::read(body)?;
    let files: Vec<String> = parsed(&mut members, "files", "it must be a list of texts");
    for lines in ["additions", "deletions"] {
        let _: Option<u32> = parsed(&mut members, lines, "it must be a whole number, 0 or more");
    }
    // A description may be longer than any name.
    let title: String = parsed(&mut members, "title", "it must be a text");
    let _: String = parsed(&mut members, "body", "it must be a text");
    let change = Glanced {
        title,
        repository: members.text("repository"),
        head_sha: members.text("headSha"),
        author: members.text("author"),
        base_score: base(&mut members),
        dependencies: members.raw("dependencies").and_then(|list| {
            let list = sbom::list("dependencies", list.as_bytes());
            members.check("dependencies", list)
        }),
    };
    members.end()?;
    let manifests = files.into_iter().filter(|path| is_manifest(path)).collect();
    Ok(Ask::Metrics(MetricsAsk::Risk { change, manifests }))
}

/// A member of that type; its default if it is absent or null, or wrong, which [`Members::end`] tells.
fn parsed<T: DeserializeOwned + Default>(
    members: &mut Members<'_>,
    key: &'static str,
    expected: &str,
) -> T {
    let raw = members.raw(key).map(serde_json::from_str::<T>);
    let value = raw.and_then(|value| members.check(key, value.map_err(|_| expected.to_owned())));
    value.unwrap_or_default()
}

fn base(members: &mut Members<'_>) -> Option<Tenths> {
    let expected = "it must be a number from 0 to 100";
    let score: Option<f64> = parsed(members, "baseScore", expected);
    let score = score?;
    if !(0.0..=100.0).contains(&score) {
        members.complain("baseScore", expected);
        return None;
    }
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "checked above to be within 0 and 1000"
    )]
    Some((score * 10.0).round() as Tenths)
}

/// Whether a file says what is depended on, by its name.
fn is_manifest(path: &str) -> bool {
    let name = path.rsplit(['/', '\\']).next().unwrap_or_default();
    let name = name.to_ascii_lowercase();
    let end = name.strip_prefix("requirements");
    end.is_some_and(|end| ENDS_TEXT.iter().any(|text| end.ends_with(text)))
        || NAMES.contains(&&*name)
        || ENDINGS.iter().any(|ending| name.ends_with(ending))
}

/// Manifests and lock files of the usual package managers, in lower case.
const NAMES: [&str; 29] = [
    "package.json",
    "package-lock.json",
    "npm-shrinkwrap.json",
    "pnpm-lock.yaml",
    "pom.xml",
    "build.gradle",
    "build.gradle.kts",
    "libs.versions.toml",
    "build.sbt",
    "pyproject.toml",
    "setup.py",
    "pipfile",
    "go.mod",
    "go.sum",
    "gemfile",
    "composer.json",
    "cargo.toml",
    "packages.config",
    "packages.lock.json",
    "directory.packages.props",
    "paket.dependencies",
    "mix.exs",
    "podfile",
    "package.swift",
    "package.resolved",
    "pubspec.yaml",
    "conanfile.txt",
    "conanfile.py",
    "gradle.lockfile",
];

/// Ends of names that vary.
const ENDINGS: [&str; 6] = [
    ".csproj", ".fsproj", ".vbproj", ".gemspec", ".lock", ".podspec",
];

/// How lists of requirements end.
const ENDS_TEXT: [&str; 2] = [".txt", ".in"];

/// A list of ten thousand dependencies beside the longest description.
const MOST_BYTES: usize = 4 << 20;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_manifest_is_told_by_its_name_wherever_it_is() {
        for path in [
            "package-lock.json",
            "services/pay/requirements-dev.txt",
            "Gemfile.lock",
            "src\\Shop.csproj",
            "poetry.lock",
        ] {
            assert!(is_manifest(path), "{path}");
        }
        for path in ["README.md", "src/package.rs", "requirements.md", "", "lock"] {
            assert!(!is_manifest(path), "{path}");
        }
    }
}
