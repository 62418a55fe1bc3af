//! Whether what the mock answers is what Snyk's own `OpenAPI` document says.
//!
//! The document is not part of the project. `KOALR_REFERENCE_DATA` names the folder that holds it, by default
//! `../shared` beside the workspace. Where it is absent every case is shown as ignored, never as passed.

mod schema;
mod wire;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use koalr_upstream::{
    Fault, Finding, Generated, Occurrence, Organization, Severity, Subject, Test, Upstream, World,
    sample,
};
use libtest_mimic::{Arguments, Failed, Trial};
use schema::Specification;
use serde_json::{Value, json};

fn main() -> ExitCode {
    let path = data().join("snyk-api/openapi-subset.json");
    let specification = std::fs::read(&path)
        .ok()
        .and_then(|bytes| serde_json::from_slice(&bytes).ok())
        .map(|document| Arc::new(Specification::new(document)));
    let mut trials: Vec<Trial> = Vec::new();
    let mut add = |name: String, run: fn(&Specification, &Case) -> Result<(), Failed>, case| {
        trials.push(if let Some(specification) = &specification {
            let specification = Arc::clone(specification);
            Trial::test(name, move || run(&specification, case))
        } else {
            let sentence = format!(
                "no document at `{}`; `KOALR_REFERENCE_DATA` names its folder",
                path.display()
            );
            Trial::test(name, move || Err(sentence.into())).with_ignored_flag(true)
        });
    };
    for case in &CASES {
        let (world, asked, status) = (case.world, case.asked, case.status);
        add(format!("openapi::{world}::{asked} {status}"), check, case);
    }
    for case in &SPOILED {
        add(format!("openapi::refuses::{}", case.world), refuse, case);
    }
    libtest_mimic::run(&Arguments::from_args(), trials).exit_code()
}

fn data() -> PathBuf {
    let default = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared");
    std::env::var_os("KOALR_REFERENCE_DATA").map_or_else(default, PathBuf::from)
}

/// One answer: which world, what is asked, and what the document calls it.
#[derive(Clone, Copy)]
struct Case {
    world: &'static str,
    method: &'static str,
    /// Path of the document.
    path: &'static str,
    /// What `{…}` and the query become.
    asked: &'static str,
    status: &'static str,
}

const fn case(
    world: &'static str,
    path: &'static str,
    asked: &'static str,
    status: &'static str,
) -> Case {
    Case {
        world,
        method: "GET",
        path,
        asked,
        status,
    }
}

/// An answer that is spoiled on purpose must not pass, or the others would prove nothing.
fn refuse(specification: &Specification, spoiled: &Case) -> Result<(), Failed> {
    let upstream = Upstream::start_blocking(world("typed")?)?;
    let asked = fill(&upstream, spoiled.asked)?;
    let fault = Fault::parse(spoiled.world).ok_or("no such fault")?;
    upstream.fault("/rest", Occurrence::Every, fault);
    let (_, document) = wire::ask(&upstream, "GET", &asked, None)?;
    let schema = specification.answer(spoiled.path, "get", spoiled.status);
    let wrong = specification.check(schema.ok_or("no schema")?, &document);
    if wrong.is_empty() {
        return Err("a spoiled page passes".into());
    }
    Ok(())
}

fn check(specification: &Specification, case: &Case) -> Result<(), Failed> {
    let upstream = Upstream::start_blocking(world(case.world)?)?;
    let asked = fill(&upstream, case.asked)?;
    let body = (case.method == "POST").then(order);
    if let Some(body) = body.as_ref().filter(|_| case.status == "202") {
        let schema = specification.body(case.path, "post").ok_or("no schema")?;
        let wrong = specification.check(schema, body);
        conclude(case, body, &wrong)?;
    }
    let body = body.filter(|_| case.status == "202").or(Some(json!({})));
    let body = body.filter(|_| case.method == "POST");
    let (status, document) = wire::ask(&upstream, case.method, &asked, body.as_ref())?;
    if status != case.status {
        return Err(format!("{status} in place of {}: {document}", case.status).into());
    }
    let method = case.method.to_lowercase();
    let schema = specification
        .answer(case.path, &method, case.status)
        .ok_or("the document has no schema for this")?;
    let wrong = specification.check(schema, &document);
    let wrong: Vec<String> = wrong.into_iter().filter(|one| !is_known(one)).collect();
    conclude(case, &document, &wrong)
}

fn conclude(case: &Case, document: &Value, wrong: &[String]) -> Result<(), Failed> {
    if wrong.is_empty() {
        return Ok(());
    }
    let shown: Vec<&str> = wrong.iter().take(8).map(String::as_str).collect();
    let whole = document.to_string();
    let whole = whole.get(..whole.len().min(600)).unwrap_or_default();
    let (count, shown) = (wrong.len(), shown.join("\n  "));
    Err(format!(
        "{}: {count} differences:\n  {shown}\n  in {whole}",
        case.asked
    )
    .into())
}

/// Whether real answers differ from the document in the same way.
fn is_known(wrong: &str) -> bool {
    KNOWN
        .iter()
        .any(|(begin, end, _)| wrong.starts_with(begin) && wrong.ends_with(end))
}

/// Where real answers are known to differ from the document: begin and end of the difference, and the reason.
const KNOWN: [(&str, &str, &str); 3] = [
    (
        "/data",
        "\"supply_chain\" is not among the allowed values",
        TOMORROW,
    ),
    ("/data", "/attributes/attestation: is not known", TOMORROW),
    ("/data", "/attributes/builder: is not known", TOMORROW),
];
const TOMORROW: &str = "a type that Snyk may have tomorrow is part of the generated mix on purpose";

fn world(name: &str) -> Result<World, Failed> {
    Ok(match name {
        "typed" => World::from(organization()),
        "generated" => World::generated(Generated {
            organizations: 2,
            projects: 40,
            issues: 400,
            seed: 3,
            now: NOW,
        }),
        // The name of a fault, on the typed organization.
        other => {
            let fault = Fault::parse(other).ok_or("no such fault")?;
            World::from(organization()).fault("/rest", Occurrence::Every, fault)
        }
    }
    .with_export_polls(0))
}

/// The demo's organization, with a test that found a bit of everything.
fn organization() -> Organization {
    let mut organization = sample::organization(NOW);
    let findings = organization.issues.iter().map(|issue| Finding {
        id: issue.id.clone(),
        title: issue.title.clone(),
        severity: issue.severity,
        subject: published(issue.subject.clone()),
    });
    organization.tests = vec![Test {
        id: TEST.to_owned(),
        findings: findings.take(100).collect(),
    }];
    let novelty = organization.issues.first().map(|issue| {
        let mut issue = issue.clone();
        TEST.clone_into(&mut issue.id);
        issue.severity = Severity::Low;
        issue.subject = Subject::Cloud {
            rule: "SNYK-CC-00181".to_owned(),
            resource: "uploads".to_owned(),
            kind: "aws_s3_bucket".to_owned(),
        };
        issue
    });
    organization.issues.extend(novelty);
    organization
}

/// Ids of the sample that stand for ones not at hand do not have the form of published ones.
fn published(mut subject: Subject) -> Subject {
    if let Subject::Package { vulnerability, .. } = &mut subject {
        vulnerability.id = vulnerability.id.replace("SAMPLE", "1");
    }
    subject
}

/// Puts the ids of what is served into `{…}`.
fn fill(upstream: &Upstream, asked: &str) -> Result<String, Failed> {
    let first = |path: &str| -> Result<String, Failed> {
        let (_, document) = wire::ask(upstream, "GET", path, None)?;
        let id = document.pointer("/data/0/id").and_then(Value::as_str);
        Ok(id.ok_or("an empty listing")?.to_owned())
    };
    if !asked.contains('{') {
        return Ok(asked.to_owned());
    }
    let root = format!("/rest/orgs/{}", first("/rest/orgs")?);
    let mut asked = asked.replace("{org}", &root).replace("{test}", TEST);
    for (mark, listing) in [("{project}", "projects"), ("{issue}", "issues")] {
        if asked.contains(mark) {
            asked = asked.replace(mark, &first(&format!("{root}/{listing}"))?);
        }
    }
    if asked.contains("{export}") {
        let (_, created) = wire::ask(upstream, "POST", &format!("{root}/export"), Some(&order()))?;
        let id = created.pointer("/data/id").and_then(Value::as_str);
        let id = id.ok_or_else(|| format!("no export: {created}"))?;
        wire::ask(upstream, "GET", &format!("{root}/jobs/export/{id}"), None)?;
        asked = asked.replace("{export}", id);
    }
    Ok(asked)
}

/// What an export is asked for.
fn order() -> Value {
    json!({"data": {"type": "resource", "attributes": {
        "dataset": "issues",
        "formats": ["csv"],
        "columns": ["PROBLEM_ID", "FIXED_IN_VERSION"],
        "filters": {"updated": {"from": "2020-01-01T00:00:00Z", "to": "2030-01-01T00:00:00Z"}},
        "url_expiration_seconds": 600,
    }}})
}

const ORG: &str = "/orgs/{org_id}";
const ISSUES: &str = "/orgs/{org_id}/issues";
const ISSUE: &str = "/orgs/{org_id}/issues/{issue_id}";
const PROJECTS: &str = "/orgs/{org_id}/projects";
const EXPORT: &str = "/orgs/{org_id}/export";
const PACKAGE: &str = "/orgs/{org_id}/packages/{purl}/issues";
const FINDINGS: &str = "/orgs/{org_id}/tests/{test_id}/findings";

#[rustfmt::skip] // One case a line.
const CASES: [Case; 31] = [
    case("typed", "/self", "/rest/self", "200"),
    case("typed", "/orgs", "/rest/orgs?limit=100", "200"),
    case("typed", ORG, "{org}", "200"),
    case("typed", PROJECTS, "{org}/projects?limit=100", "200"),
    case("typed", PROJECTS, "{org}/projects?expand=target&meta.latest_issue_counts=true", "200"),
    case("typed", "/orgs/{org_id}/projects/{project_id}", "{org}/projects/{project}", "200"),
    case("typed", "/orgs/{org_id}/targets", "{org}/targets?limit=100", "200"),
    case("typed", ISSUES, "{org}/issues?limit=100", "200"),
    case("typed", ISSUE, "{org}/issues/{issue}", "200"),
    case("typed", PACKAGE, "{org}/packages/pkg%3Anpm%2Faxios%401.7.2/issues", "200"),
    case("typed", PACKAGE, "{org}/packages/pkg%3Anpm%2Faxios%401.99.0/issues", "200"),
    case("typed", FINDINGS, "{org}/tests/{test}/findings?limit=100", "200"),
    case("typed", "/orgs/{org_id}/jobs/export/{export_id}", "{org}/jobs/export/{export}", "200"),
    case("typed", "/orgs/{org_id}/export/{export_id}", "{org}/export/{export}", "200"),
    Case { world: "typed", method: "POST", path: EXPORT, asked: "{org}/export", status: "202" },
    Case { world: "typed", method: "POST", path: EXPORT, asked: "{org}/export", status: "400" },
    case("generated", "/orgs", "/rest/orgs?limit=10", "200"),
    case("generated", PROJECTS, "{org}/projects?limit=100&expand=target&meta.latest_issue_counts=true", "200"),
    case("generated", "/orgs/{org_id}/targets", "{org}/targets?limit=100", "200"),
    case("generated", ISSUES, "{org}/issues?limit=100", "200"),
    case("generated", ISSUES, "{org}/issues?limit=100&type=cloud", "200"),
    case("generated", ISSUES, "{org}/issues?limit=100&type=supply_chain", "200"),
    case("generated", ISSUE, "{org}/issues/{issue}", "200"),
    Case { world: "generated", method: "POST", path: EXPORT, asked: "{org}/export", status: "202" },
    case("typed", PROJECTS, "{org}/projects?limit=7", "400"),
    case("typed", ISSUE, "{org}/issues/{test}?unknown=1", "400"),
    case("typed", ISSUE, "{org}/issues/00000000-0000-4000-8000-000000000000", "404"),
    case("status-401", "/self", "/rest/self", "401"),
    case("status-403", "/self", "/rest/self", "403"),
    case("status-404", "/orgs", "/rest/orgs", "404"),
    case("status-500", "/orgs", "/rest/orgs", "500"),
];

/// Pages that a check must refuse.
#[rustfmt::skip] // One case a line.
const SPOILED: [Case; 4] = [
    case("record-without-id", ISSUES, "{org}/issues?limit=100", "200"),
    case("unknown-type", ISSUES, "{org}/issues?limit=100", "200"),
    case("unknown-fields", ISSUES, "{org}/issues?limit=100", "200"),
    case("null-severities", ISSUES, "{org}/issues?limit=100", "200"),
];

/// 2026-01-15T00:00:00Z.
const NOW: i64 = 1_768_435_200_000;
/// A test that is known.
const TEST: &str = "6f1b0c62-6c5b-4f0e-9a52-0a8f3c1d2e4b";
