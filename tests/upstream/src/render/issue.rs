//! Issues: of the feed, and of package lookups.

use serde_json::{Value, json};

use super::{put, reference, time};
use crate::data::{Exploit, Issue, Rating, Severity, State, Subject, Vulnerability};
use crate::id::uuid;
use crate::purl::Purl;

/// An issue of an organization's feed.
pub(crate) fn feed(organization: &str, issue: &Issue) -> Value {
    let mut attributes = json!({
        "type": issue.kind(),
        "title": issue.title,
        "effective_severity_level": issue.severity.word(),
        "status": issue.status(),
        "ignored": issue.is_ignored(),
        "created_at": time(issue.created_at),
        "updated_at": time(issue.updated_at),
        "coordinates": [coordinate(issue)],
    });
    if let State::Resolved(at) = issue.state {
        let resolution = json!({"type": "disappeared", "resolved_at": time(at)});
        put(&mut attributes, "resolution", resolution);
    }
    for (name, value) in details(&issue.subject) {
        put(&mut attributes, name, value);
    }
    json!({
        "id": issue.id,
        "type": "issue",
        "attributes": attributes,
        "relationships": {
            "organization": {
                "data": reference("organization", organization),
                "links": {"related": format!("/orgs/{organization}")},
            },
            "scan_item": {
                "data": reference("project", &issue.project),
                "links": {"related": format!("/orgs/{organization}/projects/{}", issue.project)},
            },
        },
    })
}

/// An issue of a package lookup. Field names differ from those of the feed, as in Snyk's own answers.
pub(crate) fn lookup(url: &str, purl: &Purl<'_>, vulnerability: &Vulnerability) -> Value {
    let ids = |source: &str, ids: &[String]| -> Vec<Value> {
        ids.iter()
            .map(|id| json!({"id": id, "source": source}))
            .collect()
    };
    let problems = [
        ids("CVE", &vulnerability.cves),
        ids("CWE", &vulnerability.weaknesses),
    ]
    .concat();
    let mut severities: Vec<Value> = vulnerability.ratings.iter().map(rating).collect();
    for (index, severity) in severities.iter_mut().enumerate() {
        put(
            severity,
            "type",
            json!(if index == 0 { "primary" } else { "secondary" }),
        );
    }
    let mut coordinate = json!({"representations": [{"package": package(url, purl)}]});
    if !vulnerability.fixed_in.is_empty() {
        put(
            &mut coordinate,
            "remedies",
            json!([{
                "type": "indeterminate",
                "details": {"upgrade_package": vulnerability.fixed_in.join(",")},
            }]),
        );
    }
    let day = midnight(vulnerability);
    json!({
        "id": vulnerability.id,
        "type": "issue",
        "attributes": {
            "title": vulnerability.title,
            "type": "package_vulnerability",
            "created_at": day,
            "updated_at": day,
            "problems": problems,
            "coordinates": [coordinate],
            "severities": severities,
            "effective_severity_level": vulnerability.severity.word(),
            "slots": {
                "disclosure_time": day,
                "publication_time": day,
                "exploit_details": {
                    "sources": [],
                    "maturity_levels": maturity(vulnerability.exploit),
                },
            },
        },
    })
}

/// What a package lookup says about the package itself.
pub(crate) fn package(url: &str, purl: &Purl<'_>) -> Value {
    let mut package = json!({
        "name": purl.name,
        "type": purl.kind,
        "url": url,
        "version": purl.version,
    });
    if let Some(namespace) = purl.namespace {
        put(&mut package, "namespace", json!(namespace));
    }
    package
}

/// The attributes that only issues of this type have.
fn details(subject: &Subject) -> Vec<(&'static str, Value)> {
    match subject {
        Subject::Package { vulnerability, .. } => vulnerable(vulnerability),
        Subject::License {
            ecosystem,
            name,
            license,
            ..
        } => {
            let key = format!("snyk:lic:{ecosystem}:{name}:{license}");
            vec![("key", json!(key)), ("problems", rule(&key))]
        }
        Subject::Config {
            rule: id, resource, ..
        } => {
            let key = uuid(&format!("{id} {resource}"));
            vec![("key", json!(key)), ("problems", rule(id))]
        }
        Subject::Code { weakness, file, .. } => {
            let key = uuid(&format!("{weakness} {file}"));
            let problem = json!({"id": key, "source": "SNYK", "type": "vulnerability"});
            let asset = uuid(&format!("asset {weakness} {file}"));
            vec![
                ("key", json!(key)),
                ("key_asset", json!(asset)),
                ("problems", json!([problem])),
                ("classes", classes(std::slice::from_ref(weakness))),
            ]
        }
    }
}

/// Empty lists are left out, as Snyk does.
fn vulnerable(vulnerability: &Vulnerability) -> Vec<(&'static str, Value)> {
    let mut details = vec![
        ("key", json!(vulnerability.id)),
        ("problems", problems(vulnerability)),
        (
            "exploit_details",
            json!({"sources": [], "maturity_levels": maturity(vulnerability.exploit)}),
        ),
    ];
    if !vulnerability.weaknesses.is_empty() {
        details.push(("classes", classes(&vulnerability.weaknesses)));
    }
    if !vulnerability.ratings.is_empty() {
        let rated = vulnerability.ratings.iter().map(|item| {
            let mut rating = rating(item);
            put(
                &mut rating,
                "modification_time",
                json!(midnight(vulnerability)),
            );
            rating
        });
        details.push(("severities", rated.collect()));
    }
    details
}

fn rule(id: &str) -> Value {
    json!([{"id": id, "source": "SNYK", "type": "rule"}])
}

/// The begin of the day it became public.
fn midnight(vulnerability: &Vulnerability) -> String {
    format!("{}T00:00:00Z", vulnerability.disclosed_on)
}

fn problems(vulnerability: &Vulnerability) -> Value {
    let disclosed = midnight(vulnerability);
    let own = json!({
        "id": vulnerability.id,
        "source": "SNYK",
        "type": "vulnerability",
        "disclosed_at": disclosed,
    });
    let cves = vulnerability.cves.iter().map(|cve| {
        json!({
            "id": cve,
            "source": "NVD",
            "type": "vulnerability",
            "url": format!("https://nvd.nist.gov/vuln/detail/{cve}"),
            "disclosed_at": disclosed,
        })
    });
    std::iter::once(own).chain(cves).collect()
}

fn classes(weaknesses: &[String]) -> Value {
    weaknesses
        .iter()
        .map(|id| json!({"id": id, "source": "CWE", "type": "weakness"}))
        .collect()
}

fn rating(rating: &Rating) -> Value {
    let version = rating.vector.strip_prefix("CVSS:").unwrap_or_default();
    json!({
        "source": rating.source,
        "version": version.split('/').next(),
        "score": f64::from(rating.score) / 10.0,
        "level": Severity::of_score(rating.score).word(),
        "vector": rating.vector,
    })
}

fn maturity(exploit: Exploit) -> Value {
    let (v3, v4) = match exploit {
        Exploit::NotDefined => ("Not Defined", "Not Defined"),
        Exploit::ProofOfConcept => ("Proof of Concept", "Proof of Concept"),
        Exploit::Attacked => ("High", "Attacked"),
    };
    json!([{"format": "CVSSv3", "level": v3}, {"format": "CVSSv4", "level": v4}])
}

fn coordinate(issue: &Issue) -> Value {
    let representation = match &issue.subject {
        Subject::Package { name, version, .. } | Subject::License { name, version, .. } => {
            json!({"dependency": {"package_name": name, "package_version": version}})
        }
        Subject::Config { resource, .. } => json!({"resourcePath": resource}),
        Subject::Code {
            file, line, commit, ..
        } => json!({"sourceLocation": {
            "file": file,
            "commit_id": commit,
            "region": {
                "start": {"line": line, "column": 1},
                "end": {"line": line, "column": 80},
            },
        }}),
    };
    let upgradeable = matches!(
        issue.subject,
        Subject::Package {
            upgradeable: true,
            ..
        }
    );
    let mut coordinate = json!({
        "is_fixable_manually": false,
        "is_fixable_snyk": upgradeable,
        "is_fixable_upstream": false,
        "is_patchable": false,
        "is_pinnable": false,
        "is_upgradeable": upgradeable,
        "representations": [representation],
        "state": issue.status(),
        "created_at": time(issue.created_at),
        "updated_at": time(issue.updated_at),
        "last_introduced_at": time(issue.created_at),
    });
    if let State::Resolved(at) = issue.state {
        put(&mut coordinate, "last_resolved_at", json!(time(at)));
    }
    coordinate
}
