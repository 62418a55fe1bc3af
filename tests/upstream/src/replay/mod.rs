//! Recorded answers, served as they are.

mod read;

use std::path::Path;

use serde_json::Value;

use crate::answer::Answer;
use crate::asked::Asked;
use crate::data::Organization;
use crate::error::Error;
use crate::rest;

/// A folder of recorded answers, each served byte for byte.
///
/// Files are told by their names; others are left alone:
///
/// | file | served |
/// |---|---|
/// | `rest_self*.json` | at `/rest/self`, the first by name |
/// | `rest_org*.json` | a list at `/rest/orgs?slug=…` of its first organization, a single one at `/rest/orgs/{id}` of its own id; at `/rest/orgs` itself after [`organizations_from`](Self::organizations_from) |
/// | `rest_projects*.json`, `rest_targets*.json`, `rest_issues*.json` | as that listing of an organization of its own |
/// | `rest_purl*.json` | as the lookup of its package in every organization; one that names no package answers any lookup in its own |
/// | `rest_error*.json` | with its own status, for everything in an organization of its own |
///
/// Recorded pages carry ids that do not fit together, so `/rest/orgs` offers one organization for each recording,
/// named like its file, with an id made of that name. Whatever such an organization has no recording of is empty.
/// An organization of a recorded document has the first projects, targets and issues that name its id.
///
/// Names that end in `_page1`, `_page2`, … are pages of one listing, as far as each leads to the next:
/// a page is sent for the cursor in the page before it. A cursor that leads nowhere is answered with 404.
#[derive(Debug)]
pub struct Replay {
    /// One for each recording, in order of names.
    organizations: Vec<Organization>,
    /// Those of recorded organization documents.
    recorded: Vec<Organization>,
    groups: Vec<Group>,
    account: Option<Vec<u8>>,
    documents: Vec<OrganizationDocument>,
    /// The document that is served at `/rest/orgs`, if it is a recorded one.
    shown: Option<String>,
}

/// Where one recorded file is served.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listing {
    /// Name of the file.
    pub file: String,
    /// Id of the organization made for it; none for organization documents, which belong to none.
    pub organization: Option<String>,
    /// Path of the route it answers, with the query it needs, if any; a later page also needs its cursor.
    /// For an error document, the route of issues, although it answers all of them.
    pub route: String,
}

/// Recordings that share an organization: the pages of one listing, or a single answer.
#[derive(Debug)]
struct Group {
    organization: String,
    kind: Kind,
    pages: Vec<Page>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Kind {
    /// A listing of an organization, by the last segment of its path.
    Listing(&'static str),
    /// A package lookup; none if the recording names no package.
    Package(Option<String>),
    /// An error document with its status.
    Failure(u16),
}

#[derive(Debug)]
struct Page {
    file: String,
    body: Vec<u8>,
    /// The cursor that leads here; none for the first page.
    cursor: Option<String>,
    /// Ids of the organizations it names.
    names: Vec<String>,
}

#[derive(Debug)]
struct OrganizationDocument {
    file: String,
    body: Vec<u8>,
    /// Path and query that it answers.
    route: String,
}

impl Replay {
    /// Reads all recordings of a folder.
    ///
    /// # Errors
    /// A folder or file that cannot be read, a recording that is not JSON, a folder without recordings.
    pub fn from_dir(path: impl AsRef<Path>) -> Result<Self, Error> {
        read::folder(path.as_ref())
    }

    /// Serves a recorded organization document at `/rest/orgs`, in place of the organizations made for recordings.
    ///
    /// # Errors
    /// No organization document of that name.
    pub fn organizations_from(mut self, file: &str) -> Result<Self, Error> {
        if self.documents.iter().all(|document| document.file != file) {
            let files: Vec<&str> = self
                .documents
                .iter()
                .map(|item| item.file.as_str())
                .collect();
            return Err(Error::NoDocument(file.to_owned(), files.join(", ")));
        }
        self.shown = Some(file.to_owned());
        Ok(self)
    }

    /// Where each recording is served, in order of names. The account of `/rest/self` is not among them.
    #[must_use]
    pub fn listings(&self) -> Vec<Listing> {
        let documents = self.documents.iter().map(|document| Listing {
            file: document.file.clone(),
            organization: None,
            route: document.route.clone(),
        });
        let pages = self.groups.iter().flat_map(|group| {
            group.pages.iter().map(|page| Listing {
                file: page.file.clone(),
                organization: Some(group.organization.clone()),
                route: group.route(),
            })
        });
        let mut listings: Vec<Listing> = documents.chain(pages).collect();
        listings.sort_by(|a, b| a.file.cmp(&b.file));
        listings
    }

    pub(crate) fn answer(&self, asked: &Asked) -> Answer {
        match self.find(asked) {
            Some(answer) => asked
                .check_version()
                .map_or_else(|refusal| refusal, |()| answer),
            None => rest::answer(self.known(asked), asked),
        }
    }

    /// The organizations to answer from where nothing is recorded.
    fn known(&self, asked: &Asked) -> &Vec<Organization> {
        let segments = asked.segments();
        let is_recorded = matches!(segments.as_slice(), ["rest", "orgs", id, ..]
            if self.recorded.iter().any(|item| item.id == *id));
        if is_recorded {
            &self.recorded
        } else {
            &self.organizations
        }
    }

    fn find(&self, asked: &Asked) -> Option<Answer> {
        match asked.segments().as_slice() {
            ["rest", "self"] => {
                let body = self.account.as_ref()?;
                Some(Answer::recorded(200, body))
            }
            ["rest", "orgs"] => {
                let route = asked.text("slug").map(read::slug_route);
                let document = self.documents.iter().find(|document| {
                    self.shown.as_ref() == Some(&document.file)
                        || route.as_ref() == Some(&document.route)
                })?;
                Some(match asked.text("starting_after") {
                    Some(_) => not_recorded(),
                    None => Answer::recorded(200, &document.body),
                })
            }
            ["rest", "orgs", id, rest @ ..] => self.of_organization(id, rest, asked),
            _ => None,
        }
    }

    fn of_organization(&self, id: &str, rest: &[&str], asked: &Asked) -> Option<Answer> {
        let own = self.groups.iter().find(|group| group.organization == id);
        match (own, rest) {
            (
                Some(Group {
                    kind: Kind::Failure(status),
                    pages,
                    ..
                }),
                _,
            ) => Some(Answer::recorded(*status, &pages.first()?.body)),
            (_, []) => {
                let mut documents = self.documents.iter();
                let document = documents.find(|document| document.route == asked.path)?;
                Some(Answer::recorded(200, &document.body))
            }
            (_, ["packages", purl, "issues"]) => self.package(own, purl),
            (own, [listing]) => {
                let own = own.filter(|group| group.lists(listing)).or_else(|| {
                    let mut groups = self.groups.iter().filter(|group| group.lists(listing));
                    groups.find(|group| group.names(id))
                })?;
                Some(own.page(asked.text("starting_after")))
            }
            _ => None,
        }
    }

    fn package(&self, own: Option<&Group>, purl: &str) -> Option<Answer> {
        let named = Kind::Package(Some(purl.to_owned()));
        let mut groups = self.groups.iter();
        let group = groups
            .find(|group| group.kind == named)
            .or_else(|| own.filter(|group| group.kind == Kind::Package(None)))?;
        Some(Answer::recorded(200, &group.pages.first()?.body))
    }
}

impl Group {
    fn lists(&self, listing: &str) -> bool {
        matches!(self.kind, Kind::Listing(own) if own == listing)
    }

    fn names(&self, organization: &str) -> bool {
        let mut names = self.pages.iter().flat_map(|page| &page.names);
        names.any(|name| name == organization)
    }

    fn page(&self, cursor: Option<&str>) -> Answer {
        let mut pages = self.pages.iter();
        match pages.find(|page| page.cursor.as_deref() == cursor) {
            Some(page) => Answer::recorded(200, &page.body),
            None => not_recorded(),
        }
    }

    fn route(&self) -> String {
        let root = format!("/rest/orgs/{}", self.organization);
        match &self.kind {
            Kind::Listing(listing) => format!("{root}/{listing}"),
            Kind::Package(purl) => {
                let purl = purl.as_deref().unwrap_or("pkg:npm/any@1.0.0");
                format!("{root}/packages/{}/issues", crate::asked::encode(purl))
            }
            Kind::Failure(_) => format!("{root}/issues"),
        }
    }
}

fn not_recorded() -> Answer {
    Answer::error(404, "This page was not recorded")
}

/// Ids of the organizations that a recorded page names, in its links or its items.
fn named_organizations(document: &Value) -> Vec<String> {
    let links = document.get("links").and_then(Value::as_object);
    let of_links = links.into_iter().flatten().filter_map(|(_, link)| {
        let (_, rest) = link.as_str()?.split_once("/orgs/")?;
        rest.split(['/', '?']).next()
    });
    let items = document.get("data").and_then(Value::as_array);
    let of_items = items.into_iter().flatten().filter_map(|item| {
        let id = item.pointer("/relationships/organization/data/id")?;
        id.as_str()
    });
    let mut ids: Vec<String> = of_links.chain(of_items).map(str::to_owned).collect();
    ids.dedup();
    ids
}
