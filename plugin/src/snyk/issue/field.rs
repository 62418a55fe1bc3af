//! Single facts of an issue.

use std::collections::BTreeSet;

use koalr_integration_kit::model::common::{
    ExploitMaturity, Reachability, Severity, Tenths, Timestamp,
};
use koalr_integration_kit::model::record::{CvssRating, PackageVersion};

use crate::json::{self, Text};
use crate::snyk::wire::{Coordinate, IssueAttributes, Problem, Rating, RemedyData, owned};
use crate::snyk::{ecosystem, instant};

/// The ids an issue goes by.
#[derive(Default)]
pub(super) struct Problems {
    /// Snyk's own id: the first.
    pub(super) own: Option<String>,
    /// CVE and other public ids.
    pub(super) aliases: BTreeSet<String>,
    /// CWE ids.
    pub(super) weaknesses: BTreeSet<String>,
}

pub(super) fn problems(all: &IssueAttributes<'_>) -> Problems {
    let mut problems = Problems::default();
    for problem in &all.problems {
        let Some(id) = problem.id.as_ref().and_then(Text::filled) else {
            continue;
        };
        if id.starts_with("CWE-") {
            problems.weaknesses.insert(id.to_owned());
        } else if !id.starts_with("CVE-") && is_own(id, problem) {
            problems.own.get_or_insert_with(|| id.to_owned());
        } else {
            problems.aliases.insert(id.to_owned());
        }
    }
    for class in &all.classes {
        let id = class.id.as_ref().and_then(Text::filled);
        problems
            .weaknesses
            .extend(id.filter(|id| id.starts_with("CWE-")).map(str::to_owned));
    }
    problems
}

/// Older answers name Snyk as the source of CVE ids too, hence the check before this one.
fn is_own(id: &str, problem: &Problem<'_>) -> bool {
    let source = problem.source.as_deref().unwrap_or_default();
    let from_snyk = source
        .get(..4)
        .is_some_and(|start| start.eq_ignore_ascii_case("snyk"));
    from_snyk || id.starts_with("SNYK-") || id.starts_with("npm:") || id.starts_with("snyk:")
}

/// Packages of all representations, each once, in order. The vulnerability's id tells their ecosystem, and the package
/// too where there is no representation and a licence is meant.
pub(super) fn packages(all: &IssueAttributes<'_>, vulnerability: &str) -> Vec<PackageVersion> {
    let ecosystem = ecosystem::of(vulnerability);
    let mut packages = Vec::new();
    let representations = all
        .coordinates
        .iter()
        .flat_map(|coordinate| &coordinate.representations);
    for representation in representations {
        let package = representation.dependency.as_ref().and_then(|package| {
            Some(PackageVersion {
                ecosystem: ecosystem.map(str::to_owned),
                name: owned(package.name.as_ref())?,
                version: owned(package.version.as_ref()),
            })
        });
        if let Some(package) = package.filter(|package| !packages.contains(package)) {
            packages.push(package);
        }
    }
    if packages.is_empty() {
        packages.extend(ecosystem::licensed(vulnerability));
    }
    packages
}

/// Versions that remedies name, each once, in order.
pub(super) fn fixed_in(all: &IssueAttributes<'_>) -> Vec<String> {
    let mut versions: Vec<String> = Vec::new();
    let mut add = |version: &str| {
        let version = version.trim();
        if !version.is_empty() && !versions.iter().any(|known| known == version) {
            versions.push(version.to_owned());
        }
    };
    for remedy in all
        .coordinates
        .iter()
        .flat_map(|coordinate| &coordinate.remedies)
    {
        let details = remedy.details.as_ref();
        if let Some(list) = details.and_then(|details| details.upgrade_package.as_ref()) {
            list.split(',').for_each(&mut add);
        }
        let data = remedy.meta.as_ref().and_then(|meta| meta.data.as_ref());
        let data = data.and_then(|data| json::read::<RemedyData<'_>>(data.0).ok());
        data.iter()
            .flat_map(|data| &data.fixed_in)
            .for_each(|version| add(version));
    }
    versions
}

pub(super) fn severity(all: &IssueAttributes<'_>) -> Option<Severity> {
    match all.effective_severity_level.as_deref()? {
        "info" => Some(Severity::Info),
        "low" => Some(Severity::Low),
        "medium" => Some(Severity::Medium),
        "high" => Some(Severity::High),
        "critical" => Some(Severity::Critical),
        _ => None,
    }
}

pub(super) fn ratings(all: &IssueAttributes<'_>) -> Vec<CvssRating> {
    let rating = |rating: &Rating<'_>| CvssRating {
        source: owned(rating.source.as_ref()).unwrap_or_default(),
        version: owned(rating.version.as_ref()).unwrap_or_default(),
        vector: owned(rating.vector.as_ref()),
        score: rating.score.and_then(tenths),
    };
    all.severities.iter().map(rating).collect()
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "checked to lie in 0 to 100"
)]
pub(in crate::snyk) fn tenths(score: f64) -> Option<Tenths> {
    (0.0..=10.0)
        .contains(&score)
        .then(|| (score * 10.0).round() as Tenths)
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "checked to lie in 0 to 1000"
)]
pub(super) fn risk(all: &IssueAttributes<'_>) -> Option<u16> {
    let value = all.risk.as_ref()?.score.as_ref()?.value?;
    (0.0..=1000.0)
        .contains(&value)
        .then(|| value.round() as u16)
}

/// The furthest that any scale says. CVSS 3 words and CVSS 4 words mean the same.
pub(super) fn exploit(all: &IssueAttributes<'_>) -> ExploitMaturity {
    let slots = all
        .slots
        .as_ref()
        .and_then(|slots| slots.exploit_details.as_ref());
    let levels = all
        .exploit_details
        .iter()
        .chain(slots)
        .flat_map(|details| &details.maturity_levels);
    levels
        .filter_map(|maturity| maturity.level.as_deref())
        .map(
            |level| match level.to_ascii_lowercase().replace(['-', '_'], " ").as_str() {
                "attacked" => ExploitMaturity::Attacked,
                "high" | "mature" | "functional" => ExploitMaturity::Functional,
                "proof of concept" => ExploitMaturity::ProofOfConcept,
                "unproven" | "unreported" | "no known exploit" => ExploitMaturity::NoneKnown,
                _ => ExploitMaturity::Unknown,
            },
        )
        .max()
        .unwrap_or(ExploitMaturity::Unknown)
}

/// The worst of all coordinates; not reachable only if every one says so.
pub(super) fn reachability(all: &IssueAttributes<'_>) -> Reachability {
    let words = all.coordinates.iter().map(|coordinate| {
        match coordinate.reachability.as_deref().unwrap_or_default() {
            "function" => Reachability::Reachable,
            "package" => Reachability::Potentially,
            "no-path-found" | "not-reachable" => Reachability::NotReachable,
            _ => Reachability::Unknown,
        }
    });
    let (best, worst) = (words.clone().min(), words.max());
    match worst.unwrap_or(Reachability::Unknown) {
        Reachability::NotReachable => best.unwrap_or(Reachability::Unknown),
        worst => worst,
    }
}

/// A file with its line, a path, or a cloud resource: the first that is stated.
pub(super) fn location(all: &IssueAttributes<'_>) -> Option<String> {
    all.coordinates
        .iter()
        .flat_map(|coordinate| &coordinate.representations)
        .find_map(|one| {
            let source = || {
                let source = one.source_location.as_ref()?;
                let file = owned(source.file.as_ref())?;
                let line = source
                    .region
                    .as_ref()
                    .and_then(|region| region.start.as_ref()?.line);
                Some(line.map_or_else(|| file.clone(), |line| format!("{file}:{line}")))
            };
            let resource = || {
                let resource = one.cloud_resource.as_ref()?.resource.as_ref()?;
                owned(resource.native_id.as_ref()).or_else(|| owned(resource.name.as_ref()))
            };
            source()
                .or_else(|| owned(one.resource_path.as_ref()))
                .or_else(resource)
        })
}

/// The latest of one date over all coordinates.
pub(super) fn latest<'a>(
    all: &'a IssueAttributes<'a>,
    date: impl Fn(&'a Coordinate<'a>) -> Option<&'a Text<'a>>,
) -> Option<Timestamp> {
    all.coordinates
        .iter()
        .filter_map(|one| instant::parse(date(one)?))
        .max()
}

/// When it became public: the earliest that is stated.
pub(super) fn disclosed_at(all: &IssueAttributes<'_>) -> Option<Timestamp> {
    let slots = all.slots.as_ref();
    let stated = slots.and_then(|slots| {
        slots
            .disclosure_time
            .as_ref()
            .or(slots.publication_time.as_ref())
    });
    let problems = all
        .problems
        .iter()
        .filter_map(|problem| problem.disclosed_at.as_ref());
    stated
        .into_iter()
        .chain(problems)
        .filter_map(|text| instant::parse(text))
        .min()
}
