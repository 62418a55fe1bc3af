//! Snyk's JSON, made of typed data.

pub(crate) mod finding;
pub(crate) mod issue;
pub(crate) mod json;
pub(crate) mod lookup;

use serde_json::{Value, json};

use crate::clock::rfc3339;
use crate::data::{Organization, Project, Rating, Target, Vulnerability};

/// The account behind the token: a service account.
pub(crate) fn account(default_organization: Option<&str>) -> Value {
    let mut attributes = json!({"name": "koalr (read only)"});
    if let Some(id) = default_organization {
        put(&mut attributes, "default_org_context", json!(id));
    }
    json!({
        "id": crate::id::uuid("account"),
        "type": "service_account",
        "attributes": attributes,
    })
}

/// An organization without what it holds.
pub(crate) fn organization(organization: &Organization) -> Value {
    let mut attributes = json!({
        "name": organization.name,
        "slug": organization.slug,
        "is_personal": organization.group_id.is_none(),
        "created_at": rfc3339(organization.created_at),
    });
    if let Some(group) = &organization.group_id {
        put(&mut attributes, "group_id", json!(group));
    }
    json!({"id": organization.id, "type": "org", "attributes": attributes})
}

/// A project. `counts` are its open issues by severity, where they were asked for.
pub(crate) fn project(
    organization: &str,
    project: &Project,
    expand_target: bool,
    counts: Option<Value>,
) -> Value {
    let attributes = json!({
        "name": project.name,
        "type": project.kind,
        "origin": project.origin,
        "status": if project.active { "active" } else { "inactive" },
        // Required by the specification, hence empty where there is none.
        "target_file": project.target_file.as_deref().unwrap_or_default(),
        "target_reference": project.target_reference.as_deref().unwrap_or_default(),
        "created": rfc3339(project.created_at),
        "read_only": false,
        "business_criticality": [],
        "environment": [],
        "lifecycle": [],
        "tags": [],
        "settings": {"recurring_tests": {"frequency": "daily"}, "pull_requests": {}},
    });
    let mut target = reference("target", &project.target.id);
    if expand_target {
        let Target {
            display_name, url, ..
        } = &project.target;
        put(
            &mut target,
            "attributes",
            json!({"display_name": display_name, "url": url}),
        );
    }
    let mut meta = json!({});
    if let Some(counts) = counts {
        put(&mut meta, "latest_issue_counts", counts);
    }
    json!({
        "id": project.id,
        "type": "project",
        "meta": meta,
        "attributes": attributes,
        "relationships": {
            "organization": {
                "data": reference("org", organization),
                "links": {"related": format!("/orgs/{organization}")},
            },
            "target": {
                "data": target,
                "links": {"related": format!("/orgs/{organization}/targets/{}", project.target.id)},
            },
        },
    })
}

/// A target.
pub(crate) fn target(target: &Target) -> Value {
    json!({
        "id": target.id,
        "type": "target",
        "attributes": {
            "display_name": target.display_name,
            "url": target.url,
            "is_private": true,
        },
    })
}

/// Adds a member to an object.
pub(crate) fn put(object: &mut Value, name: &str, value: Value) {
    if let Some(members) = object.as_object_mut() {
        members.insert(name.to_owned(), value);
    }
}

fn reference(kind: &str, id: &str) -> Value {
    json!({"id": id, "type": kind})
}

/// A CWE of a list of classes.
fn weakness_list(out: &mut String, id: impl AsRef<str>) {
    json::object(out, |class| {
        class.text("id", id.as_ref());
        class.text("source", "CWE");
        class.text("type", "weakness");
    });
}

/// The version that a vector names.
fn cvss_version(rating: &Rating) -> &str {
    let version = rating.vector.strip_prefix("CVSS:").unwrap_or_default();
    version.split('/').next().unwrap_or_default()
}

/// The begin of the day it became public.
fn midnight(vulnerability: &Vulnerability) -> String {
    format!("{}T00:00:00Z", vulnerability.disclosed_on)
}
