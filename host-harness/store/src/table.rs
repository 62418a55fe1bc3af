//! The tables of records: which column holds which field.

pub(crate) mod own;

/// How a field is kept.
#[derive(Clone, Copy)]
pub(crate) enum Form {
    /// A number or a text as it is.
    Plain,
    /// A flag as 0 or 1.
    Flag,
    /// A list or record as JSON text.
    Json,
}

use Form::{Flag, Json, Plain};

/// A table of records.
pub(crate) struct Table {
    /// Its name.
    pub(crate) name: &'static str,
    /// Columns besides the record's own fields.
    pub(crate) beside: &'static [&'static str],
    /// One column for each of the record's fields, by the field's name and in the same order.
    pub(crate) columns: &'static [(&'static str, Form)],
    /// Columns that identify a row inside a connection.
    pub(crate) key: &'static [&'static str],
    /// Column with the record's own time: a row is never overwritten by one with an earlier time.
    pub(crate) version: Option<&'static str>,
    /// Columns that say since when a completed walk lacks a row, the last word first; it is shown again: they become
    /// NULL. Empty for a table whose rows do not remember the walks that showed them.
    pub(crate) absence: &'static [&'static str],
}

pub(crate) const PROJECTS: Table = Table {
    name: "projects",
    beside: &[],
    columns: &[
        ("id", Plain),
        ("organization", Plain),
        ("name", Plain),
        ("class", Plain),
        ("kind", Plain),
        ("origin", Plain),
        ("repository", Plain),
        ("target", Plain),
        ("reference", Plain),
        ("file", Plain),
        ("active", Flag),
        ("created_at", Plain),
        ("extra", Json),
    ],
    key: &["organization", "id"],
    version: None,
    absence: &["gone_at"],
};

pub(crate) const FINDINGS: Table = Table {
    name: "findings",
    beside: &[],
    columns: &[
        ("id", Plain),
        ("key", Plain),
        ("organization", Plain),
        ("project", Plain),
        ("class", Plain),
        ("kind", Plain),
        ("title", Plain),
        ("vulnerability", Plain),
        ("aliases", Json),
        ("weaknesses", Json),
        ("packages", Json),
        ("severity", Plain),
        ("cvss", Json),
        ("selected", Json),
        ("exploit", Plain),
        ("risk", Plain),
        ("reachability", Plain),
        ("fix", Plain),
        ("fix_source", Plain),
        ("fixed_in", Json),
        ("license", Plain),
        ("location", Plain),
        ("open", Flag),
        ("ignored", Flag),
        ("created_at", Plain),
        ("updated_at", Plain),
        ("introduced_at", Plain),
        ("resolved_at", Plain),
        ("disclosed_at", Plain),
        ("extra", Json),
    ],
    key: &["organization", "id"],
    version: Some("updated_at"),
    absence: &["vanished_at", "missing_since", "missing_in"],
};

pub(crate) const CHANGE_CHECKS: Table = Table {
    name: "change_checks",
    beside: &[],
    columns: &[
        ("organization", Plain),
        ("change", Plain),
        ("repository", Plain),
        ("head_sha", Plain),
        ("base_sha", Plain),
        ("project", Plain),
        ("product", Plain),
        ("state", Plain),
        ("marked_as_success", Flag),
        ("at", Plain),
        ("test", Plain),
        ("extra", Json),
    ],
    key: &[
        "organization",
        "repository",
        "change",
        "project",
        "product",
        "head_sha",
    ],
    version: Some("at"),
    absence: &[],
};

pub(crate) const CHANGE_FINDINGS: Table = Table {
    name: "change_findings",
    beside: &["scope", "organization", "id", "updated_at"],
    columns: &[("change", Plain), ("route", Plain), ("finding", Json)],
    key: &["scope", "change", "route", "organization", "id"],
    version: Some("updated_at"),
    absence: &[],
};

pub(crate) const MEASUREMENTS: Table = Table {
    name: "measurements",
    beside: &[],
    columns: &[
        ("subject", Plain),
        ("metric", Plain),
        ("value", Plain),
        ("unit", Plain),
        ("at", Plain),
    ],
    key: &["subject", "metric", "at"],
    version: None,
    absence: &[],
};

pub(crate) const INCIDENTS: Table = Table {
    name: "incidents",
    beside: &[],
    columns: &[
        ("id", Plain),
        ("service", Plain),
        ("title", Plain),
        ("severity", Plain),
        ("change", Plain),
        ("started_at", Plain),
        ("acknowledged_at", Plain),
        ("resolved_at", Plain),
        ("open", Flag),
        ("extra", Json),
    ],
    key: &["id"],
    version: None,
    absence: &[],
};

pub(crate) const DEPLOYMENTS: Table = Table {
    name: "deployments",
    beside: &[],
    columns: &[
        ("id", Plain),
        ("service", Plain),
        ("environment", Plain),
        ("sha", Plain),
        ("state", Plain),
        ("at", Plain),
        ("extra", Json),
    ],
    key: &["id"],
    version: Some("at"),
    absence: &[],
};

pub(crate) const OTHERS: Table = Table {
    name: "others",
    beside: &[],
    columns: &[("kind", Plain), ("key", Plain), ("json", Plain)],
    key: &["kind", "key"],
    version: None,
    absence: &[],
};

pub(crate) const FIXES: Table = Table {
    name: "fixes",
    beside: &["ecosystem", "package", "version"],
    columns: &[
        ("organization", Plain),
        ("vulnerability", Plain),
        ("affected", Json),
        ("state", Plain),
        ("versions", Json),
        ("source", Plain),
        ("as_of", Plain),
    ],
    key: &[
        "organization",
        "vulnerability",
        "ecosystem",
        "package",
        "version",
    ],
    version: Some("as_of"),
    absence: &[],
};

pub(crate) const WALKS: Table = Table {
    name: "walks",
    beside: &["scope", "state"],
    columns: &[
        ("route", Plain),
        ("organization", Plain),
        ("changed_since", Plain),
        ("pages", Plain),
        ("records", Plain),
    ],
    key: &["scope", "route", "organization", "state"],
    version: None,
    absence: &[],
};
