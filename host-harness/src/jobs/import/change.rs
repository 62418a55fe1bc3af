//! A change in a document to import.

use koalr_platform::model::common::{Change, DependencyChange, Tenths, Timestamp};
use koalr_platform::sbom;
use koalr_store::{ChangeRecord, ChangeState, DependencyList};

use super::SOURCE;
use super::fields::{Fields, Reading};

/// A change as it is given.
#[derive(Debug)]
pub(super) struct Given {
    pub(super) change: Change,
    title: Option<String>,
    author: Option<String>,
    opened_at: Option<Timestamp>,
    state: Option<ChangeState>,
    merged_at: Option<Timestamp>,
    merge_sha: Option<String>,
    base_score: Option<Tenths>,
    updated_at: Option<Timestamp>,
    pub(super) dependencies: Option<DependencyList>,
}

pub(super) fn read(reading: &mut Reading, fields: &mut Fields<'_, '_>) -> Option<Given> {
    let id = fields.required(reading, "id", "it tells this change from others");
    let why = "it says where the change belongs, as in \"acme/shop\"";
    let repository = fields.required(reading, "repository", why);
    let head_sha = fields.required(reading, "head-sha", "it is the commit that is judged");
    let number = fields.number(reading, "number");
    let base_sha = fields.text(reading, "base-sha");
    let source_branch = fields.text(reading, "source-branch");
    let target_branch = fields.text(reading, "target-branch");
    let title = fields.text(reading, "title");
    let author = fields.text(reading, "author");
    let opened_at = fields.instant(reading, "opened-at");
    let state = fields.word(reading, "state", &STATES);
    let merged_at = fields.instant(reading, "merged-at");
    let merge_sha = fields.text(reading, "merge-sha");
    let base_score = fields.score(reading, "base-score");
    let updated_at = fields.instant(reading, "updated-at");
    let rows = dependencies(reading, fields);
    let source = fields.text(reading, "dependencies-source");
    let state = merged(reading, fields, state);
    if let Some(opened_at) = opened_at {
        fields.order(reading, ("opened-at", opened_at), ("merged-at", merged_at));
    }
    if rows.is_none() && source.is_some() && fields.field("dependencies").is_none() {
        let why = "`dependencies-source` says where it is from";
        fields.missing(reading, "dependencies", why);
    }
    let dependencies = rows.map(|changes| DependencyList {
        source: source.unwrap_or_else(|| SOURCE.to_owned()),
        base_sha: base_sha.clone(),
        complete: changes.left_out.is_empty(),
        detail: changes
            .left_out
            .iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>()
            .join("; "),
        changes: changes.rows,
    });
    Some(Given {
        change: Change {
            id: id?,
            repository: repository?,
            number,
            head_sha: head_sha?,
            base_sha,
            source_branch,
            target_branch,
        },
        title,
        author,
        opened_at,
        state,
        merged_at,
        merge_sha,
        base_score,
        updated_at,
        dependencies,
    })
}

/// The state, which agrees with the time of the merge; none if it is not stated.
fn merged(
    reading: &mut Reading,
    fields: &mut Fields<'_, '_>,
    state: Option<ChangeState>,
) -> Option<ChangeState> {
    let merged_at = fields.field("merged-at").is_some();
    let merge_sha = fields.field("merge-sha").is_some();
    match state {
        Some(ChangeState::Merged) if !merged_at => {
            let why = "a merged change needs the time of its merge";
            fields.missing(reading, "merged-at", why);
        }
        None if merge_sha && !merged_at => {
            fields.missing(reading, "merged-at", "`merge-sha` says that it was merged");
        }
        Some(ChangeState::Open | ChangeState::Closed) if merged_at || merge_sha => {
            let problem =
                "a change with `merged-at` or `merge-sha` is `merged`; correct one of them";
            let path = fields.path("state");
            reading
                .complaints
                .add(fields.place("state"), &path, problem);
        }
        None if merged_at => return Some(ChangeState::Merged),
        _ => {}
    }
    state
}

/// The list of dependencies; none if there is none, which is not an empty one.
fn dependencies(reading: &mut Reading, fields: &mut Fields<'_, '_>) -> Option<sbom::Changes> {
    let items = fields.items(reading, "dependencies")?;
    let mut rows = Vec::new();
    for (path, node) in items {
        let Some(mut row) = reading.fields(path, node) else {
            continue;
        };
        let why = "write a purl type, for example \"npm\"";
        let ecosystem = row.required(reading, "ecosystem", why);
        let name = row.required(reading, "name", "write the package's name");
        let read = DependencyChange {
            ecosystem: ecosystem.unwrap_or_default(),
            name: name.unwrap_or_default(),
            before: row.text(reading, "before"),
            after: row.text(reading, "after"),
            direct: row.flag(reading, "direct"),
            manifest: row.text(reading, "manifest"),
        };
        row.end(reading);
        rows.push(read);
    }
    let whole = |row: &DependencyChange| !row.ecosystem.is_empty() && !row.name.is_empty();
    if !rows.iter().all(whole) {
        return None;
    }
    let path = fields.path("dependencies");
    let read = serde_json::to_vec(&rows).map(|bytes| sbom::list(&path, &bytes));
    match read {
        Ok(Ok(changes)) => Some(changes),
        Ok(Err(error)) => {
            let at = fields.place("dependencies");
            reading.complaints.add(at, &path, error.to_string());
            None
        }
        Err(error) => {
            let at = fields.place("dependencies");
            reading.complaints.add(at, &path, error.to_string());
            None
        }
    }
}

impl Given {
    /// As it is stored. Without a time of its own it is as new as the latest that it states.
    pub(super) fn record(self, source: &str, now: Timestamp) -> ChangeRecord {
        let times = [self.opened_at, self.merged_at];
        let stated = self.updated_at.or(times.into_iter().flatten().max());
        ChangeRecord {
            change: self.change,
            title: self.title.unwrap_or_default(),
            author: self.author,
            opened_at: self.opened_at,
            state: self.state.unwrap_or(ChangeState::Unknown),
            merged_at: self.merged_at,
            merge_sha: self.merge_sha,
            base_score: self.base_score,
            updated_at: stated.unwrap_or(now),
            source: source.to_owned(),
        }
    }
}

const STATES: [(&str, ChangeState); 4] = [
    ("open", ChangeState::Open),
    ("merged", ChangeState::Merged),
    ("closed", ChangeState::Closed),
    ("unknown", ChangeState::Unknown),
];
