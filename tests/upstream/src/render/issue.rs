//! Issues of an organization's feed.

use super::json::{self, Members};
use super::weakness_list;
use crate::data::{Exploit, Issue, Rating, Severity, State, Subject, Vulnerability};
use crate::id::uuid;

/// Writes an issue. Empty lists are left out, as Snyk does.
pub(crate) fn feed(out: &mut String, organization: &str, issue: &Issue) {
    json::object(out, |whole| {
        whole.text("id", &issue.id);
        whole.text("type", "issue");
        whole.object("attributes", |attributes| describe(attributes, issue));
        whole.object("relationships", |relationships| {
            relate(relationships, organization, &issue.project);
        });
    });
}

fn describe(attributes: &mut Members<'_>, issue: &Issue) {
    attributes.text("type", issue.kind());
    attributes.text("title", &issue.title);
    attributes.text("effective_severity_level", issue.severity.word());
    attributes.text("status", issue.status());
    attributes.flag("ignored", issue.is_ignored());
    attributes.time("created_at", issue.created_at);
    attributes.time("updated_at", issue.updated_at);
    if let Some(risk) = issue.risk {
        attributes.object("risk", |whole| {
            whole.list("factors", [(); 0], |_, ()| {});
            whole.object("score", |score| {
                score.text("model", "v1");
                score.number("value", risk);
            });
        });
    }
    if let State::Resolved(at) = issue.state {
        attributes.object("resolution", |resolution| {
            resolution.text("type", "disappeared");
            resolution.time("resolved_at", at);
        });
    }
    details(attributes, &issue.subject);
    if !matches!(issue.subject, Subject::Unknown { .. }) {
        attributes.list("coordinates", [issue], coordinate);
    }
}

fn relate(relationships: &mut Members<'_>, organization: &str, project: &str) {
    let related = |whole: &mut Members<'_>, kind: &str, id: &str, path: [&str; 4]| {
        whole.object("data", |data| {
            data.text("id", id);
            data.text("type", kind);
        });
        whole.object("links", |links| links.text("related", &path.concat()));
    };
    relationships.object("organization", |whole| {
        let path = ["/orgs/", organization, "", ""];
        related(whole, "organization", organization, path);
    });
    relationships.object("scan_item", |whole| {
        let path = ["/orgs/", organization, "/projects/", project];
        related(whole, "project", project, path);
    });
}

/// The attributes that only issues of this type have.
fn details(attributes: &mut Members<'_>, subject: &Subject) {
    match subject {
        Subject::Package { vulnerability, .. } => vulnerable(attributes, vulnerability),
        Subject::License {
            ecosystem,
            name,
            license,
            ..
        } => {
            let key = format!("snyk:lic:{ecosystem}:{name}:{license}");
            attributes.text("key", &key);
            problem(attributes, &key, "SNYK", "rule");
        }
        Subject::Config { rule, resource } => {
            attributes.text("key", &uuid(&format!("{rule} {resource}")));
            problem(attributes, rule, "SNYK", "rule");
        }
        Subject::Cloud { rule, resource, .. } => {
            attributes.text("key", &uuid(&format!("{rule} {resource}")));
            attributes.text("tool", "snyk://cloud");
            problem(attributes, rule, "snyk-cloud", "rule");
        }
        Subject::Code { weakness, file, .. } => {
            let key = uuid(&format!("{weakness} {file}"));
            attributes.text("key", &key);
            attributes.text("key_asset", &uuid(&format!("asset {weakness} {file}")));
            problem(attributes, &key, "SNYK", "vulnerability");
            attributes.list("classes", [weakness], weakness_list);
        }
        Subject::Unknown {
            attributes: own, ..
        } => {
            attributes.text("key", &uuid(&format!("{own:?}")));
            for (name, value) in own {
                attributes.text(name, value);
            }
        }
    }
}

fn problem(attributes: &mut Members<'_>, id: &str, source: &str, kind: &str) {
    attributes.list("problems", [id], |out, id| {
        json::object(out, |problem| {
            problem.text("id", id);
            problem.text("source", source);
            problem.text("type", kind);
        });
    });
}

fn vulnerable(attributes: &mut Members<'_>, vulnerability: &Vulnerability) {
    let day = super::midnight(vulnerability);
    attributes.text("key", &vulnerability.id);
    let ids = std::iter::once(&vulnerability.id).chain(&vulnerability.cves);
    attributes.list("problems", ids.enumerate(), |out, (index, id)| {
        json::object(out, |problem| {
            problem.text("id", id);
            problem.text("source", if index == 0 { "SNYK" } else { "NVD" });
            problem.text("type", "vulnerability");
            if index > 0 {
                let url = ["https://nvd.nist.gov/vuln/detail/", id].concat();
                problem.text("url", &url);
            }
            problem.text("disclosed_at", &day);
        });
    });
    attributes.object("exploit_details", |details| {
        details.list("sources", [(); 0], |_, ()| {});
        let (v3, v4) = maturity(vulnerability.exploit);
        let levels = [("CVSSv3", v3), ("CVSSv4", v4)];
        details.list("maturity_levels", levels, |out, (format, level)| {
            json::object(out, |maturity| {
                maturity.text("format", format);
                maturity.text("level", level);
            });
        });
    });
    if !vulnerability.weaknesses.is_empty() {
        attributes.list("classes", &vulnerability.weaknesses, weakness_list);
    }
    if !vulnerability.ratings.is_empty() {
        attributes.list("severities", &vulnerability.ratings, |out, item| {
            rating(out, item, &day);
        });
    }
}

fn rating(out: &mut String, rating: &Rating, day: &str) {
    json::object(out, |whole| {
        whole.text("source", &rating.source);
        whole.text("version", super::cvss_version(rating));
        let (points, tenths) = (rating.score / 10, rating.score % 10);
        whole.number("score", format_args!("{points}.{tenths}"));
        whole.text("level", Severity::of_score(rating.score).word());
        whole.text("vector", &rating.vector);
        whole.text("modification_time", day);
    });
}

/// What CVSS 3 and CVSS 4 call it.
pub(super) fn maturity(exploit: Exploit) -> (&'static str, &'static str) {
    match exploit {
        Exploit::NotDefined => ("Not Defined", "Not Defined"),
        Exploit::ProofOfConcept => ("Proof of Concept", "Proof of Concept"),
        Exploit::Attacked => ("High", "Attacked"),
    }
}

fn coordinate(out: &mut String, issue: &Issue) {
    let (upgradeable, pinnable) = match issue.subject {
        Subject::Package {
            upgradeable,
            pinnable,
            ..
        } => (upgradeable, pinnable),
        _ => (false, false),
    };
    let (introduced, resolved) = match issue.state {
        State::Open | State::Ignored => (issue.created_at, None),
        State::Resolved(at) => (issue.created_at, Some(at)),
        State::Reintroduced {
            resolved,
            introduced,
        } => (introduced, Some(resolved)),
    };
    json::object(out, |whole| {
        whole.flag("is_fixable_manually", false);
        whole.flag("is_fixable_snyk", upgradeable || pinnable);
        whole.flag("is_fixable_upstream", false);
        whole.flag("is_patchable", false);
        whole.flag("is_pinnable", pinnable);
        whole.flag("is_upgradeable", upgradeable);
        whole.list("representations", [&issue.subject], represent);
        whole.text("state", issue.status());
        whole.time("created_at", issue.created_at);
        whole.time("updated_at", issue.updated_at);
        whole.time("last_introduced_at", introduced);
        if let Some(at) = resolved {
            whole.time("last_resolved_at", at);
        }
        if matches!(issue.state, State::Reintroduced { .. }) {
            whole.text("last_resolved_details", "DISAPPEARED");
        }
    });
}

fn represent(out: &mut String, subject: &Subject) {
    json::object(out, |whole| match subject {
        Subject::Package { name, version, .. } | Subject::License { name, version, .. } => {
            whole.object("dependency", |dependency| {
                dependency.text("package_name", name);
                dependency.text("package_version", version);
            });
        }
        Subject::Config { resource, .. } => whole.text("resourcePath", resource),
        Subject::Code {
            file, line, commit, ..
        } => whole.object("sourceLocation", |location| {
            location.text("file", file);
            location.text("commit_id", commit);
            location.object("region", |region| {
                for (name, column) in [("start", 1), ("end", 80)] {
                    region.object(name, |place| {
                        place.number("line", line);
                        place.number("column", column);
                    });
                }
            });
        }),
        Subject::Cloud { resource, kind, .. } => whole.object("cloud_resource", |cloud| {
            cloud.object("environment", |environment| {
                environment.text("id", &uuid("environment"));
                environment.text("name", "Production");
                environment.text("type", "aws");
            });
            cloud.object("resource", |whole| {
                whole.text("id", &uuid(resource));
                whole.text("name", resource);
                whole.text("resource_type", kind);
                whole.text("platform", "aws");
                whole.text("type", "cloud");
                whole.text("input_type", "cloud_scan");
            });
        }),
        Subject::Unknown { .. } => {}
    });
}
