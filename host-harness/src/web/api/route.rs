//! What is served: each address with its scope, and how its body is read.

use axum::routing::MethodFilter;
use http::StatusCode;
use koalr_platform::access::Scope;
use koalr_platform::sbom::{self, Changes};

use super::super::problem::Problem;
use super::Ask;
use super::members::Members;

/// One address.
pub(super) struct Route {
    pub(super) method: MethodFilter,
    pub(super) path: &'static str,
    /// What a key must have for it.
    pub(super) scope: Scope,
    /// Largest body, in bytes.
    pub(super) most_bytes: usize,
    /// Reads what is asked for, from the id of the path, empty if it has none, and from the body.
    pub(super) read: fn(String, &[u8]) -> Result<Ask, Problem>,
}

/// All of them.
pub(super) const ROUTES: [Route; 8] = [
    Route {
        method: MethodFilter::POST,
        path: "/api/v1/imports",
        scope: Scope::Import,
        most_bytes: LARGE,
        read: import,
    },
    Route {
        method: MethodFilter::PUT,
        path: "/api/v1/changes/{id}/dependencies",
        scope: Scope::Import,
        most_bytes: LARGE,
        read: dependencies,
    },
    Route {
        method: MethodFilter::GET,
        path: "/api/v1/changes/{id}",
        scope: Scope::Read,
        most_bytes: SMALL,
        read: |change, body| nothing(body).map(|()| Ask::Change { change }),
    },
    Route {
        method: MethodFilter::POST,
        path: "/api/v1/changes/{id}/judge",
        scope: Scope::Gate,
        most_bytes: SMALL,
        read: |change, body| nothing(body).map(|()| Ask::Judge { change }),
    },
    Route {
        method: MethodFilter::POST,
        path: "/api/v1/changes/{id}/override",
        scope: Scope::Approve,
        most_bytes: SMALL,
        read: override_change,
    },
    Route {
        method: MethodFilter::POST,
        path: "/api/v1/deployments/gate",
        scope: Scope::Gate,
        most_bytes: SMALL,
        read: deployment,
    },
    Route {
        method: MethodFilter::GET,
        path: "/api/v1/connections",
        scope: Scope::Read,
        most_bytes: SMALL,
        read: |_, body| nothing(body).map(|()| Ask::Connections),
    },
    Route {
        method: MethodFilter::POST,
        path: "/api/v1/connections/{integration}/sync",
        scope: Scope::Import,
        most_bytes: SMALL,
        read: |integration, body| nothing(body).map(|()| Ask::Sync { integration }),
    },
];

fn import(_: String, body: &[u8]) -> Result<Ask, Problem> {
    let text = str::from_utf8(body)
        .map_err(|_| Problem::new(StatusCode::BAD_REQUEST, "the body is not UTF-8"))?;
    let text = text.to_owned();
    Ok(Ask::Import { text })
}

fn dependencies(change: String, body: &[u8]) -> Result<Ask, Problem> {
    let mut members = Members::read(body)?;
    let head_sha = members.text("head-sha");
    let repository = members.text("repository");
    let (list, base, head) = (
        members.raw("list"),
        members.raw("base"),
        members.raw("head"),
    );
    let parsed = match (list, base, head) {
        (Some(list), None, None) => {
            let changes = sbom::list("list", list.as_bytes());
            members.check("list", changes).map(|all| ("list", all))
        }
        (None, Some(base), Some(head)) => documents(&mut members, base, head),
        _ => {
            members.complain("", "give either `list`, or both `base` and `head`");
            None
        }
    };
    members.end()?;
    let (source, changes) = parsed.unwrap_or_default();
    Ok(Ask::Dependencies {
        change,
        repository,
        head_sha,
        source,
        changes,
    })
}

fn documents(members: &mut Members<'_>, base: &str, head: &str) -> Option<(&'static str, Changes)> {
    let mut read = |key, text: &str| members.check(key, sbom::read(key, text.as_bytes()));
    let (base, head) = (read("base", base), read("head", head));
    let (base, head) = (base?, head?);
    Some((head.format(), sbom::diff(&base, &head)))
}

fn override_change(change: String, body: &[u8]) -> Result<Ask, Problem> {
    let mut members = Members::read(body)?;
    let head_sha = members.required("head-sha", "an override holds for one commit only");
    let reason = members.required("reason", "the audit log keeps why the change may pass");
    members.end()?;
    Ok(Ask::Override {
        change,
        head_sha,
        reason,
    })
}

fn deployment(_: String, body: &[u8]) -> Result<Ask, Problem> {
    let mut members = Members::read(body)?;
    let sha = members.required("sha", "it is the commit that is to be deployed");
    let service = members.required("service", "it is what is to be deployed");
    let environment = members.text("environment");
    members.end()?;
    Ok(Ask::Deployment {
        sha,
        service,
        environment: environment.unwrap_or_else(|| "production".to_owned()),
    })
}

/// A body that says nothing.
fn nothing(body: &[u8]) -> Result<(), Problem> {
    if body.iter().all(u8::is_ascii_whitespace) {
        return Ok(());
    }
    Members::read(body)?.end()
}

/// Two of them fit into the room for bodies: an import of 60,000 changes, or two documents of 50,000 components.
const LARGE: usize = 32 << 20;

/// A few texts.
const SMALL: usize = 64 << 10;
