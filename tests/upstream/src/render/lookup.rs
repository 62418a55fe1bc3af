//! Issues of package lookups. Field names differ from those of the feed, as in Snyk's own answers.

use serde_json::{Value, json};

use super::issue::maturity;
use super::{cvss_version, midnight, put};
use crate::data::{Rating, Severity, Vulnerability};
use crate::purl::Purl;

/// One vulnerability of the package.
pub(crate) fn vulnerability(url: &str, purl: &Purl<'_>, vulnerability: &Vulnerability) -> Value {
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
    let (v3, v4) = maturity(vulnerability.exploit);
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
                    "maturity_levels": [
                        {"format": "CVSSv3", "level": v3},
                        {"format": "CVSSv4", "level": v4},
                    ],
                },
            },
        },
    })
}

/// What a lookup says about the package itself.
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

fn rating(rating: &Rating) -> Value {
    json!({
        "source": rating.source,
        "version": cvss_version(rating),
        "score": f64::from(rating.score) / 10.0,
        "level": Severity::of_score(rating.score).word(),
        "vector": rating.vector,
    })
}
