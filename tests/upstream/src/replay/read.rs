//! Reading a folder of recorded answers.

use std::path::Path;

use serde_json::Value;

use super::{Group, Kind, OrganizationDocument, Page, Replay, named_organizations};
use crate::asked::{decode, encode};
use crate::data::Organization;
use crate::error::Error;
use crate::fault::next_cursor;
use crate::id;

/// One file with what its name says.
struct Recording {
    file: String,
    body: Vec<u8>,
    document: Value,
}

pub(super) fn folder(path: &Path) -> Result<Replay, Error> {
    let mut replay = Replay {
        organizations: Vec::new(),
        recorded: Vec::new(),
        groups: Vec::new(),
        account: None,
        documents: Vec::new(),
        shown: None,
    };
    let mut before: Option<Tail> = None;
    let recordings = recordings(path)?;
    if recordings.is_empty() {
        return Err(Error::Empty(path.to_owned()));
    }
    for recording in recordings {
        let tail = Tail::of(&recording);
        let Recording {
            file,
            body,
            document,
        } = recording;
        if file.starts_with("rest_self") {
            replay.account.get_or_insert(body);
        } else if file.starts_with("rest_org") {
            let found = organizations(&document);
            let Some(first) = found.first() else {
                continue;
            };
            let route = if document.get("data").is_some_and(Value::is_array) {
                slug_route(&first.slug)
            } else {
                format!("/rest/orgs/{}", first.id)
            };
            replay.recorded.extend(found);
            replay
                .documents
                .push(OrganizationDocument { file, body, route });
        } else if let Some(kind) = kind(&file, &document) {
            let page = Page {
                cursor: before
                    .filter(|before| before.leads_to(&tail))
                    .and_then(|before| before.cursor),
                names: named_organizations(&document),
                file,
                body,
            };
            replay.push(kind, page);
        }
        before = Some(tail);
    }
    Ok(replay)
}

/// Path and query at which a recorded list of organizations is found.
pub(super) fn slug_route(slug: &str) -> String {
    format!("/rest/orgs?slug={}", encode(slug))
}

impl Replay {
    /// Adds a page to the listing that leads to it, or begins a new one with an organization of its own.
    fn push(&mut self, kind: Kind, page: Page) {
        if let (Some(last), true) = (self.groups.last_mut(), page.cursor.is_some()) {
            last.pages.push(page);
            return;
        }
        let id = id::uuid(&page.file);
        self.organizations.push(Organization {
            id: id.clone(),
            name: page.file.clone(),
            slug: page.file.trim_end_matches(".json").replace('_', "-"),
            group_id: None,
            created_at: 0,
            projects: Vec::new(),
            issues: Vec::new(),
            packages: Vec::new(),
            checks: Vec::new(),
            tests: Vec::new(),
        });
        self.groups.push(Group {
            organization: id,
            kind,
            pages: vec![page],
        });
    }
}

/// What decides whether one recording continues another.
struct Tail {
    /// Name without page number and ending.
    stem: String,
    /// Page number; none for a name without one.
    page: Option<u32>,
    /// Where its next link leads; none on a last page.
    cursor: Option<String>,
}

impl Tail {
    fn of(recording: &Recording) -> Self {
        let (stem, page) = numbered(&recording.file);
        Self {
            stem: stem.to_owned(),
            page,
            cursor: next_cursor(&recording.document),
        }
    }

    fn leads_to(&self, next: &Self) -> bool {
        let follows = self.page.is_some_and(|page| next.page == Some(page + 1));
        follows && self.stem == next.stem && self.cursor.is_some()
    }
}

/// A name without ending and page number, and that number.
fn numbered(file: &str) -> (&str, Option<u32>) {
    let stem = file.trim_end_matches(".json");
    match stem.rsplit_once("_page") {
        Some((rest, number)) if number.parse::<u32>().is_ok() => (rest, number.parse().ok()),
        _ => (stem, None),
    }
}

/// All recordings of a folder, by name and then page number.
fn recordings(path: &Path) -> Result<Vec<Recording>, Error> {
    let failed = |source| Error::Read {
        path: path.to_owned(),
        source,
    };
    let mut files = Vec::new();
    for entry in std::fs::read_dir(path).map_err(failed)? {
        let file = entry.map_err(failed)?.file_name();
        let file = file.to_string_lossy().into_owned();
        let is_json = Path::new(&file)
            .extension()
            .is_some_and(|end| end == "json");
        if file.starts_with("rest_") && is_json {
            files.push(file);
        }
    }
    files.sort_by(|a, b| numbered(a).cmp(&numbered(b)));
    let read = |file: String| {
        let path = path.join(&file);
        let body = std::fs::read(&path).map_err(|source| Error::Read {
            path: path.clone(),
            source,
        })?;
        let document =
            serde_json::from_slice(&body).map_err(|source| Error::Json { path, source })?;
        Ok(Recording {
            file,
            body,
            document,
        })
    };
    files.into_iter().map(read).collect()
}

/// What a recording answers; none for a name that is not known.
fn kind(file: &str, document: &Value) -> Option<Kind> {
    let listings = ["projects", "targets", "issues"];
    let name = file.strip_prefix("rest_")?;
    if let Some(listing) = listings.iter().find(|listing| name.starts_with(**listing)) {
        return Some(Kind::Listing(listing));
    }
    if name.starts_with("purl") {
        return Some(Kind::Package(purl(document)));
    }
    if name.starts_with("error") {
        let status = document.pointer("/errors/0/status").and_then(Value::as_str);
        let status = status.and_then(|status| status.parse().ok());
        return Some(Kind::Failure(
            status.filter(|status| (400..600).contains(status))?,
        ));
    }
    None
}

/// The package a lookup was about, as it says itself or as its address says.
fn purl(document: &Value) -> Option<String> {
    let itself = document
        .pointer("/meta/package/url")
        .and_then(Value::as_str);
    let address = || {
        let (_, rest) = document
            .pointer("/links/self")?
            .as_str()?
            .split_once("/packages/")?;
        Some(decode(rest.split('/').next()?, false))
    };
    let purl = itself.map(str::to_owned).or_else(address)?;
    crate::purl::Purl::parse(&purl).is_some().then_some(purl)
}

/// The organizations of a document, in a list or alone.
fn organizations(document: &Value) -> Vec<Organization> {
    let data = &document["data"];
    let items = data
        .as_array()
        .map_or(std::slice::from_ref(data), Vec::as_slice);
    let read = |item: &Value| {
        let text = |name: &str| {
            let value = item.get("attributes")?.get(name)?;
            value.as_str().map(str::to_owned)
        };
        Some(Organization {
            id: item.get("id")?.as_str()?.to_owned(),
            name: text("name").unwrap_or_default(),
            slug: text("slug").unwrap_or_default(),
            group_id: text("group_id"),
            created_at: 0,
            projects: Vec::new(),
            issues: Vec::new(),
            packages: Vec::new(),
            checks: Vec::new(),
            tests: Vec::new(),
        })
    };
    items.iter().filter_map(read).collect()
}
