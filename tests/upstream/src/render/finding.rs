//! Findings of a test.

use serde_json::{Value, json};

use super::issue::maturity;
use super::{cvss_version, midnight, put};
use crate::check::Finding;
use crate::data::{Rating, Severity, Subject, Vulnerability};
use crate::id::uuid;

/// A finding, with its fix where there is one.
pub(crate) fn finding(organization: &str, finding: &Finding) -> Value {
    let severity = level(finding.severity);
    let attributes = json!({
        "finding_type": kind(&finding.subject),
        "title": finding.title,
        "description": finding.title,
        "key": uuid(&format!("finding {}", finding.id)),
        "cause_of_failure": true,
        "problems": problems(&finding.subject, severity),
        "evidence": evidence(&finding.subject),
        "locations": locations(&finding.subject),
        "rating": {"severity": severity},
        "risk": {},
    });
    let mut relationships = json!({
        "org": {"data": {"id": organization, "type": "org"}},
    });
    if let Some(fix) = fix(finding) {
        put(&mut relationships, "fix", fix);
    }
    json!({
        "id": finding.id,
        "type": "findings",
        "attributes": attributes,
        "relationships": relationships,
        "links": {},
    })
}

fn kind(subject: &Subject) -> &'static str {
    match subject {
        Subject::Package { .. } | Subject::License { .. } => "sca",
        Subject::Code { .. } => "sast",
        Subject::Config { .. } | Subject::Cloud { .. } => "config",
        Subject::Unknown { .. } => "other",
    }
}

fn problems(subject: &Subject, severity: &str) -> Vec<Value> {
    match subject {
        Subject::Package {
            vulnerability,
            name,
            version,
            ..
        } => {
            let others = |source: &'static str, ids: &[String]| -> Vec<Value> {
                ids.iter()
                    .map(|id| json!({"source": source, "id": id}))
                    .collect()
            };
            let mut problems = vec![known(vulnerability, name, version)];
            problems.extend(others("cve", &vulnerability.cves));
            problems.extend(others("cwe", &vulnerability.weaknesses));
            problems
        }
        Subject::License {
            ecosystem,
            name,
            version,
            license,
        } => vec![json!({
            "source": "snyk_license",
            "id": format!("snyk:lic:{ecosystem}:{name}:{license}"),
            "ecosystem": {"type": "other"},
            "created_at": LONG_AGO,
            "published_at": LONG_AGO,
            "package_name": name,
            "package_version": version,
            "severity": severity,
            "license": license,
            "instructions": [],
        })],
        Subject::Config { rule, .. } | Subject::Cloud { rule, .. } => {
            vec![json!({"source": "snyk_cloud_rule", "id": rule})]
        }
        Subject::Code { weakness, .. } => vec![json!({"source": "cwe", "id": weakness})],
        Subject::Unknown { .. } => vec![json!({"source": "other"})],
    }
}

fn known(vulnerability: &Vulnerability, name: &str, version: &str) -> Value {
    let day = midnight(vulnerability);
    let (v3, v4) = maturity(vulnerability.exploit);
    let first = vulnerability.ratings.first();
    let sources = vulnerability.ratings.iter().enumerate();
    let sources = sources.map(|(index, rating)| source(index, rating, &day));
    json!({
        "source": "snyk_vuln",
        "id": vulnerability.id,
        "ecosystem": {"type": "other"},
        "package_name": name,
        "package_version": version,
        "severity": level(vulnerability.severity),
        "created_at": day,
        "disclosed_at": day,
        "modified_at": day,
        "published_at": day,
        "credits": [],
        "references": [],
        "cvss_base_score": first.map_or(0.0, |rating| f64::from(rating.score) / 10.0),
        "cvss_vector": first.map_or("", |rating| rating.vector.as_str()),
        "cvss_sources": sources.collect::<Value>(),
        "exploit_details": {
            "sources": [],
            "maturity_levels": [
                {"format": "CVSSv3", "level": v3, "type": "secondary"},
                {"format": "CVSSv4", "level": v4, "type": "primary"},
            ],
        },
        "initially_fixed_in_versions": vulnerability.fixed_in,
        "is_fixable": !vulnerability.fixed_in.is_empty(),
        "is_malicious": false,
        "is_social_media_trending": false,
    })
}

fn source(index: usize, rating: &Rating, day: &str) -> Value {
    json!({
        "assigner": rating.source,
        "base_score": f64::from(rating.score) / 10.0,
        "cvss_version": cvss_version(rating),
        "modified_at": day,
        "severity": level(Severity::of_score(rating.score)),
        "type": if index == 0 { "primary" } else { "secondary" },
        "vector": rating.vector,
    })
}

fn evidence(subject: &Subject) -> Value {
    match subject {
        Subject::Package { name, version, .. } | Subject::License { name, version, .. } => json!([{
            "source": "dependency_path",
            "path": [
                {"name": "root", "version": "0.0.0"},
                {"name": name, "version": version},
            ],
        }]),
        _ => json!([]),
    }
}

fn locations(subject: &Subject) -> Value {
    match subject {
        Subject::Package { name, version, .. } | Subject::License { name, version, .. } => {
            json!([{"type": "package", "package": {"name": name, "version": version}}])
        }
        Subject::Code { file, line, .. } => {
            json!([{"type": "source", "file_path": file, "from_line": line}])
        }
        _ => json!([]),
    }
}

/// An upgrade, where Snyk can make one.
fn fix(finding: &Finding) -> Option<Value> {
    let Subject::Package {
        vulnerability,
        name,
        upgradeable: true,
        ..
    } = &finding.subject
    else {
        return None;
    };
    let version = vulnerability.fixed_in.last()?;
    Some(json!({"data": {
        "id": uuid(&format!("fix {}", finding.id)),
        "type": "fixes",
        "attributes": {
            "outcome": "fully_resolved",
            "action": {
                "format": "upgrade_package_advice",
                "package_name": name,
                "upgrade_paths": [{
                    "dependency_path": [
                        {"name": "root", "version": "0.0.0"},
                        {"name": name, "version": version},
                    ],
                    "is_drop": false,
                }],
            },
        },
    }}))
}

/// Findings have no `info`.
fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Info => "none",
        other => other.word(),
    }
}

/// When a licence became known does not matter to anyone.
const LONG_AGO: &str = "2020-01-01T00:00:00Z";
