//! The tables of the platform itself. They have no connection: their keys are whole.

use super::Form::{Flag, Json, Plain};
use super::{DEPLOYMENTS, INCIDENTS, Table};

pub(crate) const CHANGES: Table = Table {
    name: "changes",
    beside: &["id", "repository"],
    columns: &[
        ("change", Json),
        ("title", Plain),
        ("author", Plain),
        ("opened_at", Plain),
        ("state", Plain),
        ("merged_at", Plain),
        ("merge_sha", Plain),
        ("base_score", Plain),
        ("updated_at", Plain),
        ("source", Plain),
    ],
    key: &["id"],
    version: Some("updated_at"),
    absence: &[],
};

pub(crate) const DEPENDENCY_LISTS: Table = Table {
    name: "dependency_lists",
    beside: &["change", "head_sha", "at"],
    columns: &[
        ("source", Plain),
        ("base_sha", Plain),
        ("complete", Flag),
        ("detail", Plain),
        ("changes", Json),
    ],
    key: &["change", "head_sha"],
    version: None,
    absence: &[],
};

pub(crate) const DECISIONS: Table = Table {
    name: "decisions",
    beside: &[
        "decision",
        "enforced",
        "told",
        "introduced_high",
        "introduced_low",
        "introduced_unscored",
        "introduced_highest",
        "unattributed",
        "dependencies",
        "waived",
        "security",
        "score",
        "bound",
        "mode",
        "band",
        "overridden_by",
    ],
    columns: &[
        ("integration", Plain),
        ("change", Plain),
        ("head_sha", Plain),
        ("observation", Plain),
        ("evidence", Json),
        ("assessment", Json),
        ("verdict", Json),
        ("settled", Json),
        ("plugin_version", Plain),
        ("asked_at", Plain),
        ("as_of", Plain),
    ],
    key: &["integration", "change", "head_sha", "observation"],
    version: None,
    absence: &[],
};

pub(crate) const SERVICES: Table = Table {
    name: "services",
    beside: &[],
    columns: &[("name", Plain), ("aliases", Json), ("repositories", Json)],
    key: &["name"],
    version: None,
    absence: &[],
};

pub(crate) const OWN_DEPLOYMENTS: Table = Table {
    name: "own_deployments",
    beside: &["repository", "source"],
    key: &["source", "id"],
    ..DEPLOYMENTS
};

pub(crate) const OWN_INCIDENTS: Table = Table {
    name: "own_incidents",
    beside: &["source", "updated_at"],
    key: &["source", "id"],
    version: Some("updated_at"),
    ..INCIDENTS
};

pub(crate) const ACTORS: Table = Table {
    name: "actors",
    beside: &[],
    columns: &[("login", Plain), ("roles", Json)],
    key: &["login"],
    version: None,
    absence: &[],
};

pub(crate) const OVERRIDES: Table = Table {
    name: "overrides",
    beside: &[],
    columns: &[
        ("change", Plain),
        ("head_sha", Plain),
        ("actor", Plain),
        ("reason", Plain),
        ("at", Plain),
    ],
    key: &["change", "head_sha", "actor", "at"],
    version: None,
    absence: &[],
};

pub(crate) const WAIVERS: Table = Table {
    name: "waivers",
    beside: &[],
    columns: &[
        ("id", Plain),
        ("vulnerability", Plain),
        ("package", Plain),
        ("version", Plain),
        ("repository", Plain),
        ("reason", Plain),
        ("approver", Plain),
        ("author", Plain),
        ("created", Plain),
        ("expires", Plain),
        ("void_if", Json),
    ],
    key: &["id"],
    version: None,
    absence: &[],
};

pub(crate) const POLICIES: Table = Table {
    name: "policies",
    beside: &[],
    columns: &[
        ("version", Plain),
        ("text", Plain),
        ("actor", Plain),
        ("at", Plain),
    ],
    key: &["version"],
    version: None,
    absence: &[],
};

pub(crate) const JOBS: Table = Table {
    name: "jobs",
    beside: &[],
    columns: &[
        ("id", Plain),
        ("key", Plain),
        ("class", Plain),
        ("kind", Plain),
        ("payload", Plain),
        ("attempts", Plain),
        ("not_before", Plain),
        ("created_at", Plain),
        ("state", Plain),
        ("reason", Plain),
    ],
    key: &["id"],
    version: None,
    absence: &[],
};

pub(crate) const AUDIT: Table = Table {
    name: "audit",
    beside: &[],
    columns: &[
        ("seq", Plain),
        ("at", Plain),
        ("actor", Plain),
        ("act", Plain),
        ("subject", Plain),
        ("detail", Plain),
        ("previous", Plain),
        ("hash", Plain),
    ],
    key: &["seq"],
    version: None,
    absence: &[],
};
