//! Findings of a test, as Snyk's early-access path tells them.

use std::collections::BTreeSet;

use koalr_integration_kit::cvss;
use koalr_integration_kit::model::common::{
    ExploitMaturity, FindingClass, FixState, Reachability, Severity, Timestamp,
};
use koalr_integration_kit::model::record::{CvssRating, Finding, PackageVersion};

use super::issue::tenths;
use super::page::{self, Page, PageFault, Unusable};
use super::wire::{Record, owned};
use super::{ecosystem, instant};
use crate::json::{Text, objects};

/// What is known of a test beside its findings.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Test<'a> {
    /// Organization id.
    pub(crate) organization: &'a str,
    /// Project id; empty if it is not known.
    pub(crate) project: &'a str,
    /// When it was run, as far as is known: its findings have no dates of their own.
    pub(crate) at: Timestamp,
    /// Coverage route.
    pub(crate) route: &'a str,
}

/// Reads a page of a test's findings. One without an id cannot be used.
///
/// # Errors
///
/// [`PageFault::Malformed`].
pub(crate) fn findings(body: &str, test: Test<'_>) -> Result<Page<Finding>, PageFault> {
    page::read(body, |wire: &TestFinding<'_>| read(wire, test))
}

fn read(wire: &TestFinding<'_>, test: Test<'_>) -> Result<Finding, Unusable> {
    let id = wire.id().ok_or("it has no id")?;
    let none = Attributes::default();
    let all = wire.attributes.as_ref().unwrap_or(&none);
    let key = owned(all.key.as_ref()).unwrap_or_else(|| id.to_owned());
    let own = all.problems.iter().find(|problem| problem.is_own());
    let ids = |public: bool| {
        let all = all.problems.iter();
        let all = all.filter_map(|problem| owned(problem.id.as_ref()));
        let wanted = |id: &String| {
            if public {
                id.starts_with("CVE-") || id.starts_with("GHSA-")
            } else {
                id.starts_with("CWE-")
            }
        };
        // One by one: collecting would sort first, which brings a sort of texts into the component.
        let mut ids = BTreeSet::new();
        ids.extend(all.filter(wanted));
        ids.into_iter().collect()
    };
    let vulnerability = own.and_then(|problem| owned(problem.id.as_ref()));
    let packages = packages(all, vulnerability.as_deref());
    let fixed_in = own.map(fixed_in).unwrap_or_default();
    let fixable = !fixed_in.is_empty() || own.is_some_and(|own| own.is_fixable == Some(true));
    let ratings = own.map(ratings).unwrap_or_default();
    let state = all
        .suppression
        .as_ref()
        .and_then(|one| one.status.as_deref());
    Ok(Finding {
        id: id.to_owned(),
        organization: test.organization.to_owned(),
        project: test.project.to_owned(),
        class: class(all, own),
        kind: owned(all.finding_type.as_ref()).unwrap_or_default(),
        title: owned(all.title.as_ref()).unwrap_or_default(),
        vulnerability: vulnerability.unwrap_or_else(|| key.clone()),
        key,
        aliases: ids(true),
        weaknesses: ids(false),
        location: location(all).filter(|_| packages.is_empty()),
        packages,
        severity: severity(all),
        selected: cvss::select(&ratings, "Snyk"),
        cvss: ratings,
        exploit: ExploitMaturity::Unknown,
        risk: all
            .risk
            .as_ref()
            .and_then(|risk| u16::try_from(risk.score.as_ref()?.value?).ok())
            .filter(|score| *score <= 1_000),
        reachability: Reachability::Unknown,
        fix: if fixable {
            FixState::Available
        } else {
            FixState::Unknown
        },
        fix_source: if fixable {
            test.route.to_owned()
        } else {
            String::new()
        },
        fixed_in,
        license: own.and_then(|own| owned(own.license.as_ref())),
        open: true,
        ignored: state == Some("ignored"),
        created_at: test.at,
        updated_at: test.at,
        introduced_at: None,
        resolved_at: None,
        disclosed_at: own.and_then(|own| instant::parse(own.disclosed_at.as_ref()?)),
        extra: Vec::new(),
    })
}

impl Problem<'_> {
    /// Whether it is Snyk's own description of what was found.
    fn is_own(&self) -> bool {
        let source = self.source.as_deref().unwrap_or_default();
        source.starts_with("snyk_") || source == "secret"
    }
}

fn class(all: &Attributes<'_>, own: Option<&Problem<'_>>) -> FindingClass {
    let system = own.and_then(|own| own.ecosystem.as_ref()?.kind.as_deref()) == Some("os");
    match (
        all.finding_type.as_deref().unwrap_or_default(),
        own.and_then(|own| own.source.as_deref()),
    ) {
        (_, Some("snyk_license")) => FindingClass::License,
        ("sca", _) if system => FindingClass::Container,
        ("sca", _) => FindingClass::PackageVulnerability,
        ("sast", _) => FindingClass::Code,
        ("config", _) => FindingClass::Infrastructure,
        _ => FindingClass::Other,
    }
}

/// Packages of all locations, each once, in order.
fn packages(all: &Attributes<'_>, vulnerability: Option<&str>) -> Vec<PackageVersion> {
    let mut packages: Vec<PackageVersion> = Vec::new();
    for package in all
        .locations
        .iter()
        .filter_map(|location| location.package.as_ref())
    {
        let Some(name) = owned(package.name.as_ref()) else {
            continue;
        };
        let package = PackageVersion {
            ecosystem: vulnerability.and_then(ecosystem::of).map(str::to_owned),
            name,
            version: owned(package.version.as_ref()),
        };
        if !packages.contains(&package) {
            packages.push(package);
        }
    }
    packages
}

/// The first file, with its line.
fn location(all: &Attributes<'_>) -> Option<String> {
    all.locations.iter().find_map(|location| {
        let file = owned(location.file_path.as_ref())?;
        Some(match location.from_line {
            Some(line) => format!("{file}:{line}"),
            None => file,
        })
    })
}

fn fixed_in(own: &Problem<'_>) -> Vec<String> {
    let versions = own.initially_fixed_in_versions.iter();
    versions
        .filter_map(|version| owned(Some(version)))
        .collect()
}

fn severity(all: &Attributes<'_>) -> Option<Severity> {
    match all.rating.as_ref()?.severity.as_deref()? {
        "low" => Some(Severity::Low),
        "medium" => Some(Severity::Medium),
        "high" => Some(Severity::High),
        "critical" => Some(Severity::Critical),
        _ => None,
    }
}

fn ratings(own: &Problem<'_>) -> Vec<CvssRating> {
    let rating = |source: &CvssSource<'_>| CvssRating {
        source: owned(source.assigner.as_ref()).unwrap_or_default(),
        version: owned(source.cvss_version.as_ref()).unwrap_or_default(),
        vector: owned(source.vector.as_ref()),
        score: source.base_score.and_then(tenths),
    };
    own.cvss_sources.iter().map(rating).collect()
}

impl<'a> Record<'a> for TestFinding<'a> {
    fn id(&self) -> Option<&str> {
        self.id.as_ref()?.filled()
    }
}

objects! {
    TestFinding<'a> {
        id: Option<Text<'a>> = "id",
        attributes: Option<Attributes<'a>> = "attributes",
    }

    Attributes<'a> {
        key: Option<Text<'a>> = "key",
        finding_type: Option<Text<'a>> = "finding_type",
        title: Option<Text<'a>> = "title",
        problems: Vec<Problem<'a>> = "problems",
        locations: Vec<Location<'a>> = "locations",
        rating: Option<Rating<'a>> = "rating",
        risk: Option<Risk> = "risk",
        suppression: Option<Suppression<'a>> = "suppression",
    }

    /// What was found, in the words of one database. Most fields are those of Snyk's own.
    Problem<'a> {
        id: Option<Text<'a>> = "id",
        source: Option<Text<'a>> = "source",
        ecosystem: Option<Ecosystem<'a>> = "ecosystem",
        cvss_sources: Vec<CvssSource<'a>> = "cvss_sources",
        initially_fixed_in_versions: Vec<Text<'a>> = "initially_fixed_in_versions",
        is_fixable: Option<bool> = "is_fixable",
        license: Option<Text<'a>> = "license",
        disclosed_at: Option<Text<'a>> = "disclosed_at",
    }

    Ecosystem<'a> {
        kind: Option<Text<'a>> = "type",
    }

    CvssSource<'a> {
        assigner: Option<Text<'a>> = "assigner",
        cvss_version: Option<Text<'a>> = "cvss_version",
        vector: Option<Text<'a>> = "vector",
        base_score: Option<f64> = "base_score",
    }

    /// A package, or a place in a file.
    Location<'a> {
        package: Option<Package<'a>> = "package",
        file_path: Option<Text<'a>> = "file_path",
        from_line: Option<u32> = "from_line",
    }

    Package<'a> {
        name: Option<Text<'a>> = "name",
        version: Option<Text<'a>> = "version",
    }

    Rating<'a> {
        severity: Option<Text<'a>> = "severity",
    }

    Risk {
        score: Option<RiskScore> = "risk_score",
    }

    RiskScore {
        value: Option<i64> = "value",
    }

    Suppression<'a> {
        status: Option<Text<'a>> = "status",
    }
}

#[cfg(test)]
mod tests {
    use koalr_integration_kit::model::common::{FindingClass, FixState, Severity};
    use koalr_integration_kit::model::record::Finding;

    use super::{Test, findings};

    fn read(attributes: &str) -> Finding {
        let body = format!(r#"{{"data":[{{"id":"i-1","attributes":{{{attributes}}}}}]}}"#);
        let test = Test {
            organization: "o-1",
            project: "p-1",
            at: 5,
            route: "test-findings",
        };
        findings(&body, test).unwrap().records.remove(0).unwrap()
    }

    #[test]
    fn a_vulnerability_is_read_with_its_ids_ratings_packages_and_fixes() {
        let finding = read(
            r#""finding_type":"sca","key":"k","title":"Prototype Pollution","rating":{"severity":"high"},
            "risk":{"risk_score":{"value":412}},
            "problems":[{"source":"cwe","id":"CWE-1321"},{"source":"cve","id":"CVE-2020-8203"},
                {"source":"ghsa","id":"GHSA-p6mc-m468-83gw"},
                {"source":"snyk_vuln","id":"SNYK-JS-LODASH-567746","is_fixable":true,
                "initially_fixed_in_versions":["4.17.16"],"ecosystem":{"type":"build"},
                "disclosed_at":"2020-04-27T22:14:18Z","cvss_sources":[{"assigner":"NVD","cvss_version":"3.1",
                    "base_score":7.4,"vector":"CVSS:3.1/AV:N/AC:H/PR:N/UI:N/S:U/C:N/I:H/A:H"}]}],
            "locations":[{"type":"package","package":{"name":"lodash","version":"4.17.15"}},{"type":"other"}]"#,
        );
        assert_eq!(finding.vulnerability, "SNYK-JS-LODASH-567746");
        assert_eq!(finding.aliases, ["CVE-2020-8203", "GHSA-p6mc-m468-83gw"]);
        assert_eq!(finding.weaknesses, ["CWE-1321"]);
        assert_eq!(finding.packages[0].ecosystem.as_deref(), Some("npm"));
        assert_eq!(finding.packages[0].version.as_deref(), Some("4.17.15"));
        assert_eq!(
            (finding.class, finding.severity),
            (FindingClass::PackageVulnerability, Some(Severity::High))
        );
        assert_eq!((finding.cvss[0].score, finding.risk), (Some(74), Some(412)));
        assert_eq!(finding.selected.unwrap().score, 74);
        assert_eq!(
            (finding.fix, finding.fixed_in.join(" ")),
            (FixState::Available, "4.17.16".to_owned())
        );
        assert_eq!(
            (finding.fix_source.as_str(), finding.created_at),
            ("test-findings", 5)
        );
    }

    #[test]
    fn a_risk_score_beyond_the_scale_is_none() {
        for (score, risk) in [
            ("1000", Some(1_000)),
            ("1001", None),
            ("65535", None),
            ("-1", None),
        ] {
            let finding = read(&format!(r#""risk":{{"risk_score":{{"value":{score}}}}}"#));
            assert_eq!(finding.risk, risk, "{score}");
        }
    }

    #[test]
    fn a_sparse_finding_says_what_it_does_not_know() {
        let finding = read(r#""finding_type":"dast","rating":{"severity":"none"}"#);
        assert_eq!(
            (finding.vulnerability.as_str(), finding.key.as_str()),
            ("i-1", "i-1")
        );
        assert_eq!(
            (finding.class, finding.severity),
            (FindingClass::Other, None)
        );
        assert_eq!(
            (finding.fix, finding.fix_source.as_str()),
            (FixState::Unknown, "")
        );
        assert_eq!((finding.selected, finding.risk), (None, None));
    }

    #[test]
    fn licences_code_and_what_is_ignored_are_told_apart() {
        let licence = read(
            r#""finding_type":"sca","problems":[{"source":"snyk_license","id":"snyk:lic:npm:a:MIT","license":"MIT"}]"#,
        );
        assert_eq!(
            (licence.class, licence.license.as_deref()),
            (FindingClass::License, Some("MIT"))
        );
        let code = read(
            r#""finding_type":"sast","locations":[{"type":"source","file_path":"src/a.rs","from_line":3}],
            "suppression":{"status":"ignored"}"#,
        );
        assert_eq!(
            (code.class, code.location.as_deref()),
            (FindingClass::Code, Some("src/a.rs:3"))
        );
        assert!(code.ignored && code.open);
    }
}
